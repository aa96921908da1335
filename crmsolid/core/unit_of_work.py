"""The unit of work: the outermost service call opens the transaction, and the calls it makes join it.

A nested ``atomic`` of Django opens a savepoint, which costs two statements and has no use when everything is rolled
back together. An error that leaves a unit rolls all of it back. Code that must go on after an error opens an ``atomic``
of its own around the call.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from crmsolid.core.sql import deferred_inserts


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Join the current unit of work, or run a new one in a transaction of its own. Also works as a decorator.

    Inserts made with ``Table.insert_later`` are written when the unit ends, just before the commit.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if deferred_inserts.current() is not None and connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        pending = deferred_inserts.begin(connection)
        try:
            yield
            deferred_inserts.flush(pending)
        finally:
            deferred_inserts.end()
