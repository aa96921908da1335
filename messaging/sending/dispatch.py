"""The delivery state machine: claim, send, settle.

Each step commits by itself and can be the last one before a crash:

claim   under the account's lock: the 24 hours are checked again, the text is rendered once, a lease is taken
send    outside any transaction, with the message's own ``random_id``
settle  only while the lease is still ours; the event is written with it

A message whose lease ran out is claimed again with the same ``random_id``: what arrived before counts as sent.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet

from contacts.models import Contact
from crmsolid.core import clock, doorbell
from crmsolid.core.sql.table import Table
from crmsolid.workspaces.models import Plan
from messaging.models import Account, AccountState, Message, Status
from messaging.sending import gateway, message_text, settlement, slots, templating
from messaging.sending.gateway import Delivered, Gateway, Outgoing, SendError, gateway_for

logger = logging.getLogger("crmsolid.messaging")

BATCH = 50
OWNERS_BATCH = 1000
RUN_SECONDS = 20.0

_accounts, _messages, _contacts = Table(Account), Table(Message), Table(Contact)


@dataclass(slots=True)
class Claim:
    """A message in our hands until ``message.lease_until``."""

    message: Message
    account: Account
    outgoing: Outgoing


def dispatch(*, seconds: float = RUN_SECONDS) -> int:
    """Send what is due and may be sent by any worker; ring the owners' queues for the rest. Answers how many were
    tried. Looks at each due message once, oldest first; after ``seconds`` it rings again and leaves."""
    tried, started, ends = 0, clock.now(), time.monotonic() + seconds
    _ring_owners()
    open_to_us = due().filter(account__kind__in=gateway.kinds(has_owners=False)).order_by("eta", "id")
    rows = open_to_us
    while batch := list(rows[:BATCH]):
        for message in batch:
            tried += _handle(message)
            if time.monotonic() > ends:
                doorbell.ring("messaging.dispatch")
                return tried
        # Onwards from here: one that could not be taken now must not hold up those behind it.
        rows = open_to_us.filter(Q(eta__gt=batch[-1].eta) | Q(eta=batch[-1].eta, id__gt=batch[-1].id))
    _ring_for_next(started)
    return tried


def _ring_owners() -> None:
    """Tell the workers that hold connections that something is due on accounts of theirs."""
    owned = due().filter(account__kind__in=gateway.kinds(has_owners=True)).order_by()
    accounts = owned.values_list("account_id", "account__kind").distinct()[:OWNERS_BATCH]
    for queue in {gateway.gateway_of_kind(kind).queue(account_id) for account_id, kind in accounts}:
        if queue is not None:
            doorbell.ring("messaging.send_for_account", queue=queue)


def due() -> "QuerySet[Message]":
    """Messages whose time has come on accounts that can send, with a plan that sends; dead leases too."""
    now = clock.now()
    ready = Q(status=Status.QUEUED, eta__lte=now) | Q(status=Status.SENDING, lease_until__lt=now)
    return Message.unscoped.filter(ready, _sendable_account(), _paid()).select_related("account")


def _sendable_account() -> Q:
    paused_no_more = Q(account__state=AccountState.PAUSED, account__paused_until__lte=clock.now())
    return Q(account__state=AccountState.CONNECTED) | paused_no_more


def _paid() -> Q:
    """The live workspace's plan has not run out."""
    now = clock.now()

    def running(path: str) -> Q:
        return Q(**{f"{path}plan__in": [Plan.PRO, Plan.BUSINESS]}) | Q(
            **{f"{path}plan": Plan.TRIAL, f"{path}trial_ends_at__gt": now}
        )

    return Q(workspace__live__isnull=True) & running("workspace__") | running("workspace__live__")


def _handle(message: Message) -> int:
    way = gateway_for(message.account)
    if way is None:
        return 0
    try:
        return int(attempt(message.pk, way))
    except (OperationalError, InterfaceError):
        raise  # the database is away, for every other message too
    except Exception:
        logger.exception("an attempt broke off", extra={"message_id": message.pk})
        return 1


def attempt(message_id: str, way: Gateway) -> bool:
    """One whole attempt at one message; False if it was not ours to make."""
    claimed = claim(message_id)
    if claimed is None:
        return False
    started = time.monotonic()
    result = _send(claimed.outgoing, way)
    finish(claimed, way, result, time.monotonic() - started)
    return True


def finish(claimed: Claim, way: Gateway, result: Delivered | SendError, seconds: float) -> None:
    """Settle an attempt that took so long, unless its lease has been lost meanwhile."""
    settled = settlement.settle(
        claimed.message, claimed.account, result, int(seconds * 1000), earlier=claimed.outgoing.previous_attempt_at
    )
    if settled and isinstance(result, Delivered):
        way.after_sent(claimed.outgoing)


def _send(outgoing: Outgoing, way: Gateway) -> Delivered | SendError:
    try:
        return way.send(outgoing)
    except SendError as error:
        return error
    except Exception as error:  # a fault of the gateway's: whether it arrived is not known, so it is asked again
        logger.exception("the gateway broke", extra={"message_id": outgoing.message_id})
        return SendError("internal_error", type(error).__name__)


@transaction.atomic
def claim(message_id: str) -> Claim | None:
    """Take the message for one attempt. None when somebody else has it, or it is not due any more, or its account
    cannot send, or it was put off to a later slot, or it failed before it could be sent."""
    found = Message.unscoped.filter(pk=message_id).values_list("account_id", flat=True).first()
    if found is None:
        return None
    account = _accounts.select("id = %s", [found], lock=True)[0]
    message = _lock_message(message_id)
    if message is None or not _is_due(message) or not slots.can_send(account):
        return None
    now = clock.now()
    free = slots.next_send(account, slots.earliest(account, now), but=message.id)
    if free > now:
        _put_off(message, free)
        return None
    contact = _contacts.select("id = %s", [message.contact_id])[0]
    text = _text(message, contact)
    if text is None:
        return None
    return _lease(message, account, text)


def _lock_message(message_id: str) -> Message | None:
    rows = Message.unscoped.filter(pk=message_id)
    if connection.vendor == "postgresql":
        return rows.select_for_update(skip_locked=True, no_key=True).first()
    return rows.first()


def _is_due(message: Message) -> bool:
    now = clock.now()
    if message.status == Status.QUEUED:
        return message.eta is not None and message.eta <= now
    return message.status == Status.SENDING and message.lease_until is not None and message.lease_until < now


def _put_off(message: Message, free: datetime) -> None:
    """No slot now: the message moves, and its reservation with it. What may have arrived keeps its slot."""
    slot = free if message.unsettled_since is None else message.slot_at
    values = {"status": Status.QUEUED, "eta": free, "slot_at": slot, "lease": "", "lease_until": None}
    if message.status == Status.SENDING:
        settlement.note_attempt(message, "lost", "lease_expired", 0)
    _messages.update(values, "id = %s", [message.id])


def _text(message: Message, contact: Contact) -> str | None:
    """What to send; None after the message has been failed for its text or its reader's wish."""
    if contact.opted_out:
        settlement.fail_unsent(message, "contact_opted_out", "the contact asked for no more messages")
        return None
    if message.rendered and message.text:
        return message.text
    try:
        return message_text.render(message.text, contact)
    except templating.TemplateUnresolved as error:
        settlement.fail_unsent(message, "template_unresolved", error.detail)
    except ValueError as error:
        settlement.fail_unsent(message, "text_length", str(error))
    return None


def _lease(message: Message, account: Account, text: str) -> Claim:
    now, previous = clock.now(), message.unsettled_since
    if message.status == Status.SENDING:
        settlement.note_attempt(message, "lost", "lease_expired", 0)
    slot = now if previous is None else message.slot_at  # it may have arrived already: the slot stays where it was
    changed = {
        "status": Status.SENDING,
        "text": text,
        "rendered": True,
        "slot_at": slot,
        "lease": uuid4().hex,
        "lease_until": now + timedelta(seconds=settings.SEND_LEASE_SECONDS),
        "unsettled_since": previous or now,
        "attempts": message.attempts + 1,
    }
    _messages.update(changed, "id = %s", [message.id])
    for name, value in changed.items():
        setattr(message, name, value)
    return Claim(message, account, _outgoing(message, previous))


def _outgoing(message: Message, previous: datetime | None) -> Outgoing:
    return Outgoing(
        message_id=message.id,
        workspace_id=message.workspace_id,
        account_id=message.account_id,
        random_id=message.random_id,
        recipient=message.recipient,
        text=message.text,
        attempt=message.attempts,
        previous_attempt_at=previous,
    )


def _ring_for_next(looked_at: datetime) -> None:
    """What has come due since we looked or will within seconds is rung for at its moment; the sweep finds the rest."""
    now = clock.now()
    soon = now + timedelta(seconds=settings.SWEEP_SECONDS)
    rows = Message.unscoped.filter(_sendable_account(), status=Status.QUEUED, eta__gt=looked_at, eta__lte=soon)
    following = rows.order_by("eta").values_list("eta", flat=True).first()
    if following is not None:
        doorbell.ring("messaging.dispatch", after=(following - now).total_seconds())
