"""Locks: the pump, an erasure and a replay lock the same rows and must never deadlock."""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from crmsolid.core import clock
from crmsolid.core.http.outbound import OutboundClient
from crmsolid.events.models import Event
from crmsolid.events.positions import assign_positions
from crmsolid.jobs import runner
from tests.tenants import Tenants
from tests.threads import in_background
from tests.waiting import another_transaction_waits, wait_until
from tests.webhooks.conftest import emit
from tests.webhooks.receiver import Receiver
from webhooks import endpoint_health, erasure, purging, replays
from webhooks.delivery.pump import Pump
from webhooks.delivery.queue import claim
from webhooks.delivery.sender import DeliveryResult
from webhooks.models import Delivery, DisabledReason, Endpoint

pytestmark = pytest.mark.django_db(transaction=True)
MakeEndpoint = Callable[..., Endpoint]


@pytest.fixture
def tenants(transactional_db: None) -> Tenants:
    return Tenants()


def test_assigning_positions_does_not_wait_for_an_erasure(tenants: Tenants, make_endpoint: MakeEndpoint) -> None:
    """The pump has locked a delivery about the contact, which the erasure waits for; the erasure has locked an event
    about the contact that has no position yet."""
    endpoint = make_endpoint("http://127.0.0.1:9/hook")
    emit(tenants.workspace, contact_id="con_1")
    assign_positions()
    late, other = emit(tenants.workspace, contact_id="con_1"), emit(tenants.workspace, contact_id="con_2")
    with erasing(tenants), transaction.atomic():
        assert len(claim({endpoint.id: 1})) == 1
        wait_until(another_transaction_waits)
        assert assign_positions() == 1
    assert Event.unscoped.get(pk=other).position == 2
    assert assign_positions() == 1
    assert (Event.unscoped.get(pk=late).position, bytes(Event.unscoped.get(pk=late).body)) == (3, b"")
    assert list(Delivery.unscoped.order_by("id").values_list("status", "reason")) == [
        ("canceled", "erased"),
        ("pending", ""),
    ]


def test_a_pump_looks_again_until_whoever_assigns_positions_has_ended(
    tenants: Tenants, make_endpoint: MakeEndpoint, receiver: Receiver
) -> None:
    emit(tenants.workspace)
    assign_positions()
    make_endpoint(receiver.url())
    emit(tenants.workspace)
    looked = threading.Semaphore(0)

    class Watched(Pump):
        def step(self, results: Sequence[DeliveryResult]) -> int:
            settled = super().step(results)
            looked.release()
            return settled

    with ExitStack() as after_commit, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM events_feed FOR NO KEY UPDATE")
        run = after_commit.enter_context(in_background(Watched(lambda: OutboundClient(allow_private=True)).run))
        for _ in range(3):
            assert looked.acquire(timeout=20)
    assert run.result() == 1
    assert len(receiver.posts) == 1


def lock(delivery: Delivery) -> None:
    """Lock the row as the pump does when it settles."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM webhooks_delivery WHERE id = %s FOR NO KEY UPDATE", [delivery.pk])


def two_deliveries(tenants: Tenants) -> list[Delivery]:
    """Of two events about one contact, in the order of their ids."""
    for _ in range(2):
        emit(tenants.workspace, contact_id="con_1")
    assign_positions()
    return list(Delivery.unscoped.order_by("id"))


def erasing(tenants: Tenants) -> AbstractContextManager[Any]:
    return in_background(lambda: transaction.atomic(erasure.erase)(tenants.workspace.pk, "con_1"))


def test_disabling_does_not_wait_for_an_erasure(tenants: Tenants, make_endpoint: MakeEndpoint) -> None:
    """The pump that disables has just settled the later delivery; the erasure has locked the earlier one and waits."""
    endpoint = make_endpoint("http://127.0.0.1:9/hook")
    _, later = two_deliveries(tenants)
    with erasing(tenants), transaction.atomic():
        lock(later)
        wait_until(another_transaction_waits)
        assert endpoint_health.disable(endpoint.pk, endpoint.workspace_id, DisabledReason.GONE)
    assert list(Delivery.unscoped.order_by("id").values_list("reason", flat=True)) == ["erased", "endpoint_disabled"]
    assert not Endpoint.unscoped.get().enabled


def test_the_sweep_cancels_locked_deliveries_that_disabling_skipped(
    tenants: Tenants, make_endpoint: MakeEndpoint
) -> None:
    endpoint = make_endpoint("http://127.0.0.1:9/hook")
    earlier, _ = two_deliveries(tenants)
    with transaction.atomic():
        lock(earlier)
        disable = transaction.atomic(endpoint_health.disable)
        with in_background(lambda: disable(endpoint.pk, endpoint.workspace_id, DisabledReason.GONE)):
            pass
    assert list(Delivery.unscoped.order_by("id").values_list("status", flat=True)) == ["pending", "canceled"]
    assert endpoint_health.cancel_queues_of_disabled_endpoints() == 1
    assert set(Delivery.unscoped.values_list("status", "reason")) == {("canceled", "endpoint_disabled")}


def test_a_purge_skips_locked_deliveries(
    tenants: Tenants, make_endpoint: MakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A purge that has deleted attempts would wait for their delivery, and whoever has locked it for the attempts."""
    make_endpoint("http://127.0.0.1:9/hook")
    kept, _ = two_deliveries(tenants)
    Delivery.unscoped.update(status="exhausted", next_attempt_at=None)
    much_later = clock.now() + purging.retention() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: much_later)
    with transaction.atomic():
        lock(kept)
        with in_background(purging.purge):
            pass
        assert list(Delivery.unscoped.all()) == [kept]
        Delivery.unscoped.update(status="pending", next_attempt_at=clock.now())  # a replay
    assert purging.purge() == 0
    assert list(Event.unscoped.all()) == [kept.event]


def test_a_replay_job_locks_in_order_and_replays_only_what_is_still_failed(
    tenants: Tenants, make_endpoint: MakeEndpoint
) -> None:
    endpoint = make_endpoint("http://127.0.0.1:9/hook")
    done, left = two_deliveries(tenants)
    Delivery.unscoped.update(status="exhausted", next_attempt_at=None)
    replays.replay_failed(tenants.actor(), endpoint.pk, since=clock.now() - timedelta(hours=1))
    with ExitStack() as after_commit, transaction.atomic():
        lock(done)
        after_commit.enter_context(in_background(runner.run_due))
        wait_until(another_transaction_waits)
        lock(left)  # would wait for ever if the job had locked it already
        Delivery.unscoped.filter(pk=done.pk).update(status="succeeded")
    assert list(Delivery.unscoped.order_by("id").values_list("status", flat=True)) == ["succeeded", "pending"]
