"""The rate limiter: how many requests a bucket (a key or an address) may make in a minute.

A window starts with the first request of a bucket and ends 60 s later. All processes share the count in Redis; one
script counts and reads the time left in one step, so that two processes cannot both let the last request through.
While Redis does not answer, each process counts for itself.
"""

import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import redis
from django.conf import settings

from crmsolid.core.circuit_breaker import CircuitBreaker
from crmsolid.core.redis import REDIS_ERRORS, build_client

logger = logging.getLogger(__name__)

T = TypeVar("T")

WINDOW_SECONDS = 60
WARNING_INTERVAL_SECONDS = 60.0

# A counter that has lost its time to live keeps its count and gets a new one: at worst the bucket is refused for one
# window more, and never gets more than the limit.
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
    """The result for one request. ``remaining`` is ``limit`` again in ``reset_seconds`` (1 to 60, rounded up)."""

    allowed: bool
    limit: int
    remaining: int
    reset_seconds: int

    def headers(self) -> dict[str, str]:
        """What an answer says of it: the headers of this API, and the fields of the IETF draft
        (draft-ietf-httpapi-ratelimit-headers), which a client may read instead."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset_seconds),
            "RateLimit-Policy": f'"default";q={self.limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"default";r={self.remaining};t={self.reset_seconds}',
        }


class Limiter(Protocol):
    """Counts requests. ``bucket`` must contain no secret, because it becomes a key in Redis."""

    def check(self, bucket: str, limit: int) -> Decision:
        """Count one request, also one that will be refused, and decide."""

    def is_used_up(self, bucket: str, limit: int) -> bool:
        """Whether the next request would be refused. It counts nothing, for limits that count failures only."""


def _decide(count: int, limit: int, seconds_left: float) -> Decision:
    reset = min(max(math.ceil(seconds_left), 1), WINDOW_SECONDS)
    return Decision(allowed=count <= limit, limit=limit, remaining=max(limit - count, 0), reset_seconds=reset)


class RedisLimiter:
    """Exact across processes. Raises one of ``REDIS_ERRORS`` when Redis does not answer in time."""

    def __init__(self, client: redis.Redis, key_prefix: str = "crmsolid:rate:") -> None:
        self._client = client
        self._count = client.register_script(WINDOW_SCRIPT)
        self._key_prefix = key_prefix

    def check(self, bucket: str, limit: int) -> Decision:
        count, milliseconds = self._count(keys=[self._key_prefix + bucket], args=[WINDOW_SECONDS * 1000])
        return _decide(count, limit, milliseconds / 1000)

    def is_used_up(self, bucket: str, limit: int) -> bool:
        count: Any = self._client.get(self._key_prefix + bucket)
        return int(count or 0) >= limit


class LocalLimiter:
    """Exact within this process.

    All windows have the same length, so the oldest bucket expires first: each call drops expired buckets from the
    front. With more than ``max_buckets`` the oldest is dropped early, so that many addresses cannot use up the memory.
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
            now = self._drop_expired()
            end, count = self._windows.get(bucket, (now + WINDOW_SECONDS, 0))
            self._windows[bucket] = (end, count + 1)
            if len(self._windows) > self._max_buckets:
                self._windows.popitem(last=False)
        return _decide(count + 1, limit, end - now)

    def is_used_up(self, bucket: str, limit: int) -> bool:
        with self._lock:
            self._drop_expired()
            return self._windows.get(bucket, (0.0, 0))[1] >= limit

    def _drop_expired(self) -> float:
        """Returns the time now."""
        now = self._clock()
        while self._windows and next(iter(self._windows.values()))[0] <= now:
            self._windows.popitem(last=False)
        return now


class FallbackLimiter:
    """Uses Redis while it answers, else the process's own count, so that a Redis that is down refuses nobody.

    After a failure one request a second tries Redis again. An error of Redis is never raised.
    """

    def __init__(
        self, shared: Limiter, local: Limiter | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._shared = shared
        self._local = local or LocalLimiter(clock)
        self._clock = clock
        self._breaker = CircuitBreaker(clock=clock)
        self._lock = threading.Lock()
        self._next_warning = -math.inf

    def check(self, bucket: str, limit: int) -> Decision:
        return self._ask(lambda limiter: limiter.check(bucket, limit))

    def is_used_up(self, bucket: str, limit: int) -> bool:
        return self._ask(lambda limiter: limiter.is_used_up(bucket, limit))

    def _ask(self, question: Callable[[Limiter], T]) -> T:
        if self._breaker.allows():
            try:
                answer = question(self._shared)
            except REDIS_ERRORS as error:
                self._breaker.failed()
                self._warn(error)
            else:
                self._breaker.succeeded()
                return answer
        return question(self._local)

    def _warn(self, error: Exception) -> None:
        with self._lock:
            now = self._clock()
            if now < self._next_warning:
                return
            self._next_warning = now + WARNING_INTERVAL_SECONDS
        # Only the type of the error: its text may contain the address and the arguments.
        logger.warning("redis does not answer (%s): rate limits hold per process", type(error).__name__)


@lru_cache(maxsize=1)
def limiter() -> Limiter:
    """The process's limiter."""
    return FallbackLimiter(RedisLimiter(build_client(settings.REDIS_URL)))
