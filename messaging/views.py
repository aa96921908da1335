"""The REST door of messaging."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from crmsolid.api.endpoint import endpoint
from crmsolid.api.fields import PageQuery
from crmsolid.api.pagination import page
from crmsolid.api.responses import ApiResponse, ListOf
from crmsolid.api.views import WorkspaceView
from crmsolid.core.errors import not_found
from crmsolid.core.ids import is_id
from crmsolid.workspaces.scopes import Scope
from messaging import querysets, services
from messaging.models import Message, Thread
from messaging.serializers import (
    AccountOut,
    CanceledOut,
    EmptyIn,
    MessageOut,
    MessageQuery,
    QueuedOut,
    ReadOut,
    SendIn,
    ThreadMessagesQuery,
    ThreadOut,
    ThreadQuery,
)

READ, WRITE = (Scope.READ_MESSAGES,), (Scope.WRITE_MESSAGES,)


class SendView(WorkspaceView):
    """Send a direct message."""

    @endpoint(
        scopes=WRITE,
        body=SendIn,
        responses={200: QueuedOut},
        error_codes=("not_found", "contact_opted_out", "account_daily_limit"),
    )
    def post(self) -> ApiResponse:
        message = services.send_message(self.actor, **self.body)
        answer = QueuedOut.render(message)
        return ApiResponse(answer, contact_id=message.contact_id)


def _filtered(rows: "QuerySet[Message]", query: Mapping[str, Any]) -> "QuerySet[Message]":
    for name in ("account_id", "contact_id", "thread_id", "direction", "status"):
        if name in query:
            rows = rows.filter(**{name: query[name]})
    if "since" in query:
        rows = rows.filter(created_at__gte=query["since"])
    if "until" in query:
        rows = rows.filter(created_at__lt=query["until"])
    return rows


class MessagesView(WorkspaceView):
    """List messages, in and out."""

    @endpoint(scopes=READ, query=MessageQuery, responses={200: ListOf(MessageOut)})
    def get(self) -> ApiResponse:
        query = self.query
        rows = _filtered(Message.objects.for_workspace(self.workspace), query)
        found = page(
            rows,
            sort=query["sort"],
            limit=query["limit"],
            cursor=query.get("cursor"),
            workspace_id=self.workspace.pk,
            filters=query,
        )
        return ApiResponse(found.as_dict([MessageOut.render(message) for message in found.rows]))


class _OneMessage(WorkspaceView):
    def message(self, message_id: str) -> Message:
        rows = Message.objects.for_workspace(self.workspace).filter(pk=message_id)
        found: Message | None = rows.first() if is_id("msg", message_id) else None
        if found is None:
            raise not_found("message")
        return found


class MessageView(_OneMessage):
    """Read one message."""

    @endpoint(scopes=READ, responses={200: MessageOut})
    def get(self, message_id: str) -> ApiResponse:
        return ApiResponse(MessageOut.render(self.message(message_id)))


class CancelView(_OneMessage):
    """Cancel a message that is still queued."""

    @endpoint(scopes=WRITE, body=EmptyIn, responses={200: CanceledOut}, error_codes=("invalid_state",))
    def post(self, message_id: str) -> ApiResponse:
        message = services.cancel_message(self.actor, self.message(message_id))
        whole = MessageOut.render(message)
        if not self.actor.has(Scope.READ_MESSAGES):
            whole = CanceledOut.render(message)
        return ApiResponse(whole, contact_id=message.contact_id)


def _thread(thread: Thread, last: Message | None) -> dict[str, Any]:
    return ThreadOut.render(thread, last_message=None if last is None else MessageOut.render(last))


class ThreadsView(WorkspaceView):
    """The inbox: threads, newest first, each with its last message."""

    @endpoint(scopes=READ, query=ThreadQuery, responses={200: ListOf(ThreadOut)})
    def get(self) -> ApiResponse:
        query, rows = self.query, querysets.threads(self.workspace)
        for name in ("account_id", "contact_id"):
            if name in query:
                rows = rows.filter(**{name: query[name]})
        if "unread" in query:
            rows = rows.filter(unread_count__gt=0) if query["unread"] else rows.filter(unread_count=0)
        found = page(
            rows,
            sort="-last_message_at",
            limit=query["limit"],
            cursor=query.get("cursor"),
            workspace_id=self.workspace.pk,
            filters=query,
        )
        last = querysets.newest_messages(self.workspace, found.rows)
        return ApiResponse(found.as_dict([_thread(thread, last.get(thread.pk)) for thread in found.rows]))


class _OneThread(WorkspaceView):
    def thread(self, thread_id: str) -> Thread:
        rows = Thread.objects.for_workspace(self.workspace).filter(pk=thread_id)
        found: Thread | None = rows.first() if is_id("thr", thread_id) else None
        if found is None:
            raise not_found("thread")
        return found


class ThreadMessagesView(_OneThread):
    """The messages of a thread, newest first."""

    @endpoint(scopes=READ, query=ThreadMessagesQuery, responses={200: ListOf(MessageOut)})
    def get(self, thread_id: str) -> ApiResponse:
        thread, query = self.thread(thread_id), self.query
        found = page(
            Message.objects.for_workspace(self.workspace).filter(thread=thread),
            sort=query["sort"],
            limit=query["limit"],
            cursor=query.get("cursor"),
            workspace_id=self.workspace.pk,
            filters={**query, "thread": thread.pk},
        )
        return ApiResponse(found.as_dict([MessageOut.render(message) for message in found.rows]))


class ReadThreadView(_OneThread):
    """Mark a thread as read."""

    @endpoint(scopes=WRITE, body=EmptyIn, responses={200: ReadOut})
    def post(self, thread_id: str) -> ApiResponse:
        thread = services.mark_read(self.actor, self.thread(thread_id))
        return ApiResponse(ReadOut.render(thread), contact_id=thread.contact_id)


class AccountsView(WorkspaceView):
    """The accounts, with what is used and left of their 24 hours."""

    @endpoint(scopes=READ, query=PageQuery, responses={200: ListOf(AccountOut)})
    def get(self) -> ApiResponse:
        found = page(
            querysets.accounts(self.workspace),
            sort="created_at",
            limit=self.query["limit"],
            cursor=self.query.get("cursor"),
            workspace_id=self.workspace.pk,
            filters={},
        )
        return ApiResponse(found.as_dict([AccountOut.render(row) for row in found.rows]))


class AccountView(WorkspaceView):
    """One account."""

    @endpoint(scopes=READ, responses={200: AccountOut})
    def get(self, account_id: int) -> ApiResponse:
        rows = querysets.accounts(self.workspace).filter(pk=account_id)
        row: Any = rows.first() if account_id < 2**63 else None
        if row is None:
            raise not_found("account")
        return ApiResponse(AccountOut.render(row))
