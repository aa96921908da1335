"""What disturbs the stream of updates. After each disturbance a message is delivered and must arrive, if Telethon by
itself manages that."""

import asyncio
import contextlib
import time
from typing import Any

import pytest
from telethon import events, functions
from telethon.errors import PersistentTimestampEmptyError, PersistentTimestampInvalidError, RandomIdDuplicateError
from telethon.sessions import MemorySession
from telethon.tl import types

from .conftest import ANNA, SHOP, Clients, invoke, listen
from .test_updates import difference_since

pytestmark = pytest.mark.asyncio


async def login(clients: Clients) -> Any:
    """A client of the shop that has asked for its first difference."""
    client = await clients.login(SHOP)
    await clients.server.until(lambda: clients.server.count("updates.getDifference", SHOP) == 1)
    await ping(client)
    return client


async def ping(client: Any) -> None:
    """Afterwards the client has handled whatever the server sent before."""
    await invoke(client, functions.PingRequest(1))


async def message(client: Any, text: str = "hello", random_id: int = 77) -> Any:
    peer = await client.get_input_entity("anna")
    return functions.messages.SendMessageRequest(peer, text, random_id=random_id)


async def test_deletion_is_pushed_to_both_users(clients: Clients) -> None:
    shop, anna = await clients.login(SHOP), await clients.login(ANNA)
    shop_events, anna_events = listen(shop, events.MessageDeleted), listen(anna, events.MessageDeleted)
    arriving = listen(shop, events.NewMessage)
    ids = clients.server.deliver(ANNA, SHOP, "sent by mistake")
    clients.server.delete(ANNA, ids.sender_message_id)
    assert (await shop_events.until(1))[0].deleted_ids == [ids.recipient_message_id]
    assert (await anna_events.until(1))[0].deleted_ids == [ids.sender_message_id]
    assert clients.server.received(SHOP) == clients.server.sent(ANNA) == []
    assert [each.text for each in await shop.get_messages("anna")] == []
    next_ids = clients.server.deliver(ANNA, SHOP, "after")
    assert next_ids.recipient_message_id == ids.recipient_message_id + 1
    assert [each.text for each in await arriving.until(2)] == ["sent by mistake", "after"]


async def test_difference_has_edits_reads_and_deletions(clients: Clients) -> None:
    client = await login(clients)
    first = clients.server.deliver(ANNA, SHOP, "one")
    second = clients.server.deliver(ANNA, SHOP, "two")
    third = clients.server.deliver(SHOP, ANNA, "three")
    clients.server.edit(ANNA, first.sender_message_id, "one, edited")
    clients.server.delete(ANNA, second.sender_message_id)
    clients.server.read(SHOP, ANNA)
    clients.server.read(ANNA, SHOP)
    difference = await invoke(client, difference_since(1))
    assert [each.message for each in difference.new_messages] == ["one, edited", "three"]
    edited, deleted, read_here, read_there = difference.other_updates
    assert (type(edited), edited.message.message, edited.pts) == (types.UpdateEditMessage, "one, edited", 5)
    assert deleted == types.UpdateDeleteMessages([second.recipient_message_id], 6, 1)
    anna = types.PeerUser(clients.server.find(ANNA).id)
    assert read_here == types.UpdateReadHistoryInbox(anna, first.recipient_message_id, 0, 7, 1)
    assert read_there == types.UpdateReadHistoryOutbox(anna, third.sender_message_id, 8, 1)


async def test_difference_tells_of_which_request_a_message_came(clients: Clients) -> None:
    client = await login(clients)
    await invoke(client, await message(client, random_id=4242))
    clients.server.deliver(SHOP, ANNA, "typed on the phone")
    difference = await invoke(client, difference_since(1))
    assert difference.other_updates == [types.UpdateMessageID(1, 4242)]
    assert [each.message for each in difference.new_messages] == ["hello", "typed on the phone"]


async def test_forgotten_session_gets_nothing_until_it_makes_a_request(clients: Clients) -> None:
    client = await login(clients)
    arriving = listen(client, events.NewMessage)
    assert clients.server.forget_sessions(SHOP) == 1
    clients.server.deliver(ANNA, SHOP, "while forgotten")
    salts: list[int] = []
    handlers = client._sender._handlers
    handle = handlers[types.NewSessionCreated.CONSTRUCTOR_ID]

    async def created(each: Any) -> None:
        salts.append(each.obj.server_salt)
        await handle(each)

    handlers[types.NewSessionCreated.CONSTRUCTOR_ID] = created
    await ping(client)
    clients.server.deliver(ANNA, SHOP, "still forgotten")
    await ping(client)
    assert (len(salts), arriving.events, clients.server.connected(SHOP)) == (1, [], 1)
    await client(functions.updates.GetStateRequest())
    clients.server.deliver(ANNA, SHOP, "after")  # its pts shows the client that it has missed something
    texts = [each.text for each in await arriving.until(3)]
    assert texts == ["while forgotten", "still forgotten", "after"]


@pytest.mark.parametrize("seconds", [900, -900])
async def test_clock_of_one_user(clients: Clients, seconds: int) -> None:
    """A new client takes the server's time; the other user's stays."""
    clients.server.shift_clock(SHOP, seconds)
    client, other = await clients.login(SHOP), await clients.login(ANNA)
    arriving = listen(client, events.NewMessage)
    for each, shift in ((client, seconds), (other, 0)):
        config = await each(functions.help.GetConfigRequest())
        state = await each(functions.updates.GetStateRequest())
        for date in (config.date, state.date):
            assert abs(date.timestamp() - time.time() - shift) < 60
        assert abs(each._sender._state.time_offset - shift) < 60
    clients.server.deliver(ANNA, SHOP, "hello")
    (event,) = await arriving.until(1)
    assert abs(event.date.timestamp() - time.time() - seconds) < 60
    assert abs(clients.server.sent(ANNA)[0].date - time.time()) < 60


@pytest.mark.parametrize(("seconds", "code"), [(900, 16), (-900, 17)])
async def test_client_takes_the_new_time_when_a_request_is_refused(clients: Clients, seconds: int, code: int) -> None:
    client = await login(clients)
    arriving = listen(client, events.NewMessage)
    clients.server.shift_clock(SHOP, seconds)
    handlers, refusals = client._sender._handlers, []
    handle = handlers[types.BadMsgNotification.CONSTRUCTOR_ID]

    async def refused(each: Any) -> None:
        refusals.append(each.obj.error_code)
        await handle(each)

    handlers[types.BadMsgNotification.CONSTRUCTOR_ID] = refused
    for _ in range(30):
        # Two refusals may come in one container, which Telethon judges by the time and drops, and the request with it.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await invoke(client, functions.updates.GetStateRequest())
                break
    assert set(refusals) == {code}
    assert abs(client._sender._state.time_offset - seconds) < 60
    clients.server.deliver(ANNA, SHOP, "after")
    assert (await arriving.until(1))[0].text == "after"


async def test_client_whose_clock_is_a_little_behind_is_deaf(clients: Clients) -> None:
    """The server accepts its requests and it drops the answers, so it never learns the time. A new client does."""
    client = await login(clients)
    clients.server.shift_clock(SHOP, 100)
    pending = asyncio.ensure_future(invoke(client, functions.updates.GetStateRequest()))
    await clients.server.until(lambda: clients.server.count("updates.getState") == 2)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await asyncio.shield(pending)
    await client.disconnect()
    again = await clients.login(SHOP)
    arriving = listen(again, events.NewMessage)
    clients.server.deliver(ANNA, SHOP, "after")
    assert (await arriving.until(1))[0].text == "after"


async def test_ignored_request_is_never_answered(clients: Clients) -> None:
    client = await login(clients)
    arriving = listen(client, events.NewMessage)
    clients.server.ignore("updates.getState", phone=SHOP)
    pending = asyncio.ensure_future(invoke(client, functions.updates.GetStateRequest()))
    await clients.server.until(lambda: clients.server.count("updates.getState") == 2)
    await ping(client)
    clients.server.deliver(ANNA, SHOP, "meanwhile")
    assert (await arriving.until(1))[0].text == "meanwhile"
    assert (await invoke(client, functions.updates.GetStateRequest())).pts == 2
    assert not pending.done()
    pending.cancel()


async def test_ignored_send_has_an_effect_if_it_is_ignored_afterwards(clients: Clients) -> None:
    client = await login(clients)
    clients.server.ignore("messages.sendMessage", when="after")
    pending = asyncio.ensure_future(invoke(client, await message(client)))
    await clients.server.until(lambda: len(clients.server.received(ANNA)) == 1)
    assert clients.server.disconnect(SHOP) == 1
    assert isinstance(await pending, types.Updates)  # resent after the reconnection: a duplicate
    assert len(clients.server.received(ANNA)) == 1


async def test_lost_pushes_are_in_the_next_difference(clients: Clients) -> None:
    client = await login(clients)
    arriving = listen(client, events.NewMessage)
    clients.server.lose_pushes(SHOP)
    clients.server.deliver(ANNA, SHOP, "lost")
    assert (await client(functions.updates.GetStateRequest())).pts == 2
    clients.server.lose_pushes(SHOP, False)
    assert arriving.events == []
    clients.server.deliver(ANNA, SHOP, "after")
    assert [each.text for each in await arriving.until(2)] == ["lost", "after"]


async def test_difference_that_is_too_long_while_connected(clients: Clients) -> None:
    """What is lost this way is in the history only."""
    client = await login(clients)
    arriving = listen(client, events.NewMessage)
    clients.server.lose_pushes(SHOP)
    clients.server.deliver(ANNA, SHOP, "in the history")
    clients.server.lose_pushes(SHOP, False)
    asked = clients.server.count("updates.getDifference")
    assert clients.server.difference_too_long(SHOP) == 1
    await clients.server.until(lambda: clients.server.count("updates.getDifference") > asked)
    await ping(client)
    clients.server.deliver(ANNA, SHOP, "after")
    assert [each.text for each in await arriving.until(1)] == ["after"]
    assert [each.text for each in await client.get_messages("anna", limit=2)] == ["after", "in the history"]


async def test_difference_that_is_too_long_at_the_start(clients: Clients) -> None:
    clients.server.deliver(ANNA, SHOP, "missed")
    assert clients.server.difference_too_long(SHOP, times=2) == 0
    client = await login(clients)
    assert await invoke(client, difference_since(1)) == types.updates.DifferenceTooLong(2)
    assert isinstance(await invoke(client, difference_since(1)), types.updates.Difference)


async def test_restarted_pts_is_invalid(clients: Clients) -> None:
    client = await login(clients)
    clients.server.deliver(ANNA, SHOP, "one")
    clients.server.restart_pts(SHOP)
    with pytest.raises(PersistentTimestampInvalidError):
        await invoke(client, difference_since(2))
    clients.server.fail("updates.getDifference", "PERSISTENT_TIMESTAMP_EMPTY", phone=SHOP)
    with pytest.raises(PersistentTimestampEmptyError):
        await invoke(client, difference_since(1))
    assert (await client(functions.updates.GetStateRequest())).pts == 1
    clients.server.deliver(ANNA, SHOP, "two")
    assert [each.message for each in (await invoke(client, difference_since(1))).new_messages] == ["two"]


async def test_changed_pts_is_pushed(clients: Clients) -> None:
    """Telethon takes no notice, so what follows seems to have been handled; a client without a state hears it."""
    client = await login(clients)
    arriving, raw = listen(client, events.NewMessage), listen(client, events.Raw, types=types.UpdatePtsChanged)
    for number in range(2):
        clients.server.deliver(ANNA, SHOP, f"m{number}")
    await arriving.until(2)
    assert clients.server.push_pts_changed(SHOP) == 1
    await raw.until(1)
    clients.server.deliver(ANNA, SHOP, "skipped")
    await ping(client)
    assert len(arriving.events) == 2
    again = clients.make(clients.server.authorize(SHOP).fill(MemorySession()))
    await again.connect()
    heard = listen(again, events.NewMessage)
    clients.server.deliver(ANNA, SHOP, "after")
    assert (await heard.until(1))[0].text == "after"


async def test_changed_text(clients: Clients) -> None:
    client = await login(clients)
    clients.server.change_texts(SHOP)
    await invoke(client, await message(client, "one", 1))
    await invoke(client, await message(client, "two", 2))
    assert [each.text for each in clients.server.received(ANNA)] == ["one (changed)", "two"]


async def test_duplicates_of_one_user(clients: Clients) -> None:
    clients.server.answer_duplicates(SHOP, "error")
    client = await login(clients)
    await invoke(client, await message(client))
    with pytest.raises(RandomIdDuplicateError):
        await invoke(client, await message(client))
