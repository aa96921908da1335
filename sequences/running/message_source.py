"""What messaging asks of sequences: whether a message may still be sent at its claim; and what became of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction

from contacts.models import Contact
from crmsolid.core import clock, doorbell
from messaging.models import Message, Status, WaitingFor
from messaging.sending.sources import Answer, Cancel, Postpone, record_answer
from sequences.models import Enrollment, EnrollmentStatus, Outcome, Reason, SequenceStatus, StepRun
from sequences.running import progress, schedule
from sequences.running.progress import stop_reason, tags_for
from sequences.versions import Version, versions_of

SOURCE = "sequence"
# The ``error`` of a message that was canceled because its sequence or enrollment is paused. The step is made again.
PAUSED = "sequence_paused"
# When a claim asks again whether the pause is over, for a message that an earlier attempt may have sent.
RETRY_PAUSED = timedelta(minutes=1)

_OUTCOMES = {Status.SENT: Outcome.SENT, Status.FAILED: Outcome.FAILED, Status.CANCELED: Outcome.CANCELED}


class SequenceSource:
    """The ``MessageSource`` of sequences."""

    def check(self, messages: Sequence[Message], contacts: Mapping[str, Contact]) -> Mapping[str, Cancel | Postpone]:
        """Cancel what a pause, a stop rule or the end of the enrollment forbids; postpone what is outside the window,
        and during a pause what an earlier attempt may have sent.

        Reads what is committed at this moment, so a reply that was stored before the claim stops the message.
        """
        runs = StepRun.unscoped.filter(message__in=[message.id for message in messages])
        found = {str(run.message_id): run.enrollment for run in runs.select_related("enrollment__sequence")}
        versions = versions_of(found.values())
        tags = tags_for(versions.values(), contacts)
        decisions = {}
        for message in messages:
            enrollment = found.get(message.id)
            if enrollment is not None:
                contact = contacts[message.contact_id]
                version = versions[enrollment.version_id]
                decision = _decide(message, enrollment, version, contact, tags.get(contact.id, ()))
                if decision is not None:
                    decisions[message.id] = decision
        return decisions

    def settled(self, messages: Sequence[Message]) -> None:
        """Write the outcomes to the step runs and wake the runner, which moves the enrollments on."""
        now, by_outcome = clock.now(), defaultdict[tuple[Outcome, str], list[str]](list)
        for message in messages:
            by_outcome[_OUTCOMES[Status(message.status)], message.error].append(message.id)
        for (outcome, error), message_ids in by_outcome.items():
            runs = StepRun.unscoped.filter(message__in=message_ids, outcome="")
            runs.update(outcome=outcome, error=error, settled_at=now)
        transaction.on_commit(lambda: doorbell.ring("sequences.run"))

    def answered(self, answer: Answer) -> None:
        """Write the answer to the step run."""
        record_answer(StepRun.unscoped, answer)


def _decide(
    message: Message, enrollment: Enrollment, version: Version, contact: Contact, tags: Sequence[str]
) -> Cancel | Postpone | None:
    now = clock.now()
    if enrollment.ended_at is not None:
        return Cancel(enrollment.reason)
    if enrollment.status == EnrollmentStatus.PAUSED or enrollment.sequence.status == SequenceStatus.PAUSED:
        # An earlier attempt may have sent it, and only the same message can be sent again without sending it twice.
        is_unsent = message.unsettled_since is None
        return Cancel(PAUSED) if is_unsent else Postpone(now + RETRY_PAUSED, WaitingFor.ETA)
    definition = version.definition
    reason = stop_reason(definition, contact, tags, enrollment.created_at)
    if reason is not None and reason != Reason.OPTED_OUT:  # which messaging itself checks, for every message
        return Cancel(reason.value)
    opens_at = schedule.next_open(definition.window, progress.zone_of(definition, contact), now)
    return Postpone(opens_at, WaitingFor.WINDOW) if opens_at > now else None
