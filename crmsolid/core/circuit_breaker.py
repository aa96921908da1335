"""A circuit breaker: after a failure, a dependency is left alone for a while, then tried by one caller."""

import threading
import time
from collections.abc import Callable


class Breaker:
    """Closed until a failure; then open for `open_seconds`, after which one probe is let through.

    The probe is no flag that a dying thread could leave behind: whoever is let through moves the next try on by
    `open_seconds`, so one caller probes, and if nothing is heard of it, another one does a while later.
    """

    def __init__(self, open_seconds: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._open_seconds = open_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._closed = True
        self._next_try = 0.0

    def allows(self) -> bool:
        """Whether to try the dependency now; report the outcome by succeeded() or failed()."""
        if self._closed:
            return True
        with self._lock:
            now = self._clock()
            if not self._closed and now < self._next_try:
                return False
            self._next_try = now + self._open_seconds
            return True

    def succeeded(self) -> None:
        if self._closed:
            return
        with self._lock:
            self._closed = True

    def failed(self) -> None:
        with self._lock:
            self._closed = False
            self._next_try = self._clock() + self._open_seconds
