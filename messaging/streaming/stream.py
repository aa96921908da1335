"""GET /v1/messages/stream: every message in and out as it happens, as Server-Sent Events.

The response starts at once. A comment (ping) every 15 seconds keeps proxies from closing the connection; with each one
the API key is checked again and the stream's slot renewed. ``id:`` is the event's position in the event log. A client
that reconnects with ``Last-Event-ID`` misses nothing.
"""

import asyncio
import logging
from collections.abc import AsyncIterator

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, StreamingHttpResponse

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
from messaging.streaming.hub import SubscriptionEnded, in_thread
from messaging.streaming.stream_limits import StreamSlot

logger = logging.getLogger("crmsolid.stream")

PING_SECONDS = 15.0


class _StreamResponse(StreamingHttpResponse):
    """Releases its slot when it ends, even if the client disconnected before anything was sent."""

    def __init__(self, events: AsyncIterator[bytes], slot: StreamSlot) -> None:
        self._slot = slot
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, content_type="text/event-stream", headers=headers)

    def close(self) -> None:
        self._slot.release()
        super().close()

    def __del__(self) -> None:
        self._slot.release()  # Django does not close a response that it never started to send


@openapi_route(
    scopes=(Scope.READ_MESSAGES,),
    responses={
        200: Raw(
            ("text/event-stream",),
            description=f"`{'`, `'.join(hubs.EVENT_TYPES)}`; the data is the body that webhooks get.",
        )
    },
    request_headers=(
        {
            "name": "Last-Event-ID",
            "in": "header",
            "required": False,
            "description": "The `id` of the last event you saw; the stream goes on right after it.",
            "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
        },
    ),
    operation_id="stream_messages",
    negotiates=False,
)
async def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Stream messages (Server-Sent Events)."""
    if request.method != "GET":
        raise DomainError("method_not_allowed", "only GET works here", headers={"Allow": "GET"})
    context = request_context(request)
    position = await in_thread(_start, request, context)
    assert context.credentials is not None
    limit = settings.STREAMS_PER_KEY
    slot = await stream_limits.limiter().acquire(context.credentials.bucket, limit)
    if slot is None:
        detail = f"this key has {limit} streams open already; close one first"
        raise DomainError("rate_limited", detail, headers={"Retry-After": str(int(PING_SECONDS))})
    return _StreamResponse(_frames(request, context, position, slot), slot)


def _start(request: HttpRequest, context: RequestContext) -> int:
    """Check key, scope, rate limit and parameters before the response starts.

    Returns the position after which the stream starts: ``Last-Event-ID``, but at most the latest position.
    """
    context.authenticate(request).require(Scope.READ_MESSAGES)
    context.check_rate_limit()
    parse_query(request, QuerySerializer)
    assert context.credentials is not None
    # Other requests record this when they end, on a connection that would stay open as long as the stream.
    context.credentials.record_use(context.ip)
    last_id = request.META.get("HTTP_LAST_EVENT_ID", "")
    if last_id and (not last_id.isascii() or not last_id.isdigit() or len(last_id) > 18):
        detail = "send the id of the last event you saw, or nothing"
        raise DomainError("invalid_parameter", errors=[FieldError("Last-Event-ID", "invalid", detail)])
    positions.assign_positions()
    latest = feed.last_position()
    return min(int(last_id), latest) if last_id else latest


async def _frames(
    request: HttpRequest, context: RequestContext, position: int, slot: StreamSlot
) -> AsyncIterator[bytes]:
    """Everything that the client receives: first the events since ``position``, then each new one, and pings.

    Ends when the key becomes invalid or the subscription ends.
    """
    yield b": connected\n\n"
    assert context.credentials is not None
    clock = asyncio.get_running_loop().time
    try:
        async with hubs.hub().subscribe(context.credentials.workspace.pk) as subscription:
            while batch := await in_thread(hubs.read_events, position, subscription.workspace_id):
                for entry in batch:
                    position = entry.position
                    yield _frame(entry)
                await slot.renew()
            ping_at = clock() + PING_SECONDS
            while True:
                new = await subscription.next(max(0.0, ping_at - clock()))
                if clock() >= ping_at:  # also on a busy stream: a revoked key must stop reading
                    if not await in_thread(_still_valid, request, context):
                        return
                    await slot.renew()
                    ping_at = clock() + PING_SECONDS
                    yield b": ping\n\n"
                if new is not None and new.position > position:
                    position = new.position
                    yield _frame(new)
    except SubscriptionEnded:
        return
    except DatabaseError:  # an error response is not possible any more; the client reconnects with its Last-Event-ID
        logger.warning("a stream ends: the database cannot be reached", exc_info=True)
    finally:
        slot.release()


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
