"""The Celery worker and Celery beat (the scheduler), each for a process of its own or as a thread of the single one."""

import time
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

# Beat imports this module on first use. A signal that arrived in the middle of that import would crash it, because its
# signal handler needs the module complete.
import celery.app.amqp  # noqa: F401
from celery.beat import Scheduler, Service
from celery.exceptions import SecurityWarning

from crmsolid.celery import app

STOP_WITHIN_SECONDS = 1


def build_worker() -> Any:
    """A worker that listens to the queues of all tasks and, where Telegram is set up, to the one that makes it hold
    Telegram accounts.

    Django must be set up. Workers do not talk to each other: all that they share is in the database.
    """
    from messaging.telegram import config as telegram  # imports models, so not before Django is set up
    from messaging.telegram.gateway import SHARED_QUEUE

    # Celery warns root about pickled messages, but its default is to accept JSON alone.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    if not telegram.missing():
        app.amqp.queues.select_add(SHARED_QUEUE)
    return app.Worker(
        quiet=True,
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )


_started_at, _started = datetime.now(UTC), time.monotonic()


def monotonic_now() -> datetime:
    """The time by a clock that is never set: after a jump of the wall clock it goes on as before."""
    return _started_at + timedelta(seconds=time.monotonic() - _started)


class ImmediateScheduler(Scheduler):
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


def build_beat() -> Any:
    """The scheduler of a separate process; ``run()`` returns when the process is told to end."""
    return app.Beat(scheduler=ImmediateScheduler, loglevel="WARNING", quiet=True)


def build_beat_service() -> Any:
    """The scheduler for a thread; ``start()`` returns within ``STOP_WITHIN_SECONDS`` after a call of ``stop()``."""
    return Service(app, max_interval=STOP_WITHIN_SECONDS, scheduler_cls=ImmediateScheduler, remote_control=False)
