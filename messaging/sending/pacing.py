"""When an account may send next: slot arithmetic without clock, database or account.

All instants are aware and in UTC. Two sends exactly `gap` apart, or exactly `window` apart, do not disturb each other:
the window is half-open.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

DAY = timedelta(hours=24)


def is_free(at: datetime, taken: Sequence[datetime], gap: timedelta, limit: int, window: timedelta = DAY) -> bool:
    """Whether a send at `at` keeps `gap` from every taken slot and no window around it holds more than `limit`."""
    return not any(start < at < end for start, end in _forbidden(taken, gap, limit, window))


def first_slot(
    base: datetime, taken: Sequence[datetime], *, gap: timedelta, limit: int, window: timedelta = DAY
) -> datetime:
    """The earliest free instant, `base` or later. Slots after `base` count too: a reservation is as good as a send.

    A taken history that breaks the limit by itself (it was lowered since) blocks only the instants it reaches.
    """
    slot = base
    for start, end in sorted(_forbidden(taken, gap, limit, window)):
        if start >= slot:  # so do all that follow: none of them holds `slot`
            break
        slot = max(slot, end)
    return slot


def _forbidden(
    taken: Sequence[datetime], gap: timedelta, limit: int, window: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    """Open intervals in which no further send may fall.

    One around each taken slot, for the gap. And one for each run of `limit` neighbours that fit one window: a send
    less than a window after the first and less than a window before the last of them would be one too many there.
    """
    if limit < 1:
        raise ValueError("limit must be at least 1")
    slots = sorted(taken)
    if gap > timedelta(0):
        yield from ((slot - gap, slot + gap) for slot in slots)
    for first, last in zip(slots, slots[limit - 1 :], strict=False):
        if last - first < window:
            yield last - window, first + window
