"""Pumps that are killed or frozen, and pumps at once: every committed event arrives, no rolled-back one ever does."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models import F

from contacts.events import CONTACT_CREATED
from crmsolid.core import clock
from crmsolid.core.http.outbound import DEADLINE_SECONDS
from crmsolid.events.publishing import publish
from tests.crashing import Worker, start_worker
from tests.tenants import Tenants
from tests.waiting import wait_until
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.receiver import Receiver
from webhooks import tasks
from webhooks.delivery.queue import next_due
from webhooks.models import Attempt, Delivery, Endpoint

pytestmark = pytest.mark.django_db(transaction=True)
MakeEndpoint = Callable[..., Endpoint]


@pytest.fixture
def tenants(transactional_db: None) -> Tenants:
    return Tenants()


def start_pump(*arguments: str) -> Worker:
    own = {"WEBHOOK_ALLOW_PRIVATE": True, "FIELD_ENCRYPTION_KEYS": settings.FIELD_ENCRYPTION_KEYS}
    return start_worker("tests.webhooks.delivery.pump_process", *arguments, settings=own)


@contextmanager
def frozen_pump(point: str) -> Iterator[None]:
    """A pump with leases of a second is frozen at this point during the block. Then it goes on until it ends; if it was
    in a transaction, its session has been ended meanwhile."""
    process = start_pump(point, "STOP", "1")
    process.wait_until_stopped()
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)
        assert process.wait(60) == 0 or point in ("settling", "positioned")


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
    leased.update(lease_until=clock.now())  # 30 seconds later
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


@pytest.mark.parametrize("point", ["claimed", "posted", "settling"])
def test_a_frozen_pump_delays_nothing_but_its_claims_and_settles_none_that_was_taken_over(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint, point: str
) -> None:
    make_endpoint(receiver.url())
    committed, _ = emit_and_roll_back(tenants, 30)
    with frozen_pump(point):
        claimed = set(Delivery.unscoped.filter(status="sending").values_list("pk", flat=True))
        assert 0 < len(claimed) < 30
        assert start_pump("never").wait(60) == 0
        assert set(Delivery.unscoped.exclude(status="succeeded").values_list("pk", flat=True)) == claimed
        # The sweep of another worker finds the dead leases, once the session has lost its locks.
        wait_until(lambda: tasks.sweep() and not Delivery.unscoped.filter(status="sending").exists(), "recovered")
        assert start_pump("never").wait(60) == 0
        assert Delivery.unscoped.filter(status="succeeded").count() == 30
        assert Attempt.unscoped.filter(error="lost").count() == len(claimed)
        rows = [list(model.unscoped.order_by("pk").values()) for model in (Delivery, Attempt)]
    assert [list(model.unscoped.order_by("pk").values()) for model in (Delivery, Attempt)] == rows
    assert {post.headers["webhook-id"] for post in receiver.posts} == committed


def test_a_pump_waits_for_the_end_of_a_frozen_one_that_assigns_positions(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    make_endpoint(receiver.url())
    committed, _ = emit_and_roll_back(tenants, 30)
    with frozen_pump("positioned"):
        assert Delivery.unscoped.count() == 0
        assert start_pump("never").wait(60) == 0
        assert Delivery.unscoped.filter(status="succeeded", attempts=1).count() == 30
    assert len(receiver.posts) == Attempt.unscoped.count() == 30
    assert {post.headers["webhook-id"] for post in receiver.posts} == committed


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
