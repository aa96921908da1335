"""What changes rows of enrollments: reading their history, stopping them, writing them, publishing their completion.

Whoever calls this holds the locks on their rows.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crmsolid.core.sql.bulk import fetch, rows_parameter, rows_source, run
from crmsolid.core.sql.table import Table
from crmsolid.events.publishing import NewEvent, publish_all
from messaging.sending import automatic
from sequences import progress, scoring, waiting
from sequences.events import SEQUENCE_COMPLETED
from sequences.models import Enrollment, EnrollmentStatus, Reason, StepRun
from sequences.representations import EnrollmentOut, SequenceOut

# How many enrollments a transaction works on.
BATCH = 200

_enrollments, _step_runs = Table(Enrollment), Table(StepRun)

_CHANGED = {
    "enrollment": "text",
    "new_status": "text",
    "new_reason": "text",
    "new_step": "text",
    "new_version": "int",
    "new_account": "int",
    "anchor": "time",
    "next_run": "time",
    "ended": "time",
}


@dataclass(slots=True)
class History:
    """What an enrollment has done: the keys of its steps, with the one whose message is on its way. ``is_unhandled``:
    there is one whose outcome is still to be handled. ``was_written_to``: a message was made."""

    steps: set[str] = field(default_factory=set)
    is_unhandled: bool = False
    was_written_to: bool = False


def histories(enrollment_ids: Sequence[str]) -> Mapping[str, History]:
    """The history of each of these enrollments, in one query."""
    found: dict[str, History] = defaultdict(History)
    where, params = "enrollment_id = ANY(%s)", [list(enrollment_ids)]
    statement = f"SELECT enrollment_id, step_key, handled, message_id FROM {_step_runs.name} WHERE {where}"
    for enrollment_id, key, handled, message_id in fetch(statement, params):
        history = found[enrollment_id]
        history.steps.add(key)
        history.is_unhandled |= not handled
        history.was_written_to |= message_id is not None
    return found


def stop(enrollment: Enrollment, reason: Reason, at: datetime) -> None:
    """Stop the enrollment and cancel its message, if that is still queued. Its row must be locked."""
    progress.end(enrollment, EnrollmentStatus.STOPPED, reason, at)
    cancel_messages([enrollment])


def cancel_messages(stopped: Sequence[Enrollment]) -> None:
    """Cancel the messages of these enrollments that are still queued, with the reason for which each was stopped."""
    reasons, by_reason = {each.pk: each.reason for each in stopped}, defaultdict[str, list[str]](list)
    where, params = "enrollment_id = ANY(%s)", [list(reasons)]
    rows = fetch(f"SELECT enrollment_id, message_id FROM {_step_runs.name} WHERE {where} AND outcome = ''", params)
    for enrollment_id, message_id in rows:
        if message_id is not None:
            by_reason[reasons[enrollment_id]].append(message_id)
    for reason, message_ids in sorted(by_reason.items()):
        automatic.cancel_queued(message_ids, reason)


def save(enrollments: Sequence[Enrollment]) -> None:
    """Write what the runner changes of these enrollments, and their version, in one statement. Their rows are locked.

    A transaction may write a row only once: PostgreSQL checks all foreign keys of a row that its own transaction wrote
    before, which needs the lock of the contact, and whoever erases the contact waits for the enrollment.
    """
    if not enrollments:
        return
    rows = [
        (
            *(each.pk, str(each.status), each.reason, each.step_key, each.version_id, each.account_id),
            *(each.anchor_at, each.next_run_at, each.ended_at),
        )
        for each in enrollments
    ]
    run(
        f"UPDATE {_enrollments.name} SET status = new_status, reason = new_reason, step_key = new_step,"
        " version_id = new_version, account_id = new_account,"
        " anchor_at = anchor, next_run_at = next_run, ended_at = ended,"
        " paused_at = CASE WHEN ended IS NULL THEN paused_at END"
        f" FROM {rows_source(_CHANGED)} WHERE id = enrollment",
        [rows_parameter(rows)],
    )


def publish_completed(changed: Sequence[Enrollment]) -> None:
    """Publish ``sequence.completed`` for those of these enrollments that this transaction has completed, and have their
    contacts scored. Nobody may be erasing these."""
    completed = [each for each in changed if each.status == EnrollmentStatus.COMPLETED]
    if not completed:
        return
    waiting.load_related(completed)
    scoring.score_completed(completed)
    publish_all(
        None,
        [
            NewEvent(
                SEQUENCE_COMPLETED,
                {"sequence": SequenceOut.render(each.sequence), "enrollment": EnrollmentOut.render(each)},
                str(each.contact_id or ""),
                each.request_id,
                each.workspace_id,
            )
            for each in completed
        ],
    )
