"""Times of arguments that are relative to the call, such as ``-3d``.

They are read against one instant. A list's cursor carries the instant of its first page, so that the pages after it are
of the same span: ``MILLISECONDS.CURSOR``, for arguments with a relative time alone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from crmsolid.core import clock
from crmsolid.workspaces.models import Workspace

HINT = "or one relative to now, such as -3d, +2h, +30m, -1w, now or today"

_RELATIVE = re.compile(r"now|today|[+-][0-9]{1,4}[mhdw]")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CURSOR = re.compile(r"([1-9][0-9]{11,12})\.(.*)", re.DOTALL)  # from 1973 until 2286


@dataclass(frozen=True, slots=True)
class AbsoluteArguments:
    """The arguments without relative times, and the instant that these were relative to, None if there were none."""

    values: dict[str, Any]
    as_of: datetime | None = None


def absolute(arguments: dict[str, Any], names: Iterable[str], workspace: Workspace) -> AbsoluteArguments:
    """``names`` are the arguments that are times. What is no relative time stays as it is."""
    relative = [name for name in names if _is_relative(arguments.get(name))]
    if not relative:
        return AbsoluteArguments(arguments)
    as_of, values = _milliseconds(clock.now()), dict(arguments)
    cursor = values.get("cursor")
    if isinstance(cursor, str) and (match := _CURSOR.fullmatch(cursor)):
        as_of, values["cursor"] = datetime.fromtimestamp(int(match[1]) / 1000, UTC), match[2]
    values |= {name: clock.rfc3339(_read(arguments[name], as_of, workspace)) for name in relative}
    return AbsoluteArguments(values, as_of)


def cursor_as_of(cursor: str, as_of: datetime) -> str:
    """The cursor of the next page of a list with relative times."""
    return f"{round(as_of.timestamp() * 1000)}.{cursor}"


def _is_relative(value: Any) -> bool:
    return isinstance(value, str) and _RELATIVE.fullmatch(value) is not None


def _read(text: str, now: datetime, workspace: Workspace) -> datetime:
    if text == "now":
        return now
    if text == "today":
        return now.astimezone(workspace.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return now + timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


def _milliseconds(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
