"""However many callers a client has, it sends at most the limit in each window. The clock is one that does not wait."""

import asyncio
import math
import selectors
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, TypeVar

import httpx
import pytest

from crmsolid_client import AsyncCrmSolid
from tests.sdk.answers import KEY, QUEUED

T = TypeVar("T")
LIMIT = 50
WINDOW = 60


class ClockLoop(asyncio.SelectorEventLoop):
    """Where it would wait for a timer, its clock moves on instead."""

    now = 1000.0

    def __init__(self) -> None:
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self.now


class _Selector(selectors.DefaultSelector):
    def __init__(self, loop: ClockLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout:
            self._loop.now += timeout
        return super().select(0)


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[ClockLoop]:
    loop = ClockLoop()
    clock = SimpleNamespace(monotonic=loop.time, time=loop.time)
    for module in ("_retry", "_pacing", "_async.transport"):
        monkeypatch.setattr(f"crmsolid_client.{module}.time", clock)
    yield loop
    loop.close()


@dataclass
class Product:
    """Counts as the product does: windows of a minute that begin at full minutes, the end in whole seconds, rounded up.
    Each answer takes ``seconds`` in both directions."""

    loop: ClockLoop
    seconds: float
    requests: int = 0
    refused: int = 0
    window: float = 0.0
    used: int = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(self.seconds)
        self.requests += 1
        start = self.loop.now // WINDOW * WINDOW
        self.window, self.used = start, self.used if self.window == start else 0
        self.used += 1
        reset = math.ceil(start + WINDOW - self.loop.now)
        headers = {
            "X-RateLimit-Limit": str(LIMIT),
            "X-RateLimit-Remaining": str(max(0, LIMIT - self.used)),
            "X-RateLimit-Reset": str(reset),
        }
        answer = httpx.Response(200, json=QUEUED, headers=headers)
        if self.used > LIMIT:
            self.refused += 1
            answer = httpx.Response(429, json={"code": "rate_limited"}, headers={**headers, "Retry-After": str(reset)})
        await asyncio.sleep(self.seconds)
        return answer


def run(loop: ClockLoop, work: Coroutine[Any, Any, T]) -> T:
    return loop.run_until_complete(work)


@pytest.mark.parametrize("callers", [1, 10, 200])
@pytest.mark.parametrize("seconds", [0.001, 0.2, 3.0])
@pytest.mark.parametrize("begins_at", [1020.0, 1050.5, 1079.9])
def test_200_sends_at_50_a_window_take_at_most_204_requests(
    loop: ClockLoop, callers: int, seconds: float, begins_at: float
) -> None:
    loop.now = begins_at
    product = Product(loop, seconds)

    async def send_all() -> None:
        async with AsyncCrmSolid(KEY, "http://127.0.0.1:9", http_transport=httpx.MockTransport(product)) as crm:
            left = list(range(200))

            async def caller() -> None:
                while left:
                    left.pop()
                    await crm.messages.send(account_id=7421, to="@anna", text="Hi")

            await asyncio.gather(*(caller() for _ in range(callers)))

    run(loop, send_all())
    assert product.requests - product.refused == 200
    assert product.requests <= 204
    # Four windows, of which the first may have begun: no caller waits much longer than the product asks for.
    assert loop.now - begins_at < 4 * WINDOW + 10 + (200 / callers) * 2 * seconds


def test_callers_do_not_wait_long_for_a_first_request_without_an_answer(loop: ClockLoop) -> None:
    started: list[float] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        started.append(loop.now)
        if len(started) == 1:
            await asyncio.sleep(25)
        return httpx.Response(200, json=QUEUED)

    async def send_all() -> None:
        async with AsyncCrmSolid(KEY, "http://127.0.0.1:9", http_transport=httpx.MockTransport(answer)) as crm:
            await asyncio.gather(*(crm.messages.send(account_id=1, to="@anna", text="Hi") for _ in range(5)))

    run(loop, send_all())
    assert len(started) == 5
    assert started[-1] - started[0] < 11
