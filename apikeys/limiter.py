"""How many requests a bucket may make in a minute, counted once for all processes while Redis is there.

A window starts with the bucket's first request and ends 60 s later. One script counts and reads the time left in one
step: a second read near the border would contradict the first, and two processes would let too many through.
"""

import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import redis

from crmsolid.core.circuit_breaker import CircuitBreaker
from crmsolid.core.redis import REDIS_ERRORS

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 60
WARNING_INTERVAL_SECONDS = 60.0

# A key that lost its time to live keeps its count: at worst it is refused for one more window, never for good, and
# never lets more than the limit through.
WINDOW_SCRIPT = """
local count = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {count, left}
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one request. `reset_seconds` (1 to 60, rounded up) is when `remaining` is `limit` again."""

    allowed: bool
    limit: int
    remaining: int
    reset_seconds: int


class CountsRequests(Protocol):
    """What the middleware needs; `bucket` must hold no secret, for it becomes a key in Redis."""

    def check(self, bucket: str, limit: int) -> Decision:
        """Counts one request, refused ones too, and decides."""


def _decide(count: int, limit: int, seconds_left: float) -> Decision:
    reset = min(max(math.ceil(seconds_left), 1), WINDOW_SECONDS)
    return Decision(allowed=count <= limit, limit=limit, remaining=max(limit - count, 0), reset_seconds=reset)


class RedisLimiter:
    """Exact across processes; raises one of REDIS_ERRORS when Redis does not answer in time."""

    def __init__(self, client: redis.Redis, script: str = WINDOW_SCRIPT, key_prefix: str = "crmsolid:rate:") -> None:
        self._count = client.register_script(script)
        self._key_prefix = key_prefix

    def check(self, bucket: str, limit: int) -> Decision:
        count, milliseconds = self._count(keys=[self._key_prefix + bucket], args=[WINDOW_SECONDS * 1000])
        return _decide(count, limit, milliseconds / 1000)


class LocalLimiter:
    """Exact within this process.

    Windows are all of one length, so the oldest bucket is the first to expire: each call drops the expired ones from
    the front, and past `max_buckets` the oldest goes early (a flood of addresses must not take the memory).
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, max_buckets: int = 100_000) -> None:
        self._clock = clock
        self._max_buckets = max_buckets
        self._lock = threading.Lock()
        # bucket -> (end of its window, requests counted), in the order of the ends
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    def check(self, bucket: str, limit: int) -> Decision:
        with self._lock:
            now = self._clock()
            self._evict(now)
            end, count = self._windows.get(bucket, (now + WINDOW_SECONDS, 0))
            self._windows[bucket] = (end, count + 1)
            if len(self._windows) > self._max_buckets:
                self._windows.popitem(last=False)
        return _decide(count + 1, limit, end - now)

    def _evict(self, now: float) -> None:
        while self._windows:
            bucket = next(iter(self._windows))
            if self._windows[bucket][0] > now:
                return
            del self._windows[bucket]


class Limiter:
    """Redis while it answers; the process's own count while it does not, so that a dead Redis refuses nobody.

    After a failure Redis is left alone for a second, then tried by one request. Nothing here ever raises for Redis.
    """

    def __init__(
        self,
        shared: CountsRequests,
        local: CountsRequests | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shared = shared
        self._local = local or LocalLimiter(clock)
        self._clock = clock
        self._breaker = CircuitBreaker(clock=clock)
        self._warning_lock = threading.Lock()
        self._next_warning = -math.inf

    def check(self, bucket: str, limit: int) -> Decision:
        if self._breaker.allows():
            try:
                decision = self._shared.check(bucket, limit)
            except REDIS_ERRORS as error:
                self._breaker.failed()
                self._warn(error)
            else:
                self._breaker.succeeded()
                return decision
        return self._local.check(bucket, limit)

    def _warn(self, error: Exception) -> None:
        with self._warning_lock:
            now = self._clock()
            if now < self._next_warning:
                return
            self._next_warning = now + WARNING_INTERVAL_SECONDS
        # The kind of the error only: its text may hold the address and what Redis was sent.
        logger.warning("redis does not answer (%s): rate limits hold per process", type(error).__name__)
