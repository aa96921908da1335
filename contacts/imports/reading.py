"""Reads a CSV file row by row, in bounded memory whatever it contains.

UTF-8 with or without a byte order mark, or UTF-16 with one; commas, semicolons or tabs between the cells. A file that
is not CSV is refused as a whole with the line at which that shows, because nobody can tell where its rows begin.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import IO, NamedTuple

from contacts.export import undo_formula_defusing

MAX_COLUMNS = 300
MAX_ROWS = 1_000_000
# With those that are empty: a spreadsheet may save all its 1,048,576 lines.
MAX_LINES = 2 * MAX_ROWS
# Characters of a row with its quotation marks and line breaks. Python's csv module takes 131,072 in a cell.
MAX_ROW = 262_144

_DELIMITERS = ",;\t"
_PIECE_BYTES = 65_536
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class NotCsv(Exception):
    """The file cannot be read as CSV. ``line`` is where that shows, counted from 1."""

    def __init__(self, line: int, reason: str) -> None:
        self.line, self.reason = line, reason
        super().__init__(f"line {line}: {reason}")


class Row(NamedTuple):
    """The cells of a row, and the line of the file in which it begins. The header is line 1."""

    line: int
    cells: list[str]


class CsvFile:
    """The header of a file, without blanks around the names, and its other rows. Raises :class:`NotCsv`."""

    def __init__(self, file: IO[bytes]) -> None:
        """``file`` is read from its current position on, and must be seekable."""
        self._file, self._start = file, file.tell()
        self._lines = _Lines(self._decoded())
        try:
            delimiter = _delimiter_of(self._lines.peek())
        except UnicodeDecodeError:
            raise self._undecodable() from None
        self._reader = csv.reader(self._lines, delimiter=delimiter, strict=True)
        self.columns = [undo_formula_defusing(name).strip() for name in next(self._rows(), Row(1, [])).cells]
        if not any(self.columns):
            raise NotCsv(1, "there is no header; the first line must name the columns")
        if len(self.columns) > MAX_COLUMNS:
            raise NotCsv(1, f"a file has at most {MAX_COLUMNS} columns")
        named = [name for name in self.columns if name]
        twice = next((name for name in named if named.count(name) > 1), None)
        if twice is not None:
            raise NotCsv(1, f"two columns are named {twice[:100]}")

    def rows(self) -> Iterator[Row]:
        """The rows behind the header, but those without any content. Call it once."""
        count = 0
        for number, row in enumerate(self._rows(), 1):
            if number > MAX_LINES:
                raise NotCsv(row.line, f"a file has at most {MAX_LINES:,} lines, also empty ones")
            if any(cell and not cell.isspace() for cell in row.cells):
                count += 1
                if count > MAX_ROWS:
                    raise NotCsv(row.line, f"a file has at most {MAX_ROWS:,} rows; split it")
                yield row

    def _rows(self) -> Iterator[Row]:
        while True:
            begins = self._lines.begin_row()
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise NotCsv(begins, _explain(str(error))) from None
            except UnicodeDecodeError:
                raise self._undecodable() from None
            yield Row(begins, cells)

    def _decoded(self) -> io.TextIOWrapper:
        beginning = self._file.read(3)
        marks = [each for each in _BYTE_ORDER_MARKS if beginning.startswith(each[0])]
        mark, self._encoding = marks[0] if marks else (b"", "utf-8")
        self._start += len(mark)
        self._file.seek(self._start)
        return io.TextIOWrapper(io.BufferedReader(_Raw(self._file), _PIECE_BYTES), encoding=self._encoding, newline="")

    def _undecodable(self) -> NotCsv:
        """Reads the file once more: the decoder works ahead of the lines that the rows were read from."""
        self._file.seek(self._start)
        decoder, line = codecs.getincrementaldecoder(self._encoding)(), 1
        try:
            while piece := self._file.read(_PIECE_BYTES):
                line += decoder.decode(piece).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            line += error.object[: error.start].decode(self._encoding).count("\n")
        return NotCsv(line, f"this is not {self._encoding[:6].rstrip('-').upper()}; save the file as UTF-8")


class _Raw(io.RawIOBase):
    """The bytes of a file that outlives its reader."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        piece = self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


class _Lines:
    """The lines of a file for ``csv.reader``; :class:`NotCsv` once a row is longer than ``MAX_ROW``."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._peeked: str | None = None
        self._read = 0
        self._row_begins, self._row_length = 1, 0

    def peek(self) -> str:
        """The next line, which stays the next one."""
        self._peeked = self._text.readline(MAX_ROW + 1)
        return self._peeked

    def begin_row(self) -> int:
        """Begin to count the length of a row. Returns the number of its first line."""
        self._row_begins, self._row_length = self._read + 1, 0
        return self._row_begins

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line, self._peeked = self._peeked, None
        if line is None:
            line = self._text.readline(MAX_ROW + 1)
        if not line:
            raise StopIteration
        self._read += 1
        self._row_length += len(line)
        if self._row_length > MAX_ROW:
            reason = f"a row has at most {MAX_ROW:,} characters; is a quotation mark missing?"
            raise NotCsv(self._row_begins, reason)
        if "\0" in line:
            raise NotCsv(self._read, "a NUL character; save the file as UTF-8")
        return line


def _delimiter_of(line: str) -> str:
    """The separator that splits the first line into most cells."""

    def cells(delimiter: str) -> int:
        try:
            return len(next(csv.reader([line], delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=cells)


def _explain(error: str) -> str:
    if "field larger" in error:
        return "a cell has at most 131,072 characters; is a quotation mark missing?"
    if "unexpected end" in error:
        return "a quotation mark opens here and none closes it"
    if "expected after" in error:
        return "something follows the closing quotation mark of a cell; double a quotation mark inside of a cell"
    return f"this is not CSV: {error}"
