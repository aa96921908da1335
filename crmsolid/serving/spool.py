"""A streamed response on its way from the thread that produces it to the loop that sends it.

The thread never waits for the client: what the client has not taken stays in memory up to a bound, then in a temporary
file. So a reader that stalls costs disk, never a thread.
"""

import asyncio
import os
from collections import deque
from tempfile import TemporaryFile
from threading import Lock
from typing import IO

from crmsolid.serving.limits import BridgeLimits

SEND_BYTES = 64 * 1024


class StreamTooLarge(Exception):
    """More of a streamed response waits for its client than the bridge may keep."""


class ResponseSpool:
    """One producer thread calls `write` and then `finish` or `fail`; one coroutine calls `next_chunk`.

    Order holds because memory is only written while nothing waits in the file, and read before the file.
    The file is written and read outside the lock, at offsets that only one side moves, so no disk stalls the loop.
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
        self._holders = 2

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

    def finish(self) -> None:
        with self._lock:
            self._ended = True
        self._wake_reader()
        self._release()

    def fail(self, error: Exception) -> None:
        """What was produced before is still sent; unless that is the very backlog that was too much."""
        with self._lock:
            self._failure = error
            self._ended = True
        self._wake_reader()
        self._release()

    async def next_chunk(self) -> bytes:
        """Empty at the end, and once the reader has left. Raises the producer's failure when all before it is read."""
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

    def leave(self) -> None:
        """The client is gone: whoever waits for the next chunk waits no more."""
        self._reader_left = True
        self._arrived.set()

    def close_reader(self) -> None:
        self._reader_left = True
        self._release()

    def _write_file(self, chunk: bytes) -> None:
        if self._file_written + len(chunk) > self._limits.max_stream_bytes:
            raise StreamTooLarge(f"more than {self._limits.max_stream_bytes} bytes wait for the client")
        if self._file is None:
            self._file = TemporaryFile(buffering=0)  # noqa: SIM115 - closed by the last of the two holders
        descriptor, offset, rest = self._file.fileno(), self._file_written, memoryview(chunk)
        while rest:
            count = os.pwrite(descriptor, rest, offset)
            offset, rest = offset + count, rest[count:]
        with self._lock:
            self._file_written = offset

    def _take(self) -> bytes | None:
        """Empty at the end, None when there is something to wait for."""
        with self._lock:
            if isinstance(self._failure, StreamTooLarge):
                return b""
            if self._memory:
                return self._take_memory()
            available = min(self._file_written - self._file_read, SEND_BYTES)
            self._reader_waits = not available and not self._ended
            if self._reader_waits:
                return None
        return self._take_file(available) if available else b""

    def _take_file(self, available: int) -> bytes:
        assert self._file is not None, "bytes are counted as written only after the file is there"
        chunk = os.pread(self._file.fileno(), available, self._file_read)
        with self._lock:
            self._file_read += len(chunk)
        return chunk

    def _take_memory(self) -> bytes:
        """Rows of a few bytes leave together: one send costs more than joining them."""
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
            self._holders -= 1
            is_last = self._holders == 0
        if is_last and self._file is not None:
            self._file.close()
