"""Retention: deliveries with their attempts, events without deliveries, and deleted endpoints."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from crmsolid.core import clock
from crmsolid.core.ids import first_id
from crmsolid.events.models import Event
from webhooks.models import Attempt, Delivery, DeliveryStatus, Endpoint

BATCH = 1000
# Of each hour: at 750 deliveries a second, which a busy machine with two cores reached, five million a day.
MAX_SECONDS = 300

_FINAL = (DeliveryStatus.SUCCEEDED, DeliveryStatus.EXHAUSTED, DeliveryStatus.CANCELED)


def retention() -> timedelta:
    """How long events and deliveries are kept."""
    return timedelta(days=settings.WEBHOOK_LOG_DAYS)


def purge() -> int:
    """Delete what is past its retention, in short transactions and for ``MAX_SECONDS`` at most; returns how many rows
    were deleted. The next run continues. Each kind gets its share of the time that is left, so that a backlog of one
    does not keep the others from being deleted."""
    old = Delivery.unscoped.filter(pk__lt=first_id("dlv", clock.now() - retention())).order_by("pk")
    of_deleted_endpoints = Delivery.unscoped.filter(endpoint__deleted_at__isnull=False).order_by()
    kinds: list[Callable[[], int]] = [
        partial(_delete_deliveries, old),
        partial(_delete_deliveries, of_deleted_endpoints),
        _delete_endpoints,
        _delete_old_events,
    ]
    deleted, end = 0, time.monotonic() + MAX_SECONDS
    for number, delete_batch in enumerate(kinds):
        now = time.monotonic()
        end_of_kind = now + (end - now) / (len(kinds) - number)
        while time.monotonic() < end_of_kind:
            count = delete_batch()
            deleted += count
            if count < BATCH:
                break
    return deleted


@transaction.atomic
def _delete_deliveries(deliveries: "QuerySet[Delivery]") -> int:
    """Delete a batch of those with a final status. They are locked first, so that none is replayed meanwhile.

    Locked ones are skipped: waiting for them could deadlock with a transaction that waits for their attempts.
    """
    ids = _lock_batch(deliveries.filter(status__in=_FINAL))
    if ids:
        Attempt.unscoped.filter(delivery__in=ids).delete()
        Delivery.unscoped.filter(pk__in=ids).delete()
    return len(ids)


def _lock_batch(rows: "QuerySet[Any]") -> list[str]:
    locked = rows.select_for_update(skip_locked=True, of=("self",))
    return list(locked.values_list("pk", flat=True)[:BATCH])


def _delete_endpoints() -> int:
    deliveries = Delivery.unscoped.filter(endpoint=OuterRef("pk"))
    return Endpoint.unscoped.filter(~Exists(deliveries), deleted_at__isnull=False).delete()[0]


@transaction.atomic
def _delete_old_events() -> int:
    """Events that have a position and no delivery. The message stream cannot resume further back either."""
    oldest_kept = first_id("evt", clock.now() - retention())
    deliveries = Delivery.unscoped.filter(event=OuterRef("pk"))
    events = Event.unscoped.filter(~Exists(deliveries), pk__lt=oldest_kept, position__isnull=False)
    ids = _lock_batch(events.order_by("pk"))
    Event.unscoped.filter(pk__in=ids).delete()
    return len(ids)
