"""Reading endpoints and their log."""

from datetime import datetime
from typing import Any

from crmsolid.workspaces.models import Workspace
from webhooks.models import Attempt, Delivery, Endpoint


def endpoints(workspace: Workspace) -> Any:
    """The workspace's endpoints but for deleted ones."""
    return Endpoint.objects.for_workspace(workspace).filter(deleted_at__isnull=True)


def log(
    workspace: Workspace,
    endpoint: Endpoint,
    *,
    event: str | None = None,
    status: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Any:
    """The deliveries of an endpoint, by event type, status and the time they were made."""
    given = {"event_type": event, "status": status, "created_at__gte": since, "created_at__lt": until}
    rows = Delivery.objects.for_workspace(workspace).filter(endpoint=endpoint)
    return rows.filter(**{name: value for name, value in given.items() if value is not None})


def delivery(workspace: Workspace, delivery_id: str) -> Delivery | None:
    """One delivery with its event and endpoint; None if the endpoint is gone."""
    rows = Delivery.objects.for_workspace(workspace).filter(pk=delivery_id, endpoint__deleted_at__isnull=True)
    found: Delivery | None = rows.select_related("event", "endpoint").first()
    return found


def attempts(delivery: Delivery) -> list[Attempt]:
    """The attempts at a delivery, in their order."""
    return list(Attempt.objects.for_workspace(delivery.workspace_id).filter(delivery=delivery).order_by("number"))
