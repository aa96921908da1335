"""Stored responses about a contact: emptied when the contact is erased, in the contact's data until then."""

import json
from typing import Any

from django.db.models import Q

from apikeys.models import IdempotencyRecord
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339


def erase(workspace_id: int, contact_id: str) -> None:
    """Empty the responses. Their Idempotency-Keys stay taken; a replay answers ``erased``."""
    _stored(workspace_id, contact_id).update(body=b"", headers={}, erased_at=clock.now())


def export(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """``stored_answers``: the responses kept for retries. The body of an encrypted one, which carries a secret of the
    workspace, is left out."""
    rows = _stored(workspace_id, contact_id).filter(~Q(body=b"")).order_by("created_at", "pk")
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


def _stored(workspace_id: int, contact_id: str) -> Any:
    return IdempotencyRecord.objects.for_workspace(workspace_id).filter(contact_id=contact_id)
