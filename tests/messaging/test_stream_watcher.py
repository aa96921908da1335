"""What stands behind all streams of a process: one watcher, one kept connection, and what they do when it dies."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection, connections
from pytest_django import Settings

from crmsolid.events.feed import Entry
from messaging.streaming import hub, stream
from tests.cast import Cast
from tests.messaging.listener import Frame, Key, Listen, do, happen, number, quiet
from tests.messaging.world import needs_postgresql

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def disconnected(cast: Cast) -> None:
    """The test's own connection is closed once the cast is there."""
    connections.close_all()


async def test_fifty_idle_streams_share_one_kept_connection(
    cast: Cast, disconnected: None, listen: Listen, key: Key, settings: Settings
) -> None:
    needs_postgresql()
    settings.STREAMS_PER_KEY = 50
    token = await key()
    opened = await asyncio.gather(*(listen(token) for _ in range(50)))
    assert {listener.status for listener in opened} == {200}
    for listener in opened:
        assert await listener.frame() == Frame(None, "", "connected")
    await do(lambda: happen(cast.workspace, 6))  # who told of it has looked, and so has its connection
    assert [number(await listener.event()) for listener in opened] == [6] * 50
    kept = await kept_alone()
    await do(lambda: happen(cast.workspace, 7))
    assert [number(await listener.event()) for listener in opened] == [7] * 50
    assert await kept_alone() == kept
    for listener in opened:
        await listener.leave()
    await quiet()
    while await do(backends):  # a closed one takes a moment to be gone
        await asyncio.sleep(0.02)


def backends() -> set[int]:
    """The database's connections but the one that asks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return {int(pid) for (pid,) in cursor.fetchall()}


async def wait_for(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.02)


def kept_connection() -> int | None:
    """The server's process of the watcher's connection; called in the watcher's thread."""
    return None if connection.connection is None else int(connection.connection.info.backend_pid)


async def kept_alone() -> int:
    """The watcher's connection, once it has been the only one for several looks: all streams are at rest."""
    looks = 0
    async with asyncio.timeout(20):
        while True:
            kept = await asyncio.get_running_loop().run_in_executor(hub._watching, kept_connection)
            looks = looks + 1 if await do(backends) == {kept} else 0
            if kept is not None and looks == 5:
                return kept
            await asyncio.sleep(hub.EVERY_SECONDS)


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the hub warned of. Not by caplog: making an ASGI application sets logging up anew."""
    told: list[str] = []
    monkeypatch.setattr(hub.logger, "warning", lambda text, **options: told.append(text))
    return told


async def test_a_kept_connection_that_dies_is_replaced_without_a_word(
    cast: Cast, disconnected: None, listen: Listen, key: Key, warned: list[str]
) -> None:
    """As by a restart of the database between two looks; nothing of what happens meanwhile is lost."""
    needs_postgresql()
    listener = await listen(await key())
    assert await listener.frame() == Frame(None, "", "connected")
    for n in range(3):
        pid = await kept_alone()
        await do(lambda pid=pid: terminate(pid))  # type: ignore[misc]
        await do(lambda n=n: happen(cast.workspace, n))  # type: ignore[misc]
        assert number(await listener.event()) == n
        assert await kept_alone() != pid
    assert warned == []


def terminate(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])


async def test_a_database_that_stays_away_is_told_and_asked_again(
    cast: Cast, listen: Listen, key: Key, monkeypatch: pytest.MonkeyPatch, warned: list[str]
) -> None:
    listener = await listen(await key())
    await do(lambda: happen(cast.workspace, 0))
    assert number(await listener.event()) == 0  # by now it is watched
    calls: list[int] = []
    real = hub._read_new

    def away(after: int) -> list[Entry]:
        calls.append(after)
        if len(calls) <= 2:  # a look, and its second try
            raise OperationalError("the database is restarting")
        return real(after)

    monkeypatch.setattr(hub, "_read_new", away)
    await wait_for(lambda: len(calls) > 2)
    await do(lambda: happen(cast.workspace, 1))
    assert number(await listener.event()) == 1
    assert warned == ["the stream cannot reach the database"]


async def test_a_database_that_goes_away_ends_a_stream_that_reads_what_was_before(
    cast: Cast, listen: Listen, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An end, not a crash: the client comes back for the rest."""
    await do(lambda: [happen(cast.workspace, n) for n in range(3)])
    real, told = hub.read_backlog, list[str]()

    def away(workspace_id: int, after: int) -> list[Entry]:
        if after > 0:
            raise OperationalError("the database is restarting")
        return real(workspace_id, after)[:2]

    monkeypatch.setattr(hub, "read_backlog", away)
    monkeypatch.setattr(stream.logger, "warning", lambda text, **options: told.append(text))
    first = await listen(await key(), 0)
    frames = [await first.event() for _ in range(3)]
    assert [number(frame) for frame in frames[:2]] == [0, 1]
    assert (frames[2], told) == (None, ["a stream ends: the database cannot be reached"])
    monkeypatch.undo()
    assert frames[1] is not None
    again = await listen(await key(), frames[1].id)
    assert number(await again.event()) == 2


async def test_who_comes_while_the_watcher_ends_gets_another(
    cast: Cast, listen: Listen, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await listen(await key())
    await do(lambda: happen(cast.workspace, 0))
    assert number(await first.event()) == 0
    ending, go_on = threading.Event(), threading.Event()

    class Slow:
        """Closing the watcher's connection takes until the test says so."""

        @staticmethod
        def close_all() -> None:
            if threading.current_thread().name.startswith("stream-watch"):
                ending.set()
                assert go_on.wait(20)
            connections.close_all()

    monkeypatch.setattr(hub, "connections", Slow)
    await first.leave()
    assert await asyncio.to_thread(ending.wait, 20)
    second = await listen(await key())
    assert await second.frame() == Frame(None, "", "connected")
    go_on.set()
    await do(lambda: happen(cast.workspace, 1))
    assert number(await second.event()) == 1


async def test_the_watcher_starts_once_and_ends_with_the_last_stream(cast: Cast, listen: Listen, key: Key) -> None:
    streams = await asyncio.gather(*[listen(await key()) for _ in range(3)])
    for listener in streams:
        assert await listener.frame() == Frame(None, "", "connected")
    await do(lambda: happen(cast.workspace, 1))
    assert [number(await listener.event()) for listener in streams] == [1, 1, 1]
    watcher = hub.hub()._watcher
    assert watcher is not None and not watcher.done()
    watching = [task for task in asyncio.all_tasks() if "Hub._watch" in repr(task.get_coro())]
    assert watching == [watcher]
    for listener in streams:
        await listener.leave()
    await asyncio.wait_for(watcher, 10)


async def test_a_watcher_that_breaks_ends_the_streams(
    cast: Cast, listen: Listen, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = await listen(await key())
    assert await listener.frame() == Frame(None, "", "connected")

    def broken(after: int) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(hub, "_read_new", broken)
    assert await listener.frame() is None
    monkeypatch.undo()
    again = await listen(await key())
    await do(lambda: happen(cast.workspace, 1))
    assert number(await again.event()) == 1
