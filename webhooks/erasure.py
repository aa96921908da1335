"""What webhooks keeps about a contact: emptied when the contact is erased, and part of the contact's export."""

import json
from typing import Any

from django.db import connection

from crmsolid.core.clock import rfc3339
from crmsolid.events.models import Event
from webhooks.models import Attempt, Delivery, DeliveryStatus

_OPEN = (DeliveryStatus.PENDING, DeliveryStatus.SENDING, DeliveryStatus.FAILED)


def erase(workspace_id: int, contact_id: str) -> None:
    """Cancel the open deliveries about the contact (``erased``) and empty the events' bodies, the attempts' headers and
    the receivers' answers; in the caller's transaction. The rows stay, so positions have no gaps and figures do not
    change. A delivery that is being posted right now cannot be called back, but its answer is not kept."""
    # The bodies first, so that no delivery can be made of them any more.
    Event.objects.for_workspace(workspace_id).filter(contact_id=contact_id).update(body=b"")
    with connection.cursor() as cursor:  # the pump locks deliveries in the order of ids too
        cursor.execute(
            "SELECT id FROM webhooks_delivery WHERE event_id IN ("
            " SELECT id FROM events_event WHERE workspace_id = %s AND contact_id = %s"
            ") ORDER BY id FOR NO KEY UPDATE",
            [workspace_id, contact_id],
        )
        cursor.fetchall()
    deliveries = _deliveries(workspace_id, contact_id)
    deliveries.filter(status__in=_OPEN).update(
        status=DeliveryStatus.CANCELED, reason="erased", next_attempt_at=None, lease="", lease_until=None
    )
    Attempt.objects.for_workspace(workspace_id).filter(delivery__in=deliveries.values("pk")).update(
        request_headers={}, answer_headers={}, answer_body=""
    )


def export(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """``events``: the bodies of events about the contact. ``deliveries``: where they were, or will be, sent, and what
    the receivers answered."""
    events = Event.objects.for_workspace(workspace_id).filter(contact_id=contact_id).exclude(body=b"")
    deliveries = _deliveries(workspace_id, contact_id).select_related("endpoint").order_by("created_at", "id")
    return {
        "events": [json.loads(bytes(event.body)) for event in events.order_by("created_at", "id")],
        "deliveries": [
            {
                "id": row.id,
                "event_id": row.event_id,
                "url": row.endpoint.url,
                "status": row.status,
                "answers": [
                    {"at": rfc3339(attempt.at), "status": attempt.status, "body": attempt.answer_body}
                    for attempt in sorted(row.attempt_rows.all(), key=lambda attempt: attempt.number)
                ],
            }
            for row in deliveries.prefetch_related("attempt_rows")
        ],
    }


def _deliveries(workspace_id: int, contact_id: str) -> Any:
    events = Event.objects.for_workspace(workspace_id).filter(contact_id=contact_id)
    return Delivery.objects.for_workspace(workspace_id).filter(event__in=events.values("pk"))
