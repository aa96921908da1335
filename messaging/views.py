"""REST endpoints of messaging: parse, call one service, render."""

from crmsolid.api.endpoint import ApiResponse, ListOf, endpoint
from crmsolid.api.fields import PageQuery
from crmsolid.api.views import WorkspaceView
from crmsolid.workspaces.scopes import Scope
from messaging import services
from messaging.inputs import EmptyIn, MessageQuery, SendIn, ThreadMessagesQuery, ThreadQuery
from messaging.representations import AccountOut, CanceledOut, MessageOut, QueuedOut, ReadOut, ThreadOut

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
        return ApiResponse(QueuedOut.render(message), contact_id=message.contact_id)


class MessagesView(WorkspaceView):
    """List messages, in and out."""

    @endpoint(scopes=READ, query=MessageQuery, responses={200: ListOf(MessageOut)})
    def get(self) -> ApiResponse:
        page = services.list_messages(self.actor, **self.query)
        return ApiResponse(page.as_dict([MessageOut.render(message) for message in page.rows]))


class MessageView(WorkspaceView):
    """Read one message."""

    @endpoint(scopes=READ, responses={200: MessageOut})
    def get(self, message_id: str) -> ApiResponse:
        return ApiResponse(MessageOut.render(services.get_message(self.actor, message_id)))


class CancelView(WorkspaceView):
    """Cancel a message that is still queued."""

    @endpoint(scopes=WRITE, body=EmptyIn, responses={200: CanceledOut}, error_codes=("invalid_state",))
    def post(self, message_id: str) -> ApiResponse:
        message = services.cancel_message(self.actor, message_id)
        representation = MessageOut if self.actor.has(Scope.READ_MESSAGES) else CanceledOut
        return ApiResponse(representation.render(message), contact_id=message.contact_id)


class ThreadsView(WorkspaceView):
    """The inbox: threads, newest first, each with its last message."""

    @endpoint(scopes=READ, query=ThreadQuery, responses={200: ListOf(ThreadOut)})
    def get(self) -> ApiResponse:
        page = services.list_threads(self.actor, **self.query)
        return ApiResponse(page.as_dict([ThreadOut.render(thread) for thread in page.rows]))


class ThreadMessagesView(WorkspaceView):
    """The messages of a thread, newest first."""

    @endpoint(scopes=READ, query=ThreadMessagesQuery, responses={200: ListOf(MessageOut)})
    def get(self, thread_id: str) -> ApiResponse:
        page = services.list_thread_messages(self.actor, thread_id, **self.query)
        return ApiResponse(page.as_dict([MessageOut.render(message) for message in page.rows]))


class ReadThreadView(WorkspaceView):
    """Mark a thread as read."""

    @endpoint(scopes=WRITE, body=EmptyIn, responses={200: ReadOut})
    def post(self, thread_id: str) -> ApiResponse:
        thread = services.mark_thread_read(self.actor, thread_id)
        return ApiResponse(ReadOut.render(thread), contact_id=thread.contact_id)


class AccountsView(WorkspaceView):
    """The accounts, with what is used and left of their 24 hours."""

    @endpoint(scopes=READ, query=PageQuery, responses={200: ListOf(AccountOut)})
    def get(self) -> ApiResponse:
        page = services.list_accounts(self.actor, **self.query)
        return ApiResponse(page.as_dict([AccountOut.render(account) for account in page.rows]))


class AccountView(WorkspaceView):
    """One account."""

    @endpoint(scopes=READ, responses={200: AccountOut})
    def get(self, account_id: int) -> ApiResponse:
        return ApiResponse(AccountOut.render(services.get_account(self.actor, account_id)))
