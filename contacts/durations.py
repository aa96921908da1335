"""Durations as ISO 8601 text: the delays of sequences, the half-lives and silences of scoring rules."""

import re
from datetime import timedelta

from contacts.normalization import InvalidValue

MAX_DURATION = timedelta(days=366)

_SECOND = timedelta(seconds=1)
_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,8})W|(?=.)(?:(?P<days>\d{1,8})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,8})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,8})S)?)?)",
    re.ASCII,
)


def parse_duration(text: object) -> timedelta:
    """Read an ISO 8601 duration of weeks, or of days, hours, minutes and seconds: ``P2D``, ``PT5S``, ``P1DT12H``.

    Raises :class:`InvalidValue` for anything else and for more than 366 days.
    """
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InvalidValue("invalid", "give an ISO 8601 duration without years and months, such as PT30M, P2D or P1W")
    # No unit has more than eight digits, so this cannot overflow.
    duration = timedelta(**{unit: int(number) for unit, number in match.groupdict(default="0").items()})
    if duration > MAX_DURATION:
        raise InvalidValue("out_of_range", f"a duration is at most {MAX_DURATION.days} days")
    return duration


def format_duration(duration: timedelta) -> str:
    """The canonical form of what :func:`parse_duration` returns: no weeks, no zeros, ``PT0S`` for none at all.

    Raises ``ValueError`` for a duration that it never returns.
    """
    if duration % _SECOND or not timedelta(0) <= duration <= MAX_DURATION:
        raise ValueError(f"{duration!r} is not a number of whole seconds from 0 to {MAX_DURATION.days} days")
    minutes, seconds = divmod(duration.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    clock = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number)
    days = f"{duration.days}D" if duration.days else ""
    return f"P{days}T{clock}" if clock else f"P{days or 'T0S'}"
