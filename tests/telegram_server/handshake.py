"""Creation of an authorization key (core.telegram.org/mtproto/auth_key), one exchange per connection."""

import os
import secrets
import time
from collections.abc import Callable
from hashlib import sha1
from typing import Any

from telethon import helpers
from telethon.crypto import AES, AuthKey
from telethon.crypto.rsa import get_byte_array
from telethon.extensions import BinaryReader
from telethon.tl import functions, types

from .keys import ServerKey
from .primes import DH_BYTES, DH_GENERATOR, DH_PRIME, FACTOR_P, FACTOR_Q, SECRET_BITS, is_safe_power

SHA1_BYTES = 20


class InvalidHandshake(Exception):
    """The client violated the protocol; the server must close the connection."""


class Handshake:
    """Answers the three plain requests. `add_key(key, salt)` receives the finished key."""

    def __init__(self, server_key: ServerKey, add_key: Callable[[Any, int], None]) -> None:
        self._server_key = server_key
        self._add_key = add_key
        self._nonce = 0
        self._server_nonce = 0
        self._new_nonce = 0
        self._secret = 0

    def answer(self, request: Any) -> Any:
        if isinstance(request, functions.ReqPqMultiRequest):
            return self._offer_factors(request)
        if isinstance(request, functions.ReqDHParamsRequest):
            self._check_nonces(request)
            return self._offer_parameters(request)
        if isinstance(request, functions.SetClientDHParamsRequest):
            self._check_nonces(request)
            return self._finish(request)
        raise InvalidHandshake(f"{type(request).__name__} may not be sent in plain text")

    def _offer_factors(self, request: Any) -> Any:
        self._nonce = request.nonce
        self._server_nonce = random_signed(16)
        product = get_byte_array(FACTOR_P * FACTOR_Q)
        return types.ResPQ(self._nonce, self._server_nonce, product, [self._server_key.fingerprint])

    def _offer_parameters(self, request: Any) -> Any:
        if request.public_key_fingerprint != self._server_key.fingerprint:
            raise InvalidHandshake("encrypted for another server's key")
        inner = self._decrypt_factors(request.encrypted_data)
        self._check_nonces(inner)
        if sorted(int.from_bytes(factor, "big") for factor in (inner.p, inner.q)) != [FACTOR_P, FACTOR_Q]:
            raise InvalidHandshake("pq was not factorised")
        self._new_nonce = inner.new_nonce
        answer = bytes(self._parameters())
        return types.ServerDHParamsOk(self._nonce, self._server_nonce, self._encrypt(answer))

    def _decrypt_factors(self, block: bytes) -> Any:
        # Telethon sends SHA1, data and random padding in 255 bytes, the scheme older than RSA_PAD; servers accept both.
        plain = self._server_key.decrypt(block)[1:]
        return read_hashed(plain, (types.PQInnerData, types.PQInnerDataDc))

    def _parameters(self) -> Any:
        power = 0
        while not is_safe_power(power):
            self._secret = secrets.randbits(SECRET_BITS)
            power = pow(DH_GENERATOR, self._secret, DH_PRIME)
        return types.ServerDHInnerData(
            self._nonce,
            self._server_nonce,
            DH_GENERATOR,
            get_byte_array(DH_PRIME),
            get_byte_array(power),
            int(time.time()),
        )

    def _encrypt(self, answer: bytes) -> bytes:
        plain = sha1(answer).digest() + answer
        plain += os.urandom(-len(plain) % 16)
        key, vector = helpers.generate_key_data_from_nonce(self._server_nonce, self._new_nonce)
        return bytes(AES.encrypt_ige(plain, key, vector))

    def _finish(self, request: Any) -> Any:
        key, vector = helpers.generate_key_data_from_nonce(self._server_nonce, self._new_nonce)
        plain = bytes(AES.decrypt_ige(request.encrypted_data, key, vector))
        inner = read_hashed(plain, (types.ClientDHInnerData,))
        self._check_nonces(inner)
        power = int.from_bytes(inner.g_b, "big")
        if not is_safe_power(power):
            raise InvalidHandshake("g_b lies outside the safe range")
        shared = pow(power, self._secret, DH_PRIME)
        auth_key = AuthKey(get_byte_array(shared))
        # Telethon drops leading zero bytes of the key, and its StringSession then pads at the wrong end. Such a key
        # (one in 256) would make tests fail at random; the protocol lets the server ask the client to retry.
        if len(auth_key.key) < DH_BYTES:
            return types.DhGenRetry(self._nonce, self._server_nonce, auth_key.calc_new_nonce_hash(self._new_nonce, 2))
        self._add_key(auth_key, self._first_salt())
        return types.DhGenOk(self._nonce, self._server_nonce, auth_key.calc_new_nonce_hash(self._new_nonce, 1))

    def _first_salt(self) -> int:
        new_nonce = self._new_nonce.to_bytes(32, "little", signed=True)
        server_nonce = self._server_nonce.to_bytes(16, "little", signed=True)
        mixed = bytes(a ^ b for a, b in zip(new_nonce[:8], server_nonce[:8], strict=True))
        return int.from_bytes(mixed, "little", signed=True)

    def _check_nonces(self, message: Any) -> None:
        if (message.nonce, message.server_nonce) != (self._nonce, self._server_nonce):
            raise InvalidHandshake("the nonces are not those of this exchange")


def read_hashed(plain: bytes, kinds: tuple[type, ...]) -> Any:
    """The object that follows the SHA1 of its bytes; padding may come after it."""
    reader = BinaryReader(plain[SHA1_BYTES:])
    message = reader.tgread_object()
    object_bytes = plain[SHA1_BYTES : SHA1_BYTES + reader.tell_position()]
    if not isinstance(message, kinds) or sha1(object_bytes).digest() != plain[:SHA1_BYTES]:
        raise InvalidHandshake("the inner data or their hash are wrong")
    return message


def random_signed(length: int) -> int:
    return int.from_bytes(os.urandom(length), "little", signed=True)
