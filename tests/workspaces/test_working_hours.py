"""How much of a span of time is in the working hours: PostgreSQL and Python count what a walk through it counts."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from crmsolid.workspaces.models import Workspace
from crmsolid.workspaces.working_hours import DAY, UnixTime, WorkedSeconds, WorkingHours, hours_of
from messaging.models import Episode
from tests.fuzzing import examples
from tests.tenants import Tenants

BERLIN = WorkingHours((0, 1, 2, 3, 4), 9 * 3600, 18 * 3600, "Europe/Berlin")
MINUTE = timedelta(minutes=1)


def walked(hours: WorkingHours, since: datetime, until: datetime) -> timedelta:
    """The minutes whose beginning is within the hours, one by one. The times are whole minutes."""
    zone, worked = ZoneInfo(hours.zone), timedelta()
    while since < until:
        local = since.astimezone(zone)
        second = (local.hour * 60 + local.minute) * 60
        if local.weekday() in hours.days and hours.begins <= second < hours.ends:
            worked += MINUTE
        since += MINUTE
    return worked


def of_row(hours: WorkingHours | None, since: datetime, until: datetime) -> timedelta:
    """What PostgreSQL counts between two columns."""
    rows = Episode.unscoped.annotate(worked=WorkedSeconds(hours, UnixTime("opened_at"), UnixTime("closed_at")))
    sql, params = rows.order_by().values("worked").query.sql_with_params()
    table = "(SELECT %s::timestamptz AS opened_at, %s::timestamptz AS closed_at)"
    with connection.cursor() as cursor:
        cursor.execute(sql.replace('FROM "messaging_episode"', f'FROM {table} AS "messaging_episode"'),
                       [*params, since, until])  # fmt: skip
        [(seconds,)] = cursor.fetchall()
    return timedelta(seconds=seconds)


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("since", "until", "minutes"),
    [
        ("2026-11-27T17:50", "2026-11-30T09:10", 20),  # a weekend
        ("2026-11-27T19:00", "2026-11-29T12:00", 0),
        ("2026-03-27T17:30", "2026-03-30T09:30", 60),  # a weekend in which the clocks are set forward
        ("2026-10-23T17:30", "2026-10-26T09:30", 60),  # and back
        ("2026-11-02T09:00", "2026-11-16T09:00", 2 * 5 * 9 * 60),
    ],
)
def test_nights_and_weekends_are_left_out(since: str, until: str, minutes: int) -> None:
    for count in (BERLIN.between, lambda *span: of_row(BERLIN, *span)):
        assert count(at(since), at(until)) == timedelta(minutes=minutes)


@pytest.mark.django_db
def test_hour_that_is_skipped_is_not_worked_and_one_that_is_repeated_is_worked_twice() -> None:
    nights = WorkingHours((5, 6), 0, 4 * 3600, "Europe/Berlin")
    for day, hours in (("2026-03-29", 3), ("2026-10-25", 5), ("2026-10-18", 4)):
        span = at(f"{day}T00:00"), at(f"{day}T12:00")
        assert nights.between(*span) == of_row(nights, *span) == timedelta(hours=hours)


ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Pacific/Apia",
    "UTC",
)
half_hours = st.integers(0, 47).map(lambda number: number * 1800)


@pytest.mark.django_db
@given(
    st.sets(st.integers(0, 6), min_size=1),
    st.tuples(half_hours, half_hours).filter(lambda both: both[0] != both[1]),
    st.sampled_from(ZONES),
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 1)),
    st.integers(0, 20 * 24 * 60),
)
@example({6}, (0, 4 * 3600), "Europe/Berlin", datetime(2026, 10, 24), 3 * 24 * 60)
@examples(60)
def test_count_is_that_of_a_walk_through_the_time(
    days: set[int], hours: tuple[int, int], zone: str, start: datetime, minutes: int
) -> None:
    given_hours = WorkingHours(tuple(sorted(days)), min(hours), max(hours), zone)
    since = start.replace(second=0, microsecond=0, tzinfo=UTC)
    until = since + timedelta(minutes=minutes)
    expected = walked(given_hours, since, until)
    assert given_hours.between(since, until) == expected
    assert of_row(given_hours, since, until) == expected


@pytest.mark.django_db
def test_all_hours_count_without_working_hours() -> None:
    assert of_row(None, at("2026-11-27T17:50"), at("2026-11-30T09:10")) == timedelta(days=2, hours=15, minutes=20)


def test_hours_are_those_of_the_live_workspace_for_both(tenants: Tenants) -> None:
    assert hours_of(tenants.twin) is None
    new = {"work_days": [5, 1], "work_from": time(9, 30), "work_until": time(0), "time_zone": "Asia/Tokyo"}
    Workspace.objects.filter(pk=tenants.workspace.pk).update(**new)
    for workspace in (tenants.workspace, tenants.twin):
        fresh = Workspace.objects.get(pk=workspace.pk)
        assert hours_of(fresh) == WorkingHours((0, 4), 9 * 3600 + 1800, DAY, "Asia/Tokyo")
