"""Retention of the log: deliveries with their attempts, events that nothing needs any more, deleted endpoints."""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from crmsolid.core import clock
from crmsolid.core.ids import first_id
from webhooks.models import Attempt, Delivery, DeliveryStatus, Endpoint, Event

RETENTION = timedelta(days=30)
BATCH = 1000

_FINAL = (DeliveryStatus.SUCCEEDED, DeliveryStatus.EXHAUSTED, DeliveryStatus.CANCELED)


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
    oldest_kept = first_id("dlv", clock.now() - RETENTION)
    return _delete_deliveries(
        list(
            Delivery.unscoped.filter(pk__lt=oldest_kept, status__in=_FINAL)
            .order_by("pk")
            .values_list("pk", flat=True)[:BATCH]
        )
    )


def _deliveries_of_deleted_endpoints() -> int:
    rows = Delivery.unscoped.filter(endpoint__deleted_at__isnull=False, status__in=_FINAL)
    return _delete_deliveries(list(rows.order_by().values_list("pk", flat=True)[:BATCH]))


@transaction.atomic
def _delete_deliveries(ids: list[str]) -> int:
    if ids:
        Attempt.unscoped.filter(delivery__in=ids).delete()
        Delivery.unscoped.filter(pk__in=ids).delete()
    return len(ids)


def _deleted_endpoints() -> int:
    left = Delivery.unscoped.filter(endpoint=OuterRef("pk"))
    rows = Endpoint.unscoped.filter(~Exists(left), deleted_at__isnull=False)
    return rows.delete()[0]


def _old_events() -> int:
    """Placed events without a delivery left; a stream cannot resume further back than the retention either."""
    oldest_kept = first_id("evt", clock.now() - RETENTION)
    left = Delivery.unscoped.filter(event=OuterRef("pk"))
    rows = Event.unscoped.filter(~Exists(left), pk__lt=oldest_kept, position__isnull=False)
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
    Event.unscoped.filter(pk__in=ids).delete()
    return len(ids)
