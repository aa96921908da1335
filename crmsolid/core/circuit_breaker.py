"""A circuit breaker: after a failure it keeps callers away from a dependency for a while, then lets one try again."""

import threading
import time
from collections.abc import Callable


class CircuitBreaker:
    """Closed until a failure; then open for ``open_seconds``, after which one probe is let through.

    A probe reserves nothing that a dying thread could leave locked: letting one caller through moves the next allowed
    try ``probe_seconds`` ahead. If that caller never reports back, another one may probe then.
    """

    def __init__(
        self, open_seconds: float = 1.0, probe_seconds: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._open_seconds = open_seconds
        self._probe_seconds = probe_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._closed = True
        self._next_try = 0.0

    def allows(self) -> bool:
        """Whether to call the dependency now. The caller reports the result by ``succeeded()`` or ``failed()``."""
        if self._closed:
            return True
        with self._lock:
            now = self._clock()
            if not self._closed and now < self._next_try:
                return False
            self._next_try = now + self._probe_seconds
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
