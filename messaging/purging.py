"""What is of no use any more: logins that nobody finished, sends of erased people that no longer count."""

from crmsolid.core import clock
from messaging.models import LoginAttempt, SpentSlot
from messaging.sending.pacing import DAY


def purge() -> int:
    """Delete it; answers how many rows went. Both tables are small: a row for each login begun, each send erased."""
    now = clock.now()
    logins, _ = LoginAttempt.unscoped.filter(expires_at__lt=now).delete()
    slots, _ = SpentSlot.unscoped.filter(slot_at__lte=now - DAY).delete()
    return logins + slots
