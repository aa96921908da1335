"""Encryption of columns at rest, with keys that can be rotated.

``FIELD_ENCRYPTION_KEYS`` is a comma-separated list of Fernet keys: the first encrypts, all of them decrypt. To rotate,
put a new key in front, run ``manage.py reencrypt``, then drop the old one. Apps register their encrypted columns when
they start; after :func:`reencrypt_all` no value needs an older key.

A value is bound to its place, the column and the row: the key that encrypts it is derived from one of the keys and the
place. So somebody who can write to the database, but has no key, cannot have the product use a value in another
workspace, or decrypt it in a column that is shown or sent to them. Renaming a model or an encrypted column changes the
place of its values. Values of versions that did not bind them are read too; :func:`reencrypt_all` binds them.
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from django.conf import settings
from django.db.models import Model, Q

from crmsolid.core.extension_points import ExtensionPoint

_BATCH = 500


class Unreadable(InvalidToken):
    """No key decrypts the value of a row: the key was removed, or the value belongs to another place."""


@lru_cache(maxsize=1024)
def _bound(key: str, place: str) -> Fernet:
    """Encrypts for one place. The key is random, so that HKDF's first step (RFC 5869, 3.3) is not needed."""
    derived = HKDFExpand(SHA256(), 32, place.encode()).derive(base64.urlsafe_b64decode(key))
    return Fernet(base64.urlsafe_b64encode(derived))


def _cipher(place: str) -> MultiFernet:
    keys = settings.FIELD_ENCRYPTION_KEYS
    return MultiFernet([*(_bound(key, place) for key in keys), *(Fernet(key) for key in keys)])


def seal(plain: bytes, place: str) -> bytes:
    """Authenticated encryption under the first key, for one place."""
    return _cipher(place).encrypt(plain)


def unseal(token: bytes, place: str) -> bytes:
    """The plain bytes. ``cryptography.fernet.InvalidToken`` if no key fits, or it was sealed for another place."""
    return _cipher(place).decrypt(token)


@dataclass(frozen=True, slots=True)
class _Column:
    """See :func:`register_columns`."""

    model: type[Model]
    name: str
    bound_to: tuple[str, ...]
    where: Q = field(compare=False)

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.name}"

    def place(self, values: Iterable[object]) -> str:
        return json.dumps([str(self), *values])


encrypted_columns: ExtensionPoint[_Column] = ExtensionPoint("encrypted columns")


def register_columns(model: type[Model], *names: str, bound_to: tuple[str, ...], where: Q | None = None) -> None:
    """Register binary columns of ``model`` that hold results of :func:`encrypt`, or nothing, in the rows which match
    ``where``. ``bound_to`` names the columns that say which row it is: known before it is inserted, never changed."""
    for name in names:
        column = _Column(model, name, bound_to, where or Q())
        encrypted_columns.register(str(column), column)


def is_encrypted(model: type[Model], name: str) -> bool:
    """Whether this column was registered; it may hold other values in some rows."""
    return f"{model._meta.label}.{name}" in encrypted_columns


def place(row: Model, name: str) -> str:
    """What the value of this column is bound to in this row. The column must be registered."""
    column = encrypted_columns[f"{type(row)._meta.label}.{name}"]
    return column.place(getattr(row, each) for each in column.bound_to)


def encrypt(row: Model, name: str, plain: bytes) -> bytes:
    """What to store in this column of this row, whose identity must be set."""
    return seal(plain, place(row, name))


def decrypt(row: Model, name: str) -> bytes:
    """The plain bytes of this column. Raises :class:`Unreadable`."""
    try:
        return unseal(bytes(getattr(row, name)), place(row, name))
    except InvalidToken:
        label = f"{type(row)._meta.label}.{name}"
        raise Unreadable(f"no key of FIELD_ENCRYPTION_KEYS decrypts {label} of {row.pk}") from None


@dataclass(slots=True)
class ColumnResult:
    """How many values were re-encrypted, and how many could not be decrypted with any key."""

    column: str
    changed: int = 0
    unreadable: int = 0


def reencrypt_all() -> list[ColumnResult]:
    """Re-encrypt every registered value that is not under the newest key, or not bound to its place. Safe beside
    everything else, and again."""
    return [_reencrypt_column(column) for column in encrypted_columns.values()]


def _reencrypt_column(column: _Column) -> ColumnResult:
    result, manager = ColumnResult(str(column)), column.model._base_manager
    rows = manager.filter(column.where).order_by("pk").values_list("pk", column.name, *column.bound_to)
    batch = list(rows[:_BATCH])
    while batch:
        for key, value, *identity in batch:
            bound = column.place(identity)
            if not value or _is_under_newest_key(value, bound):
                continue
            try:
                fresh = reencrypt(value, bound)
            except InvalidToken:
                result.unreadable += 1
                continue
            # A value that was written since it was read is under the newest key already: it must not be overwritten.
            result.changed += manager.filter(**{"pk": key, column.name: value}).update(**{column.name: fresh})
        batch = list(rows.filter(pk__gt=batch[-1][0])[:_BATCH])
    return result


def reencrypt(token: bytes, place: str) -> bytes:
    """The same plain bytes sealed under the first key, for this place. Raises ``InvalidToken`` if no key fits."""
    return _cipher(place).rotate(bytes(token))


def _is_under_newest_key(token: bytes, place: str) -> bool:
    try:
        _bound(settings.FIELD_ENCRYPTION_KEYS[0], place).decrypt(bytes(token))
    except InvalidToken:
        return False
    return True
