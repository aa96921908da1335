"""REST endpoints of messaging: parse, call one service, render."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, StreamingHttpResponse

from crmsolid.api.endpoint import ApiResponse, ListOf, Narrowed, Raw, endpoint
from crmsolid.api.examples import id_of
from crmsolid.api.fields import EmptyIn, PageQuery, QuerySerializer
from crmsolid.api.parsing import parse_query
from crmsolid.api.preconditions import entity_tag
from crmsolid.api.representations import RECORDED
from crmsolid.api.request_context import RequestContext, request_context
from crmsolid.api.views import WorkspaceView, openapi_route
from crmsolid.core.errors import DomainError
from crmsolid.events import feed
from crmsolid.events.feed import Entry
from crmsolid.limits import reading
from crmsolid.workspaces.actor import Actor, Scope
from messaging import accounts, services
from messaging.changes import services as changes
from messaging.inputs import (
    EditIn,
    MessageQuery,
    ReactIn,
    SendIn,
    ThreadDetailQuery,
    ThreadMessagesQuery,
    ThreadPatch,
    ThreadQuery,
    send_arguments,
)
from messaging.models import Message
from messaging.representations import (
    AccountOut,
    CanceledOut,
    HistoryOut,
    MessageOut,
    QueuedOut,
    ReadOut,
    ThreadChangedOut,
    ThreadDetailOut,
    ThreadOut,
)
from messaging.streaming import frames, stream_limits
from messaging.streaming.hub import EVENT_TYPES, in_thread
from messaging.threads.services import actions, conversations, older_messages
from messaging.threads.services.conversations import ThreadFilter

# What a stream sends until it records again that somebody's text is read counts as read already.
STREAM_RECORDED = timedelta(seconds=frames.PING_SECONDS + 5)
READ, WRITE = (Scope.READ_MESSAGES,), (Scope.WRITE_MESSAGES,)
STREAMED = f'id: 39\nevent: message.sent\ndata: {{"event":"message.sent","id":"{id_of("event")}"}}\n\n'


class SendView(WorkspaceView):
    """Send a direct message."""

    @endpoint(
        scopes=WRITE,
        body=SendIn,
        responses={200: QueuedOut},
        error_codes=("not_found", "contact_opted_out", "account_daily_limit"),
        narrowed=Narrowed.SERVED,
    )
    def post(self) -> ApiResponse:
        message = services.send_message(self.actor, **send_arguments(self.body))
        return ApiResponse(QueuedOut.render(message), contact_id=message.contact_id)


class MessagesView(WorkspaceView):
    """List messages, in and out."""

    @endpoint(
        scopes=READ,
        query=MessageQuery,
        responses={200: ListOf(MessageOut)},
        error_codes=("filter_too_costly",),
        slow_with=("search",),
        narrowed=Narrowed.SERVED,
    )
    def get(self) -> ApiResponse:
        page = services.list_messages(self.actor, **self.query)
        return ApiResponse(page.as_dict([MessageOut.render(message) for message in page.rows]))


class MessageView(WorkspaceView):
    """Read one message."""

    @endpoint(scopes=READ, responses={200: MessageOut}, narrowed=Narrowed.SERVED)
    def get(self, message_id: str) -> ApiResponse:
        return ApiResponse(MessageOut.render(services.get_message(self.actor, message_id)))

    @endpoint(
        scopes=WRITE,
        body=EditIn,
        responses={200: CanceledOut},
        error_codes=("invalid_state", "account_daily_limit"),
        narrowed=Narrowed.SERVED,
    )
    def patch(self, message_id: str) -> ApiResponse:
        """Change the text of a message.

        A queued one is sent with the new text; one that is planned also gets another time with `send_at`. One that was
        sent is changed at Telegram, within 48 hours: until that is done `text` is the old one and `change` says so.
        """
        check = self.preconditions.check(MessageOut.render)
        change = services.change_planned if "send_at" in self.body else changes.edit_message
        answer = _changed(self.actor, change(self.actor, message_id, **self.body, check=check))
        if self.actor.has(Scope.READ_MESSAGES):
            answer.headers["ETag"] = entity_tag(answer.data)
        return answer

    @endpoint(scopes=WRITE, responses={204: None}, error_codes=("invalid_state",), narrowed=Narrowed.SERVED)
    def delete(self, message_id: str) -> ApiResponse:
        """Delete a message that was sent, for both sides.

        `deleted_at` is set once Telegram has done it.
        """
        check = self.preconditions.check(MessageOut.render)
        message = changes.delete_message(self.actor, message_id, check=check)
        return ApiResponse(None, status=204, contact_id=message.contact_id)


class ReactionsView(WorkspaceView):
    """React to a message from its account."""

    @endpoint(
        scopes=WRITE,
        body=ReactIn,
        responses={200: CanceledOut},
        error_codes=("invalid_state",),
        narrowed=Narrowed.SERVED,
    )
    def post(self, message_id: str) -> ApiResponse:
        return _changed(self.actor, changes.react(self.actor, message_id, **self.body))


def _changed(actor: Actor, message: Message) -> ApiResponse:
    """The whole message, or ``id`` and ``status`` for a key that may not read it."""
    representation = MessageOut if actor.has(Scope.READ_MESSAGES) else CanceledOut
    return ApiResponse(representation.render(message), contact_id=message.contact_id)


class CancelView(WorkspaceView):
    """Cancel a message that is still queued."""

    @endpoint(
        scopes=WRITE,
        body=EmptyIn,
        responses={200: CanceledOut},
        error_codes=("invalid_state",),
        narrowed=Narrowed.SERVED,
    )
    def post(self, message_id: str) -> ApiResponse:
        return _changed(self.actor, services.cancel_message(self.actor, message_id))


class ThreadsView(WorkspaceView):
    """The inbox: threads, newest first, each with its last message."""

    @endpoint(
        scopes=READ,
        query=ThreadQuery,
        responses={200: ListOf(ThreadOut)},
        slow_with=("search",),
        narrowed=Narrowed.SERVED,
    )
    def get(self) -> ApiResponse:
        filters = dict(self.query)
        sort, limit, cursor = filters.pop("sort"), filters.pop("limit"), filters.pop("cursor", None)
        page = conversations.list_threads(self.actor, ThreadFilter(**filters), sort=sort, limit=limit, cursor=cursor)
        return ApiResponse(page.as_dict([ThreadOut.render(thread) for thread in page.rows]))


class ThreadView(WorkspaceView):
    """One thread: read it, close, snooze, reopen and assign it."""

    @endpoint(scopes=READ, query=ThreadDetailQuery, responses={200: ThreadDetailOut}, narrowed=Narrowed.SERVED)
    def get(self, thread_id: str) -> ApiResponse:
        """Read a thread, with its latest messages if wanted."""
        found = conversations.read_thread(self.actor, thread_id, **self.query)
        data = ThreadOut.render(found.thread)
        if found.messages is None:
            return ApiResponse(data)
        data["messages"] = [MessageOut.render(message) for message in found.messages]
        # A change of the thread asks for the tag of the thread alone.
        return ApiResponse(data, headers={"ETag": entity_tag(data, live=("messages",))})

    @endpoint(scopes=WRITE, body=ThreadPatch, responses={200: ThreadChangedOut}, narrowed=Narrowed.SERVED)
    def patch(self, thread_id: str) -> ApiResponse:
        """Close, reopen, snooze or assign a thread.

        What is given is changed, in one transaction. With `If-Match` also a message that came meanwhile refuses it.
        """
        check = self.preconditions.check(ThreadOut.render)
        thread = conversations.change_thread(self.actor, thread_id, **self.body, check=check)
        if not self.actor.has(Scope.READ_MESSAGES):
            return ApiResponse({"id": thread.pk}, contact_id=thread.contact_id)
        data = ThreadOut.render(thread)
        return ApiResponse(data, headers={"ETag": entity_tag(data)}, contact_id=thread.contact_id)


class ThreadMessagesView(WorkspaceView):
    """The messages of a thread, newest first."""

    @endpoint(scopes=READ, query=ThreadMessagesQuery, responses={200: ListOf(MessageOut)}, narrowed=Narrowed.SERVED)
    def get(self, thread_id: str) -> ApiResponse:
        page = services.list_thread_messages(self.actor, thread_id, **self.query)
        return ApiResponse(page.as_dict([MessageOut.render(message) for message in page.rows]))


class HistoryView(WorkspaceView):
    """Older messages of a thread, which are at Telegram only."""

    @endpoint(scopes=READ, responses={200: HistoryOut}, narrowed=Narrowed.SERVED)
    def get(self, thread_id: str) -> ApiResponse:
        """Read how far the latest request for older messages has come; 404 if there is none."""
        return ApiResponse(HistoryOut.render(older_messages.get_history_request(self.actor, thread_id)))

    @endpoint(
        scopes=WRITE,
        body=EmptyIn,
        responses={202: HistoryOut},
        error_codes=("invalid_state",),
        operation_id="load_thread_history",
        narrowed=Narrowed.SERVED,
    )
    def post(self, thread_id: str) -> ApiResponse:
        """Load the page of messages before the oldest one of the thread from Telegram.

        Call it again for the page before once `state` is `done`, until `is_complete`. `invalid_state` for an account
        that is no Telegram account or is logged out, and for a thread without a message from there.
        """
        request = older_messages.load_history(self.actor, thread_id)
        headers, contact_id = {"Location": f"/v1/threads/{thread_id}/history"}, request.thread.contact_id
        return ApiResponse(HistoryOut.render(request), status=202, headers=headers, contact_id=contact_id)


class ReadThreadView(WorkspaceView):
    """Mark a thread as read."""

    @endpoint(scopes=WRITE, body=EmptyIn, responses={200: ReadOut}, narrowed=Narrowed.SERVED)
    def post(self, thread_id: str) -> ApiResponse:
        thread = services.mark_thread_read(self.actor, thread_id)
        return ApiResponse(ReadOut.render(thread), contact_id=thread.contact_id)


class UnreadThreadView(WorkspaceView):
    """Show a thread as unread."""

    @endpoint(
        scopes=WRITE,
        body=EmptyIn,
        responses={200: ReadOut},
        operation_id="mark_thread_unread",
        narrowed=Narrowed.SERVED,
    )
    def post(self, thread_id: str) -> ApiResponse:
        thread = actions.mark_thread_unread(self.actor, thread_id)
        return ApiResponse(ReadOut.render(thread), contact_id=thread.contact_id)


class AccountsView(WorkspaceView):
    """The accounts, with what is used and left of their 24 hours."""

    @endpoint(scopes=READ, query=PageQuery, responses={200: ListOf(AccountOut)}, narrowed=Narrowed.SERVED)
    def get(self) -> ApiResponse:
        page = accounts.list_accounts(self.actor, **self.query)
        return ApiResponse(page.as_dict([AccountOut.render(account) for account in page.rows]))


class AccountView(WorkspaceView):
    """One account."""

    @endpoint(scopes=READ, responses={200: AccountOut}, narrowed=Narrowed.SERVED)
    def get(self, account_id: int) -> ApiResponse:
        return ApiResponse(AccountOut.render(accounts.get_account(self.actor, account_id)))


@openapi_route(
    scopes=(Scope.READ_MESSAGES,),
    responses={
        200: Raw(
            {"text/event-stream": STREAMED},
            description=f"`{'`, `'.join(EVENT_TYPES)}`; the data is the body that webhooks get.",
            text_of=RECORDED,
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
    narrowed=Narrowed.SERVED,
)
async def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Stream messages (Server-Sent Events)."""
    if request.method != "GET":
        raise DomainError("method_not_allowed", "only GET works here", headers={"Allow": "GET"})
    context = request_context(request)
    position, is_recorded = await in_thread(_start, request, context)
    credentials = context.credentials
    assert credentials is not None
    limit = settings.STREAMS_PER_KEY
    slot = await stream_limits.limiter().acquire(credentials.bucket, limit)
    if slot is None:
        detail = f"this key has {limit} streams open already; close one first"
        raise DomainError("rate_limited", detail, headers={"Retry-After": str(int(frames.PING_SECONDS))})

    def is_allowed() -> bool:
        try:
            actor = context.authenticate(request)
            reading.record(actor, [reading.SOMEBODY], ahead=STREAM_RECORDED)
        except DatabaseError:
            if is_recorded:  # what is sent to it must be recorded
                return False
            raise
        return actor.has(Scope.READ_MESSAGES)

    def leave_out(entries: Sequence[Entry]) -> list[Entry]:
        # Authenticated again, so that other limits, and who has come into the segment or left it, count at once.
        return feed.seen(context.authenticate(request).workspace, entries)

    source = frames.Source(credentials.workspace.pk, position, is_allowed, _frame)
    if credentials.limits.narrows:
        source = replace(source, leave_out=leave_out)
    return frames.EventStreamResponse(source, slot)


def _start(request: HttpRequest, context: RequestContext) -> tuple[int, bool]:
    """Check key, scope, rate limit and parameters before the response starts. Returns the position to start at, and
    whether it is recorded what the key is given to read."""
    actor = context.authenticate(request)
    actor.require(Scope.READ_MESSAGES)
    context.check_rate_limit()
    parse_query(request, QuerySerializer)
    assert context.credentials is not None
    # Other requests record this when they end, on a connection that would stay open as long as the stream.
    context.credentials.record_use(context.ip)
    position = frames.start_position(request.META.get("HTTP_LAST_EVENT_ID", ""))
    reading.record(actor, [reading.SOMEBODY], ahead=STREAM_RECORDED)
    return position, reading.matters_to(actor)


def _frame(entry: Entry) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (entry.position, entry.type.encode(), entry.body)
