"""Pacing: reads the rate limit from each answer, and waits for the next window before the limit is reached."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

MARGIN_PERCENT = 1  # of the limit is left to other clients of the same key, which this one does not see
SHORTEST_WINDOW = 2.0  # seconds between the ends of two windows, at least
WINDOW_SECONDS = 60.0
LONGEST_WAIT = 61.0  # for the next window, with what is added at random; the server decides on what would wait longer
PROBE_SECONDS = 10.0  # within which the first request is answered, or others go on without knowing the limit
PAUSE_SECONDS = 0.05  # between two looks at whether the first request is answered
UNCERTAIN_PAUSE_SECONDS = 1.0  # between two looks at a window whose end is not known yet


class RateLimit:
    """The requests that the key has left, as far as the client knows. All threads and tasks of a client share it.

    The first request goes alone, and its answer says what the limit is. When a window ends, the next one is taken to
    have the same limit, and its first answer says when it ends.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._limit = 0
        self._remaining = 0
        self._resets_at = 0.0  # on the monotonic clock
        self._is_end_known = False
        self._in_flight = 0  # requests without an answer yet
        self._probe_ends_at = 0.0
        self._is_unlimited = False  # answers come from something that tells no limit
        self.window = 0
        """The number of the present window, which :meth:`update` takes."""

    def reserve(self) -> float:
        """Count one request that is about to be sent and return 0, or the seconds after which to call again."""
        with self._lock:
            wait = self._wait(time.monotonic())
            if wait == 0.0:
                self._remaining -= 1
                self._in_flight += 1
            return wait

    def update(self, headers: Mapping[str, str], window: int | None = None) -> None:
        """Take over what the answer to a request that was sent in this window says. Answers of requests that ran side
        by side may come in any order."""
        with self._lock:
            self._in_flight = max(0, self._in_flight - 1)
        try:
            limit = int(headers["x-ratelimit-limit"])
            remaining = int(headers["x-ratelimit-remaining"])
            reset = float(headers["x-ratelimit-reset"])
        except (KeyError, ValueError):
            self._is_unlimited = True  # until an answer of the application comes, and not of a proxy in front of it
            return
        with self._lock:
            now = time.monotonic()
            ends_at = now + reset
            is_late = window is not None and window != self.window
            # Whole seconds are reported, rounded up, and an answer takes time to come: the known end may be late. An
            # answer that comes before it can be of the next window, which ends much later.
            is_same_window = (
                now < self._resets_at
                and limit == self._limit
                and ends_at - self._resets_at < max(reset / 2, SHORTEST_WINDOW)
            )
            if is_same_window and is_late:
                # Of an earlier window, which says nothing about this one; or sent in it, and answered in this one.
                if self._resets_at - ends_at < SHORTEST_WINDOW:
                    self._remaining = min(remaining, self._remaining)
            elif is_same_window:
                self._remaining = min(remaining, self._remaining)
                self._resets_at = min(ends_at, self._resets_at)
                self._is_end_known = True
            else:
                self._limit = limit
                self._begin(remaining, ends_at, is_end_known=True)

    def unanswered(self) -> None:
        """The request has had no answer, so that the next one may be the first that has."""
        with self._lock:
            self._in_flight = max(0, self._in_flight - 1)
            self._probe_ends_at = 0.0

    def exhausted(self, seconds: float) -> None:
        """The server has refused a request and asks to wait."""
        with self._lock:
            ends_at = time.monotonic() + seconds
            self._remaining = 0
            self._resets_at = max(self._resets_at, ends_at) if self._is_end_known else ends_at
            self._is_end_known = True

    def _wait(self, now: float) -> float:
        if not self._limit:
            return self._probe(now)
        if now >= self._resets_at:
            # What is on its way may arrive in the next window.
            self._begin(self._limit - self._in_flight, now + WINDOW_SECONDS, is_end_known=False)
        wait = self._resets_at - now
        if self._remaining > self._margin() or wait > LONGEST_WAIT:
            return 0.0
        return wait if self._is_end_known else min(wait, UNCERTAIN_PAUSE_SECONDS)

    def _probe(self, now: float) -> float:
        if self._is_unlimited:
            return 0.0
        if now < self._probe_ends_at:
            return PAUSE_SECONDS
        self._probe_ends_at = now + PROBE_SECONDS
        return 0.0

    def _begin(self, remaining: int, ends_at: float, *, is_end_known: bool) -> None:
        self.window += 1
        self._remaining = remaining
        self._resets_at = ends_at
        self._is_end_known = is_end_known

    def _margin(self) -> int:
        return self._limit * MARGIN_PERCENT // 100
