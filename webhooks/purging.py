"""Retention: deliveries with their attempts, events without deliveries, and deleted endpoints."""

import time
from collections.abc import Callable, Iterator
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
    kinds = [
        _batches(partial(_delete_deliveries, old)),
        _batches(partial(_delete_deliveries, of_deleted_endpoints)),
        _batches(_delete_endpoints),
        _old_events(),
    ]
    deleted, end = 0, time.monotonic() + MAX_SECONDS
    for number, batches in enumerate(kinds):
        now = time.monotonic()
        end_of_kind = now + (end - now) / (len(kinds) - number)
        while time.monotonic() < end_of_kind and (count := next(batches, None)) is not None:
            deleted += count
    return deleted


def _batches(delete_batch: Callable[[], int]) -> Iterator[int]:
    """Delete batches until one is not full; yields how many rows each had."""
    while (count := delete_batch()) == BATCH:
        yield count
    yield count


def _old_events() -> Iterator[int]:
    """Delete the events that have a position and no delivery, by their age; yields how many each batch had. The message
    stream cannot resume further back either."""
    oldest_kept = first_id("evt", clock.now() - retention())
    after: str | None = ""
    while after is not None:
        deleted, after = _delete_events(after, oldest_kept)
        yield deleted


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


@transaction.atomic
def _delete_events(after: str, before: str) -> tuple[int, str | None]:
    """Of the next batch of events between two ids, delete those without a delivery; returns how many, and the last id
    that was looked at, None at the end. They are locked first, so that none gets a delivery meanwhile.

    Asking for events without deliveries in one statement would compare all events with all deliveries.
    """
    ids = _lock_batch(Event.unscoped.filter(pk__gt=after, pk__lt=before, position__isnull=False).order_by("pk"))
    kept = set(Delivery.unscoped.filter(event__in=ids).values_list("event_id", flat=True))
    unused = [pk for pk in ids if pk not in kept]
    Event.unscoped.filter(pk__in=unused).delete()
    return len(unused), ids[-1] if len(ids) == BATCH else None


def _lock_batch(rows: "QuerySet[Any]") -> list[str]:
    locked = rows.select_for_update(skip_locked=True, of=("self",))
    return list(locked.values_list("pk", flat=True)[:BATCH])


def _delete_endpoints() -> int:
    deliveries = Delivery.unscoped.filter(endpoint=OuterRef("pk"))
    return Endpoint.unscoped.filter(~Exists(deliveries), deleted_at__isnull=False).delete()[0]
