"""Sends queued messages. Each attempt has three steps, and a crash can happen between any two of them:

claim   (:func:`claim`) locks the account, checks the daily limit again, renders the text once and takes a lease
send    (:meth:`Gateway.send`) runs outside any transaction, with the message's own ``random_id``
settle  (:mod:`messaging.sending.settlement`) writes the result and its event, only while the lease is still held

The lease of a worker that dies expires. The next run recovers the lost lease: it claims the message again with the same
``random_id``, so that a message which had arrived before counts as sent and is not delivered twice.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet

from contacts.models import Contact
from crmsolid.core import clock, doorbell
from crmsolid.core.sql.table import Table
from crmsolid.workspaces.models import Plan
from messaging.models import Account, AccountState, Message, Status
from messaging.sending import gateway, message_text, settlement, slots
from messaging.sending.gateway import Delivered, Gateway, Outgoing, SendError

logger = logging.getLogger("crmsolid.messaging")

BATCH = 50
ACCOUNTS_BATCH = 1000
RUN_SECONDS = 20.0

_accounts, _messages, _contacts = Table(Account), Table(Message), Table(Contact)


@dataclass(slots=True)
class Claim:
    """A message that this worker alone may send until ``message.lease_until``."""

    message: Message
    account: Account
    outgoing: Outgoing


def dispatch(*, seconds: float = RUN_SECONDS) -> int:
    """Send what is due on accounts that any worker may send for, and wake the workers of the other accounts.

    Returns the number of messages tried. Each due message is tried once, oldest first. After ``seconds`` the run ends
    and asks for another one.
    """
    tried, started, ends = 0, clock.now(), time.monotonic() + seconds
    _wake_account_workers()
    sendable = due_messages().filter(account__kind__in=gateway.kinds(needs_account_worker=False)).order_by("eta", "id")
    remaining = sendable
    while batch := list(remaining[:BATCH]):
        for message in batch:
            try:
                tried += attempt(message.pk, gateway.registry[message.account.kind])
            except (OperationalError, InterfaceError):
                raise  # the database is unreachable, for every other message too
            except Exception:  # a bug while sending one message must not stop the others
                logger.exception("an attempt failed unexpectedly", extra={"message_id": message.pk})
                tried += 1
            if time.monotonic() > ends:
                doorbell.ring("messaging.dispatch")
                return tried
        # The next batch starts after this one, so that messages which cannot be sent now do not block the others.
        remaining = sendable.filter(Q(eta__gt=batch[-1].eta) | Q(eta=batch[-1].eta, id__gt=batch[-1].id))
    _ring_for_next(started)
    return tried


def due_messages() -> "QuerySet[Message]":
    """Messages that may be claimed now, on accounts that can send, in workspaces whose plan allows sending."""
    now = clock.now()

    def plan_allows_sending(path: str) -> Q:
        in_trial = Q(**{f"{path}plan": Plan.TRIAL, f"{path}trial_ends_at__gt": now})
        return Q(**{f"{path}plan__in": [Plan.PRO, Plan.BUSINESS]}) | in_trial

    # A test workspace has the plan of its live one.
    allowed = Q(workspace__live=None) & plan_allows_sending("workspace__") | plan_allows_sending("workspace__live__")
    return Message.unscoped.filter(_claimable(), _account_can_send(), allowed).select_related("account")


def _claimable() -> Q:
    """Queued with an eta that has passed, or sending with an expired lease."""
    now = clock.now()
    return Q(status=Status.QUEUED, eta__lte=now) | Q(status=Status.SENDING, lease_until__lt=now)


def _account_can_send() -> Q:
    pause_is_over = Q(account__state=AccountState.PAUSED, account__paused_until__lte=clock.now())
    return Q(account__state=AccountState.CONNECTED) | pause_is_over


def _wake_account_workers() -> None:
    """Tell the workers that hold account connections that something is due on one of their accounts."""
    rows = due_messages().filter(account__kind__in=gateway.kinds(needs_account_worker=True)).order_by()
    accounts = rows.values_list("account_id", "account__kind").distinct()[:ACCOUNTS_BATCH]
    for queue in {gateway.registry[kind].queue(account_id) for account_id, kind in accounts}:
        if queue is not None:
            doorbell.ring("messaging.send_for_account", queue=queue)


def _ring_for_next(run_started: datetime) -> None:
    """Ask for a run when the next message becomes due, if that is before the next sweep."""
    now = clock.now()
    next_sweep = now + timedelta(seconds=settings.SWEEP_SECONDS)
    rows = Message.unscoped.filter(_account_can_send(), status=Status.QUEUED, eta__gt=run_started, eta__lte=next_sweep)
    next_eta = rows.order_by("eta").values_list("eta", flat=True).first()
    if next_eta is not None:
        doorbell.ring("messaging.dispatch", after=(next_eta - now).total_seconds())


def attempt(message_id: str, account_gateway: Gateway) -> bool:
    """Claim, send and settle one message. False if it could not be claimed."""
    claimed = claim(message_id)
    if claimed is None:
        return False
    started = time.monotonic()
    result: Delivered | SendError
    try:
        result = account_gateway.send(claimed.outgoing)
    except SendError as error:
        result = error
    except Exception as error:
        # A bug in the gateway. Nobody knows whether the message arrived, so it is retried with the same random_id.
        logger.exception("the gateway failed unexpectedly", extra={"message_id": message_id})
        result = SendError("internal_error", type(error).__name__)
    finish(claimed, account_gateway, result, time.monotonic() - started)
    return True


def finish(claimed: Claim, account_gateway: Gateway, result: Delivered | SendError, seconds: float) -> None:
    """Settle an attempt that took ``seconds``. Does nothing when its lease has been lost meanwhile."""
    settled = settlement.settle(
        claimed.message,
        claimed.account,
        result,
        elapsed_ms=int(seconds * 1000),
        previous_attempt_at=claimed.outgoing.previous_attempt_at,
    )
    if settled and isinstance(result, Delivered):
        account_gateway.after_sent(claimed.outgoing)


@transaction.atomic
def claim(message_id: str) -> Claim | None:
    """Claim the message for one attempt: check everything again under the account's lock and take a lease.

    None if another worker has it, if it is not due, if its account cannot send, if the daily limit moved it to a later
    slot, or if it failed before it could be sent.
    """
    account_id = Message.unscoped.filter(pk=message_id).values_list("account_id", flat=True).first()
    if account_id is None:
        return None
    account = _accounts.select("id = %s", [account_id], lock=True)[0]
    claimable = Message.unscoped.filter(_claimable(), pk=message_id)
    message = claimable.select_for_update(skip_locked=True, no_key=True).first()
    # A pause with an end delays the account's messages; a pause without one holds them.
    is_delayed = account.state == AccountState.PAUSED and account.paused_until is not None
    if message is None or not (account.state == AccountState.CONNECTED or is_delayed):
        return None
    now = clock.now()
    slot = slots.next_send_time(account, slots.earliest_send(account, now), exclude_id=message.id)
    if slot > now:
        _record_lost_lease(message)
        # A message that may have arrived keeps the slot it has.
        slot_at = slot if message.unsettled_since is None else message.slot_at
        settlement.end_lease(message, status=Status.QUEUED, eta=slot, slot_at=slot_at)
        return None
    text = _text_to_send(message)
    return _take_lease(message, account, text) if text is not None else None


def _record_lost_lease(message: Message) -> None:
    if message.status == Status.SENDING:
        settlement.record_attempt(message, "lost", "lease_expired", elapsed_ms=0)


def _text_to_send(message: Message) -> str | None:
    """The rendered text. None after failing the message: the contact opted out, or the text cannot be rendered."""
    contact = _contacts.select("id = %s", [message.contact_id])[0]
    if contact.opted_out:
        settlement.fail_unsent(message, "contact_opted_out", "the contact asked for no more messages")
        return None
    if message.rendered and message.text:
        return message.text
    try:
        return message_text.render_for(contact, message.text)
    except message_text.TemplateUnresolved as error:
        settlement.fail_unsent(message, "template_unresolved", str(error))
    except ValueError as error:
        settlement.fail_unsent(message, "text_length", str(error))
    return None


def _take_lease(message: Message, account: Account, text: str) -> Claim:
    now, previous_attempt_at = clock.now(), message.unsettled_since
    _record_lost_lease(message)
    values = {
        "status": Status.SENDING,
        "text": text,
        "rendered": True,
        # An earlier attempt may have arrived, at the slot that it took: then the slot stays.
        "slot_at": now if previous_attempt_at is None else message.slot_at,
        "lease": uuid4().hex,
        "lease_until": now + timedelta(seconds=settings.SEND_LEASE_SECONDS),
        "unsettled_since": previous_attempt_at or now,
        "attempts": message.attempts + 1,
    }
    _messages.update(values, "id = %s", [message.id])
    for name, value in values.items():
        setattr(message, name, value)
    outgoing = Outgoing(
        message_id=message.id,
        workspace_id=message.workspace_id,
        account_id=message.account_id,
        random_id=message.random_id,
        recipient=message.recipient,
        text=message.text,
        attempt=message.attempts,
        previous_attempt_at=previous_attempt_at,
    )
    return Claim(message, account, outgoing)
