"""Rings are merged, wait until they are due, and cost the caller nothing when the broker is down."""

import logging
import os
import queue
import threading
import time
from types import SimpleNamespace

import pytest
from kombu.exceptions import OperationalError

from crmsolid.core import doorbell
from crmsolid.core.doorbell import Doorbell
from tests.servers import free_port


class Broker:
    """Records what is sent; while ``open`` is not set, sending blocks."""

    def __init__(self) -> None:
        self.sent: queue.Queue[tuple[str, str | None]] = queue.Queue()
        self.sending, self.open = threading.Event(), threading.Event()
        self.open.set()

    def __call__(self, name: str, queue_name: str | None) -> None:
        self.sent.put((name, queue_name))
        self.sending.set()
        assert self.open.wait(20)

    def next(self) -> tuple[str, str | None]:
        return self.sent.get(timeout=20)


def test_ring_sends_the_task_to_its_queue() -> None:
    broker = Broker()
    bell = Doorbell(broker)
    bell.ring("send")
    assert broker.next() == ("send", None)
    bell.ring("send", queue="host-1")
    assert broker.next() == ("send", "host-1")


def test_equal_rings_are_merged_and_different_ones_are_not() -> None:
    broker = Broker()
    bell = Doorbell(broker)
    broker.open.clear()
    bell.ring("first")
    assert broker.sending.wait(20)
    for _ in range(1000):
        bell.ring("send")
        bell.ring("send", queue="host-1")
    broker.open.set()
    assert [broker.next() for _ in range(3)] == [("first", None), ("send", None), ("send", "host-1")]
    bell.ring("last")
    assert broker.next() == ("last", None)


def test_delayed_ring_waits_and_the_earliest_time_wins() -> None:
    broker = Broker()
    bell = Doorbell(broker)
    bell.ring("never", after=3600)
    bell.ring("send", after=3600)
    started = time.monotonic()
    bell.ring("send", after=0.2)
    bell.ring("send", after=1800)
    assert broker.next() == ("send", None)
    assert time.monotonic() - started >= 0.2
    bell.ring("last")
    assert broker.next() == ("last", None)


def test_negative_delay_means_now() -> None:
    broker = Broker()
    Doorbell(broker).ring("send", after=-5)
    assert broker.next() == ("send", None)


def test_hanging_broker_does_not_block_the_caller() -> None:
    broker = Broker()
    broker.open.clear()
    bell = Doorbell(broker)
    bell.ring("send")
    assert broker.sending.wait(20)
    started = time.monotonic()
    for number in range(1000):
        bell.ring(f"task-{number % 7}")
    assert time.monotonic() - started < 1
    broker.open.set()


def test_refusing_broker_is_logged_once_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    tried: queue.Queue[str] = queue.Queue()

    def refuse(name: str, queue_name: str | None) -> None:
        tried.put(name)
        if name != "works":
            raise ConnectionRefusedError("secret address")

    bell = Doorbell(refuse, backoff_seconds=0.0)
    with caplog.at_level(logging.WARNING, "crmsolid.doorbell"):
        for name in ("one", "two", "works"):
            bell.ring(name)
            assert tried.get(timeout=20) == name
    assert [record.getMessage() for record in caplog.records] == [
        "the broker cannot be reached, the sweep takes over: ConnectionRefusedError"
    ]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_forked_child_has_a_doorbell_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: queue.Queue[str] = queue.Queue()
    app = SimpleNamespace(send_task=lambda name, **options: sent.put(name))
    monkeypatch.setattr("celery.current_app", app)
    before = doorbell.replace(Doorbell())
    try:
        doorbell.ring("parent")
        assert sent.get(timeout=20) == "parent"
        child = os.fork()
        if child == 0:
            try:
                doorbell.ring("child")
                os._exit(0 if sent.get(timeout=10) == "child" else 1)
            finally:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        doorbell.replace(before)


def test_missing_broker_does_not_block_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    from celery import Celery

    app = Celery("unreachable", broker=f"redis://127.0.0.1:{free_port()}/0", set_as_current=False)
    app.conf.broker_transport_options = {"max_retries": 0}
    monkeypatch.setattr("celery.current_app", app)
    refused: queue.Queue[str] = queue.Queue()

    def send(name: str, queue_name: str | None) -> None:
        with pytest.raises(OperationalError):
            doorbell.send_task(name, queue_name)
        refused.put(name)

    bell = Doorbell(send)
    started = time.monotonic()
    for number in range(20):
        bell.ring(f"task-{number}")
    assert time.monotonic() - started < 1
    # Wait for all of them while there is no broker: a later one would reach the broker of the tests.
    assert {refused.get(timeout=20) for _ in range(20)} == {f"task-{number}" for number in range(20)}
