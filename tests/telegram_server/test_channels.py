"""Channels beside private chats, with Telethon's client."""

import pytest
from telethon import events
from telethon.tl import types

from .conftest import ANNA, SHOP, Clients, listen

pytestmark = pytest.mark.asyncio


async def test_posts_are_pushed_with_numbers_of_their_own(clients: Clients) -> None:
    client = await clients.login(SHOP)
    arriving = listen(client, events.NewMessage)
    news = clients.server.create_channel("News", [SHOP])
    clients.server.post(news, "first")
    clients.server.deliver(ANNA, SHOP, "private")
    clients.server.post(news, "second")
    assert [each.text for each in await arriving.until(3)] == ["first", "private", "second"]
    dialogs = await client.get_dialogs()
    assert [(each.title, each.message.message) for each in dialogs] == [("Anna", "private"), ("News", "second")]


async def test_missed_posts_are_in_the_difference_of_the_channel(clients: Clients) -> None:
    client = await clients.login(SHOP)
    arriving = listen(client, events.NewMessage)
    news = clients.server.create_channel("News", [SHOP])
    clients.server.post(news, "first")
    await arriving.until(1)
    clients.server.lose_pushes(SHOP)
    clients.server.post(news, "missed")
    clients.server.lose_pushes(SHOP, False)
    assert clients.server.push_channel_too_long(news) == 1
    assert [each.text for each in await arriving.until(2)] == ["first", "missed"]
    assert clients.server.count("updates.getChannelDifference") == 1
    clients.server.deliver(ANNA, SHOP, "after")
    assert (await arriving.until(3))[2].text == "after"


async def test_trouble_of_a_channel_delays_private_messages_only(clients: Clients) -> None:
    """Telethon tries such a request several times, and waits in between, before it reads what else has come."""
    client = await clients.login(SHOP, request_retries=2)
    arriving = listen(client, events.NewMessage)
    news = clients.server.create_channel("News", [SHOP])
    clients.server.post(news, "first")
    await arriving.until(1)
    clients.server.fail("updates.getChannelDifference", "PERSISTENT_TIMESTAMP_OUTDATED", times=2, phone=SHOP)
    clients.server.push_channel_too_long(news)
    await clients.server.until(lambda: clients.server.faults_left() == 1)
    clients.server.deliver(ANNA, SHOP, "after")
    assert [each.text for each in await arriving.until(2, seconds=60)] == ["first", "after"]
    assert clients.server.faults_left() == 0


async def test_others_are_told_nothing(clients: Clients) -> None:
    client = await clients.login(ANNA)
    news = clients.server.create_channel("News", [SHOP])
    assert clients.server.post(news, "first") == 0
    assert [each for each in await client.get_dialogs() if isinstance(each.entity, types.Channel)] == []
