"""Waiting for what the database will show: no fixed sleeps, a deadline instead."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def until(look: Callable[[], T | None], seconds: float = 10.0) -> T:
    """The first answer of ``look`` that is true. Fails with the last one."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"still {found!r} after {seconds} s"
        time.sleep(0.02)


def somebody_waits() -> bool:
    """For this transaction. Not asked of pg_stat_activity, which a transaction sees as it was at the first look."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid")
        return cursor.fetchone() is not None
