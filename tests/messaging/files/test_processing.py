"""What a worker reads from the contents of files, and what it does with those that cannot be read."""

import base64
import io
import struct
import zlib
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from messaging.files import processing, storage, tools
from messaging.files.models import File, StoredObject
from tests.messaging.files.helpers import box, picture, upload
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db


def processed(tenants: Tenants, content: bytes, name: str = "a.bin") -> File:
    file = upload(tenants, content, name)
    assert processing.process_due() == 1
    file.refresh_from_db()
    assert (file.processed_at is not None, file.lease_until) == (True, None)
    assert processing.process_due() == 0
    return file


def thumbnail_of(file: File) -> Any:
    with storage.open_name(file.thumbnail_name) as opened:
        return Image.open(io.BytesIO(opened.read()))


def ogg(packets: list[bytes], seconds: int) -> bytes:
    """An Ogg file (RFC 3533) with a page for each packet of Opus (RFC 7845)."""
    head = b"OpusHead\x01\x01" + struct.pack("<HIhB", 312, 48_000, 0, 0)
    end, pages = 312 + seconds * 48_000, b""
    for number, packet in enumerate([head, b"OpusTags", *packets]):
        lacing = bytes([255] * (len(packet) // 255) + [len(packet) % 255])
        position = 0 if number < 2 else end * (number - 1) // len(packets)
        pages += b"OggS\0\0" + struct.pack("<qIIIB", position, 1, number, 0, len(lacing)) + lacing + packet
    return pages


def mp4(matrix: tuple[int, ...] = (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)) -> bytes:
    mvhd = struct.pack(">IIIII", 0, 0, 0, 600, 600 * 83)
    tkhd = bytes(40) + struct.pack(">9i", *matrix) + struct.pack(">II", 1280 << 16, 720 << 16)
    sound = bytes(40) + struct.pack(">9i", *matrix) + struct.pack(">II", 0, 0)
    tracks = box(b"trak", box(b"tkhd", tkhd)), box(b"trak", box(b"tkhd", sound))
    return box(b"ftyp", b"isom\0\0\0\0") + box(b"mdat", bytes(500)) + box(b"moov", box(b"mvhd", mvhd), *tracks)


def png_header(width: int, height: int) -> bytes:
    """A PNG that says it has so many pixels, with data that would inflate to some of them."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(10_000_000), 9)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_is_measured_and_gets_a_thumbnail(tenants: Tenants, kind: str) -> None:
    file = processed(tenants, picture(kind, (1000, 500)))
    assert (file.width, file.height, file.duration) == (1000, 500, None)
    thumbnail = thumbnail_of(file)
    assert (thumbnail.size, thumbnail.format) == ((320, 160), "JPEG")
    red, green, blue = thumbnail.convert("RGB").getpixel((100, 100))
    assert (red > 180, green < 60, blue < 60) == (True, True, True)


def test_a_thumbnail_stands_upright_and_says_nothing_about_where_it_was_taken(tenants: Tenants) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "at home"  # turned by a quarter
    file = processed(tenants, picture(size=(1000, 500), exif=exif))
    assert (file.width, file.height) == (500, 1000)
    thumbnail = thumbnail_of(file)
    assert (thumbnail.size, dict(thumbnail.getexif()), thumbnail.info.get("exif")) == ((160, 320), {}, None)


def test_a_transparent_picture_keeps_its_transparency(tenants: Tenants) -> None:
    content = io.BytesIO()
    Image.new("RGBA", (400, 400), (0, 0, 0, 0)).save(content, "PNG")
    thumbnail = thumbnail_of(processed(tenants, content.getvalue()))
    assert (thumbnail.format, thumbnail.convert("RGBA").getpixel((5, 5))[3]) == ("WEBP", 0)


def test_an_assistant_is_told_the_type_of_the_thumbnail(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "MAX_PICTURE_BYTES", 10)
    content = io.BytesIO()
    Image.new("RGBA", (400, 400), (0, 0, 0, 0)).save(content, "PNG")
    file = processed(tenants, content.getvalue())
    shown, block = tools._show(file)
    with storage.open_name(file.thumbnail_name) as thumbnail:
        data = base64.b64encode(thumbnail.read()).decode()
    assert (shown, block) == ("thumbnail", {"type": "image", "data": data, "mimeType": "image/webp"})
    storage.delete(file.thumbnail_name)
    with pytest.raises(DomainError) as refused:
        tools._show(file)
    assert refused.value.code == "file_gone"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(png_header(60_000, 60_000), id="3,600 million pixels"),
        pytest.param(png_header(7100, 7100), id="50.4 million pixels"),
        pytest.param(picture()[:300], id="cut"),
        pytest.param(b"\xff\xd8\xff" + b"nonsense" * 100, id="nonsense"),
        pytest.param(b"OggS" + bytes(24) + b"OpusHead" + bytes(50), id="broken Ogg"),
        pytest.param(b"ID3" + bytes(500), id="broken MP3"),
        pytest.param(box(b"ftyp", b"isom\0\0\0\0") + b"\0\0\0\1moov" + b"\xff" * 8, id="broken MP4"),
    ],
)
def test_what_cannot_be_read_stays_as_a_document(tenants: Tenants, content: bytes) -> None:
    file = processed(tenants, content)
    assert (file.kind, file.width, file.thumbnail_name, file.tries) == ("document", None, "", 1)
    with storage.open_file(file) as opened:
        assert opened.read() == content
    assert StoredObject.unscoped.count() == 0


def test_a_voice_message_has_a_duration_and_a_shape(tenants: Tenants) -> None:
    file = processed(tenants, ogg([b"s" * 20] * 50 + [b"L" * 300] * 50, 7), "voice.ogg")
    assert (file.type, file.kind, file.duration) == ("audio/ogg", "audio", 7)
    assert list(file.waveform or b"") == [0] * 50 + [31] * 50


def test_a_video_is_measured_as_people_see_it(tenants: Tenants) -> None:
    file = processed(tenants, mp4())
    assert (file.kind, file.width, file.height, file.duration) == ("video", 1280, 720, 83)
    turned = processed(tenants, mp4((0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)))
    assert (turned.width, turned.height) == (720, 1280)


def test_a_document_has_no_measures(tenants: Tenants) -> None:
    file = processed(tenants, b"%PDF-1.7\n")
    assert (file.kind, file.width, file.duration, file.thumbnail_name, file.tries) == ("document", None, None, "", 1)


def test_what_telegram_said_of_a_file_stays(tenants: Tenants) -> None:
    file = upload(tenants, picture(size=(100, 50)))
    File.unscoped.update(width=7)
    processing.process_due()
    file.refresh_from_db()
    assert (file.width, file.height) == (7, 50)


def test_a_file_whose_worker_dies_is_tried_three_times(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    file = upload(tenants, picture())

    def die(name: str, reader: str) -> None:
        raise MemoryError

    monkeypatch.setattr(processing, "measure", die)
    for _ in range(3):
        with pytest.raises(MemoryError):
            processing.process_due()
        assert processing.process_due() == 0  # leased
        File.unscoped.update(lease_until=clock.now() - timedelta(seconds=1))
    assert processing.process_due() == 1
    file.refresh_from_db()
    assert (file.kind, file.processed_at is not None) == ("document", True)


def test_a_storage_that_fails_costs_no_try(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    file = upload(tenants, picture())

    def fail(name: str) -> None:
        raise OSError("not now")

    monkeypatch.setattr(storage, "open_name", fail)
    for _ in range(5):
        assert processing.process_due() == 0
        File.unscoped.update(lease_until=None)
    monkeypatch.undo()
    assert processing.process_due() == 1
    file.refresh_from_db()
    assert (file.width, file.tries) == (640, 1)


def test_a_content_that_is_missing_does_not_hold_up_the_others(tenants: Tenants) -> None:
    missing, file = upload(tenants, picture()), upload(tenants, picture(size=(100, 50)))
    storage.delete(missing.storage_name)
    assert processing.process_due() == 1
    file.refresh_from_db()
    missing.refresh_from_db()
    assert (file.width, missing.processed_at, missing.tries) == (100, None, 0)


def test_a_file_that_is_deleted_meanwhile_leaves_no_thumbnail(
    tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(tenants, picture())
    read = processing.measure

    def delete(name: str, reader: str) -> Any:
        File.unscoped.all().delete()
        return read(name, reader)

    monkeypatch.setattr(processing, "measure", delete)
    assert processing.process_due() == 1
    left = StoredObject.unscoped.get()
    assert storage.delete_due() == 1
    with pytest.raises(FileNotFoundError):
        storage.open_name(left.name)
