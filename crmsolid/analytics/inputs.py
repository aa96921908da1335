"""Which periods a report is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crmsolid.api.fields import Choice, DateOrTimestamp, QueryBoolean, QuerySerializer
from crmsolid.api.representations import AnyField
from crmsolid.core import clock
from crmsolid.core.errors import DomainError, FieldError
from crmsolid.core.periods import INTERVALS, Period, TooManyPeriods, split, start_of_day
from crmsolid.workspaces.models import Workspace

DEFAULT_DAYS = 30
MAX_PERIODS = 400


class ReportQuery(QuerySerializer):
    """The parameters of every report."""

    interval = Choice(
        required=False,
        choices=INTERVALS,
        help_text="Adds a `series`.",
    )
    compare = QueryBoolean(required=False, help_text="Adds `before`: the same of as many days before.")

    def get_fields(self) -> dict[str, AnyField]:
        """``from`` is a keyword of Python."""
        start = DateOrTimestamp(
            required=False, help_text="A date in the workspace's time zone, or RFC 3339. Default: the last 30 days."
        )
        end = DateOrTimestamp(
            required=False, help_text="A date, which is included, or RFC 3339, exclusive. Default: now."
        )
        return {"from": start, "to": end, **super().get_fields()}


@dataclass(frozen=True, slots=True)
class Span:
    """All of the time that a report is about, and its periods: the whole as one of them unless there is an interval.
    ``before`` is the time that it is compared with, None without a comparison."""

    whole: Period
    periods: Sequence[Period]
    is_divided: bool
    before: Period | None = None


def read_span(workspace: Workspace, query: dict[str, Any]) -> Span:
    """The time that the parameters ask for. A date is the day in the workspace's time zone, all of it: ``from`` begins
    and ``to`` ends with it. ``to`` is now by default; ``from`` is the start of the day 29 days before that of ``to``.

    Errors: ``invalid_parameter`` (``to`` if it is not after ``from``; ``interval`` if there were too many periods).
    """
    zone, begins, ends = workspace.zone, query.get("from"), query.get("to") or clock.now()
    if not isinstance(ends, datetime):
        ends = start_of_day(ends + timedelta(days=1), zone)
    if begins is None:
        first_day = (ends - timedelta(microseconds=1)).astimezone(zone).date() - timedelta(days=DEFAULT_DAYS - 1)
        begins = start_of_day(first_day, zone)
    elif not isinstance(begins, datetime):
        begins = start_of_day(begins, zone)
    if begins >= ends:
        raise _invalid("to", "before_from", "`to`, which is now if it is left out, must be later than `from`")
    whole = Period(begins, ends)
    before = earlier([whole], zone)[0] if query.get("compare") else None
    if "interval" not in query:
        return Span(whole, [whole], False, before)
    try:
        return Span(whole, split(whole, query["interval"], zone, most=MAX_PERIODS), True, before)
    except TooManyPeriods:
        detail = f"there would be more than {MAX_PERIODS}; give a longer interval or a shorter time"
        raise _invalid("interval", "too_many", detail) from None


def earlier(periods: Sequence[Period], zone: ZoneInfo) -> list[Period]:
    """As much time before these periods, which follow each other: each of them so many days earlier as all of them have
    begun in that zone, from and to the same time of day."""
    last_day = (periods[-1].ends.astimezone(zone) - timedelta(microseconds=1)).date()
    days = timedelta(days=(last_day - periods[0].begins.astimezone(zone).date()).days + 1)

    def shift(at: datetime) -> datetime:
        # Between times in one zone, Python counts days and hours as the clock on the wall shows them.
        return (at.astimezone(zone) - days).astimezone(UTC)

    return [Period(shift(each.begins), shift(each.ends)) for each in periods]


def _invalid(field: str, code: str, detail: str) -> DomainError:
    return DomainError("invalid_parameter", errors=[FieldError(field, code, detail)])
