"""What the product uses of Telethon beyond its documented interface: private names, and what Telethon does by itself.

When a new version of Telethon changes one of them, a test here fails and says which. Only ``client.py`` may use such a
name; one that it uses is a line of ``PRIVATE_NAMES`` with the test that notices a change.
"""

import ast
import asyncio
import inspect
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from telethon import TelegramClient
from telethon.errors import AuthKeyUnregisteredError, FloodWaitError
from telethon.sessions import MemorySession
from telethon.tl import functions, types

from messaging.telegram import client as client_module
from messaging.telegram.client import disconnect
from tests.messaging.telegram.helpers import ANNA, SHOP
from tests.telegram_server import TelegramServer

SECONDS = 60.0

PRIVATE_NAMES = {
    # name: the test that notices a change
    "_sender": "test_request_to_the_sender_is_neither_repeated_nor_delayed",
    "_transport_connected": "test_sender_tells_whether_its_transport_is_connected",
    "_updates_error": "test_error_that_ended_the_updates_is_kept",
    "_preprocess_updates": "test_batch_of_updates_is_preprocessed_before_it_is_dispatched",
    "_message_box": "test_message_box_has_the_state_after_the_batch",
    "_mb_entity_cache": "test_own_id_can_be_set_without_a_request",
    "_dispatch_update": "test_batch_of_updates_is_preprocessed_before_it_is_dispatched",
    "_handle_auto_reconnect": "test_automatic_reconnection_calls_its_handler",
}


class Probe(TelegramClient):
    """Records which of the overridden methods Telethon calls, in order."""

    def __init__(self, server: TelegramServer) -> None:
        session = server.authorize(SHOP).fill(MemorySession())
        super().__init__(session, 1, "hash", retry_delay=0.05, sequential_updates=True, raise_last_call_error=True)
        self.calls: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    async def _preprocess_updates(self, updates: Any, users: Any, chats: Any) -> Any:
        processed = await super()._preprocess_updates(updates, users, chats)
        if processed:
            self.calls.put_nowait(("preprocess", [each.message.message for each in processed]))
        return processed

    async def _dispatch_update(self, update: Any) -> None:
        self.calls.put_nowait(("dispatch", update.message.message))

    async def _handle_auto_reconnect(self) -> None:
        self.calls.put_nowait(("reconnected", None))

    async def next_call(self) -> tuple[str, Any]:
        async with asyncio.timeout(SECONDS):
            return await self.calls.get()


@pytest_asyncio.fixture
async def probe(server: TelegramServer) -> AsyncIterator[Probe]:
    """A client of @shop that is connected."""
    client = Probe(server)
    await client.connect()
    yield client
    await disconnect(client)


# The names


def used_private_names() -> set[str]:
    """The private names in client.py that it does not define itself, and what it takes from private modules."""
    tree = ast.parse(inspect.getsource(client_module))
    imported, attributes, own = set(), set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(part.startswith("_") for part in (node.module or "").split(".")):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute) and is_private(node.attr):
            attributes.add(node.attr)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and is_private(node.name):
            own.add(node.name)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_private(node.attr):
            own.add(node.attr)
    return imported | {name for name in attributes | own if name in telethons_names() or name not in own}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def telethons_names() -> set[str]:
    """The names of Telethon's own client, which a name of ours would replace."""
    client = TelegramClient(MemorySession(), 1, "hash")
    return set(dir(client)) | set(dir(client._sender)) | set(dir(client._message_box))


def test_each_private_name_that_the_product_uses_is_in_the_list() -> None:
    assert used_private_names() == PRIVATE_NAMES.keys()


def test_each_private_name_in_the_list_has_a_test() -> None:
    assert [name for name, test in PRIVATE_NAMES.items() if not callable(globals().get(test))] == []


async def test_request_to_the_sender_is_neither_repeated_nor_delayed(probe: Probe, server: TelegramServer) -> None:
    server.fail("updates.getState", "FLOOD_WAIT_5")
    with pytest.raises(FloodWaitError):
        await probe._sender.send(functions.updates.GetStateRequest())
    assert (await probe._sender.send(functions.updates.GetStateRequest())).pts == 1


async def test_sender_tells_whether_its_transport_is_connected(server: TelegramServer) -> None:
    client = Probe(server)
    assert not client._sender._transport_connected()
    await client.connect()
    assert client._sender._transport_connected() is True
    await disconnect(client)
    assert not client._sender._transport_connected()


async def test_error_that_ended_the_updates_is_kept(probe: Probe, server: TelegramServer) -> None:
    server.revoke(SHOP)
    async with asyncio.timeout(SECONDS):
        await probe.disconnected
    assert isinstance(probe._updates_error, AuthKeyUnregisteredError)


async def test_batch_of_updates_is_preprocessed_before_it_is_dispatched(probe: Probe, server: TelegramServer) -> None:
    server.deliver(ANNA, SHOP, "Hi")
    assert await probe.next_call() == ("preprocess", ["Hi"])
    assert await probe.next_call() == ("dispatch", "Hi")


async def test_message_box_has_the_state_after_the_batch(probe: Probe, server: TelegramServer) -> None:
    server.deliver(ANNA, SHOP, "Hi")
    await probe.next_call()
    state, channels = probe._message_box.session_state()
    assert (state["pts"], state["qts"], channels) == (2, 0, {})
    assert state["date"].tzinfo is not None


async def test_own_id_can_be_set_without_a_request(server: TelegramServer) -> None:
    client = Probe(server)
    client._mb_entity_cache.set_self_user(7, None, None)
    assert client._self_id == 7


async def test_automatic_reconnection_calls_its_handler(probe: Probe, server: TelegramServer) -> None:
    server.disconnect(SHOP)
    assert await probe.next_call() == ("reconnected", None)


# What Telethon does by itself


async def test_request_in_progress_is_sent_again_after_a_reconnection(probe: Probe, server: TelegramServer) -> None:
    """Therefore a request that nobody waits for any more is dropped with its client."""
    server.hang("updates.getState", 60)
    answer = asyncio.ensure_future(probe._sender.send(functions.updates.GetStateRequest()))
    await server.until(lambda: server.count("updates.getState") == 2, SECONDS)
    server.disconnect(SHOP)
    async with asyncio.timeout(SECONDS):
        assert (await answer).pts == 1


async def test_request_in_progress_is_cancelled_when_the_client_disconnects(
    probe: Probe, server: TelegramServer
) -> None:
    server.hang("messages.sendMessage", 60)
    anna = await probe(functions.contacts.ResolveUsernameRequest("anna_x"))
    peer = types.InputPeerUser(anna.users[0].id, anna.users[0].access_hash)
    request = functions.messages.SendMessageRequest(peer, "Hello", random_id=1)
    answer = asyncio.ensure_future(probe._sender.send(request))
    await server.until(lambda: server.count("messages.sendMessage") == 1, SECONDS)
    await probe.disconnect()
    await asyncio.wait([answer], timeout=SECONDS)
    assert answer.cancelled()
    assert server.sent(SHOP) == []
