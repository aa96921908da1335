"""Builds every Redis client of the product, so that no call to Redis can hold a request for long."""

from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.connection import parse_url
from redis.retry import Retry

# Seconds to connect, and again for each answer. Every request asks Redis, so a slow Redis must not slow requests down.
BUDGET = 0.1

# All that redis-py raises when Redis could not do what was asked. Callers catch these and go on without Redis.
REDIS_ERRORS: tuple[type[Exception], ...] = (redis.RedisError, OSError)


def build_client(url: str, budget: float = BUDGET) -> redis.Redis:
    """A client whose calls give up after ``budget`` seconds; no option in ``url`` can raise that.

    Thread-safe and fork-safe. It connects when it is first used.
    """
    options: dict[str, Any] = parse_url(url)  # type: ignore[no-untyped-call]
    # By default redis-py (8.1) retries, negotiates in several round trips and allows 100 connections. Each of these
    # would exceed the budget, or turn a busy moment into an error. The number of threads already limits the pool.
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
