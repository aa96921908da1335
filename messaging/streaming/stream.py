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

from apikeys import usage
from crmsolid.api.endpoint import Raw
from crmsolid.api.fields import QuerySerializer
from crmsolid.api.parsing import parse_query
from crmsolid.api.request_context import RequestContext, request_context
from crmsolid.api.views import openapi_route
from crmsolid.core.errors import DomainError, FieldError
from crmsolid.events import feed, positions
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

DESCRIPTION = f"`{'`, `'.join(hubs.EVENT_TYPES)}`; the data is the body that webhooks get."


@openapi_route(
    scopes=(Scope.READ_MESSAGES,),
    responses={200: Raw(("text/event-stream",), description=DESCRIPTION)},
    request_headers=(LAST_EVENT_ID,),
    operation_id="stream_messages",
    negotiates=False,
)
async def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Stream messages (Server-Sent Events)."""
    if request.method != "GET":
        raise DomainError("method_not_allowed", "only GET works here", headers={"Allow": "GET"})
    context = request_context(request)
    key_id = await in_thread(_authorize, request, context)
    position = await _start_position(request)
    slot = await stream_limits.acquire_slot(key_id, retry_after=int(PING_SECONDS) or 1)
    return _StreamResponse(_frames(request, context, position, slot), slot)


def _authorize(request: HttpRequest, context: RequestContext) -> str:
    """Check key, scope, rate limit and parameters before the response starts. Returns the key's id."""
    context.authenticate(request).require(Scope.READ_MESSAGES)
    context.check_rate_limit()
    parse_query(request, QuerySerializer)
    assert context.credentials is not None
    # Other requests record this when they end, on a connection that would stay open as long as the stream.
    usage.record_use(context.credentials.key, context.ip)
    return context.credentials.key.id


async def _start_position(request: HttpRequest) -> int:
    """The position after which the stream starts: ``Last-Event-ID``, but at most the latest position."""
    last_id = request.META.get("HTTP_LAST_EVENT_ID", "")
    if last_id and (not last_id.isascii() or not last_id.isdigit() or len(last_id) > 18):
        detail = "send the id of the last event you saw, or nothing"
        raise DomainError("invalid_parameter", errors=[FieldError("Last-Event-ID", "invalid", detail)])

    def latest_position() -> int:
        positions.assign_positions()
        return feed.last_position()

    latest = await in_thread(latest_position)
    return min(int(last_id), latest) if last_id else latest


async def _frames(
    request: HttpRequest, context: RequestContext, position: int, slot: StreamSlot
) -> AsyncIterator[bytes]:
    """Everything that the client receives: first the events since ``position``, then each new one."""
    yield b": connected\n\n"
    assert context.credentials is not None
    try:
        async with hubs.hub().subscribe(context.credentials.workspace.pk) as subscription:
            while batch := await in_thread(hubs.read_events, position, subscription.workspace_id):
                for entry in batch:
                    position = entry.position
                    yield _frame(entry)
                await slot.renew()
            async with aclosing(_new_frames(request, context, subscription, position, slot)) as frames:
                async for frame in frames:
                    yield frame
    except DatabaseError:  # an error response is not possible any more; the client reconnects with its Last-Event-ID
        logger.warning("a stream ends: the database cannot be reached", exc_info=True)
    finally:
        slot.release()


async def _new_frames(
    request: HttpRequest, context: RequestContext, subscription: Subscription, position: int, slot: StreamSlot
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
            if not await in_thread(_still_valid, request, context):
                return
            await slot.renew()
            ping_at = clock() + PING_SECONDS
            yield b": ping\n\n"
        if entry is not None and entry.position > position:
            position = entry.position
            yield _frame(entry)


def _still_valid(request: HttpRequest, context: RequestContext) -> bool:
    """Whether the key may still read messages. While the database cannot be reached, the stream goes on."""
    try:
        return context.authenticate(request).has(Scope.READ_MESSAGES)
    except DomainError:
        return False
    except DatabaseError:
        return True


def _frame(entry: Entry) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (entry.position, entry.type.encode(), entry.body)
