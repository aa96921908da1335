"""Sending again: a test ping, one delivery, or all that failed since a time."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from crmsolid.api.jobs import JobOut
from crmsolid.core import clock, doorbell
from crmsolid.core.errors import DomainError, invalid
from crmsolid.events.models import Event
from crmsolid.events.publishing import Occurrence, events, new_event, publish, ring_on_commit
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Job, JobState
from crmsolid.workspaces.scopes import Scope
from webhooks import services
from webhooks.delivery import fanout
from webhooks.events import JOB_COMPLETED, PING
from webhooks.models import Delivery, DeliveryStatus, Endpoint

JOB_KIND = "webhooks.replay"
REPLAY_TASK = "webhooks.replay"
BATCH = 500

# A delivery that is started again has its whole schedule of retries before it; its attempts are counted on.
_STARTED_AGAIN: dict[str, Any] = {"status": DeliveryStatus.PENDING, "reason": "", "failures": 0}


@transaction.atomic
def test_endpoint(actor: Actor, endpoint: Endpoint) -> Delivery:
    """Send a ``ping`` to this endpoint alone. ``invalid_state`` (409) if it is disabled."""
    locked = services.locked_enabled(actor, endpoint)
    ping = new_event(locked.workspace_id, Occurrence(PING, {"webhook": {"id": locked.id, "url": locked.url}}))
    events.insert([ping])
    delivery_id = fanout.insert([(ping, locked)])[0]
    ring_on_commit()
    audit.record(actor, "webhook.tested", locked.id)
    return _fresh(actor, delivery_id)


@transaction.atomic
def replay_delivery(actor: Actor, delivery: Delivery) -> Delivery:
    """Deliver the event again, at once, with the same bytes and id.

    ``invalid_state`` (409) while it is being sent, if its endpoint is disabled, or if its person was erased.
    """
    services.locked_enabled(actor, delivery.endpoint)
    if not Event.objects.for_workspace(actor.workspace).filter(pk=delivery.event_id).exclude(body=b"").exists():
        raise DomainError("invalid_state", "the person this event was about has been erased; nothing is left to send")
    changed = (
        Delivery.objects.for_workspace(actor.workspace)
        .filter(pk=delivery.pk)
        .exclude(status=DeliveryStatus.SENDING)
        .update(next_attempt_at=clock.now(), **_STARTED_AGAIN)
    )
    if not changed:
        raise DomainError("invalid_state", "the delivery is being sent at this moment; look again in a few seconds")
    ring_on_commit()
    audit.record(actor, "webhook.replayed", delivery.id)
    return _fresh(actor, delivery.pk)


def _fresh(actor: Actor, delivery_id: str) -> Delivery:
    found: Delivery = Delivery.objects.for_workspace(actor.workspace).get(pk=delivery_id)
    return found


@transaction.atomic
def replay_failed(actor: Actor, endpoint: Endpoint, *, since: datetime, until: datetime | None = None) -> Job:
    """Start again all deliveries of this time that failed or were canceled by a disabling: a job, ``total`` counted.

    ``invalid_state`` (409) if the endpoint is disabled; ``validation_failed`` if ``until`` is not after ``since``.
    """
    locked = services.locked_enabled(actor, endpoint)
    if until is not None and until <= since:
        raise invalid("until", "before_since", "until must be later than since")
    end = min(until or clock.now(), clock.now())
    job = Job(
        workspace=actor.workspace,
        kind=JOB_KIND,
        scope=Scope.MANAGE_WEBHOOKS,
        total=_failed(locked.id, since, end).count(),
        params={"endpoint": locked.id, "since": since.isoformat(), "until": end.isoformat(), "after": ""},
    )
    job.save(force_insert=True)
    audit.record(actor, "webhook.replay_started", locked.id, job=job.id, total=job.total)
    transaction.on_commit(lambda: doorbell.ring(REPLAY_TASK))
    return job


def _failed(endpoint_id: str, since: datetime, until: datetime) -> "QuerySet[Delivery]":
    failed = Q(status__in=[DeliveryStatus.FAILED, DeliveryStatus.EXHAUSTED])
    missed = Q(status=DeliveryStatus.CANCELED, reason="endpoint_disabled")
    return Delivery.unscoped.filter(failed | missed, endpoint=endpoint_id, created_at__gte=since, created_at__lt=until)


def run_open() -> int:
    """Run every open replay job that nobody else is running; answers how many deliveries were started again."""
    started = 0
    open_jobs = Job.unscoped.filter(kind=JOB_KIND, state__in=[JobState.QUEUED, JobState.RUNNING])
    for job_id in list(open_jobs.values_list("pk", flat=True)):
        while True:
            step = _step(job_id)
            if step is None:
                break
            started += step
    return started


@transaction.atomic
def _step(job_id: str) -> int | None:
    """One batch in one transaction with the job's progress; None when there is nothing more to do here."""
    rows = Job.unscoped.filter(pk=job_id)
    job = (rows.select_for_update(skip_locked=True) if connection.vendor == "postgresql" else rows).first()
    if job is None or job.state not in (JobState.QUEUED, JobState.RUNNING):
        return None
    endpoint = Endpoint.unscoped.filter(pk=job.params["endpoint"], enabled=True).first()
    if endpoint is None:
        _end(job, JobState.FAILED, [{"code": "invalid_state", "detail": "the endpoint has been disabled or deleted"}])
        return None
    ids = _next_ids(job)
    if not ids:
        _end(job, JobState.DONE, [])
        return None
    Delivery.unscoped.filter(pk__in=ids).update(next_attempt_at=clock.now(), **_STARTED_AGAIN)
    job.state, job.done, job.params["after"] = JobState.RUNNING, job.done + len(ids), ids[-1]
    job.save(update_fields=["state", "done", "params"])
    ring_on_commit()
    return len(ids)


def _next_ids(job: Job) -> list[str]:
    """The next batch under its locks, taken in the order that everybody takes them in: still failed when we have
    them, and so until they are started again."""
    since, until = (datetime.fromisoformat(job.params[name]) for name in ("since", "until"))
    rows = _failed(job.params["endpoint"], since, until).filter(pk__gt=job.params["after"])
    kept = rows.filter(event__in=Event.unscoped.exclude(body=b"").values("pk"))
    locked = kept.select_for_update(no_key=True, of=("self",))
    return list(locked.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _end(job: Job, state: JobState, errors: list[dict[str, str]]) -> None:
    job.state, job.errors, job.finished_at = state, errors, clock.now()
    job.save(update_fields=["state", "errors", "finished_at"])
    publish(job.workspace_id, JOB_COMPLETED, {"job": JobOut.render(job)})
