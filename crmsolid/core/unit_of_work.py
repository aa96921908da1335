"""The unit of work: the outermost service call opens the transaction, and the calls it makes join it.

A nested ``atomic`` of Django opens a savepoint, which costs two statements and has no use when everything is rolled
back together. An error that leaves a unit rolls all of it back. Code that must go on after an error opens an ``atomic``
of its own around the call.

``Table.insert_later`` collects the rows that nothing reads back before the commit, because round trips to the database
are most of the time of a request. The unit writes them at its end with one ``WITH`` statement.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction
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


_local = threading.local()


def pending_inserts() -> PendingInserts | None:
    """The waiting inserts of this thread; None outside a unit of work."""
    pending: PendingInserts | None = getattr(_local, "pending", None)
    return pending


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Join the current unit of work, or run a new one in a transaction of its own. Also works as a decorator.

    At the end it may raise the errors of deferred inserts: ``IntegrityError`` as any insert does, and
    :class:`LockTimeout` if another transaction held a unique key for too long.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if pending_inserts() is not None and connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        pending = _local.pending = PendingInserts(connection, len(connection.savepoint_ids))
        try:
            yield
            _write(pending.insertions)
        finally:
            _local.pending = None


def _write(insertions: Sequence[Insertion]) -> None:
    if not insertions:
        return
    shape = tuple((table, len(rows), conflict) for table, rows, conflict in insertions)
    try:
        with statement_cursor() as cursor:
            cursor.execute(_statement(shape), [value for _, rows, _ in insertions for row in rows for value in row])
    except OperationalError as error:
        raise_translated(error)


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
