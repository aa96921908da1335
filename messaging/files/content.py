"""What a file is, by its first bytes, and what it may be called.

The table has what Telegram shows as a medium, what a browser may show within a page, and a few documents; everything
else is ``application/octet-stream`` or text. A library would know hundreds of types and guess among them, by scores or
by the name, while here a type decides whether a browser shows a file: what is not known for sure must not be shown.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from messaging.files.models import FileKind

HEAD_BYTES = 4096
MAX_NAME_BYTES = 255
UNKNOWN = "application/octet-stream"
# What a browser may show within a page; everything else it saves.
INLINE = frozenset(
    {
        *("image/png", "image/jpeg", "image/webp", "image/gif"),
        *("audio/mpeg", "audio/ogg", "audio/mp4", "video/mp4", "video/webm"),
    }
)


@dataclass(frozen=True, slots=True)
class _Type:
    """``is_it`` gets the first ``HEAD_BYTES`` of a file."""

    media_type: str
    kind: FileKind
    is_it: Callable[[bytes], bool]


def _starts(*prefixes: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(prefixes)


def _has(container: bytes, offset: int, *marks: bytes) -> Callable[[bytes], bool]:
    """Whether it starts with ``container`` and has one of ``marks`` at ``offset``."""
    return lambda head: head.startswith(container) and head.startswith(marks, offset)


def _brand(*brands: bytes) -> Callable[[bytes], bool]:
    """The major brand of ISO 14496-12: the first box of an MP4."""
    return lambda head: head[4:8] == b"ftyp" and head.startswith(brands, 8)


def _is_mpeg_audio(head: bytes) -> bool:
    """A frame of MPEG audio, layer III: eleven set bits, and neither version, bit rate nor sampling rate reserved."""
    return (
        len(head) > 3
        and head[0] == 0xFF
        and head[1] & 0xE6 == 0xE2
        and head[1] & 0x18 != 0x08
        and head[2] & 0xF0 not in (0x00, 0xF0)
        and head[2] & 0x0C != 0x0C
    )


_TYPES = (
    _Type("image/jpeg", FileKind.PHOTO, _starts(b"\xff\xd8\xff")),
    _Type("image/png", FileKind.PHOTO, _starts(b"\x89PNG\r\n\x1a\n")),
    _Type("image/webp", FileKind.PHOTO, _has(b"RIFF", 8, b"WEBP")),
    _Type("image/gif", FileKind.ANIMATION, _starts(b"GIF87a", b"GIF89a")),
    _Type("audio/mp4", FileKind.AUDIO, _brand(b"M4A ", b"M4B ")),
    _Type("video/quicktime", FileKind.DOCUMENT, _brand(b"qt  ")),
    _Type("image/heic", FileKind.DOCUMENT, _brand(b"heic", b"heix", b"mif1", b"msf1", b"avif")),
    _Type("video/mp4", FileKind.VIDEO, _brand(b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1")),
    _Type("video/mp4", FileKind.VIDEO, _brand(b"M4V ", b"dash", b"MSNV", b"3gp")),
    _Type("video/webm", FileKind.DOCUMENT, lambda head: head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head[:64]),
    _Type("video/x-matroska", FileKind.DOCUMENT, _starts(b"\x1aE\xdf\xa3")),
    _Type("audio/ogg", FileKind.AUDIO, _has(b"OggS", 28, b"OpusHead")),  # no other codec is a voice message
    _Type("application/ogg", FileKind.DOCUMENT, _starts(b"OggS")),
    _Type("audio/mpeg", FileKind.AUDIO, _starts(b"ID3")),
    _Type("audio/flac", FileKind.AUDIO, _starts(b"fLaC")),
    _Type("audio/wav", FileKind.DOCUMENT, _has(b"RIFF", 8, b"WAVE")),
    _Type("audio/mpeg", FileKind.AUDIO, _is_mpeg_audio),
    _Type("application/pdf", FileKind.DOCUMENT, _starts(b"%PDF-")),
    _Type("application/gzip", FileKind.DOCUMENT, _starts(b"\x1f\x8b")),
    _Type("application/x-7z-compressed", FileKind.DOCUMENT, _starts(b"7z\xbc\xaf\x27\x1c")),
    _Type("application/vnd.rar", FileKind.DOCUMENT, _starts(b"Rar!\x1a\x07")),
)
# A ZIP, and text, are told apart by the end of the name: a wrong one changes the symbol that people see, no more.
_OFFICE = "application/vnd.openxmlformats-officedocument."
_ZIPS = {
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "epub": "application/epub+zip",
}
_TEXTS = {"csv": "text/csv", "md": "text/markdown", "json": "application/json"}
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def sniff(head: bytes, name: str) -> tuple[str, FileKind]:
    """The media type and the kind of a file that begins with ``head``, at least ``HEAD_BYTES`` of it if it has so many.
    The name counts only among documents that a browser never shows."""
    head = head[:HEAD_BYTES]
    for each in _TYPES:
        if each.is_it(head):
            return each.media_type, each.kind
    ending = name.rpartition(".")[2].lower()
    if head.startswith(b"PK\x03\x04"):
        return _ZIPS.get(ending, "application/zip"), FileKind.DOCUMENT
    if head and _is_text(head):
        return _TEXTS.get(ending, "text/plain"), FileKind.DOCUMENT
    return UNKNOWN, FileKind.DOCUMENT


def _is_text(head: bytes) -> bool:
    if _NOT_TEXT.search(head):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:  # the last character may be cut
        return error.start >= len(head) - 3 and error.reason == "unexpected end of data"
    return True


def clean_name(name: str, media_type: str = UNKNOWN) -> str:
    """What people call the file: without a path, without characters that are invisible or change the direction of the
    text, with blanks as single spaces, and at most 255 bytes long, of which the ending stays. ``file`` with a usual
    ending if nothing is left."""
    name = unicodedata.normalize("NFC", name.encode("utf-8", "ignore").decode())
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(" " if char.isspace() else char for char in name if _is_shown(char))
    name = " ".join(name.split())
    if not name.strip(". "):
        return f"file{_ENDINGS.get(media_type, '')}"
    return _shortened(name)


_ENDINGS = {
    **{"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif", "video/mp4": ".mp4"},
    **{"audio/mpeg": ".mp3", "audio/ogg": ".ogg", "audio/mp4": ".m4a", "application/pdf": ".pdf", "text/plain": ".txt"},
}


def _is_shown(char: str) -> bool:
    """Whether it is neither a control nor a format character (such as those of Unicode's bidirectional algorithm), nor
    unassigned, private or half of a surrogate pair. Blanks count as shown; the joiners of emoji do too."""
    return char.isspace() or char in "\u200c\u200d" or not unicodedata.category(char).startswith("C")


def _shortened(name: str) -> str:
    if len(name.encode()) <= MAX_NAME_BYTES:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > 20:
        stem, dot, ending = name, "", ""
    room = MAX_NAME_BYTES - len((dot + ending).encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + ending
