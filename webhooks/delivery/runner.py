"""Runs one pump at a time, and wakes the next one when something becomes due.

One pump is enough, and a second one would keep a worker busy. Correctness does not need this: any number of pumps may
run at once. Between the threads of a process it is a lock; between processes an advisory lock of PostgreSQL, which a
crash frees at once. With SQLite a single process does the work.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from crmsolid.core import clock, doorbell
from crmsolid.events.positions import has_unpositioned
from webhooks.delivery.pump import Pump
from webhooks.delivery.queue import PUMP_TASK, next_due

_ADVISORY_KEY = 0x77686B  # "whk"

_process_lock = threading.Lock()
_running: Pump | None = None


def run_pump() -> int:
    """Deliver what is due; returns how many deliveries were settled. If a pump is running, wake it and return 0."""
    global _running
    with pump_lock() as acquired:
        if not acquired:
            running = _running
            if running is not None:
                running.wake()
            return 0
        _running = Pump()
        try:
            settled = _running.run()
        finally:
            _running = None
    wake_if_due()  # a task that came while the pump was ending has returned at once
    return settled


def wake_if_due() -> None:
    """Wake the pump now if something is due, or when it becomes due if that is before the next sweep."""
    if has_unpositioned():
        doorbell.ring(PUMP_TASK)
        return
    due_at = next_due()
    if due_at is not None:
        wait = (due_at - clock.now()).total_seconds()
        if wait <= settings.SWEEP_SECONDS:
            doorbell.ring(PUMP_TASK, after=wait)


@contextmanager
def pump_lock() -> Iterator[bool]:
    """Whether the caller got the lock; it is released at the end of the block."""
    if not _process_lock.acquire(blocking=False):
        yield False
        return
    try:
        if connection.vendor != "postgresql":
            yield True
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ADVISORY_KEY])
            acquired = bool(cursor.fetchone()[0])
        try:
            yield acquired
        finally:
            if acquired:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY_KEY])
    finally:
        _process_lock.release()
