"""Length and age of every queue, read from the rows: they are the queues."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from crmsolid.core import clock
from crmsolid.workspaces.models import Job, JobState
from messaging.models import Message, Status
from webhooks.models import Event


@dataclass(frozen=True, slots=True)
class Queue:
    """``waiting(now)`` are the rows that somebody should take up; ``since`` is the field that says since when."""

    name: str
    waiting: Callable[[datetime], QuerySet[Any]]
    since: str


QUEUES = (
    Queue("messages", lambda now: Message.unscoped.filter(status=Status.QUEUED, eta__lte=now), "eta"),
    Queue("events", lambda now: Event.unscoped.filter(position__isnull=True), "created_at"),
    Queue("jobs", lambda now: Job.unscoped.filter(state__in=[JobState.QUEUED, JobState.RUNNING]), "created_at"),
)


class QueueCollector(Collector):
    """One query a queue, at each scrape."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        now = clock.now()
        length = GaugeMetricFamily("crmsolid_queue_length", "Rows that are due", labels=["queue"])
        age = GaugeMetricFamily("crmsolid_queue_oldest_seconds", "Age of the oldest one that is due", labels=["queue"])
        for queue in QUEUES:
            found = queue.waiting(now).aggregate(count=Count("pk"), oldest=Min(queue.since))
            waited = (now - found["oldest"]).total_seconds() if found["oldest"] else 0.0
            length.add_metric([queue.name], found["count"])
            age.add_metric([queue.name], max(0.0, waited))
        return [length, age]
