"""What webhooks keeps about a person, for whoever erases or exports them.

Wired in ``WebhooksConfig.ready``. Both run in the transaction of whoever asks.
"""

import json
from typing import Any

from django.db import connection

from crmsolid.core.clock import rfc3339
from webhooks.bulk import row_lock
from webhooks.models import Attempt, Delivery, DeliveryStatus, Event
from webhooks.publishing import events

_OPEN = (DeliveryStatus.PENDING, DeliveryStatus.SENDING, DeliveryStatus.FAILED)


def erase_person(workspace_id: int, person: str) -> None:
    """Cancel the open deliveries about the person (``erased``), empty the kept payloads and receivers' answers.

    One that is being posted at this moment cannot be called back; its answer is not kept.
    """
    about = Event.unscoped.filter(workspace_id=workspace_id, person=person)
    about.update(body=b"")  # first: from here on nothing new can be taken out of them
    _lock_deliveries(workspace_id, person)
    deliveries = Delivery.unscoped.filter(event__in=about.values("pk"))
    deliveries.filter(status__in=_OPEN).update(
        status=DeliveryStatus.CANCELED, reason="erased", next_attempt_at=None, lease="", lease_until=None
    )
    Attempt.unscoped.filter(delivery__in=deliveries.values("pk")).update(
        request_headers={}, answer_headers={}, answer_body=""
    )


def _lock_deliveries(workspace_id: int, person: str) -> None:
    """In the order in which the pump locks them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM webhooks_delivery WHERE event_id IN ("
            " SELECT id FROM webhooks_event WHERE workspace_id = %s AND person = %s"
            f") ORDER BY id{row_lock()}",
            [workspace_id, person],
        )
        cursor.fetchall()


def export_person(workspace_id: int, person: str) -> dict[str, Any]:
    """The events about the person with their deliveries, under ``webhook_events``."""
    found = events.select("workspace_id = %s AND person = %s ORDER BY created_at, id", [workspace_id, person])
    return {"webhook_events": [_exported(event) for event in found]}


def _exported(event: Event) -> dict[str, Any]:
    sent = Delivery.unscoped.filter(event=event).select_related("endpoint").order_by("id")
    return {
        "id": event.id,
        "type": event.type,
        "created_at": rfc3339(event.created_at),
        "body": json.loads(bytes(event.body)) if event.body else None,
        "deliveries": [
            {"id": delivery.id, "url": delivery.endpoint.url, "status": delivery.status} for delivery in sent
        ],
    }
