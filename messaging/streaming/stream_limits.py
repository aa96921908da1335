"""Limits how many streams one API key may have open, over all web processes while Redis is reachable.

Each open stream holds a slot: a member of its key's sorted set in Redis, scored with the time at which the slot
expires. Expired slots are removed when the next one is acquired, so a process that was killed holds its slots for at
most ``SLOT_TTL_SECONDS``. While Redis does not answer, each process counts its own streams.
"""

import contextlib
import logging
import threading
import time
from asyncio import get_running_loop
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from typing import Any
from uuid import uuid4

import redis
from django.conf import settings

from crmsolid.core.circuit_breaker import CircuitBreaker
from crmsolid.core.redis import REDIS_ERRORS, build_client

logger = logging.getLogger("crmsolid.stream")

SLOT_TTL_SECONDS = 45.0  # a stream renews its slot every 15 s, with its ping
WARN_EVERY_SECONDS = 60.0

# KEYS: the set of the API key. ARGV: id of the stream, milliseconds until its slot expires, the limit (0: none).
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


class StreamLimiter:
    """Counts the open streams by API key: those of this process, and in Redis those of all processes.

    ``prefix`` and a key's id are the name of the key's set. No method raises when Redis fails.
    """

    def __init__(self, client: redis.Redis, prefix: str = "crmsolid:streams:") -> None:
        self._client, self._prefix = client, prefix
        self._breaker = CircuitBreaker()
        self._warned_at = -WARN_EVERY_SECONDS
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
        slot, acquired = StreamSlot(self, key_id), False
        try:
            acquired = await self.acquire_in_redis(slot, limit)
        finally:
            if not acquired:  # the limit is reached, or the client disconnected meanwhile
                slot.release()
        return slot if acquired else None

    async def acquire_in_redis(self, slot: "StreamSlot", limit: int) -> bool:
        """Write the slot and when it expires. False if the key has ``limit`` slots already; 0 means no limit."""
        keys = (self._prefix + slot.key_id, slot.stream_id, int(SLOT_TTL_SECONDS * 1000), limit)
        run = partial(self._client.eval, _ACQUIRE_SCRIPT, 1, *keys)
        return await get_running_loop().run_in_executor(_redis_thread, self._try, run)

    def release(self, slot: "StreamSlot") -> None:
        """Free the slot in this process at once, and in Redis from a thread: callers cannot wait for it."""
        with self._lock:
            self._open[slot.key_id] -= 1
            if not self._open[slot.key_id]:
                del self._open[slot.key_id]
        remove = partial(self._client.zrem, self._prefix + slot.key_id, slot.stream_id)
        with contextlib.suppress(RuntimeError):  # the process is shutting down: the slot expires
            _redis_thread.submit(self._try, remove)

    def _try(self, command: Callable[[], Any]) -> bool:
        """Whether Redis answers yes; also true while it does not answer."""
        if not self._breaker.allows():
            return True
        try:
            answer = command()
        except REDIS_ERRORS as error:
            self._breaker.failed()
            now = time.monotonic()
            if now - self._warned_at >= WARN_EVERY_SECONDS:
                self._warned_at = now
                logger.warning("redis does not answer (%s): streams are counted per process", type(error).__name__)
            return True
        self._breaker.succeeded()
        return bool(answer)


class StreamSlot:
    """One of the streams that a key may have open. Acquired before the response starts, released once."""

    def __init__(self, limiter: StreamLimiter, key_id: str) -> None:
        self._limiter, self.key_id, self.stream_id = limiter, key_id, uuid4().hex
        self._is_held = True

    async def renew(self) -> None:
        """Postpone the expiry, more often than every ``SLOT_TTL_SECONDS``. Restores a slot that Redis has lost."""
        await self._limiter.acquire_in_redis(self, 0)

    def release(self) -> None:
        """Free the slot. Further calls do nothing."""
        if self._is_held:
            self._is_held = False
            self._limiter.release(self)


@lru_cache(maxsize=1)
def limiter() -> StreamLimiter:
    """The limiter of this process."""
    return StreamLimiter(build_client(settings.REDIS_URL))
