from datetime import UTC, datetime

import pytest

from webhooks.delivery.schedule import RETRY_DELAYS, Verdict, next_attempt_at, parse_retry_after, verdict

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


def delay(failed_attempts: int, *, chance: float = 0.5, retry_after: str | None = None) -> float | None:
    moment = next_attempt_at(failed_attempts, now=NOW, retry_after=retry_after, chance=lambda: chance)
    return None if moment is None else (moment - NOW).total_seconds()


def test_the_promised_steps() -> None:
    hour = 3600
    steps = [5, 30, 120, 600, 1800, 2 * hour, 6 * hour, 12 * hour, 24 * hour]
    assert [delay(failed) for failed in range(1, 10)] == steps


def test_exhausted_after_the_last_step() -> None:
    assert delay(9) == 86400
    assert delay(10) is None
    assert delay(11) is None


@pytest.mark.parametrize("failed", range(1, 10))
def test_jitter_is_a_fifth_either_way(failed: int) -> None:
    step = RETRY_DELAYS[failed - 1].total_seconds()
    assert delay(failed, chance=0.0) == pytest.approx(0.8 * step)
    assert delay(failed, chance=1.0) == pytest.approx(1.2 * step)


def test_real_chance_spreads_within_the_bounds() -> None:
    moments = [next_attempt_at(2, now=NOW) for _ in range(200)]
    delays = {(moment - NOW).total_seconds() for moment in moments if moment}
    assert len(delays) > 100
    assert min(delays) >= 24 and max(delays) <= 36


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("0", 30),
        ("10", 30),
        ("30", 30),
        ("45", 45),
        ("60", 60),
        ("61", 60),
        ("86400", 60),
        ("9" * 400, 60),
        (" 45 ", 45),
        ("Tue, 24 Nov 2026 12:00:50 GMT", 50),
        ("Tue, 24 Nov 2026 18:00:00 GMT", 60),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 30),
        ("Tuesday, 24-Nov-26 12:00:50 GMT", 50),
        ("Tue Nov 24 12:00:50 2026", 50),
        ("-45", 30),
        ("4.5e1", 30),
        ("٤٥", 30),
        ("soon", 30),
        ("", 30),
        (None, 30),
    ],
)
def test_retry_after_puts_off_within_twice_the_plan(retry_after: str | None, seconds: float) -> None:
    assert delay(2, retry_after=retry_after) == seconds


def test_retry_after_is_bound_to_the_jittered_plan_and_does_not_revive_the_exhausted() -> None:
    assert delay(1, chance=1.0, retry_after="3600") == 12
    assert delay(1, chance=1.0, retry_after="1") == 6
    assert delay(10, retry_after="60") is None


@pytest.mark.parametrize(
    "text",
    ["Tue, 99 Nov 2026 12:00:00 GMT", "Tue, 24 Nov 99999 12:00:00 GMT", "Tue, 24 Nov 0000 12:00:00 GMT", ",", "\0"],
)
def test_broken_dates_are_ignored(text: str) -> None:
    assert parse_retry_after(text, now=NOW) is None


RETRIED = (None, 101, 199, 300, 301, 302, 304, 307, 400, 401, 403, 404, 409, 429, 500, 502, 503, 600)


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        *((status, None, Verdict.SUCCEEDED) for status in (200, 201, 202, 204, 299)),
        *((status, None, Verdict.RETRY) for status in RETRIED),
        (410, None, Verdict.GONE),
        *((status, "timeout", Verdict.RETRY) for status in (None, 200, 410)),
    ],
)
def test_only_a_complete_2xx_succeeds_and_only_a_complete_410_ends(
    status: int | None, error: str | None, expected: Verdict
) -> None:
    assert verdict(status, error) is expected
