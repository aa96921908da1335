"""Small files for the browser tests and the demo workspace: pictures, and a voice message that browsers play."""

import io
from collections.abc import Sequence
from typing import Any
from zlib import crc32

from PIL import Image, ImageDraw

# 20 ms of silence, as Opus encodes it (RFC 6716).
_SILENCE = b"\xf8\xff\xfe"
_SAMPLES = 960
_PACKETS_A_PAGE = 50


def picture(width: int, height: int, colours: tuple[str, str] = ("#c9b394", "#5a3d28"), format: str = "JPEG") -> bytes:
    """A picture of hills below a sun."""
    image = Image.new("RGB", (width, height), colours[0])
    draw = ImageDraw.Draw(image)
    sun = width // 8
    draw.ellipse((width * 0.66, height * 0.14, width * 0.66 + 2 * sun, height * 0.14 + 2 * sun), fill="#f6e7c1")
    draw.polygon(
        [(0, height), (0, height * 0.7), (width * 0.35, height * 0.42), (width * 0.75, height)], fill=colours[1]
    )
    draw.polygon(
        [(width * 0.3, height), (width * 0.8, height * 0.55), (width, height * 0.7), (width, height)], fill="#3d5a4a"
    )
    written = io.BytesIO()
    image.save(written, format, quality=82)
    return written.getvalue()


def voice(seconds: int) -> bytes:
    """A voice message of silence: Opus in Ogg (RFC 7845)."""
    head = b"OpusHead\x01\x01" + (312).to_bytes(2, "little") + (48_000).to_bytes(4, "little") + b"\0\0\0"
    vendor = b"crmsolid"
    tags = b"OpusTags" + len(vendor).to_bytes(4, "little") + vendor + (0).to_bytes(4, "little")
    count = seconds * 50
    pages = [_page(0, 0, [head], 2), _page(1, 0, [tags], 0)]
    for first in range(0, count, _PACKETS_A_PAGE):
        packets = [_SILENCE] * min(_PACKETS_A_PAGE, count - first)
        done = first + len(packets)
        pages.append(_page(len(pages), done * _SAMPLES, packets, 4 if done == count else 0))
    return b"".join(pages)


def _page(number: int, position: int, packets: Sequence[bytes], flags: int) -> bytes:
    header = b"OggS\0" + bytes([flags]) + position.to_bytes(8, "little") + b"crms" + number.to_bytes(4, "little")
    lengths = bytes([len(packets), *(len(each) for each in packets)])
    body = b"".join(packets)
    checksum = _ogg_checksum(header + b"\0\0\0\0" + lengths + body)
    return header + checksum.to_bytes(4, "little") + lengths + body


def _ogg_checksum(data: bytes) -> int:
    """The CRC-32 of Ogg: the polynomial of zlib's, with the bits in the other order and neither end inverted."""
    mirrored = bytes(int(f"{each:08b}"[::-1], 2) for each in data)
    # zlib inverts at the beginning and at the end: a register of zeros is what 0xffffffff begins with.
    return int(f"{crc32(mirrored, 0xFFFFFFFF) ^ 0xFFFFFFFF:032b}"[::-1], 2)


def add_media(
    thread: Any, files: Sequence[tuple[str, str, bytes]], *, text: str = "", is_out: bool = False, **more: Any
) -> Any:
    """Store a message with these files, each a kind, a name and its content."""
    from crmsolid.workspaces.actor import Actor
    from messaging.files.services import upload
    from messaging.models import Attachment, File, Message, new_random_id

    actor = Actor.command(thread.workspace, "tests")
    direction, status = ("out", "sent") if is_out else ("in", "received")
    common = {"workspace": thread.workspace, "account": thread.account}
    message = Message.unscoped.create(
        **common,
        thread=thread,
        contact=thread.contact,
        direction=direction,
        status=status,
        rendered=True,
        kind=files[0][0],
        text=text,
        **more,
    )
    for position, (kind, name, content) in enumerate(files):
        file = upload(actor, io.BytesIO(content), name)
        File.unscoped.filter(pk=file.pk).update(expires_at=None, kind=kind, **_measures(kind, content))
        Attachment.unscoped.create(
            **common, message=message, file=file, position=position, kind=kind, random_id=new_random_id()
        )
    return message


def _measures(kind: str, content: bytes) -> dict[str, Any]:
    """What the worker would read from the content."""
    from messaging.files.measuring import read_mp4

    if kind in ("photo", "sticker"):
        width, height = Image.open(io.BytesIO(content)).size
        return {"width": width, "height": height}
    if kind in ("video", "video_note", "animation"):
        return read_mp4(io.BytesIO(content))[0]._asdict()
    if kind == "voice":
        waveform = bytes((7 * number * number + 3 * number) % 29 + 2 for number in range(100))
        return {"duration": content.count(_SILENCE) // 50, "waveform": waveform}
    return {}
