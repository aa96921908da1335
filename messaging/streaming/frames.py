"""Server-Sent Events of one workspace's messages: the response, its frames, and where they start.

A comment (ping) every 15 seconds keeps proxies from closing the connection; with each one the caller's authority is
checked again and the stream's slot renewed. ``id:`` is the event's position in the event log.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from django.db import Error as DatabaseError
from django.http import StreamingHttpResponse

from crmsolid.core.errors import DomainError, FieldError
from crmsolid.events import feed, positions
from crmsolid.events.feed import Entry
from messaging.notices import Notice
from messaging.streaming import hub as hubs
from messaging.streaming.hub import SubscriptionEnded, in_thread
from messaging.streaming.stream_limits import StreamSlot

logger = logging.getLogger("crmsolid.stream")

PING_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Source:
    """What a stream sends: the events of a workspace after a position, each as ``frame`` writes it, for as long as
    ``is_allowed``, which is called in a thread with every ping; with ``notice_frame`` its notices, too, but those that
    it makes empty. ``leave_out`` returns those of some events that the caller may see, None for all of them; it is
    called in a thread. ``ended`` is called once or more when the stream has ended, and returns at once."""

    workspace_id: int
    position: int
    is_allowed: Callable[[], bool]
    frame: Callable[[Entry], bytes]
    notice_frame: Callable[[Notice], bytes] | None = None
    ended: Callable[[], None] = lambda: None
    leave_out: Callable[[Sequence[Entry]], list[Entry]] | None = None


class EventStreamResponse(StreamingHttpResponse):
    """Releases its slot when it ends, even if the client disconnected before anything was sent."""

    def __init__(self, source: Source, slot: StreamSlot) -> None:
        self._source, self._slot = source, slot
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(_frames(source, slot), content_type="text/event-stream", headers=headers)

    def close(self) -> None:
        _end(self._source, self._slot)
        super().close()

    def __del__(self) -> None:
        _end(self._source, self._slot)  # Django does not close a response that it never started to send


def _end(source: Source, slot: StreamSlot) -> None:
    slot.release()
    source.ended()


def start_position(last_id: str) -> int:
    """The position after which a stream starts: ``Last-Event-ID``, but at most the latest position, which is also the
    answer without one. ``invalid_parameter`` (400) if it is no position."""
    if last_id and (not last_id.isascii() or not last_id.isdigit() or len(last_id) > 18):
        detail = "send the id of the last event you saw, or nothing"
        raise DomainError("invalid_parameter", errors=[FieldError("Last-Event-ID", "invalid", detail)])
    positions.assign_positions()
    latest = feed.last_position()
    return min(int(last_id), latest) if last_id else latest


async def _frames(source: Source, slot: StreamSlot) -> AsyncIterator[bytes]:
    """Everything that the client receives: its position, the events since then, each new one, and pings.

    The position comes first as an id without data, so that a client that is cut off before the first event misses
    nothing either when it reconnects.

    Ends when the caller loses the authority or the subscription ends.
    """
    yield b": connected\nid: %d\n\n" % source.position
    checks, position = _Checks(source), source.position
    try:
        wants_notices = source.notice_frame is not None
        async with hubs.hub().subscribe(source.workspace_id, wants_notices=wants_notices) as subscription:
            while batch := await in_thread(hubs.read_events, position, subscription.workspace_id):
                position = batch[-1].position
                for entry in await _seen(source, batch):
                    await checks.pass_when_due()  # a client may take them slowly
                    yield source.frame(entry)
                await slot.renew()
            while True:
                new = await subscription.next(checks.seconds_left())
                if checks.are_due():  # also on a busy stream: a revoked key must stop reading
                    await checks.pass_or_end()
                    await slot.renew()
                    yield b": ping\n\n"
                if isinstance(new, Notice):
                    if source.notice_frame is not None and (frame := source.notice_frame(new)):
                        yield frame
                elif new is not None and new.position > position:
                    position = new.position
                    for entry in await _seen(source, [new]):
                        yield source.frame(entry)
    except SubscriptionEnded:
        return
    except DatabaseError:  # an error response is not possible any more; the client reconnects with its Last-Event-ID
        logger.warning("a stream ends: the database cannot be reached", exc_info=True)
    finally:
        _end(source, slot)


async def _seen(source: Source, entries: Sequence[Entry]) -> Sequence[Entry]:
    """Those of the events that the caller may see. ``SubscriptionEnded`` if it may read no more."""
    if source.leave_out is None:
        return entries
    try:
        return await in_thread(source.leave_out, entries)
    except DomainError:
        raise SubscriptionEnded from None


class _Checks:
    """Looks every ``PING_SECONDS`` whether the caller may still read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._clock = asyncio.get_running_loop().time
        self._at = self._clock() + PING_SECONDS

    def seconds_left(self) -> float:
        return max(0.0, self._at - self._clock())

    def are_due(self) -> bool:
        return self._clock() >= self._at

    async def pass_when_due(self) -> None:
        """As :meth:`pass_or_end`."""
        if self.are_due():
            await self.pass_or_end()

    async def pass_or_end(self) -> None:
        """Raises :class:`SubscriptionEnded` if the caller may not read any more."""
        if not await in_thread(_is_allowed, self._source):
            raise SubscriptionEnded
        self._at = self._clock() + PING_SECONDS


def _is_allowed(source: Source) -> bool:
    """Whether the caller may still read. While the database cannot be reached, the stream goes on."""
    try:
        return source.is_allowed()
    except DomainError:
        return False
    except DatabaseError:
        return True
