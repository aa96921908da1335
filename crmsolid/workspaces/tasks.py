"""Celery tasks of the installation as a whole."""

from celery import shared_task

from crmsolid.core import clock
from crmsolid.workspaces import email, kept_forms, purging
from crmsolid.workspaces.models import Heartbeat

WORKER = "worker"


@shared_task(name="crmsolid.heartbeat")
def heartbeat() -> None:
    """Record that this ran, for ``/readyz``: scheduler, broker and worker are alive then."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=WORKER, seen_at=clock.now())],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["seen_at"],
    )


@shared_task(name="crmsolid.purge")
def purge() -> int:
    """Delete what is past its retention."""
    return purging.purge()


@shared_task(name=email.TASK)
def send_email() -> int:
    """Send the e-mails that are due."""
    return email.send_due()


@shared_task(name="crmsolid.delete_kept_forms")
def delete_kept_forms() -> int:
    """Delete the forms for which nobody came back within the hour."""
    return kept_forms.delete_old()
