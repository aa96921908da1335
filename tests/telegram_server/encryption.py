"""Encryption of MTProto 2.0 messages, the server's side (core.telegram.org/mtproto/description).

Implemented here rather than with Telethon's client code, so that mistakes in that would be noticed.
"""

import os
import struct
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from telethon.crypto import AES

HEADER = struct.Struct("<qqqii")
CLIENT_SIDE = 0
SERVER_SIDE = 8


class InvalidMessage(Exception):
    """The packet was not encrypted with this key, or does not have the protocol's layout."""


@dataclass(frozen=True, slots=True)
class ProtocolMessage:
    salt: int
    session_id: int
    msg_id: int
    seq_no: int
    body: bytes


def encrypt(auth_key: Any, message: ProtocolMessage) -> bytes:
    """Encrypt for the client, with 12 to 27 bytes of padding."""
    header = HEADER.pack(message.salt, message.session_id, message.msg_id, message.seq_no, len(message.body))
    plain = header + message.body
    plain += os.urandom(12 + (-(len(plain) + 12)) % 16)
    msg_key = message_key(auth_key.key, plain, SERVER_SIDE)
    aes_key, aes_iv = aes_secrets(auth_key.key, msg_key, SERVER_SIDE)
    return struct.pack("<Q", auth_key.key_id) + msg_key + bytes(AES.encrypt_ige(plain, aes_key, aes_iv))


def decrypt(auth_key: Any, packet: bytes) -> ProtocolMessage:
    """Decrypt a client's packet. Raises InvalidMessage; the server must close the connection then."""
    msg_key, encrypted = packet[8:24], packet[24:]
    if not encrypted or len(encrypted) % 16:
        raise InvalidMessage(f"{len(encrypted)} encrypted bytes are not whole blocks")
    aes_key, aes_iv = aes_secrets(auth_key.key, msg_key, CLIENT_SIDE)
    plain = bytes(AES.decrypt_ige(encrypted, aes_key, aes_iv))
    if message_key(auth_key.key, plain, CLIENT_SIDE) != msg_key:
        raise InvalidMessage("msg_key does not match the text")
    salt, session_id, msg_id, seq_no, length = HEADER.unpack_from(plain)
    padding = len(plain) - HEADER.size - length
    if length < 4 or length % 4 or not 12 <= padding <= 1024:
        raise InvalidMessage(f"a body of {length} bytes with {padding} bytes of padding")
    return ProtocolMessage(salt, session_id, msg_id, seq_no, plain[HEADER.size : HEADER.size + length])


def message_key(auth_key: bytes, plain: bytes, side: int) -> bytes:
    return sha256(auth_key[88 + side : 120 + side] + plain).digest()[8:24]


def aes_secrets(auth_key: bytes, msg_key: bytes, side: int) -> tuple[bytes, bytes]:
    """AES key and initialization vector for one message."""
    a = sha256(msg_key + auth_key[side : side + 36]).digest()
    b = sha256(auth_key[side + 40 : side + 76] + msg_key).digest()
    return a[:8] + b[8:24] + a[24:], b[:8] + a[8:24] + b[24:]


class MessageIds:
    """The server's message ids: Unix time in the upper 32 bits, increasing, 1 mod 4 for an answer and 3 otherwise."""

    def __init__(self) -> None:
        self._last = 0

    def next(self, *, is_answer: bool, clock_offset: int = 0) -> int:
        number = max(time.time_ns() * (1 << 32) // 1_000_000_000 & ~3, self._last + 4)
        self._last = number
        return number + (clock_offset << 32) | (1 if is_answer else 3)
