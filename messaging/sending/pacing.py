"""Slot arithmetic: when an account may send next, given the instants that are taken. Pure: no clock, no database.

All instants are aware and in UTC. Two sends exactly ``gap`` apart, or exactly ``window`` apart, do not disturb each
other: the window is half-open.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

DAY = timedelta(hours=24)


def is_free(at: datetime, taken: Sequence[datetime], gap: timedelta, limit: int, window: timedelta = DAY) -> bool:
    """Whether a send at ``at`` keeps ``gap`` from every taken slot and ``limit`` in every window around it."""
    return not any(start < at < end for start, end in _blocked_intervals(taken, gap, limit, window))


def first_slot(
    not_before: datetime, taken: Sequence[datetime], *, gap: timedelta, limit: int, window: timedelta = DAY
) -> datetime:
    """The earliest free instant, ``not_before`` or later. Taken slots in the future count as much as those in the past.

    Taken slots that exceed the limit by themselves (it has been lowered since) block only the windows they are in.
    """
    slot = not_before
    for start, end in sorted(_blocked_intervals(taken, gap, limit, window)):
        if start >= slot:  # this interval and all that follow start later, so none of them contains ``slot``
            break
        slot = max(slot, end)
    return slot


def _blocked_intervals(
    taken: Sequence[datetime], gap: timedelta, limit: int, window: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    """Open intervals in which no further send may fall.

    There is one around each taken slot, for the gap. And there is one for each run of ``limit`` neighbours that fit in
    one window: a send less than a window after the first and less than a window before the last of them would be one
    too many in some window.
    """
    if limit < 1:
        raise ValueError("limit must be at least 1")
    slots = sorted(taken)
    if gap > timedelta(0):
        yield from ((slot - gap, slot + gap) for slot in slots)
    for first, last in zip(slots, slots[limit - 1 :], strict=False):
        if last - first < window:
            yield last - window, first + window
