"""A server for each test, and real Telethon clients that are disconnected afterwards."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
from telethon import TelegramClient
from telethon.sessions import MemorySession

from messaging.telegram.client import disconnect
from tests.telegram_server import Settings, TelegramServer, compute_less, forget_cached_config, register_public_key

API = (17349, "not a real hash")
SHOP = "+15550001"
ANNA = "+15550002"
OTHER_DC = 4


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    """Two data centers and two users, @shop and @anna."""
    with TelegramServer({2: 0, OTHER_DC: 0}, settings=Settings()) as server:
        register_public_key(server.key.public_pem)
        compute_less()
        forget_cached_config()
        server.create_user(SHOP, username="shop", first_name="Shop")
        server.create_user(ANNA, username="anna", first_name="Anna")
        yield server
        assert server.crashes() == []
    forget_cached_config()


class Clients:
    """Creates clients and disconnects them all at the end."""

    def __init__(self, server: TelegramServer) -> None:
        self.server = server
        self._created: list[TelegramClient] = []

    def make(self, session: Any = None, **options: Any) -> TelegramClient:
        """A client that is not connected. Without a session it has to log in at the main data center."""
        if session is None:
            session = MemorySession()
            session.set_dc(2, *self.server.address())
        client = TelegramClient(session, *API, **{"retry_delay": 0.05, "raise_last_call_error": True} | options)
        self._created.append(client)
        return client

    async def login(self, who: str, **options: Any) -> TelegramClient:
        """A connected client with a session that is already logged in."""
        client = self.make(self.server.authorize(who).fill(MemorySession()), **options)
        await client.connect()
        return client

    async def close(self) -> None:
        for client in self._created:
            await disconnect(client)


@pytest_asyncio.fixture
async def clients(server: TelegramServer) -> AsyncIterator[Clients]:
    clients = Clients(server)
    yield clients
    await clients.close()


class ReceivedEvents:
    """An event handler that records the events it is called with."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self._changed = asyncio.Event()

    async def __call__(self, event: Any) -> None:
        self.events.append(event)
        self._changed.set()

    async def until(self, count: int, seconds: float = 10) -> list[Any]:
        async with asyncio.timeout(seconds):
            while len(self.events) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.events


def listen(client: TelegramClient, builder: Callable[..., Any], **options: Any) -> ReceivedEvents:
    received = ReceivedEvents()
    client.add_event_handler(received, builder(**options))
    return received


async def invoke(client: TelegramClient, request: Any) -> Any:
    """Send a request without the client's retries and sleeps. `TelegramClient._sender` is private."""
    return await client._sender.send(request)
