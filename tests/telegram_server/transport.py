"""TCP transports of MTProto: full, abridged, intermediate and obfuscated.

They are described at core.telegram.org/mtproto/mtproto-transports.

A client announces its transport with the first bytes it sends; full has no such tag.
"""

import asyncio
import struct
from abc import ABC, abstractmethod
from zlib import crc32

from telethon.crypto import AESModeCTR

ABRIDGED_TAG = 0xEF
INTERMEDIATE_TAG = b"\xee\xee\xee\xee"
MAXIMUM_PACKET = 16 * 1024 * 1024


class InvalidPacket(Exception):
    """The received bytes are not a packet of the announced transport."""


class Codec(ABC):
    @abstractmethod
    def encode(self, packet: bytes) -> bytes: ...

    @abstractmethod
    async def read(self, reader: asyncio.StreamReader) -> bytes: ...


class Abridged(Codec):
    def encode(self, packet: bytes) -> bytes:
        words = len(packet) // 4
        if words < 0x7F:
            return bytes([words]) + packet
        return b"\x7f" + words.to_bytes(3, "little") + packet

    async def read(self, reader: asyncio.StreamReader) -> bytes:
        words = (await reader.readexactly(1))[0]
        if words == 0x7F:
            words = int.from_bytes(await reader.readexactly(3), "little")
        return await reader.readexactly(checked_length(words * 4))


class Intermediate(Codec):
    def encode(self, packet: bytes) -> bytes:
        return struct.pack("<i", len(packet)) + packet

    async def read(self, reader: asyncio.StreamReader) -> bytes:
        (length,) = struct.unpack("<i", await reader.readexactly(4))
        return await reader.readexactly(checked_length(length))


class Full(Codec):
    """Length, sequence number, packet, CRC32. `first` is what was read to look for the tag of another transport."""

    def __init__(self, first: bytes) -> None:
        self._first = first
        self._sent = 0
        self._received = 0

    def encode(self, packet: bytes) -> bytes:
        body = struct.pack("<ii", len(packet) + 12, self._sent) + packet
        self._sent += 1
        return body + struct.pack("<I", crc32(body))

    async def read(self, reader: asyncio.StreamReader) -> bytes:
        head = self._first + await reader.readexactly(8 - len(self._first))
        self._first = b""
        length, number = struct.unpack("<ii", head)
        rest = await reader.readexactly(checked_length(length - 8))
        if number != self._received or struct.unpack("<I", rest[-4:])[0] != crc32(head + rest[:-4]):
            raise InvalidPacket(f"packet {number}, expected {self._received}, or its checksum is wrong")
        self._received += 1
        return rest[:-4]


class Obfuscated(Codec):
    """Abridged packets that look like random bytes.

    The 64 bytes in front have both keys; reversed, they have those of the other direction.
    """

    def __init__(self, header: bytes) -> None:
        self._decrypt, self._encrypt = AESModeCTR(*_keys(header)), AESModeCTR(*_keys(header[::-1]))
        if self._decrypt.encrypt(header)[56:60] != bytes([ABRIDGED_TAG]) * 4:
            raise InvalidPacket("the packets in an obfuscated stream are not abridged")
        self._abridged = Abridged()

    def encode(self, packet: bytes) -> bytes:
        return bytes(self._encrypt.encrypt(self._abridged.encode(packet)))

    async def read(self, reader: asyncio.StreamReader) -> bytes:
        head = self._decrypt.encrypt(await reader.readexactly(1))
        words = head[0]
        if words == 0x7F:
            words = int.from_bytes(self._decrypt.encrypt(await reader.readexactly(3)), "little")
        return bytes(self._decrypt.encrypt(await reader.readexactly(checked_length(words * 4))))


def _keys(header: bytes) -> tuple[bytes, bytes]:
    return header[8:40], header[40:56]


async def detect(reader: asyncio.StreamReader) -> Codec:
    first = await reader.readexactly(1)
    if first[0] == ABRIDGED_TAG:
        return Abridged()
    first += await reader.readexactly(3)
    if first == INTERMEDIATE_TAG:
        return Intermediate()
    first += await reader.readexactly(4)
    # The numbers of an obfuscated stream are random.
    length, number = struct.unpack("<iI", first)
    is_full = length <= MAXIMUM_PACKET and number < 2**16
    return Full(first) if is_full else Obfuscated(first + await reader.readexactly(56))


def checked_length(length: int) -> int:
    if not 4 <= length <= MAXIMUM_PACKET:
        raise InvalidPacket(f"a packet of {length} bytes")
    return length
