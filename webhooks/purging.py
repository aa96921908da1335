"""Retention of the log: deliveries with their attempts, events that nothing needs any more, deleted endpoints."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from crmsolid.core import clock
from crmsolid.core.ids import first_id
from crmsolid.events.models import Event
from webhooks.models import Attempt, Delivery, DeliveryStatus, Endpoint

BATCH = 1000

_FINAL = (DeliveryStatus.SUCCEEDED, DeliveryStatus.EXHAUSTED, DeliveryStatus.CANCELED)


def retention() -> timedelta:
    """How long the log is kept."""
    return timedelta(days=settings.WEBHOOK_LOG_DAYS)


def purge(*, batches: int = 50) -> int:
    """Delete what is past its retention, in short transactions; answers how many rows went."""
    return sum(
        _in_batches(step, batches)
        for step in (_old_deliveries, _deliveries_of_deleted_endpoints, _deleted_endpoints, _old_events)
    )


def _in_batches(step: Callable[[], int], batches: int) -> int:
    removed = 0
    for _ in range(batches):
        found = step()
        removed += found
        if not found:
            break
    return removed


def _old_deliveries() -> int:
    oldest_kept = first_id("dlv", clock.now() - retention())
    return _delete_deliveries(Delivery.unscoped.filter(pk__lt=oldest_kept).order_by("pk"))


def _deliveries_of_deleted_endpoints() -> int:
    return _delete_deliveries(Delivery.unscoped.filter(endpoint__deleted_at__isnull=False).order_by())


@transaction.atomic
def _delete_deliveries(rows: "QuerySet[Delivery]") -> int:
    """A batch of what is final and in nobody's hands: under their locks first, so that none is started again
    meanwhile, and nobody who holds one of them waits for its attempts."""
    ids = _locked_ids(rows.filter(status__in=_FINAL))
    if ids:
        Attempt.unscoped.filter(delivery__in=ids).delete()
        Delivery.unscoped.filter(pk__in=ids).delete()
    return len(ids)


def _locked_ids(rows: "QuerySet[Any]") -> list[str]:
    found = rows.select_for_update(skip_locked=True, of=("self",))
    return list(found.values_list("pk", flat=True)[:BATCH])


def _deleted_endpoints() -> int:
    left = Delivery.unscoped.filter(endpoint=OuterRef("pk"))
    rows = Endpoint.unscoped.filter(~Exists(left), deleted_at__isnull=False)
    return rows.delete()[0]


@transaction.atomic
def _old_events() -> int:
    """Placed events without a delivery left; a stream cannot resume further back than the retention either."""
    oldest_kept = first_id("evt", clock.now() - retention())
    left = Delivery.unscoped.filter(event=OuterRef("pk"))
    rows = Event.unscoped.filter(~Exists(left), pk__lt=oldest_kept, position__isnull=False)
    ids = _locked_ids(rows.order_by("pk"))
    Event.unscoped.filter(pk__in=ids).delete()
    return len(ids)
