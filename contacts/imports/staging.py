"""The rows of an uploaded file as chunks, in the form in which the database keeps them until they are imported.

They are not kept on the disk: another host may run the job, and what is in the database is in its backups and is erased
with a person. A chunk is what one transaction of the job imports.
"""

import json
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO, Any

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce, Length

from contacts.imports.reading import CsvFile, NotCsv, Row
from contacts.models import ContactImport, ImportChunk
from crmsolid.core import strictjson
from crmsolid.core.errors import invalid
from crmsolid.core.sql.table import Table
from crmsolid.workspaces.models import Workspace

CHUNK_ROWS = 500
# Characters of the cells of a chunk: one of 500 ordinary rows is smaller, one of a few rows of long texts is not large.
CHUNK_CHARACTERS = 524_288
# So much of the chunks is in memory before it is written to a temporary file, and in one statement.
MEMORY_BYTES = 1_048_576

_chunks = Table(ImportChunk)


def _temporary_file() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(MEMORY_BYTES)


@dataclass
class StagedFile:
    """A file that was read to its end. Its chunks are in a temporary file without a name, which is gone once it is
    closed, and with the process. A context that closes it."""

    columns: list[str] = field(default_factory=list)
    row_count: int = 0
    file: IO[bytes] = field(default_factory=_temporary_file)
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
    rows: list[dict[str, Any]] = []
    size = 0
    common = {"workspace_id": contact_import.workspace_id, "contact_import_id": contact_import.id}
    for number, data in enumerate(staged.chunks()):
        rows.append({**common, "number": number, "data": data})
        size += len(data)
        if size > MEMORY_BYTES:
            _chunks.insert_many(rows)
            rows, size = [], 0
    _chunks.insert_many(rows)


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
