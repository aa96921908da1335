"""When a delivery is retried (the retry schedule), and what a response means for it.

Pure: time and randomness are arguments.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

# Nine retries over 44.7 hours follow the first attempt; then the delivery is exhausted.
_RETRY_MINUTES = (5 / 60, 0.5, 2, 10, 30, 2 * 60, 6 * 60, 12 * 60, 24 * 60)
RETRY_DELAYS = tuple(timedelta(minutes=minutes) for minutes in _RETRY_MINUTES)
JITTER = 0.2


class Verdict(StrEnum):
    SUCCEEDED = "succeeded"
    RETRY = "retry"
    GONE = "gone"


def verdict(status: int | None, error: str | None = None) -> Verdict:
    """What to do after an attempt. An incomplete response (``error`` set) is retried, whatever its status."""
    if error is not None or status is None:
        return Verdict.RETRY
    if status == 410:
        return Verdict.GONE
    return Verdict.SUCCEEDED if 200 <= status <= 299 else Verdict.RETRY


def next_attempt_at(
    failed_attempts: int,
    *,
    now: datetime,
    retry_after: str | None = None,
    chance: Callable[[], float] = random.random,
) -> datetime | None:
    """The time of the next attempt after ``failed_attempts`` (1 or more) have failed; None once it is exhausted.

    The delay varies by 20 % in either direction, by ``chance()`` (0 to 1). The receiver's Retry-After can make it up
    to twice as long, but never shorter.
    """
    if failed_attempts > len(RETRY_DELAYS):
        return None
    delay = RETRY_DELAYS[failed_attempts - 1] * (1 + JITTER * (2 * chance() - 1))
    requested = parse_retry_after(retry_after, now=now) or timedelta(0)
    return now + min(max(delay, requested), 2 * delay)


def parse_retry_after(header: str | None, *, now: datetime) -> timedelta | None:
    """How long to wait, by either form of RFC 9110, section 10.2.3; None for anything else or for a past date."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:9]))
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return date - now if date > now else None
