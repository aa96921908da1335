"""What becomes of scores when a contact is erased, and what is shown of them to a contact who asks.

The ledger goes with the contact. The history of stages stays for statistics, without the contact.
"""

from typing import Any

from contacts.models import ScoreEntry, StageChange
from contacts.scoring.rescoring import PREVIEW
from contacts.scoring.views import ScoreEntryOut
from crmsolid.core.clock import rfc3339
from crmsolid.jobs.models import OPEN_JOB_STATES, Job


def erase(workspace_id: int, contact_id: str) -> None:
    """Take the contact out of the samples of previews. Waits for their chunks in progress. The jobs are locked, so the
    contact's row must not be yet."""
    previews = Job.objects.for_workspace(workspace_id).filter(kind=PREVIEW.name)
    may_name = [job.pk for job in previews if job.state in OPEN_JOB_STATES or _is_in_sample(contact_id, job)]
    for job in previews.filter(pk__in=may_name).select_for_update(no_key=True).order_by("pk"):
        if _is_in_sample(contact_id, job):
            job.params["sample"] = [each for each in job.params["sample"] if each["contact_id"] != contact_id]
            job.save(update_fields=["params"])


def _is_in_sample(contact_id: str, job: Job) -> bool:
    return any(each["contact_id"] == contact_id for each in job.params.get("sample", ()))


def export(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """``scores``: the contact's ledger, and ``stages`` that it came to, oldest first."""
    entries = ScoreEntry.objects.for_workspace(workspace_id).filter(contact_id=contact_id).select_related("rule")
    changes = StageChange.objects.for_workspace(workspace_id).filter(contact_id=contact_id)
    return {
        "scores": [ScoreEntryOut.render(entry) for entry in entries.order_by("pk")],
        "stages": [
            {"stage": change.stage, "at": rfc3339(change.at), "cause": change.cause}
            for change in changes.order_by("pk")
        ],
    }
