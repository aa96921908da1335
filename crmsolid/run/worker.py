"""The Celery worker as the product runs it."""

import warnings
from typing import Any

from celery.exceptions import SecurityWarning
from django.conf import settings

from crmsolid.celery import app

THREADS = 8


def build_worker(threads: int) -> Any:
    """A worker on a pool of threads, because tasks wait for the network and the database.

    Django must be set up. Workers do not talk to each other: all that they share is in the database.
    """
    # Celery warns root about pickled messages, but CELERY_ACCEPT_CONTENT accepts JSON alone.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    return app.Worker(
        pool="threads",
        concurrency=threads,
        quiet=True,
        loglevel="WARNING",
        queues=_queues(),
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )


def _queues() -> list[str]:
    """The default queue and, where Telegram is set up, the one that makes this worker hold Telegram accounts."""
    from messaging.telegram import config as telegram  # imports models, so not before Django is set up
    from messaging.telegram.gateway import SHARED_QUEUE

    return [settings.CELERY_TASK_DEFAULT_QUEUE, *([] if telegram.missing() else [SHARED_QUEUE])]
