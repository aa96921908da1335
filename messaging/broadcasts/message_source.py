"""What messaging asks of broadcasts: whether a message may still be sent at its claim; and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.jobs import runner
from messaging.broadcasts.models import Broadcast, BroadcastStatus, ExclusionReason, Recipient, RecipientStatus
from messaging.broadcasts.pace import next_turns, was_put_off
from messaging.broadcasts.querysets import IN_FLIGHT
from messaging.models import Message, Status, WaitingFor
from messaging.sending.sources import Answer, Cancel, Postpone, record_answer

SOURCE = "broadcast"
# The ``error`` of a message that was canceled because its broadcast is paused: the recipient gets another one later.
PAUSED = "broadcast_paused"
# The same for a message of an account that cannot send until somebody acts: others must not wait for it.
ACCOUNT_LOST = "broadcast_account_lost"
CANCELED = "broadcast_canceled"
# When a claim asks again whether the pause is over, for a message that an earlier attempt may have sent.
RETRY_PAUSED = timedelta(minutes=1)


class BroadcastSource:
    """The ``MessageSource`` of broadcasts."""

    def check(self, messages: Sequence[Message], contacts: Mapping[str, Contact]) -> Mapping[str, Cancel | Postpone]:
        """Cancel what a pause or a cancellation forbids. During a pause, what an earlier attempt may have sent is
        postponed; after a cancellation it is tried again, with its ``random_id``, because nothing else tells whether it
        had arrived. What was put off for long waits for its turn in a limit an hour. Opt-outs are checked by messaging
        itself."""
        ids = [message.id for message in messages]
        rows = Recipient.unscoped.filter(message_id__in=ids).values_list("message_id", "broadcast__status")
        statuses = dict(rows)
        decisions = {
            message.id: _decide(message.unsettled_since is None, statuses.get(message.id)) for message in messages
        }
        refused = {message_id: decision for message_id, decision in decisions.items() if decision is not None}
        return _wait_for_turns([message.id for message in messages if was_put_off(message)]) | refused

    def settled(self, messages: Sequence[Message]) -> None:
        """Write the outcomes to the recipients, and wake the jobs of their broadcasts. Who lost a message to a pause or
        to its account is to be written to again."""
        settled, now = {message.id: message for message in messages}, clock.now()
        rows = Recipient.unscoped.filter(message__in=list(settled), status=RecipientStatus.PENDING).order_by("pk")
        # Of the broadcast only the job: its audience may name thousands of contacts.
        rows = rows.select_related("broadcast").only("status", "reason", "settled_at", "message", "broadcast__job_id")
        recipients = list(rows.select_for_update(of=("self",), no_key=True))
        for recipient in recipients:
            message = settled[str(recipient.message_id)]
            recipient.status, recipient.reason = outcome(message)
            is_final = recipient.status != RecipientStatus.PENDING
            recipient.settled_at = (message.sent_at or now) if is_final else None
            recipient.message_id = message.id if is_final else None
        Recipient.unscoped.bulk_update(recipients, ["status", "reason", "settled_at", "message"])
        runner.wake_soon({recipient.broadcast.job_id for recipient in recipients})

    def answered(self, answer: Answer) -> None:
        """Write the answer to the recipient."""
        record_answer(Recipient.unscoped, answer)


def outcome(message: Message) -> tuple[RecipientStatus, str]:
    """The status and the reason of the recipient of a message that has its final status."""
    if message.status == Status.SENT:
        return RecipientStatus.SENT, ""
    if message.status == Status.FAILED and message.error == "contact_opted_out":
        return RecipientStatus.SKIPPED, ExclusionReason.OPTED_OUT.value
    if message.status == Status.FAILED:
        return RecipientStatus.FAILED, message.error
    if message.error in (PAUSED, ACCOUNT_LOST) and message.unsettled_since is None:
        return RecipientStatus.PENDING, ""
    return RecipientStatus.CANCELED, message.error or "message_canceled"


def recover_outcomes(broadcast: Broadcast) -> None:
    """Write the outcomes that whoever settled the messages has not written, such as a worker of an older version."""
    settled = Message.unscoped.filter(
        pk__in=Recipient.unscoped.filter(IN_FLIGHT, broadcast=broadcast).values("message_id"),
        status__in=(Status.SENT, Status.FAILED, Status.CANCELED),
    )
    messages = list(settled)
    if messages:
        BroadcastSource().settled(messages)


def _wait_for_turns(message_ids: Sequence[str]) -> dict[str, Cancel | Postpone]:
    """Postpone those of these messages, all of which were put off, for which the limit an hour has no room now."""
    now, decisions = clock.now(), dict[str, Cancel | Postpone]()
    if not message_ids:
        return decisions
    limited = Broadcast.unscoped.filter(per_hour__isnull=False, recipients__message__in=message_ids)
    for broadcast in limited.distinct():
        turns = next_turns(broadcast, now)
        late = {message_id: turns[message_id] for message_id in message_ids if turns.get(message_id, now) > now}
        decisions |= {message_id: Postpone(turn, WaitingFor.ETA) for message_id, turn in late.items()}
    return decisions


def _decide(is_unsent: bool, status: str | None) -> Cancel | Postpone | None:
    """``status`` is that of the broadcast, None if no recipient has the message any more."""
    if status == BroadcastStatus.PAUSED:
        # An earlier attempt may have sent it, and only the same message can be sent again without sending it twice.
        return Cancel(PAUSED) if is_unsent else Postpone(clock.now() + RETRY_PAUSED, WaitingFor.ETA)
    is_open = status in (BroadcastStatus.RUNNING, BroadcastStatus.DONE)
    return Cancel(CANCELED) if is_unsent and not is_open else None
