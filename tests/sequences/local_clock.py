"""When a window is open, found by looking at the local clock: the model that tests compare the product with."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sequences.running.schedule import Window

QUARTER = timedelta(minutes=15)


def is_open(window: Window, zone: str, at: datetime) -> bool:
    """Whether a clock in the zone shows a time inside the window at this instant."""
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    today, yesterday = local.weekday(), (local - timedelta(days=1)).weekday()
    if window.start < window.end:
        return today in window.days and window.start <= local.time() < window.end
    return (today in window.days and local.time() >= window.start) or (
        yesterday in window.days and local.time() < window.end
    )


def first_quarter(window: Window, zone: str, at: datetime, *, opened: bool) -> datetime:
    """The first instant from ``at`` on at which the window is open, or closed. It must begin and end on quarter hours,
    as all changes of the clock do."""
    if is_open(window, zone, at) == opened:
        return at
    looked = at - (at - datetime.min.replace(tzinfo=at.tzinfo)) % QUARTER
    for _ in range(40 * 96):
        looked += QUARTER
        if is_open(window, zone, looked) == opened:
            return looked
    raise AssertionError("not within forty days")
