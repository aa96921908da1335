"""A response whose body lies somewhere already, such as a file: it is read as fast as the client takes it.

A :class:`~crmsolid.serving.spool.ResponseSpool` would write all of it into a temporary file for a slow client, and cut
off what is too large for that.
"""

import asyncio
from threading import Lock
from typing import Protocol


class Chunks(Protocol):
    """The body, piece by piece. It needs neither the request nor the database, and is read on any thread, on one at a
    time."""

    def __next__(self) -> bytes: ...

    def close(self) -> None: ...


class PulledBody:
    """Has the methods of a spool that the event loop calls. ``first`` was read before the response began."""

    def __init__(self, first: bytes, chunks: Chunks) -> None:
        self._first = first
        self._chunks = chunks
        self._lock = Lock()
        self._is_reading = False
        self._reader_left = False

    async def next_chunk(self) -> bytes:
        """The next bytes; empty at the end and after ``reader_left``. Raises what the chunks raise."""
        if self._reader_left:
            return b""
        if first := self._first:
            self._first = b""
            return first
        return await asyncio.to_thread(self._read)

    def reader_left(self) -> None:
        """The client has left: nothing more is read."""
        self._reader_left = True

    def close_reader(self) -> None:
        """Close the body, at once or when the read in progress is through."""
        with self._lock:
            self._reader_left = True
            if self._is_reading:
                return
        self._chunks.close()

    def _read(self) -> bytes:
        with self._lock:
            if self._reader_left:
                return b""
            self._is_reading = True
        try:
            return next(self._chunks, b"")
        finally:
            with self._lock:
                self._is_reading = False
                has_left = self._reader_left
            if has_left:
                self._chunks.close()
