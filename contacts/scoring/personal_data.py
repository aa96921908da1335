"""What a contact is shown of scores and stages who asks for the data that is kept.

When a contact is erased, the ledger goes with it. The history of stages stays for statistics, without the contact.
"""

from typing import Any

from contacts.models import ScoreEntry, StageChange
from contacts.scoring.representations import ScoreEntryOut
from crmsolid.core.clock import rfc3339


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
