"""Writes that can wait for the end of their unit of work, so that one statement makes them all.

Each statement is a round trip, and most of what a request costs. A unit begun by ``run_in_unit_of_work`` gathers the
inserts nobody reads back before the commit; on PostgreSQL they are written together, by one WITH, and where nothing
else was said to the database that statement needs no BEGIN and no COMMIT around it: it is the transaction.

A unit may also *guess*: say that a row is new without having looked. If the guess was wrong, nothing at all is
written and the unit runs again from its start, looking first (:class:`WrongGuess`).
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


class WrongGuess(Exception):
    """The row that was taken for new is not; the unit wrote nothing."""


class TurnNeverCame(Exception):
    """Another transaction held what the unit needed for longer than it waits; the unit wrote nothing."""


@dataclass(slots=True, frozen=True)
class Insertion:
    """Rows for a table (``rows.Table``), as its driver takes them; ``conflict`` follows ON CONFLICT."""

    table: Any
    rows: Sequence[Sequence[Any]]
    conflict: str = ""


@dataclass(slots=True, frozen=True)
class Guess:
    """One row, written unless ``unless`` (SQL and its parameters) holds or it collides with another."""

    table: Any
    row: Sequence[Any]
    unless: str
    params: Sequence[Any]


@dataclass(slots=True)
class Unit:
    """What the unit of this thread has gathered. ``turn``: the number its turn is waited for by, before the first
    statement that is not the last; ``depth``: savepoints open when it began; ``database``: its connection."""

    database: Any
    may_guess: bool
    depth: int
    pending: list[Insertion] = field(default_factory=list)
    guess: Guess | None = None
    turn: int | None = None


_local = threading.local()


def current() -> Unit | None:
    """The unit that gathers on this thread, if any."""
    found: Unit | None = getattr(_local, "unit", None)
    return found


def may_guess() -> bool:
    """Whether a row may be taken for new here: a unit that runs again if it was not."""
    unit = current()
    return unit is not None and unit.may_guess and unit.guess is None


def begin(unit: Unit) -> None:
    _local.unit = unit


def end() -> None:
    _local.unit = None
