"""Admission control: expensive requests run one after the other and wait on the event loop, without a thread."""

import asyncio
import itertools
from bisect import insort
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from wsgiref.types import WSGIEnvironment

from crmsolid.serving.exchange import Reply
from crmsolid.serving.interface import Receive
from crmsolid.serving.request import until_disconnect


class NotAdmitted(Exception):
    """Nothing of the request has run. ``reply`` is the response to send; None if the client has left."""

    def __init__(self, reply: Reply | None) -> None:
        super().__init__("the request was refused, or its client has left")
        self.reply = reply


@dataclass(order=True, slots=True)
class _Entry:
    """A request in the order of admission. ``admitted`` is set to False when it is refused for a better one."""

    rank: int
    arrival: int
    admitted: "asyncio.Future[bool]" = field(compare=False)


class AdmissionQueue:
    """Runs at most ``at_once`` of the expensive requests at a time; it is used on one event loop.

    ``rank`` is called once for each request. None: the request is not expensive and is admitted at once. Otherwise the
    lowest rank is admitted first and equal ranks in the order of their arrival. When more than ``max_waiting`` requests
    wait, the last in this order is refused, and so is one that has waited for ``max_seconds``; ``refusal`` is the
    response to it. A request whose client leaves while it waits is removed from the queue. ``rank`` may raise
    ``NotAdmitted`` with another response.
    """

    def __init__(
        self,
        rank: Callable[[WSGIEnvironment], int | None],
        refusal: Reply,
        *,
        at_once: int,
        max_waiting: int,
        max_seconds: float,
    ) -> None:
        self.rank = rank
        self.refusal = refusal
        self._free = at_once
        self._max_waiting = max_waiting
        self._max_seconds = max_seconds
        self._arrivals = itertools.count()
        self._waiting: list[_Entry] = []  # in the order of their admission

    @asynccontextmanager
    async def admit(self, environ: WSGIEnvironment, receive: Receive) -> AsyncIterator[None]:
        """Wait until the request may run; the body of the context runs it. Raises ``NotAdmitted``."""
        rank = self.rank(environ)
        if rank is None:
            yield
            return
        entry = self._enter(rank)
        try:
            if not entry.admitted.done():
                await self._wait(entry, receive)
            if not (entry.admitted.done() and entry.admitted.result()):
                raise NotAdmitted(self.refusal)
            yield
        finally:
            self._leave(entry)

    async def _wait(self, entry: _Entry, receive: Receive) -> None:
        """Return when the request is admitted or refused, or has waited for too long."""
        disconnected = asyncio.create_task(until_disconnect(receive))
        try:
            awaited: list[asyncio.Future[Any]] = [entry.admitted, disconnected]
            await asyncio.wait(awaited, timeout=self._max_seconds, return_when=asyncio.FIRST_COMPLETED)
            if disconnected.done():
                raise NotAdmitted(None)
        finally:
            disconnected.cancel()

    def _enter(self, rank: int) -> _Entry:
        entry = _Entry(rank, next(self._arrivals), asyncio.get_running_loop().create_future())
        if self._free:
            self._free -= 1
            entry.admitted.set_result(True)
            return entry
        insort(self._waiting, entry)
        if len(self._waiting) > self._max_waiting:
            self._waiting.pop().admitted.set_result(False)
        return entry

    def _leave(self, entry: _Entry) -> None:
        """Also for a request whose wait was cancelled, possibly after it had been admitted."""
        if entry in self._waiting:
            self._waiting.remove(entry)
        elif entry.admitted.result():
            if self._waiting:
                self._waiting.pop(0).admitted.set_result(True)
            else:
                self._free += 1
