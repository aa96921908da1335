"""Telegram's objects in our words. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telethon.tl import types

from messaging.telegram.peers import Peer

# Telegram itself writes login codes from here: they must never reach a thread, an event or a webhook.
TELEGRAMS_OWN = frozenset({777000, 42777})

_KINDS: dict[type, str] = {
    types.MessageMediaPhoto: "photo",
    types.MessageMediaContact: "contact",
    types.MessageMediaGeo: "location",
    types.MessageMediaGeoLive: "location",
    types.MessageMediaVenue: "location",
    types.MessageMediaPoll: "poll",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A private message as an update or the history shows it. ``edited_at`` only where its text was changed."""

    id: int
    peer_id: int
    text: str
    at: datetime
    outgoing: bool
    kind: str
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """What Telegram says of somebody."""

    peer: Peer
    name: str


def message(found: Any, own_id: int) -> Seen | None:
    """None for what is no person's private message: groups, channels, service messages, notes to oneself."""
    if isinstance(found, types.UpdateShortMessage):
        peer_id, kind = found.user_id, "text"
    elif isinstance(found, types.Message) and isinstance(found.peer_id, types.PeerUser):
        peer_id, kind = found.peer_id.user_id, kind_of(found.media)
    else:
        return None
    if peer_id == own_id or peer_id in TELEGRAMS_OWN:
        return None
    hidden = getattr(found, "edit_hide", None)
    return Seen(
        id=found.id,
        peer_id=peer_id,
        text=clean(found.message or ""),
        at=found.date,
        outgoing=bool(found.out),
        kind=kind,
        edited_at=None if hidden else getattr(found, "edit_date", None),
    )


def kind_of(media: Any) -> str:
    """``text`` for no media and link previews; what is not kept has at least its kind."""
    if media is None or isinstance(media, types.MessageMediaEmpty | types.MessageMediaWebPage):
        return "text"
    if isinstance(media, types.MessageMediaDocument):
        return _document(media)
    return _KINDS.get(type(media), "other")


def _document(media: Any) -> str:
    attributes = getattr(media.document, "attributes", None) or []
    found = {type(attribute): attribute for attribute in attributes}
    if types.DocumentAttributeSticker in found:
        return "sticker"
    if types.DocumentAttributeAudio in found:
        return "voice" if found[types.DocumentAttributeAudio].voice else "audio"
    if types.DocumentAttributeAnimated in found or types.DocumentAttributeVideo in found:
        return "video"
    return "document"


def person(user: Any) -> Person | None:
    """None for what has no address of its own: deleted and half-known ("min") users."""
    if not isinstance(user, types.User) or user.min or not user.access_hash:
        return None
    others = [name.username for name in user.usernames or [] if name.active]
    name = " ".join(part for part in (user.first_name, user.last_name) if part)
    return Person(Peer(user.id, user.access_hash, user.username or next(iter(others), "")), clean(name))


def clean(text: str) -> str:
    """Without what no database takes."""
    return text.replace("\0", "")


def same_text(ours: str, theirs: str) -> bool:
    """Whether Telegram's copy can be our text: it trims blanks at both ends."""
    return ours.strip() == theirs.strip()
