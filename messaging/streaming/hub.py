"""One watcher a process for all open streams: it looks for new events as long as anybody listens.

An idle stream costs no database connection and no query of its own. The hub asks in a thread, a few times a second, on
one connection that it keeps while anybody listens, and hands each event to the streams of its workspace.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import Error as DatabaseAway
from django.db import connections

from crmsolid.events import feed, positions
from crmsolid.events.feed import Entry

logger = logging.getLogger("crmsolid.stream")

EVERY_SECONDS = 0.1
BACKLOG = 1000
TYPES = ("message.sent", "message.failed", "message.received")

P = ParamSpec("P")
R = TypeVar("R")

_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="stream")
_watching = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stream-watch")  # has the kept connection


class Overrun(Exception):
    """The stream ends, mostly because its client reads too slowly; it may come back with its Last-Event-ID."""


class Subscription:
    """The events of one workspace, as they are placed."""

    def __init__(self, workspace_id: int, backlog: int) -> None:
        self.workspace_id = workspace_id
        self._queue: asyncio.Queue[Entry | None] = asyncio.Queue()
        self._backlog = backlog
        self._ended = False

    def offer(self, entry: Entry) -> None:
        """Called by the hub. A full queue ends the stream: what was queued before is still read, nothing after it,
        so the last id the client has seen is where it may resume."""
        if self._queue.qsize() >= self._backlog:
            self.end()
        elif not self._ended:
            self._queue.put_nowait(entry)

    def end(self) -> None:
        """No more events; the reader gets :class:`Overrun` after those it has."""
        if not self._ended:
            self._ended = True
            self._queue.put_nowait(None)

    async def next(self, timeout: float) -> Entry | None:
        """The next event, None after ``timeout`` seconds without one; :class:`Overrun` at the end."""
        try:
            entry = await asyncio.wait_for(self._queue.get(), timeout)
        except TimeoutError:
            return None
        if entry is None:
            raise Overrun
        return entry


class Hub:
    """Streams of one event loop."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self._watcher: asyncio.Task[None] | None = None
        self._watches = False
        self._starting = asyncio.Lock()
        self._position = 0

    @asynccontextmanager
    async def subscribed(self, workspace_id: int) -> AsyncIterator[Subscription]:
        """Everything placed from now on; read older events from the feed *within* this. The last one out stops the
        watcher."""
        subscription = await self._subscribe(workspace_id)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    async def _subscribe(self, workspace_id: int) -> Subscription:
        subscription = Subscription(workspace_id, BACKLOG)
        async with self._starting:  # one watcher, however many come at once
            if not self._watches:
                self._position = await in_thread(feed.last_position)
                self._watches = True
                self._watcher = asyncio.get_running_loop().create_task(self._watch())
            self._subscriptions.add(subscription)
        return subscription

    async def _watch(self) -> None:
        try:
            while self._subscriptions:
                await asyncio.sleep(await self._look())
        except Exception:
            logger.exception("the watcher of the streams broke; they end and may come back")
            for subscription in self._subscriptions:
                subscription.end()
        finally:
            self._watches = False  # before anything is waited for: who comes now starts another one
            await asyncio.get_running_loop().run_in_executor(_watching, connections.close_all)

    async def _look(self) -> float:
        """Hand out what is new; answers the seconds to wait before the next look."""
        try:
            work = partial(_keeping, _read_new, self._position)
            entries = await asyncio.get_running_loop().run_in_executor(_watching, work)
        except DatabaseAway:
            logger.warning("the stream cannot reach the database", exc_info=True)
            return 1.0
        for entry in entries:
            self._position = entry.position
            for subscription in self._subscriptions:
                if subscription.workspace_id == entry.workspace_id:
                    subscription.offer(entry)
        return EVERY_SECONDS if len(entries) < feed.BATCH else 0.0


def _read_new(after: int) -> list[Entry]:
    """Place what has been committed, then what is new. Also done by the workers; here for promptness."""
    positions.assign_positions()
    return feed.read(after=after, types=TYPES)


def read_backlog(workspace_id: int, after: int) -> list[Entry]:
    """A batch of the workspace's events beyond a position, what is committed but not placed yet included."""
    positions.assign_positions()
    return feed.read(after=after, types=TYPES, workspace_id=workspace_id)


def _closing(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    try:
        return function(*args, **kwargs)
    finally:
        connections.close_all()


def _keeping(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run on the thread's connection and keep it. One that has died since the last look is replaced; what is run must
    bear being run twice."""
    try:
        return function(*args, **kwargs)
    except DatabaseAway:
        connections.close_all()
    try:
        return function(*args, **kwargs)
    except DatabaseAway:
        connections.close_all()
        raise


async def in_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run database work in the streams' own threads and leave no connection open behind it."""
    work = partial(_closing, function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_pool, work)


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        for old in [known for known in _hubs if known.is_closed()]:
            del _hubs[old]
        _hubs[loop] = Hub()
    return _hubs[loop]
