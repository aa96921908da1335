"""Files of received messages: their rows, written in the transaction of the message.

What comes from Telegram, names and types above all, was written by strangers. A name is cleaned before it is stored;
the type is what the sender claims until the content is here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db.models import Max

from crmsolid.core import clock
from messaging.files.models import Attachment, File, FileKind, FileState, TelegramDownload, TelegramUpload
from messaging.models import Message, new_random_id

MAX_PARTS = 10
UNKNOWN_TYPE = "application/octet-stream"
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,40}/[a-z0-9][a-z0-9!#$&^_.+-]{0,50}")
_MAX_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Remote:
    """Where Telegram has a file. ``thumb_size`` is the size of a photo to ask for, empty for a document; ``preview`` a
    tiny JPEG of a picture or a video, empty if its message has none."""

    dc_id: int
    media_id: int
    access_hash: int
    file_reference: bytes
    thumb_size: str = ""
    preview: bytes = b""


@dataclass(frozen=True, slots=True)
class ReceivedMedia:
    """A file as a message of Telegram describes it: ``size`` in bytes, ``duration`` in seconds, ``waveform`` up to 100
    values of 0 to 31. ``storage_name`` and ``sha256`` are set if the content is here already: whoever reports the
    message keeps it in the transaction. Without it and ``remote`` nothing is fetched: the file destroys itself."""

    kind: FileKind
    type: str
    size: int
    name: str = ""
    width: int | None = None
    height: int | None = None
    duration: int | None = None
    waveform: bytes = b""
    remote: Remote | None = None
    storage_name: str = ""
    sha256: str = ""

    def to_json(self) -> dict[str, Any]:
        values = asdict(self) | {"waveform": self.waveform.hex()}
        if self.remote is not None:
            values["remote"]["file_reference"] = self.remote.file_reference.hex()
            values["remote"]["preview"] = self.remote.preview.hex()
        return values

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        remote = values["remote"]
        if remote is not None:
            as_bytes = {name: bytes.fromhex(remote.get(name, "")) for name in ("file_reference", "preview")}
            remote = Remote(**{**remote, **as_bytes})
        waveform = bytes.fromhex(values["waveform"])
        return cls(**{**values, "kind": FileKind(values["kind"]), "waveform": waveform, "remote": remote})


@dataclass(frozen=True, slots=True)
class Part:
    """A message of Telegram that has a file: a whole message, or a part of an album."""

    telegram_message_id: int
    media: ReceivedMedia


def clean_type(claimed: str) -> str:
    """The media type that a sender claims, or the unknown one if it is none."""
    claimed = claimed.partition(";")[0].strip().lower()
    return claimed if _TYPE.fullmatch(claimed) else UNKNOWN_TYPE


def clean_number(value: Any) -> int | None:
    """A measure that a sender claims; None if it is none."""
    try:
        number = round(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 < number <= _MAX_NUMBER else None


def attach(message: Message, parts: Sequence[Part], *, is_past: bool = False) -> None:
    """Store the files of a message that is stored. At most :data:`MAX_PARTS`, those that it has included.

    ``is_past``: it is an old message that somebody asked for; its files are fetched when somebody asks for them.
    """
    if not parts:
        return
    used = Attachment.unscoped.filter(message=message).aggregate(last=Max("position"))["last"]
    start = 0 if used is None else used + 1
    files = [_new_file(message, part.media) for part in parts]
    File.unscoped.bulk_create(files)
    Attachment.unscoped.bulk_create(
        Attachment(
            workspace_id=message.workspace_id,
            message=message,
            account_id=message.account_id,
            file=file,
            position=position,
            kind=part.media.kind,
            random_id=message.random_id if position == 0 else new_random_id(),
            telegram_message_id=part.telegram_message_id,
        )
        for position, (part, file) in enumerate(zip(parts, files, strict=True), start)
    )
    now = None if is_past else clock.now()
    downloads = [_new_download(message, part, file, now) for part, file in zip(parts, files, strict=True)]
    TelegramDownload.unscoped.bulk_create(each for each in downloads if each is not None)


def _new_file(message: Message, media: ReceivedMedia) -> File:
    return File(
        workspace_id=message.workspace_id,
        name=media.name,
        type=media.type,
        kind=media.kind,
        state=_state(media),
        size=media.size,
        width=media.width,
        height=media.height,
        duration=media.duration,
        waveform=media.waveform or None,
        storage_name=media.storage_name,
        sha256=media.sha256,
    )


def _state(media: ReceivedMedia) -> FileState:
    if media.storage_name:
        return FileState.STORED
    if media.remote is None:
        return FileState.GONE
    return FileState.TOO_LARGE if media.size > settings.TELEGRAM_FILE_MAX_BYTES else FileState.ON_DEMAND


def _new_download(message: Message, part: Part, file: File, now: datetime | None) -> TelegramDownload | None:
    remote = part.media.remote
    if remote is None or file.state != FileState.ON_DEMAND:
        return None
    is_automatic = now is not None and part.media.size <= settings.TELEGRAM_FETCH_MAX_BYTES
    return TelegramDownload(
        workspace_id=message.workspace_id,
        account_id=message.account_id,
        file=file,
        telegram_message_id=part.telegram_message_id,
        wanted_at=now if is_automatic else None,
        is_automatic=is_automatic,
        **asdict(remote),
    )


def known_ids(account_id: int, telegram_ids: Iterable[int]) -> set[int]:
    """Those of these messages of Telegram that are a part of a stored message."""
    rows = Attachment.unscoped.filter(account_id=account_id, telegram_message_id__in=list(telegram_ids))
    return {found for found in rows.values_list("telegram_message_id", flat=True) if found is not None}


def replace_media(message: Message, part: Part) -> bool:
    """The part was edited; whether it has another file now. The former one is deleted unless something else uses it.
    A text may have got a file.

    Telegram reports an edited caption with the file as it is, so a file is another one if it looks different. A photo
    that was uploaded here is smaller there, and has the id of the upload.
    """
    rows = Attachment.unscoped.filter(message=message, telegram_message_id=part.telegram_message_id)
    attachment = rows.select_related("file").select_for_update(of=("self",)).first()
    if attachment is None:
        return _add_to_text(message, part)
    former, media = attachment.file, part.media
    is_same = (attachment.kind, former.size) == (media.kind, media.size)
    if is_same or media.remote is None:
        return False
    uploads = TelegramUpload.unscoped.filter(account=attachment.account_id, file=former, kind=attachment.kind)
    if uploads.filter(media_id=media.remote.media_id).exists():
        return False
    file = _new_file(message, media)
    file.save(force_insert=True)
    download = _new_download(message, part, file, clock.now())
    if download is not None:
        download.save(force_insert=True)
    rows.update(file=file, kind=media.kind)
    if attachment.position == 0:
        _set_kind(message, media.kind)
    release([former.pk])
    return True


def _add_to_text(message: Message, part: Part) -> bool:
    if message.kind != "text" or message.telegram_message_id != part.telegram_message_id:
        return False  # of an own album whose ids are not all known
    _set_kind(message, part.media.kind)
    attach(message, [part])
    return True


def _set_kind(message: Message, kind: FileKind) -> None:
    message.kind = kind.value
    Message.unscoped.filter(pk=message.pk).update(kind=message.kind)


def release(file_ids: Sequence[str]) -> None:
    """These files have lost a message: they are deleted soon, unless something else uses them."""
    used = Attachment.unscoped.filter(file_id__in=file_ids).values("file_id")
    File.unscoped.filter(pk__in=file_ids).exclude(pk__in=used).update(expires_at=clock.now())


def without(parts: Sequence[Part], telegram_ids: set[int]) -> tuple[Part, ...]:
    """The parts that have none of these ids."""
    return tuple(each for each in parts if each.telegram_message_id not in telegram_ids)
