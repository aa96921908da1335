"""Running the pump: one at a time in each process, and woken again when something is due."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from crmsolid.core import clock, doorbell
from tests.tenants import Tenants
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.receiver import OK, Answer, Post, Receiver
from webhooks.delivery import pump
from webhooks.delivery.pump import Pump
from webhooks.models import Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]


@pytest.fixture
def wake_ups(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    """The names of the tasks that were woken, with their delays."""
    recorded: list[tuple[str, float]] = []
    monkeypatch.setattr(doorbell, "ring", lambda name, *, queue=None, after=0.0: recorded.append((name, after)))
    return recorded


def test_the_pump_is_woken_when_a_near_retry_is_due(
    tenants: Tenants, make_endpoint: MakeEndpoint, wake_ups: list[tuple[str, float]]
) -> None:
    make_endpoint("http://127.0.0.1:9/hook")
    emit(tenants.workspace)
    pump.wake_if_due()
    assert wake_ups == [("webhooks.pump", 0.0)]  # for the event without a position
    run_pump()
    Delivery.unscoped.update(next_attempt_at=clock.now() + timedelta(seconds=1))
    wake_ups.clear()
    pump.wake_if_due()
    [(name, delay)] = wake_ups
    assert name == "webhooks.pump"
    assert 0.5 < delay <= 1.0
    Delivery.unscoped.update(next_attempt_at=clock.now() + timedelta(hours=1))
    pump.wake_if_due()
    assert len(wake_ups) == 1  # the sweep comes first


def test_a_second_run_returns_at_once_and_wakes_the_running_pump(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken = threading.Event()
    settled_by_second_run: list[int] = []
    monkeypatch.setattr(Pump, "wake", lambda running: woken.set())

    def run_another_pump(post: Post) -> Answer:
        settled_by_second_run.append(pump.run_pump())  # on the receiver's thread, while the first run waits for it
        return OK

    receiver.behaviours["/hook"] = run_another_pump
    make_endpoint(receiver.url())
    emit(tenants.workspace)
    assert pump.run_pump() == 1
    assert settled_by_second_run == [0]
    assert woken.is_set()
