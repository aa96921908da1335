"""Media of every kind, as a user's phone sends them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from telethon.tl import types

from .files import FileStore
from .media import Media, image_size, make_thumbnail

Details = dict[str, Any]


def video(details: Details, **flags: bool) -> Any:
    size = details.get("width", 640), details.get("height", 360)
    return types.DocumentAttributeVideo(details.get("duration", 5), *size, supports_streaming=True, **flags)


def voice(details: Details) -> Any:
    waveform = details.get("waveform", bytes(63))
    return types.DocumentAttributeAudio(details.get("duration", 3), voice=True, waveform=as_bytes(waveform))


def audio(details: Details) -> Any:
    names = details.get("title", "Song"), details.get("performer", "Band")
    return types.DocumentAttributeAudio(details.get("duration", 180), False, *names)


def sticker(details: Details) -> list[Any]:
    size = types.DocumentAttributeImageSize(details.get("width", 512), details.get("height", 512))
    return [size, types.DocumentAttributeSticker(details.get("emoji", "👍"), types.InputStickerSetEmpty())]


SQUARE = {"width": 384, "height": 384}
# Of each kind of document: its MIME type, its usual file name, and its attributes.
DOCUMENTS: dict[str, tuple[str, str | None, Callable[[Details], list[Any]]]] = {
    "video": ("video/mp4", "video.mp4", lambda details: [video(details)]),
    "video_note": (
        "video/mp4",
        None,
        lambda details: [video(SQUARE | details, round_message=True)],
    ),
    "animation": ("video/mp4", "animation.mp4", lambda details: [video(details), types.DocumentAttributeAnimated()]),
    "voice": ("audio/ogg", None, lambda details: [voice(details)]),
    "audio": ("audio/mpeg", "song.mp3", lambda details: [audio(details)]),
    "document": ("application/octet-stream", "file.bin", lambda details: []),
    "sticker": ("image/webp", "sticker.webp", sticker),
}
WITH_THUMBNAIL = {"video", "video_note", "animation", "sticker"}


def place(details: Details) -> Any:
    return types.GeoPoint(details.get("longitude", 13.4), details.get("latitude", 52.5), access_hash=1)


def poll(details: Details) -> Any:
    texts = details.get("answers", ["Yes", "No"])
    answers = [types.PollAnswer(styled(text), str(number).encode()) for number, text in enumerate(texts)]
    question = styled(details.get("question", "Is it good?"))
    return types.MessageMediaPoll(types.Poll(1, question, answers, hash=0), types.PollResults())


def styled(text: str) -> Any:
    return types.TextWithEntities(text, [])


def contact(details: Details) -> Any:
    names = details.get("first_name", "Bob"), details.get("last_name", "Ek")
    return types.MessageMediaContact(details.get("phone_number", "15550009"), *names, vcard="", user_id=0)


def venue(details: Details) -> Any:
    names = details.get("title", "Cafe"), details.get("address", "Main Street 1")
    return types.MessageMediaVenue(place(details), *names, provider="", venue_id="", venue_type="")


def invoice(details: Details) -> Any:
    return types.MessageMediaInvoice("Order", "Two cups", "EUR", details.get("total_amount", 1000), "start")


def web_page(details: Details) -> Any:
    url = details.get("url", "https://example.com/")
    page = types.WebPage(1, url, url, hash=0, title=details.get("title", "Example"))
    return types.MessageMediaWebPage(page)


# The kinds without a file.
VALUES: dict[str, Callable[[Details], Any]] = {
    "contact": contact,
    "location": lambda details: types.MessageMediaGeo(place(details)),
    "live_location": lambda details: types.MessageMediaGeoLive(place(details), details.get("period", 900)),
    "venue": venue,
    "poll": poll,
    "dice": lambda details: types.MessageMediaDice(details.get("value", 6), details.get("emoji", "🎲")),
    "story": lambda details: types.MessageMediaStory(types.PeerUser(777000), details.get("id", 1)),
    "invoice": invoice,
    "web_page": web_page,
    "unsupported": lambda details: types.MessageMediaUnsupported(),
}
KINDS = ("photo", *DOCUMENTS, *VALUES)


def as_bytes(content: bytes | str) -> bytes:
    """A string is base64: what comes through the control port."""
    return base64.b64decode(content) if isinstance(content, str) else content


def phone_media(files: FileStore, dc_id: int, kind: str, content: bytes, details: Details) -> Media:
    """Raises KeyError for a kind that does not exist. See MediaControl.deliver_media on the details."""
    common = dict(ttl_seconds=details.get("ttl_seconds"), spoiler=details.get("spoiler", False))
    if kind in VALUES:
        return Media(kind, value=VALUES[kind](details))
    if kind == "photo":
        width, height = image_size(content) or (details.get("width", 320), details.get("height", 240))
        sizes = dict(width=width, height=height, thumbnail=make_thumbnail(content))
        return Media(kind, files.add(content, dc_id, is_photo=True, **sizes), **common)
    mime_type, name, attributes = DOCUMENTS[kind]
    name = details.get("name", name)
    named = [] if name is None else [types.DocumentAttributeFilename(name)]
    file = files.add(
        content,
        dc_id,
        mime_type=details.get("mime_type", mime_type),
        attributes=[*attributes(details), *named],
        thumbnail=make_thumbnail() if details.get("thumbnail", kind in WITH_THUMBNAIL) else b"",
    )
    return Media(kind, file, **common)
