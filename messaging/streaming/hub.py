"""Reads new events once per process and passes them on to all open streams.

An open stream that waits costs no database connection and no query of its own. While there is at least one stream, a
watcher polls the event log several times a second, in a thread, on one connection that it keeps, and puts each event
into the queues of the streams of its workspace. Streams that want them get the notices (:mod:`messaging.notices`) too.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import ParamSpec, TypeVar

from django.db import Error as DatabaseError
from django.db import connections

from crmsolid.events import feed, positions
from crmsolid.events.feed import Entry
from crmsolid.serving.shutdown import shutdown
from messaging.notices import ALERT, Listener, Notice
from messaging.representations import (
    MESSAGE_DELETED,
    MESSAGE_EDITED,
    MESSAGE_FAILED,
    MESSAGE_READ,
    MESSAGE_RECEIVED,
    MESSAGE_SENT,
)

logger = logging.getLogger("crmsolid.stream")

POLL_SECONDS = 0.1
RETRY_SECONDS = 1.0
MAX_QUEUED_EVENTS = 1000
WATCHER_TASK = "stream-watcher"
EVENT_TYPES = tuple(
    event_type.name
    for event_type in (MESSAGE_SENT, MESSAGE_FAILED, MESSAGE_RECEIVED, MESSAGE_READ, MESSAGE_EDITED, MESSAGE_DELETED)
)

P = ParamSpec("P")
R = TypeVar("R")

_stream_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="stream")
_watcher_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stream-watch")


class SubscriptionEnded(Exception):
    """No more events follow, as the client reads too slowly or the server shuts down. The client may resume with its
    Last-Event-ID."""


class Subscription:
    """The queue of one stream: the events of one workspace in the order of their positions, and its notices if it
    ``wants_notices``. That of a user (``user_id``) has the notices to this user alone."""

    def __init__(self, workspace_id: int, *, wants_notices: bool = False, user_id: int | None = None) -> None:
        self.workspace_id, self.wants_notices = workspace_id, wants_notices or user_id is not None
        self._user_id = user_id
        self._queue: asyncio.Queue[Entry | Notice | None] = asyncio.Queue()
        self._ended = False

    def push(self, entry: Entry) -> None:
        """Queue an event. If the queue is full the subscription ends: the client still gets what is queued, so the
        last id it sees is where it can resume."""
        if self._queue.qsize() >= MAX_QUEUED_EVENTS:
            self.end()
        elif not self._ended:
            self._queue.put_nowait(entry)

    def push_notice(self, notice: Notice) -> None:
        """Queue a notice if it is for this stream; it is dropped where the queue is full, for it does not have to
        arrive."""
        if notice.kind == ALERT or self._user_id is not None:
            is_for_it = notice.kind == ALERT and notice.who == str(self._user_id)
        else:
            is_for_it = notice.workspace_id == self.workspace_id
        if is_for_it and not self._ended and self._queue.qsize() < MAX_QUEUED_EVENTS:
            self._queue.put_nowait(notice)

    def end(self) -> None:
        """Accept no more events. The reader gets :class:`SubscriptionEnded` after those that are queued."""
        if not self._ended:
            self._ended = True
            self._queue.put_nowait(None)

    async def next(self, timeout: float) -> Entry | Notice | None:
        """The next event or notice; None after ``timeout`` seconds without; :class:`SubscriptionEnded` at the end."""
        try:
            entry = await asyncio.wait_for(self._queue.get(), timeout)
        except TimeoutError:
            return None
        if entry is None:
            raise SubscriptionEnded
        return entry


class Hub:
    """The subscriptions of one event loop, and the watcher that fills them."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self._watcher: asyncio.Task[None] | None = None  # a reference, so that the task is not garbage collected
        self._is_watching = False
        self._start_lock = asyncio.Lock()
        self._position = 0
        self._listener = Listener()

    @asynccontextmanager
    async def subscribe(
        self, workspace_id: int, *, wants_notices: bool = False, user_id: int | None = None
    ) -> AsyncIterator[Subscription]:
        """Receive every event that gets its position from now on. Read older events from the log *within* this, so
        that none is missed in between. The watcher stops when the last subscription has gone."""
        subscription = Subscription(workspace_id, wants_notices=wants_notices, user_id=user_id)
        async with self._start_lock:  # streams that open at the same time start one watcher
            if not self._is_watching:
                self._position = await in_thread(feed.last_position)
                self._is_watching = True
                self._watcher = asyncio.get_running_loop().create_task(self._watch(), name=WATCHER_TASK)
            self._subscriptions.add(subscription)
        try:
            with shutdown().ends(subscription.end):
                yield subscription
        finally:
            self._subscriptions.discard(subscription)

    async def _watch(self) -> None:
        try:
            while self._subscriptions:
                await asyncio.sleep(await self._poll())
        except Exception:
            logger.exception("the stream watcher failed; all streams end, and their clients may reconnect")
            for subscription in self._subscriptions:
                subscription.end()
        finally:
            self._is_watching = False  # before the await below: a stream that opens meanwhile starts a new watcher
            await asyncio.get_running_loop().run_in_executor(_watcher_thread, self._close)

    async def _poll(self) -> float:
        """Pass on what is new; returns the seconds to wait before the next poll."""
        loop = asyncio.get_running_loop()
        listeners = [each for each in self._subscriptions if each.wants_notices]
        if listeners:
            for notice in await loop.run_in_executor(_watcher_thread, self._listener.read):
                for subscription in listeners:
                    subscription.push_notice(notice)
        try:
            entries = await loop.run_in_executor(_watcher_thread, _read_on_kept_connection, self._position)
        except DatabaseError:
            logger.warning("the stream watcher cannot reach the database", exc_info=True)
            return RETRY_SECONDS
        for entry in entries:
            self._position = entry.position
            for subscription in self._subscriptions:
                if subscription.workspace_id == entry.workspace_id:
                    subscription.push(entry)
        return POLL_SECONDS if len(entries) < feed.BATCH else 0.0

    def _close(self) -> None:
        self._listener.close()
        connections.close_all()


def read_events(after: int, workspace_id: int | None = None) -> list[Entry]:
    """A batch of events beyond the position, of one workspace or of all. Gives committed events their positions first:
    the webhook pump does that too, but streams should not have to wait for it."""
    positions.assign_positions()
    return feed.read(after=after, types=EVENT_TYPES, workspace_id=workspace_id)


def _read_on_kept_connection(after: int) -> list[Entry]:
    """Read on the thread's connection and leave it open. If it has died since the last call, a new one is used."""
    try:
        return read_events(after)
    except DatabaseError:
        connections.close_all()
        return read_events(after)


async def in_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run database work in one of the streams' threads and close its connection afterwards."""

    def run() -> R:
        try:
            return function(*args, **kwargs)
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(_stream_threads, run)


@lru_cache(maxsize=8)
def _hub_of(loop: asyncio.AbstractEventLoop) -> Hub:
    return Hub()


def hub() -> Hub:
    """The hub of the running event loop."""
    return _hub_of(asyncio.get_running_loop())
