"""The Celery worker and Celery beat (the scheduler), each for a process of its own or as a thread of the single one."""

import warnings
from typing import Any

# Beat imports this module on first use. A signal that arrived in the middle of that import would crash it, because its
# signal handler needs the module complete.
import celery.app.amqp  # noqa: F401
from celery.beat import EmbeddedService, Scheduler
from celery.exceptions import SecurityWarning
from django.conf import settings

from crmsolid.celery import app


def build_worker(threads: int) -> Any:
    """A worker on a pool of threads, because tasks wait for the network and the database.

    It listens to the default queue and, where Telegram is set up, to the one that makes it hold Telegram accounts.
    Django must be set up. Workers do not talk to each other: all that they share is in the database.
    """
    from messaging.telegram import config as telegram  # imports models, so not before Django is set up
    from messaging.telegram.gateway import SHARED_QUEUE

    # Celery warns root about pickled messages, but its default is to accept JSON alone.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    return app.Worker(
        pool="threads",
        concurrency=threads,
        quiet=True,
        loglevel="WARNING",
        queues=[settings.CELERY_TASK_DEFAULT_QUEUE, *([] if telegram.missing() else [SHARED_QUEUE])],
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )


class ImmediateScheduler(Scheduler):
    """Sends every entry once at the start, then at its interval. Keeps its schedule in memory.

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
