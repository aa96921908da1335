"""Places of a key's streams: over several processes through Redis, for each one alone without it."""

import asyncio
import contextlib
from collections.abc import Iterator

import pytest
import redis

from crmsolid.core.redis import build_client
from messaging.streaming import stream_limits
from messaging.streaming.stream_limits import Place, Places, SharedPlaces
from tests.servers import free_port, fresh_prefix, own_redis, require_redis, silent_server

KEY = "key_1"


@pytest.fixture
def prefix() -> str:
    return fresh_prefix()


@pytest.fixture
def client() -> Iterator[redis.Redis]:
    with contextlib.closing(build_client(require_redis())) as found:
        yield found


@pytest.fixture
def processes(client: redis.Redis, prefix: str) -> list[Places]:
    """As three web processes would count: each for itself, and all in one Redis."""
    return [Places(SharedPlaces(client, prefix)) for _ in range(3)]


async def told() -> None:
    """Redis has heard of all that was given back: one thread tells it, in order."""
    await asyncio.get_running_loop().run_in_executor(stream_limits._thread, lambda: None)


def kept(found: list[Place | None]) -> list[Place]:
    return [place for place in found if place is not None]


async def test_one_process_counts_for_itself() -> None:
    alone = Places()
    first, second = await alone.take(KEY, 2), await alone.take(KEY, 2)
    assert first and second
    assert await alone.take(KEY, 2) is None
    assert await alone.take("key_2", 2)  # another key has its own
    first.close()
    first.close()  # once is enough
    assert await alone.take(KEY, 2)
    assert await alone.take(KEY, 2) is None


async def test_of_many_at_once_over_processes_exactly_so_many_get_a_place(processes: list[Places]) -> None:
    found = await asyncio.gather(*(process.take(KEY, 5) for process in processes for _ in range(5)))
    assert len(kept(found)) == 5
    for place in kept(found):
        place.close()
    await told()
    assert [len(process) for process in processes] == [0, 0, 0]
    again = await asyncio.gather(*(process.take(KEY, 5) for process in processes for _ in range(5)))
    assert len(kept(again)) == 5


async def test_a_place_given_back_here_is_free_there(processes: list[Places]) -> None:
    here, there, _ = processes
    place = await here.take(KEY, 1)
    assert place and await there.take(KEY, 1) is None
    place.close()
    assert await there.take(KEY, 1)  # what was given back first reaches Redis first


async def test_a_killed_process_holds_its_place_until_it_lapses(
    processes: list[Places], client: redis.Redis, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed, there, _ = processes
    monkeypatch.setattr(stream_limits, "LAPSE_SECONDS", 0.4)
    assert await killed.take(KEY, 1)  # never renewed, never given back
    assert await there.take(KEY, 1) is None
    assert 0 < client.pttl(prefix + KEY) <= 400
    async with asyncio.timeout(20):
        while await there.take(KEY, 1) is None:
            await asyncio.sleep(0.05)


async def test_a_renewed_place_does_not_lapse(processes: list[Places], client: redis.Redis, prefix: str) -> None:
    here, there, _ = processes
    place = await here.take(KEY, 1)
    assert place
    seconds, microseconds = client.time()
    client.zadd(prefix + KEY, {place.stream: seconds * 1000 + microseconds // 1000 + 50}, xx=True)
    await place.renew()
    lapses_at = client.zscore(prefix + KEY, place.stream)
    assert lapses_at is not None and 44 < lapses_at / 1000 - seconds < 60
    await asyncio.sleep(0.1)
    assert await there.take(KEY, 1) is None


async def test_a_restarted_redis_learns_of_open_streams_by_their_renewals(prefix: str) -> None:
    port = free_port()
    with contextlib.closing(build_client(f"redis://127.0.0.1:{port}")) as client:
        here, there = (Places(SharedPlaces(client, prefix)) for _ in range(2))
        with own_redis(port):
            place = await here.take(KEY, 1)
            assert place
        with own_redis(port):
            await place.renew()
            assert await there.take(KEY, 1) is None
            place.close()
            assert await there.take(KEY, 1)


async def test_without_redis_each_process_counts_and_nobody_waits_twice(
    prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    with silent_server() as (url, taken), contextlib.closing(build_client(url)) as client:
        here, there = (Places(SharedPlaces(client, prefix)) for _ in range(2))
        found = [await here.take(KEY, 2) for _ in range(3)]
        assert [place is not None for place in found] == [True, True, False]
        assert await there.take(KEY, 2)  # it has its own count now
        assert len(taken) == 2  # one try each, then Redis is left alone
        for place in kept(found):
            await place.renew()
            place.close()
        await told()
    assert len(here) == 0
    assert {record.getMessage() for record in caplog.records if record.name == "crmsolid.stream"} == {
        "redis does not answer (TimeoutError): streams are counted per process"
    }


async def test_a_client_that_leaves_while_redis_is_asked_leaves_nothing_behind(
    processes: list[Places], client: redis.Redis, prefix: str
) -> None:
    here = processes[0]
    asking = asyncio.create_task(here.take(KEY, 1))
    await asyncio.sleep(0)  # it has its place here and waits for Redis
    assert len(here) == 1
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await told()
    assert (len(here), client.zcard(prefix + KEY)) == (0, 0)
