"""Pumps that are killed, and pumps at once: every committed event arrives, no rolled-back one ever does."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from contacts.events import CONTACT_CREATED
from crmsolid.core import clock
from crmsolid.core.http.outbound import DEADLINE_SECONDS
from crmsolid.events.publishing import publish
from tests.tenants import Tenants
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.receiver import Receiver
from webhooks import tasks
from webhooks.delivery.queue import next_due
from webhooks.models import Attempt, Delivery, Endpoint

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="several processes at once need PostgreSQL"),
]
MakeEndpoint = Callable[..., Endpoint]


@pytest.fixture
def tenants(transactional_db: None) -> Tenants:
    return Tenants()


def start_pump(point: str) -> "subprocess.Popen[bytes]":
    at = connection.settings_dict
    url = f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"
    environment: dict[str, Any] = {
        **os.environ,
        "DATABASE_URL": url,
        "CRMSOLID_WEBHOOK_ALLOW_PRIVATE": "true",
        "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    command = [sys.executable, "-m", "tests.webhooks.delivery.pump_process", point]
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL)


def emit_and_roll_back(tenants: Tenants, count: int) -> tuple[set[str], set[str]]:
    """The ids of ``count`` committed events, and of as many that were rolled back."""
    committed = {emit(tenants.workspace, str(number)) for number in range(count)}
    rolled_back = set()
    for number in range(count):
        with transaction.atomic():
            rolled_back.add(publish(tenants.workspace, CONTACT_CREATED, {"contact": {"name": f"rolled back {number}"}}))
            transaction.set_rollback(True)
    return committed, rolled_back


def drain() -> None:
    """Pump until nothing is queued, including what went back to the queue for a second."""
    deadline = time.monotonic() + 60
    while (due_at := next_due()) is not None:
        assert time.monotonic() < deadline
        time.sleep(max(0.0, (due_at - clock.now()).total_seconds()))
        run_pump(deadline=DEADLINE_SECONDS)


@pytest.mark.parametrize("point", ["claimed", "posted", "settling", "settled"])
def test_a_killed_pump_loses_nothing(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint, point: str
) -> None:
    make_endpoint(receiver.url())
    committed, rolled_back = emit_and_roll_back(tenants, 30)
    assert start_pump(point).wait(60) == -9
    assert run_pump(deadline=DEADLINE_SECONDS) >= 30 - 25  # what is not leased to the killed pump
    leased = Delivery.unscoped.filter(status="sending")
    lost = leased.count()
    assert lost > 0
    leased.update(lease_until=clock.now())  # 90 seconds later
    tasks.sweep()
    drain()
    arrived = [post.headers["webhook-id"] for post in receiver.posts]
    assert set(arrived) == committed
    assert not rolled_back & set(arrived)
    assert Delivery.unscoped.filter(status="succeeded").count() == 30
    assert Attempt.unscoped.filter(error="lost").count() == lost
    assert Attempt.unscoped.count() == sum(Delivery.unscoped.values_list("attempts", flat=True)) == 30 + lost
    assert len(set(Attempt.unscoped.values_list("delivery", "number"))) == 30 + lost
    assert not Attempt.unscoped.filter(number__gt=F("delivery__attempts")).exists()


def test_several_pumps_at_once_post_each_delivery_once(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    for number in range(3):
        make_endpoint(receiver.url(f"/{number}"))
    committed, _ = emit_and_roll_back(tenants, 60)
    processes = [start_pump("never") for _ in range(3)]
    run_pump(deadline=DEADLINE_SECONDS)
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    drain()
    arrived = [(post.path, post.headers["webhook-id"]) for post in receiver.posts]
    assert len(arrived) == len(set(arrived)) == 3 * 60
    assert {event_id for _, event_id in arrived} == committed
    assert Delivery.unscoped.filter(status="succeeded", attempts=1).count() == 3 * 60
    assert Attempt.unscoped.count() == 3 * 60
