"""The clock of the product. All decisions by time use it, so that a test can change the time in one place."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime


class SimulatedClock:
    """A clock that stands still at ``now`` until somebody sets it."""

    def __init__(self, now: datetime) -> None:
        self.now = now


_simulated: ContextVar[SimulatedClock | None] = ContextVar("simulated_clock", default=None)


def now() -> datetime:
    """The current instant, aware, in UTC."""
    simulated = _simulated.get()
    return datetime.now(UTC) if simulated is None else simulated.now


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
