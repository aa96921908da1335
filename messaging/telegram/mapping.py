"""Telegram's messages in the terms of the product. Pure functions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telethon.tl import types

from messaging.telegram.peers import without_nul

# Telegram sends login codes from these accounts; they must never reach a thread, an event or a webhook.
SERVICE_ACCOUNT_IDS = frozenset({777000, 42777})

_KINDS: dict[type, str] = {
    types.MessageMediaPhoto: "photo",
    types.MessageMediaContact: "contact",
    types.MessageMediaGeo: "location",
    types.MessageMediaGeoLive: "location",
    types.MessageMediaVenue: "location",
    types.MessageMediaPoll: "poll",
}


@dataclass(frozen=True, slots=True)
class PrivateMessage:
    """A message of a private conversation. ``edited_at`` is set only if the text was changed."""

    id: int
    peer_id: int
    text: str
    at: datetime
    outgoing: bool
    kind: str
    edited_at: datetime | None = None


def private_message(message: Any, own_id: int) -> PrivateMessage | None:
    """None for everything that is not a private message with a person: groups, channels, service messages, messages
    of Telegram's service accounts, and notes to oneself (``own_id`` is the account's own user id)."""
    if isinstance(message, types.UpdateShortMessage):
        peer_id, kind = message.user_id, "text"
    elif isinstance(message, types.Message) and isinstance(message.peer_id, types.PeerUser):
        peer_id, kind = message.peer_id.user_id, media_kind(message.media)
    else:
        return None
    if peer_id == own_id or peer_id in SERVICE_ACCOUNT_IDS:
        return None
    edit_is_hidden = getattr(message, "edit_hide", None)  # a reaction, for example, not a new text
    return PrivateMessage(
        id=message.id,
        peer_id=peer_id,
        text=without_nul(message.message or ""),
        at=message.date,
        outgoing=bool(message.out),
        kind=kind,
        edited_at=None if edit_is_hidden else getattr(message, "edit_date", None),
    )


def media_kind(media: Any) -> str:
    """The message's ``kind``: ``text`` without media or with a link preview, ``other`` for media not listed here."""
    if media is None or isinstance(media, types.MessageMediaEmpty | types.MessageMediaWebPage):
        return "text"
    if not isinstance(media, types.MessageMediaDocument):
        return _KINDS.get(type(media), "other")
    attributes = {type(each): each for each in getattr(media.document, "attributes", None) or []}
    if types.DocumentAttributeSticker in attributes:
        return "sticker"
    if types.DocumentAttributeAudio in attributes:
        return "voice" if attributes[types.DocumentAttributeAudio].voice else "audio"
    if types.DocumentAttributeAnimated in attributes or types.DocumentAttributeVideo in attributes:
        return "video"
    return "document"


def same_text(ours: str, theirs: str) -> bool:
    """Whether Telegram's copy can be our text: Telegram strips whitespace at both ends."""
    return ours.strip() == theirs.strip()
