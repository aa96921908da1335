"""Doorbells: tell the workers that something is due, without holding up whoever noticed.

A ring is a hint. The rows say what is due and the sweep finds what no ring announced, so rings may be merged, late
or lost. Each process rings at most once per task name and moment from one thread of its own: a thousand sends in
a second cost a few dozen rings, and a dead broker costs the requests nothing.
"""

import logging
import os
import threading
import time
from collections.abc import Callable

logger = logging.getLogger("crmsolid.doorbell")

# A ring costs a millisecond of the process that its requests have to do without.
PAUSE_SECONDS = 0.05
WARN_EVERY_SECONDS = 60.0
_BACK_OFF_SECONDS = 1.0

Ringer = Callable[[str, str | None], None]


def _send(name: str, queue: str | None) -> None:
    from celery import current_app

    current_app.send_task(name, queue=queue, retry=False, ignore_result=True)


class Doorbell:
    """Pending rings by (task, queue) with the moment each is wanted; the earliest wish of each wins."""

    def __init__(self, ringer: Ringer = _send) -> None:
        self._ringer = ringer
        self._wanted: dict[tuple[str, str | None], float] = {}
        self._condition = threading.Condition()
        self._thread: threading.Thread | None = None
        self._warned = -WARN_EVERY_SECONDS

    def ring(self, name: str, *, queue: str | None = None, after: float = 0.0) -> None:
        """Ask for one run of the task ``after`` seconds from now. Never blocks, never raises for the broker."""
        at = time.monotonic() + max(0.0, after)
        with self._condition:
            self._start()
            before = self._wanted.get((name, queue))
            if before is None or at < before:
                self._wanted[name, queue] = at
                self._condition.notify()

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="doorbell", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            for name, queue in self._take_due():
                self._ring_now(name, queue)
            time.sleep(PAUSE_SECONDS)  # what is asked meanwhile is merged into one ring

    def _take_due(self) -> list[tuple[str, str | None]]:
        with self._condition:
            while True:
                now = time.monotonic()
                due = [wish for wish, at in self._wanted.items() if at <= now]
                if due:
                    for wish in due:
                        del self._wanted[wish]
                    return due
                self._condition.wait(min(self._wanted.values()) - now if self._wanted else None)

    def _ring_now(self, name: str, queue: str | None) -> None:
        try:
            self._ringer(name, queue)
        except Exception as error:
            now = time.monotonic()
            if now - self._warned >= WARN_EVERY_SECONDS:
                self._warned = now
                logger.warning("the broker cannot be reached, the sweep takes over: %s", type(error).__name__)
            time.sleep(_BACK_OFF_SECONDS)


_bell = Doorbell()


def _start_afresh() -> None:
    """A forked child has neither its parent's thread nor, maybe, whoever held the lock; the parent rings its own."""
    global _bell
    _bell = Doorbell()


os.register_at_fork(after_in_child=_start_afresh)


def ring(name: str, *, queue: str | None = None, after: float = 0.0) -> None:
    """See :meth:`Doorbell.ring`; one doorbell a process."""
    _bell.ring(name, queue=queue, after=after)
