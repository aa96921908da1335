"""The Celery worker: a thread of the one process, or a process of its own."""

import contextlib
import logging
import threading
import time
import warnings
from typing import Any

from celery.exceptions import SecurityWarning
from celery.worker import state
from django.conf import settings
from kombu.exceptions import OperationalError

from crmsolid.celery import app

logger = logging.getLogger("crmsolid.run")

THREADS = 8
EMBEDDED_THREADS = 4
_AGAIN_SECONDS = 1.0
# The consumer's loop waits up to 2 s for a message before it looks whether to stop, and goes round once more then.
_NUDGES = 3
_NUDGE_SECONDS = 0.1
HEARTBEAT = "crmsolid.heartbeat"


def build_worker(threads: int) -> Any:
    """Threads, because tasks wait for networks and database; no talk between workers, because rows say it all."""
    # Celery warns root of code smuggled into a pickle; CELERY_ACCEPT_CONTENT takes JSON alone.
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
    """The ordinary queue, and the one that makes a worker hold Telegram accounts, where Telegram is set up."""
    from messaging.telegram import config as telegram  # models, so not before Django is set up
    from messaging.telegram.gateway import SHARED_QUEUE

    return [settings.CELERY_TASK_DEFAULT_QUEUE, *([SHARED_QUEUE] if telegram.enabled() else [])]


class WorkerThread(threading.Thread):
    """The worker inside the web's process. A worker that broke is made anew."""

    def __init__(self) -> None:
        super().__init__(name="worker", daemon=True)
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.is_set():
            build_worker(EMBEDDED_THREADS).start()
            if not self._stopping.wait(_AGAIN_SECONDS):
                logger.error("the embedded worker ended by itself; starting it again")

    def stop(self, seconds: float) -> bool:
        """Take no more work and finish what runs; False if that took longer than ``seconds``."""
        self._stopping.set()
        state.should_stop = 0  # the consumer's loop looks at this and leaves with that exit status
        deadline = time.monotonic() + seconds
        for _ in range(_NUDGES):
            with contextlib.suppress(OperationalError):  # no broker, no nudge: the loop looks by itself
                app.send_task(HEARTBEAT, retry=False)
            self.join(_NUDGE_SECONDS)
        self.join(max(0.0, deadline - time.monotonic()))
        return not self.is_alive()
