"""Moves enrollments on once it is known what became of the message of their step."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from contacts.models import Contact
from contacts.repository import not_being_erased
from crmsolid.core import clock, doorbell
from sequences import enrollments, progress
from sequences.enrollments import BATCH
from sequences.message_source import PAUSED
from sequences.models import Enrollment, EnrollmentStatus, Outcome, Reason, StepRun
from sequences.querysets import unhandled_runs
from sequences.repository import versions_of
from sequences.stop_rules import stop_reason, tags_for

# The ``error`` of a message that a stop rule canceled at its claim.
_STOPPING = {reason.value: reason for reason in (Reason.REPLY, Reason.TAG, Reason.STAGE)}


@transaction.atomic
def handle_outcomes(enrollment_id: str | None = None) -> int:
    """Move on up to ``BATCH`` enrollments whose message was sent, failed or canceled, or one of them; returns their
    number."""
    settled = unhandled_runs()
    if enrollment_id is not None:
        settled = settled.filter(enrollment_id=enrollment_id)
    enrollment_ids = list(settled.values_list("enrollment_id", flat=True)[:BATCH])
    if not enrollment_ids:
        return 0
    rows = Enrollment.unscoped.filter(pk__in=enrollment_ids).order_by("id")
    locked = {each.pk: each for each in rows.select_for_update(skip_locked=True, no_key=True, of=("self",))}
    contacts = not_being_erased([each.contact_id for each in locked.values() if each.ended_at is None])
    locked = {pk: each for pk, each in locked.items() if each.ended_at is not None or each.contact_id in contacts}
    runs = list(settled.filter(enrollment_id__in=locked).select_related("message"))
    still_open = {pk: each for pk, each in locked.items() if each.ended_at is None}
    context = _OutcomeContext(list(still_open.values()), contacts)
    for step_run in runs:
        if step_run.enrollment_id in still_open:
            _handle(step_run, still_open[step_run.enrollment_id], context)
    again = [each.pk for each in runs if each.enrollment_id in still_open and _is_to_be_made_again(each)]
    StepRun.unscoped.filter(pk__in=again).delete()
    StepRun.unscoped.filter(pk__in=[each.pk for each in runs]).update(handled=True)
    enrollments.save(list(still_open.values()))
    enrollments.publish_completed(list(still_open.values()))
    if any(each.status == EnrollmentStatus.ACTIVE for each in still_open.values()):
        transaction.on_commit(lambda: doorbell.ring("sequences.run"))
    return len(locked)


class _OutcomeContext:
    """What is needed to move these enrollments on, in a few queries for all of them."""

    def __init__(self, locked: Sequence[Enrollment], contacts: Mapping[str, Contact]) -> None:
        self.now = clock.now()
        self.histories = enrollments.histories([each.pk for each in locked])
        self.contacts = contacts
        self.versions = versions_of(locked)
        self.tags = tags_for(self.versions.values(), self.contacts)


def _is_to_be_made_again(step_run: StepRun) -> bool:
    """Whether a pause canceled the message before it can have been sent, so that the step is still to be done."""
    message = step_run.message
    is_unsent = message is None or message.unsettled_since is None
    return step_run.outcome == Outcome.CANCELED and step_run.error == PAUSED and is_unsent


def _handle(step_run: StepRun, enrollment: Enrollment, context: _OutcomeContext) -> None:
    """Move an open enrollment on after the outcome of a step."""
    contact, now = context.contacts[str(enrollment.contact_id)], context.now
    definition = context.versions[enrollment.version_id].definition
    if _is_to_be_made_again(step_run):
        step = definition.step(enrollment.step_key)
        if step is None:  # it was moved to a version that has neither this step nor one to go on with
            progress.start_step(enrollment, definition, None, contact, now)
        else:
            enrollment.next_run_at = now
        return
    if step_run.outcome == Outcome.CANCELED and step_run.error in _STOPPING:
        progress.end(enrollment, EnrollmentStatus.STOPPED, _STOPPING[step_run.error], now)
        return
    if step_run.outcome == Outcome.FAILED and step_run.error == "contact_opted_out":
        progress.end(enrollment, EnrollmentStatus.STOPPED, Reason.OPTED_OUT, now)
        return
    if step_run.outcome == Outcome.FAILED:
        progress.end(enrollment, EnrollmentStatus.FAILED, Reason.SEND_FAILED, now)
        return
    anchor = step_run.settled_at or now
    following = definition.step(enrollment.step_key)
    if enrollment.step_key == step_run.step_key:
        following = progress.next_step(definition, step_run.step_key, context.histories[enrollment.pk].steps)
    progress.start_step(enrollment, definition, following, contact, anchor)
    reason = stop_reason(definition, contact, context.tags.get(contact.id, ()), enrollment.created_at)
    if enrollment.ended_at is None and reason is not None:
        progress.end(enrollment, EnrollmentStatus.STOPPED, reason, now)
