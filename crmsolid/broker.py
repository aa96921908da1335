"""A task's queue holds at most one message, in Redis and in memory.

All messages of a task are equal: each says that something is due. So those that no worker has taken yet, because it is
busy, suspended or gone, become one.
"""

import threading
from typing import Any

from kombu.transport import memory
from kombu.transport import redis as redis_transport
from kombu.utils.json import dumps

# Of tasks, and of the workers that hold Telegram accounts. kombu has queues of its own beside them.
SIGNAL_QUEUES = ("crmsolid.", "telegram.")


class RedisChannel(redis_transport.Channel):
    """The list of a queue is cut to its newest message after each push."""

    # When a worker loses its connection, kombu puts the tasks back that it had received and not begun, over the same
    # connection. If Redis is down, the worker would crash. The sweep replaces such tasks.
    do_restore = False

    def _put(self, queue: str, message: Any, **options: Any) -> None:
        if not queue.startswith(SIGNAL_QUEUES):
            super()._put(queue, message, **options)
            return
        with self.conn_or_acquire() as client, client.pipeline() as pipe:
            pipe.lpush(queue, dumps(message)).ltrim(queue, 0, 0).execute()


class MemoryChannel(memory.Channel):
    """A message for a queue that is not empty is dropped: the one before it starts its run after this moment too."""

    _lock = threading.Lock()

    def _put(self, queue: str, message: Any, **options: Any) -> None:
        with self._lock:
            if not queue.startswith(SIGNAL_QUEUES) or not self._size(queue):
                super()._put(queue, message, **options)


def install() -> None:
    """Make every connection of this process use these channels."""
    redis_transport.Transport.Channel = RedisChannel
    memory.Transport.Channel = MemoryChannel
