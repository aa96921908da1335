"""The key exchange, with honest and dishonest clients, and the server's RSA key."""

import os
import time
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
from telethon import helpers
from telethon.crypto import AES, rsa
from telethon.crypto.rsa import get_byte_array
from telethon.extensions import BinaryReader
from telethon.tl import functions, types

from tests.telegram_server.handshake import Handshake, InvalidHandshake
from tests.telegram_server.keys import generate_key, load_or_create_key, process_key, register_public_key
from tests.telegram_server.primes import FACTOR_P, FACTOR_Q

NONCE = 1
NEW_NONCE = 2


class Exchange:
    """A client that can violate the protocol."""

    def __init__(self) -> None:
        self.added_keys: list[tuple[Any, int]] = []
        self.key = process_key()
        register_public_key(self.key.public_pem)
        self.handshake = Handshake(self.key, lambda key, salt: self.added_keys.append((key, salt)))
        self.res_pq = self.handshake.answer(functions.ReqPqMultiRequest(NONCE))

    def request_parameters(self, p: int = FACTOR_P, q: int = FACTOR_Q, nonce: int = NONCE) -> Any:
        factors = get_byte_array(p), get_byte_array(q)
        inner = types.PQInnerData(self.res_pq.pq, *factors, nonce, self.res_pq.server_nonce, NEW_NONCE)
        encrypted = rsa.encrypt(self.key.fingerprint, bytes(inner))
        return self.handshake.answer(
            functions.ReqDHParamsRequest(NONCE, self.res_pq.server_nonce, *factors, self.key.fingerprint, encrypted)
        )

    def finish(self, power: int, digest: bytes | None = None) -> Any:
        inner = bytes(types.ClientDHInnerData(NONCE, self.res_pq.server_nonce, 0, get_byte_array(power)))
        key, vector = helpers.generate_key_data_from_nonce(self.res_pq.server_nonce, NEW_NONCE)
        encrypted = AES.encrypt_ige((digest or sha1(inner).digest()) + inner, key, vector)
        return self.handshake.answer(functions.SetClientDHParamsRequest(NONCE, self.res_pq.server_nonce, encrypted))


def test_honest_exchange_creates_one_key() -> None:
    exchange = Exchange()
    assert int.from_bytes(exchange.res_pq.pq, "big", signed=True) == FACTOR_P * FACTOR_Q
    exchange.request_parameters()
    exchange.handshake._secret = 1  # so that the shared key is g_b itself
    finished = exchange.finish(2**2047 + 5)
    assert isinstance(finished, types.DhGenOk)
    assert [key.key for key, _ in exchange.added_keys] == [(2**2047 + 5).to_bytes(256, "big")]


def test_key_with_a_leading_zero_is_retried() -> None:
    exchange = Exchange()
    exchange.request_parameters()
    exchange.handshake._secret = 1
    assert isinstance(exchange.finish(2**2030), types.DhGenRetry)
    assert exchange.added_keys == []


def test_wrong_factors_are_refused() -> None:
    with pytest.raises(InvalidHandshake, match="factorised"):
        Exchange().request_parameters(p=3, q=5)


def test_wrong_nonce_is_refused() -> None:
    with pytest.raises(InvalidHandshake, match="nonces"):
        Exchange().request_parameters(nonce=9)


@pytest.mark.parametrize("power", [1, 2**1983])
def test_unsafe_power_is_refused(power: int) -> None:
    exchange = Exchange()
    exchange.request_parameters()
    with pytest.raises(InvalidHandshake, match="safe range"):
        exchange.finish(power)
    assert exchange.added_keys == []


def test_wrong_hash_is_refused() -> None:
    exchange = Exchange()
    exchange.request_parameters()
    with pytest.raises(InvalidHandshake, match="hash"):
        exchange.finish(2**2047 + 5, digest=bytes(20))
    assert exchange.added_keys == []


def test_api_request_in_plain_text_is_refused() -> None:
    with pytest.raises(InvalidHandshake, match="GetConfigRequest"):
        Exchange().handshake.answer(functions.help.GetConfigRequest())


def test_server_time_and_prime_are_what_clients_expect() -> None:
    exchange = Exchange()
    answer = exchange.request_parameters()
    key, vector = helpers.generate_key_data_from_nonce(exchange.res_pq.server_nonce, NEW_NONCE)
    plain = AES.decrypt_ige(answer.encrypted_answer, key, vector)
    inner = BinaryReader(plain[20:]).tgread_object()
    assert (inner.g, len(inner.dh_prime)) == (3, 256)
    assert abs(inner.server_time - time.time()) < 5


def test_key_file_is_created_once_with_its_public_key(tmp_path: Path) -> None:
    file = tmp_path / "server.pem"
    first = load_or_create_key(file)
    second = load_or_create_key(file)
    assert first.fingerprint == second.fingerprint
    assert (tmp_path / "server.pem.pub").read_text() == first.public_pem
    assert first.public_pem.startswith("-----BEGIN RSA PUBLIC KEY-----\n")
    assert os.stat(file).st_mode & 0o777 == 0o600


def test_registered_key_has_the_fingerprint_telethon_computes() -> None:
    key = generate_key()
    assert rsa.encrypt(key.fingerprint, b"data") is None
    register_public_key(key.public_pem)
    block = rsa.encrypt(key.fingerprint, b"data")
    assert key.decrypt(block)[1:25] == sha1(b"data").digest() + b"data"
