"""Celery beat, as a process of its own or as a thread of the single process. It keeps its schedule in memory."""

from typing import Any

# Beat imports this module on first use. A signal that arrived in the middle of that import would crash it, because its
# signal handler needs the module complete.
import celery.app.amqp  # noqa: F401
from celery.beat import EmbeddedService, Scheduler

from crmsolid.celery import app


class ImmediateScheduler(Scheduler):
    """Sends every entry once at the start, then at its interval.

    Celery's own waits a whole interval first: an hourly task would never run in a process that restarts more often.
    A task that runs early does no harm, because the rows say what is due.
    """

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for entry in self.schedule.values():
            entry.last_run_at = entry.default_now() - entry.schedule.run_every


def build_beat() -> Any:
    """The scheduler of a separate process; ``run()`` returns when the process is told to end."""
    return app.Beat(scheduler=ImmediateScheduler, loglevel="WARNING", quiet=True)


def build_beat_thread() -> Any:
    """The scheduler as a daemon thread; ``service.stop()`` ends it within a second and does not wait for that."""
    return EmbeddedService(app, thread=True, scheduler_cls=ImmediateScheduler)
