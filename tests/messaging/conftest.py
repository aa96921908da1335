import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from django.db import connection

from crmsolid.core import clock, doorbell
from crmsolid.workspaces.scopes import Scope
from messaging.models import Account
from messaging.streaming import stream_limits
from tests.cast import Cast
from tests.messaging.listener import Key, Listen, Listener, do, quiet
from tests.messaging.world import Ring


@pytest.fixture(autouse=True)
def rings(monkeypatch: pytest.MonkeyPatch) -> list[Ring]:
    """What messaging rang for; nothing reaches a broker."""
    heard: list[Ring] = []

    def ring(name: str, *, queue: str | None = None, after: float = 0.0) -> None:
        if name.startswith("messaging."):
            heard.append(Ring(name, queue, after))

    monkeypatch.setattr(doorbell, "ring", ring)
    return heard


class Hands:
    """The clock's hands: time stands still until it is moved."""

    def __init__(self) -> None:
        self.now = clock.now()

    def forward(self, **span: float) -> datetime:
        """Move on by a timedelta's keywords; answers the new instant."""
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    found = Hands()
    monkeypatch.setattr(clock, "now", lambda: found.now)
    return found


@pytest.fixture
def sandbox(cast: Cast) -> Account:
    return cast.sandbox()


@pytest.fixture
def on_postgresql() -> bool:
    return connection.vendor == "postgresql"


@pytest.fixture
def key(cast: Cast) -> Key:
    """Makes keys from within the event loop."""

    async def make(scopes: Iterable[Scope] = (Scope.READ_MESSAGES,)) -> str:
        return await do(lambda: cast.key(scopes))

    return make


@pytest_asyncio.fixture
async def listen() -> AsyncIterator[Listen]:
    """Opens streams and closes them at the end of the test."""
    opened: list[Listener] = []

    async def open_stream(token: str | None, last: int | str | None = None, **options: Any) -> Listener:
        opened.append(Listener(token, last, **options))
        return await opened[-1].start()

    yield open_stream
    await asyncio.gather(*(listener.leave() for listener in opened))
    assert not stream_limits.places()
    await quiet()
