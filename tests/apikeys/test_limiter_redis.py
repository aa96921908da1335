"""The window in Redis."""

import contextlib
import multiprocessing

import pytest
import redis

from apikeys.limiter import WINDOW_SCRIPT, Decision, FallbackLimiter, RedisLimiter
from crmsolid.core.redis import build_client
from tests.apikeys.limits import all_at_once, assert_exactly_600_of_660, limiters
from tests.servers import REDIS_URL, free_port, own_redis


def test_redis_counts_down_and_then_refuses(shared: RedisLimiter) -> None:
    decisions = [shared.check("key_1", 3) for _ in range(5)]
    assert [(decision.allowed, decision.remaining) for decision in decisions] == [
        (True, 2),
        (True, 1),
        (True, 0),
        (False, 0),
        (False, 0),
    ]
    assert {decision.limit for decision in decisions} == {3}
    assert decisions[0].reset_seconds == 60


def test_redis_buckets_do_not_mix(shared: RedisLimiter) -> None:
    assert shared.check("key_1", 1).allowed
    assert shared.check("key_2", 1).allowed
    assert not shared.check("key_1", 1).allowed


def test_redis_a_request_does_not_move_the_window(shared: RedisLimiter, client: redis.Redis, prefix: str) -> None:
    shared.check("key_1", 1)
    client.pexpire(prefix + "key_1", 12_100)
    decision = shared.check("key_1", 1)
    assert (decision.allowed, decision.reset_seconds) == (False, 13)
    assert 11_000 < client.pttl(prefix + "key_1") <= 12_100


def test_redis_reset_is_never_below_a_second(shared: RedisLimiter, client: redis.Redis, prefix: str) -> None:
    shared.check("key_1", 5)
    client.pexpire(prefix + "key_1", 900)
    assert shared.check("key_1", 5).reset_seconds == 1


def test_redis_a_new_window_starts_when_the_old_one_ends(
    shared: RedisLimiter, client: redis.Redis, prefix: str
) -> None:
    shared.check("key_1", 1)
    assert not shared.check("key_1", 1).allowed
    client.pexpire(prefix + "key_1", 0)
    assert shared.check("key_1", 1) == Decision(allowed=True, limit=1, remaining=0, reset_seconds=60)


def test_redis_a_key_without_time_to_live_gets_one_back(shared: RedisLimiter, client: redis.Redis, prefix: str) -> None:
    client.set(prefix + "key_1", 700)
    assert shared.check("key_1", 600) == Decision(allowed=False, limit=600, remaining=0, reset_seconds=60)
    assert 59_000 < client.pttl(prefix + "key_1") <= 60_000
    client.set(prefix + "key_2", 10)
    assert shared.check("key_2", 600) == Decision(allowed=True, limit=600, remaining=589, reset_seconds=60)


def test_redis_the_first_request_sets_the_time_to_live(shared: RedisLimiter, client: redis.Redis, prefix: str) -> None:
    shared.check("key_1", 600)
    assert client.get(prefix + "key_1") == b"1"
    assert 59_000 < client.pttl(prefix + "key_1") <= 60_000


def test_redis_a_changed_limit_holds_at_once(shared: RedisLimiter) -> None:
    for _ in range(3):
        shared.check("key_1", 10)
    assert shared.check("key_1", 2) == Decision(allowed=False, limit=2, remaining=0, reset_seconds=60)
    assert shared.check("key_1", 10).remaining == 5


def test_redis_the_script_comes_back_after_redis_forgot_it() -> None:
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


def test_the_script_is_one_call(client: redis.Redis, prefix: str) -> None:
    assert client.eval(WINDOW_SCRIPT, 1, prefix + "x", 60_000) == [1, 60_000]


def test_redis_of_660_threads_at_once_exactly_600_pass(shared: RedisLimiter) -> None:
    assert_exactly_600_of_660(all_at_once(lambda: shared.check("key_1", 600), 660))


def test_limiter_of_660_threads_at_once_exactly_600_pass(
    shared: RedisLimiter, caplog: pytest.LogCaptureFixture
) -> None:
    limiter = FallbackLimiter(shared)
    assert_exactly_600_of_660(all_at_once(lambda: limiter.check("key_1", 600), 660))
    assert limiters(caplog) == []


def test_redis_of_two_processes_exactly_600_pass(prefix: str) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        halves = pool.map(check_330_times, [prefix, prefix], chunksize=1)
    assert_exactly_600_of_660([decision for half in halves for decision in half])


def check_330_times(prefix: str) -> list[Decision]:
    with contextlib.closing(build_client(REDIS_URL, budget=30)) as client:
        limiter = FallbackLimiter(RedisLimiter(client, key_prefix=prefix))
        return [limiter.check("key_1", 600) for _ in range(330)]


def test_redis_is_used_up_when_the_next_request_would_be_refused_and_counts_nothing(
    shared: RedisLimiter, client: redis.Redis, prefix: str
) -> None:
    assert not shared.is_used_up("key_1", 1)
    assert client.keys(prefix + "*") == []
    assert shared.check("key_1", 1).allowed
    assert shared.is_used_up("key_1", 1)
    assert not shared.is_used_up("key_1", 2)
    client.pexpire(prefix + "key_1", 0)
    assert not shared.is_used_up("key_1", 1)
