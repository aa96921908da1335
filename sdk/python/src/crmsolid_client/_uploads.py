"""Files to upload, from whatever a caller has."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from ._requests import Upload

Source = str | os.PathLike[str] | bytes | BinaryIO | Iterable[bytes]
"""A string is a path."""


@contextlib.contextmanager
def to_upload(file: Source, name: str | None, type: str, *, default_name: str) -> Iterator[Upload]:
    """What can be read only once goes to a temporary file, so that a retry can send it again. No more than a part of it
    is ever in memory, unless the caller gives bytes. Without a name it is that of the path, else ``default_name``."""
    if isinstance(file, bytes):
        yield Upload(file, name or default_name, type)
    elif isinstance(file, (str, os.PathLike)):
        path = Path(file)
        yield Upload(path, name or path.name, type)
    else:
        with tempfile.TemporaryFile() as copy:
            for part in _parts(file):
                copy.write(part)
            yield Upload(copy, name or default_name, type)


def _parts(file: BinaryIO | Iterable[bytes]) -> Iterable[bytes]:
    """The parts of a stream, which iterates by lines: a line of a binary file may be all of it."""
    read: Callable[[int], bytes] | None = getattr(file, "read", None)
    return file if read is None else iter(partial(read, 64 * 1024), b"")
