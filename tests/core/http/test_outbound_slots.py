"""How many requests to one host run at once, and which requests wait for others."""

import asyncio
import time

import pytest

from crmsolid.core.http.outbound import OutboundError

from .clients import OK, SLACK_MS, local_client, send
from .receivers import Request, answering, hanging, receiver

pytestmark = pytest.mark.asyncio


async def test_hanging_receiver_delays_no_other() -> None:
    async with receiver(hanging) as dead, receiver(answering(OK)) as alive, local_client(deadline=1.0) as client:
        stuck = [asyncio.create_task(send(client, dead.url)) for _ in range(20)]
        quick = await asyncio.gather(*[send(client, alive.url) for _ in range(20)])
        assert not any(task.done() for task in stuck)
        ended = await asyncio.gather(*stuck)
    assert {response.status for response in quick} == {200}
    assert {(response.status, response.error) for response in ended} == {(None, OutboundError.TIMEOUT)}
    assert max(response.duration_ms for response in ended) < SLACK_MS


async def test_requests_to_one_host_at_once_are_limited() -> None:
    running = most = 0
    release = asyncio.Event()

    async def count(request: Request) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await release.wait()
        running -= 1
        await request.reply(OK)

    async with receiver(count) as server, local_client(per_host=3) as client:
        tasks = [asyncio.create_task(send(client, server.url)) for _ in range(9)]
        while running < 3:
            await asyncio.sleep(0.01)
        release.set()
        responses = await asyncio.gather(*tasks)
    assert {response.status for response in responses} == {200}
    assert (most, server.connections) == (3, 3)


async def test_request_without_a_slot_in_time_is_busy_and_not_sent() -> None:
    async with receiver(hanging) as server, local_client(deadline=1.0, per_host=1) as client:
        started = time.monotonic()
        responses = await asyncio.gather(*[send(client, server.url) for _ in range(3)])
        elapsed = time.monotonic() - started
    errors = sorted(str(response.error) for response in responses)
    assert errors.count("busy") >= 1 and set(errors) == {"busy", "timeout"}
    assert len(server.requests) == errors.count("timeout")
    assert elapsed < 2.9  # one after the other would be 3


async def test_request_that_waits_behind_timeouts_gets_the_slots_they_free() -> None:
    async with receiver(hanging) as server, local_client(deadline=2.0, per_host=5) as client:
        responses = await asyncio.gather(*[send(client, server.url) for _ in range(10)])
    assert [str(response.error) for response in responses] == ["timeout"] * 10
    assert len(server.requests) == 10


async def test_cancelled_call_frees_its_slot() -> None:
    async with receiver(hanging) as server, local_client(deadline=30, per_host=1) as client:
        task = asyncio.create_task(send(client, server.url))
        while not server.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        next_task = asyncio.create_task(send(client, server.url))
        while len(server.requests) < 2:
            await asyncio.sleep(0.01)
        next_task.cancel()
