"""The clock of the product. All decisions by time use it, so that a test can change the time in one place.

It is the clock of the database, so that all processes on all machines agree on when a lease ends or how many messages
were sent within 24 hours. A process reads it every ``READ_EVERY_SECONDS`` and goes on from there with its machine's
steady clock, which nobody can set: a machine whose clock is wrong or jumps is right here.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import partial

READ_EVERY_SECONDS = 10.0
# How far the clocks of a machine and of its database may differ without being called different: when they are the same
# clock, all times of a process should stay comparable with other times of the machine.
TOLERANCE_SECONDS = 0.05
# A reading that took longer says too little about the time at its end.
MAX_READING_SECONDS = 0.5
READ_AGAIN_SECONDS = 1.0


class DatabaseClock:
    """Unix time by the clock of a database; that of the machine until it was read first. ``machine`` is a clock that
    may be set, ``steady`` one that counts seconds and may not."""

    def __init__(self, machine: Callable[[], float], steady: Callable[[], float]) -> None:
        self._machine, self._steady = machine, steady
        self._offset: float | None = None  # the database's time without that of the steady clock
        self._next_read = -1e18
        self._lock = threading.Lock()

    def time(self) -> float:
        """Seconds since 1970."""
        offset = self._offset
        return self._machine() if offset is None else offset + self._steady()

    def is_due(self) -> bool:
        """Whether the caller should read the database's clock now: everybody until that has succeeded once, so that
        nobody works with a wrong time before, and later one thread at a time."""
        now = self._steady()
        with self._lock:
            if self._offset is not None and now < self._next_read:
                return False
            self._next_read = now + READ_EVERY_SECONDS
        return True

    def read(self, database: Callable[[], float]) -> None:
        """Take over the time that ``database`` returns. The reading may be as old as the call has taken, so a time
        that is within these bounds stays as it is, and does not step back and forth. After the first, one that took
        longer than ``MAX_READING_SECONDS`` changes nothing, and the next is due in ``READ_AGAIN_SECONDS``."""
        began = self._steady()
        at = database()
        ended = self._steady()
        if ended - began > MAX_READING_SECONDS:
            with self._lock:
                self._next_read = ended + READ_AGAIN_SECONDS
            if self._offset is not None:
                return
        offset = self._offset_of_machine() if self._offset is None else self._offset
        if not at - ended - TOLERANCE_SECONDS <= offset <= at - began + TOLERANCE_SECONDS:
            offset = at - (began + ended) / 2
        self._offset = offset

    def _offset_of_machine(self) -> float:
        """As exact as the two clocks can be read: the process may lose its processor between two readings."""

        def compare() -> tuple[float, float]:
            before, at, after = self._steady(), self._machine(), self._steady()
            return after - before, at - (before + after) / 2

        return min(compare() for _ in range(5))[1]


# It goes on while the machine sleeps, where the system has such a clock.
_steady = partial(time.clock_gettime, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


database = DatabaseClock(time.time, _steady)


class SimulatedClock:
    """A clock that stands still at ``now`` until somebody sets it."""

    def __init__(self, now: datetime) -> None:
        self.now = now


_simulated: ContextVar[SimulatedClock | None] = ContextVar("simulated_clock", default=None)


def now() -> datetime:
    """The current instant, aware, in UTC."""
    simulated = _simulated.get()
    return datetime.fromtimestamp(database.time(), UTC) if simulated is None else simulated.now


@contextmanager
def simulated(start: datetime) -> Iterator[SimulatedClock]:
    """Until the end of the context, :func:`now` answers what the clock that it yields is set to, in this thread only.

    For work that is rolled back: nothing that is kept may carry a simulated time.
    """
    clock = SimulatedClock(start)
    token = _simulated.set(clock)
    try:
        yield clock
    finally:
        _simulated.reset(token)


def rfc3339(value: datetime | None) -> str | None:
    """RFC 3339 in UTC with ``Z``, down to the microsecond, so that texts of times sort like the times."""
    if value is None:
        return None
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat()[:-6] + "Z"
