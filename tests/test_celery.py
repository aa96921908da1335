"""The Celery worker: its queues and threads, and a worker whose connection to Redis is lost."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
import redis
from celery import Celery
from celery.worker import state
from django.conf import settings

from crmsolid import celery
from crmsolid.broker import broker_url
from crmsolid.celery import app, queue_of
from crmsolid.core import clock, doorbell
from crmsolid.workspaces.models import Heartbeat
from messaging.telegram.celery_worker import SHARED_QUEUE
from tests.processes import children
from tests.servers import empty_redis, free_port, own_redis, valkey_server
from tests.waiting import wait_until
from webhooks.delivery.pump import Pump
from webhooks.delivery.queue import PUMP_TASK

HEARTBEAT = "crmsolid.heartbeat"
ROOT = Path(__file__).resolve().parents[1]
WITHOUT = ("--without-gossip", "--without-mingle", "--without-heartbeat")


def our_tasks() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith("celery.")}


def new_worker() -> Any:
    """What ``celery -A crmsolid worker`` starts."""
    return app.Worker(without_gossip=True, without_mingle=True, without_heartbeat=True)


class Hanging:
    """Makes every task but the heartbeat hang until ``let_go`` is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tasks = our_tasks() - {HEARTBEAT}
        self.running: list[str] = []
        self.let_go = threading.Event()
        self.pool: Any = None
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
def shows_alive(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Path:
    """The file of a worker, which it touches more often than in the product."""
    monkeypatch.setattr(celery, "ALIVE_SECONDS", 0.05)
    settings.ALIVE_FILE = str(tmp_path / "alive")
    return tmp_path / "alive"


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    empty_redis()
    monkeypatch.setattr(state, "should_stop", None)
    hanging = Hanging(monkeypatch)
    celery_worker = new_worker()
    worker = threading.Thread(target=celery_worker.start, daemon=True)
    worker.start()
    hanging.pool = celery_worker.pool
    yield hanging
    hanging.let_go.set()
    state.should_stop = 0
    worker.join(30)
    assert not worker.is_alive()
    empty_redis()


def test_worker_listens_to_the_queue_of_every_task_and_has_a_thread_to_spare() -> None:
    tasks = our_tasks()
    assert {"messaging.dispatch", "webhooks.pump", HEARTBEAT} <= tasks
    worker = new_worker()
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


@pytest.mark.django_db(transaction=True)
def test_worker_shows_that_it_lives_until_every_thread_of_its_pool_hangs(shows_alive: Path, hanging: Hanging) -> None:
    for name in hanging.tasks:
        doorbell.send_task(name, None)
    wait_until(lambda: set(hanging.running) == hanging.tasks, "every task runs")
    shows_alive.unlink(missing_ok=True)
    wait_until(shows_alive.exists, "long tasks leave a thread free")
    for _ in range(hanging.pool.limit - len(hanging.tasks)):
        hanging.pool.executor.submit(hanging.let_go.wait)
    wait_until(lambda: hanging.pool.executor._work_queue.qsize() >= 2, "no thread is free")
    shows_alive.unlink()
    wait_until(lambda: hanging.pool.executor._work_queue.qsize() >= 5, "the loop that receives tasks goes on")
    assert not shows_alive.exists()


def test_worker_survives_the_loss_of_redis_with_a_task_received_and_not_begun() -> None:
    """kombu would put the task back over the lost connection, which raises."""
    empty_redis()
    task = "crmsolid.heartbeat"
    app.send_task(task, ignore_result=True)
    with app.connection_for_read() as connection:
        channel = connection.default_channel
        queue = app.amqp.queues[queue_of(task)](channel)
        assert queue.get(no_ack=False) is not None
        assert channel.client.keys("unacked*") == []
        channel._pool = channel._async_pool = None
        connection.transport.client = None
        channel.close()
        assert channel.closed
    with app.connection_for_read() as again:
        assert again.default_channel.client.llen(queue_of(task)) == 0


# --- the commands ---------------------------------------------------------------------------------------------------


@contextmanager
def running(tmp_path: Path, *arguments: str, **more: str) -> "Iterator[subprocess.Popen[str]]":
    """``celery -A crmsolid`` with these arguments."""
    environment = {**os.environ, "CRMSOLID_DATA": str(tmp_path), "LOG_LEVEL": "INFO", **more}
    command = [sys.executable, "-m", "celery", "-A", "crmsolid", *arguments]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=PIPE, stderr=PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for_log(process: "subprocess.Popen[str]", message: str) -> None:
    """Wait until standard error has a record with this text; fails if the process ends before."""
    assert process.stderr is not None
    assert any(message in line for line in process.stderr), f"ended without {message!r}"


def test_worker_prints_its_end_and_nothing_else(tmp_path: Path) -> None:
    with running(tmp_path, "worker", *WITHOUT) as worker:
        wait_for_log(worker, "ready.")
        worker.terminate()
        output, errors = worker.communicate(timeout=60)
    assert (worker.returncode, output.split()) == (0, ["worker:", "Warm", "shutdown", "(MainProcess)"])
    assert "SecurityWarning" not in errors


def test_worker_ends_although_the_broker_is_gone(tmp_path: Path) -> None:
    port = free_port()
    with (
        own_redis(port) as server,
        running(tmp_path, "worker", *WITHOUT, REDIS_URL=f"redis://127.0.0.1:{port}/0") as worker,
    ):
        wait_for_log(worker, "ready.")
        server.kill()
        wait_for_log(worker, "Connection to broker lost")
        worker.terminate()
        worker.communicate(timeout=60)
    assert worker.returncode == 0


def test_scheduler_prints_nothing_and_writes_no_file(tmp_path: Path) -> None:
    before = sorted(ROOT.iterdir())
    with running(tmp_path, "beat") as scheduler:
        wait_for_log(scheduler, "Sending due task crmsolid.heartbeat")
        scheduler.terminate()
        output, _ = scheduler.communicate(timeout=60)
    assert (scheduler.returncode, output) == (0, "")
    assert sorted(ROOT.iterdir()) == before


def test_scheduler_of_a_worker_is_part_of_its_process(tmp_path: Path) -> None:
    """So it ends with it, however that ends."""
    with running(tmp_path, "worker", *WITHOUT, "--beat") as worker:
        wait_for_log(worker, "Sending due task crmsolid.heartbeat")
        assert children(worker.pid) == []


@pytest.mark.parametrize(("options", "listens"), [([], True), (["-Q", "crmsolid.crmsolid.heartbeat"], False)])
def test_worker_holds_telegram_accounts_if_telegram_is_set_up(
    monkeypatch: pytest.MonkeyPatch, options: list[str], listens: bool
) -> None:
    monkeypatch.setattr(settings, "TELEGRAM_TEST_DC", "2@127.0.0.1:1")
    queues = app.amqp.queues
    monkeypatch.setattr(app.amqp, "queues", type(queues)(queues))
    app.Worker(queues=options[1:])
    assert (SHARED_QUEUE in app.amqp.queues.consume_from) is listens


def test_broker_is_reached_through_a_unix_socket(tmp_path: Path) -> None:
    socket = tmp_path / "redis.sock"
    server = [valkey_server(), "--port", "0", "--unixsocket", str(socket), "--save", "", "--requirepass", "p@ss/word"]
    with subprocess.Popen(server, cwd=tmp_path, stdout=subprocess.DEVNULL) as process:
        try:
            wait_until(socket.exists, "the socket")
            url = f"unix://:p%40ss%2Fword@{socket}?db=3"
            with Celery(broker=broker_url(url), set_as_current=False).connection_for_write() as connection:
                connection.SimpleQueue("crmsolid.one").put({"a": 1})
            with closing(redis.Redis.from_url(url)) as client:
                assert client.llen("crmsolid.one") == 1
                assert client.client_info()["db"] == 3
        finally:
            process.kill()


def test_other_addresses_of_redis_are_left_alone() -> None:
    assert broker_url("rediss://:secret@redis:6379/4?ssl_cert_reqs=none") == (
        "rediss://:secret@redis:6379/4?ssl_cert_reqs=none"
    )
