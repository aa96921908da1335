"""Limits how many streams one API key may have open, over all web processes while Redis is reachable.

Each open stream holds a slot: a member of its key's sorted set in Redis, scored with the time at which the slot
expires. Expired slots are removed when the next one is acquired, so a process that was killed holds its slots for at
most ``SLOT_TTL_SECONDS``. Without Redis, or while it does not answer, each process counts its own streams.
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

SLOT_TTL_SECONDS = 45.0  # a stream renews its slot every 15 s, with its ping
WARN_EVERY_SECONDS = 60.0

# KEYS: the set of the API key. ARGV: id of the stream, milliseconds until its slot expires, the limit (0: renew only).
_ACQUIRE_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local limit = tonumber(ARGV[3])
if limit > 0 and redis.call('ZCARD', KEYS[1]) >= limit then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""

# One thread: a slot is released in Redis before the next one is asked for, in the order of the calls.
_redis_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stream-slots")


async def _in_redis_thread(function: Callable[..., R], *args: Any) -> R:
    return await get_running_loop().run_in_executor(_redis_thread, function, *args)


class RedisSlots:
    """The slots of all processes. No method raises when Redis fails.

    The name of a key's set is ``prefix`` and the key's id.
    """

    def __init__(self, client: redis.Redis, prefix: str = "crmsolid:streams:") -> None:
        self._client, self._prefix = client, prefix
        self._script = client.register_script(_ACQUIRE_SCRIPT)
        self._breaker = CircuitBreaker()
        self._warned_at = -WARN_EVERY_SECONDS

    def acquire(self, key_id: str, stream_id: str, limit: int) -> bool:
        """False if the key has ``limit`` streams open already. True while Redis does not answer."""
        return self._run_script(key_id, stream_id, limit)

    def renew(self, key_id: str, stream_id: str) -> None:
        """Postpone the slot's expiry; restores a slot that a restarted Redis has lost."""
        self._run_script(key_id, stream_id, 0)

    def release(self, key_id: str, stream_id: str) -> None:
        """Free the slot. While Redis does not answer, it expires by itself."""
        if not self._breaker.allows():
            return
        try:
            self._client.zrem(self._prefix + key_id, stream_id)
        except REDIS_ERRORS as error:
            self._record_failure(error)
        else:
            self._breaker.succeeded()

    def _run_script(self, key_id: str, stream_id: str, limit: int) -> bool:
        if not self._breaker.allows():
            return True
        try:
            acquired = self._script([self._prefix + key_id], [stream_id, int(SLOT_TTL_SECONDS * 1000), limit])
        except REDIS_ERRORS as error:
            self._record_failure(error)
            return True
        self._breaker.succeeded()
        return bool(acquired)

    def _record_failure(self, error: Exception) -> None:
        self._breaker.failed()
        now = time.monotonic()
        if now - self._warned_at >= WARN_EVERY_SECONDS:
            self._warned_at = now
            logger.warning("redis does not answer (%s): streams are counted per process", type(error).__name__)


class StreamLimiter:
    """Counts the open streams of this process by API key, and those of all processes in ``shared``."""

    def __init__(self, shared: RedisSlots | None = None) -> None:
        self._shared = shared
        self._open: Counter[str] = Counter()
        # Reentrant: a response that was never sent releases its slot when it is garbage collected, and that can happen
        # in any allocation, also in one made under this lock.
        self._lock = threading.RLock()

    def __len__(self) -> int:
        """The number of keys with open streams in this process."""
        return len(self._open)

    async def acquire(self, key_id: str, limit: int) -> "StreamSlot | None":
        """A slot for one more stream; None if the key has ``limit`` streams open already."""
        with self._lock:
            if self._open[key_id] >= limit:
                return None
            self._open[key_id] += 1
        slot = StreamSlot(self, key_id)
        try:
            if self._shared is None or await _in_redis_thread(self._shared.acquire, key_id, slot.stream_id, limit):
                return slot
        except BaseException:  # the client disconnected meanwhile
            slot.release()
            raise
        slot.release()
        return None

    async def renew(self, slot: "StreamSlot") -> None:
        if self._shared is not None:
            await _in_redis_thread(self._shared.renew, slot.key_id, slot.stream_id)

    def release(self, slot: "StreamSlot") -> None:
        """Frees the slot in this process at once, and in Redis from a thread: callers cannot wait for it."""
        with self._lock:
            self._open[slot.key_id] -= 1
            if not self._open[slot.key_id]:
                del self._open[slot.key_id]
        if self._shared is not None:
            with contextlib.suppress(RuntimeError):  # the process is shutting down: the slot expires
                _redis_thread.submit(self._shared.release, slot.key_id, slot.stream_id)


class StreamSlot:
    """One of the streams that a key may have open. Acquired before the response starts, released once."""

    def __init__(self, limiter: StreamLimiter, key_id: str) -> None:
        self._limiter, self.key_id, self.stream_id = limiter, key_id, uuid4().hex
        self._is_held = True

    async def renew(self) -> None:
        """Keep the slot; to be called more often than every ``SLOT_TTL_SECONDS``."""
        await self._limiter.renew(self)

    def release(self) -> None:
        """Free the slot. Further calls do nothing."""
        if self._is_held:
            self._is_held = False
            self._limiter.release(self)


@lru_cache(maxsize=1)
def limiter() -> StreamLimiter:
    """The limiter of this process."""
    return StreamLimiter(RedisSlots(build_client(settings.REDIS_URL)) if settings.REDIS_URL else None)


async def acquire_slot(key_id: str, retry_after: int) -> StreamSlot:
    """A slot for one more stream of the key. ``rate_limited`` (429) if the key has its limit of streams open already;
    ``retry_after`` are the seconds for the header."""
    limit = settings.STREAMS_PER_KEY
    slot = await limiter().acquire(key_id, limit)
    if slot is None:
        detail = f"this key has {limit} streams open already; close one first"
        raise DomainError("rate_limited", detail, headers={"Retry-After": str(retry_after)})
    return slot
