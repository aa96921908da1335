"""The worker beside the web in one process."""

import threading

import pytest
from celery.worker import state
from kombu.exceptions import OperationalError

from crmsolid.celery import app
from crmsolid.run import worker


class Idle:
    """A worker that waits for work until it is told to leave."""

    def __init__(self) -> None:
        self.begun, self.leave = threading.Event(), threading.Event()

    def start(self) -> None:
        self.begun.set()
        self.leave.wait(10)


def test_it_stops_although_the_broker_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    idle, nudges = Idle(), []

    def refuse(name: str, **options: object) -> None:
        nudges.append(name)
        if len(nudges) == 3:
            idle.leave.set()  # its loop looked by itself
        raise OperationalError("Error 111 connecting to 127.0.0.1:1. Connection refused.")

    monkeypatch.setattr(worker, "build_worker", lambda threads: idle)
    monkeypatch.setattr(state, "should_stop", None)
    monkeypatch.setattr(app, "send_task", refuse)
    thread = worker.WorkerThread()
    thread.start()
    assert idle.begun.wait(10)
    assert thread.stop(10) is True
    assert nudges == [worker.HEARTBEAT] * 3
