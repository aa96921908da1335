"""Waiting for a condition with a deadline instead of a fixed sleep."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

T = TypeVar("T")

# The pause between two looks is a tenth of the time waited so far, within these limits: most conditions ask the
# database, and looking often would slow down what is waited for.
SHORTEST_PAUSE, LONGEST_PAUSE = 0.01, 0.1


def wait_until(condition: Callable[[], T | None], what: str = "the condition", *, seconds: float = 30.0) -> T:
    """Call ``condition`` until it returns something true, and return that. Fails after ``seconds``, and then names
    ``what`` was waited for."""
    began = time.monotonic()
    while True:
        value = condition()
        if value:
            return value
        waited = time.monotonic() - began
        assert waited < seconds, f"{what} is still {value!r} after {seconds} s"
        time.sleep(min(max(SHORTEST_PAUSE, waited / 10), LONGEST_PAUSE))


def another_transaction_waits() -> bool:
    """Whether another transaction waits for a lock that this one holds. A transaction sees pg_stat_activity as it was
    when it first read it, therefore this reads pg_locks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid")
        return cursor.fetchone() is not None
