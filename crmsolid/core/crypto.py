"""Encryption of columns at rest, with keys that can be rotated.

``FIELD_ENCRYPTION_KEYS`` is a comma-separated list of Fernet keys: the first encrypts, all of them decrypt. To rotate,
put a new key in front, run ``manage.py reencrypt``, then drop the old one. Apps register their encrypted columns when
they start; after :func:`reencrypt_all` no value needs an older key.
"""

from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db.models import Model, Q

_BATCH = 500


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


@dataclass(slots=True)
class ColumnResult:
    """How many values were re-encrypted, and how many could not be decrypted with any key."""

    column: str
    changed: int = 0
    unreadable: int = 0


_columns: list[tuple[type[Model], str, Q]] = []


def register_columns(model: type[Model], *names: str, where: Q | None = None) -> None:
    """Register binary columns of ``model`` that hold results of :func:`encrypt`, or nothing, in the rows which match
    ``where``."""
    for name in names:
        if (column := (model, name, where or Q())) not in _columns:
            _columns.append(column)


def is_encrypted(model: type[Model], name: str) -> bool:
    """Whether this column was registered; it may hold other values in some rows."""
    return any((each, column) == (model, name) for each, column, _ in _columns)


def reencrypt_all() -> list[ColumnResult]:
    """Re-encrypt every registered value that is not under the newest key. Safe beside everything else, and again."""
    return [_reencrypt_column(model, name, where) for model, name, where in _columns]


def _reencrypt_column(model: type[Model], name: str, where: Q) -> ColumnResult:
    result = ColumnResult(f"{model._meta.label}.{name}")
    rows = model._base_manager.filter(where).order_by("pk")
    batch = list(rows.values_list("pk", name)[:_BATCH])
    while batch:
        for key, value in batch:
            if not value or _is_under_newest_key(value):
                continue
            try:
                fresh = reencrypt(value)
            except InvalidToken:
                result.unreadable += 1
                continue
            # A value that was written since it was read is under the newest key already: it must not be overwritten.
            result.changed += model._base_manager.filter(**{"pk": key, name: value}).update(**{name: fresh})
        batch = list(rows.filter(pk__gt=batch[-1][0]).values_list("pk", name)[:_BATCH])
    return result


def _is_under_newest_key(token: bytes) -> bool:
    try:
        _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS[:1])).decrypt(bytes(token))
    except InvalidToken:
        return False
    return True
