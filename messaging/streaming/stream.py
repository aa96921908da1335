"""GET /v1/messages/stream: every message in and out as it happens, as Server-Sent Events.

The response starts at once. A comment (ping) every 15 seconds keeps proxies from closing the connection; with each one
the API key is checked again and the stream's slot renewed. ``id:`` is the event's position in the event log. A client
that reconnects with ``Last-Event-ID`` misses nothing.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from django.db import Error as DatabaseError
from django.http import HttpRequest, StreamingHttpResponse

from apikeys import limits
from crmsolid.api.fields import QuerySerializer
from crmsolid.api.openapi.route import described
from crmsolid.api.parsing import read_query
from crmsolid.api.request_context import Call, call_of
from crmsolid.api.responses import Raw
from crmsolid.core.errors import DomainError, FieldError
from crmsolid.events import feed
from crmsolid.events.feed import Entry
from crmsolid.workspaces.scopes import Scope
from messaging.streaming import hub as hubs
from messaging.streaming import stream_limits
from messaging.streaming.hub import Subscription, SubscriptionEnded, in_thread
from messaging.streaming.stream_limits import StreamSlot

logger = logging.getLogger("crmsolid.stream")

PING_SECONDS = 15.0


class _StreamResponse(StreamingHttpResponse):
    """Releases its slot when it ends, even if the client disconnected before anything was sent."""

    def __init__(self, events: AsyncIterator[bytes], slot: StreamSlot) -> None:
        self._slot = slot
        super().__init__(events, content_type="text/event-stream")
        self.headers["Cache-Control"] = "no-store"
        self.headers["X-Accel-Buffering"] = "no"

    def close(self) -> None:
        self._slot.release()
        super().close()

    def __del__(self) -> None:
        self._slot.release()  # Django does not close a response that it never started to send


LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "The `id` of the last event you saw; the stream goes on right after it.",
    "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
}

EVENTS = "`message.sent`, `message.failed`, `message.received`; the data is the body that webhooks get."


@described(
    scopes={"GET": (Scope.READ_MESSAGES,)},
    answers={"GET": {200: Raw("text/event-stream", description=EVENTS)}},
    request_headers={"GET": (LAST_EVENT_ID,)},
    operation_ids={"GET": "stream_messages"},
    negotiates=False,
)
async def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Stream messages (Server-Sent Events)."""
    if request.method != "GET":
        raise DomainError("method_not_allowed", "only GET works here", headers={"Allow": "GET"})
    call = call_of(request)
    key_id = await in_thread(_authorize, request, call)
    position = await _start_position(request)
    slot = await stream_limits.acquire_slot(key_id, retry_after=int(PING_SECONDS) or 1)
    return _StreamResponse(_frames(request, call, position, slot), slot)


def _authorize(request: HttpRequest, call: Call) -> str:
    """Check key, scope, rate limit and parameters before the response starts. Returns the key's id."""
    call.authenticate(request).require(Scope.READ_MESSAGES)
    call.limit()
    read_query(request, QuerySerializer)
    assert call.credentials is not None
    # Other requests record this when they end, on a connection that would stay open as long as the stream.
    limits.touch(call.credentials.key, call.ip)
    return call.credentials.key.id


async def _start_position(request: HttpRequest) -> int:
    """The position after which the stream starts: ``Last-Event-ID``, but at most the latest position."""
    last_id = request.META.get("HTTP_LAST_EVENT_ID", "")
    if last_id and (not last_id.isascii() or not last_id.isdigit() or len(last_id) > 18):
        detail = "send the id of the last event you saw, or nothing"
        raise DomainError("invalid_parameter", errors=[FieldError("Last-Event-ID", "invalid", detail)])

    def latest_position() -> int:
        feed.place_events()
        return feed.last_position()

    latest = await in_thread(latest_position)
    return min(int(last_id), latest) if last_id else latest


async def _frames(request: HttpRequest, call: Call, position: int, slot: StreamSlot) -> AsyncIterator[bytes]:
    """Everything that the client receives: first the events since ``position``, then each new one."""
    yield b": connected\n\n"
    assert call.credentials is not None
    try:
        async with hubs.hub().subscribe(call.credentials.workspace.pk) as subscription:
            while batch := await in_thread(hubs.read_backlog, subscription.workspace_id, position):
                for entry in batch:
                    position = entry.position
                    yield _frame(entry)
                await slot.renew()
            async with aclosing(_new_frames(request, call, subscription, position, slot)) as frames:
                async for frame in frames:
                    yield frame
    except DatabaseError:  # an error response is not possible any more; the client reconnects with its Last-Event-ID
        logger.warning("a stream ends: the database cannot be reached", exc_info=True)
    finally:
        slot.release()


async def _new_frames(
    request: HttpRequest, call: Call, subscription: Subscription, position: int, slot: StreamSlot
) -> AsyncGenerator[bytes, None]:
    """New events beyond ``position``, and pings. Ends when the key becomes invalid or the subscription ends."""
    clock = asyncio.get_running_loop().time
    ping_at = clock() + PING_SECONDS
    while True:
        try:
            entry = await subscription.next(max(0.0, ping_at - clock()))
        except SubscriptionEnded:
            return
        if clock() >= ping_at:  # also on a busy stream: a revoked key must stop reading
            if not await in_thread(_still_valid, request, call):
                return
            await slot.renew()
            ping_at = clock() + PING_SECONDS
            yield b": ping\n\n"
        if entry is not None and entry.position > position:
            position = entry.position
            yield _frame(entry)


def _still_valid(request: HttpRequest, call: Call) -> bool:
    """Whether the key may still read messages. While the database cannot be reached, the stream goes on."""
    try:
        return call.authenticate(request).has(Scope.READ_MESSAGES)
    except DomainError:
        return False
    except DatabaseError:
        return True


def _frame(entry: Entry) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (entry.position, entry.type.encode(), entry.body)
