"""Reads a CSV file row by row, in bounded memory whatever it contains, and keeps its rows as chunks.

UTF-8 with or without a byte order mark, or UTF-16 with one; commas, semicolons or tabs between the cells. A file that
is not CSV is refused as a whole with the line at which that shows, because nobody can tell where its rows begin.

The database keeps the chunks until they are imported, not the disk: another host may run the job, and what is in the
database is in its backups and is erased with a person. A chunk is what one transaction of the job imports.
"""

import codecs
import csv
import io
import json
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import IO, NamedTuple

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce, Length

from contacts.export import undo_formula_defusing
from contacts.models import ContactImport, ImportChunk
from crmsolid.core import strictjson
from crmsolid.core.errors import invalid
from crmsolid.workspaces.models import Workspace

MAX_COLUMNS = 300
MAX_ROWS = 1_000_000
# With those that are empty: a spreadsheet may save all its 1,048,576 lines.
MAX_LINES = 2 * MAX_ROWS
# Characters of a row with its quotation marks and line breaks. Python's csv module takes 131,072 in a cell.
MAX_ROW = 262_144

CHUNK_ROWS = 500
# Characters of the cells of a chunk: one of 500 ordinary rows is smaller, one of a few rows of long texts is not large.
CHUNK_CHARACTERS = 524_288
# So much of the chunks is in memory before it is written to a temporary file.
MEMORY_BYTES = 1_048_576

_DELIMITERS = ",;\t"
# By a part of what Python's csv module says.
_REASONS = {
    "field larger": "a cell has at most 131,072 characters; is a quotation mark missing?",
    "unexpected end": "a quotation mark opens here and none closes it",
    "expected after": "something follows the closing quotation mark of a cell; double a quotation mark inside of a"
    " cell",
}
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
                reasons = (text for part, text in _REASONS.items() if part in str(error))
                raise NotCsv(begins, next(reasons, f"this is not CSV: {error}")) from None
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


# --- Chunks -----------------------------------------------------------------------------------------------------------
@dataclass
class StagedFile:
    """A file that was read to its end. Its chunks are in a temporary file without a name, which is gone once it is
    closed, and with the process. A context that closes it."""

    columns: list[str] = field(default_factory=list)
    row_count: int = 0
    file: IO[bytes] = field(default_factory=partial(tempfile.SpooledTemporaryFile, MEMORY_BYTES))
    sizes: list[int] = field(default_factory=list)

    def add(self, rows: Sequence[Row]) -> None:
        packed = pack(rows)
        self.file.write(packed)
        self.sizes.append(len(packed))
        self.row_count += len(rows)

    def __enter__(self) -> "StagedFile":
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()

    @property
    def size(self) -> int:
        """Bytes of its chunks."""
        return sum(self.sizes)

    def chunks(self) -> Iterator[bytes]:
        self.file.seek(0)
        return (self.file.read(size) for size in self.sizes)


def read(file: IO[bytes]) -> StagedFile:
    """Read a CSV file; the caller closes the result. ``validation_failed`` with the line, if it is no CSV."""
    with ExitStack() as on_error:
        staged = on_error.enter_context(StagedFile())
        try:
            _read_into(staged, file)
        except NotCsv as error:
            raise invalid("file", "not_csv", str(error)) from None
        if not staged.row_count:
            raise invalid("file", "empty", "the file has no rows behind the header")
        on_error.pop_all()
    return staged


def _read_into(staged: StagedFile, file: IO[bytes]) -> None:
    source = CsvFile(file)
    staged.columns = source.columns
    pending: list[Row] = []
    characters = 0
    for row in source.rows():
        length = sum(map(len, row.cells)) + len(row.cells)
        if pending and (len(pending) == CHUNK_ROWS or characters + length > CHUNK_CHARACTERS):
            staged.add(pending)
            pending, characters = [], 0
        pending.append(row)
        characters += length
    if pending:
        staged.add(pending)


def store(staged: StagedFile, contact_import: ContactImport) -> None:
    """Insert the chunks of an import, some at a time. Runs in the caller's transaction."""
    chunks = (
        ImportChunk(workspace_id=contact_import.workspace_id, contact_import=contact_import, number=number, data=data)
        for number, data in enumerate(staged.chunks())
    )
    together: list[ImportChunk] = []
    for chunk in chunks:
        together.append(chunk)
        if sum(len(each.data) for each in together) > MEMORY_BYTES:
            ImportChunk.objects.for_workspace(contact_import.workspace_id).bulk_create(together)
            together = []
    ImportChunk.objects.for_workspace(contact_import.workspace_id).bulk_create(together)


def kept_bytes(live: Workspace) -> int:
    """Bytes of all chunks of a live workspace and its test twin. The database reads no more of them than the length."""
    chunks = ImportChunk.unscoped.filter(Q(workspace=live) | Q(workspace__live=live))
    return chunks.aggregate(size=Coalesce(Sum(Length("data")), 0))["size"]


def pack(rows: Sequence[Row]) -> bytes:
    """The rows as they are stored."""
    return zlib.compress(strictjson.dumps([[row.line, row.cells] for row in rows]), 1)


def unpack(data: bytes) -> list[Row]:
    """The rows that :func:`pack` was given."""
    return [Row(line, cells) for line, cells in json.loads(zlib.decompress(data))]
