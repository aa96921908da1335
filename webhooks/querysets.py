"""Reading endpoints and their log."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min, OuterRef, Subquery

from crmsolid.workspaces.models import Workspace
from webhooks.delivery.schedule import RETRY_DELAYS
from webhooks.models import Attempt, Delivery, Endpoint

# What the table's constraints say of a status; the planner does not conclude it by itself.
_IMPLIED: dict[str, dict[str, Any]] = {
    "pending": {"next_attempt_at__isnull": False},
    "sending": {"lease_until__isnull": False},
}
# What is in a queue was made at most this long ago: Retry-After can double each delay.
_LONGEST_WAIT = 2 * sum(RETRY_DELAYS, timedelta())


def endpoints(workspace: Workspace) -> Any:
    """The workspace's endpoints but for deleted ones."""
    return Endpoint.objects.for_workspace(workspace).filter(deleted_at__isnull=True)


def latest_deliveries(workspace: Workspace) -> dict[str, Any]:
    """Annotations of an endpoint: ``last_delivery`` (id), ``last_status``, ``last_made_at`` of the newest delivery
    that had an attempt; ``last_answer`` and ``last_error`` of its latest one. Read by index, not by scanning a log."""
    tried = Delivery.objects.for_workspace(workspace).filter(endpoint=OuterRef("pk"), attempts__gt=0)
    newest = tried.order_by("-created_at", "-id")
    attempt = Attempt.objects.for_workspace(workspace).filter(delivery=OuterRef("last_delivery")).order_by("-number")
    return {
        "last_delivery": Subquery(newest.values("pk")[:1]),
        "last_status": Subquery(newest.values("status")[:1]),
        "last_made_at": Subquery(newest.values("created_at")[:1]),
        "last_answer": Subquery(attempt.values("status")[:1]),
        "last_error": Subquery(attempt.values("error")[:1]),
    }


def waiting(workspace: Workspace, endpoint: Endpoint) -> int:
    """How many deliveries are in the endpoint's queue."""
    rows = Delivery.objects.for_workspace(workspace).filter(endpoint=endpoint, next_attempt_at__isnull=False)
    return int(rows.count())


def missed_since(endpoint: Endpoint) -> datetime | None:
    """From when on a disabled endpoint may have missed something: failing began, or the oldest that the disabling
    took out of its queue was made. None for an enabled one."""
    began = endpoint.failing_since or endpoint.disabled_at
    if endpoint.enabled or began is None:
        return None
    lost = Delivery.objects.for_workspace(endpoint.workspace_id).filter(
        endpoint=endpoint, created_at__gte=began - _LONGEST_WAIT, status="canceled", reason="endpoint_disabled"
    )
    oldest: datetime | None = lost.aggregate(oldest=Min("created_at"))["oldest"]
    return min(began, oldest) if oldest else began


def log(
    workspace: Workspace,
    endpoint: Endpoint,
    *,
    event: str | None = None,
    status: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Any:
    """The deliveries of an endpoint, by event type, status and the time they were made.

    A status that few have is found by an index of those few.
    """
    given = {"event_type": event, "status": status, "created_at__gte": since, "created_at__lt": until}
    rows = Delivery.objects.for_workspace(workspace).filter(endpoint=endpoint, **_IMPLIED.get(status or "", {}))
    return rows.filter(**{name: value for name, value in given.items() if value is not None})


def delivery(workspace: Workspace, delivery_id: str) -> Delivery | None:
    """One delivery with its event and endpoint; None if the endpoint is gone."""
    rows = Delivery.objects.for_workspace(workspace).filter(pk=delivery_id, endpoint__deleted_at__isnull=True)
    found: Delivery | None = rows.select_related("event", "endpoint").first()
    return found


def attempts(delivery: Delivery) -> list[Attempt]:
    """The attempts at a delivery, in their order."""
    return list(Attempt.objects.for_workspace(delivery.workspace_id).filter(delivery=delivery).order_by("number"))


def newest_attempts(delivery: Delivery, limit: int) -> list[Attempt]:
    """The latest attempts at a delivery, the last one first."""
    rows = Attempt.objects.for_workspace(delivery.workspace_id).filter(delivery=delivery)
    return list(rows.order_by("-number")[:limit])


def newest_deliveries(workspace: Workspace, endpoint: Endpoint, limit: int) -> list[Delivery]:
    """The end of an endpoint's log, the newest first."""
    return list(log(workspace, endpoint).order_by("-created_at", "-id")[:limit])
