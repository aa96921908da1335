"""One pump is enough: whoever is rung while it runs leaves at once, so that no worker is kept busy waiting.

Not needed for correctness. Within a process a lock; between processes an advisory lock of PostgreSQL, which a
crash frees at once. SQLite has one process that works.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_ADVISORY_KEY = 0x77686B  # "whk"

_mine = threading.Lock()


@contextmanager
def pump_slot() -> Iterator[bool]:
    """Whether the caller may pump; the slot is free again at the end."""
    if not _mine.acquire(blocking=False):
        yield False
        return
    try:
        held = _lock()
        try:
            yield held
        finally:
            if held:
                _unlock()
    finally:
        _mine.release()


def _lock() -> bool:
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ADVISORY_KEY])
        return bool(cursor.fetchone()[0])


def _unlock() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY_KEY])
