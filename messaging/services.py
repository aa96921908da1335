"""The verbs of messaging: send, cancel, mark as read, make a sandbox account."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from contacts import lookup
from crmsolid.core import clock, doorbell
from crmsolid.core.errors import DomainError, invalid, not_found
from crmsolid.core.sql.table import Table
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.scopes import Scope
from messaging import threads
from messaging.models import Account, AccountKind, Direction, Message, Status, Thread
from messaging.sending import message_text, slots
from messaging.sending.recipients import InvalidRecipient, Recipient, parse_recipient

SEND_AT_HORIZON = timedelta(days=366)
RING_WITHIN_SECONDS = 5.0

_accounts, _messages = Table(Account), Table(Message)


@unit_of_work()
def send_message(
    actor: Actor, *, account_id: int, to: str | int, text: str, send_at: datetime | None = None
) -> Message:
    """Accept a direct message: stored, a slot of its account reserved at ``eta``, due from then on.

    Errors: ``scope_missing``, ``not_found`` (account), ``validation_failed`` (recipient, text, send_at),
    ``contact_opted_out``, ``account_daily_limit`` with the seconds to the first free slot.
    """
    actor.require(Scope.WRITE_MESSAGES)
    recipient = _recipient(to)
    _check_send_at(send_at)
    message_text.check(actor.workspace, text)
    account = _locked_account(actor, account_id)
    eta = slots.direct_slot(account, slots.earliest(account, clock.now(), send_at))
    contact = lookup.find_or_create(actor, username=recipient.username, telegram_id=recipient.telegram_id)
    if contact.opted_out:
        raise DomainError("contact_opted_out")
    message = _new_message(account, contact.pk, threads.touch(account, contact, clock.now()), recipient, text, eta)
    _messages.insert_later([message])
    _ring(eta)
    return message


def _new_message(
    account: Account, contact_id: str, thread_id: str, recipient: Recipient, text: str, eta: datetime
) -> Message:
    return _messages.new(
        workspace_id=account.workspace_id,
        account_id=account.pk,
        contact_id=contact_id,
        thread_id=thread_id,
        direction=Direction.OUT,
        status=Status.QUEUED,
        recipient=f"@{recipient.username}" if recipient.username else str(recipient.telegram_id),
        text=text,
        eta=eta,
        slot_at=eta,
    )


def _recipient(to: str | int) -> Recipient:
    try:
        return parse_recipient(to)
    except InvalidRecipient as error:
        raise invalid("to", error.code, error.detail) from None


def _check_send_at(send_at: datetime | None) -> None:
    if send_at is not None and send_at > clock.now() + SEND_AT_HORIZON:
        raise invalid("send_at", "too_far", "send_at may be at most 366 days away")


def _locked_account(actor: Actor, account_id: int) -> Account:
    """The account under its row lock, which puts all who reserve a slot in a row."""
    if not 0 < account_id < 2**63:
        raise not_found("account")
    rows = _accounts.select("id = %s AND workspace_id = %s", [account_id, actor.workspace.pk], lock=True)
    if not rows:
        raise not_found("account")
    return rows[0]


def _ring(eta: datetime) -> None:
    wait = (eta - clock.now()).total_seconds()
    if wait <= RING_WITHIN_SECONDS:
        transaction.on_commit(lambda: doorbell.ring("messaging.dispatch", after=wait))


@unit_of_work()
def cancel_message(actor: Actor, message: Message) -> Message:
    """Take back a message that is still ``queued`` and free its slot; ``invalid_state`` (409) otherwise."""
    actor.require(Scope.WRITE_MESSAGES)
    place = [message.id, actor.workspace.pk]
    changed = _messages.update(
        {"status": Status.CANCELED}, "id = %s AND workspace_id = %s AND status = 'queued'", place
    )
    if changed:  # what may have arrived in an attempt of unknown end goes on counting
        _messages.update({"slot_at": None}, "id = %s AND workspace_id = %s AND unsettled_since IS NULL", place)
    found: Message = Message.objects.for_workspace(actor.workspace).get(pk=message.pk)
    if not changed:
        raise DomainError("invalid_state", f"the message is {found.status}; only a queued one can be canceled")
    return found


@unit_of_work()
def mark_read(actor: Actor, thread: Thread) -> Thread:
    """Set the thread's unread count to 0."""
    actor.require(Scope.WRITE_MESSAGES)
    Thread.objects.for_workspace(actor.workspace).filter(pk=thread.pk).update(unread_count=0)
    thread.unread_count = 0
    return thread


@unit_of_work()
def create_sandbox_account(actor: Actor, *, name: str, account_id: int | None = None) -> Account:
    """An account with no Telegram behind it. ``account_id`` picks its number; ``validation_failed`` if it is taken."""
    if account_id is not None and Account.unscoped.filter(pk=account_id).exists():
        raise invalid("account_id", "taken", f"there is an account {account_id} already")
    account = Account(
        workspace=actor.workspace,
        name=name,
        kind=AccountKind.SANDBOX,
        pk=account_id,
        daily_limit=settings.DAILY_LIMIT,
    )
    account.save(force_insert=True)
    if account_id is not None:
        _skip_number(account_id)
    audit.record(actor, "account.created", str(account.pk), kind="sandbox")
    return account


def _skip_number(account_id: int) -> None:
    """PostgreSQL's sequence does not notice a number that was given by hand. SQLite's does."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(s, greatest(nextval(s), %s)) FROM pg_get_serial_sequence(%s, 'id') AS s",
                [account_id, Account._meta.db_table],
            )
