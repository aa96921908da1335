"""One watcher a process for all open streams: it looks for new events as long as anybody listens.

An idle stream costs no database connection and no query of its own. The hub asks in a thread with a connection of
its own, a few times a second, and hands each event to the streams of its workspace.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError, connections

from webhooks import feed
from webhooks.feed import Entry

logger = logging.getLogger("crmsolid.stream")

EVERY_SECONDS = 0.1
BACKLOG = 1000
TYPES = ("message.sent", "message.failed", "message.received")

_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="stream")


class Overrun(Exception):
    """The client reads too slowly; it may come back with its Last-Event-ID."""


class Subscription:
    """The events of one workspace, as they are placed."""

    def __init__(self, workspace_id: int) -> None:
        self.workspace_id = workspace_id
        self._queue: asyncio.Queue[Entry | None] = asyncio.Queue(BACKLOG)

    def offer(self, entry: Entry) -> None:
        """Called by the hub. A full queue ends the stream instead of losing an event."""
        if self._queue.full():
            self._queue.get_nowait()
            self._queue.put_nowait(None)
        else:
            self._queue.put_nowait(entry)

    async def next(self, timeout: float) -> Entry | None:
        """The next event, None after ``timeout`` seconds without one; :class:`Overrun` for a slow reader."""
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
        self._position = 0

    async def subscribe(self, workspace_id: int) -> Subscription:
        """Everything placed from now on; read older events from the feed *after* this returns."""
        if self._watcher is None or self._watcher.done():
            self._position = await in_thread(feed.last_position)
            self._watcher = asyncio.get_running_loop().create_task(self._watch())
        subscription = Subscription(workspace_id)
        self._subscriptions.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """The last one out stops the watcher."""
        self._subscriptions.discard(subscription)

    async def _watch(self) -> None:
        while self._subscriptions:
            try:
                entries = await in_thread(_look, self._position)
            except DatabaseError:
                logger.warning("the stream cannot reach the database", exc_info=True)
                await asyncio.sleep(1.0)
                continue
            for entry in entries:
                self._position = entry.position
                for subscription in self._subscriptions:
                    if subscription.workspace_id == entry.workspace_id:
                        subscription.offer(entry)
            if len(entries) < feed.BATCH:
                await asyncio.sleep(EVERY_SECONDS)


def _look(after: int) -> list[Entry]:
    """Place what has been committed, then what is new. Also done by the workers; here for promptness."""
    feed.place_events()
    return feed.read(after=after, types=TYPES)


def read_backlog(workspace_id: int, after: int) -> list[Entry]:
    """A batch of the workspace's events beyond a position, what is committed but not placed yet included."""
    feed.place_events()
    return feed.read(after=after, types=TYPES, workspace_id=workspace_id)


def _closing(function, *args):  # type: ignore[no-untyped-def]
    try:
        return function(*args)
    finally:
        connections.close_all()


async def in_thread(function, *args):  # type: ignore[no-untyped-def]
    """Run database work in the streams' own threads and leave no connection open behind it."""
    return await asyncio.get_running_loop().run_in_executor(_pool, _closing, function, *args)


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        for old in [known for known in _hubs if known.is_closed()]:
            del _hubs[old]
        _hubs[loop] = Hub()
    return _hubs[loop]
