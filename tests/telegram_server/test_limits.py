"""Limits by rate, bots and service accounts, and messages that no person wrote, with Telethon's client."""

import pytest
from telethon import functions
from telethon.errors import FloodWaitError
from telethon.tl import types

from .conftest import ANNA, SHOP, Clients, invoke

pytestmark = pytest.mark.asyncio


async def test_more_requests_than_the_limit_are_refused_for_the_rest_of_its_time(clients: Clients) -> None:
    shop, anna = await clients.login(SHOP), await clients.login(ANNA)
    clients.server.limit("messages.getDialogs", 2, 100)
    request = functions.messages.GetDialogsRequest(None, 0, types.InputPeerEmpty(), 100, 0)
    await invoke(shop, request)
    await invoke(shop, request)
    for _ in range(2):
        with pytest.raises(FloodWaitError) as refusal:
            await invoke(shop, request)
        assert 95 <= refusal.value.seconds <= 100
    await invoke(anna, request)  # has a limit of her own
    assert (clients.server.refused("messages.getDialogs"), clients.server.refused("messages.getHistory")) == (2, 0)


async def test_bot_and_service_account(clients: Clients) -> None:
    clients.server.create_user("+15550009", username="BotFather", first_name="BotFather", bot=True)
    service = clients.server.create_user("+489", first_name="Verification Codes", user_id=489000)
    clients.server.deliver("+489", SHOP, "12345")
    client = await clients.login(SHOP)
    assert service.id == 489000
    assert [(each.entity.id, each.entity.bot) async for each in client.iter_dialogs()] == [(489000, False)]
    assert (await client.get_entity("BotFather")).bot


async def test_messages_are_found_by_id_with_their_users(clients: Clients) -> None:
    ids = clients.server.deliver(ANNA, SHOP, "hello")
    client = await clients.login(SHOP)
    wanted = [types.InputMessageID(each) for each in (ids.recipient_message_id, 99)]
    answer = await invoke(client, functions.messages.GetMessagesRequest(wanted))
    assert [(type(each), each.id) for each in answer.messages] == [(types.Message, 1), (types.MessageEmpty, 99)]
    assert {user.username for user in answer.users} == {"shop", "anna"}


async def test_marks_of_messages_that_no_person_wrote(clients: Clients) -> None:
    clients.server.configure(has_short_updates=True)  # which cannot carry the marks
    client = await clients.login(SHOP)
    clients.server.deliver(ANNA, SHOP, "away", offline=True)
    clients.server.deliver(ANNA, SHOP, "by a bot", via_business_bot_id=77)
    clients.server.deliver(ANNA, SHOP, "by hand")
    newest_first = await client.get_messages("anna", limit=3)
    marks = [(each.offline, each.via_business_bot_id) for each in newest_first]
    assert marks == [(False, None), (False, 77), (True, None)]
