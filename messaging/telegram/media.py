"""Files in Telegram's terms: what they are uploaded as, and what they are addressed by once they are there.

Telethon would guess the kind from the name and set wrong measures, so everything is built here.
"""

from dataclasses import dataclass
from typing import Any

from telethon import utils
from telethon.tl import types

from messaging.files.models import File, FileKind

# Telegram refuses a larger thumbnail.
MAX_THUMBNAIL_BYTES = 200 * 1024
# What can be in one album together. All others are sent alone.
_ALBUMS = {FileKind.PHOTO: "visual", FileKind.VIDEO: "visual", FileKind.DOCUMENT: "document", FileKind.AUDIO: "audio"}


@dataclass(frozen=True, slots=True)
class MediaAddress:
    """A file at Telegram, as one account may send it."""

    id: int
    access_hash: int
    file_reference: bytes


def uploaded_media(file: File, kind: str, content: Any, thumbnail: Any | None) -> Any:
    """What ``messages.uploadMedia`` takes for these parts (``content``) as this kind of media."""
    if kind == FileKind.PHOTO:
        return types.InputMediaUploadedPhoto(content)
    return types.InputMediaUploadedDocument(
        content,
        mime_type=file.type,
        attributes=_attributes(file, kind),
        thumb=thumbnail,
        force_file=kind == FileKind.DOCUMENT or None,
        # Otherwise a video without sound becomes a GIF.
        nosound_video=kind == FileKind.VIDEO or None,
    )


def _attributes(file: File, kind: str) -> list[Any]:
    duration, width, height = file.duration or 0, file.width or 0, file.height or 0
    name = types.DocumentAttributeFilename(file.name or "file")
    match kind:
        case FileKind.VIDEO:
            return [types.DocumentAttributeVideo(duration, width, height, supports_streaming=True), name]
        case FileKind.VIDEO_NOTE:
            side = min(width, height) or max(width, height)
            return [types.DocumentAttributeVideo(duration, side, side, round_message=True)]
        case FileKind.ANIMATION:
            video = types.DocumentAttributeVideo(duration, width, height)
            return [video, types.DocumentAttributeAnimated(), name] if file.type.startswith("video/") else [name]
        case FileKind.VOICE:
            waveform = utils.encode_waveform(bytes(file.waveform)) if file.waveform else None
            return [types.DocumentAttributeAudio(duration, voice=True, waveform=waveform)]
        case FileKind.AUDIO:
            return [types.DocumentAttributeAudio(duration), name]
        case FileKind.STICKER:
            return [
                types.DocumentAttributeImageSize(width, height),
                types.DocumentAttributeSticker("", types.InputStickerSetEmpty()),
                name,
            ]
        case _:
            return [name]


def address_of(media: Any) -> MediaAddress | None:
    """The address of the photo or document of a message, or of what was uploaded; None if it has none."""
    content = getattr(media, "photo", None) or getattr(media, "document", None)
    if not isinstance(content, types.Photo | types.Document):
        return None
    return MediaAddress(content.id, content.access_hash, content.file_reference)


def input_media(address: MediaAddress, kind: str) -> Any:
    """The file at Telegram as a request names it."""
    if kind == FileKind.PHOTO:
        return types.InputMediaPhoto(types.InputPhoto(address.id, address.access_hash, address.file_reference))
    return types.InputMediaDocument(types.InputDocument(address.id, address.access_hash, address.file_reference))


def album_of(kind: str) -> str:
    """Files that follow each other and have this in common are sent in one request; empty for one that goes alone."""
    return _ALBUMS.get(FileKind(kind), "")
