"""Sending on request: a test ping, one delivery again, or all that failed since a time."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from crmsolid.core import clock, doorbell
from crmsolid.core.errors import DomainError, invalid
from crmsolid.events.models import Event
from crmsolid.events.publishing import publish
from crmsolid.jobs.kinds import JobFailed, JobKind
from crmsolid.jobs.models import Job
from crmsolid.jobs.runner import start_job
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from webhooks import querysets, services
from webhooks.delivery.queue import PUMP_TASK, queue_deliveries
from webhooks.events import PING
from webhooks.models import Delivery, DeliveryStatus, Endpoint

BATCH = 500

# A replayed delivery gets the whole retry schedule again; the count of its attempts goes on.
_QUEUED_AGAIN: dict[str, Any] = {"status": DeliveryStatus.PENDING, "reason": "", "failures": 0}


@transaction.atomic
def send_ping(actor: Actor, endpoint_id: str) -> Delivery:
    """Send a ``ping`` to this endpoint alone. ``invalid_state`` (409) if it is disabled; ``not_found``."""
    locked = services.lock_enabled(actor, endpoint_id)
    services.review_endpoint(actor, locked)
    # The decorator is not unit_of_work, which would defer the event: queue_deliveries reads the event's row.
    event_id = publish(actor, PING, {"webhook": {"id": locked.id, "url": locked.url}})
    [delivery_id] = queue_deliveries([(event_id, locked.id)])
    audit.record(actor, "webhook.tested", locked.id)
    return services.get_delivery(actor, delivery_id)


@transaction.atomic
def replay_delivery(actor: Actor, delivery_id: str) -> Delivery:
    """Deliver the event again, at once, with the same bytes and id. ``invalid_state`` (409) while it is being sent, if
    its endpoint is disabled, or if the event was erased; ``not_found``."""
    delivery = services.get_delivery(actor, delivery_id)
    services.review_endpoint(actor, services.lock_enabled(actor, delivery.endpoint_id))
    if not Event.objects.for_workspace(actor.workspace).filter(pk=delivery.event_id).exclude(body=b"").exists():
        raise DomainError("invalid_state", "the person this event was about has been erased; nothing is left to send")
    rows = Delivery.objects.for_workspace(actor.workspace).filter(pk=delivery.pk)
    queued = rows.exclude(status=DeliveryStatus.SENDING).update(next_attempt_at=clock.now(), **_QUEUED_AGAIN)
    if not queued:
        raise DomainError("invalid_state", "the delivery is being sent at this moment; look again in a few seconds")
    transaction.on_commit(partial(doorbell.ring, PUMP_TASK))
    audit.record(actor, "webhook.replayed", delivery.id)
    return services.get_delivery(actor, delivery.pk)


def replay_deliveries(actor: Actor, delivery_ids: Iterable[str]) -> tuple[int, list[DomainError]]:
    """:func:`replay_delivery` for each, by itself; returns how many are sent again, and why others are not.

    Errors: ``scope_missing``.
    """
    actor.require(Scope.MANAGE_WEBHOOKS)
    sent, refused = 0, []
    for delivery_id in sorted(delivery_ids):
        try:
            replay_delivery(actor, delivery_id)
            sent += 1
        except DomainError as error:
            refused.append(error)
    return sent, refused


@transaction.atomic
def replay_failed(actor: Actor, endpoint_id: str, *, since: datetime, until: datetime | None = None) -> Job:
    """Start a job that delivers again what was made in this time and failed, or was canceled when the endpoint was
    disabled. ``invalid_state`` (409) if it is disabled; ``validation_failed`` unless ``until`` is after ``since``;
    ``not_found``."""
    locked = services.lock_enabled(actor, endpoint_id)
    if until is not None and until <= since:
        raise invalid("until", "before_since", "until must be later than since")
    end = min(until or clock.now(), clock.now())
    services.review_endpoint(actor, locked)
    total = querysets.failed_deliveries(locked, since, end).count()
    params = {"endpoint": locked.id, "since": since.isoformat(), "until": end.isoformat(), "after": ""}
    job = start_job(actor, REPLAY, Scope.MANAGE_WEBHOOKS, total=total, params=params, object_id=locked.id)
    audit.record(actor, "webhook.replay_started", locked.id, job=job.id, total=job.total)
    return job


def _replay_chunk(job: Job) -> datetime | None:
    """Queue the next deliveries of the job again."""
    endpoint = Endpoint.objects.for_workspace(job.workspace_id).filter(pk=job.params["endpoint"], enabled=True).first()
    if endpoint is None:
        raise JobFailed("invalid_state", "the endpoint has been disabled or deleted")
    since, until = (datetime.fromisoformat(job.params[name]) for name in ("since", "until"))
    events = Event.objects.for_workspace(job.workspace_id).exclude(body=b"")
    failed = querysets.failed_deliveries(endpoint, since, until).filter(
        pk__gt=job.params["after"], event__in=events.values("pk")
    )
    # Locked in the order of ids, as everywhere. A row that has changed while the lock was awaited is filtered again.
    locked = failed.select_for_update(no_key=True, of=("self",)).order_by("pk")
    ids = list(locked.values_list("pk", flat=True)[:BATCH])
    if not ids:
        return None
    deliveries = Delivery.objects.for_workspace(job.workspace_id).filter(pk__in=ids)
    deliveries.update(next_attempt_at=clock.now(), **_QUEUED_AGAIN)
    job.done, job.params["after"] = job.done + len(ids), ids[-1]
    transaction.on_commit(partial(doorbell.ring, PUMP_TASK))
    return clock.now()


REPLAY = JobKind("webhooks.replay", "Webhook deliveries sent again", _replay_chunk)
