"""The gateway of sandbox accounts: the whole sending pipeline without Telegram.

It delivers into a table of its own, once per ``random_id``, as Telegram would: a message, and each part of an album. A
recipient whose username begins with one of these words forces a result:

``@fail_privacy``   refused for good, ``privacy_restricted``
``@fail_notfound``  refused for good, ``recipient_not_found``
``@flood_wait``     the first attempt must wait 30 s (``@flood_wait_5``: 5 s), the next one is delivered

What others do once a message has arrived is in :mod:`messaging.sandbox.answers`.
"""

import logging
import re
from collections.abc import Sequence

from django.db import transaction

from contacts.models import Contact
from crmsolid.core import doorbell
from crmsolid.core.batches import go_on_after_error
from messaging.files import storage
from messaging.files.services import PROCESS_TASK
from messaging.models import Message, SandboxDelivery, Status
from messaging.sandbox import answers, media
from messaging.sandbox.answers import Answer
from messaging.sending.gateway import Delivered, Outgoing, SendError

_FLOOD_SECONDS = re.compile("@flood_wait_?([0-9]{1,5})", re.IGNORECASE)
DEFAULT_FLOOD_SECONDS = 30
REPLIES_BATCH = 100

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
        answered = [outgoing.message_id for outgoing in sent if answers.answer_of(outgoing.recipient)]
        if answered:
            send_pending_replies(answered)


def _forced_error(outgoing: Outgoing) -> SendError | None:
    recipient = outgoing.recipient
    if answers.begins_with("@fail_privacy", recipient):
        return SendError("privacy_restricted", "the recipient accepts no messages from strangers", permanent=True)
    if answers.begins_with("@fail_notfound", recipient):
        return SendError("recipient_not_found", "nobody has this username", permanent=True)
    if answers.begins_with("@flood_wait", recipient) and outgoing.attempt == 1:
        seconds = _FLOOD_SECONDS.match(recipient)
        return SendError("flood_wait", retry_after=int(seconds[1]) if seconds else DEFAULT_FLOOD_SECONDS)
    return None


@transaction.atomic
def _deliver(batch: Sequence[Outgoing]) -> dict[str, Delivered | SendError]:
    """Store each message that is not stored yet, without those that are being erased with their contact. A message and
    the parts of its album are stored together, so the message's id finds their rows."""
    ids = [outgoing.message_id for outgoing in batch]
    messages = Message.unscoped.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    there = set(messages.values_list("pk", flat=True))
    stored = list(SandboxDelivery.unscoped.filter(message__in=ids))
    known = {each.message_id for each in stored}
    new = [row for each in batch if each.message_id in there and each.message_id not in known for row in _rows_of(each)]
    SandboxDelivery.unscoped.bulk_create(new)
    numbers = {each.random_id: each.outgoing_id for each in [*stored, *new]}
    return {
        each.message_id: Delivered(
            numbers[each.random_id],
            duplicate=each.message_id in known,
            part_ids={file.random_id: numbers[file.random_id] for file in each.files},
        )
        for each in batch
        if each.random_id in numbers
    }


def _rows_of(outgoing: Outgoing) -> list[SandboxDelivery]:
    """The message, whose ``random_id`` its first file has too, and the other files."""
    random_ids = dict.fromkeys([outgoing.random_id, *(file.random_id for file in outgoing.files)])
    return [
        SandboxDelivery(
            workspace_id=outgoing.workspace_id,
            account_id=outgoing.account_id,
            message_id=outgoing.message_id,
            random_id=random_id,
            reply_pending=random_id == outgoing.random_id and answers.answer_of(outgoing.recipient) is not None,
        )
        for random_id in random_ids
    ]


def send_pending_replies(message_ids: Sequence[str] | None = None) -> int:
    """Have the contacts to whom these messages went, or all, do what they do, once for each message, and return for how
    many they did.

    The sweep runs this for all of them, for what a crash prevented.
    """
    pending = SandboxDelivery.unscoped.filter(reply_pending=True, message__status=Status.SENT)
    if message_ids is not None:
        pending = pending.filter(message_id__in=message_ids)
    given = 0
    for delivery in list(pending.select_related("message").order_by("id")[:REPLIES_BATCH]):
        with go_on_after_error(logger, "a sandbox reply failed", contact_id=delivery.message.contact_id):
            given += _answer(delivery)
    return given


def _answer(delivery: SandboxDelivery) -> int:
    """The content of files is written before the transaction, and deleted if somebody else has answered meanwhile."""
    answer = answers.answer_of(delivery.message.recipient) or Answer()
    names = media.store(delivery.workspace_id, answer.files)
    given = 0
    try:
        given = _give(answer, delivery, names)
    finally:
        if not given:
            for name in names:
                storage.discard(name)
    return given


@transaction.atomic
def _give(answer: Answer, owed: SandboxDelivery, names: Sequence[str]) -> int:
    # Before the delivery, as whoever erases the contact does.
    Contact.unscoped.select_for_update(no_key=True).filter(pk=owed.message.contact_id).first()
    rows = SandboxDelivery.unscoped.select_related("message__account", "message__contact")
    rows = rows.filter(pk=owed.pk, reply_pending=True, message__status=Status.SENT)
    delivery = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if delivery is None:
        return 0
    answers.give(answer, delivery, names)
    SandboxDelivery.unscoped.filter(pk=delivery.pk).update(reply_pending=False)
    if names:
        storage.keep(*names)
        transaction.on_commit(lambda: doorbell.ring(PROCESS_TASK))
    return 1
