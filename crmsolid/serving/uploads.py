"""Uploads: the few requests whose body may be larger than the memory of a web process can bear.

Such a body goes to a temporary file while it arrives. No more of it than of any other is accepted before the caller is
known to be allowed to send it, and few arrive at once, so strangers write nothing to the disk and nobody fills it.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO
from wsgiref.types import WSGIEnvironment

Authorize = Callable[[WSGIEnvironment], str | None]


class BodyFile:
    """A body that arrives: up to ``memory_bytes`` in memory, more in a temporary file without a name, which is gone
    once it is closed, and with the process. The file is written on another thread, so a slow disk does not block the
    event loop."""

    def __init__(self, memory_bytes: int) -> None:
        self._memory_bytes = memory_bytes
        self._memory = BytesIO()
        self._file: IO[bytes] | None = None
        self._is_complete = False

    async def write(self, piece: bytes) -> None:
        """``OSError`` when the disk is full."""
        self._memory.write(piece)
        if self._memory.tell() > self._memory_bytes:
            await asyncio.to_thread(self._flush)

    async def complete(self) -> IO[bytes]:
        """The whole body, to be read from its beginning. Whoever calls this closes it."""
        if self._file is not None:
            await asyncio.to_thread(self._flush)
        self._is_complete = True
        body = self._file or self._memory
        body.seek(0)
        return body

    def close(self) -> None:
        """Drop a body that is not complete."""
        if self._is_complete:
            return
        self._memory.close()
        if self._file is not None:
            self._file.close()

    def _flush(self) -> None:
        if self._file is None:
            self._file = TemporaryFile()  # noqa: SIM115 - ``close``
        self._file.write(self._memory.getvalue())
        self._memory = BytesIO()


@dataclass
class UploadSlot:
    """What one request may send. ``max_bytes`` is 0 until :meth:`Uploads.ask` has allowed it more than others."""

    max_bytes: int = 0
    is_busy: bool = False
    caller: str | None = None


@dataclass
class Uploads:
    """Which requests may have a large body: POSTs to the paths of ``max_bytes``, with so many bytes each, for whom
    ``authorize`` returns who they are. It runs on a thread, gets the environ without a body, and returns None to
    refuse.

    At most ``at_once`` of them are under way in a process and ``at_once_by_caller`` of one caller, until they are
    answered; only one of them has its turn on a thread at a time. It is used on one event loop.
    """

    max_bytes: Mapping[str, int]
    authorize: Authorize
    at_once: int = 4
    at_once_by_caller: int = 2
    _under_way: Counter[str] = field(default_factory=Counter)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def slot(self, environ: WSGIEnvironment) -> AsyncIterator[UploadSlot | None]:
        """The slot of one request, for as long as it lasts; None for a request that never has a large body."""
        if environ["REQUEST_METHOD"] != "POST" or environ["PATH_INFO"] not in self.max_bytes:
            yield None
            return
        slot = UploadSlot()
        try:
            yield slot
        finally:
            if slot.caller is not None:
                self._under_way[slot.caller] -= 1
                self._under_way += Counter()  # drops those at 0

    def take(self, slot: UploadSlot, environ: WSGIEnvironment, caller: str | None) -> None:
        """Give the slot to ``caller``, whom ``authorize`` has returned, if there is one left."""
        if caller is None:
            return
        if self._under_way.total() >= self.at_once or self._under_way[caller] >= self.at_once_by_caller:
            slot.is_busy = True
            return
        self._under_way[caller] += 1
        slot.caller, slot.max_bytes = caller, self.max_bytes[environ["PATH_INFO"]]

    @asynccontextmanager
    async def turn(self, slot: UploadSlot | None) -> AsyncIterator[None]:
        """Wait for the turn of a large upload to be worked on; others need not wait."""
        if slot is None or slot.caller is None:
            yield
            return
        async with self._turn:
            yield
