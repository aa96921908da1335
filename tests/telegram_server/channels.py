"""Channels, whose events are numbered apart from those of an account (core.telegram.org/api/updates)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from telethon.tl import types

from .render import moment, now
from .state import User


@dataclass(slots=True, eq=False)
class Channel:
    """Each message is one event."""

    id: int
    title: str
    members: list[User]
    texts: list[str] = field(default_factory=list)

    @property
    def pts(self) -> int:
        return 1 + len(self.texts)

    def access_hash(self, viewer: User) -> int:
        """Differs for each member; never 0."""
        return self.id * 1000 + viewer.id


def channel_view(viewer: User, channel: Channel) -> Any:
    return types.Channel(
        channel.id,
        channel.title,
        types.ChatPhotoEmpty(),
        moment(1_500_000_000),
        broadcast=True,
        access_hash=channel.access_hash(viewer),
    )


def post_view(viewer: User, channel: Channel, number: int) -> Any:
    peer = types.PeerChannel(channel.id)
    return types.Message(number, peer, date=now(viewer), message=channel.texts[number - 1], post=True)


def pushed_post(viewer: User, channel: Channel) -> Any:
    """The newest post as it is pushed."""
    message = post_view(viewer, channel, len(channel.texts))
    update = types.UpdateNewChannelMessage(message, channel.pts, pts_count=1)
    return types.Updates([update], users=[], chats=[channel_view(viewer, channel)], date=now(viewer), seq=0)


def channel_dialog(channel: Channel) -> Any:
    newest = len(channel.texts)
    settings = types.PeerNotifySettings()
    return types.Dialog(types.PeerChannel(channel.id), newest, newest, 0, 0, 0, 0, 0, settings, pts=channel.pts)
