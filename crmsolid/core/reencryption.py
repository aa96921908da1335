"""Which columns are encrypted, and putting all of them under the newest key.

Whoever keeps something encrypted says so when its app starts. After :func:`reseal` the older keys open nothing any
more and can be dropped.
"""

from dataclasses import dataclass
from typing import Any

from cryptography.fernet import InvalidToken
from django.db.models import Model, Q

from crmsolid.core import crypto

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Column:
    """A binary column, encrypted in the rows that fit ``where``."""

    model: type[Model]
    name: str
    where: Q


@dataclass(slots=True)
class Resealed:
    """How many values are under the newest key now that were not; how many no key opens."""

    column: str
    changed: int = 0
    unreadable: int = 0


_columns: list[Column] = []


def register(model: type[Model], *names: str, where: Q | None = None) -> None:
    """Columns of ``model`` that hold what ``crypto.encrypt`` answered, or nothing."""
    for name in names:
        if not any(column.model is model and column.name == name for column in _columns):
            _columns.append(Column(model, name, where or Q()))


def reseal() -> list[Resealed]:
    """Put every registered value under the newest key; may run beside everything else, and again."""
    return [_reseal(column) for column in _columns]


def _reseal(column: Column) -> Resealed:
    done = Resealed(f"{column.model._meta.label}.{column.name}")
    rows = column.model._base_manager.filter(column.where).order_by("pk")
    batch = list(rows.values_list("pk", column.name)[:_BATCH])
    while batch:
        for key, value in batch:
            if value and not crypto.is_under_newest_key(bytes(value)):
                _reseal_one(column, done, key, value)
        batch = list(rows.filter(pk__gt=batch[-1][0]).values_list("pk", column.name)[:_BATCH])
    return done


def _reseal_one(column: Column, done: Resealed, key: Any, value: bytes) -> None:
    try:
        fresh = crypto.reencrypt(bytes(value))
    except InvalidToken:
        done.unreadable += 1
        return
    # Whoever has written another value since has written it under the newest key.
    same = column.model._base_manager.filter(**{"pk": key, column.name: value})
    done.changed += same.update(**{column.name: fresh})
