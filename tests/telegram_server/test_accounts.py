"""Freezes, refused applications, one address per key, a foreign RSA key, and an obfuscated transport."""

import pytest
from telethon import TelegramClient
from telethon.errors import ApiIdInvalidError, AuthKeyDuplicatedError, FrozenMethodInvalidError, UpdateAppToLoginError
from telethon.network import ConnectionTcpObfuscated
from telethon.sessions import MemorySession
from telethon.tl import functions

from messaging.telegram.transport import Unreachable
from tests.telegram_server import TelegramServer, generate_key

from .conftest import ANNA, SHOP, Clients, invoke

pytestmark = pytest.mark.asyncio


async def app_config(client: TelegramClient) -> dict[str, object]:
    answer = await invoke(client, functions.help.GetAppConfigRequest(hash=0))
    return {each.key: each.value.value for each in answer.config.value}


async def test_frozen_user_reads_and_cannot_write(clients: Clients, server: TelegramServer) -> None:
    client = await clients.login(SHOP)
    limits = await app_config(client)
    assert limits["caption_length_limit_default"] == 1024
    server.freeze(SHOP, since=100, until=200, appeal_url="https://t.me/spambot")
    with pytest.raises(FrozenMethodInvalidError):
        await client.send_message("anna", "Hello")
    server.deliver(ANNA, SHOP, "Are you there?")
    assert [message.text for message in await client.get_messages("anna")] == ["Are you there?"]
    dates = {"freeze_since_date": 100, "freeze_until_date": 200, "freeze_appeal_url": "https://t.me/spambot"}
    assert await app_config(client) == limits | dates
    server.thaw(SHOP)
    await client.send_message("anna", "Here I am")
    assert [message.text for message in server.received(ANNA)] == ["Here I am"]


@pytest.mark.parametrize("refusal", [ApiIdInvalidError, UpdateAppToLoginError])
async def test_refused_application_does_not_connect(clients: Clients, server: TelegramServer, refusal: type) -> None:
    names = {ApiIdInvalidError: "API_ID_INVALID", UpdateAppToLoginError: "UPDATE_APP_TO_LOGIN"}
    server.refuse_clients(names[refusal])
    with pytest.raises(refusal):
        await clients.login(SHOP)
    server.refuse_clients(None)
    assert (await (await clients.login(SHOP)).get_me()).username == "shop"


async def test_key_may_be_used_from_one_address_only(clients: Clients, server: TelegramServer) -> None:
    server.configure(allows_one_address=True)
    session = server.authorize(SHOP)
    for _ in range(2):
        client = clients.make(session.fill(MemorySession()), local_addr="127.0.0.1")
        await client.connect()
    with pytest.raises(AuthKeyDuplicatedError):
        await clients.make(session.fill(MemorySession()), local_addr="127.0.0.2").connect()
    with pytest.raises(AuthKeyDuplicatedError):
        await invoke(client, functions.updates.GetStateRequest())


async def test_what_a_client_says_of_itself_is_kept(clients: Clients, server: TelegramServer) -> None:
    for version in ("1", "2", "1"):
        await clients.login(SHOP, device_model="Phone", system_version="9", app_version=version, lang_code="de")
    assert server.identities(SHOP) == [["Phone", "9", "1", "de", "en"], ["Phone", "9", "2", "de", "en"]]


async def test_server_with_an_unregistered_key_is_not_trusted(clients: Clients) -> None:
    async with TelegramServer(key=generate_key()) as stranger:
        session = MemorySession()
        session.set_dc(2, *stranger.address())
        with pytest.raises(Unreachable, match="a key that this version does not know"):
            await clients.make(session).connect()


async def test_obfuscated_transport_carries_handshake_and_long_packets(clients: Clients) -> None:
    client = clients.make(connection=ConnectionTcpObfuscated)
    await client.connect()
    await client.send_code_request(SHOP)
    await client.sign_in(SHOP, clients.server.login_code(SHOP))
    text = "".join(chr(0x4E00 + number) for number in range(4000))
    await client.send_message("anna", text)
    assert [message.text for message in clients.server.received("@anna")] == [text]
