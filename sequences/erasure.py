"""What happens to enrollments when a contact is erased or asks for their data.

The rows stay for the statistics of the sequence, without the contact.
"""

from typing import Any

from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from sequences.models import OPEN, Enrollment, EnrollmentStatus, Reason
from sequences.querysets import load_related
from sequences.representations import EnrollmentOut


def erase(workspace_id: int, contact_id: str) -> None:
    """Stop the contact's enrollments and take the contact out of all of them. Messages are erased by messaging."""
    rows = Enrollment.objects.for_workspace(workspace_id).filter(contact_id=contact_id)
    rows.filter(status__in=OPEN).update(
        status=EnrollmentStatus.STOPPED,
        reason=Reason.ERASED,
        contact=None,
        next_run_at=None,
        paused_at=None,
        ended_at=clock.now(),
        request_id="",
    )
    rows.update(contact=None, request_id="")


def export(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """``enrollments`` of the contact with the steps that were done, oldest first."""
    rows = Enrollment.objects.for_workspace(workspace_id).filter(contact_id=contact_id).order_by("created_at", "id")
    enrollments = list(rows.prefetch_related("step_runs"))
    load_related(enrollments)
    return {
        "enrollments": [
            EnrollmentOut.render(each)
            | {
                "steps": [
                    {"step": run.step_key, "outcome": run.outcome or None, "at": rfc3339(run.created_at)}
                    for run in each.step_runs.all()
                ]
            }
            for each in enrollments
        ]
    }
