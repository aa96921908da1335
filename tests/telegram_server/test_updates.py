"""Pushed updates and differences, with Telethon's client."""

from datetime import UTC, datetime
from typing import Any

import pytest
from telethon import events, functions
from telethon.errors import AuthKeyUnregisteredError, PersistentTimestampInvalidError
from telethon.sessions import MemorySession
from telethon.tl import types

from .conftest import ANNA, SHOP, Clients, invoke, listen

pytestmark = pytest.mark.asyncio


def difference_since(pts: int, total_limit: int | None = None) -> Any:
    return functions.updates.GetDifferenceRequest(pts, datetime.now(UTC), 0, pts_total_limit=total_limit)


async def test_incoming_message_is_pushed_with_its_sender(clients: Clients) -> None:
    client = await clients.login(SHOP)
    received_events = listen(client, events.NewMessage)
    clients.server.deliver(ANNA, SHOP, "hello")
    (event,) = await received_events.until(1)
    sender = await event.get_sender()
    assert (event.text, event.out, event.id, sender.username) == ("hello", False, 1, "anna")
    await event.respond("hello Anna")
    assert [message.text for message in clients.server.received(ANNA)] == ["hello Anna"]


async def test_message_between_two_clients(clients: Clients) -> None:
    shop, anna = await clients.login(SHOP), await clients.login(ANNA)
    received_events = listen(anna, events.NewMessage)
    await shop.send_message("anna", "live")
    (event,) = await received_events.until(1)
    assert event.text == "live"


async def test_message_from_the_phone_is_pushed_as_outgoing(clients: Clients) -> None:
    client = await clients.login(SHOP)
    received_events = listen(client, events.NewMessage)
    clients.server.deliver(SHOP, ANNA, "typed on the phone")
    (event,) = await received_events.until(1)
    assert (event.text, event.out, (await event.get_chat()).username) == ("typed on the phone", True, "anna")


async def test_own_send_reaches_the_other_session_only(clients: Clients) -> None:
    client, other = await clients.login(SHOP), await clients.login(SHOP)
    own_events, other_events = listen(client, events.NewMessage), listen(other, events.NewMessage)
    await client.send_message("anna", "sent here")
    (event,) = await other_events.until(1)
    assert (event.text, event.out) == ("sent here", True)
    clients.server.deliver(ANNA, SHOP, "answer")  # both sessions receive this, and in order
    assert [each.text for each in await own_events.until(1)] == ["answer"]
    assert [each.text for each in await other_events.until(2)] == ["sent here", "answer"]


async def test_short_updates(clients: Clients) -> None:
    clients.server.configure(has_short_updates=True)
    client = await clients.login(SHOP)
    received_events, raw = listen(client, events.NewMessage), listen(client, events.Raw)
    clients.server.deliver(ANNA, SHOP, "short")
    clients.server.deliver(SHOP, ANNA, "from the phone")
    received = [(each.text, each.out) for each in await received_events.until(2)]
    assert received == [("short", False), ("from the phone", True)]
    assert [type(each) for each in await raw.until(2)] == [types.UpdateShortMessage] * 2


async def test_edit_is_pushed_to_both_users(clients: Clients) -> None:
    shop, anna = await clients.login(SHOP), await clients.login(ANNA)
    shop_events, anna_events = listen(shop, events.MessageEdited), listen(anna, events.MessageEdited)
    ids = clients.server.deliver(ANNA, SHOP, "helo")
    clients.server.edit(ANNA, ids.sender_message_id, "hello")
    (event,) = await shop_events.until(1)
    assert (event.id, event.text, event.message.edit_date is not None) == (ids.recipient_message_id, "hello", True)
    assert (await anna_events.until(1))[0].out


async def test_reading_is_pushed_to_both_users(clients: Clients) -> None:
    shop, anna = await clients.login(SHOP), await clients.login(ANNA)
    received_events = listen(anna, events.MessageRead)
    phone = listen(shop, events.MessageRead, inbox=True)
    clients.server.deliver(ANNA, SHOP, "read me")
    clients.server.read(SHOP, ANNA)
    assert (await received_events.until(1))[0].max_id == 1
    assert (await phone.until(1))[0].max_id == 1


async def test_unsubscribed_client_gets_no_updates(clients: Clients) -> None:
    unsubscribed, subscribed = await clients.login(SHOP, receive_updates=False), await clients.login(SHOP)
    no_events, received_events = listen(unsubscribed, events.Raw), listen(subscribed, events.NewMessage)
    clients.server.deliver(ANNA, SHOP, "hello")
    await received_events.until(1)
    await unsubscribed.get_me()  # its answer left the server after the push
    assert no_events.events == []


async def test_state_and_difference(clients: Clients) -> None:
    client = await clients.login(SHOP)
    assert (await client(functions.updates.GetStateRequest())).pts == 1
    clients.server.deliver(ANNA, SHOP, "one")
    ids = clients.server.deliver(SHOP, ANNA, "two")
    clients.server.edit(SHOP, ids.sender_message_id, "two, edited")
    state = await client(functions.updates.GetStateRequest())
    assert (state.pts, state.unread_count) == (4, 1)
    difference = await invoke(client, difference_since(1))
    assert [message.message for message in difference.new_messages] == ["one", "two, edited"]
    assert [(type(each), each.pts) for each in difference.other_updates] == [(types.UpdateEditMessage, 4)]
    assert (difference.state.pts, {user.username for user in difference.users}) == (4, {"shop", "anna"})
    assert isinstance(await invoke(client, difference_since(4)), types.updates.DifferenceEmpty)


async def test_difference_comes_in_slices(clients: Clients) -> None:
    clients.server.configure(difference_limit=2)
    for number in range(5):
        clients.server.deliver(ANNA, SHOP, f"m{number}")
    client = await clients.login(SHOP)
    first = await invoke(client, difference_since(1))
    assert isinstance(first, types.updates.DifferenceSlice)
    assert ([message.message for message in first.new_messages], first.intermediate_state.pts) == (["m0", "m1"], 3)
    last = await invoke(client, difference_since(5))
    assert isinstance(last, types.updates.Difference)
    assert ([message.message for message in last.new_messages], last.state.pts) == (["m4"], 6)


async def test_difference_that_is_too_long_or_from_an_invalid_state(clients: Clients) -> None:
    for number in range(5):
        clients.server.deliver(ANNA, SHOP, f"m{number}")
    client = await clients.login(SHOP)
    assert await invoke(client, difference_since(1, total_limit=4)) == types.updates.DifferenceTooLong(6)
    assert isinstance(await invoke(client, difference_since(1, total_limit=5)), types.updates.Difference)
    for pts in (0, 7):
        with pytest.raises(PersistentTimestampInvalidError):
            await invoke(client, difference_since(pts))


@pytest.mark.parametrize("limit", [100, 2])
async def test_client_catches_up_after_being_offline(clients: Clients, limit: int) -> None:
    clients.server.configure(difference_limit=limit)
    session = clients.server.authorize(SHOP).fill(MemorySession())
    first = clients.make(session)
    await first.connect()
    received_events = listen(first, events.NewMessage)
    clients.server.deliver(ANNA, SHOP, "before")
    await received_events.until(1)
    await first.disconnect()  # saves the state of updates into the session
    for number in range(5):
        clients.server.deliver(ANNA, SHOP, f"missed {number}")

    second = clients.make(session, catch_up=True, sequential_updates=True)
    received_events = listen(second, events.NewMessage)
    await second.connect()
    assert [event.text for event in await received_events.until(5)] == [f"missed {number}" for number in range(5)]
    clients.server.deliver(ANNA, SHOP, "live again")
    assert (await received_events.until(6))[5].text == "live again"


async def test_client_fills_a_gap_after_reconnecting(clients: Clients) -> None:
    client = await clients.login(SHOP, sequential_updates=True)
    received_events = listen(client, events.NewMessage)
    assert clients.server.disconnect(SHOP) == 1
    clients.server.deliver(ANNA, SHOP, "while away")
    await clients.server.until(lambda: clients.server.count("users.getUsers") == 2)  # Telethon is back
    clients.server.deliver(ANNA, SHOP, "after")
    assert [event.text for event in await received_events.until(2)] == ["while away", "after"]


async def test_idle_client_notices_that_it_was_revoked(clients: Clients) -> None:
    client = await clients.login(SHOP)
    other = await clients.login(ANNA)
    assert clients.server.revoke(SHOP) == 1
    await client.disconnected
    assert isinstance(client._updates_error, AuthKeyUnregisteredError)
    assert (await other.get_me()).username == "anna"
