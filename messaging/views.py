"""The REST door of messaging."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request

from crmsolid.api.fields import PageQuery
from crmsolid.api.pagination import page
from crmsolid.api.responses import Answer
from crmsolid.api.views import WorkspaceView
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import not_found
from crmsolid.core.ids import is_id
from crmsolid.workspaces.scopes import Scope
from messaging import querysets, services
from messaging.events import account_payload, message_payload, thread_payload
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

    scopes: ClassVar = {"POST": WRITE}
    bodies: ClassVar = {"POST": SendIn}
    answers: ClassVar = {"POST": {200: QueuedOut}}
    refusals: ClassVar = {"POST": ("not_found", "contact_opted_out", "account_daily_limit")}

    def post(self, request: Request) -> Answer:
        message = services.send_message(self.actor, **self.body)
        answer = {"id": message.id, "status": message.status, "eta": rfc3339(message.eta)}
        return Answer(answer, contact_id=message.contact_id)


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

    scopes: ClassVar = {"GET": READ}
    queries: ClassVar = {"GET": MessageQuery}
    answers: ClassVar = {"GET": {200: MessageOut}}
    listed: ClassVar = True

    def get(self, request: Request) -> Answer:
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
        return Answer(found.as_dict([message_payload(message) for message in found.rows]))


class _OneMessage(WorkspaceView):
    scopes: ClassVar = {}

    def message(self, message_id: str) -> Message:
        rows = Message.objects.for_workspace(self.workspace).filter(pk=message_id)
        found: Message | None = rows.first() if is_id("msg", message_id) else None
        if found is None:
            raise not_found("message")
        return found


class MessageView(_OneMessage):
    """Read one message."""

    scopes: ClassVar = {"GET": READ}
    answers: ClassVar = {"GET": {200: MessageOut}}

    def get(self, request: Request, message_id: str) -> Answer:
        return Answer(message_payload(self.message(message_id)))


class CancelView(_OneMessage):
    """Cancel a message that is still queued."""

    scopes: ClassVar = {"POST": WRITE}
    bodies: ClassVar = {"POST": EmptyIn}
    answers: ClassVar = {"POST": {200: CanceledOut}}
    refusals: ClassVar = {"POST": ("invalid_state",)}

    def post(self, request: Request, message_id: str) -> Answer:
        message = services.cancel_message(self.actor, self.message(message_id))
        whole = message_payload(message)
        if not self.actor.has(Scope.READ_MESSAGES):
            whole = {"id": message.id, "status": message.status}
        return Answer(whole, contact_id=message.contact_id)


class ThreadsView(WorkspaceView):
    """The inbox: threads, newest first, each with its last message."""

    scopes: ClassVar = {"GET": READ}
    queries: ClassVar = {"GET": ThreadQuery}
    answers: ClassVar = {"GET": {200: ThreadOut}}
    listed: ClassVar = True

    def get(self, request: Request) -> Answer:
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
        return Answer(found.as_dict([thread_payload(thread, last.get(thread.pk)) for thread in found.rows]))


class _OneThread(WorkspaceView):
    scopes: ClassVar = {}

    def thread(self, thread_id: str) -> Thread:
        rows = Thread.objects.for_workspace(self.workspace).filter(pk=thread_id)
        found: Thread | None = rows.first() if is_id("thr", thread_id) else None
        if found is None:
            raise not_found("thread")
        return found


class ThreadMessagesView(_OneThread):
    """The messages of a thread, newest first."""

    scopes: ClassVar = {"GET": READ}
    queries: ClassVar = {"GET": ThreadMessagesQuery}
    answers: ClassVar = {"GET": {200: MessageOut}}
    listed: ClassVar = True

    def get(self, request: Request, thread_id: str) -> Answer:
        thread, query = self.thread(thread_id), self.query
        found = page(
            Message.objects.for_workspace(self.workspace).filter(thread=thread),
            sort=query["sort"],
            limit=query["limit"],
            cursor=query.get("cursor"),
            workspace_id=self.workspace.pk,
            filters={**query, "thread": thread.pk},
        )
        return Answer(found.as_dict([message_payload(message) for message in found.rows]))


class ReadThreadView(_OneThread):
    """Mark a thread as read."""

    scopes: ClassVar = {"POST": WRITE}
    bodies: ClassVar = {"POST": EmptyIn}
    answers: ClassVar = {"POST": {200: ReadOut}}
    refusals: ClassVar = {"POST": ()}

    def post(self, request: Request, thread_id: str) -> Answer:
        thread = services.mark_read(self.actor, self.thread(thread_id))
        return Answer({"id": thread.pk, "unread_count": 0}, contact_id=thread.contact_id)


class AccountsView(WorkspaceView):
    """The accounts, with what is used and left of their 24 hours."""

    scopes: ClassVar = {"GET": READ}
    queries: ClassVar = {"GET": PageQuery}
    answers: ClassVar = {"GET": {200: AccountOut}}
    listed: ClassVar = True

    def get(self, request: Request) -> Answer:
        found = page(
            querysets.accounts(self.workspace),
            sort="created_at",
            limit=self.query["limit"],
            cursor=self.query.get("cursor"),
            workspace_id=self.workspace.pk,
            filters={},
        )
        return Answer(found.as_dict([account_payload(row, row.used, row.reserved) for row in found.rows]))


class AccountView(WorkspaceView):
    """One account."""

    scopes: ClassVar = {"GET": READ}
    answers: ClassVar = {"GET": {200: AccountOut}}

    def get(self, request: Request, account_id: int) -> Answer:
        rows = querysets.accounts(self.workspace).filter(pk=account_id)
        row: Any = rows.first() if account_id < 2**63 else None
        if row is None:
            raise not_found("account")
        return Answer(account_payload(row, row.used, row.reserved))
