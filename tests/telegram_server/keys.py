"""The server's RSA key, and what a process must do so that Telethon's clients connect to a test server.

Telegram's public keys are built into clients, so a test server needs a key of its own.
"""

import hashlib
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa as rsa_keys
from telethon import TelegramClient
from telethon import password as telethon_password
from telethon.crypto import rsa as telethon_rsa
from telethon.network import authenticator
from telethon.tl.tlobject import TLObject

KEY_BITS = 2048
BLOCK_BYTES = KEY_BITS // 8
# What Telethon draws as its secret exponent, and what it gets instead.
SECRET_BYTES, SHORT_SECRET_BYTES = 256, 16


@dataclass(frozen=True)
class ServerKey:
    private_key: rsa_keys.RSAPrivateKey

    @property
    def public_pem(self) -> str:
        """PKCS#1 ("BEGIN RSA PUBLIC KEY"), the only form telethon.crypto.rsa.add_key reads."""
        public = self.private_key.public_key()
        return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1).decode()

    @property
    def fingerprint(self) -> int:
        """The lower 64 bits of SHA1 over the TL strings n and e (core.telegram.org/mtproto/auth_key)."""
        numbers = self.private_key.public_key().public_numbers()
        fields = (number.to_bytes((number.bit_length() + 7) // 8, "big") for number in (numbers.n, numbers.e))
        digest = hashlib.sha1(b"".join(TLObject.serialize_bytes(field) for field in fields)).digest()
        return int.from_bytes(digest[-8:], "little", signed=True)

    def decrypt(self, block: bytes) -> bytes:
        """Raw RSA, without padding: MTProto puts a SHA1 before the data instead. Returns 256 bytes."""
        numbers, cipher = self.private_key.private_numbers(), int.from_bytes(block, "big")
        # The Chinese remainder theorem takes a third of the time, and login tests mostly wait for handshakes.
        by_p, by_q = pow(cipher, numbers.dmp1, numbers.p), pow(cipher, numbers.dmq1, numbers.q)
        number = by_q + numbers.iqmp * (by_p - by_q) % numbers.p * numbers.q
        return number.to_bytes(BLOCK_BYTES, "big")


def generate_key() -> ServerKey:
    return ServerKey(rsa_keys.generate_private_key(public_exponent=65537, key_size=KEY_BITS))


@cache
def process_key() -> ServerKey:
    """One key per process: clients' keys are process-global too, so one registration serves every test."""
    return generate_key()


def load_or_create_key(private_file: Path) -> ServerKey:
    """Read the PEM private key, or generate and save it; its public half is written to `<private_file>.pub`."""
    if private_file.exists():
        loaded = serialization.load_pem_private_key(private_file.read_bytes(), password=None)
        if not isinstance(loaded, rsa_keys.RSAPrivateKey):
            raise ValueError(f"{private_file} holds no RSA key")
        key = ServerKey(loaded)
    else:
        key = generate_key()
        _save_private(key, private_file)
    private_file.with_name(private_file.name + ".pub").write_text(key.public_pem)
    return key


def _save_private(key: ServerKey, private_file: Path) -> None:
    pem = key.private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    descriptor = os.open(private_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)


def register_public_key(pem: str) -> None:
    """Make every Telethon client of this process trust the server that holds this key."""
    telethon_rsa.add_key(pem, old=False)


class ShortSecrets:
    """In the place of the module ``os`` where Telethon draws secret exponents: with a short one a power takes less than
    a millisecond, otherwise 25."""

    @staticmethod
    def urandom(size: int) -> bytes:
        return os.urandom(SHORT_SECRET_BYTES if size == SECRET_BYTES else size)


def compute_less() -> None:
    """Make the logins of this process's clients cheap: short exponents in the key exchange and in the proof of a
    password, and the slow hash of a password once for the same salts. What is sent has the same form."""
    private: Any = authenticator, telethon_password
    for module in private:
        module.os = ShortSecrets
    if not hasattr(telethon_password.pbkdf2sha512, "cache_info"):
        telethon_password.pbkdf2sha512 = cache(telethon_password.pbkdf2sha512)


def forget_cached_config() -> None:
    """Telethon caches help.getConfig in the client's own class (`TelegramClient._config`, private), with the ports of
    the first server it asked. The caches must be cleared before a client connects to another server."""
    for client in (TelegramClient, *TelegramClient.__subclasses__()):
        client._config = None
