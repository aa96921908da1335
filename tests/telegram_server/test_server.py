"""The server in a thread and in a loop, with many clients, and the names of its users."""

import asyncio
import time

import pytest
from telethon import TelegramClient
from telethon.sessions import MemorySession, StringSession

from tests.telegram_server import TelegramServer, generate_key, register_public_key

from .conftest import ANNA, API, SHOP, Clients

MANY = 50


@pytest.mark.asyncio
async def test_fifty_clients_at_once(clients: Clients) -> None:
    phones = [f"+1777000{number:03}" for number in range(MANY)]
    for phone in phones:
        clients.server.create_user(phone)
    started = time.monotonic()
    connected = await asyncio.gather(*(clients.login(phone) for phone in phones))
    await asyncio.gather(*(client.send_message("anna", client.session.auth_key.key.hex()[:9]) for client in connected))
    seconds = time.monotonic() - started
    expected = {client.session.auth_key.key.hex()[:9] for client in connected}
    assert {message.text for message in clients.server.received(ANNA)} == expected
    assert len(clients.server.received(ANNA)) == MANY
    assert [clients.server.connected(phone) for phone in phones] == [1] * MANY
    assert clients.server.count("messages.sendMessage") == MANY
    assert seconds < 30


@pytest.mark.asyncio
async def test_twenty_handshakes_at_once(clients: Clients) -> None:
    created = [clients.make() for _ in range(20)]
    await asyncio.gather(*(client.connect() for client in created))
    assert len({client.session.auth_key.key for client in created}) == 20


@pytest.mark.asyncio
async def test_server_in_the_loop_of_its_client() -> None:
    async with TelegramServer() as server:
        register_public_key(server.key.public_pem)
        server.create_user(SHOP, username="shop")
        session = StringSession(server.authorize("@shop").to_string())
        client = TelegramClient(session, *API)
        await client.connect()
        await client.send_message("me", "in one loop")
        await server.until(lambda: server.count("messages.sendMessage") == 1)
        assert [message.text for message in server.sent(SHOP)] == ["in one loop"]
        with pytest.raises(RuntimeError, match="until"):
            server.wait(lambda: True)
        await client.disconnect()


def test_server_in_a_thread_serves_blocking_code(server: TelegramServer) -> None:
    async def send() -> None:
        client = TelegramClient(server.authorize(SHOP).fill(MemorySession()), *API)
        await client.connect()
        await client.send_message("anna", "from asyncio.run")
        await client.disconnect()

    asyncio.run(send())
    server.wait(lambda: len(server.received("@anna")) == 1)
    server.wait(lambda: server.connected(SHOP) == 0)
    assert server.counts()["messages.sendMessage"] == 1


def test_taken_port_is_an_error_at_start(server: TelegramServer) -> None:
    _, port = server.address()
    with pytest.raises(OSError), TelegramServer({2: port}):
        raise AssertionError("the port was taken")


def test_two_servers_do_not_share_anything(server: TelegramServer) -> None:
    with TelegramServer(key=generate_key()) as other:
        assert other.address() != server.address()
        with pytest.raises(KeyError):
            other.received(SHOP)


def test_endpoint_has_the_form_of_the_setting(server: TelegramServer) -> None:
    assert server.endpoint() == f"2@127.0.0.1:{server.address()[1]}"
    assert server.endpoint(4) == f"4@127.0.0.1:{server.address(4)[1]}"
    assert server.address() != server.address(4)


def test_users_are_named_by_phone_username_or_id(server: TelegramServer) -> None:
    record = server.create_user("+1 (555) 000-7777", username="Dora", last_name="Doe")
    assert (record.phone, record.username, record.last_name, record.dc_id) == ("15550007777", "Dora", "Doe", 2)
    for who in ("+15550007777", "15550007777", "@dora", record.id):
        server.deliver(who, ANNA, "hi")
    assert [message.peer_id for message in server.received(ANNA)] == [record.id] * 4
    with pytest.raises(ValueError, match="taken"):
        server.create_user("15550007777")
    for unknown in ("+1999", "@nobody", 5):
        with pytest.raises(KeyError):
            server.received(unknown)
