"""Limits by rate: more requests of a name than are allowed within some seconds are refused with FLOOD_WAIT_n."""

import math
import time
from collections import Counter, deque

from .errors import failure
from .event_loop import LoopBound, control


class RateLimits:
    """`request` is named as in Telegram's schema. Each user has their own limit. What is refused does not count."""

    def __init__(self) -> None:
        self.refusals: Counter[str] = Counter()
        self._limits: dict[str, tuple[int, float]] = {}
        self._served: dict[tuple[str, str], deque[float]] = {}

    def set(self, request: str, count: int, seconds: float) -> None:
        self._limits[request] = count, seconds

    def check(self, request: str, phone: str) -> None:
        """Raises RpcFailure for a request that exceeds its limit."""
        if request not in self._limits:
            return
        count, seconds = self._limits[request]
        served, now = self._served.setdefault((request, phone), deque()), time.monotonic()
        while served and served[0] <= now - seconds:
            served.popleft()
        if len(served) >= count:
            self.refusals[request] += 1
            raise failure(f"FLOOD_WAIT_{math.ceil(served[0] + seconds - now)}")
        served.append(now)


class LimitControl(LoopBound):
    limits: RateLimits

    @control
    def limit(self, request: str, count: int, seconds: float) -> None:
        """Allow each user `count` requests of this name within any `seconds`; more are refused with FLOOD_WAIT_n."""
        self.limits.set(request, count, seconds)

    @control
    def refused(self, request: str) -> int:
        """How many requests of this name exceeded their limit."""
        return self.limits.refusals[request]
