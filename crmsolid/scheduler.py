"""Celery beat as the product runs it: a process of its own, or a thread of the worker (``celery worker --beat``)."""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

# Beat imports this module on first use. A signal that arrived in the middle of that import would crash it, because its
# signal handler needs the module complete.
import celery.app.amqp  # noqa: F401
from celery import beat
from celery.apps.beat import Beat

from crmsolid.core.alive import show_alive

logger = logging.getLogger(__name__)

_started_at, _started = datetime.now(UTC), time.monotonic()
RETRY_SECONDS = 1.0


def monotonic_now() -> datetime:
    """The time by a clock that is never set: after a jump of the wall clock it goes on as before."""
    return _started_at + timedelta(seconds=time.monotonic() - _started)


class ImmediateScheduler(beat.Scheduler):
    """Sends every entry once at the start, then at its interval. Keeps its schedule in memory.

    Celery's own waits a whole interval first: an hourly task would never run in a process that restarts more often.
    A task that runs early does no harm, because the rows say what is due. Celery's own also goes by the wall clock: if
    that is set back by an hour, nothing is sent for an hour.
    """

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for entry in self.schedule.values():
            entry.schedule.nowfun = monotonic_now
            entry.last_run_at = entry.default_now() - entry.schedule.run_every

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """As Celery's, but an error ends nothing: nobody would start the thread of a worker again."""
        if threading.current_thread() is threading.main_thread():  # a worker tells by itself that it lives
            show_alive()
        try:
            return float(super().tick(*args, **kwargs))
        except Exception:
            logger.exception("the scheduler failed; it goes on in %s s", RETRY_SECONDS)
            return RETRY_SECONDS


class QuietBeat(Beat):
    """``celery beat`` without its banner: standard output has log records alone."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "quiet": True})
