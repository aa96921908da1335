"""Older messages of a thread, which are at Telegram only."""

from django.db import transaction

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.errors import DomainError, not_found
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.limits import checks
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from messaging import account_workers
from messaging.models import AccountKind, AccountState, HistoryRequest, HistoryState, Message, account_state
from messaging.threads.services.reading import find_thread


@unit_of_work()
def load_history(actor: Actor, thread_id: str) -> HistoryRequest:
    """Ask the worker that holds the account for the messages at Telegram before the oldest one of the thread.

    Nothing more is asked for while a request is open, and after all was loaded. Errors: ``scope_missing``,
    ``not_found``; ``invalid_state`` (409) for an account that is not connected to Telegram, and for a thread that has
    no message from there.
    """
    actor.require(Scope.WRITE_MESSAGES)
    # An erasure deletes requests before threads, under this lock: no request may come in between.
    people = Contact.objects.for_workspace(actor.workspace).filter(threads=thread_id)
    if people.select_for_update(no_key=True, of=("self",)).first() is None:
        raise not_found("thread")
    thread = find_thread(actor.workspace, thread_id)
    if thread.account.kind != AccountKind.TELEGRAM:
        raise DomainError("invalid_state", "only conversations of Telegram accounts have older messages")
    if account_state(thread.account) in (AccountState.NEEDS_LOGIN, AccountState.BANNED):
        raise DomainError("invalid_state", f"{thread.account} is not connected to Telegram; log it in, then try again")
    messages = Message.objects.for_workspace(actor.workspace).filter(thread=thread)
    if not messages.filter(telegram_message_id__isnull=False).exists():
        raise DomainError("invalid_state", "no message of this conversation has been at Telegram yet")
    checks.write_about(actor, thread.contact_id)
    rows = HistoryRequest.objects.for_workspace(actor.workspace).filter(thread=thread)
    now = clock.now()
    again = rows.exclude(state=HistoryState.ASKED).filter(is_complete=False)
    asked = again.update(state=HistoryState.ASKED, reason="", requested_at=now, not_before=now)
    if not asked:
        _, asked = rows.get_or_create(thread=thread, defaults={"workspace": actor.workspace, "account": thread.account})
    if asked:
        audit.record(actor, "thread.history_requested", thread_id)
        transaction.on_commit(lambda: account_workers.wake(AccountKind.TELEGRAM, [thread.account_id]))
    request: HistoryRequest = rows.get()
    request.thread = thread
    return request


def get_history_request(actor: Actor, thread_id: str) -> HistoryRequest:
    """The latest request for older messages of the thread. Errors: ``scope_missing``, ``not_found``."""
    request = find_history_request(actor, thread_id)
    if request is None:
        raise not_found("request for older messages")
    return request


def find_history_request(actor: Actor, thread_id: str) -> HistoryRequest | None:
    """The latest request for older messages of the thread, if there is one. Errors: ``scope_missing``."""
    actor.require(Scope.READ_MESSAGES)
    rows = HistoryRequest.objects.for_workspace(actor.workspace).filter(thread=thread_id)
    request: HistoryRequest | None = rows.first()
    return request
