"""GET /v1/messages/stream: every message in and out as it happens, as Server-Sent Events.

One request. The headers go out at once; a comment every 15 seconds keeps proxies awake, and at each the key is
checked again and its place among the key's streams renewed. ``id:`` is the position in the feed; a client that comes
back with ``Last-Event-ID`` misses nothing.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from django.db import Error as DatabaseAway
from django.http import HttpRequest, StreamingHttpResponse

from apikeys import limits
from crmsolid.api.fields import QuerySerializer
from crmsolid.api.parsing import parse_query
from crmsolid.api.request_context import RequestContext, request_context
from crmsolid.api.responses import Raw
from crmsolid.api.views import openapi_route
from crmsolid.core.errors import DomainError, FieldError
from crmsolid.events import feed, positions
from crmsolid.events.feed import Entry
from crmsolid.workspaces.scopes import Scope
from messaging.streaming import hub as hubs
from messaging.streaming import stream_limits
from messaging.streaming.hub import Overrun, Subscription, in_thread
from messaging.streaming.stream_limits import Place

logger = logging.getLogger("crmsolid.stream")

PING_SECONDS = 15.0


class _Stream(StreamingHttpResponse):
    """Gives its place back when it ends, also when the client left before the first byte was read."""

    def __init__(self, events: AsyncIterator[bytes], place: Place) -> None:
        self._place = place
        super().__init__(events, content_type="text/event-stream")
        self.headers["Cache-Control"] = "no-store"
        self.headers["X-Accel-Buffering"] = "no"

    def close(self) -> None:
        self._place.close()
        super().close()

    def __del__(self) -> None:
        self._place.close()  # a response that was never sent is never closed either


LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "The `id` of the last event you saw; the stream goes on right after it.",
    "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
}

EVENTS = "`message.sent`, `message.failed`, `message.received`; the data is the body that webhooks get."


@openapi_route(
    scopes=(Scope.READ_MESSAGES,),
    responses={200: Raw(("text/event-stream",), description=EVENTS)},
    request_headers=(LAST_EVENT_ID,),
    operation_id="stream_messages",
    negotiates=False,
)
async def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Stream messages (Server-Sent Events)."""
    if request.method != "GET":
        raise DomainError("method_not_allowed", "only GET works here", headers={"Allow": "GET"})
    context = request_context(request)
    key_id = await in_thread(_admit, request, context)
    position = await _start_position(request)
    place = await stream_limits.take(key_id, retry_after=int(PING_SECONDS) or 1)
    return _Stream(_events(request, context, position, place), place)


def _admit(request: HttpRequest, context: RequestContext) -> str:
    """Key, scope, limit and parameters, before anything is streamed. Answers the key's id."""
    context.authenticate(request).require(Scope.READ_MESSAGES)
    context.check_rate_limit()
    parse_query(request, QuerySerializer)
    assert context.credentials is not None
    # Noted here already: where it is done otherwise, a connection would stay open as long as the stream.
    limits.touch(context.credentials.key, context.ip)
    return context.credentials.key.id


async def _start_position(request: HttpRequest) -> int:
    """Where the client left off, else now. Beyond now there is nothing to have seen."""
    given = request.META.get("HTTP_LAST_EVENT_ID", "")
    if given and (not given.isascii() or not given.isdigit() or len(given) > 18):
        detail = "send the id of the last event you saw, or nothing"
        raise DomainError("invalid_parameter", errors=[FieldError("Last-Event-ID", "invalid", detail)])
    now = await in_thread(_now)
    return min(int(given), now) if given else now


def _now() -> int:
    positions.assign_positions()
    return feed.last_position()


async def _events(request: HttpRequest, context: RequestContext, position: int, place: Place) -> AsyncIterator[bytes]:
    yield b": connected\n\n"
    assert context.credentials is not None
    try:
        async with hubs.hub().subscribed(context.credentials.workspace.pk) as subscription:
            while batch := await in_thread(hubs.read_backlog, subscription.workspace_id, position):
                for entry in batch:
                    position = entry.position
                    yield _frame(entry)
                await place.renew()
            async with aclosing(_live(request, context, subscription, position, place)) as frames:
                async for frame in frames:
                    yield frame
    except DatabaseAway:  # the headers are out, so the end says it; the client comes back with its Last-Event-ID
        logger.warning("a stream ends: the database cannot be reached", exc_info=True)
    finally:
        place.close()


async def _live(
    request: HttpRequest, context: RequestContext, subscription: Subscription, position: int, place: Place
) -> AsyncGenerator[bytes, None]:
    """Frames of what comes beyond ``position`` and a comment now and then; ends with the key or the subscription."""
    clock = asyncio.get_running_loop().time
    ping_at = clock() + PING_SECONDS
    while True:
        try:
            entry = await subscription.next(max(0.0, ping_at - clock()))
        except Overrun:
            return
        if clock() >= ping_at:  # on a busy stream too: a revoked key must not read on
            if not await in_thread(_still_valid, request, context):
                return
            await place.renew()
            ping_at = clock() + PING_SECONDS
            yield b": ping\n\n"
        if entry is not None and entry.position > position:
            position = entry.position
            yield _frame(entry)


def _still_valid(request: HttpRequest, context: RequestContext) -> bool:
    """Whether the key still opens the stream. While the database is away, it does."""
    try:
        return context.authenticate(request).has(Scope.READ_MESSAGES)
    except DomainError:
        return False
    except DatabaseAway:
        return True


def _frame(entry: Entry) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (entry.position, entry.type.encode(), entry.body)
