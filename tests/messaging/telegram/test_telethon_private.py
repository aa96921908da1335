"""What the product uses of Telethon beyond its documented interface: private names, and what Telethon does by itself.

When a new version of Telethon changes one of them, a test here fails and says which. Only ``client.py`` and
``transport.py`` may use such a name; one that they use, or replace, is a line of ``PRIVATE_NAMES`` with the test that
notices a change.
"""

import ast
import asyncio
import inspect
from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any

import pytest
import pytest_asyncio
from telethon import TelegramClient
from telethon._updates.messagebox import ENTRY_ACCOUNT, GapError, MessageBox, PtsInfo
from telethon.errors import AuthKeyUnregisteredError, FloodWaitError, RPCError
from telethon.network import ConnectionTcpFull, authenticator
from telethon.sessions import MemorySession
from telethon.tl import functions, types

from messaging.telegram import client as client_module
from messaging.telegram import transport
from messaging.telegram.client import disconnect
from tests.messaging.telegram.helpers import ANNA, OTHER_DC, SHOP
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
    "_handlers": "test_new_session_is_handled_once_in_each_session",
    "_state": "test_new_session_is_handled_once_in_each_session",
    "MessageBox": "test_message_box_can_be_replaced",
    "PtsInfo": "test_update_tells_which_sequence_it_belongs_to",
    "apply_pts_info": "test_message_box_applies_each_update_and_each_difference",
    "apply_difference": "test_message_box_applies_each_update_and_each_difference",
    "apply_difference_type": "test_message_box_applies_each_update_and_each_difference",
    "_updates_handle": "test_task_that_reads_updates_ends_when_it_is_cancelled_while_the_connection_stays",
    "_updates_queue": "test_updates_wait_in_a_queue_and_are_applied_by_the_message_box",
    "GapError": "test_updates_wait_in_a_queue_and_are_applied_by_the_message_box",
    "_borrowed_senders": "test_connections_to_other_data_centers_are_kept_by_their_ids",
    "rpc_message_to_error": "test_error_is_made_by_a_function_that_can_be_replaced",
    "do_authentication": "test_key_is_exchanged_by_a_function_that_can_be_replaced",
    "_switch_dc": "test_client_moves_to_another_data_center_with_a_new_key",
    "_proxy_connect": "test_connection_through_a_proxy_can_be_replaced",
    "_ip": "test_connection_through_a_proxy_can_be_replaced",
    "_port": "test_connection_through_a_proxy_can_be_replaced",
    "_proxy": "test_connection_through_a_proxy_can_be_replaced",
}


class Probe(TelegramClient):
    """Records which of the overridden methods Telethon calls, in order."""

    def __init__(self, server: TelegramServer) -> None:
        session = server.authorize(SHOP).fill(MemorySession())
        super().__init__(session, 1, "hash", retry_delay=0.05, sequential_updates=True, raise_last_call_error=True)
        self.calls: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    async def _preprocess_updates(self, updates: Any, users: Any, chats: Any) -> Any:
        processed = await super()._preprocess_updates(updates, users, chats)
        updates = [short(each) for each in processed if not is_empty(each)]
        if updates:
            self.calls.put_nowait(("preprocess", updates))
        return processed

    async def _dispatch_update(self, update: Any) -> None:
        if not is_empty(update):
            self.calls.put_nowait(("dispatch", short(update)))

    async def _handle_auto_reconnect(self) -> None:
        self.calls.put_nowait(("reconnected", None))

    async def next_call(self) -> tuple[str, Any]:
        async with asyncio.timeout(SECONDS):
            return await self.calls.get()


def is_empty(update: Any) -> bool:
    """Telethon takes a container without updates for an update."""
    return isinstance(update, types.Updates)


def short(update: Any) -> str:
    return str(update.message.message) if hasattr(update, "message") else type(update).__name__


@pytest_asyncio.fixture
async def probe(server: TelegramServer) -> AsyncIterator[Probe]:
    """A client of @shop that is connected."""
    client = Probe(server)
    await client.connect()
    yield client
    await disconnect(client)


# The names


def used_private_names(module: ModuleType) -> set[str]:
    """The private names in the module that it does not define itself, what it takes from private modules, the methods
    that it overrides in classes from there, and what it replaces in Telethon's modules."""
    nodes = list(ast.walk(ast.parse(inspect.getsource(module))))
    imports = [
        each for each in nodes if isinstance(each, ast.ImportFrom) and (each.module or "").startswith("telethon")
    ]
    imported = {alias.name for each in imports for alias in each.names}
    private = {alias.name for each in imports if "._" in str(each.module) for alias in each.names}
    classes = [each for each in nodes if isinstance(each, ast.ClassDef)]
    private_bases = [each for each in classes if {ast.unparse(base) for base in each.bases} & private]
    overridden = {each.name for cls in private_bases for each in cls.body if isinstance(each, ast.FunctionDef)}
    attributes = [each for each in nodes if isinstance(each, ast.Attribute)]
    stored = [each for each in attributes if isinstance(each.ctx, ast.Store)]
    replaced = {each.attr for each in stored if ast.unparse(each.value) in imported}
    own = {each.attr for each in stored}
    own |= {each.name for each in nodes if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
    used = {name for name in own | {each.attr for each in attributes} if is_private(name)}
    telethons = {name for name in used if name in telethons_names() or name not in own}
    return private | replaced | telethons | overridden - {"__init__"}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def telethons_names() -> set[str]:
    """The names of Telethon's own objects, which a name of ours would replace."""
    client = TelegramClient(MemorySession(), 1, "hash")
    connection = ConnectionTcpFull("127.0.0.1", 1, 2, loggers=client._log)
    return {name for each in (client, client._sender, client._message_box, connection) for name in dir(each)}


def test_each_private_name_that_the_product_uses_is_in_the_list() -> None:
    assert used_private_names(client_module) | used_private_names(transport) == PRIVATE_NAMES.keys()


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


async def test_new_session_is_handled_once_in_each_session(probe: Probe, server: TelegramServer) -> None:
    """Telegram announces a session again when it has forgotten it; a reconnection has a session of its own."""
    sessions: asyncio.Queue[int] = asyncio.Queue()
    handlers, first = probe._sender._handlers, probe._sender._state.id
    handle = handlers[types.NewSessionCreated.CONSTRUCTOR_ID]

    async def record(message: Any) -> None:
        sessions.put_nowait(probe._sender._state.id)
        await handle(message)

    handlers[types.NewSessionCreated.CONSTRUCTOR_ID] = record
    server.forget_sessions(SHOP)
    async with asyncio.timeout(SECONDS):
        await probe(functions.updates.GetStateRequest())
        assert await sessions.get() == first
        server.disconnect(SHOP)
        await probe.next_call()
        await probe(functions.updates.GetStateRequest())
        assert await sessions.get() == probe._sender._state.id != first


async def test_message_box_can_be_replaced(server: TelegramServer) -> None:
    client = Probe(server)
    client._message_box = RecordingBox(client._log["messagebox"])
    await client.connect()
    server.deliver(ANNA, SHOP, "Hi")
    assert await client.next_call() == ("preprocess", ["Hi"])
    assert client._message_box.applied == ["UpdateNewMessage"]
    await disconnect(client)


class RecordingBox(MessageBox):
    """Records what it is asked to apply."""

    def __init__(self, log: Any) -> None:
        super().__init__(log)
        self.applied: list[str] = []

    def apply_pts_info(self, update: Any, *, reset_deadlines: Any) -> Any:
        if not is_empty(update):
            self.applied.append(type(update).__name__)
        return super().apply_pts_info(update, reset_deadlines=reset_deadlines)

    def apply_difference(self, diff: Any, chat_hashes: Any) -> Any:
        self.applied.append(type(diff).__name__)
        return super().apply_difference(diff, chat_hashes)

    def apply_difference_type(self, diff: Any, chat_hashes: Any) -> Any:
        self.applied.append("other updates")
        return super().apply_difference_type(diff, chat_hashes)


@pytest.mark.parametrize("page", ["Difference", "DifferenceSlice"])
async def test_message_box_applies_each_update_and_each_difference(page: str, server: TelegramServer) -> None:
    """Each update of a difference passes through it, too, and what has a number in it is dropped."""
    client = Probe(server)
    box = client._message_box = RecordingBox(client._log["messagebox"])
    await client.connect()
    server.lose_pushes(SHOP)
    ids = server.deliver(ANNA, SHOP, "Hi")
    server.edit(ANNA, ids.sender_message_id, "Hello")
    server.configure(difference_limit=2 if page == "Difference" else 1)
    await client.catch_up()
    await client.next_call()
    pages = ["Difference", "other updates", "UpdateEditMessage"]
    if page == "DifferenceSlice":
        pages = ["DifferenceSlice", "other updates", "Difference", "other updates", "UpdateEditMessage"]
    async with asyncio.timeout(SECONDS):
        while box.applied != pages:
            await asyncio.sleep(0.01)
    assert client.calls.qsize() == 1  # the edit was not passed on, or Telethon does by itself what ours adds
    await disconnect(client)


def test_update_tells_which_sequence_it_belongs_to() -> None:
    channel = PtsInfo.from_update(types.UpdateReadChannelInbox(7, max_id=1, still_unread_count=0, pts=3))
    message = types.Message(1, types.PeerChannel(7), message="post")
    assert channel.entry == PtsInfo.from_update(types.UpdateNewChannelMessage(message, pts=3, pts_count=1)).entry == 7
    own = PtsInfo.from_update(types.UpdateDeleteMessages([1], pts=3, pts_count=1))
    assert (own.entry is ENTRY_ACCOUNT, isinstance(own.entry, int)) == (True, False)
    assert PtsInfo.from_update(types.UpdateMessageID(1, random_id=2)) is None


async def test_task_that_reads_updates_ends_when_it_is_cancelled_while_the_connection_stays(probe: Probe) -> None:
    probe._updates_handle.cancel()
    await asyncio.wait([probe._updates_handle], timeout=SECONDS)
    assert probe._updates_handle.done()
    assert probe.is_connected()


async def test_updates_wait_in_a_queue_and_are_applied_by_the_message_box(probe: Probe, server: TelegramServer) -> None:
    probe._updates_handle.cancel()
    await asyncio.wait([probe._updates_handle], timeout=SECONDS)
    server.deliver(ANNA, SHOP, "Hi")
    async with asyncio.timeout(SECONDS):
        updates = await probe._updates_queue.get()
    found: list[Any] = []
    users, _ = probe._message_box.process_updates(updates, probe._mb_entity_cache, found)
    assert [each.message.message for each in found] == ["Hi"]
    assert server.find(ANNA).id in [user.id for user in users]
    with pytest.raises(GapError):
        probe._message_box.process_updates(types.UpdatesTooLong(), probe._mb_entity_cache, [])


async def test_connections_to_other_data_centers_are_kept_by_their_ids(probe: Probe, server: TelegramServer) -> None:
    assert probe._borrowed_senders == {}
    ids = server.deliver_media(ANNA, SHOP, "document", b"content", dc_id=OTHER_DC)
    wanted = [types.InputMessageID(ids.recipient_message_id)]
    answer = await probe(functions.messages.GetMessagesRequest(wanted))
    parts = [bytes(each) async for each in probe.iter_download(answer.messages[0].media.document)]
    assert parts == [b"content"]
    [(dc_id, (_, sender))] = probe._borrowed_senders.items()
    assert (dc_id, sender.is_connected()) == (OTHER_DC, True)
    await sender.disconnect()
    assert not sender.is_connected()


async def test_error_is_made_by_a_function_that_can_be_replaced(probe: Probe, server: TelegramServer) -> None:
    """Ours adds the number that Telegram has sent; Telethon's class has another one for this name."""
    server.fail("updates.getState", "MSG_WAIT_FAILED", code=500)
    with pytest.raises(RPCError) as caught:
        await probe._sender.send(functions.updates.GetStateRequest())
    assert (caught.value.code, getattr(caught.value, "server_code", None)) == (400, 500)


async def test_key_is_exchanged_by_a_function_that_can_be_replaced(
    server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(sender: Any) -> Any:
        raise ArithmeticError

    monkeypatch.setattr(authenticator, "do_authentication", refuse)
    client = Probe(server)
    client._sender.auth_key.key = None
    with pytest.raises(ArithmeticError):
        await client.connect()
    await disconnect(client)


async def test_client_moves_to_another_data_center_with_a_new_key(probe: Probe, server: TelegramServer) -> None:
    key = probe.session.auth_key.key
    await probe._switch_dc(OTHER_DC)
    assert (probe.session.dc_id, probe.session.port) == (OTHER_DC, server.address(OTHER_DC)[1])
    assert probe.session.auth_key.key not in (None, key)


async def test_connection_through_a_proxy_can_be_replaced(server: TelegramServer) -> None:
    asked: list[tuple[str, int, str]] = []

    class Recording(ConnectionTcpFull):
        async def _proxy_connect(self, timeout: float | None = None, local_addr: Any = None) -> Any:
            asked.append((self._ip, self._port, self._proxy))
            raise ArithmeticError

    connection = Recording("127.0.0.1", 443, 2, loggers=Probe(server)._log, proxy="http://127.0.0.1:1")
    with pytest.raises(ArithmeticError):
        await connection.connect(timeout=SECONDS)
    assert asked == [("127.0.0.1", 443, "http://127.0.0.1:1")]


# What Telethon does by itself


async def test_catching_up_asks_for_the_difference(probe: Probe, server: TelegramServer) -> None:
    server.lose_pushes(SHOP)
    server.deliver(ANNA, SHOP, "Hi")
    await probe.catch_up()
    assert await probe.next_call() == ("preprocess", ["Hi"])


async def test_update_without_a_number_in_a_difference_is_passed_on(probe: Probe, server: TelegramServer) -> None:
    """It tells that a message was sent whose answer was lost."""
    anna = await probe(functions.contacts.ResolveUsernameRequest("anna_x"))
    peer = types.InputPeerUser(anna.users[0].id, anna.users[0].access_hash)
    server.ignore("messages.sendMessage", when="after")
    answer = asyncio.ensure_future(probe(functions.messages.SendMessageRequest(peer, "Hello", random_id=4242)))
    await server.until(lambda: len(server.sent(SHOP)) == 1, SECONDS)
    await probe.catch_up()
    assert await probe.next_call() == ("preprocess", ["UpdateMessageID", "Hello"])
    answer.cancel()


async def test_new_client_takes_the_time_of_the_server(server: TelegramServer) -> None:
    """A client that is connected does not, if its clock falls less than five minutes behind."""
    server.shift_clock(SHOP, 100)
    client = Probe(server)
    async with asyncio.timeout(SECONDS):
        await client.connect()
    assert abs(client._sender._state.time_offset - 100) < 60
    await disconnect(client)


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
