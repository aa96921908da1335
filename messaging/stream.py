"""GET /v1/messages/stream: every message in and out as it happens, as Server-Sent Events.

One request. The headers go out at once; a comment every 15 seconds keeps proxies awake, and at each the key is
checked again. ``id:`` is the position in the feed; a client that comes back with ``Last-Event-ID`` misses nothing.
"""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, StreamingHttpResponse

from crmsolid.api.call import Call, call_of
from crmsolid.api.fields import QuerySerializer
from crmsolid.api.views import read_query
from crmsolid.core.errors import DomainError, FieldError
from crmsolid.workspaces.scopes import Scope
from messaging import hub as hubs
from messaging.hub import Overrun, Subscription, in_thread
from webhooks import feed
from webhooks.feed import Entry

PING_SECONDS = 15.0

_open: Counter[str] = Counter()


async def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Stream messages (Server-Sent Events)."""
    if request.method != "GET":
        raise DomainError("method_not_allowed", headers={"Allow": "GET"})
    call = call_of(request)
    await in_thread(_admit, request, call)
    position = await _start_position(request)
    response = StreamingHttpResponse(_events(request, call, position), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _admit(request: HttpRequest, call: Call) -> None:
    """Key, scope, limit and the cap on streams, before anything is streamed."""
    call.authenticate(request).require(Scope.READ_MESSAGES)
    call.limit()
    read_query(request, QuerySerializer)
    if _open[_key_id(call)] >= settings.STREAMS_PER_KEY:
        raise DomainError(
            "rate_limited",
            f"this key has {settings.STREAMS_PER_KEY} streams open already; close one first",
            headers={"Retry-After": str(int(PING_SECONDS))},
        )


def _key_id(call: Call) -> str:
    assert call.credentials is not None
    return call.credentials.key.id


async def _start_position(request: HttpRequest) -> int:
    """Where the client left off, else now."""
    given = request.META.get("HTTP_LAST_EVENT_ID", "")
    if not given:
        return int(await in_thread(_now))
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        detail = "send the id of the last event you saw, or nothing"
        raise DomainError("invalid_parameter", errors=[FieldError("Last-Event-ID", "invalid", detail)])
    return int(given)


def _now() -> int:
    feed.place_events()
    return feed.last_position()


@asynccontextmanager
async def _listening(call: Call) -> AsyncIterator[Subscription]:
    assert call.credentials is not None
    key = _key_id(call)
    _open[key] += 1
    hub = hubs.hub()
    subscription = await hub.subscribe(call.credentials.workspace.pk)
    try:
        yield subscription
    finally:
        hub.unsubscribe(subscription)
        _open[key] -= 1


async def _events(request: HttpRequest, call: Call, position: int) -> AsyncIterator[bytes]:
    yield b": connected\n\n"
    async with _listening(call) as subscription:
        while batch := await in_thread(hubs.read_backlog, subscription.workspace_id, position):
            for entry in batch:
                position = entry.position
                yield _frame(entry)
        while True:
            try:
                entry = await subscription.next(PING_SECONDS)
            except Overrun:
                return
            if entry is None:
                if not await in_thread(_still_valid, request, call):
                    return
                yield b": ping\n\n"
            elif entry.position > position:
                position = entry.position
                yield _frame(entry)


def _still_valid(request: HttpRequest, call: Call) -> bool:
    """Whether the key still opens the stream. While the database is away, it does."""
    try:
        return call.authenticate(request).has(Scope.READ_MESSAGES)
    except DomainError:
        return False
    except DatabaseError:
        return True


def _frame(entry: Entry) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (entry.position, entry.type.encode(), entry.body)
