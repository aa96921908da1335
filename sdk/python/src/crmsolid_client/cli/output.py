"""What commands print: JSON as the API answers it, or tables for people.

Standard output gets data and nothing else. Texts of other people are printed without control characters, which could
change what a terminal shows.
"""

from __future__ import annotations

import json
import os
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
_GAP = "  "
# Marks that reorder the text around them.
_DIRECTIONS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C], "")


class PipeClosed(Exception):
    """Whoever read standard output has closed it."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its header, and the name of the member or a function of the row. ``whole``: never shortened,
    because people copy it. ``optional``: left out if the table is too wide with it."""

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
    columns, widths = _fitted(columns, first)
    write(_styled(_line([column.header for column in columns], columns, widths)) + "\n")
    count = 0
    for row in chain(first, iterator):
        count += 1
        write(_line([column.text(row) for column in columns], columns, widths) + "\n")
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


def _fitted(columns: Sequence[Column], rows: Sequence[Row]) -> tuple[list[Column], list[int]]:
    """The columns that fit the terminal, with their widths: without optional ones, and then with the widest shortened,
    down to 4, if there is not enough room."""
    measured = [(column, max(width_of(column.text(row)) for row in rows)) for column in columns]
    kept = [(column, max(width, width_of(column.header))) for column, width in measured]
    available = shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else _columns()
    while _total_width(kept) > available and (optional := [pair for pair in kept if pair[0].optional]):
        kept.remove(optional[-1])
    widths = [width for _, width in kept]
    while sum(widths) + len(_GAP) * (len(widths) - 1) > available:
        flexible = [number for number, (column, _) in enumerate(kept) if not column.whole and widths[number] > 4]
        if not flexible:
            break
        widths[max(flexible, key=lambda number: widths[number])] -= 1
    return [column for column, _ in kept], widths


def _total_width(measured: Sequence[tuple[Column, int]]) -> int:
    return sum(width for _, width in measured) + len(_GAP) * (len(measured) - 1)


def _columns() -> int:
    text = os.environ.get("COLUMNS", "")
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else 80


def _line(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    parts = []
    for cell, column, width in zip(cells, columns, widths, strict=True):
        text = cell if column.whole else _shortened(cell, width)
        parts.append(text + " " * (width - width_of(text)))
    return _GAP.join(parts).rstrip()


def _styled(text: str) -> str:
    return click.style(text, bold=True)


def _color() -> bool | None:
    """False for no colors (https://no-color.org). None: click leaves them out where no terminal is."""
    return False if os.environ.get("NO_COLOR") else None
