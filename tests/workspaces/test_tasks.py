from datetime import timedelta

from crmsolid.core import clock
from crmsolid.workspaces.models import Heartbeat
from crmsolid.workspaces.tasks import heartbeat


def test_a_heartbeat_updates_its_one_row(db: None) -> None:
    Heartbeat.objects.create(name="worker", seen_at=clock.now() - timedelta(hours=1))
    Heartbeat.objects.create(name="another", seen_at=clock.now() - timedelta(hours=1))
    before = clock.now()
    heartbeat()
    heartbeat()
    assert Heartbeat.objects.count() == 2
    assert Heartbeat.objects.get(name="worker").seen_at >= before
    assert Heartbeat.objects.get(name="another").seen_at < before
