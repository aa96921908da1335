"""Helpers of the limiter tests: a clock, a fake for Redis, threads that start together."""

import logging
import threading
from collections.abc import Callable

import pytest

from apikeys.limiter import Decision


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


def limiters(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """The log records of the limiter only."""
    return [record for record in caplog.records if record.name == "apikeys.limiter"]
