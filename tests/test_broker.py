"""The queues of tasks hold at most one message each, whoever sent how many."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Empty
from typing import Any

import pytest

from crmsolid.celery import app
from crmsolid.core import doorbell
from crmsolid.scheduler import ImmediateScheduler
from tests.servers import empty_redis


@pytest.fixture(autouse=True)
def connection() -> Iterator[Any]:
    empty_redis()
    with app.connection_for_write() as connection:
        yield connection
    empty_redis()


def take_all(connection: Any, queue: str) -> list[str]:
    """Empty the queue; returns the names of the tasks that were in it."""
    tasks: list[str] = []
    with contextlib.suppress(Empty):
        while True:
            tasks.append(connection.SimpleQueue(queue).get(block=False).headers.get("task", ""))
    return tasks


def test_signals_of_a_task_become_one_and_other_tasks_keep_theirs(connection: Any) -> None:
    for task in ("crmsolid.heartbeat", "messaging.dispatch"):
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: doorbell.send_task(task, None), range(20)))  # noqa: B023 - runs within the loop
    assert take_all(connection, "crmsolid.heartbeat") == ["crmsolid.heartbeat"]
    assert take_all(connection, "crmsolid.messaging.dispatch") == ["messaging.dispatch"]
    doorbell.send_task("messaging.dispatch", None)
    assert take_all(connection, "crmsolid.messaging.dispatch") == ["messaging.dispatch"]


def test_signals_for_a_worker_that_holds_accounts_become_one(connection: Any) -> None:
    for _ in range(3):
        doorbell.send_task("messaging.send_for_account", "telegram.one@host")
    assert take_all(connection, "telegram.one@host") == ["messaging.send_for_account"]


def test_what_the_scheduler_sends_becomes_one(connection: Any) -> None:
    scheduler = ImmediateScheduler(app=app)
    entry = scheduler.schedule["messaging.sweep"]
    for _ in range(3):
        scheduler.apply_async(entry)
    assert take_all(connection, "crmsolid.messaging.sweep") == ["messaging.sweep"]


def test_messages_of_other_queues_are_kept(connection: Any) -> None:
    for number in range(3):
        connection.SimpleQueue("another").put({"number": number})
    assert take_all(connection, "another") == ["", "", ""]
