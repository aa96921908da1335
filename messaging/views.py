"""REST endpoints of messaging."""

from typing import ClassVar

from rest_framework.request import Request

from crmsolid.api.fields import PageQuery
from crmsolid.api.responses import Answer
from crmsolid.api.views import WorkspaceView
from crmsolid.core.clock import rfc3339
from crmsolid.workspaces.scopes import Scope
from messaging import services
from messaging.events import account_payload, message_payload, thread_payload
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


class MessagesView(WorkspaceView):
    """List messages, in and out."""

    scopes: ClassVar = {"GET": READ}
    queries: ClassVar = {"GET": MessageQuery}
    answers: ClassVar = {"GET": {200: MessageOut}}
    listed: ClassVar = True

    def get(self, request: Request) -> Answer:
        found = services.list_messages(self.actor, **self.query)
        return Answer(found.as_dict([message_payload(message) for message in found.rows]))


class MessageView(WorkspaceView):
    """Read one message."""

    scopes: ClassVar = {"GET": READ}
    answers: ClassVar = {"GET": {200: MessageOut}}

    def get(self, request: Request, message_id: str) -> Answer:
        return Answer(message_payload(services.get_message(self.actor, message_id)))


class CancelView(WorkspaceView):
    """Cancel a message that is still queued."""

    scopes: ClassVar = {"POST": WRITE}
    bodies: ClassVar = {"POST": EmptyIn}
    answers: ClassVar = {"POST": {200: CanceledOut}}
    refusals: ClassVar = {"POST": ("invalid_state",)}

    def post(self, request: Request, message_id: str) -> Answer:
        message = services.cancel_message(self.actor, message_id)
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
        found = services.list_threads(self.actor, **self.query)
        return Answer(found.as_dict([thread_payload(row.thread, row.last_message) for row in found.rows]))


class ThreadMessagesView(WorkspaceView):
    """The messages of a thread, newest first."""

    scopes: ClassVar = {"GET": READ}
    queries: ClassVar = {"GET": ThreadMessagesQuery}
    answers: ClassVar = {"GET": {200: MessageOut}}
    listed: ClassVar = True

    def get(self, request: Request, thread_id: str) -> Answer:
        found = services.list_thread_messages(self.actor, thread_id, **self.query)
        return Answer(found.as_dict([message_payload(message) for message in found.rows]))


class ReadThreadView(WorkspaceView):
    """Mark a thread as read."""

    scopes: ClassVar = {"POST": WRITE}
    bodies: ClassVar = {"POST": EmptyIn}
    answers: ClassVar = {"POST": {200: ReadOut}}
    refusals: ClassVar = {"POST": ()}

    def post(self, request: Request, thread_id: str) -> Answer:
        thread = services.mark_thread_read(self.actor, thread_id)
        return Answer({"id": thread.pk, "unread_count": 0}, contact_id=thread.contact_id)


class AccountsView(WorkspaceView):
    """The accounts, with what is used and left of their 24 hours."""

    scopes: ClassVar = {"GET": READ}
    queries: ClassVar = {"GET": PageQuery}
    answers: ClassVar = {"GET": {200: AccountOut}}
    listed: ClassVar = True

    def get(self, request: Request) -> Answer:
        found = services.list_accounts(self.actor, **self.query)
        return Answer(found.as_dict([account_payload(row, row.used, row.reserved) for row in found.rows]))


class AccountView(WorkspaceView):
    """One account."""

    scopes: ClassVar = {"GET": READ}
    answers: ClassVar = {"GET": {200: AccountOut}}

    def get(self, request: Request, account_id: int) -> Answer:
        row = services.get_account(self.actor, account_id)
        return Answer(account_payload(row, row.used, row.reserved))
