"""The worker thread of the single process."""

import threading

import pytest
from celery.worker import state
from kombu.exceptions import OperationalError

from crmsolid.celery import app
from crmsolid.run import embedded

pytestmark = pytest.mark.usefixtures("services")


class IdleWorker:
    """Waits for work until ``leave`` is set."""

    def __init__(self) -> None:
        self.started, self.leave = threading.Event(), threading.Event()

    def start(self) -> None:
        self.started.set()
        self.leave.wait(10)


def test_worker_stops_although_the_broker_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    worker, sent = IdleWorker(), []

    def refuse(name: str, **options: object) -> None:
        sent.append(name)
        if len(sent) == 3:
            worker.leave.set()  # as Celery's loop does when its own wait for a message ends
        raise OperationalError("Error 111 connecting to 127.0.0.1:1. Connection refused.")

    monkeypatch.setattr(embedded, "build_worker", lambda: worker)
    monkeypatch.setattr(state, "should_stop", None)
    monkeypatch.setattr(app, "send_task", refuse)
    thread = embedded.WorkerThread()
    thread.start()
    assert worker.started.wait(10)
    assert thread.stop(10) is True
    assert sent == [embedded.HEARTBEAT] * 3
