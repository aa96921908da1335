"""Who rings for the pump, how often, and what a pump does that is not alone."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from crmsolid.core import clock, doorbell
from crmsolid.events.catalogue import event_type
from crmsolid.events.publishing import Occurrence, publish, publish_all
from tests.cast import Cast
from tests.webhooks.conftest import emit
from webhooks.delivery import pump_lock, runner
from webhooks.delivery.pump import Pump
from webhooks.models import Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    heard: list[tuple[str, float]] = []
    monkeypatch.setattr(doorbell, "ring", lambda name, *, queue=None, after=0.0: heard.append((name, after)))
    return heard


def test_one_ring_a_transaction_and_after_its_commit(
    cast: Cast, rings: list[tuple[str, float]], django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():  # type: ignore[attr-defined]
        publish(cast.workspace, event_type("contact.created"), {})
        publish_all(cast.workspace, [Occurrence(event_type("contact.tagged"), {})] * 3)
        with transaction.atomic():
            publish(cast.workspace, event_type("message.sent"), {})
        assert rings == []
    assert rings == [("webhooks.pump", 0.0)]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_savepoint_takes_only_its_own_ring_along(rings: list[tuple[str, float]]) -> None:
    cast = Cast()
    rings.clear()
    with transaction.atomic():
        with transaction.atomic():
            publish(cast.workspace, event_type("contact.created"), {})
            transaction.set_rollback(True)
        publish(cast.workspace, event_type("contact.created"), {})
    assert rings == [("webhooks.pump", 0.0)]
    with transaction.atomic():
        publish(cast.workspace, event_type("contact.created"), {})
        transaction.set_rollback(True)
    assert len(rings) == 1


def test_a_retry_that_is_near_is_rung_for_at_its_moment(
    cast: Cast, endpoint: MakeEndpoint, rings: list[tuple[str, float]]
) -> None:
    endpoint("http://127.0.0.1:9/hook")
    emit(cast.workspace)
    runner.ring_if_due()
    assert rings == [("webhooks.pump", 0.0)]  # not placed yet
    Pump().run()
    Delivery.unscoped.update(next_attempt_at=clock.now() + timedelta(seconds=1))
    rings.clear()
    runner.ring_if_due()
    [(name, after)] = rings
    assert name == "webhooks.pump"
    assert 0.5 < after <= 1.0
    Delivery.unscoped.update(next_attempt_at=clock.now() + timedelta(hours=1))
    runner.ring_if_due()
    assert len(rings) == 1


def test_who_is_rung_while_a_pump_runs_leaves_at_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    woken = threading.Event()

    class Busy(Pump):
        def wake(self) -> None:
            woken.set()

    monkeypatch.setattr(runner, "_running", Busy())
    with pump_lock.pump_slot() as first:
        assert first
        assert runner.run_pump() == 0
    assert woken.is_set()
    with pump_lock.pump_slot() as free:
        assert free
