"""Inserts that wait for the end of their unit of work, where one statement makes all of them.

Each statement is a round trip to the database, and round trips are most of the time of a request. Within a unit of work
(:mod:`crmsolid.core.unit_of_work`) ``Table.insert_later`` collects the rows that nothing reads back before the commit.
:func:`flush` writes them at the end: with one ``WITH`` statement on PostgreSQL, with one statement a table on SQLite.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from crmsolid.core.sql.prepared_cursor import (
    PreparedCursor,
    numbered,
    on_postgresql,
    raise_translated,
    statement_cursor,
)


@dataclass(slots=True, frozen=True)
class Insertion:
    """Rows of parameters for a ``Table``. ``conflict`` is what follows ON CONFLICT."""

    table: Any
    rows: Sequence[Sequence[Any]]
    conflict: str = ""


@dataclass(slots=True)
class PendingInserts:
    """The inserts of one unit of work. ``savepoints`` is how many were open when it began."""

    connection: BaseDatabaseWrapper
    savepoints: int
    insertions: list[Insertion] = field(default_factory=list)

    def accepts(self) -> bool:
        """Whether an insert may wait. It may not within a savepoint, because that could be rolled back alone."""
        return len(self.connection.savepoint_ids) == self.savepoints


_local = threading.local()


def current() -> PendingInserts | None:
    """The waiting inserts of this thread; None outside a unit of work."""
    pending: PendingInserts | None = getattr(_local, "pending", None)
    return pending


def begin(connection: BaseDatabaseWrapper) -> PendingInserts:
    """Start to collect inserts on this thread."""
    pending = _local.pending = PendingInserts(connection, len(connection.savepoint_ids))
    return pending


def end() -> None:
    """Stop collecting. Inserts that were not flushed are dropped."""
    _local.pending = None


def flush(pending: PendingInserts) -> None:
    """Write the collected inserts. Raises ``IntegrityError`` as any insert does, and :class:`LockTimeout` if another
    transaction held a unique key for too long."""
    insertions, pending.insertions = pending.insertions, []
    if not insertions:
        return
    if not on_postgresql():
        _insert_one_table_at_a_time(insertions)
        return
    params = [value for insertion in insertions for row in insertion.rows for value in row]
    shape = tuple((insertion.table, len(insertion.rows), insertion.conflict) for insertion in insertions)
    sql, prepared_sql = _one_statement(shape)
    try:
        with statement_cursor() as cursor:
            if isinstance(cursor, PreparedCursor):
                cursor.execute_numbered(prepared_sql, params)
            else:
                cursor.execute(sql, params)
    except OperationalError as error:
        raise_translated(error)


@lru_cache(maxsize=500)
def _one_statement(shape: tuple[tuple[Any, int, str], ...]) -> tuple[str, bytes]:
    """The WITH statement for inserts of this shape (table, number of rows, conflict clause), once with ``%s`` and once
    with ``$1``."""
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
    sql = f"WITH {', '.join(inserts)} SELECT 1"
    return sql, numbered(sql)


def _insert_one_table_at_a_time(insertions: Sequence[Insertion]) -> None:
    with statement_cursor() as cursor:
        for insertion in insertions:
            columns = insertion.table.quoted
            placeholders = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * len(insertion.rows))
            on_conflict = f" ON CONFLICT {insertion.conflict}" if insertion.conflict else ""
            cursor.execute(
                f"INSERT INTO {insertion.table.name} ({', '.join(columns)}) VALUES {placeholders}{on_conflict}",
                [value for row in insertion.rows for value in row],
            )
