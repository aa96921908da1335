"""Celery beat as we run it: nothing is written to disk, and a start rings everything once."""

from typing import Any

# Beat loads this on first use, and saves its schedule with it when it is told to stop: a signal that came while it was
# half loaded would crash.
import celery.app.amqp  # noqa: F401
from celery.beat import Scheduler

from crmsolid.celery import app


class EagerScheduler(Scheduler):
    """Beat waits a whole interval before the first ring; an hourly one would never come in a process that restarts
    more often than that. Ringing early is harmless: the rows say what is due."""

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for entry in self.schedule.values():
            entry.last_run_at = entry.default_now() - entry.schedule.run_every


def build_beat() -> Any:
    return app.Beat(scheduler=EagerScheduler, loglevel="WARNING", quiet=True)
