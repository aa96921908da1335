"""Reads of endpoints and deliveries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from crmsolid.core import clock
from crmsolid.workspaces.models import Workspace
from webhooks.models import Attempt, Delivery, DeliveryStatus, DisabledReason, Endpoint

MEASURED = 500  # newest deliveries that the figures of an endpoint are made from

# The table's CHECK constraints imply these, but the planner does not conclude it and would miss the partial indexes.
_IMPLIED_BY_STATUS: dict[str, dict[str, Any]] = {
    "pending": {"next_attempt_at__isnull": False},
    "failed": {"next_attempt_at__isnull": False},
    "sending": {"lease_until__isnull": False},
}


def endpoints(workspace: Workspace) -> Any:
    """The workspace's endpoints, without deleted ones."""
    return Endpoint.objects.for_workspace(workspace).filter(deleted_at__isnull=True)


def without_deleted_endpoints(rows: Any, workspace: Workspace, endpoint: str) -> Any:
    """Those of the workspace's rows whose ``endpoint``, the name of a relation, was not deleted. The endpoints are read
    first: joined, PostgreSQL would read the whole log of each of them and sort it."""
    return rows.filter(**{f"{endpoint}__in": list(endpoints(workspace).values_list("pk", flat=True))})


def latest_deliveries(workspace: Workspace) -> dict[str, Any]:
    """Annotations of an endpoint: ``last_delivery`` (id), ``last_status`` and ``last_made_at`` of the newest delivery
    that has an attempt, and ``last_answer`` and ``last_error`` of its latest attempt. Read through indexes."""
    attempted = Delivery.objects.for_workspace(workspace).filter(endpoint=OuterRef("pk"), attempts__gt=0)
    newest = attempted.order_by("-created_at", "-id")
    attempt = Attempt.objects.for_workspace(workspace).filter(delivery=OuterRef("last_delivery")).order_by("-number")
    return {
        "last_delivery": Subquery(newest.values("pk")[:1]),
        "last_status": Subquery(newest.values("status")[:1]),
        "last_made_at": Subquery(newest.values("created_at")[:1]),
        "last_answer": Subquery(attempt.values("status")[:1]),
        "last_error": Subquery(attempt.values("error")[:1]),
    }


@dataclass(frozen=True, slots=True)
class EndpointAlerts:
    """Endpoints that need attention, oldest first. ``disabled``: automatically, not by a person. ``failing``: still
    tried."""

    disabled: list[Endpoint]
    failing: list[Endpoint]


def endpoint_alerts(workspace: Workspace, *, limit: int | None = None) -> EndpointAlerts:
    """What the panel's notices show, of ``limit`` endpoints at most. One query, however many endpoints."""
    disabled = Q(enabled=False, disabled_reason__in=[DisabledReason.GONE, DisabledReason.FAILING])
    failing = Q(enabled=True, failing_since__isnull=False)
    rows = endpoints(workspace).filter(disabled | failing).defer("secret", "previous_secret", "headers")
    alerts = EndpointAlerts([], [])
    for endpoint in rows.order_by("created_at", "id")[:limit]:
        (alerts.failing if endpoint.enabled else alerts.disabled).append(endpoint)
    return alerts


def status_conditions(status: str) -> dict[str, Any]:
    """The conditions of a filter by status: a rare one is found through an index."""
    return {"status": status, **_IMPLIED_BY_STATUS.get(status, {})}


def delivery_log(
    workspace: Workspace,
    endpoint: Endpoint,
    *,
    event: str | None = None,
    status: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Any:
    """The deliveries of an endpoint by event type, status and creation time, each with its event but without the body.
    A rare status is found through an index."""
    filters = {"event_type": event, "created_at__gte": since, "created_at__lt": until}
    given = {name: value for name, value in filters.items() if value is not None}
    with_status = {} if status is None else status_conditions(status)
    rows = Delivery.objects.for_workspace(workspace).filter(endpoint=endpoint, **given, **with_status)
    return rows.select_related("event").defer("event__body")


@dataclass(frozen=True, slots=True)
class Performance:
    """How an endpoint did in the last 24 hours. ``attempts`` had a known result, ``accepted`` of them an answer 2xx;
    ``p50`` and ``p95`` are milliseconds until the answer, None if there was none. ``complete``: of all deliveries made
    in this time, else of the newest ones."""

    attempts: int
    accepted: int
    p50: int | None
    p95: int | None
    complete: bool

    @property
    def percent(self) -> int:
        """The share of accepted attempts, rounded down, so that 100 means all."""
        return self.accepted * 100 // self.attempts


def performance(workspace: Workspace, endpoint: Endpoint) -> Performance:
    """Read from the newest ``MEASURED`` deliveries of the last 24 hours, through indexes."""
    since = clock.now() - timedelta(days=1)
    log = Delivery.objects.for_workspace(workspace).filter(endpoint=endpoint, created_at__gte=since)
    ids = list(log.order_by("-created_at", "-id").values_list("pk", flat=True)[: MEASURED + 1])
    rows = Attempt.objects.for_workspace(workspace).filter(delivery__in=ids[:MEASURED], at__gte=since)
    # ``lost`` and one that is going on have no result.
    done = list(rows.exclude(status=None, error__in=["", "lost"]).values_list("status", "duration_ms"))
    answered = sorted(duration for status, duration in done if status is not None)
    return Performance(
        attempts=len(done),
        accepted=sum(1 for status, _ in done if status is not None and 200 <= status <= 299),
        p50=answered[len(answered) // 2] if answered else None,
        p95=answered[len(answered) * 95 // 100] if answered else None,
        complete=len(ids) <= MEASURED,
    )


def failed_deliveries(endpoint: Endpoint, since: datetime, until: datetime) -> Any:
    """What a replay of this time queues again: failed, exhausted, or canceled when the endpoint was disabled."""
    failed = Q(status__in=[DeliveryStatus.FAILED, DeliveryStatus.EXHAUSTED])
    missed = Q(status=DeliveryStatus.CANCELED, reason="endpoint_disabled")
    rows = Delivery.objects.for_workspace(endpoint.workspace_id).filter(failed | missed, endpoint=endpoint)
    return rows.filter(created_at__gte=since, created_at__lt=until)
