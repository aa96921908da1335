"""The Celery door. A task is a doorbell: what is due stands in the rows."""

from celery import shared_task

from crmsolid.events.feed import BATCH, place_events
from webhooks import endpoint_health, purging, replays
from webhooks.delivery import runner, settlement


@shared_task(name="webhooks.pump")
def pump() -> int:
    """Deliver what is due, unless a pump is at it already."""
    return runner.run_pump()


@shared_task(name="webhooks.sweep")
def sweep() -> int:
    """What no ring announced: unplaced events, dead leases, strays in the queue of a disabled endpoint, jobs."""
    while place_events() == BATCH:
        pass
    found = settlement.recover_lost() + endpoint_health.cancel_strays() + replays.run_open()
    runner.ring_if_due()
    return found


@shared_task(name="webhooks.replay")
def replay() -> int:
    """Run the jobs that replay failed deliveries."""
    return replays.run_open()


@shared_task(name="webhooks.purge")
def purge() -> int:
    """Delete what is past its retention."""
    return purging.purge()
