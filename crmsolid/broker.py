"""Redis as Celery's broker. A task's queue holds at most one message.

All messages of a task are equal: each says that something is due. So those that no worker has taken yet, because it is
busy, suspended or gone, become one.
"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from kombu.transport import redis as redis_transport
from kombu.utils.json import dumps

# Of tasks, and of the workers that hold Telegram accounts. kombu has queues of its own beside them.
SIGNAL_QUEUES = ("crmsolid.", "telegram.")


def broker_url(redis_url: str) -> str:
    """The address of this Redis as kombu writes it: a unix socket is ``redis+socket://:password@/path?virtual_host=0``
    there and ``unix://:password@/path?db=0`` everywhere else."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    (database,) = parse_qs(parts.query).get("db", ["0"])
    return f"redis+socket://{parts.netloc}{parts.path}?virtual_host={database}"


class SignalChannel(redis_transport.Channel):
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


def install() -> None:
    """Make every connection of this process use this channel."""
    redis_transport.Transport.Channel = SignalChannel
