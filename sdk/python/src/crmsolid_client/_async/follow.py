"""Following the event log: every event from a time on, in its order, whatever happens to the connection."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections import deque
from collections.abc import Callable
from types import TracebackType

from .. import models
from .._pages import Page
from .._positions import LogPosition, PositionStore
from .._requests import read
from .._retry import Outage
from .._stop import AsyncStop, Stopped
from ..errors import APIConnectionError, APIError, UnexpectedAnswerError, UnreadableEvent
from .transport import AsyncTransport

PAGE = 100


class AsyncEventFollower:
    """The events of the log as they come, without an end. Iterate over it, best in its ``with`` block.

    After a lost connection it goes on where it was, however long that takes; a key that is refused (401, 403, 404, 410)
    or a position that the server cannot read (``invalid_cursor``, ``invalid_parameter``) ends it. ``position`` is after
    the events that were taken: an event is taken when the next one is asked for, or when the block ends without an
    exception. That is when the store gets it. So an event comes again if your program dies while it works on it, and
    none is left out. An event that cannot be read raises UnreadableEvent and is taken then; iterate further to go on.
    """

    def __init__(
        self,
        transport: AsyncTransport,
        position: LogPosition,
        wants: Callable[[str], bool],
        store: PositionStore | None,
        poll: float,
        give_up_after: float | None,
    ) -> None:
        self._transport = transport.with_config(dataclasses.replace(transport.config, retry_for=0))
        self._position = position
        self._wants = wants
        self._store = store
        self._poll = poll
        self._outage = Outage(give_up_after)
        self._page: Page[models.Event] | None = None
        self._rows: deque[models.Event | UnreadableEvent] = deque()
        self._given: str | None = None
        self._is_loaded = False
        self._stop = AsyncStop()

    @property
    def position(self) -> str:
        """After the events that were taken. Give it as ``position`` to go on from there."""
        return self._position.text()

    async def __aenter__(self) -> AsyncEventFollower:
        """Read the first page, so that everything that happens from now on comes."""
        while not self._stop.is_set and self._page is None:
            await self._receive()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            await self._take()
        await self.aclose()

    def __aiter__(self) -> AsyncEventFollower:
        return self

    async def __anext__(self) -> models.Event:
        await self._take()
        while not self._stop.is_set:
            while self._rows:
                row = self._rows.popleft()
                if row.id in self._position.taken:
                    continue
                if isinstance(row, UnreadableEvent):
                    await self._pass_by(row)
                    raise row
                if self._wants(row.event):
                    self._given = row.id
                    return row
                self._position.taken.append(row.id)
            await self._receive()
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """End it. Another thread or task that waits for its next event stops waiting; an attempt to connect that has
        begun ends first."""
        self._stop.set()

    async def _receive(self) -> None:
        """Read the next page, or pause where there is none yet, or no connection."""
        await self._load()
        with contextlib.suppress(Stopped):
            if self._page is not None:
                await self._end_page(self._page)
            call = read("/v1/events", since=self._position.since, limit=PAGE, cursor=self._position.cursor)
            try:
                page = await self._transport.page(call, models.Event)
            except (APIError, APIConnectionError, UnexpectedAnswerError) as error:
                await self._stop.sleep(self._outage.pause(error))
                return
            self._outage.is_over()
            self._page = page
            self._rows.extend(page.rows)

    async def _end_page(self, page: Page[models.Event]) -> None:
        """The position is now the cursor of the page."""
        self._page = None
        here = {row.id for row in page.rows}
        # What was taken and was not on the page, which had others in its place, is on the next one.
        rest = [one for one in self._position.taken if one not in here] if len(page.rows) >= PAGE else []
        if page.next_cursor is not None and (page.next_cursor, rest) != (self._position.cursor, self._position.taken):
            self._position = LogPosition(self._position.since, page.next_cursor, rest)
            await self._save()
        if len(page.rows) < PAGE:
            await self._stop.sleep(self._poll)

    async def _load(self) -> None:
        if self._store is not None and not self._is_loaded:
            kept = await asyncio.to_thread(self._store.load)
            if kept is not None:
                self._position = LogPosition.read(kept)
        self._is_loaded = True

    async def _take(self) -> None:
        """The event that was given last is taken."""
        if self._given is not None:
            self._position.taken.append(self._given)
            self._given = None
            await self._save()

    async def _pass_by(self, row: UnreadableEvent) -> None:
        if row.id:
            self._position.taken.append(row.id)
            await self._save()

    async def _save(self) -> None:
        if self._store is not None:
            await asyncio.to_thread(self._store.save, self.position)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of /v1/events>"
