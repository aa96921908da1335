"""Days, weeks and months of a time zone as spans of time, and as a small table that statements join with; durations in
words and the names of time zones.

The boundaries are computed here, where the time zone is known, so a statement only compares instants, which an index of
times answers. Each span is half-open: it has its beginning and not its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.postgres.fields import ArrayField
from django.db.models import DateTimeField, F, Func, IntegerField, Value
from django.db.models.expressions import CombinedExpression

INTERVALS = ("day", "week", "month")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Period:
    """From ``begins`` on until before ``ends``, in UTC."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Report(Generic[T]):
    """The figures of several periods that follow each other: of all of them together, and of each."""

    total: T
    series: Sequence[T]


class TooManyPeriods(ValueError):
    """The span has more periods than are allowed."""


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of the day in that zone, in UTC. Where midnight is skipped, it is the instant of the skip."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def split(whole: Period, interval: str, zone: ZoneInfo, *, most: int) -> list[Period]:
    """The periods of ``whole`` by day, week (from Monday on) or month of that zone. The first and the last one may be
    cut off. A day has 23 or 25 hours where the clocks change. Raises :class:`TooManyPeriods`."""
    periods: list[Period] = []
    day, begins = _first_day(whole.begins.astimezone(zone).date(), interval), whole.begins
    while begins < whole.ends:
        day = _next_day(day, interval)
        ends = min(start_of_day(day, zone), whole.ends)
        if ends > begins:  # a zone that moved across the date line has no such day
            periods.append(Period(begins, ends))
            begins = ends
        if len(periods) > most:
            raise TooManyPeriods
    return periods


def _first_day(day: date, interval: str) -> date:
    if interval == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if interval == "month" else day


def _next_day(day: date, interval: str) -> date:
    """The first day of the period after the one that begins with ``day``."""
    if interval == "month":
        return (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if interval == "week" else 1)


def number_of(time: str, periods: Sequence[Period]) -> CombinedExpression:
    """An expression for the number, from 0 on, of the period in which the column ``time`` is; it is in one of them."""
    begins = Value([period.begins for period in periods], ArrayField(DateTimeField()))
    return Func(F(time), begins, function="width_bucket", output_field=IntegerField()) - 1


def source() -> str:
    """A FROM item ``p`` with ``number`` (from 0 on), ``begins`` and ``ends`` of each period. Its one parameter is
    :func:`parameter`."""
    return (
        "(SELECT number - 1 AS number, bounds[number] AS begins, bounds[number + 1] AS ends FROM"
        " (SELECT %s::timestamptz[] AS bounds) AS given, generate_series(1, cardinality(bounds) - 1) AS number) AS p"
    )


def parameter(periods: Sequence[Period]) -> list[datetime]:
    """The periods, which follow each other, as the parameter of :func:`source`: where each begins and the last ends."""
    return [*(period.begins for period in periods), *(period.ends for period in periods[-1:])]


# The units in which the panel shows and takes a duration, the largest first.
UNITS = {
    "days": timedelta(days=1),
    "hours": timedelta(hours=1),
    "minutes": timedelta(minutes=1),
    "seconds": timedelta(seconds=1),
}


def duration_text(duration: timedelta) -> str:
    """The duration in words, such as ``1 day 12 hours``; empty for none."""
    words = []
    for unit, length in UNITS.items():
        number, duration = divmod(duration, length)
        if number:
            words.append(f"{number} {unit.removesuffix('s') if number == 1 else unit}")
    return " ".join(words)


@cache
def time_zones() -> frozenset[str]:
    """All names of the IANA database, such as ``Europe/Berlin``. Reading them from disk takes some milliseconds, so
    that is done once."""
    return frozenset(available_timezones())
