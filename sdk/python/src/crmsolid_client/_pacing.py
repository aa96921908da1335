"""Pacing: reads the rate limit from each answer, and waits for the next window before the limit is reached."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

MARGIN_PERCENT = 1  # of the limit is left to other clients of the same key, which this one does not see
SHORTEST_WINDOW = 2.0  # seconds between the ends of two windows, at least


class RateLimit:
    """The requests that the key has left, as far as the client knows. All threads and tasks of a client share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._limit = 0
        self._remaining = 0
        self._resets_at = 0.0  # on the monotonic clock; in the past: the window has ended, or nothing is known yet

    def reserve(self, most: float = float("inf")) -> float:
        """Count one request that is about to be sent and return 0, or the seconds until it may be. Call again then. If
        that is more than ``most``, the request is counted all the same: the server decides."""
        with self._lock:
            wait = self._resets_at - time.monotonic()
            if wait <= 0 or self._remaining > self._margin() or wait > most:
                self._remaining -= 1
                return 0.0
            return wait

    def update(self, headers: Mapping[str, str]) -> None:
        """Take over what an answer says. Answers of requests that ran side by side may come in any order."""
        try:
            limit = int(headers["x-ratelimit-limit"])
            remaining = int(headers["x-ratelimit-remaining"])
            reset = float(headers["x-ratelimit-reset"])
        except (KeyError, ValueError):
            return  # not an answer of the application, for example of a proxy in front of it
        with self._lock:
            now = time.monotonic()
            ends_at = now + reset
            # Whole seconds are reported, rounded up, and an answer takes time to come: the known end may be late. An
            # answer that comes before it can be of the next window, which ends much later.
            is_same_window = (
                now < self._resets_at
                and limit == self._limit
                and ends_at - self._resets_at < max(reset / 2, SHORTEST_WINDOW)
            )
            self._limit = limit
            self._remaining = min(remaining, self._remaining) if is_same_window else remaining
            self._resets_at = min(ends_at, self._resets_at) if is_same_window else ends_at

    def exhausted(self, seconds: float) -> None:
        """The server has refused a request and asks to wait."""
        with self._lock:
            self._remaining = 0
            self._resets_at = max(self._resets_at, time.monotonic() + seconds)

    def _margin(self) -> int:
        return self._limit * MARGIN_PERCENT // 100
