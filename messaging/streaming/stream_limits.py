"""How many streams a key may have open, counted over all web processes while Redis is there.

Each open stream is a member of its key's sorted set in Redis, scored with the moment at which it lapses; whoever takes
a place drops the lapsed ones first, so a process that was killed holds no place for longer than ``LAPSE_SECONDS``.
Without Redis, or while it does not answer, each process counts for itself.
"""

import contextlib
import logging
import threading
import time
from asyncio import get_running_loop
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, TypeVar
from uuid import uuid4

import redis
from django.conf import settings

from crmsolid.core.circuit_breaker import CircuitBreaker
from crmsolid.core.errors import DomainError
from crmsolid.core.redis import REDIS_ERRORS, build_client

R = TypeVar("R")

logger = logging.getLogger("crmsolid.stream")

LAPSE_SECONDS = 45.0  # a stream renews its place every 15 s, with its comment
WARN_EVERY_SECONDS = 60.0

# KEYS: the key's set. ARGV: the stream, milliseconds until it lapses, how many there may be (0: it has a place, renew).
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local most = tonumber(ARGV[3])
if most > 0 and redis.call('ZCARD', KEYS[1]) >= most then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""

# One thread, so that what a stream gave back is given back before the next one asks.
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stream-places")


async def _in_thread(function: Callable[..., R], *args: Any) -> R:
    return await get_running_loop().run_in_executor(_thread, function, *args)


class SharedPlaces:
    """The sets in Redis; nothing here ever raises for Redis. ``prefix`` and a key's id make the name of its set."""

    def __init__(self, client: redis.Redis, prefix: str = "crmsolid:streams:") -> None:
        self._client, self._prefix = client, prefix
        self._script = client.register_script(_SCRIPT)
        self._breaker = CircuitBreaker()
        self._warned = -WARN_EVERY_SECONDS

    def take(self, key_id: str, stream: str, most: int) -> bool:
        """False if ``most`` streams of the key are open somewhere. True while Redis does not answer."""
        return self._run(key_id, stream, most)

    def renew(self, key_id: str, stream: str) -> None:
        """Also puts back what a restarted Redis has forgotten."""
        self._run(key_id, stream, 0)

    def _run(self, key_id: str, stream: str, most: int) -> bool:
        if not self._breaker.allows():
            return True
        try:
            taken = self._script([self._prefix + key_id], [stream, int(LAPSE_SECONDS * 1000), most])
        except REDIS_ERRORS as error:
            self._failed(error)
            return True
        self._breaker.succeeded()
        return bool(taken)

    def release(self, key_id: str, stream: str) -> None:
        """What Redis does not hear of lapses."""
        if not self._breaker.allows():
            return
        try:
            self._client.zrem(self._prefix + key_id, stream)
        except REDIS_ERRORS as error:
            self._failed(error)
        else:
            self._breaker.succeeded()

    def _failed(self, error: Exception) -> None:
        self._breaker.failed()
        now = time.monotonic()
        if now - self._warned >= WARN_EVERY_SECONDS:
            self._warned = now
            logger.warning("redis does not answer (%s): streams are counted per process", type(error).__name__)


class Places:
    """The open streams of this process by key, and of all processes in ``shared``."""

    def __init__(self, shared: SharedPlaces | None = None) -> None:
        self._shared = shared
        self._open: Counter[str] = Counter()
        self._lock = (
            threading.RLock()
        )  # a stream may be collected, and give its place back, wherever memory is asked for

    def __len__(self) -> int:
        return len(self._open)

    async def take(self, key_id: str, most: int) -> "Place | None":
        """A place among the ``most`` that the key has; None when all are taken."""
        with self._lock:
            if self._open[key_id] >= most:
                return None
            self._open[key_id] += 1
        place = Place(self, key_id)
        try:
            if self._shared is None or await _in_thread(self._shared.take, key_id, place.stream, most):
                return place
        except BaseException:  # the client has left meanwhile
            place.close()
            raise
        place.close()
        return None

    async def renew(self, place: "Place") -> None:
        if self._shared is not None:
            await _in_thread(self._shared.renew, place.key_id, place.stream)

    def give_back(self, place: "Place") -> None:
        """At once in this process; Redis is told from the thread, for nobody can wait for it here."""
        with self._lock:
            self._open[place.key_id] -= 1
            if not self._open[place.key_id]:
                del self._open[place.key_id]
        if self._shared is not None:
            with contextlib.suppress(RuntimeError):  # the process ends: it lapses
                _thread.submit(self._shared.release, place.key_id, place.stream)


class Place:
    """One of the streams that a key may have open. Taken before the headers go out, given back once."""

    def __init__(self, places: Places, key_id: str) -> None:
        self._places, self.key_id, self.stream = places, key_id, uuid4().hex
        self._taken = True

    async def renew(self) -> None:
        """Say that the stream is still open, more often than every ``LAPSE_SECONDS``."""
        await self._places.renew(self)

    def close(self) -> None:
        if self._taken:
            self._taken = False
            self._places.give_back(self)


@lru_cache(maxsize=1)
def places() -> Places:
    """Those of this process."""
    return Places(SharedPlaces(build_client(settings.REDIS_URL)) if settings.REDIS_URL else None)


async def take(key_id: str, retry_after: int) -> Place:
    """``rate_limited`` (429) when the key has as many streams open as it may."""
    most = settings.STREAMS_PER_KEY
    place = await places().take(key_id, most)
    if place is None:
        detail = f"this key has {most} streams open already; close one first"
        raise DomainError("rate_limited", detail, headers={"Retry-After": str(retry_after)})
    return place
