"""The one place that makes a Redis client, so that no call to Redis can hold a request for long."""

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
