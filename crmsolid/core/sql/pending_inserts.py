"""The inserts that wait for the end of a unit of work (:mod:`crmsolid.core.unit_of_work`)."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from crmsolid.core.sql.prepared_cursor import raise_translated, statement_cursor

# A ``Table``, rows of parameters for it, and what follows ON CONFLICT.
Insertion: TypeAlias = tuple[Any, Sequence[Sequence[Any]], str]


@dataclass(slots=True)
class PendingInserts:
    """The inserts that wait in one unit of work. ``savepoints`` is how many were open when it began."""

    connection: BaseDatabaseWrapper
    savepoints: int
    insertions: list[Insertion] = field(default_factory=list)

    def accepts(self) -> bool:
        """Whether an insert may wait. It may not within a savepoint, because that could be rolled back alone."""
        return len(self.connection.savepoint_ids) == self.savepoints

    def write(self) -> None:
        """Write them all with one statement."""
        if not self.insertions:
            return
        shape = tuple((table, len(rows), conflict) for table, rows, conflict in self.insertions)
        values = [value for _, rows, _ in self.insertions for row in rows for value in row]
        try:
            with statement_cursor() as cursor:
                cursor.execute(_statement(shape), values)
        except OperationalError as error:
            raise_translated(error)


class _Current(threading.local):
    """``pending``: the inserts of this thread's unit of work; None outside of one."""

    pending: PendingInserts | None = None


current = _Current()


@lru_cache(maxsize=500)
def _statement(shape: tuple[tuple[Any, int, str], ...]) -> str:
    """The WITH statement for inserts of this shape: table, number of rows, conflict clause."""
    inserts = []
    for number, (table, rows, conflict) in enumerate(shape):
        # The first row of VALUES decides the types of its columns.
        first = "(" + ", ".join(f"%s::{cast}" for cast in table.casts) + ")"
        others = ["(" + ", ".join(["%s"] * len(table.casts)) + ")"] * (rows - 1)
        on_conflict = f" ON CONFLICT {conflict}" if conflict else ""
        inserts.append(
            f"insert{number} AS (INSERT INTO {table.name} ({', '.join(table.quoted)})"
            f" VALUES {', '.join([first, *others])}{on_conflict})"
        )
    return f"WITH {', '.join(inserts)} SELECT 1"
