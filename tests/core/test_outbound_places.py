"""How many requests run at one host at once, and who waits for whom."""

import asyncio
import time

import pytest

from crmsolid.core.http.outbound import OutboundError

from .clients import OK, SLACK_MS, development, send
from .receivers import Visit, answering, hanging, receiver

pytestmark = pytest.mark.asyncio


async def test_a_receiver_that_hangs_delays_no_other() -> None:
    async with receiver(hanging) as dead, receiver(answering(OK)) as alive, development(deadline=1.0) as client:
        stuck = [asyncio.create_task(send(client, dead.url)) for _ in range(20)]
        quick = await asyncio.gather(*[send(client, alive.url) for _ in range(20)])
        assert not any(task.done() for task in stuck)
        ended = await asyncio.gather(*stuck)
    assert {answer.status for answer in quick} == {200}
    assert {(answer.status, answer.error) for answer in ended} == {(None, OutboundError.TIMEOUT)}
    assert max(answer.duration_ms for answer in ended) < SLACK_MS


async def test_a_host_has_a_limited_number_of_places() -> None:
    running = most = 0
    release = asyncio.Event()

    async def count(visit: Visit) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await release.wait()
        running -= 1
        await visit.say(OK)

    async with receiver(count) as server, development(per_host=3) as client:
        tasks = [asyncio.create_task(send(client, server.url)) for _ in range(9)]
        while running < 3:
            await asyncio.sleep(0.01)
        release.set()
        answers = await asyncio.gather(*tasks)
    assert {answer.status for answer in answers} == {200}
    assert (most, server.connections) == (3, 3)


async def test_no_place_in_time_is_busy_and_unsent() -> None:
    async with receiver(hanging) as server, development(deadline=1.0, per_host=1) as client:
        started = time.monotonic()
        answers = await asyncio.gather(*[send(client, server.url) for _ in range(3)])
        elapsed = time.monotonic() - started
    errors = sorted(str(answer.error) for answer in answers)
    assert errors.count("busy") >= 1 and set(errors) == {"busy", "timeout"}
    assert len(server.visits) == errors.count("timeout")
    assert elapsed < 2.9  # one after the other would be 3
    assert len(client._places) == 0


async def test_who_came_with_those_that_hang_gets_the_places_they_leave() -> None:
    async with receiver(hanging) as server, development(deadline=2.0, per_host=5) as client:
        answers = await asyncio.gather(*[send(client, server.url) for _ in range(10)])
    assert [str(answer.error) for answer in answers] == ["timeout"] * 10
    assert len(server.visits) == 10


async def test_cancelling_a_call_gives_its_place_back() -> None:
    async with receiver(hanging) as server, development(deadline=30, per_host=1) as client:
        task = asyncio.create_task(send(client, server.url))
        while not server.visits:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.hung_up.wait(), 20)
        assert len(client._places) == 0
