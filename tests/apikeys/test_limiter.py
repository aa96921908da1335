"""Redis, with the process to fall back on."""

import contextlib
import logging
import os
import time

import pytest
import redis

from apikeys.limiter import Decision, FallbackLimiter, RedisLimiter
from crmsolid.core.redis import build_client
from tests.apikeys.limits import Clock, Shared, all_at_once, limiters
from tests.servers import free_port, own_redis, silent_server


def test_limiter_asks_redis_alone_while_it_answers() -> None:
    shared, local = Shared(), Shared()
    limiter = FallbackLimiter(shared, local, clock=Clock())
    assert limiter.check("key_1", 600) == Decision(allowed=True, limit=600, remaining=77, reset_seconds=7)
    assert (shared.calls, local.calls) == (1, 0)


@pytest.mark.parametrize(
    "error",
    [
        redis.ConnectionError("refused"),
        redis.TimeoutError("slow"),
        redis.exceptions.BusyLoadingError("loading"),
        redis.exceptions.ReadOnlyError("replica"),
        redis.ResponseError("OOM command not allowed"),
        redis.exceptions.MaxConnectionsError("Too many connections"),
        OSError("no route"),
    ],
)
def test_limiter_falls_to_the_process_and_leaves_redis_alone_for_a_second(error: Exception) -> None:
    clock, shared = Clock(), Shared()
    shared.error = error
    limiter = FallbackLimiter(shared, clock=clock)
    decisions = [limiter.check("key_1", 2) for _ in range(3)]
    assert [(decision.allowed, decision.remaining) for decision in decisions] == [(True, 1), (True, 0), (False, 0)]
    assert shared.calls == 1
    clock.now += 0.999
    limiter.check("key_1", 2)
    assert shared.calls == 1
    clock.now += 0.001
    limiter.check("key_1", 2)
    limiter.check("key_1", 2)
    assert shared.calls == 2
    clock.now += 1
    shared.error = None
    assert limiter.check("key_1", 2).remaining == 77
    assert limiter.check("key_1", 2).remaining == 77
    assert shared.calls == 4


def test_limiter_lets_a_programming_error_through() -> None:
    shared = Shared()
    shared.error = KeyError("a bug of ours")
    with pytest.raises(KeyError):
        FallbackLimiter(shared, clock=Clock()).check("key_1", 2)


def test_limiter_warns_once_a_minute_and_tells_no_address(caplog: pytest.LogCaptureFixture) -> None:
    clock, shared = Clock(), Shared()
    shared.error = redis.ConnectionError("redis://:password@10.0.0.1 refused")
    limiter = FallbackLimiter(shared, clock=clock)
    for _ in range(60):
        limiter.check("key_1", 600)
        clock.now += 1
    assert shared.calls == 60
    assert [(record.levelno, record.getMessage()) for record in limiters(caplog)] == [
        (logging.WARNING, "redis does not answer (ConnectionError): rate limits hold per process")
    ]
    limiter.check("key_1", 600)
    assert len(limiters(caplog)) == 2


def test_limiter_on_a_redis_that_hangs(caplog: pytest.LogCaptureFixture) -> None:
    """A frozen clock keeps the breaker open: of 40 requests in a row one waits, and only for its budget."""
    with silent_server() as (url, taken), contextlib.closing(build_client(url)) as client:
        limiter = FallbackLimiter(RedisLimiter(client), clock=Clock())
        started = time.monotonic()
        decisions = [limiter.check("key_1", 30) for _ in range(40)]
        assert 0.1 <= time.monotonic() - started < 0.3
    assert [decision.remaining for decision in decisions] == [*range(29, -1, -1), *[0] * 10]
    assert [decision.allowed for decision in decisions] == [True] * 30 + [False] * 10
    assert len(taken) == 1
    assert len(limiters(caplog)) == 1


def test_limiter_on_a_redis_that_hangs_under_many_threads(caplog: pytest.LogCaptureFixture) -> None:
    with silent_server() as (url, _), contextlib.closing(build_client(url)) as client:
        limiter = FallbackLimiter(RedisLimiter(client), clock=Clock())
        decisions = all_at_once(lambda: limiter.check("key_1", 600), 66)
    assert sorted(decision.remaining for decision in decisions) == list(range(534, 600))
    assert len(limiters(caplog)) == 1


def test_limiter_across_a_stop_and_a_restart_of_redis() -> None:
    clock, port = Clock(), free_port()
    with contextlib.closing(build_client(f"redis://127.0.0.1:{port}")) as client:
        limiter = FallbackLimiter(RedisLimiter(client), clock=clock)
        with own_redis(port) as process:
            assert [limiter.check("key_1", 600).remaining for _ in range(3)] == [599, 598, 597]
            process.terminate()
            process.wait()
            assert [limiter.check("key_1", 600).remaining for _ in range(2)] == [599, 598]
        with own_redis(port):
            assert limiter.check("key_1", 600).remaining == 597
            clock.now += 1
            # The probe finds an empty Redis, and its window is the one that counts from here on.
            assert [limiter.check("key_1", 600).remaining for _ in range(2)] == [599, 598]


def test_limiter_on_a_redis_that_was_never_there() -> None:
    with contextlib.closing(build_client(f"redis://127.0.0.1:{free_port()}")) as client:
        limiter = FallbackLimiter(RedisLimiter(client), clock=Clock())
        assert [limiter.check("key_1", 1).allowed for _ in range(2)] == [True, False]


def test_limiter_in_a_forked_child_uses_a_connection_of_its_own(shared: RedisLimiter) -> None:
    limiter = FallbackLimiter(shared)
    assert limiter.check("key_1", 600).remaining == 599
    child = os.fork()
    if child == 0:
        os._exit(0 if limiter.check("key_1", 600).remaining == 598 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert limiter.check("key_1", 600).remaining == 597


def test_limiter_asks_the_process_what_is_used_up_while_redis_is_down() -> None:
    shared = Shared()
    shared.error = redis.ConnectionError("refused")
    limiter = FallbackLimiter(shared, clock=Clock())
    assert not limiter.is_used_up("key_1", 1)
    limiter.check("key_1", 1)
    assert limiter.is_used_up("key_1", 1)
    assert shared.calls == 1
