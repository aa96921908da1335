"""Celery tasks of webhooks. They take no arguments; each finds its due rows itself."""

from celery import Task, shared_task

from crmsolid.events import positions
from webhooks import endpoint_health, purging
from webhooks.delivery import settlement
from webhooks.delivery.pump import run_pump, wake_if_due


@shared_task(name="webhooks.pump", base=Task)  # run_pump wakes the pump that is running
def pump() -> int:
    """Deliver what is due, unless a pump is running."""
    return run_pump()


@shared_task(name="webhooks.sweep")
def sweep() -> int:
    """Find what no wake-up announced: events without positions, dead leases, queues of disabled endpoints.

    Returns how many deliveries were recovered or canceled.
    """
    while positions.assign_positions() == positions.BATCH:
        pass
    changed = settlement.recover_lost() + endpoint_health.cancel_queues_of_disabled_endpoints()
    wake_if_due()
    return changed


@shared_task(name="webhooks.purge")
def purge() -> int:
    """Delete what is past its retention."""
    return purging.purge()
