"""Starting the pump, and ringing for it again."""

from django.conf import settings

from crmsolid.core import clock, doorbell
from crmsolid.events.feed import has_unplaced
from crmsolid.events.publishing import PUMP_TASK
from webhooks.delivery.pump import Pump
from webhooks.delivery.pump_lock import pump_slot
from webhooks.delivery.queue import next_due

_running: Pump | None = None


def run_pump() -> int:
    """Deliver what is due; answers how many deliveries were settled. 0 at once if a pump runs already: it is told."""
    global _running
    with pump_slot() as free:
        if not free:
            running = _running
            if running is not None:
                running.wake()
            return 0
        _running = Pump()
        try:
            settled = _running.run()
        finally:
            _running = None
    ring_if_due()  # whoever was rung while the pump was ending has left again
    return settled


def ring_if_due() -> None:
    """Ring at once if something is due, or at its moment if that comes before the next sweep."""
    if has_unplaced():
        doorbell.ring(PUMP_TASK)
        return
    due_at = next_due()
    if due_at is not None:
        wait = (due_at - clock.now()).total_seconds()
        if wait <= settings.SWEEP_SECONDS:
            doorbell.ring(PUMP_TASK, after=wait)
