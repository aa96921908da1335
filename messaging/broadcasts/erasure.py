"""What happens to recipients when a contact is erased or asks for their data. The rows stay for the counts."""

from typing import Any

from django.db.models import Case, F, Q, Value, When

from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from messaging.broadcasts.message_source import SOURCE
from messaging.broadcasts.models import ExclusionReason, Recipient, RecipientStatus
from messaging.broadcasts.querysets import status_of
from messaging.models import Message


def erase(workspace_id: int, contact_id: str) -> None:
    """Skip the contact wherever they wait, and take the contact out of all rows. Messaging deletes the messages, those
    that are on their way too: nobody will know whether these have arrived."""
    # Locked before the recipients, as by whoever settles or cancels them.
    messages = Message.objects.for_workspace(workspace_id).filter(contact_id=contact_id, source=SOURCE)
    list(messages.select_for_update().order_by("id").values_list("pk"))
    is_pending = Q(status=RecipientStatus.PENDING)
    # In one statement: a retry may make a failed one pending while this waits for its row.
    Recipient.objects.for_workspace(workspace_id).filter(contact_id=contact_id).update(
        contact=None,
        status=Case(When(is_pending, then=Value(RecipientStatus.SKIPPED)), default=F("status")),
        reason=Case(When(is_pending, then=Value(ExclusionReason.ERASED)), default=F("reason")),
        settled_at=Case(When(is_pending, then=Value(clock.now())), default=F("settled_at")),
    )


def export(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """``broadcasts`` whose audience the contact was in, and what came of it, oldest first."""
    rows = Recipient.objects.for_workspace(workspace_id).filter(contact_id=contact_id)
    return {
        "broadcasts": [
            {
                "broadcast_id": row.broadcast_id,
                "name": row.broadcast.name,
                "status": str(status_of(row)),
                "reason": row.reason or None,
                "at": rfc3339(row.settled_at),
            }
            for row in rows.select_related("broadcast", "message").order_by("id")
        ]
    }
