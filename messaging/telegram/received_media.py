"""What a message of Telegram has beside its text: its kind, its file, and words for what is no file or has no text."""

from collections.abc import Callable, Iterable
from typing import Any

from telethon import utils
from telethon.tl import TLObject, types

from messaging.files.content import clean_name
from messaging.files.models import FileKind
from messaging.files.received import ReceivedMedia, Remote, clean_number, clean_type

MAX_WORDS = 300
MAX_PREVIEW = 2048
_JPEG = b"\xff\xd8\xff"
_WAVEFORM_BYTES = 63  # 100 values
# A size of a photo that is not asked for: a preview in the message itself, or a drawing.
_SIZES = (types.PhotoSize, types.PhotoSizeProgressive)

_KINDS: dict[type, str] = {
    types.MessageMediaContact: "contact",
    types.MessageMediaGeo: "location",
    types.MessageMediaGeoLive: "location",
    types.MessageMediaVenue: "location",
    types.MessageMediaPoll: "poll",
}
_OTHER: dict[type, str] = {
    types.MessageMediaDice: "Dice",
    types.MessageMediaGame: "Game",
    types.MessageMediaGiveaway: "Giveaway",
    types.MessageMediaGiveawayResults: "Giveaway",
    types.MessageMediaInvoice: "Invoice",
    types.MessageMediaPaidMedia: "Paid media",
    types.MessageMediaStory: "Story",
    types.MessageMediaToDo: "Checklist",
}
UNKNOWN = "A message that this version does not know"
# How deep the passages of a page may lie within each other.
MAX_DEPTH = 50


def kind_of(media: Any) -> str:
    """The message's ``kind``: ``text`` without media or with a link preview, ``other`` for media not listed here."""
    if media is None or isinstance(media, types.MessageMediaEmpty | types.MessageMediaWebPage):
        return "text"
    if isinstance(media, types.MessageMediaPhoto):
        return "photo"
    if isinstance(media, types.MessageMediaDocument):
        return _document_kind(media).value
    return _KINDS.get(type(media), "other")


def _document_kind(media: types.MessageMediaDocument) -> FileKind:
    """By the first row that fits. Of a document that has destroyed itself only the flags are left."""
    attributes = _attributes(media.document)
    video: Any = attributes.get(types.DocumentAttributeVideo)
    audio: Any = attributes.get(types.DocumentAttributeAudio)
    rows = (
        (FileKind.STICKER, types.DocumentAttributeSticker in attributes),
        (FileKind.VIDEO_NOTE, bool(video and video.round_message) or bool(media.round)),
        (FileKind.ANIMATION, types.DocumentAttributeAnimated in attributes),
        (FileKind.VIDEO, video is not None or bool(media.video)),
        (FileKind.VOICE, bool(audio and audio.voice) or bool(media.voice)),
        (FileKind.AUDIO, audio is not None),
    )
    return next((kind for kind, fits in rows if fits), FileKind.DOCUMENT)


def _attributes(document: Any) -> dict[type, Any]:
    return {type(each): each for each in getattr(document, "attributes", None) or []}


def file_of(media: Any) -> ReceivedMedia | None:
    """The file of a message; None if it has none, or none any more. One that destroys itself has no ``remote``."""
    if isinstance(media, types.MessageMediaPhoto) and isinstance(media.photo, types.Photo):
        return _photo(media.photo, fetches=not media.ttl_seconds)
    if isinstance(media, types.MessageMediaDocument) and isinstance(media.document, types.Document):
        return _document(media, fetches=not media.ttl_seconds)
    return None


def _photo(photo: types.Photo, *, fetches: bool) -> ReceivedMedia | None:
    sizes: list[Any] = [each for each in photo.sizes if isinstance(each, _SIZES)]
    if not sizes:
        return None
    # The thumbnail of a small photo may have the same measures as the photo.
    largest = max(sizes, key=lambda size: (size.w * size.h, _bytes_of(size)))
    in_bytes = _bytes_of(largest)
    address = photo.dc_id, photo.id, photo.access_hash, photo.file_reference
    remote = Remote(*address, largest.type[:4], _preview(photo.sizes))
    return ReceivedMedia(
        kind=FileKind.PHOTO,
        type="image/jpeg",
        size=max(0, in_bytes),
        width=clean_number(largest.w),
        height=clean_number(largest.h),
        remote=remote if fetches else None,
    )


def _preview(sizes: Iterable[Any]) -> bytes:
    """The picture of some 40 pixels that the message itself has, which comes without the header that all of them share;
    empty if there is none."""
    stripped = next((each.bytes for each in sizes if isinstance(each, types.PhotoStrippedSize)), b"")
    preview = utils.stripped_photo_to_jpg(stripped)
    return preview if preview.startswith(_JPEG) and len(preview) <= MAX_PREVIEW else b""


def _bytes_of(size: Any) -> int:
    return int(size.size if isinstance(size, types.PhotoSize) else max(size.sizes, default=0))


def _document(media: types.MessageMediaDocument, *, fetches: bool) -> ReceivedMedia:
    document: Any = media.document
    attributes = _attributes(document)
    image: Any = attributes.get(types.DocumentAttributeImageSize)
    video: Any = attributes.get(types.DocumentAttributeVideo)
    audio: Any = attributes.get(types.DocumentAttributeAudio)
    named: Any = attributes.get(types.DocumentAttributeFilename)
    measured, timed = video or image, video or audio
    address = document.dc_id, document.id, document.access_hash, document.file_reference
    remote = Remote(*address, preview=_preview(document.thumbs or ()))
    media_type = clean_type(document.mime_type or "")
    return ReceivedMedia(
        kind=_document_kind(media),
        type=media_type,
        size=max(0, document.size),
        name=clean_name(named.file_name, media_type) if named else "",
        width=clean_number(measured.w) if measured else None,
        height=clean_number(measured.h) if measured else None,
        duration=clean_number(timed.duration) if timed else None,
        waveform=_waveform(audio),
        remote=remote if fetches else None,
    )


def _waveform(audio: Any) -> bytes:
    """The values of 5 bits that Telegram packs. Telethon reads the last one from a wrong place."""
    packed = (getattr(audio, "waveform", None) or b"")[:_WAVEFORM_BYTES]
    bits = int.from_bytes(packed, "little")
    return bytes(bits >> 5 * number & 31 for number in range(len(packed) * 8 // 5))


def words_of(media: Any) -> str:
    """What people read where a message has neither a text nor a file; empty if it has one."""
    if getattr(media, "ttl_seconds", None):
        return "it destroys itself, and can be opened on the phone only"
    if kind_of(media) == "text" or isinstance(media, types.MessageMediaPhoto | types.MessageMediaDocument):
        return ""
    describe = _WORDS.get(type(media))
    words = _OTHER.get(type(media), UNKNOWN) if describe is None else describe(media)
    return " ".join(words.replace("\0", "").split())[:MAX_WORDS]


def text_of_page(page: Any) -> str:
    """The words of a message that is laid out like a page (``RichMessage``), each block in a line of its own. What it
    has beside words is left out."""
    return _words_in(getattr(page, "blocks", []))


def _words_in(part: Any, depth: int = 0) -> str:
    if isinstance(part, types.TextPlain):
        return str(part.text)
    if depth > MAX_DEPTH or not isinstance(part, TLObject | list):
        return ""
    children = part if isinstance(part, list) else vars(part).values()
    between = "" if isinstance(part, list) and _are_passages(part) else "\n"
    return between.join(filter(None, (_words_in(each, depth + 1) for each in children)))


def _are_passages(parts: list[Any]) -> bool:
    """Whether these stand in one line, such as plain and bold text."""
    return all(getattr(each, "SUBCLASS_OF_ID", None) == types.TextPlain.SUBCLASS_OF_ID for each in parts)


def _contact(media: types.MessageMediaContact) -> str:
    phone = media.phone_number
    phone = f"+{phone}" if phone[:1].isdigit() else phone
    return " ".join(filter(None, [media.first_name, media.last_name, phone]))


def _place(media: Any) -> str:
    geo = media.geo
    return f"{geo.lat:.6g}, {geo.long:.6g}" if isinstance(geo, types.GeoPoint) else ""


def _venue(media: types.MessageMediaVenue) -> str:
    return ", ".join(filter(None, [media.title, media.address, _place(media)]))


def _poll(media: types.MessageMediaPoll) -> str:
    poll: Any = media.poll
    answers = " / ".join(_plain(each.text) for each in poll.answers if hasattr(each, "text"))
    return f"{_plain(poll.question)} {answers}"


def _plain(text: Any) -> str:
    return str(getattr(text, "text", text))


def _dice(media: types.MessageMediaDice) -> str:
    return f"{media.emoticon} {media.value}"


def _invoice(media: types.MessageMediaInvoice) -> str:
    return f"Invoice: {media.title}"


_WORDS: dict[type, Callable[[Any], str]] = {
    types.MessageMediaContact: _contact,
    types.MessageMediaGeo: _place,
    types.MessageMediaGeoLive: _place,
    types.MessageMediaVenue: _venue,
    types.MessageMediaPoll: _poll,
    types.MessageMediaDice: _dice,
    types.MessageMediaInvoice: _invoice,
}


def words_of_action(action: Any) -> str:
    """What people read of a service message: a call, a screenshot, messages that are deleted after a time. Empty for
    what is not stored: there are dozens of others, about themes, gifts and the like."""
    if isinstance(action, types.MessageActionPhoneCall):
        name = "Video call" if action.video else "Call"
        if action.duration:
            return f"{name}, {action.duration // 60}:{action.duration % 60:02}"
        return f"{name} that nobody took"
    if isinstance(action, types.MessageActionScreenshotTaken):
        return "A screenshot of the conversation was taken"
    if isinstance(action, types.MessageActionSetMessagesTTL):
        days = action.period / 86_400
        return f"Messages are deleted after {days:.3g} days from now on" if days else "Messages are kept from now on"
    return ""
