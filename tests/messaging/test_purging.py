"""Nothing grows for ever: half-open logins hold a phone number, spent slots count for a day."""

from datetime import timedelta

from django.conf import settings

from crmsolid.core import clock
from messaging.models import LoginAttempt, SpentSlot
from messaging.tasks import purge
from tests.cast import Cast


def test_what_is_of_no_use_goes_and_the_rest_stays(cast: Cast) -> None:
    now, account = clock.now(), cast.sandbox()
    for minutes in (-1, 1):
        expires_at = now + timedelta(minutes=minutes)
        LoginAttempt.unscoped.create(workspace=cast.workspace, encrypted_state=b"x", expires_at=expires_at)
    for hours in (-25, -23):
        SpentSlot.unscoped.create(workspace=cast.workspace, account=account, slot_at=now + timedelta(hours=hours))
    assert purge() == 2
    assert [row.expires_at > now for row in LoginAttempt.unscoped.all()] == [True]
    assert [row.slot_at for row in SpentSlot.unscoped.all()] == [now - timedelta(hours=23)]
    assert purge() == 0


def test_it_is_done_every_hour() -> None:
    assert settings.CELERY_BEAT_SCHEDULE["messaging.purge"]["schedule"] == 3600.0
