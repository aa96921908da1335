"""One watcher and one database connection serve all streams of a process, also after either has failed."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from pytest_django import Settings

from crmsolid.events import feed
from crmsolid.events.feed import Entry
from messaging.streaming import frames, hub
from tests.messaging.streaming.listener import (
    Frame,
    Key,
    Listen,
    number,
    publish_numbered,
    run_in_thread,
    wait_until_idle,
    watchers,
)
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def others(tenants: Tenants) -> set[int]:
    """The server processes of connections that threads of earlier tests still have. The test's own one is closed, so
    that all further ones are the product's."""
    found = backends(set())
    connections.close_all()
    return found


async def test_fifty_idle_streams_share_one_database_connection(
    tenants: Tenants, others: set[int], listen: Listen, key: Key, settings: Settings
) -> None:
    settings.STREAMS_PER_KEY = 50
    token = await key()
    opened = await asyncio.gather(*(listen(token) for _ in range(50)))
    assert {listener.status for listener in opened} == {200}
    for listener in opened:
        assert await listener.frame() == Frame(None, "", "connected")
    await run_in_thread(lambda: publish_numbered(tenants.workspace, 6))  # by then the watcher has its connection
    assert [number(await listener.event()) for listener in opened] == [6] * 50
    watcher_pid = await only_connection(others)
    await run_in_thread(lambda: publish_numbered(tenants.workspace, 7))
    assert [number(await listener.event()) for listener in opened] == [7] * 50
    assert await only_connection(others) == watcher_pid
    for listener in opened:
        await listener.disconnect()
    await wait_until_idle()
    while await run_in_thread(lambda: backends(others)):  # the server takes a moment to close them
        await asyncio.sleep(0.02)


def backends(others: set[int]) -> set[int]:
    """The server processes of all connections to the database except this one and ``others``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return {int(pid) for (pid,) in cursor.fetchall()} - others


async def wait_for(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.02)


async def only_connection(others: set[int]) -> int:
    """The server process of the watcher: its connection is the only one that is still open after several polls."""
    times, pids = 0, set[int]()
    async with asyncio.timeout(20):
        while True:
            before, pids = pids, await run_in_thread(lambda: backends(others))
            times = times + 1 if len(pids) == 1 and pids == before else 0
            if times == 5:
                return pids.pop()
            await asyncio.sleep(hub.POLL_SECONDS)


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The warnings of the hub. caplog does not see them: making the ASGI application configures logging again."""
    texts: list[str] = []
    monkeypatch.setattr(hub.logger, "warning", lambda text, **options: texts.append(text))
    return texts


async def test_dead_database_connection_is_replaced_without_a_warning(
    tenants: Tenants, others: set[int], listen: Listen, key: Key, warnings: list[str]
) -> None:
    """As after a restart of the database between two polls. No event is missed."""
    listener = await listen(await key())
    assert await listener.frame() == Frame(None, "", "connected")
    for n in range(3):
        pid = await only_connection(others)
        await run_in_thread(lambda pid=pid: terminate(pid))  # type: ignore[misc]
        await run_in_thread(lambda n=n: publish_numbered(tenants.workspace, n))  # type: ignore[misc]
        assert number(await listener.event()) == n
        assert await only_connection(others) != pid
    assert warnings == []


def terminate(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])


async def test_watcher_warns_and_retries_while_the_database_is_unreachable(
    tenants: Tenants, listen: Listen, key: Key, monkeypatch: pytest.MonkeyPatch, warnings: list[str]
) -> None:
    listener = await listen(await key())
    await run_in_thread(lambda: publish_numbered(tenants.workspace, 0))
    assert number(await listener.event()) == 0  # the watcher runs
    calls: list[int] = []
    real = feed.read

    def fail_twice(**options: Any) -> list[Entry]:
        if options["workspace_id"] is None:  # the watcher, not a stream that reads its backlog
            calls.append(options["after"])
            if len(calls) <= 2:  # one poll and its retry
                raise OperationalError("the database is restarting")
        return real(**options)

    monkeypatch.setattr(feed, "read", fail_twice)
    await wait_for(lambda: len(calls) > 2)
    await run_in_thread(lambda: publish_numbered(tenants.workspace, 1))
    assert number(await listener.event()) == 1
    assert warnings == ["the stream watcher cannot reach the database"]


async def test_database_error_while_reading_the_backlog_ends_the_stream(
    tenants: Tenants, listen: Listen, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stream ends properly, and the client resumes it."""
    await run_in_thread(lambda: [publish_numbered(tenants.workspace, n) for n in range(3)])
    real, warnings = feed.read, list[str]()

    def fail_later(**options: Any) -> list[Entry]:
        if options["workspace_id"] is None:  # the watcher
            return real(**options)
        if options["after"] > 0:
            raise OperationalError("the database is restarting")
        return real(**options)[:2]

    monkeypatch.setattr(feed, "read", fail_later)
    monkeypatch.setattr(frames.logger, "warning", lambda text, **options: warnings.append(text))
    first = await listen(await key(), 0)
    seen = [await first.event() for _ in range(3)]
    assert [number(frame) for frame in seen[:2]] == [0, 1]
    assert (seen[2], warnings) == (None, ["a stream ends: the database cannot be reached"])
    monkeypatch.undo()
    assert seen[1] is not None
    second = await listen(await key(), seen[1].id)
    assert number(await second.event()) == 2


async def test_stream_that_opens_while_the_watcher_stops_starts_another(
    tenants: Tenants, listen: Listen, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await listen(await key())
    await run_in_thread(lambda: publish_numbered(tenants.workspace, 0))
    assert number(await first.event()) == 0
    closing, may_close = threading.Event(), threading.Event()

    class SlowConnections:
        """Closing the watcher's connection waits for the test."""

        @staticmethod
        def close_all() -> None:
            if threading.current_thread().name.startswith("stream-watch"):
                closing.set()
                assert may_close.wait(20)
            connections.close_all()

    monkeypatch.setattr(hub, "connections", SlowConnections)
    await first.disconnect()
    assert await asyncio.to_thread(closing.wait, 20)
    second = await listen(await key())
    assert await second.frame() == Frame(None, "", "connected")
    may_close.set()
    await run_in_thread(lambda: publish_numbered(tenants.workspace, 1))
    assert number(await second.event()) == 1


async def test_watcher_starts_once_and_stops_with_the_last_stream(tenants: Tenants, listen: Listen, key: Key) -> None:
    streams = await asyncio.gather(*[listen(await key()) for _ in range(3)])
    for listener in streams:
        assert await listener.frame() == Frame(None, "", "connected")
    await run_in_thread(lambda: publish_numbered(tenants.workspace, 1))
    assert [number(await listener.event()) for listener in streams] == [1, 1, 1]
    [watcher] = watchers()
    for listener in streams:
        await listener.disconnect()
    await asyncio.wait_for(watcher, 10)


async def test_failing_watcher_ends_all_streams(
    tenants: Tenants, listen: Listen, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = await listen(await key())
    assert await listener.frame() == Frame(None, "", "connected")

    real = feed.read

    def fail(**options: Any) -> list[Entry]:
        if options["workspace_id"] is None:  # the watcher, not a stream that reads its backlog
            raise ZeroDivisionError
        return real(**options)

    monkeypatch.setattr(feed, "read", fail)
    assert await listener.frame() is None
    monkeypatch.undo()
    second = await listen(await key())
    await run_in_thread(lambda: publish_numbered(tenants.workspace, 1))
    assert number(await second.event()) == 1
