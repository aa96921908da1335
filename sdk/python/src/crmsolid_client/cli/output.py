"""What commands print: JSON as the API answers it, or tables for people.

Standard output gets data and nothing else. Texts of other people are printed without control characters, which could
change what a terminal shows.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from .._model import Model

Row = Mapping[str, Any]

MEASURED_ROWS = 100  # the widths of a table are those of its first rows
NARROWEST = 4
_GAP = "  "
_IDENTITY = re.compile(r"@\w+|[^@\s]+@[^@\s]+|[a-z]{3}_[0-9A-Z]{26}")
# Marks that reorder the text around them.
_DIRECTIONS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C], "")


class PipeClosed(Exception):
    """Whoever read standard output has closed it."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its header, and the name of the member or a function of the row. ``whole``: never shortened,
    because people copy it; nor is an id, a ``@username`` or an e-mail address in any column. ``optional``: left out if
    the table is too wide with it."""

    header: str
    source: str | Callable[[Row], Any]
    whole: bool = False
    optional: bool = False

    def text(self, row: Row) -> str:
        value = row.get(self.source) if isinstance(self.source, str) else self.source(row)
        return shown(value)


ID = Column("ID", "id", whole=True)


def plain(model: Model) -> dict[str, Any]:
    """The object as the API answered it."""
    return model.model_dump(mode="json", by_alias=True, exclude_unset=True)


def print_object(row: Row, as_json: bool, *, only: Sequence[str] = ()) -> None:
    """One object: a JSON document, or a line for each member, of ``only`` or of all."""
    if as_json:
        write(json.dumps(row, ensure_ascii=False, indent=2) + "\n")
        return
    names = [name for name in only or row if name in row]
    width = max((len(name) for name in names), default=0)
    for name in names:
        write(f"{_styled(name.ljust(width))}{_GAP}{shown(row[name])}\n")


def print_deleted(deleted_id: str, as_json: bool) -> None:
    """The API answers a deletion with nothing, so with ``--json`` nothing is printed."""
    if not as_json:
        note(f"Deleted {deleted_id}.")


def print_list(models: Iterable[Model], as_json: bool, columns: Sequence[Column], most: int | None = None) -> None:
    """Objects of a list as they come, at most ``most``, and a note if there are more."""
    iterator = iter(models)
    rows = (plain(model) for model in islice(iterator, most))
    printed = print_lines(rows) if as_json else print_table(rows, columns)
    if most is not None and printed == most and next(iterator, None) is not None:
        note(f"There are more than these {most}. Use --limit or --all.")


def print_lines(rows: Iterable[Row]) -> int:
    """One JSON object a line. Returns how many."""
    count = 0
    for row in rows:
        count += 1
        write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
    return count


def print_table(rows: Iterable[Row], columns: Sequence[Column]) -> int:
    """A table that fits the terminal, or 80 columns where there is none. Returns how many rows."""
    iterator = iter(rows)
    first = list(islice(iterator, MEASURED_ROWS))
    if not first:
        note("There are none.")
        return 0
    available = _columns()
    columns, widths = _fitted(columns, first, available)
    write(_styled(_line([column.header for column in columns], columns, widths, available)) + "\n")
    count = 0
    for row in chain(first, iterator):
        count += 1
        write(_line([column.text(row) for column in columns], columns, widths, available) + "\n")
    return count


def note(text: str) -> None:
    """Something for the person, on standard error."""
    click.echo(text, err=True, color=_color())


def write(text: str) -> None:
    """Print data. Raises PipeClosed if nobody reads it any more."""
    try:
        click.echo(text, nl=False, color=_color())
    except BrokenPipeError:
        raise PipeClosed from None


def discard_stdout() -> None:
    """Keep Python from writing at its end what could not be written, with a message about it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def shown(value: Any) -> str:
    """A value in one line for people."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{clean(str(name))}: {shown(part)}" for name, part in value.items()) or "-"
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(part) for part in value) or "-"
    return clean(str(value))


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def clean(text: str) -> str:
    """The text in one line, without what a terminal would obey."""
    spaced = " ".join(text.split())
    kept = "".join("\ufffd" if unicodedata.category(each) == "Cc" else each for each in spaced)
    return kept.translate(_DIRECTIONS)


def time_column(header: str, name: str, layout: str = "%Y-%m-%d %H:%M", optional: bool = False) -> Column:
    """A time in the time zone of this machine."""
    return Column(header, lambda row: local_time(row.get(name), layout), whole=True, optional=optional)


def local_time(value: str | datetime | None, layout: str = "%Y-%m-%d %H:%M") -> str:
    if value is None:
        return "-"
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant.astimezone().strftime(layout)


def width_of(text: str) -> int:
    """How many columns of a terminal it takes."""
    return sum(_width(each) for each in text)


def _width(each: str) -> int:
    if unicodedata.combining(each) or unicodedata.category(each) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(each) in "WF" else 1


def _shortened(text: str, width: int) -> str:
    """At most so many columns; an ellipsis shows that something is left out."""
    if width_of(text) <= width:
        return text
    kept, taken = "", 0
    for each in text:
        if taken + _width(each) > width - 1:
            break
        kept, taken = kept + each, taken + _width(each)
    return kept + "…"


def _fitted(columns: Sequence[Column], rows: Sequence[Row], available: int) -> tuple[list[Column], list[int]]:
    """The columns that fit, with their widths. If there is not enough room: without the optional ones, then with the
    widest shortened, then without those at the right that may be shortened."""
    measured = [(column, max(width_of(column.text(row)) for row in rows)) for column in columns]
    kept = [(column, max(width, width_of(column.header))) for column, width in measured]
    while _total([width for _, width in kept]) > available and (optional := [one for one in kept if one[0].optional]):
        kept.remove(optional[-1])
    while True:
        widths = _shrunk([width for _, width in kept], [not column.whole for column, _ in kept], available, NARROWEST)
        flexible = [one for one in kept if not one[0].whole]
        if _total(widths) <= available or not flexible:
            return [column for column, _ in kept], widths
        kept.remove(flexible[-1])


def _shrunk(widths: Sequence[int], is_flexible: Sequence[bool], available: int, least: int) -> list[int]:
    """The widths with the widest of the flexible ones reduced, none below ``least``, until all of them fit."""
    shrunk = list(widths)
    while _total(shrunk) > available:
        wide = [number for number, width in enumerate(shrunk) if is_flexible[number] and width > least]
        if not wide:
            break
        shrunk[max(wide, key=lambda number: shrunk[number])] -= 1
    return shrunk


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _columns() -> int:
    """The columns of the terminal, or those of the environment where there is none, else 80."""
    if sys.stdout.isatty():
        return shutil.get_terminal_size((80, 24)).columns
    text = os.environ.get("COLUMNS", "")
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else 80


def _line(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int], available: int) -> str:
    """A row. What must not be shortened takes room from other cells, or goes to a line of its own."""
    is_whole = [
        column.whole or _IDENTITY.fullmatch(cell) is not None for cell, column in zip(cells, columns, strict=True)
    ]
    needed = [
        max(width, width_of(cell)) if whole else width
        for cell, width, whole in zip(cells, widths, is_whole, strict=True)
    ]
    lines, taken = [""], 0
    shrunk = _shrunk(needed, [not whole for whole in is_whole], available, 1)
    for number, (cell, width) in enumerate(zip(cells, shrunk, strict=True)):
        text = cell if is_whole[number] else _shortened(cell, width)
        if number and taken + len(_GAP) + width_of(text) > available:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
            taken = 0
        gap = _GAP if number else ""
        padded = gap + text + " " * (width - width_of(text))
        lines[-1] += padded
        taken += width_of(padded)
    lines[-1] = lines[-1].rstrip()
    return "\n".join(lines)


def _styled(text: str) -> str:
    return click.style(text, bold=True)


def _color() -> bool | None:
    """False for no colors (https://no-color.org). None: click leaves them out where no terminal is."""
    return False if os.environ.get("NO_COLOR") else None
