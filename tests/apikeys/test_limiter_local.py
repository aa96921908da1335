"""The window in this process."""

import pytest

from apikeys.limiter import Decision, LocalLimiter
from tests.apikeys.limits import Clock, all_at_once, assert_exactly_600_of_660


def test_local_counts_down_and_then_refuses() -> None:
    local = LocalLimiter(Clock())
    assert [local.check("key_1", 2) for _ in range(4)] == [
        Decision(allowed=True, limit=2, remaining=1, reset_seconds=60),
        Decision(allowed=True, limit=2, remaining=0, reset_seconds=60),
        Decision(allowed=False, limit=2, remaining=0, reset_seconds=60),
        Decision(allowed=False, limit=2, remaining=0, reset_seconds=60),
    ]


@pytest.mark.parametrize(
    ("elapsed", "allowed", "reset"),
    [(0.0, False, 60), (0.25, False, 60), (1.0, False, 59), (30.5, False, 30), (59.0, False, 1), (59.75, False, 1)]
    + [(60.0, True, 60), (61.0, True, 60), (6000.0, True, 60)],
)
def test_local_the_window_ends_60_seconds_after_its_first_request(elapsed: float, allowed: bool, reset: int) -> None:
    clock = Clock()
    local = LocalLimiter(clock)
    local.check("key_1", 1)
    clock.now += elapsed
    assert local.check("key_1", 1) == Decision(allowed=allowed, limit=1, remaining=0, reset_seconds=reset)


def test_local_refused_requests_do_not_move_the_window() -> None:
    clock = Clock()
    local = LocalLimiter(clock)
    for _ in range(60):
        assert local.check("key_1", 1).allowed is (clock.now == 1000.0)
        clock.now += 1
    assert local.check("key_1", 1).allowed


def test_local_each_bucket_has_its_own_window() -> None:
    clock = Clock()
    local = LocalLimiter(clock)
    local.check("key_1", 1)
    clock.now += 30
    assert local.check("key_2", 1).reset_seconds == 60
    clock.now += 30
    assert local.check("key_1", 1).allowed
    assert local.check("key_2", 1) == Decision(allowed=False, limit=1, remaining=0, reset_seconds=30)


def test_local_forgets_expired_buckets() -> None:
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


def test_local_a_flood_of_buckets_drops_the_oldest() -> None:
    local = LocalLimiter(Clock(), max_buckets=100)
    for number in range(1000):
        local.check(f"address_{number}", 600)
    assert len(local) == 100
    assert local.check("address_999", 600).remaining == 598
    assert local.check("address_900", 600).remaining == 598
    assert local.check("address_899", 600).remaining == 599


def test_local_of_660_threads_at_once_exactly_600_pass() -> None:
    local = LocalLimiter()
    assert_exactly_600_of_660(all_at_once(lambda: local.check("key_1", 600), 660))


def test_local_is_used_up_when_the_next_request_would_be_refused_and_counts_nothing() -> None:
    clock = Clock()
    local = LocalLimiter(clock)
    assert not local.is_used_up("key_1", 1)
    assert local.check("key_1", 1).allowed
    assert local.is_used_up("key_1", 1)
    assert not local.is_used_up("key_1", 2)
    clock.now += 60
    assert not local.is_used_up("key_1", 1)
