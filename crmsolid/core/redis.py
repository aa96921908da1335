"""The one place that makes a Redis client, so that no call to Redis can hold a request for long."""

import os
from collections import deque
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.connection import parse_url
from redis.retry import Retry

# Seconds for a connection, and for each answer. Redis is on the way of every request: late is as bad as never.
BUDGET = 0.1

# The errors that mean "Redis could not do it", whatever the reason; callers go on without Redis.
REDIS_ERRORS: tuple[type[Exception], ...] = (redis.RedisError, OSError)


def build_client(url: str, budget: float = BUDGET) -> redis.Redis:
    """A client with the budget (seconds a call); nothing in `url` can widen it. Thread-safe and fork-safe; connects
    when first used.

    redis-py (8.1) retries, greets with several round trips and stops at 100 connections unless told otherwise: each
    would break the budget, or turn a busy moment into a Redis failure. Threads of the process bound the pool.
    """
    options: dict[str, Any] = parse_url(url)  # type: ignore[no-untyped-call]
    options.update(
        socket_timeout=budget,
        socket_connect_timeout=budget,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 0),
        retry_on_timeout=False,
        retry_on_error=[],
        health_check_interval=0,
        protocol=2,
        driver_info=None,
        decode_responses=False,
        max_connections=10_000,
    )
    if issubclass(options.get("connection_class", redis.Connection), redis.UnixDomainSocketConnection):
        del options["socket_keepalive"]
    return redis.Redis(connection_pool=redis.ConnectionPool(**options))


class Line:
    """One command and its answer, over redis-py's connections without its client, which costs a request more than
    all that the limiter does. The budget is the client's. Thread-safe and fork-safe.

    A connection that lay idle may have been closed by Redis; the client looks before each command, a line asks again
    on a new one.
    """

    def __init__(self, client: redis.Redis) -> None:
        self._pool = client.connection_pool
        self._idle: deque[Any] = deque()

    def ask(self, *command: Any) -> Any:
        """What Redis answers; one of REDIS_ERRORS. A connection that broke on the way may have carried the command
        twice, one that timed out has not."""
        connection = self._take()
        if connection is not None:
            try:
                return self._exchange(connection, command)
            except redis.ConnectionError:
                pass
        return self._exchange(self._pool.connection_class(**self._pool.connection_kwargs), command)

    def _take(self) -> Any:
        """An idle connection of this process: a forked child must not talk on its parent's."""
        try:
            connection = self._idle.pop()
        except IndexError:
            return None
        return connection if connection.pid == os.getpid() else None

    def _exchange(self, connection: Any, command: tuple[Any, ...]) -> Any:
        """A connection that failed is closed by then, and not kept."""
        connection.send_command(*command, check_health=False)
        try:
            answer = connection.read_response()
        except redis.ResponseError:  # an answer too
            self._idle.append(connection)
            raise
        self._idle.append(connection)
        return answer
