"""Serialization that Telethon's classes do not provide for a server: results, containers, compression."""

import struct
from collections.abc import Sequence
from typing import Any

from telethon.extensions import BinaryReader
from telethon.tl.core import GzipPacked, MessageContainer, RpcResult

BOOL_TRUE = struct.pack("<I", 0x997275B5)
BOOL_FALSE = struct.pack("<I", 0xBC799737)
VECTOR = 0x1CB5C415


def tl_bytes(value: Any) -> bytes:
    if isinstance(value, bool):
        return BOOL_TRUE if value else BOOL_FALSE
    if isinstance(value, list):
        return struct.pack("<Ii", VECTOR, len(value)) + b"".join(tl_bytes(item) for item in value)
    return bytes(value)


def read_object(body: bytes) -> Any:
    return BinaryReader(body).tgread_object()


def compressed(body: bytes) -> bytes:
    """As gzip_packed if that is smaller, as Telegram does with long answers."""
    return bytes(GzipPacked.gzip_if_smaller(True, body))


def rpc_result(request_id: int, result: bytes) -> bytes:
    return struct.pack("<Iq", RpcResult.CONSTRUCTOR_ID, request_id) + result


def container(messages: Sequence[tuple[int, int, bytes]]) -> bytes:
    """msg_container of (msg_id, seq_no, body)."""
    parts = [struct.pack("<Ii", MessageContainer.CONSTRUCTOR_ID, len(messages))]
    for msg_id, seq_no, body in messages:
        parts += [struct.pack("<qii", msg_id, seq_no, len(body)), body]
    return b"".join(parts)
