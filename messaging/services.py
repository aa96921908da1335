"""Every read and write of messaging that a caller may ask for. Each service checks the actor's authority itself."""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import QuerySet

from crmsolid.api.pagination import Page, page
from crmsolid.core import clock, doorbell
from crmsolid.core.errors import DomainError, invalid, not_found
from crmsolid.core.ids import is_id
from crmsolid.core.sql.table import Table
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Mode, Role, Workspace
from crmsolid.workspaces.scopes import Scope
from crmsolid.workspaces.scoping import WorkspaceModel
from messaging import querysets, waiting
from messaging.models import (
    Account,
    AccountKind,
    AccountState,
    Message,
    Status,
    Thread,
    account_state,
    default_daily_limit,
)
from messaging.sending import direct, message_text, sources
from messaging.threads import state
from messaging.unknown_account import account_not_found

MAX_SEND_AT_DELAY = timedelta(days=366)
MAX_BIGINT = direct.MAX_BIGINT
MAX_ACCOUNT_NAME = 100
MAX_DAILY_LIMIT = 1_000_000

M = TypeVar("M", bound=WorkspaceModel)

_accounts, _messages = Table(Account), Table(Message)


# --- Messages ---------------------------------------------------------------------------------------------------------
@unit_of_work()
def send_message(
    actor: Actor,
    *,
    account_id: int,
    to: str | int | None = None,
    contact_id: str = "",
    text: str,
    send_at: datetime | None = None,
    message_id: str = "",
) -> Message:
    """Accept a direct message: reserve a slot of its account and queue the message. It is due at the slot, ``eta``.

    The recipient is ``to``, who becomes a contact if nobody of this username or Telegram id is one, or ``contact_id``.
    ``message_id`` is the id that the message gets, made by the caller, so that a form that is sent twice sends once:
    ``invalid_state`` (409) if there is a message with this id.

    Errors: ``scope_missing``, ``not_found`` (account, contact), ``validation_failed`` (recipient, text, send_at),
    ``contact_opted_out``, ``account_daily_limit`` with the seconds to the first free slot.
    """
    actor.require(Scope.WRITE_MESSAGES)
    if send_at is not None and send_at > clock.now() + MAX_SEND_AT_DELAY:
        raise invalid("send_at", "too_far", "send_at may be at most 366 days away")
    text = message_text.check_template(actor.workspace, text)
    chosen = {} if message_id == "" else {"id": message_id}
    return direct.queue_message(
        actor, account_id=account_id, to=to, contact_id=contact_id, text=text, send_at=send_at, **chosen
    )


@unit_of_work()
def cancel_message(actor: Actor, message_id: str) -> Message:
    """Cancel a queued message and free its slot.

    An attempt whose result is unknown still counts against the daily limit, so a message that may have arrived keeps
    its slot. Errors: ``scope_missing``, ``not_found``, ``invalid_state`` (409) unless the message is queued, and if
    Telegram has told that it was sent.
    """
    actor.require(Scope.WRITE_MESSAGES)
    if not is_id("msg", message_id):
        raise not_found("message")
    is_message, params = "id = %s AND workspace_id = %s", [message_id, actor.workspace.pk]
    is_unsent = "status = 'queued' AND telegram_message_id IS NULL"
    canceled = _messages.update({"status": Status.CANCELED}, f"{is_message} AND {is_unsent}", params)
    if canceled:
        _messages.update({"slot_at": None}, f"{is_message} AND unsettled_since IS NULL", params)
    message = _get(Message, "msg", actor, message_id)
    if not canceled and message.status == Status.QUEUED:
        raise DomainError("invalid_state", "the message was sent; only one that was not can be canceled")
    if not canceled:
        raise DomainError("invalid_state", f"the message is {message.status}; only a queued one can be canceled")
    sources.settled([message])
    audit.record(actor, "message.canceled", message.pk)
    if message.source == "direct":
        state.find_waiting([message.thread_id])
    return message


def get_message(actor: Actor, message_id: str) -> Message:
    """One message. Errors: ``scope_missing``, ``not_found``."""
    actor.require(Scope.READ_MESSAGES)
    message = _get(Message, "msg", actor, message_id)
    waiting.load_accounts([message])
    return message


def _get(model: type[M], prefix: str, actor: Actor, row_id: str) -> M:
    rows = model.objects.for_workspace(actor.workspace).filter(pk=row_id)
    row: M | None = rows.first() if is_id(prefix, row_id) else None
    if row is None:
        raise not_found(str(model._meta.verbose_name))
    return row


def list_messages(
    actor: Actor,
    *,
    account_id: int | None = None,
    contact_id: str | None = None,
    thread_id: str | None = None,
    direction: str | None = None,
    status: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    sort: str = "-created_at",
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """One page of messages, in and out, created from ``since`` on and before ``until``.

    Errors: ``scope_missing``, ``invalid_cursor``.
    """
    actor.require(Scope.READ_MESSAGES)
    filters = _given(
        account_id=account_id,
        contact_id=contact_id,
        thread_id=thread_id,
        direction=direction,
        status=status,
        created_at__gte=since,
        created_at__lt=until,
    )
    rows = Message.objects.for_workspace(actor.workspace).filter(**filters)
    return _page_of_messages(actor, rows, filters, sort=sort, limit=limit, cursor=cursor)


def _given(**filters: Any) -> dict[str, Any]:
    return {name: value for name, value in filters.items() if value is not None}


def _page_of_messages(
    actor: Actor, rows: Any, filters: dict[str, Any], *, sort: str, limit: int, cursor: str | None
) -> Page:
    messages = _page(actor, rows, filters, sort=sort, limit=limit, cursor=cursor)
    waiting.load_accounts(messages.rows)
    return messages


def _page(actor: Actor, rows: Any, filters: dict[str, Any], *, sort: str, limit: int, cursor: str | None) -> Page:
    return page(rows, sort=sort, limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters=filters)


# --- Threads ----------------------------------------------------------------------------------------------------------
def list_threads(
    actor: Actor,
    *,
    account_id: int | None = None,
    contact_id: str | None = None,
    unread: bool | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """One page of threads, the one with the latest message first, each with its ``last_message``.

    ``unread`` is whether there are unread messages. Errors: ``scope_missing``, ``invalid_cursor``.
    """
    actor.require(Scope.READ_MESSAGES)
    rows = Thread.objects.for_workspace(actor.workspace).filter(**_given(account_id=account_id, contact_id=contact_id))
    if unread is not None:
        rows = rows.filter(unread_count__gt=0) if unread else rows.filter(unread_count=0)
    filters = _given(account_id=account_id, contact_id=contact_id, unread=unread)
    threads = _page(actor, rows, filters, sort="-last_message_at", limit=limit, cursor=cursor)
    newest = querysets.newest_messages(actor.workspace, threads.rows)
    waiting.load_accounts(newest.values())
    for thread in threads.rows:
        thread.last_message = newest.get(thread.pk)
    return threads


def list_thread_messages(
    actor: Actor, thread_id: str, *, sort: str = "-created_at", limit: int = 50, cursor: str | None = None
) -> Page:
    """One page of the thread's messages. Errors: ``scope_missing``, ``not_found``, ``invalid_cursor``."""
    actor.require(Scope.READ_MESSAGES)
    thread = _get(Thread, "thr", actor, thread_id)
    rows = Message.objects.for_workspace(actor.workspace).filter(thread=thread)
    return _page_of_messages(actor, rows, {"thread": thread.pk}, sort=sort, limit=limit, cursor=cursor)


@unit_of_work()
def mark_thread_read(actor: Actor, thread_id: str) -> Thread:
    """Set the thread's unread count to 0. Errors: ``scope_missing``, ``not_found``."""
    actor.require(Scope.WRITE_MESSAGES)
    thread = _get(Thread, "thr", actor, thread_id)
    rows = Thread.objects.for_workspace(actor.workspace).filter(pk=thread.pk)
    if rows.filter(unread_count__gt=0).update(unread_count=0):
        audit.record(actor, "thread.read", thread.pk)
    thread.unread_count = 0
    return thread


# --- Accounts ---------------------------------------------------------------------------------------------------------
def list_accounts(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page:
    """One page of accounts, oldest first, each with what :mod:`querysets` calls its usage and its connection.

    Errors: ``scope_missing``, ``invalid_cursor``.
    """
    actor.require(Scope.READ_MESSAGES)
    rows = _readable_accounts(actor)
    return _page(actor, rows, {}, sort="created_at", limit=limit, cursor=cursor)


def get_account(actor: Actor, account_id: int) -> Any:
    """One account, with what a list has of it. Errors: ``scope_missing``, ``not_found``."""
    actor.require(Scope.READ_MESSAGES)
    rows = _readable_accounts(actor).filter(pk=account_id)
    account = rows.first() if account_id <= MAX_BIGINT else None
    if account is None:
        raise account_not_found(actor)
    return account


def _readable_accounts(actor: Actor) -> "QuerySet[Account]":
    return querysets.with_connection(querysets.with_usage(Account.objects.for_workspace(actor.workspace)))


@unit_of_work()
def create_sandbox_account(
    actor: Actor, *, name: str, account_id: int | None = None, daily_limit: int | None = None
) -> Account:
    """Create an account that is not connected to Telegram. ``account_id`` chooses its id, ``daily_limit`` how many
    messages it may send in any 24 hours instead of the default.

    Errors: ``forbidden`` unless the actor is an admin or owner; ``validation_failed`` for a name that is blank or too
    long, a limit below 1 or too high, and an id that is taken.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    if not 1 <= len(name.strip()) <= MAX_ACCOUNT_NAME:
        raise invalid("name", "length", f"a name has 1 to {MAX_ACCOUNT_NAME} characters")
    if daily_limit is None:
        daily_limit = default_daily_limit()
    elif not 1 <= daily_limit <= MAX_DAILY_LIMIT:
        raise invalid("daily_limit", "out_of_range", f"a daily limit is 1 to {MAX_DAILY_LIMIT:,}")
    if account_id is not None and Account.unscoped.filter(pk=account_id).exists():
        raise invalid("account_id", "taken", f"there is an account {account_id} already")
    account = Account(
        workspace=actor.workspace, name=name.strip(), kind=AccountKind.SANDBOX, pk=account_id, daily_limit=daily_limit
    )
    account.save(force_insert=True)
    if account_id is not None:  # the sequence does not notice an id that it did not give out
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(s, greatest(nextval(s), %s)) FROM pg_get_serial_sequence(%s, 'id') AS s",
                [account_id, Account._meta.db_table],
            )
    audit.record(actor, "account.created", str(account.pk), kind="sandbox")
    return account


@unit_of_work()
def pause_account(actor: Actor, account_id: int) -> Account:
    """Let the account send nothing until somebody resumes it. Its messages wait, and what people write still arrives.

    Errors: ``forbidden`` unless the actor is an admin or owner; ``not_found``; ``invalid_state`` (409) unless the
    account is connected, so that a pause that Telegram asked for is never forgotten.
    """
    account, state = _lock_account(actor, account_id)
    if state != AccountState.CONNECTED:
        raise DomainError("invalid_state", f"the account is {AccountState(state).label.lower()}; it sends nothing now")
    return _set_account_state(actor, account, AccountState.PAUSED, "paused")


@unit_of_work()
def resume_account(actor: Actor, account_id: int) -> Account:
    """End a pause that has no end of its own, or try again whether Telegram has frozen the account; the messages that
    wait are sent as the account's limits allow.

    Errors: ``forbidden`` unless the actor is an admin or owner; ``not_found``; ``invalid_state`` (409) for an account
    that is not paused, or that Telegram asked to pause until a time.
    """
    account, state = _lock_account(actor, account_id)
    if state not in (AccountState.PAUSED, AccountState.FROZEN):
        raise DomainError("invalid_state", f"the account is {AccountState(state).label.lower()}; it is not paused")
    if account.paused_until is not None:
        raise DomainError("invalid_state", "Telegram asked for this pause; it ends by itself")
    resumed = _set_account_state(actor, account, AccountState.CONNECTED, "resumed")
    transaction.on_commit(lambda: doorbell.ring("messaging.dispatch"))
    return resumed


def _lock_account(actor: Actor, account_id: int) -> tuple[Account, str]:
    """The account, locked as the senders lock it, and its state at this time."""
    actor.require_role(Role.ADMIN, Role.OWNER)
    rows = Account.objects.for_workspace(actor.workspace).select_for_update(no_key=True)
    account: Account | None = rows.filter(pk=account_id).first() if 0 < account_id <= MAX_BIGINT else None
    if account is None:
        raise account_not_found(actor)
    return account, account_state(account)


def _set_account_state(actor: Actor, account: Account, state: AccountState, verb: str) -> Account:
    account.state, account.paused_until = state, None
    account.save(update_fields=["state", "paused_until"])
    audit.record(actor, f"account.{verb}", str(account.pk))
    return account


def provision(workspace: Workspace) -> None:
    """Give a new test workspace a sandbox account. A live workspace starts without accounts."""
    if workspace.mode == Mode.TEST:
        create_sandbox_account(Actor.system(workspace, "provisioning"), name="Sandbox")
