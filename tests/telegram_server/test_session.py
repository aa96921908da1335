"""MTProto sessions: salts, message ids, containers, acknowledgements and encryption."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest
from telethon import events, functions
from telethon.crypto import AuthKey
from telethon.errors import AuthKeyNotFound, ConnectionNotInitedError, InputMethodInvalidError
from telethon.network.mtprotostate import MTProtoState
from telethon.sessions import MemorySession
from telethon.tl import types
from telethon.tl.core import MessageContainer, RpcResult

from tests.telegram_server.encryption import InvalidMessage, MessageIds, ProtocolMessage, decrypt, encrypt
from tests.telegram_server.serialization import container, read_object, rpc_result
from tests.telegram_server.session import Session
from tests.telegram_server.state import Authorization

from .conftest import ANNA, SHOP, Clients, invoke, listen

pytestmark = pytest.mark.asyncio

SALT = 4711


class FakeConnection:
    """The connection of a session, and the API that handles its requests."""

    client_address = "127.0.0.1"

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self.requests: list[Any] = []
        self.authorization = Authorization(AuthKey(bytes(range(256))), 2, SALT)
        self.session = Session(99, self.authorization, self, self)

    def send_packet(self, packet: bytes) -> None:
        self.packets.append(packet)

    def abort(self) -> None:
        raise AssertionError("no fault is injected here")

    async def answer(self, session: Session, msg_id: int, request: Any) -> Any:
        return True

    def spawn(self, session: Session, msg_id: int, request: Any) -> None:
        self.requests.append(request)

    async def receive(self, request: Any, msg_id: int | None = None, salt: int = SALT) -> None:
        number = int(time.time()) << 32 if msg_id is None else msg_id
        self.session.receive(ProtocolMessage(salt, 99, number, 1, bytes(request)))
        await asyncio.sleep(0)  # the packet is sent at the end of this iteration of the loop

    def sent(self) -> list[Any]:
        """The messages in the last packet."""
        message = read_object(self.last_message().body)
        return [inner.obj for inner in message.messages] if isinstance(message, MessageContainer) else [message]

    def last_message(self) -> ProtocolMessage:
        return decrypt_server_packet(self.authorization.auth_key, self.packets[-1])


def decrypt_server_packet(auth_key: AuthKey, packet: bytes) -> ProtocolMessage:
    """Uses Telethon's client code, so that the server's encryption is tested by other code than its own."""
    logger = SimpleNamespace(warning=print)
    state = MTProtoState(auth_key, {"telethon.network.mtprotostate": logger})
    state.id = 99
    message = state.decrypt_message_data(packet)
    return ProtocolMessage(0, 99, message.msg_id, message.seq_no, _serialize(message.obj))


def _serialize(message: Any) -> bytes:
    if isinstance(message, MessageContainer):
        return container([(inner.msg_id, inner.seq_no, _serialize(inner.obj)) for inner in message.messages])
    return rpc_result(message.req_msg_id, message.body) if isinstance(message, RpcResult) else bytes(message)


async def test_first_message_is_answered_with_new_session_created() -> None:
    connection = FakeConnection()
    msg_id = int(time.time()) << 32
    await connection.receive(functions.PingRequest(5), msg_id)
    created, pong = connection.sent()
    assert (created.first_msg_id, created.server_salt) == (msg_id, SALT)
    assert pong == types.Pong(msg_id, 5)
    await connection.receive(functions.PingRequest(6), msg_id + 4)
    assert connection.sent() == [types.Pong(msg_id + 4, 6)]


async def test_wrong_salt_is_refused_and_nothing_executed() -> None:
    connection = FakeConnection()
    await connection.receive(functions.help.GetConfigRequest(), msg_id=400, salt=1)
    assert connection.sent() == [types.BadServerSalt(400, 1, 48, SALT)]
    assert connection.requests == []


@pytest.mark.parametrize(("shift", "code"), [(-301 << 32, 16), (40 << 32, 17), (1, 18)])
async def test_bad_message_id_is_refused_and_nothing_executed(shift: int, code: int) -> None:
    connection = FakeConnection()
    msg_id = (int(time.time()) << 32) + shift
    await connection.receive(functions.help.GetConfigRequest(), msg_id)
    assert connection.sent() == [types.BadMsgNotification(msg_id, 1, code)]
    assert connection.requests == []


async def test_replayed_message_is_executed_once() -> None:
    connection = FakeConnection()
    msg_id = int(time.time()) << 32
    for _ in range(2):
        await connection.receive(functions.help.GetConfigRequest(), msg_id)
    assert connection.requests == [functions.help.GetConfigRequest()]


async def test_acknowledged_messages_are_removed() -> None:
    connection = FakeConnection()
    msg_id = int(time.time()) << 32
    await connection.receive(functions.PingRequest(5), msg_id)
    assert len(connection.session.unacknowledged) == 1  # new_session_created; a pong needs no acknowledgement
    await connection.receive(types.MsgsAck(list(connection.session.unacknowledged)), msg_id + 4)
    assert connection.session.unacknowledged == set()


async def test_sequence_numbers_count_content() -> None:
    connection = FakeConnection()
    connection.session.push(bytes(types.UpdatesTooLong()))
    await asyncio.sleep(0)
    first = connection.last_message()
    connection.session.acknowledge(4)
    await asyncio.sleep(0)
    second = connection.last_message()
    assert (first.seq_no, second.seq_no) == (1, 2)
    assert (first.msg_id % 4, second.msg_id > first.msg_id) == (3, True)


async def test_message_ids_increase_within_one_clock_tick() -> None:
    ids = MessageIds()
    numbers = [ids.next(is_answer=number % 2 == 0) for number in range(1000)]
    assert numbers == sorted(set(numbers))
    assert {number % 4 for number in numbers} == {1, 3}


async def test_tampered_packet_is_refused() -> None:
    key = AuthKey(bytes(range(256)))
    packet = bytearray(encrypt(key, ProtocolMessage(1, 2, 4, 1, bytes(8))))
    with pytest.raises(InvalidMessage, match="msg_key"):  # encrypted with the server's half of the key
        decrypt(key, bytes(packet))
    with pytest.raises(InvalidMessage, match="blocks"):
        decrypt(key, bytes(packet[:-1]))


async def test_client_recovers_from_a_changed_salt(clients: Clients) -> None:
    client = await clients.login(SHOP)
    clients.server.rotate_salts()
    await client.send_message("anna", "after the salt")
    assert [message.text for message in clients.server.received("@anna")] == ["after the salt"]
    assert clients.server.count("messages.sendMessage") == 1


async def test_unknown_key_is_refused(clients: Clients) -> None:
    session = clients.server.authorize(SHOP).fill(MemorySession())
    clients.server.forget_keys(SHOP)
    with pytest.raises(AuthKeyNotFound):
        await clients.make(session).connect()


async def test_key_of_another_data_center_is_unknown(clients: Clients) -> None:
    session = clients.server.authorize(SHOP).fill(MemorySession())
    session.set_dc(4, *clients.server.address(4))
    with pytest.raises(AuthKeyNotFound):
        await clients.make(session).connect()


async def test_many_requests_in_containers(clients: Clients) -> None:
    client = await clients.login(SHOP)
    answers = await client([functions.users.GetUsersRequest([types.InputUserSelf()]) for _ in range(40)])
    assert [people[0].username for people in answers] == ["shop"] * 40


async def test_compressed_requests_and_answers(clients: Clients) -> None:
    client = await clients.login(SHOP)
    text = "again and again " * 250
    await client.send_message("anna", text)
    assert [message.text for message in clients.server.received("@anna")] == [text.strip()]
    assert (await client.get_messages("anna"))[0].text == text.strip()


async def test_ping(clients: Clients) -> None:
    client = await clients.login(SHOP)
    assert (await invoke(client, functions.PingRequest(31))).ping_id == 31
    assert (await invoke(client, functions.PingDelayDisconnectRequest(32, 75))).ping_id == 32


async def test_client_acknowledges_what_it_gets(clients: Clients) -> None:
    client = await clients.login(SHOP)
    received_events = listen(client, events.NewMessage)
    clients.server.deliver(ANNA, SHOP, "hello")
    await received_events.until(1)
    for number in range(2):  # acknowledgements are sent with the next request, or before it
        await invoke(client, functions.PingRequest(number))
    assert clients.server.unacknowledged(SHOP) == 0


async def test_request_before_init_connection_is_refused(clients: Clients) -> None:
    client = clients.make()
    connection = client._connection(*clients.server.address(), 2, loggers=client._log)
    await client._sender.connect(connection)
    with pytest.raises(ConnectionNotInitedError):
        await invoke(client, functions.help.GetConfigRequest())


async def test_unhandled_request_is_refused_by_name(clients: Clients) -> None:
    client = await clients.login(SHOP)
    with pytest.raises(InputMethodInvalidError):
        await invoke(client, functions.messages.GetStickersRequest("x", 0))
    assert clients.server.count("messages.getStickers") == 1
