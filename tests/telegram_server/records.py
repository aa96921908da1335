"""What controls return: plain values that can be written as JSON."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from telethon.crypto import AuthKey
from telethon.sessions import MemorySession, StringSession
from telethon.tl import types

from .files import Upload
from .mailbox import StoredMessage
from .media import Media
from .state import User


@dataclass(frozen=True, slots=True)
class UserRecord:
    id: int
    phone: str
    username: str | None
    first_name: str
    last_name: str
    dc_id: int


@dataclass(frozen=True, slots=True)
class MediaRecord:
    """What a message carries; the kind of a mere text is "". `file_id`, `size` in bytes and what follows are of files.

    `attributes` are dicts of Telethon's TL objects, and so is `value` of a kind without a file.
    """

    kind: str
    file_id: int | None = None
    size: int = 0
    mime_type: str = ""
    name: str | None = None
    attributes: list[dict[str, Any]] = field(default_factory=list)
    thumbnail_size: int = 0
    width: int = 0
    height: int = 0
    ttl_seconds: int | None = None
    spoiler: bool = False
    value: dict[str, Any] | None = None


NO_MEDIA = MediaRecord("")


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One user's copy of a message; `date` in Unix seconds. Entities are dicts of Telethon's TL objects. `no_webpage`
    and `invert_media` are what the sender asked for; `reply_to` is the id of a message in the same mailbox. `read_at`
    is known of outgoing messages; `reactions` are by the id of the user.
    """

    id: int
    peer_id: int
    is_out: bool
    text: str
    date: int
    random_id: int | None
    entities: list[dict[str, Any]] = field(default_factory=list)
    media: MediaRecord = NO_MEDIA
    grouped_id: int | None = None
    noforwards: bool = False
    no_webpage: bool = False
    invert_media: bool = False
    reply_to: int | None = None
    quote: str | None = None
    quote_offset: int | None = None
    edited_at: int | None = None
    read_at: int | None = None
    reactions: dict[int, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UploadRecord:
    """The parts of a file that were kept, and how many were sent, repeated ones included; `size` in bytes."""

    file_id: int
    parts: list[int]
    saves: int
    size: int
    is_big: bool


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """The ids of the two copies of a message; equal if a user wrote to themselves."""

    sender_message_id: int
    recipient_message_id: int


@dataclass(frozen=True, slots=True)
class PreparedSession:
    """An address, and a key that is logged in there. `auth_key` is 256 bytes in hexadecimal."""

    dc_id: int
    host: str
    port: int
    auth_key: str

    def fill(self, session: MemorySession) -> MemorySession:
        session.set_dc(self.dc_id, self.host, self.port)
        session.auth_key = AuthKey(bytes.fromhex(self.auth_key))
        return session

    def to_string(self) -> str:
        """For telethon.sessions.StringSession."""
        return str(self.fill(StringSession()).save())


def user_record(user: User) -> UserRecord:
    return UserRecord(user.id, user.phone, user.username, user.first_name, user.last_name, user.dc_id)


def message_record(message: StoredMessage) -> MessageRecord:
    reply = message.reply
    return MessageRecord(
        message.id,
        message.peer.id,
        message.is_out,
        message.text,
        message.date,
        message.random_id,
        entities=plain(message.entities or ()),
        media=NO_MEDIA if message.media is None else media_record(message.media),
        grouped_id=message.grouped_id,
        noforwards=message.noforwards,
        no_webpage=message.no_webpage,
        invert_media=message.invert_media,
        reply_to=None if reply is None else reply.to.id,
        quote=None if reply is None else reply.quote_text,
        quote_offset=None if reply is None else reply.quote_offset,
        edited_at=message.edited_at,
        read_at=message.read_at,
        reactions={user_id: list(reactions) for user_id, (reactions, _) in message.reactions.items()},
    )


def media_record(media: Media) -> MediaRecord:
    common: dict[str, Any] = dict(ttl_seconds=media.ttl_seconds, spoiler=media.spoiler)
    file = media.file
    if file is None:
        return MediaRecord(media.kind, value=media.value.to_dict(), **common)
    names = (each.file_name for each in file.attributes if isinstance(each, types.DocumentAttributeFilename))
    return MediaRecord(
        media.kind,
        file.id,
        len(file.content),
        file.mime_type,
        next(names, None),
        plain(file.attributes),
        len(file.thumbnail),
        file.width,
        file.height,
        **common,
    )


def delivery_record(message: StoredMessage) -> DeliveryRecord:
    return DeliveryRecord(message.id, message.other_copy.id if message.other_copy else message.id)


def upload_record(upload: Upload) -> UploadRecord:
    size = sum(map(len, upload.parts.values()))
    return UploadRecord(upload.file_id, sorted(upload.parts), upload.saves, size, upload.total is not None)


def plain(objects: Iterable[Any]) -> list[dict[str, Any]]:
    return [each.to_dict() for each in objects]
