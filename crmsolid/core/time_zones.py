"""The names of the IANA time zone database."""

from functools import cache
from zoneinfo import available_timezones


@cache
def time_zones() -> frozenset[str]:
    """All names, such as ``Europe/Berlin``. Reading them from disk takes some milliseconds, so that is done once."""
    return frozenset(available_timezones())
