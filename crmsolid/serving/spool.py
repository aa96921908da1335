"""The buffer of a streamed response between the thread that produces it and the event loop that sends it.

The thread never waits for the client. What the client has not read yet is kept in memory up to a limit and beyond that
in a temporary file, so a stalled client takes disk space but no thread.
"""

import asyncio
import os
from collections import deque
from tempfile import TemporaryFile
from threading import Lock
from typing import IO

from crmsolid.serving.interface import BridgeLimits

SEND_BYTES = 64 * 1024


class StreamTooLarge(Exception):
    """More of a streamed response waits for the client than the limit allows."""


class ResponseSpool:
    """One producer thread calls ``write`` and then ``finish``; one coroutine calls ``next_chunk``.

    Chunks keep their order: memory is written only while the file is empty, and is read before the file. The file is
    written and read without the lock, at offsets that only one side changes, so a slow disk does not block the loop.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, limits: BridgeLimits) -> None:
        self._loop = loop
        self._limits = limits
        self._lock = Lock()
        self._arrived = asyncio.Event()
        self._reader_waits = False
        self._reader_left = False
        self._memory: deque[bytes] = deque()
        self._memory_bytes = 0
        self._file: IO[bytes] | None = None
        self._file_written = 0
        self._file_read = 0
        self._ended = False
        self._failure: Exception | None = None
        self._users = 2

    def write(self, chunk: bytes) -> None:
        """Raises StreamTooLarge, and OSError when the disk is full."""
        with self._lock:
            file_is_empty = self._file_read == self._file_written
            if file_is_empty:
                self._file_read = self._file_written = 0
            fits_memory = file_is_empty and self._memory_bytes + len(chunk) <= self._limits.memory_bytes
            if fits_memory:
                self._memory.append(chunk)
                self._memory_bytes += len(chunk)
        if not fits_memory:
            self._write_file(chunk)
        self._wake_reader()

    def finish(self, failure: Exception | None = None) -> None:
        """End the response. What was written before a failure is still sent, except after StreamTooLarge."""
        with self._lock:
            self._failure = failure
            self._ended = True
        self._wake_reader()
        self._release()

    async def next_chunk(self) -> bytes:
        """The next bytes; empty at the end and after ``reader_left``. After them, raises the failure of ``finish``."""
        while not self._reader_left:
            self._arrived.clear()
            chunk = self._take()
            if chunk is None:
                await self._arrived.wait()
            elif chunk or self._failure is None:
                return chunk
            else:
                raise self._failure
        return b""

    def reader_left(self) -> None:
        """The client has left: ``next_chunk`` stops waiting."""
        self._reader_left = True
        self._arrived.set()

    def close_reader(self) -> None:
        self._reader_left = True
        self._release()

    def _write_file(self, chunk: bytes) -> None:
        if self._file_written + len(chunk) > self._limits.max_stream_bytes:
            raise StreamTooLarge(f"more than {self._limits.max_stream_bytes} bytes wait for the client")
        if self._file is None:
            self._file = TemporaryFile(buffering=0)  # noqa: SIM115 - closed by the last user
        descriptor, offset, rest = self._file.fileno(), self._file_written, memoryview(chunk)
        while rest:
            count = os.pwrite(descriptor, rest, offset)
            offset, rest = offset + count, rest[count:]
        with self._lock:
            self._file_written = offset

    def _take(self) -> bytes | None:
        """The next bytes; empty at the end, None if more is to come."""
        with self._lock:
            if isinstance(self._failure, StreamTooLarge):
                return b""
            if self._memory:
                return self._take_memory()
            available = min(self._file_written - self._file_read, SEND_BYTES)
            self._reader_waits = not available and not self._ended
            if self._reader_waits:
                return None
        if not available:
            return b""
        assert self._file is not None, "the file is opened before bytes of it are counted"
        chunk = os.pread(self._file.fileno(), available, self._file_read)
        with self._lock:
            self._file_read += len(chunk)
        return chunk

    def _take_memory(self) -> bytes:
        """Small chunks joined into one, because joining them is cheaper than sending each."""
        pieces = [self._memory.popleft()]
        size = len(pieces[0])
        while self._memory and size + len(self._memory[0]) <= SEND_BYTES:
            pieces.append(self._memory.popleft())
            size += len(pieces[-1])
        self._memory_bytes -= size
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _wake_reader(self) -> None:
        with self._lock:
            reader_waits, self._reader_waits = self._reader_waits, False
        if reader_waits:
            self._loop.call_soon_threadsafe(self._arrived.set)

    def _release(self) -> None:
        with self._lock:
            self._users -= 1
            is_last = self._users == 0
        if is_last and self._file is not None:
            self._file.close()
