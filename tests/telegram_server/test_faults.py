"""Injected errors, lost answers, hanging requests, and outages, as Telethon's client sees them."""

import asyncio
import time
from typing import Any

import pytest
from telethon import functions
from telethon.errors import (
    AuthKeyDuplicatedError,
    AuthKeyUnregisteredError,
    FloodWaitError,
    InputUserDeactivatedError,
    PeerFloodError,
    RpcCallFailError,
    RPCError,
    ServerError,
    SessionRevokedError,
    TimedOutError,
    UserDeactivatedBanError,
    UsernameNotOccupiedError,
    UserPrivacyRestrictedError,
)
from telethon.sessions import MemorySession
from telethon.tl import types

from .conftest import ANNA, SHOP, Clients, invoke

pytestmark = pytest.mark.asyncio

SEND = "messages.sendMessage"


async def message(client: Any, text: str = "hello", random_id: int = 77) -> Any:
    peer = await client.get_input_entity("anna")
    return functions.messages.SendMessageRequest(peer, text, random_id=random_id)


def received(clients: Clients) -> list[str]:
    return [each.text for each in clients.server.received(ANNA)]


@pytest.mark.parametrize(
    ("name", "code", "error"),
    [
        ("FLOOD_WAIT_30", 420, FloodWaitError),
        ("PEER_FLOOD", 400, PeerFloodError),
        ("USER_PRIVACY_RESTRICTED", 403, UserPrivacyRestrictedError),
        ("USERNAME_NOT_OCCUPIED", 400, UsernameNotOccupiedError),
        ("INPUT_USER_DEACTIVATED", 400, InputUserDeactivatedError),
        ("AUTH_KEY_UNREGISTERED", 401, AuthKeyUnregisteredError),
        ("AUTH_KEY_DUPLICATED", 406, AuthKeyDuplicatedError),
        ("SESSION_REVOKED", 401, SessionRevokedError),
        ("USER_DEACTIVATED_BAN", 401, UserDeactivatedBanError),
        ("RPC_CALL_FAIL", 500, RpcCallFailError),
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_refusal_by_name(clients: Clients, name: str, code: int, error: type[RPCError], when: str) -> None:
    client = await clients.login(SHOP)
    request = await message(client)
    clients.server.fail(SEND, name, when=when)
    with pytest.raises(error) as refusal:
        await invoke(client, request)
    assert (refusal.value.code, clients.server.faults_left()) == (code, 0)
    assert received(clients) == ([] if when == "before" else ["hello"])
    await invoke(client, request)
    assert received(clients) == ["hello"]
    assert clients.server.count(SEND) == 2


@pytest.mark.parametrize(
    ("name", "code", "error"),
    [
        ("INTERDC_5_CALL_ERROR", 500, ServerError),
        ("SOMETHING_NEW", 500, ServerError),
        ("Timeout", -503, TimedOutError),
        ("No workers running", -500, ServerError),
        ("PRIVACY_PREMIUM_REQUIRED", 406, RPCError),
    ],
)
async def test_refusal_by_code_and_name(clients: Clients, name: str, code: int, error: type[RPCError]) -> None:
    client = await clients.login(SHOP)
    clients.server.fail(SEND, name, code=code)
    with pytest.raises(error):
        await invoke(client, await message(client))
    assert received(clients) == []


async def test_flood_wait_says_for_how_long(clients: Clients) -> None:
    client = await clients.login(SHOP)
    clients.server.fail(SEND, "FLOOD_WAIT_86400")
    with pytest.raises(FloodWaitError) as refusal:
        await invoke(client, await message(client))
    assert refusal.value.seconds == 86400


async def test_unknown_name_without_a_code_is_an_error(clients: Clients) -> None:
    with pytest.raises(ValueError, match="FLOD_WAIT_3"):
        clients.server.fail(SEND, "FLOD_WAIT_3")
    with pytest.raises(ValueError, match="at least once"):
        clients.server.fail(SEND, "PEER_FLOOD", times=0)
    assert clients.server.faults_left() == 0


async def test_faults_happen_n_times_and_in_order(clients: Clients) -> None:
    client = await clients.login(SHOP)
    clients.server.fail(SEND, "PEER_FLOOD", times=2)
    clients.server.fail(SEND, "FLOOD_WAIT_5")
    errors = []
    for _ in range(3):
        with pytest.raises(RPCError) as refusal:
            await invoke(client, await message(client))
        errors.append(type(refusal.value))
    assert errors == [PeerFloodError, PeerFloodError, FloodWaitError]
    await invoke(client, await message(client))
    assert received(clients) == ["hello"]


async def test_fault_of_one_user(clients: Clients) -> None:
    shop, anna = await clients.login(SHOP), await clients.login(ANNA)
    clients.server.fail("users.getUsers", "PEER_FLOOD", phone=SHOP)
    me = functions.users.GetUsersRequest([types.InputUserSelf()])
    assert len(await invoke(anna, me)) == 1
    with pytest.raises(PeerFloodError):
        await invoke(shop, me)


async def test_fault_of_one_login(clients: Clients) -> None:
    client = clients.make(flood_sleep_threshold=0)
    await client.connect()
    clients.server.fail("auth.sendCode", "FLOOD_WAIT_60", phone=SHOP)
    assert await client.send_code_request(ANNA)
    with pytest.raises(FloodWaitError):
        await client.send_code_request(SHOP)
    assert clients.server.count("auth.sendCode", SHOP) == 1


async def test_cleared_faults_do_not_happen(clients: Clients) -> None:
    client = await clients.login(SHOP)
    clients.server.fail(SEND, "PEER_FLOOD", times=9)
    clients.server.clear_faults()
    await invoke(client, await message(client))
    assert received(clients) == ["hello"]


@pytest.mark.parametrize("duplicates", ["original", "error"])
async def test_request_is_repeated_after_a_lost_answer_and_the_message_sent_once(
    clients: Clients, duplicates: str
) -> None:
    clients.server.configure(duplicates=duplicates)
    client = await clients.login(SHOP)
    request = await message(client)
    clients.server.lose(SEND)
    if duplicates == "error":
        with pytest.raises(RPCError) as refusal:
            await invoke(client, request)
        assert type(refusal.value).__name__ == "RandomIdDuplicateError"
    else:
        again = await invoke(client, request)  # Telethon has reconnected and sent the same bytes again
        assert again.updates[0] == types.UpdateMessageID(1, 77)
    assert (received(clients), clients.server.count(SEND)) == (["hello"], 2)


async def test_connection_lost_before_the_effect(clients: Clients) -> None:
    client = await clients.login(SHOP)
    clients.server.lose(SEND, when="before")
    sent = await invoke(client, await message(client))
    assert isinstance(sent, types.UpdateShortSentMessage)
    assert (received(clients), clients.server.count(SEND)) == (["hello"], 2)


async def test_hanging_request_is_delayed(clients: Clients) -> None:
    client = await clients.login(SHOP)
    clients.server.hang(SEND, 0.5)
    started = time.monotonic()
    await invoke(client, await message(client))
    assert (received(clients), time.monotonic() - started >= 0.5) == (["hello"], True)


async def test_hanging_request_does_not_block_others(clients: Clients) -> None:
    client = await clients.login(SHOP)
    clients.server.hang(SEND, 60)
    pending = asyncio.ensure_future(invoke(client, await message(client)))
    await clients.server.until(lambda: clients.server.count(SEND) == 1)
    assert (await client.get_me()).username == "shop"
    assert (received(clients), pending.done()) == ([], False)
    clients.server.resume_hanging()
    await asyncio.wait_for(pending, 10)
    assert received(clients) == ["hello"]
    clients.server.hang(SEND, 60)
    pending = asyncio.ensure_future(invoke(client, await message(client, random_id=78)))
    await clients.server.until(lambda: clients.server.count(SEND) == 2)
    await client.get_me()
    assert (received(clients), pending.done()) == (["hello"], False)
    clients.server.resume_hanging()
    await asyncio.wait_for(pending, 10)


async def test_request_that_hangs_after_its_effect(clients: Clients) -> None:
    client = await clients.login(SHOP)
    clients.server.hang(SEND, 60, when="after")
    pending = asyncio.ensure_future(invoke(client, await message(client)))
    await clients.server.until(lambda: len(clients.server.received(ANNA)) == 1)
    await client.get_me()
    assert not pending.done()
    await client.disconnect()
    with pytest.raises(asyncio.CancelledError):
        await pending


async def test_abandoned_request_is_still_executed(clients: Clients) -> None:
    client = await clients.login(SHOP)
    clients.server.hang(SEND, 60)
    pending = asyncio.ensure_future(invoke(client, await message(client)))
    await clients.server.until(lambda: clients.server.count(SEND) == 1)
    pending.cancel()
    await client.disconnect()
    assert received(clients) == []
    clients.server.resume_hanging()
    await clients.server.until(lambda: len(clients.server.received(ANNA)) == 1)


@pytest.mark.parametrize("name", ["AUTH_KEY_UNREGISTERED", "SESSION_REVOKED", "USER_DEACTIVATED_BAN"])
async def test_revoked_sessions_are_refused_until_a_new_login(clients: Clients, name: str) -> None:
    client = await clients.login(SHOP)
    request = await message(client)
    clients.server.revoke(SHOP, name)
    with pytest.raises(RPCError) as refusal:
        await invoke(client, request)
    assert (refusal.value.code, received(clients)) == (401, [])
    again = clients.make(client.session)
    await again.connect()
    assert not await again.is_user_authorized()
    await again.send_code_request(SHOP)
    await again.sign_in(SHOP, clients.server.login_code(SHOP))
    assert (await again.get_me()).username == "shop"


async def test_duplicated_key_stays_refused(clients: Clients) -> None:
    session = clients.server.authorize(SHOP).fill(MemorySession())
    assert clients.server.revoke(SHOP, "AUTH_KEY_DUPLICATED") == 1
    for _ in range(2):
        with pytest.raises(AuthKeyDuplicatedError):
            await clients.make(session).connect()


async def test_second_connection_of_a_key_makes_it_unusable_if_configured(clients: Clients) -> None:
    clients.server.configure(allows_one_connection=True)
    prepared = clients.server.authorize(SHOP)
    first = clients.make(prepared.fill(MemorySession()))
    await first.connect()
    request = await message(first)
    await invoke(first, request)
    with pytest.raises(AuthKeyDuplicatedError):
        await clients.make(prepared.fill(MemorySession())).connect()
    with pytest.raises(AuthKeyDuplicatedError):
        await invoke(first, await message(first, "second", 78))
    assert received(clients) == ["hello"]


async def test_connections_are_counted(clients: Clients) -> None:
    first, second = await clients.login(SHOP), await clients.login(SHOP)
    assert clients.server.connected(SHOP) == 2
    await first.disconnect()
    await clients.server.until(lambda: clients.server.connected(SHOP) == 1)
    await second.disconnect()
    await clients.server.until(lambda: clients.server.connected(SHOP) == 0)
    assert (clients.server.peak_connected(SHOP), clients.server.peak_connected(ANNA)) == (2, 0)


async def test_outage_and_return(clients: Clients) -> None:
    client = await clients.login(SHOP, connection_retries=200)
    request = await message(client)
    await clients.server.go_down()
    with pytest.raises(OSError):
        await asyncio.open_connection(*clients.server.address())
    pending = asyncio.ensure_future(invoke(client, request))
    await asyncio.sleep(0)
    await clients.server.come_back()
    await pending
    assert received(clients) == ["hello"]


async def test_waiting_times_out(clients: Clients) -> None:
    with pytest.raises(TimeoutError):
        await clients.server.until(lambda: clients.server.count(SEND) == 1, seconds=0.05)
