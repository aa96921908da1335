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
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from contacts.models import Contact
from crmsolid.core import clock, doorbell
from crmsolid.core.rows import Table
from crmsolid.workspaces.models import Plan
from messaging import gateway, outcomes, slots, templating, texts
from messaging.gateway import Delivered, Gateway, Outgoing, SendError, gateway_for
from messaging.models import Account, AccountState, Message, Status

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
    tried. Ends when nothing is due, or after ``seconds``; then it rings again."""
    tried, ends = 0, time.monotonic() + seconds
    _ring_owners()
    anybodys = gateway.kinds(has_owners=False)
    while True:
        batch = list(due().filter(account__kind__in=anybodys).order_by("eta", "id")[:BATCH])
        moved = sum(_handle(message) for message in batch)
        tried += moved
        if not moved:
            break
        if time.monotonic() > ends:
            doorbell.ring("messaging.dispatch")
            return tried
    _ring_for_next()
    return tried


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
    return int(way is not None and attempt(message.pk, way))


def _ring_owners() -> None:
    """Tell the workers that hold connections that something is due on accounts of theirs."""
    owned = due().filter(account__kind__in=gateway.kinds(has_owners=True)).order_by()
    for account_id, kind in owned.values_list("account_id", "account__kind").distinct()[:OWNERS_BATCH]:
        queue = gateway.gateway_of_kind(kind).queue(account_id)
        if queue is not None:
            doorbell.ring("messaging.send_for_account", queue=queue)


def attempt(message_id: str, way: Gateway) -> bool:
    """One whole attempt at one message; False if it was not ours to make."""
    claimed = claim(message_id)
    if claimed is None:
        return False
    if claimed.outgoing.text:
        _send(claimed, way)
    return True


def _send(claimed: Claim, way: Gateway) -> None:
    started = time.monotonic()
    result: Delivered | SendError
    try:
        result = way.send(claimed.outgoing)
    except SendError as error:
        result = error
    finish(claimed, way, result, time.monotonic() - started)


def finish(claimed: Claim, way: Gateway, result: Delivered | SendError, seconds: float) -> None:
    """Settle an attempt that took so long, unless its lease has been lost meanwhile."""
    settled = outcomes.settle(claimed.message, claimed.account, result, int(seconds * 1000))
    if settled and isinstance(result, Delivered):
        way.after_sent(claimed.outgoing)


@transaction.atomic
def claim(message_id: str) -> Claim | None:
    """Take the message for one attempt. None when somebody else has it, or it is not due any more, or it was put
    off to a later slot, or it failed before it could be sent."""
    found = Message.unscoped.filter(pk=message_id).values_list("account_id", flat=True).first()
    if found is None:
        return None
    account = _accounts.select("id = %s", [found], lock=True)[0]
    message = _lock_message(message_id)
    if message is None or not _is_due(message):
        return None
    now = clock.now()
    free = slots.next_send(account, slots.earliest(account, now), but=message.id)
    if free > now:
        return _put_off(message, free)
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
    """No slot now: the message moves, and its reservation with it."""
    values: dict[str, Any] = {"status": Status.QUEUED, "eta": free, "slot_at": free, "lease": "", "lease_until": None}
    if message.status == Status.SENDING:
        values["unsettled_at"] = message.unsettled_at or message.last_attempt_at
    _messages.update(values, "id = %s", [message.id])


def _text(message: Message, contact: Contact) -> str | None:
    """What to send; None after the message has been failed for its text or its reader's wish."""
    if contact.opted_out:
        outcomes.fail_unsent(message, "contact_opted_out", "the contact asked for no more messages")
        return None
    if message.rendered:
        return message.text
    try:
        return texts.render(message.text, contact)
    except templating.TemplateUnresolved as error:
        outcomes.fail_unsent(message, "template_unresolved", error.detail)
    except ValueError as error:
        outcomes.fail_unsent(message, "text_length", str(error))
    return None


def _lease(message: Message, account: Account, text: str) -> Claim:
    now, unsettled = clock.now(), message.status == Status.SENDING
    previous = message.unsettled_at or (message.last_attempt_at if unsettled else None)
    if unsettled:
        outcomes.note_attempt(message, "lost", "lease_expired", 0)
    slot = message.slot_at if unsettled else now  # a lost attempt may have arrived: its slot stays where it was
    changed = {
        "status": Status.SENDING,
        "text": text,
        "rendered": True,
        "slot_at": slot,
        "lease": uuid4().hex,
        "lease_until": now + timedelta(seconds=settings.SEND_LEASE_SECONDS),
        "last_attempt_at": now,
        "unsettled_at": previous,
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


def _ring_for_next() -> None:
    """What is due within seconds is rung for at its moment; what is later, the sweep finds."""
    now = clock.now()
    soon = now + timedelta(seconds=settings.SWEEP_SECONDS)
    rows = Message.unscoped.filter(_sendable_account(), status=Status.QUEUED, eta__gt=now, eta__lte=soon)
    following = rows.order_by("eta").values_list("eta", flat=True).first()
    if following is not None:
        doorbell.ring("messaging.dispatch", after=(following - now).total_seconds())
