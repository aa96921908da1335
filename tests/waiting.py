"""Waiting for a condition with a deadline instead of a fixed sleep."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def wait_until(condition: Callable[[], T | None], what: str = "the condition", *, seconds: float = 30.0) -> T:
    """Call ``condition`` until it returns something true, and return that. Fails after ``seconds``, and then names
    ``what`` was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what} is still {value!r} after {seconds} s"
        time.sleep(0.02)


def another_transaction_waits() -> bool:
    """Whether another transaction waits for a lock that this one holds. A transaction sees pg_stat_activity as it was
    when it first read it, therefore this reads pg_locks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid")
        return cursor.fetchone() is not None
