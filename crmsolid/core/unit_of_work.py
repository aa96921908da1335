"""The unit of work: the outermost service call opens the transaction, and the calls it makes join it.

A nested ``atomic`` of Django opens a savepoint, which costs two statements and has no use when everything is rolled
back together. An error that leaves a unit rolls all of it back. Code that must go on after an error opens an ``atomic``
of its own around the call.

:func:`insert_later` collects the rows that nothing reads back before the commit, because round trips to the database
are most of the time of a request. The unit writes them at its end with one ``WITH`` statement.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction

from crmsolid.core.sql.pending_inserts import PendingInserts, current
from crmsolid.core.sql.table import Table


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Join the current unit of work, or run a new one in a transaction of its own. Also works as a decorator.

    At the end it may raise the errors of deferred inserts: ``IntegrityError`` as any insert does, and
    :class:`LockTimeout` if another transaction held a unique key for too long.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if current.pending is not None and connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        pending = current.pending = PendingInserts(connection, len(connection.savepoint_ids))
        try:
            yield
            pending.write()
        finally:
            current.pending = None


def insert_later(*rows: models.Model) -> None:
    """Insert these rows, of one model, at the end of the unit of work; at once outside of one, or within a savepoint,
    which could be rolled back alone. Nothing in the unit may read them, and their automatic ids are never set."""
    if rows:
        _table(type(rows[0])).insert_later(rows)


@cache
def _table(model: type[models.Model]) -> Table[Any]:
    return Table(model)
