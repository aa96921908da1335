"""Stored answers about a person: emptied with the person, shown to them until then."""

import json
from typing import Any

from django.db.models import Q

from apikeys.models import IdempotencyRecord
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339


def erase(workspace_id: int, contact_id: str) -> None:
    """Empty the answers; their keys stay taken, a replay says ``erased``."""
    _answers(workspace_id, contact_id).update(body=b"", headers={}, erased_at=clock.now())


def export(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """``stored_answers``: kept for a day so that a retry gets the same answer again. Sealed ones carry a secret of
    the workspace and stay closed."""
    rows = _answers(workspace_id, contact_id).filter(~Q(body=b"")).order_by("created_at", "pk")
    return {
        "stored_answers": [
            {
                "created_at": rfc3339(row.created_at),
                "status": row.status,
                "body": None if row.sealed else json.loads(bytes(row.body)),
            }
            for row in rows
        ]
    }


def _answers(workspace_id: int, contact_id: str) -> Any:
    return IdempotencyRecord.objects.for_workspace(workspace_id).filter(contact_id=contact_id)
