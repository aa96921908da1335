"""The gateway of sandbox accounts: the whole sending pipeline without Telegram.

It delivers into a table of its own, once per ``random_id``, as Telegram would. A recipient whose username starts with
one of these forces a result:

``@fail_privacy``   refused for good, ``privacy_restricted``
``@fail_notfound``  refused for good, ``recipient_not_found``
``@flood_wait``     the first attempt must wait 30 s (``@flood_wait_5``: 5 s), the next one is delivered
``@reply``          delivered, then replies, so that ``message.received`` can be tried
``@autoreply``      as ``@reply``, but the answer counts as an auto-reply

Every other answer of a sandbox counts as a person's, however fast it is.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.batches import go_on_after_error
from messaging.formatting.entities import Formatted, from_json
from messaging.models import Message, SandboxDelivery, Status
from messaging.sending.gateway import Delivered, Outgoing, SendError
from messaging.threads import received

_FLOOD_WAIT = re.compile(r"@flood_wait(?:_?([0-9]{1,5}))?", re.IGNORECASE)
DEFAULT_FLOOD_SECONDS = 30
REPLIES_BATCH = 100
AUTO_REPLY = "@autoreply"
# The customer of messaging.threads.sample, whose answer a person would give.
SAMPLE_CUSTOMER = "reply_sample"
SAMPLE_ANSWER = "Great, that is what I wanted to know. Thank you for the quick answer!"

logger = logging.getLogger("crmsolid.messaging")


class SandboxGateway:
    """Delivers all messages of a batch together, each once."""

    def send(self, batch: Sequence[Outgoing]) -> dict[str, Delivered | SendError]:
        results: dict[str, Delivered | SendError] = {}
        stopped: set[int] = set()
        accepted = []
        for outgoing in batch:
            if outgoing.account_id in stopped:
                continue
            error = _forced_error(outgoing)
            if error is None:
                accepted.append(outgoing)
                continue
            results[outgoing.message_id] = error
            if error.stops_account:
                stopped.add(outgoing.account_id)
        return results | _deliver(accepted)

    def after_sent(self, sent: Sequence[Outgoing]) -> None:
        answered = [outgoing.message_id for outgoing in sent if _replies(outgoing)]
        if answered:
            send_pending_replies(answered)


def _forced_error(outgoing: Outgoing) -> SendError | None:
    recipient = outgoing.recipient.lower()
    if recipient.startswith("@fail_privacy"):
        return SendError("privacy_restricted", "the recipient accepts no messages from strangers", permanent=True)
    if recipient.startswith("@fail_notfound"):
        return SendError("recipient_not_found", "nobody has this username", permanent=True)
    flood_wait = _FLOOD_WAIT.match(recipient)
    if flood_wait and outgoing.attempt == 1:
        return SendError("flood_wait", retry_after=int(flood_wait[1] or DEFAULT_FLOOD_SECONDS))
    return None


def _replies(outgoing: Outgoing) -> bool:
    return outgoing.recipient.lower().startswith(("@reply", AUTO_REPLY))


@transaction.atomic
def _deliver(batch: Sequence[Outgoing]) -> dict[str, Delivered | SendError]:
    """Store each message that is not stored yet, without those that are being erased with their contact. A message has
    one ``random_id``, so its id finds its row."""
    ids = [outgoing.message_id for outgoing in batch]
    messages = Message.unscoped.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    there = set(messages.values_list("pk", flat=True))
    stored = {each.message_id: each for each in SandboxDelivery.unscoped.filter(message__in=ids)}
    new = [
        SandboxDelivery(
            workspace_id=each.workspace_id,
            account_id=each.account_id,
            message_id=each.message_id,
            random_id=each.random_id,
            reply_pending=_replies(each),
        )
        for each in batch
        if each.message_id in there and each.message_id not in stored
    ]
    SandboxDelivery.unscoped.bulk_create(new)
    results: dict[str, Delivered | SendError] = {each.message_id: Delivered(each.outgoing_id) for each in new}
    for message_id, each in stored.items():
        results[message_id] = Delivered(each.outgoing_id, duplicate=True)
    return results


def send_pending_replies(message_ids: Sequence[str] | None = None) -> int:
    """Write the replies of ``@reply`` and ``@autoreply`` recipients, to these messages or to all, once each, and return
    their number.

    The sweep runs this for all of them, for replies that a crash prevented.
    """
    pending = SandboxDelivery.unscoped.filter(reply_pending=True, message__status=Status.SENT)
    if message_ids is not None:
        pending = pending.filter(message_id__in=message_ids)
    replied = 0
    for pk, contact_id in list(pending.order_by("id").values_list("pk", "message__contact_id")[:REPLIES_BATCH]):
        with go_on_after_error(logger, "a sandbox reply failed", contact_id=contact_id):
            replied += _reply(pk, contact_id)
    return replied


@transaction.atomic
def _reply(pk: int, contact_id: str) -> int:
    # Before the delivery, as whoever erases the contact does.
    Contact.unscoped.select_for_update(no_key=True).filter(pk=contact_id).first()
    rows = SandboxDelivery.unscoped.select_related("message__account", "message__contact")
    rows = rows.filter(pk=pk, reply_pending=True, message__status=Status.SENT)
    delivery = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if delivery is None:
        return 0
    contact, answer = delivery.message.contact, _answer_to(delivery.message)
    received.receive(
        delivery.message.account,
        received.Incoming(
            telegram_message_id=delivery.outgoing_id + 1,
            username=contact.username or None,
            telegram_id=contact.telegram_id,
            name=contact.name,
            text=answer.text[:4096],
            entities=answer.entities,
            at=clock.now(),
            reply_to=delivery.outgoing_id,
            is_automatic=delivery.message.recipient.lower().startswith(AUTO_REPLY),
        ),
    )
    SandboxDelivery.unscoped.filter(pk=pk).update(reply_pending=False)
    return 1


def _answer_to(message: Message) -> Formatted:
    """The sample customer answers in earnest once, to the first message; later ones show what was said, and how."""
    if message.recipient.lower() == f"@{SAMPLE_CUSTOMER}":
        answered = Message.unscoped.filter(thread=message.thread_id, in_reply_to__isnull=False)
        if not answered.exists():
            return Formatted(SAMPLE_ANSWER)
    before = "You said: "
    entities = [replace(each, offset=len(before) + each.offset) for each in from_json(message.entities)]
    return Formatted(before + message.text, tuple(entities))
