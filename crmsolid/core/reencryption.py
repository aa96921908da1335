"""The registry of encrypted columns, and their re-encryption under the newest key.

Apps register their columns when they start. After :func:`reencrypt_all` no value needs an older key, so the older keys
can be removed.
"""

from dataclasses import dataclass
from typing import Any

from cryptography.fernet import InvalidToken
from django.db.models import Model, Q

from crmsolid.core import crypto

_BATCH = 500


@dataclass(frozen=True, slots=True)
class EncryptedColumn:
    """A binary column that is encrypted in the rows which match ``where``."""

    model: type[Model]
    name: str
    where: Q


@dataclass(slots=True)
class ColumnResult:
    """How many values were re-encrypted, and how many could not be decrypted with any key."""

    column: str
    changed: int = 0
    unreadable: int = 0


_columns: list[EncryptedColumn] = []


def register(model: type[Model], *names: str, where: Q | None = None) -> None:
    """Register columns of ``model`` that hold results of ``crypto.encrypt``, or nothing."""
    for name in names:
        if not any(column.model is model and column.name == name for column in _columns):
            _columns.append(EncryptedColumn(model, name, where or Q()))


def reencrypt_all() -> list[ColumnResult]:
    """Re-encrypt every registered value that is not under the newest key. Safe beside everything else, and again."""
    return [_reencrypt_column(column) for column in _columns]


def _reencrypt_column(column: EncryptedColumn) -> ColumnResult:
    result = ColumnResult(f"{column.model._meta.label}.{column.name}")
    rows = column.model._base_manager.filter(column.where).order_by("pk")
    batch = list(rows.values_list("pk", column.name)[:_BATCH])
    while batch:
        for key, value in batch:
            if value and not crypto.is_under_newest_key(bytes(value)):
                _reencrypt_value(column, result, key, value)
        batch = list(rows.filter(pk__gt=batch[-1][0]).values_list("pk", column.name)[:_BATCH])
    return result


def _reencrypt_value(column: EncryptedColumn, result: ColumnResult, key: Any, value: bytes) -> None:
    try:
        fresh = crypto.reencrypt(bytes(value))
    except InvalidToken:
        result.unreadable += 1
        return
    # A value that was written since it was read is under the newest key already, and must not be overwritten.
    unchanged = column.model._base_manager.filter(**{"pk": key, column.name: value})
    result.changed += unchanged.update(**{column.name: fresh})
