"""The Celery worker, embedded and separate: both come from ``build_worker``."""

import threading
from collections.abc import Iterator

import pytest
from celery.worker import state

from crmsolid.celery import app, queue_of
from crmsolid.core import clock, doorbell
from crmsolid.run.background import build_worker
from crmsolid.run.embedded import WorkerThread
from crmsolid.workspaces.models import Heartbeat
from tests.servers import empty_redis
from tests.waiting import wait_until
from webhooks.delivery.pump import Pump
from webhooks.delivery.queue import PUMP_TASK

pytestmark = pytest.mark.usefixtures("services")

HEARTBEAT = "crmsolid.heartbeat"


def our_tasks() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith("celery.")}


class Hanging:
    """Makes every task but the heartbeat hang until ``let_go`` is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tasks = our_tasks() - {HEARTBEAT}
        self.running: list[str] = []
        self.let_go = threading.Event()
        for name in self.tasks - {PUMP_TASK}:
            monkeypatch.setattr(app.tasks[name], "run", self._hang(name))
        monkeypatch.setattr(Pump, "run", self._hang(PUMP_TASK))

    def _hang(self, name: str) -> object:
        def run(pump: Pump | None = None) -> int:
            self.running.append(name)
            assert self.let_go.wait(60)
            return 0

        return run


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    empty_redis()
    monkeypatch.setattr(state, "should_stop", None)
    hanging = Hanging(monkeypatch)
    worker = WorkerThread()
    worker.start()
    yield hanging
    hanging.let_go.set()
    assert worker.stop(30)
    empty_redis()


def test_worker_listens_to_the_queue_of_every_task_and_has_a_thread_to_spare() -> None:
    tasks = our_tasks()
    assert {"messaging.dispatch", "webhooks.pump", HEARTBEAT} <= tasks
    worker = build_worker()
    assert {queue_of(task) for task in tasks} <= set(app.amqp.queues.consume_from)
    assert worker.concurrency == len(tasks) + 1


@pytest.mark.django_db(transaction=True)
def test_heartbeat_is_recorded_while_every_other_task_hangs_and_is_asked_for_again(hanging: Hanging) -> None:
    for name in hanging.tasks:
        doorbell.send_task(name, None)
    wait_until(lambda: set(hanging.running) == hanging.tasks, "every task runs")
    for _ in range(3):
        for name in hanging.tasks:
            doorbell.send_task(name, None)
        began = clock.now()
        doorbell.send_task(HEARTBEAT, None)
        wait_until(lambda: Heartbeat.objects.filter(seen_at__gte=began).exists(), "a heartbeat")  # noqa: B023
    assert len(hanging.running) == len(hanging.tasks)
