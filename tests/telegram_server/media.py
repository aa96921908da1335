"""What a message carries beside its text: how it is made of what a client or a phone sends, and how a user sees it."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image, UnidentifiedImageError
from telethon.tl import types

from .errors import failure
from .files import StoredFile

if TYPE_CHECKING:
    from .state import User

VIEW_ONCE = 0x7FFF_FFFF
LARGEST_PHOTO = 10 * 1024 * 1024
LONGEST_SIDES = 10_000  # width and height together
LARGEST_RATIO = 20
LARGEST_THUMBNAIL, LONGEST_THUMBNAIL_SIDE = 200 * 1024, 320
# A yellow ellipse on blue, 40 x 30 pixels, in the form of Telegram's stripped photos.
STRIPPED = base64.b64decode(
    "AR4oiqSKJpDxwB3qOtFFCIFHarr1XTWm7MqcOZ6kItUxyWqGWBoxnqvrV2ggEEHoa44YiaerubypRa0M2inMNrFfQ4or0lqcg2tCN/MQN+dZ9PSR"
    "ozlTWNal7RabmlOfKy/SMwVSx6Cq4u+OU/WoZJWk+8ePQVyww02/e0RtKrG2g1juYk9zmikor0TlPw=="
)


@dataclass(slots=True, eq=False)
class Media:
    """`file` is a photo's or a document's; `value` is the TL object of kinds without a file. After self-destruction
    (`is_gone`) only the time to live is left, in seconds."""

    kind: str
    file: StoredFile | None = None
    value: Any = None
    ttl_seconds: int | None = None
    spoiler: bool = False
    is_gone: bool = False


def media_view(viewer: User, media: Media) -> Any:
    file = media.file
    if file is None:
        return media.value
    if file.is_photo:
        photo = None if media.is_gone else photo_view(viewer, file)
        return types.MessageMediaPhoto(spoiler=media.spoiler, photo=photo, ttl_seconds=media.ttl_seconds)
    return types.MessageMediaDocument(
        spoiler=media.spoiler,
        video=media.kind in ("video", "video_note"),
        round=media.kind == "video_note",
        voice=media.kind == "voice",
        document=None if media.is_gone else document_view(viewer, file),
        ttl_seconds=media.ttl_seconds,
    )


def photo_view(viewer: User, file: StoredFile) -> Any:
    return types.Photo(
        file.id,
        file.access_hash(viewer),
        file.reference(viewer),
        file.date,
        sizes=[*thumbnail_views(file), types.PhotoSize("y", file.width, file.height, len(file.content))],
        dc_id=file.dc_id,
    )


def document_view(viewer: User, file: StoredFile) -> Any:
    return types.Document(
        file.id,
        file.access_hash(viewer),
        file.reference(viewer),
        file.date,
        file.mime_type,
        len(file.content),
        file.dc_id,
        file.attributes,
        thumbs=thumbnail_views(file) or None,
    )


def thumbnail_views(file: StoredFile) -> list[Any]:
    """The small sizes, smallest first; all are smaller than the file. A document without a thumbnail has none."""
    views: list[Any] = []
    if file.thumbnail or (file.is_photo and len(file.content) > len(STRIPPED)):
        views.append(types.PhotoStrippedSize("i", STRIPPED))
    if file.thumbnail:
        width, height = image_size(file.thumbnail) or (90, 90)
        views.append(types.PhotoSize("m", width, height, len(file.thumbnail)))
    return views


def size_of_type(file: StoredFile, thumb_size: str) -> bytes:
    """The bytes of a size, as upload.getFile names it. Raises RpcFailure if there is none."""
    if thumb_size == ("y" if file.is_photo else ""):
        return file.content
    if thumb_size == "m" and file.thumbnail:
        return file.thumbnail
    raise failure("LOCATION_INVALID")


def kind_of(attributes: list[Any]) -> str:
    """The kind of a document: that of the first row that an attribute fits."""
    rows: list[tuple[str, type, Callable[[Any], bool]]] = [
        ("sticker", types.DocumentAttributeSticker, lambda each: True),
        ("video_note", types.DocumentAttributeVideo, lambda each: bool(each.round_message)),
        ("animation", types.DocumentAttributeAnimated, lambda each: True),
        ("video", types.DocumentAttributeVideo, lambda each: True),
        ("voice", types.DocumentAttributeAudio, lambda each: bool(each.voice)),
        ("audio", types.DocumentAttributeAudio, lambda each: True),
    ]
    fitting = (
        kind for kind, attribute, fits in rows if any(isinstance(each, attribute) and fits(each) for each in attributes)
    )
    return next(fitting, "document")


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None if it is no image."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            return image.size
    except (UnidentifiedImageError, OSError, ValueError):
        return None


def make_thumbnail(content: bytes | None = None) -> bytes:
    """A JPEG of at most 320 x 320 pixels; nothing if it would not be smaller. Without an image it shows one color."""
    if content is None:
        return jpeg(Image.new("RGB", (90, 60), (40, 120, 200)))
    try:
        with Image.open(io.BytesIO(content)) as image:
            small = image.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError):
        return b""
    small.thumbnail((LONGEST_THUMBNAIL_SIDE, LONGEST_THUMBNAIL_SIDE))
    result = jpeg(small)
    return result if len(result) < len(content) else b""


def jpeg(image: Image.Image) -> bytes:
    result = io.BytesIO()
    image.save(result, "JPEG")
    return result.getvalue()


def photo_fields(content: bytes) -> dict[str, Any]:
    """The fields of an uploaded photo. Raises RpcFailure for one that Telegram does not take."""
    size = image_size(content)
    if size is None or len(content) > LARGEST_PHOTO:
        raise failure("IMAGE_PROCESS_FAILED")
    if sum(size) > LONGEST_SIDES or max(size) > LARGEST_RATIO * min(size):
        raise failure("PHOTO_INVALID_DIMENSIONS")
    return dict(is_photo=True, width=size[0], height=size[1], thumbnail=make_thumbnail(content))


def accepted_thumbnail(content: bytes) -> bytes:
    """Telegram leaves out a thumbnail that is no small picture, without an error."""
    size = image_size(content)
    fits = size is not None and max(size) <= LONGEST_THUMBNAIL_SIDE and len(content) <= LARGEST_THUMBNAIL
    return content if fits else b""
