"""The run of a worker: it handles the outcomes of steps, then makes the messages of those that are due.

The rows are the queue. Any number of workers may run at once, and a crash at any point leaves either everything of a
step or nothing.
"""

import logging
import time
from collections import Counter, deque
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction

from contacts.repository import not_being_erased
from crmsolid.core import clock, doorbell
from crmsolid.core.batches import together_or_alone
from crmsolid.core.sql.table import Table
from sequences.models import Enrollment, EnrollmentStatus, Outcome, Reason, StepRun
from sequences.querysets import due_enrollments, due_sequences, next_run_at, unhandled_runs
from sequences.running import due_steps, progress
from sequences.running.message_source import PAUSED
from sequences.running.progress import BATCH, stop_reason, tags_for
from sequences.versions import versions_of

logger = logging.getLogger("crmsolid.sequences")

RUN_SECONDS = 20.0
# When to look again at an enrollment that could not be worked on because of a bug.
RETRY_AFTER_BUG = timedelta(minutes=10)

_enrollments = Table(Enrollment)

# The outcomes, with the ``error`` of the message, that stop an enrollment: a stop rule canceled it at its claim, or the
# contact has opted out.
_STOPPING = {
    **{(Outcome.CANCELED.value, reason.value): reason for reason in (Reason.REPLY, Reason.TAG, Reason.STAGE)},
    (Outcome.FAILED.value, "contact_opted_out"): Reason.OPTED_OUT,
}


def run_due(*, seconds: float = RUN_SECONDS) -> int:
    """Work on everything that is due; returns the number of enrollments that were worked on.

    After ``seconds`` the run ends and asks for another one.
    """
    ends = time.monotonic() + seconds
    worked_on = 0
    while (handled := _handle_outcomes()) >= BATCH and time.monotonic() <= ends:
        worked_on += handled
    worked_on += handled
    due, waiting = deque(due_sequences()), Counter[int]()
    while due:
        if time.monotonic() > ends:
            doorbell.ring("sequences.run")
            return worked_on
        sequence_id = due.popleft()
        done = _run_sequence(sequence_id, waiting)
        worked_on += done
        if done >= BATCH:
            due.append(sequence_id)
    _ring_for_next()
    return worked_on


def _handle_outcomes() -> int:
    """Handle a batch of outcomes; after a bug, those of each enrollment alone."""
    ids = unhandled_runs().values_list("enrollment_id", flat=True)[:BATCH]
    return sum(together_or_alone(handle_outcomes, ids, handle_outcomes, logger=logger, what="enrollment"))


def _run_sequence(sequence_id: str, waiting: Counter[int]) -> int:
    """Work on a batch of the sequence; after a bug, on each of its enrollments alone, so that none holds up others."""

    def put_off(enrollment_id: str) -> None:
        rows = Enrollment.unscoped.filter(pk=enrollment_id, status=EnrollmentStatus.ACTIVE)
        rows.update(next_run_at=clock.now() + RETRY_AFTER_BUG)

    run = partial(due_steps.run_batch, sequence_id, waiting=waiting)
    ids = due_enrollments(sequence_id).values_list("pk", flat=True)[:BATCH]
    return sum(together_or_alone(run, ids, run, logger=logger, what="enrollment", after_failure=put_off))


def _ring_for_next() -> None:
    """Ask for a run when the next enrollment becomes due, if that is before the next sweep."""
    next_at, now = next_run_at(), clock.now()
    if next_at is not None and next_at <= now + timedelta(seconds=settings.SWEEP_SECONDS):
        doorbell.ring("sequences.run", after=max(0.1, (next_at - now).total_seconds()))


def wake(contact_ids: Sequence[str]) -> None:
    """Have the runner look at the open enrollments of these contacts: something about them has changed.

    Runs in the transaction of the change, under the locks of the contacts. A signal for promptness: the runner checks
    everything again before each step, woken or not.
    """
    # Each change of a contact runs this statement; by the ORM it takes 0.2 ms of CPU more.
    where = "contact_id = ANY(%s) AND status = 'active'"
    if _enrollments.update({"next_run_at": clock.now()}, where, [list(contact_ids)]):
        transaction.on_commit(lambda: doorbell.ring("sequences.run"))


# --- Outcomes ---------------------------------------------------------------------------------------------------------
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
    locked = list(rows.select_for_update(skip_locked=True, no_key=True, of=("self",)))
    ended = [each.pk for each in locked if each.ended_at is not None]
    context = _OutcomeContext([each for each in locked if each.ended_at is None])
    still_open = context.enrollments
    runs = list(settled.filter(enrollment_id__in=[*ended, *still_open]).select_related("message"))
    of_open = [each for each in runs if each.enrollment_id in still_open]
    for step_run in of_open:
        _handle(step_run, still_open[step_run.enrollment_id], context)
    StepRun.unscoped.filter(pk__in=[each.pk for each in of_open if _is_to_be_made_again(each)]).delete()
    StepRun.unscoped.filter(pk__in=[each.pk for each in runs]).update(handled=True)
    progress.save(list(still_open.values()))
    progress.publish_completed(list(still_open.values()))
    if any(each.status == EnrollmentStatus.ACTIVE for each in still_open.values()):
        transaction.on_commit(lambda: doorbell.ring("sequences.run"))
    return len(ended) + len(still_open)


class _OutcomeContext:
    """Open enrollments by id, without those whose contact is being erased, and what is needed to move them on, in a few
    queries for all of them."""

    def __init__(self, locked: Sequence[Enrollment]) -> None:
        self.now = clock.now()
        self.contacts = not_being_erased([each.contact_id for each in locked])
        self.enrollments = {each.pk: each for each in locked if each.contact_id in self.contacts}
        self.histories = progress.histories(list(self.enrollments))
        self.versions = versions_of(list(self.enrollments.values()))
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
    stopped = _STOPPING.get((step_run.outcome, step_run.error))
    if stopped is not None:
        progress.end(enrollment, EnrollmentStatus.STOPPED, stopped, now)
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
