"""Reads the measures of a picture, a sound or a video, and makes the thumbnail of a picture.

It runs as a process of its own, without Django, within limits of time and memory: what it reads comes from strangers,
and the decoders are written in C. The content is its standard input, a file; the kind of reader is its one argument. It
writes one line of JSON and behind it the thumbnail.
"""

import io
import json
import resource
import struct
import sys
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, NamedTuple

MAX_PIXELS = 50_000_000
THUMBNAIL_PIXELS = 320
CPU_SECONDS = 20
MEMORY_BYTES = 1024 * 1024 * 1024
WAVEFORM_VALUES = 100
LOUDEST = 31
# Of a box of an MP4 that is read into memory.
MAX_BOX_BYTES = 16 * 1024 * 1024


class Unreadable(Exception):
    """The content is not what its first bytes say, or exceeds a bound."""


class Measures(NamedTuple):
    """Pixels, seconds, and ``WAVEFORM_VALUES`` values of 0 to ``LOUDEST``; None for what is not known."""

    width: int | None = None
    height: int | None = None
    duration: int | None = None
    waveform: list[int] | None = None


# --- Pictures ---------------------------------------------------------------------------------------------------------
def read_picture(file: BinaryIO) -> tuple[Measures, bytes]:
    """Width and height as people see the picture, and its thumbnail: drawn anew from the pixels, so it has nothing else
    of the file."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    with Image.open(file, formats=("JPEG", "PNG", "WEBP", "GIF")) as picture:
        width, height = picture.size
        if width * height > MAX_PIXELS:
            raise Unreadable(f"{width} by {height} pixels")
        orientation = picture.getexif().get(0x0112, 1)
        picture.draft("RGB", (2 * THUMBNAIL_PIXELS, 2 * THUMBNAIL_PIXELS))  # decodes a JPEG no larger than needed
        is_opaque = not picture.has_transparency_data
        small = picture.convert("RGB" if is_opaque else "RGBA")
    small.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
    small.getexif()[0x0112] = orientation
    turned = ImageOps.exif_transpose(small)
    drawn = Image.new(turned.mode, turned.size)
    drawn.paste(turned)
    thumbnail = io.BytesIO()
    drawn.save(thumbnail, "JPEG" if is_opaque else "WEBP", quality=80)
    if 5 <= orientation <= 8:  # on its side
        width, height = height, width
    return Measures(width, height), thumbnail.getvalue()


# --- Sounds -----------------------------------------------------------------------------------------------------------
def read_sound(file: BinaryIO) -> tuple[Measures, bytes]:
    """How long the sound is."""
    from tinytag import TinyTag

    duration = TinyTag.get(file_obj=file, tags=False).duration
    if not duration or duration > 10_000_000:
        raise Unreadable("no duration")
    return Measures(duration=round(duration)), b""


def read_opus(file: BinaryIO) -> tuple[Measures, bytes]:
    """How long an Ogg file with Opus is (RFC 7845), and what it looks like.

    How loud each moment is would need a decoder. The sizes of the packets follow it closely enough to show where there
    is speech and where there is none: Opus spends few bits on silence.
    """
    sizes: list[int] = []
    skipped = granule = 0
    for number, (packet_sizes, position, head) in enumerate(_pages(file)):
        if number == 0:
            skipped = struct.unpack_from("<H", head, 10)[0]
            continue
        sizes += packet_sizes
        granule = max(granule, position)
    del sizes[:1]  # the comments
    if not sizes or granule <= skipped:
        raise Unreadable("no sound")
    return Measures(duration=round((granule - skipped) / 48_000), waveform=_shape_of(sizes)), b""


def _pages(file: BinaryIO) -> Iterator[tuple[list[int], int, bytes]]:
    """The sizes of the packets that end in each page of an Ogg file (RFC 3533), its position, and its first bytes."""
    unfinished = 0
    while len(header := file.read(27)) == 27:
        if header[:4] != b"OggS":
            raise Unreadable("no page of Ogg")
        position = int.from_bytes(header[6:14], "little", signed=True)
        lacing = file.read(header[26])
        sizes = []
        for value in lacing:
            unfinished += value
            if value < 255:
                sizes.append(unfinished)
                unfinished = 0
        yield sizes, position, file.read(sum(lacing))


def _shape_of(sizes: list[int]) -> list[int]:
    """The sizes as ``WAVEFORM_VALUES`` values, each the mean of its part of the time, from the smallest to the largest.

    All packets of a voice message last equally long.
    """
    parts = min(WAVEFORM_VALUES, len(sizes))
    bounds = [len(sizes) * part // parts for part in range(parts + 1)]
    means = [sum(sizes[begin:end]) / (end - begin) for begin, end in zip(bounds, bounds[1:], strict=False)]
    least, most = min(means), max(means)
    return [round((mean - least) / (most - least) * LOUDEST) if most > least else LOUDEST // 2 for mean in means]


# --- Videos -----------------------------------------------------------------------------------------------------------
def read_mp4(file: BinaryIO) -> tuple[Measures, bytes]:
    """Duration, and width and height as people see them, by the boxes of ISO 14496-12."""
    end = file.seek(0, io.SEEK_END)
    moov = next((body for kind, body in _boxes_of_file(file, end) if kind == b"moov"), None)
    if moov is None:
        raise Unreadable("no moov")
    duration = width = height = None
    for kind, body in _boxes(moov):
        if kind == b"mvhd":
            duration = _duration(body)
        elif kind == b"trak":
            header = next((part for name, part in _boxes(body) if name == b"tkhd"), b"")
            width, height = max((width or 0, height or 0), _sides(header))
    return Measures(width or None, height or None, duration), b""


def _boxes_of_file(file: BinaryIO, end: int) -> Iterator[tuple[bytes, bytes]]:
    """The boxes of a file, without the bodies of those that are no ``moov``."""
    position = 0
    while position + 8 <= end:
        file.seek(position)
        size, kind = struct.unpack(">I4s", file.read(8))
        header = 8
        if size == 1:
            size, header = int.from_bytes(file.read(8), "big"), 16
        elif size == 0:
            size = end - position
        if size < header:
            raise Unreadable("a box without a size")
        if kind == b"moov":
            if size > MAX_BOX_BYTES:
                raise Unreadable("a large moov")
            yield kind, file.read(size - header)
        position += size


def _boxes(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    while position + 8 <= len(body):
        size, kind = struct.unpack_from(">I4s", body, position)
        if size < 8:
            return
        yield kind, body[position + 8 : position + size]
        position += size


def _duration(mvhd: bytes) -> int | None:
    scale, duration = struct.unpack_from(*((">IQ", mvhd, 20) if mvhd[:1] == b"\1" else (">II", mvhd, 12)))
    return round(duration / scale) if scale and duration / scale < 10_000_000 else None


def _sides(tkhd: bytes) -> tuple[int, int]:
    """Width and height of a track, exchanged if its matrix turns it by a quarter. A sound has none."""
    offset = 52 if tkhd[:1] == b"\1" else 40
    if len(tkhd) < offset + 44:
        return 0, 0
    matrix = struct.unpack_from(">9i", tkhd, offset)
    width, height = (side >> 16 for side in struct.unpack_from(">II", tkhd, offset + 36))
    return (height, width) if matrix[0] == 0 and matrix[1] != 0 else (width, height)


READERS: dict[str, Callable[[BinaryIO], tuple[Measures, bytes]]] = {
    "picture": read_picture,
    "sound": read_sound,
    "opus": read_opus,
    "mp4": read_mp4,
}


def main(reader: str, source: BinaryIO, target: BinaryIO) -> int:
    """1 if the content cannot be read; what the readers raise for a broken one is of many kinds."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        measures, thumbnail = READERS[reader](source)
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    values: dict[str, Any] = measures._asdict()
    target.write(json.dumps(values).encode() + b"\n" + thumbnail)
    return 0


if __name__ == "__main__":
    with open(0, "rb") as content, open(1, "wb") as answer:
        sys.exit(main(sys.argv[1], content, answer))
