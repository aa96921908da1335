"""What webhooks keeps about a person: emptied with the person, and shown to them until then."""

import json
from typing import Any

from django.db import connection

from crmsolid.core.sql.bulk import row_lock
from crmsolid.events.models import Event
from webhooks.models import Attempt, Delivery, DeliveryStatus

_OPEN = (DeliveryStatus.PENDING, DeliveryStatus.SENDING, DeliveryStatus.FAILED)


def erase(workspace_id: int, contact_id: str) -> None:
    """Cancel the open deliveries about the person (``erased``), empty the kept payloads and receivers' answers.

    That something of this type happened stays: positions have no gaps and figures stand. A delivery that is being
    posted at this moment cannot be called back; its answer is not kept.
    """
    about = Event.objects.for_workspace(workspace_id).filter(contact_id=contact_id)
    about.update(body=b"")  # first: from here on nothing new can be taken out of them
    _lock_deliveries(workspace_id, contact_id)
    deliveries = _deliveries(workspace_id, contact_id)
    deliveries.filter(status__in=_OPEN).update(
        status=DeliveryStatus.CANCELED, reason="erased", next_attempt_at=None, lease="", lease_until=None
    )
    Attempt.objects.for_workspace(workspace_id).filter(delivery__in=deliveries.values("pk")).update(
        request_headers={}, answer_headers={}, answer_body=""
    )


def _lock_deliveries(workspace_id: int, contact_id: str) -> None:
    """In the order in which the pump locks them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM webhooks_delivery WHERE event_id IN ("
            " SELECT id FROM events_event WHERE workspace_id = %s AND contact_id = %s"
            f") ORDER BY id{row_lock()}",
            [workspace_id, contact_id],
        )
        cursor.fetchall()


def export(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """``events``: what was, or will be, told to the workspace's webhooks. ``deliveries``: to whom it was told."""
    about = Event.objects.for_workspace(workspace_id).filter(contact_id=contact_id).exclude(body=b"")
    sent = _deliveries(workspace_id, contact_id).select_related("endpoint").order_by("created_at", "id")
    return {
        "events": [json.loads(bytes(row.body)) for row in about.order_by("created_at", "id")],
        "deliveries": [
            {"id": row.id, "event_id": row.event_id, "url": row.endpoint.url, "status": row.status} for row in sent
        ],
    }


def _deliveries(workspace_id: int, contact_id: str) -> Any:
    return Delivery.objects.for_workspace(workspace_id).filter(
        event__in=Event.objects.for_workspace(workspace_id).filter(contact_id=contact_id).values("pk")
    )
