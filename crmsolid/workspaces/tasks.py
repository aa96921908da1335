"""The Celery door of the shell."""

from celery import shared_task

from crmsolid.core import clock
from crmsolid.workspaces.models import Heartbeat

WORKER = "worker"


@shared_task(name="crmsolid.heartbeat")
def heartbeat() -> None:
    """Scheduler, broker and worker are alive when this runs: ``/readyz`` looks at what it leaves."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=WORKER, seen_at=clock.now())],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["seen_at"],
    )
