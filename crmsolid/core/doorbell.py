"""The doorbell wakes a worker after a commit.

A ring sends a Celery task without arguments: it says that something is due, and the rows say what. Rings may therefore
be merged, late or lost; the periodic sweep finds everything that no ring announced.

Each process sends its rings from one thread of its own, and each task at most once within ``PAUSE_SECONDS``. A thousand
messages in a second cost a few dozen rings, and a request never waits for the broker. The broker merges what several
processes send (``crmsolid.broker``). A ring for a task that is running in the same process does not need the broker.
"""

import logging
import os
import threading
import time
from collections.abc import Callable

logger = logging.getLogger("crmsolid.doorbell")

# Sending a task takes a millisecond of CPU, which the requests of this process then lack.
PAUSE_SECONDS = 0.05
BACKOFF_SECONDS = 1.0
WARN_EVERY_SECONDS = 60.0

SendTask = Callable[[str, str | None], None]


def send_task(name: str, queue: str | None) -> None:
    """Send the task by Celery, trying once. Raises whatever the broker's client raises."""
    from celery import current_app

    current_app.send_task(name, queue=queue, retry=False, ignore_result=True)


class Doorbell:
    """Collects rings by task and queue, and sends each at the earliest time that was asked for."""

    def __init__(self, send: SendTask = send_task, *, backoff_seconds: float = BACKOFF_SECONDS) -> None:
        self._send = send
        self._backoff_seconds = backoff_seconds
        self._pending: dict[tuple[str, str | None], float] = {}
        self._condition = threading.Condition()
        self._thread: threading.Thread | None = None

    def ring(self, name: str, *, queue: str | None = None, after: float = 0.0) -> None:
        """Ask for one run of the task, ``after`` seconds from now. Neither blocks nor raises for the broker."""
        due = time.monotonic() + max(0.0, after)
        with self._condition:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="doorbell", daemon=True)
                self._thread.start()
            pending = self._pending.get((name, queue))
            if pending is None or due < pending:
                self._pending[name, queue] = due
                self._condition.notify()

    def _run(self) -> None:
        warned_at = -WARN_EVERY_SECONDS
        while True:
            for name, queue in self._wait_for_due():
                try:
                    self._send(name, queue)
                except Exception as error:
                    if time.monotonic() - warned_at >= WARN_EVERY_SECONDS:
                        warned_at = time.monotonic()
                        logger.warning("the broker cannot be reached, the sweep takes over: %s", type(error).__name__)
                    time.sleep(self._backoff_seconds)
            time.sleep(PAUSE_SECONDS)  # equal rings that arrive meanwhile become one

    def _wait_for_due(self) -> list[tuple[str, str | None]]:
        with self._condition:
            while True:
                now = time.monotonic()
                due = [ring for ring, at in self._pending.items() if at <= now]
                if due:
                    for ring in due:
                        del self._pending[ring]
                    return due
                self._condition.wait(min(self._pending.values()) - now if self._pending else None)


_doorbell = Doorbell()


def replace(new: Doorbell) -> Doorbell:
    """Make ``new`` the doorbell of this process; returns the one before."""
    global _doorbell
    before, _doorbell = _doorbell, new
    return before


# A forked child has no thread of its parent's, and the lock may have been held. The parent sends its own rings.
os.register_at_fork(after_in_child=lambda: replace(Doorbell()))


# By task: asks the run that is in progress in this process to look once more; False if there is none.
_running: dict[str, Callable[[], bool]] = {}


def register_run(task: str, ask_again: Callable[[], bool]) -> None:
    """Have rings for ``task`` call ``ask_again`` first, which says whether a run is in progress in this process."""
    _running[task] = ask_again


def ring(name: str, *, queue: str | None = None, after: float = 0.0) -> None:
    """Ask for one run of the task, ``after`` seconds from now: of its run in this process if there is one now, else
    through the broker; see :meth:`Doorbell.ring`."""
    ask_again = _running.get(name) if queue is None and after <= 0 else None
    if ask_again is None or not ask_again():
        _doorbell.ring(name, queue=queue, after=after)
