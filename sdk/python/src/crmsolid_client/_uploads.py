"""Files to upload, from whatever a caller has."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from ._requests import Upload


@contextlib.contextmanager
def csv_upload(file: str | os.PathLike[str] | bytes | BinaryIO | Iterable[bytes]) -> Iterator[Upload]:
    """A string is a path. What can be read only once goes to a temporary file, so that a retry can send it again."""
    if isinstance(file, bytes):
        yield Upload(file, "contacts.csv")
    elif isinstance(file, (str, os.PathLike)):
        path = Path(file)
        yield Upload(path, path.name)
    else:
        with tempfile.TemporaryFile() as copy:
            for part in file:
                copy.write(part)
            yield Upload(copy, "contacts.csv")
