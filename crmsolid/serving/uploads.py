"""Uploads: the few requests whose body may be larger than the memory of a web process can bear.

Such a body goes to a temporary file while it arrives. No more of it than of any other is accepted before the caller is
known to be allowed to send it, and few arrive at once, so strangers write nothing to the disk and nobody fills it.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any, TypeVar
from wsgiref.types import WSGIEnvironment

from crmsolid.serving.interface import Message, Receive

T = TypeVar("T")
Authorize = Callable[[WSGIEnvironment], str | None]

# Bytes a second. Lines on which people work bring several times as much.
LEAST_RATE = 16 * 1024
SLOW_RATE = 64 * 1024
# The least rate is that of the last ten seconds, because a connection may be lost for a moment. For another upload, one
# is ended by the rate of the last three.
MARK_SECONDS = 1.0
LONG_MARKS = 11
SHORT_MARKS = 4
# How long a caller waits for its first slot: each one that is taken by a slow body is free within four seconds.
WAIT_SECONDS = 10.0
WAIT_CHECK_SECONDS = 0.25


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


class Ended(Enum):
    """Why an upload was ended before its body had arrived."""

    BUSY = auto()
    """Other large ones are arriving, or the disk is full."""

    TOO_SLOW = auto()


@dataclass(eq=False)
class UploadSlot:
    """What one request may send. ``max_bytes`` is 0 until :meth:`Uploads.take` has allowed it more than others."""

    max_bytes: int = 0
    caller: str | None = None
    ended: Ended | None = None
    _received: int = 0
    _marks: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=LONG_MARKS))
    _reading: asyncio.Task[Any] | None = None

    @property
    def is_slow(self) -> bool:
        """Whether it may be ended for another one."""
        is_arriving = self._reading is not None and not self._reading.done()
        return is_arriving and len(self._marks) >= SHORT_MARKS and self.rate(SHORT_MARKS) < SLOW_RATE

    def rate(self, marks: int) -> float:
        """Bytes a second that have arrived since the first of the last so many marks."""
        began, received = self._marks[-marks]
        return (self._received - received) / max(time.monotonic() - began, MARK_SECONDS)

    def mark(self) -> None:
        """Note how much has arrived by now."""
        self._marks.append((time.monotonic(), self._received))

    def end(self, ended: Ended) -> None:
        """Read no more of the body."""
        self.ended = ended
        if self._reading is not None:
            self._reading.cancel()

    async def read(self, receive: Receive, read: Callable[[Receive], Coroutine[Any, Any, T]]) -> T | None:
        """What ``read`` makes of the messages of the request; None if the upload was ended, see ``ended``."""

        async def counted() -> Message:
            message = await receive()
            self._received += len(message.get("body", b""))
            return message

        reading = self._reading = asyncio.create_task(read(counted))
        try:
            while not (await asyncio.wait([reading], timeout=MARK_SECONDS))[0]:
                if self.caller is None:
                    continue
                self.mark()
                if len(self._marks) == LONG_MARKS and self.rate(LONG_MARKS) < LEAST_RATE:
                    self.end(Ended.TOO_SLOW)
            return None if self.ended is not None and reading.cancelled() else reading.result()
        finally:
            reading.cancel()


@dataclass
class Uploads:
    """Which requests may have a large body: POSTs to the paths of ``max_bytes``, with so many bytes each, for whom
    ``authorize`` returns who they are. It runs on a thread, gets the environ without a body, and returns None to
    refuse.

    At most ``at_once`` of them are under way in a process and ``at_once_by_caller`` of one caller, until they are
    answered; who has one leaves the last slot to others. If all slots are taken, a caller that has none gets that of
    the slowest body below ``SLOW_RATE``. A body below ``LEAST_RATE`` is ended in any case. Only one upload has its turn
    on a thread at a time. It is used on one event loop.
    """

    max_bytes: Mapping[str, int]
    authorize: Authorize
    at_once: int = 4
    at_once_by_caller: int = 2
    _slots: list[UploadSlot] = field(default_factory=list)
    _waiting: dict[str, None] = field(default_factory=dict)  # callers, in the order of their arrival
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
            if slot in self._slots:
                self._slots.remove(slot)

    async def take(self, slot: UploadSlot, environ: WSGIEnvironment, caller: str | None) -> None:
        """Give the slot to ``caller``, whom ``authorize`` has returned, if there is one left. A caller that has none
        waits a few seconds for one, with one request."""
        if caller is None:
            return
        own = sum(each.caller == caller for each in self._slots)
        if own == 0 and caller not in self._waiting:
            await self._wait_for_room(caller)
            own = sum(each.caller == caller for each in self._slots)
        # Who has one leaves one to others, also to those who wait.
        free = self.at_once - len(self._slots) - (1 + len(self._waiting) if own else 0)
        if free <= 0 or own >= self.at_once_by_caller:
            slot.ended = Ended.BUSY
            return
        self._slots.append(slot)
        slot.caller, slot.max_bytes = caller, self.max_bytes[environ["PATH_INFO"]]
        slot.mark()

    async def _wait_for_room(self, caller: str) -> None:
        """Return when there is room for the caller, or it has waited long enough. Callers have room in their order."""
        deadline = time.monotonic() + WAIT_SECONDS
        self._waiting[caller] = None
        try:
            while time.monotonic() < deadline:
                if next(iter(self._waiting)) == caller:
                    if len(self._slots) >= self.at_once:
                        self._evict()
                    if len(self._slots) < self.at_once:
                        return
                await asyncio.sleep(WAIT_CHECK_SECONDS)
        finally:
            del self._waiting[caller]

    def _evict(self) -> None:
        """End the slowest of the slow bodies of the callers with the most."""
        count = Counter(each.caller for each in self._slots)
        slow = [each for each in self._slots if each.is_slow]
        if slow:
            evicted = min(slow, key=lambda each: (-count[each.caller], each.rate(SHORT_MARKS)))
            self._slots.remove(evicted)
            evicted.end(Ended.BUSY)

    @asynccontextmanager
    async def turn(self, slot: UploadSlot | None) -> AsyncIterator[None]:
        """Wait for the turn of a large upload to be worked on; others need not wait."""
        if slot not in self._slots:
            yield
            return
        async with self._turn:
            yield
