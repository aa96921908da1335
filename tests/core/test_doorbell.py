"""Rings are merged, wait for their moment, and cost the caller nothing when the broker is dead."""

import logging
import os
import queue
import threading
import time
from collections.abc import Callable

import pytest
from kombu.exceptions import OperationalError

from crmsolid.core import doorbell
from crmsolid.core.doorbell import Doorbell
from tests.servers import free_port


class Ears:
    """Hears rings; ``hold`` keeps the bell busy in its first ring until ``go_on``."""

    def __init__(self) -> None:
        self.heard: queue.Queue[tuple[str, str | None]] = queue.Queue()
        self.busy, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def __call__(self, name: str, queue_name: str | None) -> None:
        self.heard.put((name, queue_name))
        self.busy.set()
        assert self.go_on.wait(20)

    def next(self) -> tuple[str, str | None]:
        return self.heard.get(timeout=20)


def test_a_ring_is_heard_with_its_queue() -> None:
    ears = Ears()
    bell = Doorbell(ears)
    bell.ring("send")
    assert ears.next() == ("send", None)
    bell.ring("send", queue="host-1")
    assert ears.next() == ("send", "host-1")


def test_equal_rings_are_merged_and_others_are_not() -> None:
    ears = Ears()
    bell = Doorbell(ears)
    ears.go_on.clear()
    bell.ring("first")
    assert ears.busy.wait(20)
    for _ in range(1000):
        bell.ring("send")
        bell.ring("send", queue="host-1")
    ears.go_on.set()
    assert [ears.next() for _ in range(3)] == [("first", None), ("send", None), ("send", "host-1")]
    bell.ring("last")
    assert ears.next() == ("last", None)


def test_after_waits_and_the_earliest_wish_wins() -> None:
    ears = Ears()
    bell = Doorbell(ears)
    bell.ring("never", after=3600)
    bell.ring("send", after=3600)
    started = time.monotonic()
    bell.ring("send", after=0.2)
    bell.ring("send", after=1800)
    assert ears.next() == ("send", None)
    assert time.monotonic() - started >= 0.2
    bell.ring("last")
    assert ears.next() == ("last", None)


def test_a_moment_in_the_past_is_now() -> None:
    ears = Ears()
    Doorbell(ears).ring("send", after=-5)
    assert ears.next() == ("send", None)


def test_a_hanging_broker_costs_the_caller_nothing() -> None:
    ears = Ears()
    ears.go_on.clear()
    bell = Doorbell(ears)
    bell.ring("send")
    assert ears.busy.wait(20)
    started = time.monotonic()
    for number in range(1000):
        bell.ring(f"task-{number % 7}")
    assert time.monotonic() - started < 1
    ears.go_on.set()


def test_a_refusing_broker_is_told_once_and_tried_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmsolid.core.doorbell._BACK_OFF_SECONDS", 0.0)
    heard: queue.Queue[str] = queue.Queue()

    def refuse(name: str, queue_name: str | None) -> None:
        heard.put(name)
        if name != "works":
            raise ConnectionRefusedError("secret address")

    bell = Doorbell(refuse)
    with caplog.at_level(logging.WARNING, "crmsolid.doorbell"):
        for name in ("one", "two", "works"):
            bell.ring(name)
            assert heard.get(timeout=20) == name
    assert [record.getMessage() for record in caplog.records] == [
        "the broker cannot be reached, the sweep takes over: ConnectionRefusedError"
    ]


def _in_child(work: Callable[[], bool]) -> int:
    """Exit code of a forked child that runs ``work``: 0 if it is true."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if work() else 1)
        finally:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_rings_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    ears = Ears()
    monkeypatch.setattr("crmsolid.core.doorbell._send", ears)
    monkeypatch.setattr(doorbell, "_bell", Doorbell(ears))
    doorbell.ring("parent")
    assert ears.next() == ("parent", None)

    def work() -> bool:
        theirs = Ears()
        doorbell._bell._ringer = theirs
        doorbell.ring("child")
        return theirs.heard.get(timeout=10) == ("child", None)

    assert _in_child(work) == 0


def test_a_broker_that_is_not_there_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    from celery import Celery

    app = Celery("nobody", broker=f"redis://127.0.0.1:{free_port()}/0", set_as_current=False)
    app.conf.broker_transport_options = {"max_retries": 0}
    monkeypatch.setattr("celery.current_app", app)
    monkeypatch.setattr(doorbell, "_BACK_OFF_SECONDS", 0.0)
    refused: queue.Queue[str] = queue.Queue()

    def ring(name: str, queue_name: str | None) -> None:
        with pytest.raises(OperationalError):
            doorbell._send(name, queue_name)
        refused.put(name)

    bell = Doorbell(ring)
    started = time.monotonic()
    for number in range(20):
        bell.ring(f"task-{number}")
    assert time.monotonic() - started < 1
    # All of them while there is no broker: a ring that comes later would reach the one of the tests.
    assert {refused.get(timeout=20) for _ in range(20)} == {f"task-{number}" for number in range(20)}
