"""Admission control: expensive requests run one after the other and wait on the event loop, without a thread."""

import asyncio
import itertools
from bisect import insort
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from wsgiref.types import WSGIEnvironment

from crmsolid.serving.exchange import Reply


class Overloaded(Exception):
    """The request was not admitted and nothing of it has run. ``reply`` is the response to send."""

    def __init__(self, reply: Reply) -> None:
        super().__init__("the queue is full, or the wait was too long")
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
    response to it.
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
    async def admit(self, environ: WSGIEnvironment) -> AsyncIterator[None]:
        """Wait until the request may run; the body of the context runs it. Raises ``Overloaded``."""
        rank = self.rank(environ)
        if rank is None:
            yield
            return
        entry = self._enter(rank)
        try:
            await asyncio.wait([entry.admitted], timeout=self._max_seconds)
            if not (entry.admitted.done() and entry.admitted.result()):
                raise Overloaded(self.refusal)
            yield
        finally:
            self._leave(entry)

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
