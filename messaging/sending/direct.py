"""Accepts direct messages, those that a person or an API client sends: one slot, one thread, one queued message."""

from datetime import datetime
from typing import Any

from django.db import transaction

from contacts import lookup, repository
from contacts.models import Contact
from crmsolid.core import clock, doorbell
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.sql.table import Table
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, Direction, Message, Status, WaitingFor
from messaging.sending import slots
from messaging.sending.automatic import recipient_of
from messaging.sending.recipients import Recipient, parse_recipient
from messaging.threads import state
from messaging.unknown_account import account_not_found

# A message that is due within this time wakes a worker when it is due. The sweep finds those that are due later.
WAKE_WORKER_WITHIN_SECONDS = 5.0
MAX_BIGINT = 2**63 - 1

_accounts, _messages = Table(Account), Table(Message)


def queue_message(
    actor: Actor,
    *,
    account_id: int,
    to: str | int | None = None,
    contact_id: str = "",
    text: str,
    send_at: datetime | None = None,
    **columns: Any,
) -> Message:
    """Reserve a slot and queue the message, whose text was checked. The recipient is ``to`` or the contact.
    ``columns`` are further ones of the message.

    Runs in the caller's unit of work. Errors: as :func:`messaging.services.send_message`.
    """
    recipient = None if to is None else parse_recipient(to)
    account = lock_account(actor, account_id)
    # Under the account's lock, so a second call of the same form sees the message of the first.
    if "id" in columns and Message.objects.for_workspace(actor.workspace).filter(pk=columns["id"]).exists():
        raise DomainError("invalid_state", "this message was accepted already")
    now = clock.now()
    earliest = slots.earliest_send(account, now, send_at)
    eta = slots.slot_for_direct_send(account, earliest)
    contact, address = _find_contact(actor, recipient or contact_id)
    if contact.opted_out:
        raise DomainError("contact_opted_out")
    is_planned = send_at is not None and send_at > now
    record = state.record_planned_answer if is_planned else state.record_answer
    message = _messages.new(
        workspace_id=account.workspace_id,
        account_id=account.pk,
        contact_id=contact.pk,
        thread_id=record(account, contact, clock.now()),
        direction=Direction.OUT,
        status=Status.QUEUED,
        recipient=address,
        text=text,
        request_id=actor.request_id,
        eta=eta,
        delayed_by=_delayed_by(now, send_at, earliest, eta),
        slot_at=eta,
        created_at=now,
        **columns,
    )
    _messages.insert_later([message])
    wait = (eta - clock.now()).total_seconds()
    if wait <= WAKE_WORKER_WITHIN_SECONDS:
        transaction.on_commit(lambda: doorbell.ring("messaging.dispatch", after=wait))
    return message


def _find_contact(actor: Actor, who: Recipient | str) -> tuple[Contact, str]:
    """The contact that the recipient names, or that has this id, locked; and how the message is addressed to it."""
    if isinstance(who, Recipient):
        found = lookup.find_or_create(actor, username=who.username, telegram_id=who.telegram_id)
        return found, str(who)
    contact = repository.get(actor.workspace, who, lock=True).contact
    address = recipient_of(contact)
    if not address:
        raise invalid("contact_id", "no_address", "the contact has neither a username nor a Telegram id")
    return contact, address


def _delayed_by(now: datetime, send_at: datetime | None, earliest: datetime, eta: datetime) -> str:
    """Which condition moved the ``eta`` of a new message beyond ``now``; ``earliest`` is without the gap, which is
    named only if nothing else did."""
    if earliest > now:
        return WaitingFor.ETA if earliest == send_at else WaitingFor.ACCOUNT_PAUSED
    return WaitingFor.GAP if eta > earliest else ""


def lock_account(actor: Actor, account_id: int) -> Account:
    """The account under its row lock: two sends never reserve a slot of one account at the same time."""
    rows = []
    if 0 < account_id <= MAX_BIGINT:
        rows = _accounts.select("id = %s AND workspace_id = %s", [account_id, actor.workspace.pk], lock=True)
    if not rows:
        raise account_not_found(actor)
    return rows[0]
