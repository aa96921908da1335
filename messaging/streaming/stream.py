"""GET /v1/messages/stream: every message in and out as it happens, as Server-Sent Events.

The response starts at once. With each ping the API key is checked again. A client that reconnects with
``Last-Event-ID`` misses nothing.
"""

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse

from crmsolid.api.endpoint import Raw
from crmsolid.api.fields import QuerySerializer
from crmsolid.api.parsing import parse_query
from crmsolid.api.request_context import RequestContext, request_context
from crmsolid.api.views import openapi_route
from crmsolid.core.errors import DomainError
from crmsolid.events.feed import Entry
from crmsolid.workspaces.scopes import Scope
from messaging.streaming import frames, stream_limits
from messaging.streaming import hub as hubs
from messaging.streaming.frames import EventStreamResponse, Source, start_position
from messaging.streaming.hub import in_thread


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
    credentials = context.credentials
    assert credentials is not None
    limit = settings.STREAMS_PER_KEY
    slot = await stream_limits.limiter().acquire(credentials.bucket, limit)
    if slot is None:
        detail = f"this key has {limit} streams open already; close one first"
        raise DomainError("rate_limited", detail, headers={"Retry-After": str(int(frames.PING_SECONDS))})

    def is_allowed() -> bool:
        return context.authenticate(request).has(Scope.READ_MESSAGES)

    return EventStreamResponse(Source(credentials.workspace.pk, position, is_allowed, _frame), slot)


def _start(request: HttpRequest, context: RequestContext) -> int:
    """Check key, scope, rate limit and parameters before the response starts. Returns the position to start at."""
    context.authenticate(request).require(Scope.READ_MESSAGES)
    context.check_rate_limit()
    parse_query(request, QuerySerializer)
    assert context.credentials is not None
    # Other requests record this when they end, on a connection that would stay open as long as the stream.
    context.credentials.record_use(context.ip)
    return start_position(request.META.get("HTTP_LAST_EVENT_ID", ""))


def _frame(entry: Entry) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (entry.position, entry.type.encode(), entry.body)
