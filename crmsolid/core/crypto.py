"""Encryption of columns at rest, with keys that can be rotated.

``FIELD_ENCRYPTION_KEYS`` is a comma-separated list of Fernet keys: the first encrypts, all of them decrypt.
To rotate, put a new key in front, run ``manage.py reencrypt``, then drop the old one.
"""

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(plain: bytes) -> bytes:
    """Authenticated encryption under the first key."""
    return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS)).encrypt(plain)


def decrypt(token: bytes) -> bytes:
    """The plain bytes. Raises ``cryptography.fernet.InvalidToken`` if no key fits."""
    return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS)).decrypt(bytes(token))


def reencrypt(token: bytes) -> bytes:
    """The same plain bytes encrypted under the first key. Raises ``InvalidToken`` if no key fits."""
    return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS)).rotate(bytes(token))


def is_under_newest_key(token: bytes) -> bool:
    """Whether the first key decrypts it."""
    try:
        _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS[:1])).decrypt(bytes(token))
    except InvalidToken:
        return False
    return True
