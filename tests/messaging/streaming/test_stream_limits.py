"""The limit of streams per key: over several processes with Redis, in each process without it."""

import asyncio
import contextlib
from collections.abc import Iterator

import pytest
import redis

from crmsolid.core.redis import build_client
from messaging.streaming import stream_limits
from messaging.streaming.stream_limits import StreamLimiter, StreamSlot
from tests.servers import REDIS_URL, free_port, fresh_prefix, own_redis, silent_server

KEY = "key_1"


@pytest.fixture
def prefix() -> str:
    return fresh_prefix()


@pytest.fixture
def client() -> Iterator[redis.Redis]:
    with contextlib.closing(build_client(REDIS_URL)) as connected:
        yield connected


@pytest.fixture
def processes(client: redis.Redis, prefix: str) -> list[StreamLimiter]:
    """The limiters of three web processes that share one Redis."""
    return [StreamLimiter(client, prefix) for _ in range(3)]


async def wait_for_releases(limiter: StreamLimiter) -> None:
    """Wait until released slots are released in Redis too: that is done in order, before this slot is acquired."""
    slot = await limiter.acquire("another_key", 1)
    assert slot
    slot.release()


def acquired(slots: list[StreamSlot | None]) -> list[StreamSlot]:
    return [slot for slot in slots if slot is not None]


async def test_limit_within_one_process(client: redis.Redis, prefix: str) -> None:
    alone = StreamLimiter(client, prefix)
    first, second = await alone.acquire(KEY, 2), await alone.acquire(KEY, 2)
    assert first and second
    assert await alone.acquire(KEY, 2) is None
    assert await alone.acquire("key_2", 2)  # another key has its own limit
    first.release()
    first.release()  # has no effect
    assert await alone.acquire(KEY, 2)
    assert await alone.acquire(KEY, 2) is None


async def test_limit_over_several_processes_is_exact(processes: list[StreamLimiter]) -> None:
    slots = await asyncio.gather(*(process.acquire(KEY, 5) for process in processes for _ in range(5)))
    assert len(acquired(slots)) == 5
    for slot in acquired(slots):
        slot.release()
    await wait_for_releases(processes[0])
    assert [len(process) for process in processes] == [0, 0, 0]
    slots = await asyncio.gather(*(process.acquire(KEY, 5) for process in processes for _ in range(5)))
    assert len(acquired(slots)) == 5


async def test_slot_released_in_one_process_is_free_in_another(processes: list[StreamLimiter]) -> None:
    here, there, _ = processes
    slot = await here.acquire(KEY, 1)
    assert slot and await there.acquire(KEY, 1) is None
    slot.release()
    assert await there.acquire(KEY, 1)  # Redis handles the release first


async def test_slot_of_a_killed_process_expires(
    processes: list[StreamLimiter], client: redis.Redis, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed, there, _ = processes
    monkeypatch.setattr(stream_limits, "SLOT_TTL_SECONDS", 0.4)
    assert await killed.acquire(KEY, 1)  # never renewed, never released
    assert await there.acquire(KEY, 1) is None
    assert 0 < client.pttl(prefix + KEY) <= 400
    async with asyncio.timeout(20):
        while await there.acquire(KEY, 1) is None:
            await asyncio.sleep(0.05)


async def test_renewed_slot_does_not_expire(processes: list[StreamLimiter], client: redis.Redis, prefix: str) -> None:
    here, there, _ = processes
    slot = await here.acquire(KEY, 1)
    assert slot
    seconds, microseconds = client.time()
    client.zadd(prefix + KEY, {slot.stream_id: seconds * 1000 + microseconds // 1000 + 50}, xx=True)
    await slot.renew()
    expires_at = client.zscore(prefix + KEY, slot.stream_id)
    assert expires_at is not None and 44 < expires_at / 1000 - seconds < 60
    await asyncio.sleep(0.1)
    assert await there.acquire(KEY, 1) is None


async def test_renewal_restores_the_slot_after_a_redis_restart(prefix: str) -> None:
    port = free_port()
    with contextlib.closing(build_client(f"redis://127.0.0.1:{port}")) as client:
        here, there = (StreamLimiter(client, prefix) for _ in range(2))
        with own_redis(port):
            slot = await here.acquire(KEY, 1)
            assert slot
        with own_redis(port):
            await slot.renew()
            assert await there.acquire(KEY, 1) is None
            slot.release()
            assert await there.acquire(KEY, 1)


async def test_each_process_counts_for_itself_while_redis_does_not_answer(
    prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    with silent_server() as (url, connections), contextlib.closing(build_client(url)) as client:
        here, there = (StreamLimiter(client, prefix) for _ in range(2))
        slots = [await here.acquire(KEY, 2) for _ in range(3)]
        assert [slot is not None for slot in slots] == [True, True, False]
        assert await there.acquire(KEY, 2)  # it counts for itself
        assert len(connections) == 2  # after one failure each, the circuit breaker is open
        for slot in acquired(slots):
            await slot.renew()
            slot.release()
        await wait_for_releases(here)
    assert len(here) == 0
    assert {record.getMessage() for record in caplog.records if record.name == "crmsolid.stream"} == {
        "redis does not answer (TimeoutError): streams are counted per process"
    }


async def test_client_that_disconnects_while_acquiring_holds_no_slot(
    processes: list[StreamLimiter], client: redis.Redis, prefix: str
) -> None:
    here = processes[0]
    acquiring = asyncio.create_task(here.acquire(KEY, 1))
    await asyncio.sleep(0)  # it has its slot in this process and waits for Redis
    assert len(here) == 1
    acquiring.cancel()
    with pytest.raises(asyncio.CancelledError):
        await acquiring
    await wait_for_releases(processes[0])
    assert (len(here), client.zcard(prefix + KEY)) == (0, 0)
