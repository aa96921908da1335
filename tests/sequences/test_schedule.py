from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.normalization import InvalidValue, format_duration, parse_duration
from sequences.running.schedule import (
    InvalidWindow,
    ResumeMode,
    Window,
    check_zone,
    closes_at,
    due_at,
    jitter_fraction,
    next_open,
    parse_window,
    resumed_anchor,
    window_to_json,
)
from tests.fuzzing import examples
from tests.sequences.local_clock import is_open

MINUTE = timedelta(minutes=1)
EVERY_DAY = frozenset(range(7))
WORKDAYS = Window(frozenset(range(5)), time(9), time(18))

# Zones with a moment around which their clocks are interesting.
CHANGES = [
    ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),  # 02:00 to 03:00
    ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),  # 03:00 to 02:00
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),  # 02:00 to 01:30
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),  # 02:00 to 02:30
    ("America/Santiago", datetime(2026, 9, 6, 4, tzinfo=UTC)),  # 00:00 to 01:00
    ("Asia/Kathmandu", datetime(2026, 6, 4, 12, tzinfo=UTC)),  # UTC+05:45
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # Friday 30 December did not occur
    ("Europe/Berlin", datetime(2028, 2, 29, 12, tzinfo=UTC)),
]

times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
day_sets = st.frozensets(st.integers(0, 6), min_size=1)
windows = st.one_of(
    st.builds(Window, day_sets, times, times).filter(lambda window: window.start != window.end),
    st.builds(Window, day_sets, st.just(time(0)), st.just(time(0))),
)


@st.composite
def moments(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone, and a whole minute within four days of a change of its clock."""
    zone, change = draw(st.sampled_from(CHANGES))
    return zone, change + draw(st.integers(-4 * 1440, 4 * 1440)) * MINUTE


def first_minute(window: Window, zone: str, at: datetime, *, opened: bool) -> datetime:
    """The first minute from ``at`` on at which the window is open, or closed, found by looking at each."""
    for minutes in range(40 * 1440):
        if is_open(window, zone, at + minutes * MINUTE) == opened:
            return at + minutes * MINUTE
    raise AssertionError("not within forty days")


@given(windows, moments())
@examples(150)
def test_next_open_is_the_first_minute_at_which_the_local_clock_is_inside(
    window: Window, moment: tuple[str, datetime]
) -> None:
    zone, at = moment
    assert next_open(window, zone, at) == first_minute(window, zone, at, opened=True)


@given(windows.filter(lambda window: not window.always_open), moments())
@examples(150)
def test_closes_at_is_the_first_minute_at_which_the_local_clock_is_outside(
    window: Window, moment: tuple[str, datetime]
) -> None:
    zone, at = moment
    assert closes_at(window, zone, at) == first_minute(window, zone, at, opened=False)


@given(windows, moments(), st.timedeltas(timedelta(0), timedelta(days=3)))
@examples(300)
def test_next_open_never_goes_backwards(window: Window, moment: tuple[str, datetime], later: timedelta) -> None:
    zone, at = moment
    opens = next_open(window, zone, at)
    assert at <= opens <= next_open(window, zone, at + later)
    assert next_open(window, zone, opens) == opens


@given(
    windows,
    moments(),
    st.timedeltas(timedelta(0), timedelta(days=30)),
    st.timedeltas(timedelta(0), timedelta(days=366)),
    st.floats(0, 1, exclude_max=True),
)
@examples(300)
def test_jitter_never_leaves_the_window(
    window: Window, moment: tuple[str, datetime], delay: timedelta, jitter: timedelta, fraction: float
) -> None:
    zone, anchor = moment
    due = due_at(anchor, delay, window=window, zone=zone, jitter=jitter, fraction=fraction)
    base = next_open(window, zone, anchor + delay)
    closes = closes_at(window, zone, base)
    assert base <= due <= base + jitter
    assert is_open(window, zone, due)
    assert closes is None or due < closes


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-06-04T08:59:59.999999+02:00", "2026-06-04T09:00:00+02:00"),
        ("2026-06-04T09:00:00+02:00", "2026-06-04T09:00:00+02:00"),
        ("2026-06-04T17:59:59.999999+02:00", "2026-06-04T17:59:59.999999+02:00"),
        ("2026-06-04T18:00:00+02:00", "2026-06-05T09:00:00+02:00"),
        ("2026-06-05T18:00:00+02:00", "2026-06-08T09:00:00+02:00"),  # Friday evening to Monday
        ("2026-03-27T18:00:00+01:00", "2026-03-30T09:00:00+02:00"),  # daylight saving time begins in between
        ("2026-10-23T18:00:00+02:00", "2026-10-26T09:00:00+01:00"),  # and ends
        ("2028-02-28T18:00:00+01:00", "2028-02-29T09:00:00+01:00"),
        ("2028-02-29T18:00:00+01:00", "2028-03-01T09:00:00+01:00"),
    ],
)
def test_next_open_of_working_hours_in_berlin(at: str, opens: str) -> None:
    found = next_open(WORKDAYS, "Europe/Berlin", datetime.fromisoformat(at))
    assert found == datetime.fromisoformat(opens)
    assert found.tzinfo is UTC


def test_hours_that_daylight_saving_time_skips_do_not_occur() -> None:
    window = Window(EVERY_DAY, time(2, 15), time(2, 45))
    before = datetime(2026, 3, 28, 2, 45, tzinfo=ZoneInfo("Europe/Berlin"))
    assert next_open(window, "Europe/Berlin", before) == datetime(2026, 3, 30, 0, 15, tzinfo=UTC)


def test_hours_that_begin_in_a_skipped_hour_begin_at_its_end() -> None:
    window = Window(EVERY_DAY, time(2, 30), time(4))
    midnight = datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert next_open(window, "Europe/Berlin", midnight) == datetime(2026, 3, 29, 1, tzinfo=UTC)  # 03:00 local
    assert closes_at(window, "Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)) == datetime(
        2026, 3, 29, 2, tzinfo=UTC
    )


def test_hours_that_are_repeated_count_both_times() -> None:
    window = Window(EVERY_DAY, time(2, 15), time(2, 45))
    first, second = (datetime(2026, 10, 25, hour, 15, tzinfo=UTC) for hour in (0, 1))
    assert next_open(window, "Europe/Berlin", datetime(2026, 10, 25, tzinfo=UTC)) == first
    assert closes_at(window, "Europe/Berlin", first) == first + 30 * MINUTE
    assert next_open(window, "Europe/Berlin", first + 30 * MINUTE) == second


def test_a_window_across_midnight_belongs_to_the_day_on_which_it_opens() -> None:
    window = Window(frozenset({4}), time(22), time(6))  # Friday night
    thursday = datetime(2026, 6, 4, 23, tzinfo=UTC)
    friday = datetime(2026, 6, 5, 22, tzinfo=UTC)
    assert next_open(window, "UTC", thursday) == friday
    assert next_open(window, "UTC", friday + timedelta(hours=7)) == friday + timedelta(hours=7)
    assert closes_at(window, "UTC", friday + timedelta(hours=7)) == friday + timedelta(hours=8)
    assert next_open(window, "UTC", friday + timedelta(hours=8)) == friday + timedelta(days=7)


def test_a_weekday_that_a_zone_skipped_comes_a_week_later() -> None:
    fridays = Window(frozenset({4}), time(9), time(18))
    thursday = datetime(2011, 12, 29, 18, tzinfo=ZoneInfo("Pacific/Apia"))
    assert next_open(fridays, "Pacific/Apia", thursday) == datetime(2012, 1, 6, 9, tzinfo=ZoneInfo("Pacific/Apia"))


def test_whole_days_in_a_row_are_one_open_stretch() -> None:
    weekend = Window(frozenset({5, 6}), time(0), time(0))
    saturday = datetime(2026, 6, 6, tzinfo=UTC)
    assert next_open(weekend, "UTC", saturday - timedelta(days=2)) == saturday
    assert closes_at(weekend, "UTC", saturday) == saturday + timedelta(days=2)


@pytest.mark.parametrize("window", [None, Window(EVERY_DAY, time(0), time(0))])
def test_without_limits_every_instant_is_open_and_it_never_closes(window: Window | None) -> None:
    at = datetime(2026, 3, 29, 1, 30, 0, 5, tzinfo=UTC)
    assert next_open(window, "Europe/Berlin", at) == at
    assert closes_at(window, "Europe/Berlin", at) is None


def test_due_at_is_the_delay_in_elapsed_time_then_the_window_then_the_jitter() -> None:
    anchor = datetime(2026, 3, 27, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    due = partial(due_at, anchor, timedelta(days=2), zone="Europe/Berlin", fraction=0.5)
    elapsed = datetime(2026, 3, 29, 11, tzinfo=UTC)  # 13:00 local: a day of 23 hours lies in between
    monday = datetime(2026, 3, 30, 9, tzinfo=ZoneInfo("Europe/Berlin"))
    assert due(window=None, jitter=timedelta(0)) == elapsed
    assert due(window=None, jitter=timedelta(hours=1)) == elapsed + 30 * MINUTE
    assert due(window=WORKDAYS, jitter=timedelta(hours=1)) == monday + 30 * MINUTE


@pytest.mark.parametrize("fraction", [0.0, 0.25, 1 - 2**-53])
def test_jitter_is_a_fraction_of_what_is_left_of_the_window(fraction: float) -> None:
    late = datetime(2026, 6, 4, 17, 56, tzinfo=UTC)
    due = due_at(late, timedelta(0), window=WORKDAYS, zone="UTC", jitter=timedelta(hours=1), fraction=fraction)
    assert due == min(late + fraction * 4 * MINUTE, datetime(2026, 6, 4, 17, 59, 59, 999999, tzinfo=UTC))


def test_the_fraction_of_a_contact_and_step_is_always_the_same() -> None:
    assert jitter_fraction("con_1", "hello") == 0.30520231763175387
    assert jitter_fraction("con_1", "hello") != jitter_fraction("con_2", "hello") != jitter_fraction("con_2", "bye")


def test_fractions_are_spread_evenly() -> None:
    fractions = [jitter_fraction(f"con_{number}", "hello") for number in range(4000)]
    assert min(fractions) >= 0 and max(fractions) < 1
    counts = [sum(tenth / 10 <= fraction < (tenth + 1) / 10 for fraction in fractions) for tenth in range(10)]
    assert min(counts) > 320 and max(counts) < 480


@pytest.mark.parametrize(
    ("mode", "paused", "anchor"),
    [
        ("keep_dates", "2026-06-03", "2026-06-01"),
        ("restart_delay", "2026-06-03", "2026-06-10"),
        ("only_active_time", "2026-06-03", "2026-06-08"),  # two days had passed before the pause of seven
        ("keep_dates", "2026-05-30", "2026-06-01"),
        ("restart_delay", "2026-05-30", "2026-06-10"),
        ("only_active_time", "2026-05-30", "2026-06-10"),  # the delay began during the pause
    ],
)
def test_the_three_ways_to_resume_on_10_june(mode: str, paused: str, anchor: str) -> None:
    started, paused_at, now, expected = (
        datetime.fromisoformat(day).replace(tzinfo=UTC) for day in ("2026-06-01", paused, "2026-06-10", anchor)
    )
    assert resumed_anchor(ResumeMode(mode), started, paused_at, now) == expected


@pytest.mark.parametrize(
    ("data", "window"),
    [
        (None, None),
        ({"days": ["mon", "fri"], "from": "09:00", "to": "18:30"}, Window(frozenset({0, 4}), time(9), time(18, 30))),
        ({"days": ["sun"], "from": "22:00", "to": "06:00"}, Window(frozenset({6}), time(22), time(6))),
        ({"days": ["sat"], "from": "00:00", "to": "24:00"}, Window(frozenset({5}), time(0), time(0))),
        ({"days": ["sat"], "from": "18:00", "to": "24:00"}, Window(frozenset({5}), time(18), time(0))),
    ],
)
def test_a_canonical_window_is_read_and_written_the_same(data: dict[str, Any] | None, window: Window | None) -> None:
    assert parse_window(data) == window
    assert window_to_json(window) == data


@given(windows)
@examples(100)
def test_every_window_comes_back_from_json(window: Window) -> None:
    assert parse_window(window_to_json(window)) == window


def test_days_are_written_in_the_order_of_the_week() -> None:
    window = parse_window({"days": ["sun", "wed", "mon"], "from": "18:00", "to": "00:00"})
    assert window_to_json(window) == {"days": ["mon", "wed", "sun"], "from": "18:00", "to": "24:00"}


@pytest.mark.parametrize(
    ("changes", "member", "code"),
    [
        ({"days": []}, "days", "never_opens"),
        ({"to": "09:00"}, "to", "never_opens"),
        ({"from": "00:00", "to": "00:00"}, "to", "never_opens"),
        ({"days": ["mon", "monday"]}, "days[1]", "invalid_choice"),
        ({"days": ["mon", ["tue"]]}, "days[1]", "invalid_choice"),
        ({"days": ["mon", "tue", "mon"]}, "days[2]", "duplicate"),
        ({"days": "mon"}, "days", "invalid"),
        ({"from": "9:00"}, "from", "invalid"),
        ({"from": "24:00"}, "from", "invalid"),
        ({"to": "24:01"}, "to", "invalid"),
        ({"to": "18:60"}, "to", "invalid"),
        ({"to": "18:00:00"}, "to", "invalid"),
        ({"to": "١٨:00"}, "to", "invalid"),
        ({"to": "18:00\n"}, "to", "invalid"),
        ({"to": 18}, "to", "invalid"),
        ({"zone": "Europe/Berlin"}, "zone", "unknown_field"),
    ],
)
def test_a_wrong_window_is_refused_with_the_part_that_is_wrong(changes: dict[str, Any], member: str, code: str) -> None:
    with pytest.raises(InvalidWindow) as caught:
        parse_window({"days": ["mon"], "from": "09:00", "to": "18:00"} | changes)
    assert (caught.value.member, caught.value.code) == (member, code)


@pytest.mark.parametrize(
    ("data", "member", "code"),
    [
        ([], "", "invalid"),
        ("always", "", "invalid"),
        ({}, "days", "required"),
        ({"days": ["mon"], "to": "18:00"}, "from", "required"),
        ({"days": ["mon"], "from": "18:00"}, "to", "required"),
    ],
)
def test_what_is_no_window_is_refused(data: Any, member: str, code: str) -> None:
    with pytest.raises(InvalidWindow) as caught:
        parse_window(data)
    assert (caught.value.member, caught.value.code) == (member, code)


def test_unknown_zones_are_refused() -> None:
    check_zone("Europe/Berlin")
    for name in ("Europe/Atlantis", "europe/berlin", "", "../UTC"):
        with pytest.raises(InvalidValue) as caught:
            check_zone(name)
        assert caught.value.code == "invalid_choice"


@pytest.mark.parametrize(
    ("text", "duration", "canonical"),
    [
        ("PT5S", timedelta(seconds=5), "PT5S"),
        ("P2D", timedelta(days=2), "P2D"),
        ("P1DT12H", timedelta(days=1, hours=12), "P1DT12H"),
        ("P1W", timedelta(days=7), "P7D"),
        ("PT90M", timedelta(minutes=90), "PT1H30M"),
        ("PT36H", timedelta(hours=36), "P1DT12H"),
        ("P0D", timedelta(0), "PT0S"),
        ("PT0S", timedelta(0), "PT0S"),
        ("P366D", timedelta(days=366), "P366D"),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4), "P1DT2H3M4S"),
    ],
)
def test_a_duration_is_read_and_written_in_its_canonical_form(text: str, duration: timedelta, canonical: str) -> None:
    assert parse_duration(text) == duration
    assert format_duration(duration) == canonical
    assert parse_duration(canonical) == duration


@given(st.integers(0, 366 * 86400))
@examples(100)
def test_every_duration_comes_back_from_its_text(seconds: int) -> None:
    assert parse_duration(format_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *[
            (text, "invalid")
            for text in ("", "P", "PT", "P1DT", "1D", "P1", "5S", "P5S", "PT1D", "p1d", " P1D", "P1D\n")
        ],
        *[(text, "invalid") for text in ("P1Y", "P1M", "-P1D", "P-1D", "+P1D", "PT1.5H", "P1,5D", "P1W2D", "PT1S1M")],
        *[(text, "invalid") for text in ("P١D", "PT999999999S", 5, None, True, ["P1D"])],
        *[(text, "out_of_range") for text in ("P367D", "P366DT1S", "P53W", "PT99999999M", "P99999999W")],
    ],
)
def test_what_is_no_duration_is_refused(text: Any, code: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_duration(text)
    assert caught.value.code == code


@pytest.mark.parametrize("duration", [timedelta(seconds=-1), timedelta(microseconds=1), timedelta(days=366, seconds=1)])
def test_a_duration_that_cannot_be_read_is_not_written(duration: timedelta) -> None:
    with pytest.raises(ValueError, match="whole seconds"):
        format_duration(duration)
