"""The working hours of a workspace, and how much of a span of time is in them: for a row by PostgreSQL, or here.

The worked seconds from the first Monday of Unix time to a moment are counted by the clock on the wall: whole weeks, the
days of the week that are over, and the seconds of the day within the hours. The difference of two moments is the time
between them. Where the clocks change within the hours, the count jumps, and ``_Clocks.jumps`` takes that off: an hour
that was skipped is not worked, one that is repeated is worked twice. Python knows the time zone, so a statement has
only numbers, and hours that are changed count for the past too.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, Expression, F, Func

from crmsolid.core import clock
from crmsolid.workspaces.models import Workspace

DAY, WEEK = 86400, 7 * 86400
# 5 January 1970.
_FIRST_MONDAY = 4 * DAY
# Before and after these years, the clocks are as at the beginning and the end of them.
_YEARS_BACK, _YEARS_ON = 10, 2


@dataclass(frozen=True, slots=True)
class _Clocks:
    """The clocks of a zone: at ``changes`` (Unix times) they change; between them they are ``offsets`` ahead of UTC,
    and the count of worked seconds is ``jumps`` too high. Both have one entry more than ``changes``."""

    changes: tuple[int, ...]
    offsets: tuple[int, ...]
    jumps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """From ``begins`` to ``ends``, in seconds of the day, on these ``days`` (0 is Monday) of the zone."""

    days: tuple[int, ...]
    begins: int
    ends: int
    zone: str

    @property
    def day_length(self) -> timedelta:
        return timedelta(seconds=self.ends - self.begins)

    def between(self, since: datetime, until: datetime) -> timedelta:
        """The time between these moments that is in the hours."""
        return timedelta(seconds=max(self._count(until) - self._count(since), 0))

    def _count(self, at: datetime) -> int:
        clocks, unix = _clocks(self, clock.now().year), int(at.timestamp())
        number = bisect_right(clocks.changes, unix)
        return self.count_on_the_wall(unix + clocks.offsets[number]) - clocks.jumps[number]

    def count_on_the_wall(self, local: int) -> int:
        """The worked seconds until this time of the clock on the wall, as if it had never been changed."""
        weeks, second = divmod(local - _FIRST_MONDAY, WEEK)
        day, second = divmod(second, DAY)
        length = self.ends - self.begins
        before = weeks * len(self.days) + sum(each < day for each in self.days)
        today = min(max(second - self.begins, 0), length) if day in self.days else 0
        return before * length + today

    def count_sql(self, unix: str) -> str:
        """The same as an SQL expression of one of a Unix time. The time on the wall is computed once for each, in half
        the time that it would take to repeat it."""
        clocks, length = _clocks(self, clock.now().year), self.ends - self.begins
        number = f"width_bucket({unix}, {_array(clocks.changes)}) + 1"
        shift = _pick(tuple(offset - _FIRST_MONDAY for offset in clocks.offsets), number)
        day = f"mod(local, {WEEK}) / {DAY} + 1"
        before = _pick(tuple(length * sum(each < day for each in self.days) for day in range(7)), day)
        today = _pick(tuple(length if day in self.days else 0 for day in range(7)), day)
        jumps = _pick(clocks.jumps, number)
        return (
            f"(SELECT local / {WEEK} * {length * len(self.days)} + {before}"
            f" + least(greatest(mod(local, {DAY}) - {self.begins}, 0), {today}) - jumps"
            f" FROM (SELECT {unix} + {shift} AS local, {jumps} AS jumps OFFSET 0) AS wall)"
        )


def _array(numbers: tuple[int, ...]) -> str:
    return f"'{{{','.join(map(str, numbers))}}}'::bigint[]"


def _pick(numbers: tuple[int, ...], number: str) -> str:
    return str(numbers[0]) if len(set(numbers)) == 1 else f"({_array(numbers)})[{number}]"


@cache
def _clocks(hours: WorkingHours, year: int) -> _Clocks:
    zone = ZoneInfo(hours.zone)
    begins, ends = (int(datetime(y, 1, 1, tzinfo=UTC).timestamp()) for y in (year - _YEARS_BACK, year + _YEARS_ON))

    def offset(unix: int) -> int:
        ahead = datetime.fromtimestamp(unix, zone).utcoffset() or timedelta()
        return int(ahead.total_seconds())

    changes, offsets, jumps = [], [offset(begins)], [0]
    for low in range(begins, ends, DAY):
        high = low + DAY
        if offset(low) == offset(high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == offsets[-1] else (low, middle)
        jump = hours.count_on_the_wall(high + offset(high)) - hours.count_on_the_wall(high + offsets[-1])
        changes.append(high)
        offsets.append(offset(high))
        jumps.append(jumps[-1] + jump)
    return _Clocks(tuple(changes), tuple(offsets), tuple(jumps))


def hours_of(workspace: Workspace) -> WorkingHours | None:
    """The working hours of the workspace, live and test; None if all hours count."""
    live = workspace.owner_workspace
    if not live.work_days or live.work_from is None or live.work_until is None:
        return None
    begins, ends = ((at.hour * 60 + at.minute) * 60 for at in (live.work_from, live.work_until))
    return WorkingHours(tuple(day - 1 for day in sorted(live.work_days)), begins, ends or DAY, live.time_zone)


class UnixTime(Func):
    """The whole seconds of a time."""

    template = "floor(date_part('epoch', %(expressions)s))::bigint"
    output_field = BigIntegerField()


class WorkedSeconds(Func):
    """How many seconds between two Unix times are within the hours, None: all. NULL if one of the two is. The second
    one is not before the first."""

    output_field = BigIntegerField()
    arity = 2

    def __init__(self, hours: WorkingHours | None, since: Expression | F, until: Expression | F) -> None:
        super().__init__(since, until)
        self.hours = hours

    def as_sql(self, compiler: Any, *args: Any, **extra: Any) -> tuple[str, tuple[str | int, ...]]:
        """A count for each of the two. A time has no parameters, as it occurs several times in its count."""
        counts = []
        for time in self.get_source_expressions():
            sql, params = compiler.compile(time)
            assert not params
            counts.append(self.hours.count_sql(f"({sql})") if self.hours else f"({sql})")
        return f"({counts[1]} - {counts[0]})", ()
