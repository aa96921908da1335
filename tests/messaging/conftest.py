import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from crmsolid.core import clock, doorbell
from crmsolid.workspaces.actor import Scope
from messaging.models import Account
from messaging.streaming import stream_limits
from tests.messaging.helpers import Ring
from tests.messaging.streaming.listener import Key, Listen, Listener, run_in_thread, wait_until_idle
from tests.tenants import Tenants


@pytest.fixture(autouse=True)
def rings(monkeypatch: pytest.MonkeyPatch) -> list[Ring]:
    """The messaging tasks that were asked for; nothing reaches a broker."""
    recorded: list[Ring] = []

    def ring(name: str, *, queue: str | None = None, after: float = 0.0) -> None:
        if name.startswith("messaging."):
            recorded.append(Ring(name, queue, after))

    monkeypatch.setattr(doorbell, "ring", ring)
    return recorded


class FrozenTime:
    """The product's clock. It stands still until the test moves it."""

    def __init__(self) -> None:
        self.now = clock.now()

    def forward(self, **span: float) -> datetime:
        """Move the clock by a timedelta's keywords; returns the new time."""
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def frozen_time(monkeypatch: pytest.MonkeyPatch) -> FrozenTime:
    frozen = FrozenTime()
    monkeypatch.setattr(clock, "now", lambda: frozen.now)
    return frozen


@pytest.fixture
def sandbox(tenants: Tenants) -> Account:
    return tenants.sandbox()


@pytest.fixture
def key(tenants: Tenants) -> Key:
    """Creates API keys from within the event loop."""

    async def make(scopes: Iterable[Scope] = (Scope.READ_MESSAGES,)) -> str:
        return await run_in_thread(lambda: tenants.key(scopes))

    return make


@pytest_asyncio.fixture
async def listen() -> AsyncIterator[Listen]:
    """Opens streams, and closes them at the end of the test."""
    opened: list[Listener] = []

    async def open_stream(token: str | None, last: int | str | None = None, **options: Any) -> Listener:
        opened.append(Listener(token, last, **options))
        return await opened[-1].start()

    yield open_stream
    await asyncio.gather(*(listener.disconnect() for listener in opened))
    assert not stream_limits.limiter()
    await wait_until_idle()
