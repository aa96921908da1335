"""What messaging asks of sequences: whether a message may still be sent at its claim; and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction

from contacts.models import Contact
from crmsolid.core import clock, doorbell
from crmsolid.core.sql.bulk import rows_parameter, rows_source, run
from crmsolid.core.sql.table import Table
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

_step_runs = Table(StepRun)
_OUTCOMES = {Status.SENT: Outcome.SENT, Status.FAILED: Outcome.FAILED, Status.CANCELED: Outcome.CANCELED}
_SETTLED = {"settled_message": "text", "new_outcome": "text", "new_error": "text"}


class SequenceSource:
    """The ``MessageSource`` of sequences."""

    def check(self, messages: Sequence[Message], contacts: Mapping[str, Contact]) -> Mapping[str, Cancel | Postpone]:
        """Cancel what a pause, a stop rule or the end of the enrollment forbids; postpone what is outside the window,
        and during a pause what an earlier attempt may have sent.

        Reads what is committed at this moment, so a reply that was stored before the claim stops the message.
        """
        found = _enrollments_of(messages)
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
        rows = [(message.id, _OUTCOMES[Status(message.status)].value, message.error) for message in messages]
        run(
            f"UPDATE {_step_runs.name} SET outcome = new_outcome, error = new_error, settled_at = %s"
            f" FROM {rows_source(_SETTLED)} WHERE message_id = settled_message AND outcome = ''",
            [clock.now(), rows_parameter(rows)],
        )
        transaction.on_commit(lambda: doorbell.ring("sequences.run"))

    def answered(self, answer: Answer) -> None:
        """Write the answer to the step run."""
        record_answer(_step_runs.name, answer)


def recover_outcomes() -> None:
    """Write the outcomes that whoever settled the messages has not written, such as a worker of an older version."""
    run(
        f"UPDATE {_step_runs.name} SET outcome = m.status, error = m.error, settled_at = %s"
        f" FROM {Table(Message).name} m WHERE m.id = {_step_runs.name}.message_id"
        f" AND {_step_runs.name}.outcome = '' AND m.status IN ('sent', 'failed', 'canceled')",
        [clock.now()],
    )


def _enrollments_of(messages: Sequence[Message]) -> dict[str, Enrollment]:
    """The enrollment of each message, with its sequence, by the message's id."""
    runs = StepRun.unscoped.filter(message_id__in=[message.id for message in messages])
    rows = runs.select_related("enrollment__sequence")
    return {str(row.message_id): row.enrollment for row in rows}


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
