"""Days, weeks and months of a time zone: where they begin, how long they are, and that they leave no gap."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsolid.core.periods import INTERVALS, Period, TooManyPeriods, split
from tests.fuzzing import examples

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Asia/Beirut", "Africa/Cairo")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def hours(periods: list[Period]) -> list[float]:
    return [(period.ends - period.begins) / timedelta(hours=1) for period in periods]


def test_day_has_23_or_25_hours_where_the_clocks_change() -> None:
    spring = Period(at("2026-03-28T00:00+01:00"), at("2026-03-31T00:00+02:00"))
    autumn = Period(at("2026-10-24T00:00+02:00"), at("2026-10-27T00:00+01:00"))
    assert hours(split(spring, "day", BERLIN, most=400)) == [24, 23, 24]
    assert hours(split(autumn, "day", BERLIN, most=400)) == [24, 25, 24]


def test_day_begins_after_a_midnight_that_is_skipped_and_one_that_never_was_is_left_out() -> None:
    beirut = Period(at("2024-03-30T12:00Z"), at("2024-04-01T00:00+03:00"))  # 00:00 became 01:00 on the 31st
    assert split(beirut, "day", ZoneInfo("Asia/Beirut"), most=400)[1].begins == at("2024-03-31T01:00+03:00")
    samoa = Period(at("2011-12-29T00:00-10:00"), at("2012-01-01T00:00+14:00"))  # without the 30th
    assert hours(split(samoa, "day", ZoneInfo("Pacific/Apia"), most=400)) == [24, 24]


def test_weeks_begin_on_monday_and_the_first_and_last_may_be_cut_off() -> None:
    whole = Period(at("2026-06-03T10:00+02:00"), at("2026-06-15T10:00+02:00"))  # Wednesday to Monday
    begins = [period.begins for period in split(whole, "week", BERLIN, most=400)]
    assert begins == [whole.begins, at("2026-06-08T00:00+02:00"), at("2026-06-15T00:00+02:00")]


def test_months_are_those_of_the_calendar() -> None:
    whole = Period(at("2025-12-15T00:00+01:00"), at("2026-03-01T00:00+01:00"))
    assert hours(split(whole, "month", BERLIN, most=400)) == [17 * 24, 31 * 24, 28 * 24]


def test_too_many_periods_are_refused_however_many_they_are() -> None:
    ends = at("2026-01-01T00:00Z")
    assert len(split(Period(ends - timedelta(days=400), ends), "day", ZoneInfo("UTC"), most=400)) == 400
    for begins in (ends - timedelta(days=400, microseconds=1), at("1000-01-01T00:00Z")):
        with pytest.raises(TooManyPeriods):
            split(Period(begins, ends), "day", ZoneInfo("UTC"), most=400)


@examples(100)
@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)),
    st.timedeltas(timedelta(microseconds=1), timedelta(days=300)),
    st.sampled_from(INTERVALS),
    st.sampled_from(ZONES),
)
def test_periods_follow_each_other_and_begin_with_their_day(
    begins: datetime, length: timedelta, interval: str, name: str
) -> None:
    zone = ZoneInfo(name)
    whole = Period(begins.replace(tzinfo=UTC), begins.replace(tzinfo=UTC) + length)
    periods = split(whole, interval, zone, most=400)
    assert (periods[0].begins, periods[-1].ends) == (whole.begins, whole.ends)
    assert [period.ends for period in periods[:-1]] == [period.begins for period in periods[1:]]
    for period in periods[1:]:
        local, before = period.begins.astimezone(zone), period.begins - timedelta(microseconds=1)
        assert local.date() > before.astimezone(zone).date()  # the day begins here
        assert interval != "week" or local.weekday() == 0 or name == "Pacific/Apia"
        assert interval != "month" or local.day == 1
