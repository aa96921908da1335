"""The length and age of every queue, counted in the database, because the rows are the queues."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from crmsolid.core import clock
from crmsolid.events.models import Event
from crmsolid.workspaces.models import Job, JobState
from messaging.models import AccountKind, Message, SandboxDelivery, Status
from webhooks.models import Delivery


@dataclass(frozen=True, slots=True)
class Queue:
    """``due(now)`` are the rows that wait for a worker; ``since`` is the field with the time since when."""

    name: str
    due: Callable[[datetime], QuerySet[Any]]
    since: str


def _due_messages(now: datetime) -> QuerySet[Message]:
    return Message.unscoped.filter(status=Status.QUEUED, eta__lte=now)


# No row is in two queues. Telegram's messages wait for the worker that holds their account, the others for any worker.
QUEUES = (
    Queue("messages", lambda now: _due_messages(now).exclude(account__kind=AccountKind.TELEGRAM), "eta"),
    Queue("telegram", lambda now: _due_messages(now).filter(account__kind=AccountKind.TELEGRAM), "eta"),
    Queue("sandbox_answers", lambda now: SandboxDelivery.unscoped.filter(reply_pending=True), "at"),
    Queue("events", lambda now: Event.unscoped.filter(position__isnull=True), "created_at"),
    Queue("deliveries", lambda now: Delivery.unscoped.filter(next_attempt_at__lte=now), "next_attempt_at"),
    Queue("jobs", lambda now: Job.unscoped.filter(state__in=[JobState.QUEUED, JobState.RUNNING]), "created_at"),
)


class QueueCollector(Collector):
    """Runs one query for each queue at each scrape."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        now = clock.now()
        length = GaugeMetricFamily("crmsolid_queue_length", "Rows that are due", labels=["queue"])
        age = GaugeMetricFamily("crmsolid_queue_oldest_seconds", "Age of the oldest one that is due", labels=["queue"])
        for queue in QUEUES:
            totals = queue.due(now).aggregate(count=Count("pk"), oldest=Min(queue.since))
            waited = (now - totals["oldest"]).total_seconds() if totals["oldest"] else 0.0
            length.add_metric([queue.name], totals["count"])
            age.add_metric([queue.name], max(0.0, waited))
        return [length, age]
