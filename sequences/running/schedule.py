"""When a step is due: delays, windows in a time zone, jitter, and the ways to resume after a pause.

Everything here is a function of its arguments; nothing reads the clock or the database. Instants are aware datetimes,
and those that are returned are in UTC.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

from contacts.normalization import InvalidValue
from crmsolid.core.periods import time_zones

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_MIDNIGHT = time(0)
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_MICROSECOND = timedelta(microseconds=1)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


class InvalidWindow(InvalidValue):
    """A window that cannot be used. ``member`` is the path of the wrong part, "" for the window itself."""

    def __init__(self, member: str, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.member = member


@dataclass(frozen=True, slots=True)
class Window:
    """Weekdays (0 is Monday) and hours of the local clock. ``end`` is exclusive.

    If ``end`` is not after ``start``, the hours run across midnight and belong to the day on which they begin; midnight
    to midnight is the whole day.

    A window is open at an instant if a local clock shows a time inside it at that instant. So hours that a change to
    daylight saving time skips do not occur, and hours that are repeated at its end count both times.
    """

    days: frozenset[int]
    start: time
    end: time

    @property
    def always_open(self) -> bool:
        return len(self.days) == len(DAYS) and self.start == self.end


def parse_window(data: object) -> Window | None:
    """Read ``{"days": ["mon", …], "from": "09:00", "to": "18:00"}``; None is None, which is always open.

    ``to`` may be ``24:00``. Raises :class:`InvalidWindow` if a member is missing, unknown or wrong, and for hours that
    never begin because both ends are equal.
    """
    if data is None:
        return None
    if not isinstance(data, dict):
        raise InvalidWindow("", "invalid", "give an object with days, from and to, or null")
    for member in ("days", "from", "to"):
        if member not in data:
            raise InvalidWindow(member, "required", f"a window has days, from and to; {member} is missing")
    for member in data:
        if member not in ("days", "from", "to"):
            raise InvalidWindow(str(member), "unknown_field", "a window has days, from and to")
    if data["from"] == data["to"]:
        raise InvalidWindow("to", "never_opens", "from and to are equal; a whole day is from 00:00 to 24:00")
    end = _MIDNIGHT if data["to"] == "24:00" else _parse_time("to", data["to"])
    return Window(_parse_days(data["days"]), _parse_time("from", data["from"]), end)


def _parse_days(data: object) -> frozenset[int]:
    if not isinstance(data, list):
        raise InvalidWindow("days", "invalid", f"give a list of {', '.join(DAYS)}")
    if not data:
        raise InvalidWindow("days", "never_opens", "give at least one day")
    for index, name in enumerate(data):
        if name not in DAYS:
            raise InvalidWindow(f"days[{index}]", "invalid_choice", f"the days are {', '.join(DAYS)}")
        if name in data[:index]:
            raise InvalidWindow(f"days[{index}]", "duplicate", f"{name} is given twice")
    return frozenset(map(DAYS.index, data))


def _parse_time(member: str, text: object) -> time:
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InvalidWindow(member, "invalid", "give a time such as 09:00, with two digits each")
    return time(int(match[1]), int(match[2]))


def window_to_json(window: Window | None) -> dict[str, object] | None:
    """What :func:`parse_window` reads as this window. The days are in the order of the week."""
    if window is None:
        return None
    end = "24:00" if window.end == _MIDNIGHT else f"{window.end:%H:%M}"
    return {"days": [DAYS[day] for day in sorted(window.days)], "from": f"{window.start:%H:%M}", "to": end}


def next_open(window: Window | None, zone: str, at: datetime) -> datetime:
    """The first instant from ``at`` on at which the window is open in ``zone``, which :func:`check_zone` knows."""
    at = at.astimezone(UTC)
    if window is None or window.always_open:
        return at
    return next(
        max(opens, local) - offset
        for local, local_end, offset in _pieces(ZoneInfo(zone), at)
        for opens, closes in _hours(window, local)
        if max(opens, local) < min(closes, local_end)
    )


def closes_at(window: Window | None, zone: str, at: datetime) -> datetime | None:
    """The first instant from ``at`` on at which the window is closed in ``zone``; None if it is always open.

    For an instant at which the window is open, this is the end of the open stretch that contains it.
    """
    at = at.astimezone(UTC)
    if window is None or window.always_open:
        return None
    return next(
        closed - offset
        for local, local_end, offset in _pieces(ZoneInfo(zone), at)
        if (closed := _end_of_hours(window, local)) < local_end
    )


def _pieces(zone: ZoneInfo, at: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Cut the time from ``at`` on into pieces of at most a day, each with one offset from UTC: begin, end, offset.

    Begin and end are the time of the local clock, as if it were UTC. In each piece that clock runs evenly.
    """
    begin = at
    while True:
        end, offset = begin + _DAY, _offset(zone, begin)
        # No zone changes its offset twice in a day.
        if _offset(zone, end) != offset:
            end = _next_transition(zone, begin, end)
        yield begin + offset, end + offset, offset
        begin = end


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _next_transition(zone: ZoneInfo, begin: datetime, end: datetime) -> datetime:
    """The instant between the two at which the offset changes; zoneinfo does not tell. It is a whole second."""
    before, after = begin.replace(microsecond=0), end.replace(microsecond=0)
    offset = _offset(zone, begin)
    while after - before > _SECOND:
        middle = before + (after - before) // 2 // _SECOND * _SECOND
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _hours(window: Window, local: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Begin and end of the window's hours that can touch the day after ``local``, in order."""
    for days in (-1, 0, 1):
        day = local + days * _DAY
        if day.weekday() in window.days:
            last_day = day if window.start < window.end else day + _DAY
            yield datetime.combine(day, window.start, UTC), datetime.combine(last_day, window.end, UTC)


def _end_of_hours(window: Window, local: datetime) -> datetime:
    """The end of the hours that contain ``local``, or ``local`` if none do. Whole days in a row are one stretch."""
    for opens, closes in _hours(window, local):
        if opens <= local < closes:
            local = closes
    return local


def due_at(
    anchor: datetime, delay: timedelta, *, window: Window | None, zone: str, jitter: timedelta, fraction: float
) -> datetime:
    """The first instant in the window that is ``delay`` or more after ``anchor``, and then ``fraction`` of the jitter.

    ``fraction`` is at least 0 and less than 1. The jitter is never longer than the window stays open.
    """
    base = next_open(window, zone, anchor.astimezone(UTC) + delay)
    closes = closes_at(window, zone, base)
    span = (jitter if closes is None else min(jitter, closes - base)) // _MICROSECOND
    # Less than the whole span, at whose end the window is closed: a float times a number below 1 is never rounded up
    # to that float.
    return base + int(fraction * span) * _MICROSECOND


def jitter_fraction(contact_id: str, step_key: str) -> float:
    """At least 0 and less than 1; always the same for a contact and a step, evenly spread over contacts and steps."""
    digest = sha256(f"{contact_id}\0{step_key}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


class ResumeMode(StrEnum):
    """What a pause does to the dates of those who waited through it."""

    KEEP_DATES = "keep_dates"
    RESTART_DELAY = "restart_delay"
    ONLY_ACTIVE_TIME = "only_active_time"


def resumed_anchor(mode: ResumeMode, anchor: datetime, paused_at: datetime, now: datetime) -> datetime:
    """The instant from which a step's delay counts after a pause that lasted from ``paused_at`` until ``now``."""
    match mode:
        case ResumeMode.KEEP_DATES:
            return anchor
        case ResumeMode.RESTART_DELAY:
            return now
        case ResumeMode.ONLY_ACTIVE_TIME:
            # A delay that began during the pause has lost only the time since then.
            return anchor + (now - max(anchor, paused_at))


def check_zone(name: str) -> None:
    """Raise :class:`InvalidValue` unless this is a name of the IANA time zone database."""
    if name not in time_zones():
        raise InvalidValue("invalid_choice", "give a name of the IANA time zone database, such as Europe/Berlin")
