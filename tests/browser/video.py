"""A small video that browsers play: H.264 (ITU-T H.264) in an MP4 (ISO 14496-12), made without an encoder.

Its first frame has the samples as they are (macroblocks I_PCM), and each of the others repeats the one before.
"""

import re
from struct import pack

from PIL import Image

FRAMES_A_SECOND = 5
_BLOCK = 16  # pixels of the side of a macroblock
_BASELINE, _LEVEL = 66, 30
_SKIPPED, _SENT = 5, 7  # types of slices: P, I
_UNITY = pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)


class _Bits:
    """What is written bit by bit (7.2 and 9.1 of H.264)."""

    def __init__(self) -> None:
        self.bits = ""

    def fixed(self, *pairs: tuple[int, int]) -> "_Bits":
        """Values, each with its number of bits."""
        self.bits += "".join(f"{value:0{size}b}" for value, size in pairs)
        return self

    def golomb(self, *values: int) -> "_Bits":
        """Values of Exp-Golomb codes, ue(v); of se(v) it is 0 alone."""
        for value in values:
            code = f"{value + 1:b}"
            self.bits += "0" * (len(code) - 1) + code
        return self

    def samples(self, content: bytes) -> "_Bits":
        """Bytes behind the next full one."""
        self.bits += "0" * (-len(self.bits) % 8) + "".join(f"{each:08b}" for each in content)
        return self

    def unit(self, head: int) -> bytes:
        """The NAL unit, in which no start code is seen."""
        ended = self.bits + "1"
        ended += "0" * (-len(ended) % 8)
        content = int(ended, 2).to_bytes(len(ended) // 8, "big")
        return bytes([head]) + re.sub(rb"\0\0(?=[\0-\3])", b"\0\0\3", content)


def video(picture: Image.Image, seconds: int) -> bytes:
    """The picture for so many seconds. Its sides are multiples of 16."""
    columns, rows = (side // _BLOCK for side in picture.size)
    head = _Bits().fixed((_BASELINE, 8), (0, 8), (_LEVEL, 8)).golomb(0, 0, 2, 1).fixed((0, 1))
    sps = head.golomb(columns - 1, rows - 1).fixed((0b1100, 4)).unit(0x67)
    pps = _Bits().golomb(0, 0).fixed((0, 2)).golomb(0, 0, 0).fixed((0, 3)).golomb(0, 0, 0).fixed((0, 3)).unit(0x68)
    frames = [_first(picture), *(_repeated(columns * rows, n) for n in range(1, seconds * FRAMES_A_SECOND))]
    samples = [len(frame).to_bytes(4, "big") + frame for frame in frames]
    begin = _box("ftyp", b"isom" + pack(">I", 0x200) + b"isomavc1")
    movie = _movie(picture.size, sps, pps, [len(sample) for sample in samples], len(begin) + 8)
    return begin + _box("mdat", *samples) + movie


def _first(picture: Image.Image) -> bytes:
    written = _Bits().golomb(0, _SENT, 0).fixed((0, 4)).golomb(0).fixed((0, 2)).golomb(0)
    luma, *chroma = picture.convert("YCbCr").split()
    small = [each.resize((picture.width // 2, picture.height // 2)) for each in chroma]
    for top in range(0, picture.height, _BLOCK):
        for left in range(0, picture.width, _BLOCK):
            right, bottom, half = left + _BLOCK, top + _BLOCK, _BLOCK // 2
            box = (left // 2, top // 2, left // 2 + half, top // 2 + half)
            parts = [luma.crop((left, top, right, bottom)), *(each.crop(box) for each in small)]
            written.golomb(25).samples(b"".join(part.tobytes() for part in parts))
    return written.unit(0x65)


def _repeated(blocks: int, number: int) -> bytes:
    return _Bits().golomb(0, _SKIPPED, 0).fixed((number % 16, 4), (0, 3)).golomb(0, blocks).unit(0x61)


def _movie(size: tuple[int, int], sps: bytes, pps: bytes, sizes: list[int], offset: int) -> bytes:
    """The box that says where each frame is, and how it is to be read. Times are in frames."""
    count = len(sizes)
    sides = pack(">II", size[0] << 16, size[1] << 16)
    config = bytes([1, _BASELINE, 0, _LEVEL, 0xFF, 0xE1]) + pack(">H", len(sps)) + sps + b"\1" + pack(">H", len(pps))
    entry = bytes(7) + b"\1" + bytes(16) + pack(">HHIII", *size, 72 << 16, 72 << 16, 0) + b"\0\1" + bytes(32)
    coded = _box("avc1", entry, pack(">Hh", 24, -1), _box("avcC", config + pps))
    table = _box(
        "stbl",
        _full("stsd", pack(">I", 1), coded),
        _full("stts", pack(">III", 1, count, 1)),
        _full("stss", pack(">II", 1, 1)),
        _full("stsc", pack(">IIII", 1, 1, count, 1)),
        _full("stsz", pack(f">II{count}I", 0, count, *sizes)),
        _full("stco", pack(">II", 1, offset)),
    )
    data = _box("dinf", _full("dref", pack(">I", 1), _full("url ", flags=1)))
    media = _box(
        "mdia",
        _full("mdhd", pack(">IIIIHH", 0, 0, FRAMES_A_SECOND, count, 0x55C4, 0)),
        _full("hdlr", bytes(4) + b"vide" + bytes(13)),
        _box("minf", _full("vmhd", bytes(8), flags=1), data, table),
    )
    track = _full("tkhd", pack(">IIIII", 0, 0, 1, 0, count), bytes(16), _UNITY, sides, flags=3)
    times = pack(">IIIIIH", 0, 0, FRAMES_A_SECOND, count, 1 << 16, 1 << 8)
    header = _full("mvhd", times, bytes(10), _UNITY, bytes(24), pack(">I", 2))
    return _box("moov", header, _box("trak", track, media))


def _box(kind: str, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return pack(">I4s", len(content) + 8, kind.encode()) + content


def _full(kind: str, *parts: bytes, flags: int = 0) -> bytes:
    """A box with a version, 0, and flags."""
    return _box(kind, pack(">I", flags), *parts)
