"""Where somebody who follows the event log is in it, and the file that keeps it."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

# The log that begins in the future begins at its end, so the clock of this machine does not matter.
END_OF_LOG = datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC)


class PositionStore(Protocol):
    """Keeps the position of ``events.follow``: a file, a row of your database, or whatever can keep a text."""

    def load(self) -> str | None:
        """The position that was saved last; None before the first time."""

    def save(self, position: str) -> None:
        """Replace the position. It is durable once this returns."""


class PositionFile:
    """Keeps a position in a file, which is replaced as a whole: whatever happens, it has the old or the new one."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def load(self) -> str | None:
        try:
            return self.path.read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def save(self, position: str) -> None:
        descriptor, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(position + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"


@dataclass
class LogPosition:
    """Events up to the page of this cursor are taken, and of that page those with the ids in ``taken``. The cursor
    holds for the list since ``since`` alone. A page that is asked for again may have further events in between, so that
    the last id would not do."""

    since: str
    cursor: str | None = None
    taken: list[str] = field(default_factory=list)

    def text(self) -> str:
        return json.dumps([self.since, self.cursor, *self.taken], separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> LogPosition:
        """ValueError if it is no position."""
        with contextlib.suppress(ValueError):
            match json.loads(text):
                case [str(since), str() | None as cursor, *taken] if all(isinstance(one, str) for one in taken):
                    return cls(since, cursor, taken)
        raise ValueError("this is no position of events.follow")


def wanted(types: Sequence[str]) -> Callable[[str], bool]:
    """Whether an event of a type is asked for: all of them, without a type; ``contact.*`` is each that begins so."""
    if isinstance(types, str):
        raise TypeError("give the types as a list")
    exact = {one for one in types if not one.endswith("*")}
    beginnings = tuple(one[:-1] for one in types if one.endswith("*"))
    return lambda type: not types or type in exact or type.startswith(beginnings)
