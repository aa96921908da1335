"""The rate limiter: the window in Redis and in the process, and Redis with the process to fall back on."""

import contextlib
import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Callable

import pytest
import redis

from apikeys.limiter import Decision, FallbackLimiter, Limiter, LocalLimiter, RedisLimiter
from crmsolid.core.redis import build_client
from tests.servers import REDIS_URL, free_port, own_redis, silent_server


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Shared:
    """A fake for ``RedisLimiter``: counts its calls and raises ``error`` if it is set."""

    def __init__(self) -> None:
        self.calls = 0
        self.error: Exception | None = None

    def check(self, bucket: str, limit: int) -> Decision:
        self.calls += 1
        if self.error is not None:
            raise self.error
        return Decision(allowed=True, limit=limit, remaining=77, reset_seconds=7)

    def is_used_up(self, bucket: str, limit: int) -> bool:
        return not self.check(bucket, limit).allowed


def all_at_once(check: Callable[[], Decision], count: int) -> list[Decision]:
    barrier, decisions = threading.Barrier(count), []

    def ask() -> None:
        barrier.wait()
        decisions.append(check())

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return decisions


def assert_exactly_600_of_660(decisions: list[Decision]) -> None:
    passed = [decision for decision in decisions if decision.allowed]
    refused = [decision for decision in decisions if not decision.allowed]
    assert sorted(decision.remaining for decision in passed) == list(range(600))
    assert [decision.remaining for decision in refused] == [0] * 60
    assert all(decision.limit == 600 and 1 <= decision.reset_seconds <= 60 for decision in decisions)


def warnings(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "apikeys.limiter"]


# --- Both windows -----------------------------------------------------------------------------------------------------
@pytest.fixture(params=["redis", "process"])
def window(request: pytest.FixtureRequest, shared: RedisLimiter) -> Limiter:
    return shared if request.param == "redis" else LocalLimiter(Clock())


def test_a_window_counts_down_for_each_bucket_and_then_refuses(window: Limiter) -> None:
    assert [window.check("key_1", 2) for _ in range(4)] == [
        Decision(allowed=True, limit=2, remaining=1, reset_seconds=60),
        Decision(allowed=True, limit=2, remaining=0, reset_seconds=60),
        Decision(allowed=False, limit=2, remaining=0, reset_seconds=60),
        Decision(allowed=False, limit=2, remaining=0, reset_seconds=60),
    ]
    assert window.check("key_2", 2).remaining == 1
    assert window.check("key_1", 10).remaining == 5  # a changed limit holds at once


def test_is_used_up_says_whether_the_next_request_would_be_refused_and_counts_nothing(window: Limiter) -> None:
    assert not window.is_used_up("key_1", 1)
    assert window.check("key_1", 1).allowed
    assert window.is_used_up("key_1", 1)
    assert not window.is_used_up("key_1", 2)


# --- The process ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("elapsed", "allowed", "reset"),
    [(0.0, False, 60), (0.25, False, 60), (1.0, False, 59), (30.5, False, 30), (59.0, False, 1), (59.75, False, 1)]
    + [(60.0, True, 60), (61.0, True, 60), (6000.0, True, 60)],
)
def test_the_window_ends_60_seconds_after_its_first_request(elapsed: float, allowed: bool, reset: int) -> None:
    clock = Clock()
    local = LocalLimiter(clock)
    local.check("key_1", 1)
    clock.now += elapsed
    assert local.is_used_up("key_1", 1) is not allowed
    assert local.check("key_1", 1) == Decision(allowed=allowed, limit=1, remaining=0, reset_seconds=reset)


def test_refused_requests_do_not_move_the_window() -> None:
    clock = Clock()
    local = LocalLimiter(clock)
    for _ in range(60):
        assert local.check("key_1", 1).allowed is (clock.now == 1000.0)
        clock.now += 1
    assert local.check("key_1", 1).allowed


def test_expired_buckets_are_forgotten() -> None:
    clock = Clock()
    local = LocalLimiter(clock)
    for number in range(1000):
        local.check(f"address_{number}", 600)
    clock.now += 30
    local.check("late", 600)
    assert len(local) == 1001
    clock.now += 30
    local.check("new", 600)
    assert len(local) == 2
    assert local.check("late", 600).remaining == 598


def test_a_flood_of_buckets_drops_the_oldest() -> None:
    local = LocalLimiter(Clock(), max_buckets=100)
    for number in range(1000):
        local.check(f"address_{number}", 600)
    assert len(local) == 100
    assert local.check("address_999", 600).remaining == 598
    assert local.check("address_900", 600).remaining == 598
    assert local.check("address_899", 600).remaining == 599


def test_of_660_threads_in_a_process_exactly_600_pass() -> None:
    local = LocalLimiter()
    assert_exactly_600_of_660(all_at_once(lambda: local.check("key_1", 600), 660))


# --- Redis ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("milliseconds_left", "allowed", "reset"), [(12_100, False, 13), (900, False, 1), (0, True, 60)]
)
def test_a_request_does_not_move_the_window_in_redis(
    shared: RedisLimiter, client: redis.Redis, prefix: str, milliseconds_left: int, allowed: bool, reset: int
) -> None:
    shared.check("key_1", 1)
    assert 59_000 < client.pttl(prefix + "key_1") <= 60_000
    client.pexpire(prefix + "key_1", milliseconds_left)
    assert shared.is_used_up("key_1", 1) is not allowed
    decision = shared.check("key_1", 1)
    assert (decision.allowed, decision.reset_seconds) == (allowed, reset)


def test_a_counter_without_time_to_live_gets_one_back(shared: RedisLimiter, client: redis.Redis, prefix: str) -> None:
    client.set(prefix + "key_1", 700)
    assert shared.check("key_1", 600) == Decision(allowed=False, limit=600, remaining=0, reset_seconds=60)
    assert 59_000 < client.pttl(prefix + "key_1") <= 60_000


def test_the_script_comes_back_after_redis_forgot_it_and_is_one_call() -> None:
    """On a Redis of its own: SCRIPT FLUSH would reach every user of a shared one."""
    port = free_port()
    with own_redis(port), contextlib.closing(build_client(f"redis://127.0.0.1:{port}")) as client:
        shared = RedisLimiter(client)
        assert shared.check("key_1", 600).remaining == 599
        client.script_flush()
        assert shared.check("key_1", 600).remaining == 598
        client.config_resetstat()
        assert shared.check("key_1", 600).remaining == 597
        commands = client.info("commandstats")
        assert commands["cmdstat_evalsha"]["calls"] == 1
        assert "cmdstat_eval" not in commands and "cmdstat_script|load" not in commands


def test_of_two_processes_exactly_600_pass(prefix: str) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        halves = pool.map(check_330_times, [prefix, prefix], chunksize=1)
    assert_exactly_600_of_660([decision for half in halves for decision in half])


def check_330_times(prefix: str) -> list[Decision]:
    with contextlib.closing(build_client(REDIS_URL, budget=30)) as client:
        limiter = FallbackLimiter(RedisLimiter(client, key_prefix=prefix))
        return [limiter.check("key_1", 600) for _ in range(330)]


# --- Redis, and the process while it does not answer -----------------------------------------------------------------
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
def test_it_falls_to_the_process_and_leaves_redis_alone_for_a_second(error: Exception) -> None:
    clock, shared = Clock(), Shared()
    shared.error = error
    limiter = FallbackLimiter(shared, clock=clock)
    decisions = [limiter.check("key_1", 2) for _ in range(3)]
    assert [(decision.allowed, decision.remaining) for decision in decisions] == [(True, 1), (True, 0), (False, 0)]
    assert limiter.is_used_up("key_1", 2)
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
    assert [limiter.check("key_1", 2).remaining for _ in range(2)] == [77, 77]
    assert shared.calls == 4


def test_it_lets_a_programming_error_through() -> None:
    shared = Shared()
    shared.error = KeyError("a bug of ours")
    with pytest.raises(KeyError):
        FallbackLimiter(shared, clock=Clock()).check("key_1", 2)


def test_it_warns_once_a_minute_and_tells_no_address(caplog: pytest.LogCaptureFixture) -> None:
    clock, shared = Clock(), Shared()
    shared.error = redis.ConnectionError("redis://:password@10.0.0.1 refused")
    limiter = FallbackLimiter(shared, clock=clock)
    for _ in range(60):
        limiter.check("key_1", 600)
        clock.now += 1
    assert shared.calls == 60
    assert [(record.levelno, record.getMessage()) for record in warnings(caplog)] == [
        (logging.WARNING, "redis does not answer (ConnectionError): rate limits hold per process")
    ]
    limiter.check("key_1", 600)
    assert len(warnings(caplog)) == 2


def test_on_a_redis_that_hangs_one_request_waits_for_its_budget(caplog: pytest.LogCaptureFixture) -> None:
    """A frozen clock keeps the breaker open."""
    with silent_server() as (url, taken), contextlib.closing(build_client(url)) as client:
        limiter = FallbackLimiter(RedisLimiter(client), clock=Clock())
        started = time.monotonic()
        decisions = [limiter.check("key_1", 30) for _ in range(40)]
        assert 0.1 <= time.monotonic() - started < 0.3
        assert len(taken) == 1
        many = all_at_once(lambda: limiter.check("key_2", 600), 66)
    assert [decision.remaining for decision in decisions] == [*range(29, -1, -1), *[0] * 10]
    assert [decision.allowed for decision in decisions] == [True] * 30 + [False] * 10
    assert sorted(decision.remaining for decision in many) == list(range(534, 600))
    assert len(warnings(caplog)) == 1


def test_across_a_stop_and_a_restart_of_redis() -> None:
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


def test_a_forked_child_uses_a_connection_of_its_own(shared: RedisLimiter) -> None:
    limiter = FallbackLimiter(shared)
    assert limiter.check("key_1", 600).remaining == 599
    child = os.fork()
    if child == 0:
        os._exit(0 if limiter.check("key_1", 600).remaining == 598 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert limiter.check("key_1", 600).remaining == 597


def test_of_660_threads_exactly_600_pass(shared: RedisLimiter, caplog: pytest.LogCaptureFixture) -> None:
    limiter = FallbackLimiter(shared)
    assert_exactly_600_of_660(all_at_once(lambda: limiter.check("key_1", 600), 660))
    assert warnings(caplog) == []
