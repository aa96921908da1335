"""Replies, edits, deletions, reactions, read dates and typing, with Telethon's client."""

import time
from typing import Any

import pytest
from telethon import events, functions
from telethon.errors import (
    BadRequestError,
    MessageAuthorRequiredError,
    MessageEditTimeExpiredError,
    MessageEmptyError,
    MessageIdInvalidError,
    MessageNotModifiedError,
    ReactionInvalidError,
    ReactionsTooManyError,
    RPCError,
    UserPrivacyRestrictedError,
)
from telethon.tl import types

from .conftest import ANNA, SHOP, Clients, invoke, listen

pytestmark = pytest.mark.asyncio

DAY = 86_400
HEART, FIRE = types.ReactionEmoji("❤"), types.ReactionEmoji("🔥")


async def peer_of(client: Any, username: str = "anna") -> Any:
    return await client.get_input_entity(username)


async def edit_request(client: Any, message_id: int, text: str | None, **fields: Any) -> Any:
    return functions.messages.EditMessageRequest(await peer_of(client), message_id, message=text, **fields)


async def reaction_request(client: Any, message_id: int, *reactions: Any, to: str = "anna") -> Any:
    return functions.messages.SendReactionRequest(await peer_of(client, to), message_id, reaction=list(reactions))


def emoji_of(reactions: Any) -> list[tuple[str, int, int | None]]:
    return [(each.reaction.emoticon, each.count, each.chosen_order) for each in reactions.results]


async def test_reply_with_a_quote_names_the_message_on_each_side(clients: Clients) -> None:
    clients.server.deliver(ANNA, ANNA, "so that the two numberings differ")
    asked = clients.server.deliver(ANNA, SHOP, "what does it cost?")
    shop, anna = await clients.login(SHOP), await clients.login(ANNA)
    reply = types.InputReplyToMessage(asked.recipient_message_id, quote_text="cost", quote_offset=13)
    request = functions.messages.SendMessageRequest(
        await peer_of(shop), "ten https://x.org", no_webpage=True, reply_to=reply
    )
    await invoke(shop, request)
    (message,) = await anna.get_messages("shop")
    header = message.reply_to
    assert (header.reply_to_msg_id, header.quote, header.quote_text, header.quote_offset) == (2, True, "cost", 13)
    (sent,) = clients.server.sent(SHOP)
    assert (sent.reply_to, sent.quote, sent.quote_offset, sent.no_webpage) == (1, "cost", 13, True)


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        (types.InputReplyToMessage(7), "REPLY_MESSAGE_ID_INVALID"),
        (types.InputReplyToMessage(1, quote_text="other words"), "QUOTE_TEXT_INVALID"),
    ],
)
async def test_reply_that_is_refused(clients: Clients, reply: Any, name: str) -> None:
    clients.server.deliver(ANNA, SHOP, "a question")
    client = await clients.login(SHOP)
    with pytest.raises(BadRequestError, match=name):
        await invoke(client, functions.messages.SendMessageRequest(await peer_of(client), "yes", reply_to=reply))
    assert clients.server.sent(SHOP) == []


async def test_chosen_link_preview(clients: Clients) -> None:
    client = await clients.login(SHOP)
    media = types.InputMediaWebPage("https://x.org/", force_large_media=True)
    await invoke(client, functions.messages.SendMediaRequest(await peer_of(client), media, "look", random_id=1))
    (record,) = clients.server.received(ANNA)
    value = record.media.value or {}
    assert (record.text, record.media.kind, value["webpage"]["url"]) == ("look", "web_page", "https://x.org/")
    assert value["force_large_media"]


async def test_edit_is_answered_and_pushed(clients: Clients) -> None:
    shop, anna = await clients.login(SHOP), await clients.login(ANNA)
    shop_events, anna_events = listen(shop, events.MessageEdited), listen(anna, events.MessageEdited)
    ids = clients.server.deliver(SHOP, ANNA, "helo")
    bold = [types.MessageEntityBold(0, 5)]
    request = await edit_request(shop, ids.sender_message_id, "hello", entities=bold)
    (update,) = (await invoke(shop, request)).updates
    assert (type(update), update.message.message, update.pts) == (types.UpdateEditMessage, "hello", 3)
    (event,) = await anna_events.until(1)
    assert (event.raw_text, event.message.entities, bool(event.message.edit_hide)) == ("hello", bold, False)
    with pytest.raises(MessageNotModifiedError):
        await invoke(shop, request)
    await invoke(shop, await edit_request(shop, ids.sender_message_id, "hello"))  # without the bold
    await anna_events.until(2)
    assert shop_events.events == []
    (record,) = clients.server.sent(SHOP)
    assert (record.text, record.entities, record.edited_at is not None) == ("hello", [], True)


async def test_edit_that_is_refused(clients: Clients) -> None:
    clients.server.deliver(SHOP, ANNA, "old", date=int(time.time()) - 2 * DAY - 60)
    clients.server.deliver(SHOP, ANNA, "mine")
    clients.server.deliver(ANNA, SHOP, "not mine")
    client = await clients.login(SHOP)
    for number, text, error in (
        (1, "new", MessageEditTimeExpiredError),
        (2, "", MessageEmptyError),
        (2, None, MessageNotModifiedError),
        (3, "new", MessageAuthorRequiredError),
        (4, "new", MessageIdInvalidError),
    ):
        with pytest.raises(error):
            await invoke(client, await edit_request(client, number, text))
    assert [each.text for each in clients.server.conversation(SHOP, ANNA)] == ["old", "mine", "not mine"]


async def test_edit_and_unseen_edit_from_a_phone(clients: Clients) -> None:
    client = await clients.login(SHOP)
    received_events = listen(client, events.Raw, types=types.UpdateEditMessage)
    ids = clients.server.deliver_media(ANNA, SHOP, "photo", caption="teh sea")
    italic = {"_": "MessageEntityItalic", "offset": 4, "length": 3}
    clients.server.edit(ANNA, ids.sender_message_id, "the sea", [italic])
    clients.server.edit(ANNA, ids.sender_message_id, "the sea", [italic], hidden=True)
    first, second = [update.message for update in await received_events.until(2)]
    assert (first.message, first.entities, first.edit_hide) == ("the sea", [types.MessageEntityItalic(4, 3)], False)
    assert (second.message, second.edit_hide, second.photo is not None) == ("the sea", True, True)


async def test_messages_are_deleted_for_both_or_for_oneself(clients: Clients) -> None:
    clients.server.deliver(ANNA, ANNA, "a note")
    for text in ("one", "two", "three"):
        clients.server.deliver(ANNA, SHOP, text)
    shop, anna = await clients.login(SHOP), await clients.login(ANNA)
    deleted = listen(anna, events.Raw, types=types.UpdateDeleteMessages)
    request = functions.messages.DeleteMessagesRequest([1, 2, 9], revoke=True)
    assert await invoke(shop, request) == types.messages.AffectedMessages(6, 2)
    (update,) = await deleted.until(1)
    assert (update.messages, update.pts, update.pts_count) == ([2, 3], 7, 2)
    assert await invoke(shop, request) == types.messages.AffectedMessages(6, 0)
    await invoke(shop, functions.messages.DeleteMessagesRequest([3]))
    texts = [[each.text for each in clients.server.conversation(*pair)] for pair in ((SHOP, ANNA), (ANNA, SHOP))]
    assert texts == [[], ["three"]]


async def test_deletion_on_a_phone_is_one_update_and_in_the_difference(clients: Clients) -> None:
    client = await clients.login(SHOP)
    deleted = listen(client, events.Raw, types=types.UpdateDeleteMessages)
    ids = [clients.server.deliver(ANNA, SHOP, text).sender_message_id for text in ("one", "two", "three")]
    clients.server.delete(ANNA, ids[:2])
    clients.server.delete(ANNA, ids[2], revoke=False)
    clients.server.deliver(ANNA, SHOP, "four")
    (update,) = await deleted.until(1)
    assert (update.messages, update.pts, update.pts_count) == ([1, 2], 6, 2)
    difference = await invoke(client, functions.updates.GetDifferenceRequest(4, None, 0))
    assert [each.message for each in difference.new_messages] == ["four"]
    assert [(each.messages, each.pts) for each in difference.other_updates] == [([1, 2], 6)]
    assert [each.text for each in clients.server.received(SHOP)] == ["three", "four"]


async def test_reactions_are_replaced_and_shown_to_both(clients: Clients) -> None:
    ids = clients.server.deliver(ANNA, SHOP, "good?")
    shop, anna = await clients.login(SHOP), await clients.login(ANNA)
    anna_updates = listen(anna, events.Raw, types=types.UpdateMessageReactions)
    pts = (await shop(functions.updates.GetStateRequest())).pts
    for reactions in ([HEART], [FIRE]):
        sent = await invoke(shop, await reaction_request(shop, ids.recipient_message_id, *reactions))
    assert emoji_of(sent.updates[0].reactions) == [("🔥", 1, 0)]
    clients.server.react(ANNA, ids.sender_message_id, ["🔥"])
    updates = await anna_updates.until(3)
    assert [emoji_of(each.reactions) for each in updates] == [[("❤", 1, None)], [("🔥", 1, None)], [("🔥", 2, 0)]]
    (message,) = await anna.get_messages("shop")
    assert emoji_of(message.reactions) == [("🔥", 2, 0)]
    await invoke(shop, await reaction_request(shop, ids.recipient_message_id))
    (record,) = clients.server.received(SHOP)
    assert list(record.reactions.values()) == [["🔥"]]
    request = functions.messages.GetMessagesReactionsRequest(await peer_of(shop), [1, 9])
    (update,) = (await invoke(shop, request)).updates
    assert (update.msg_id, emoji_of(update.reactions)) == (1, [("🔥", 1, None)])
    assert (await shop(functions.updates.GetStateRequest())).pts == pts


async def test_reactions_to_the_users_messages_are_unread(clients: Clients) -> None:
    """Not those to the other's messages, and not those that were taken back."""
    ours = [clients.server.deliver(SHOP, ANNA, text) for text in ("one", "two")]
    theirs = clients.server.deliver(ANNA, SHOP, "three")
    for each in ours:
        clients.server.react(ANNA, each.recipient_message_id, ["❤"])
    clients.server.react(ANNA, ours[0].recipient_message_id, [])
    clients.server.react(ANNA, theirs.sender_message_id, ["❤"])
    clients.server.react(SHOP, ours[1].sender_message_id, ["🔥"])
    shop = await clients.login(SHOP)
    request = functions.messages.GetUnreadReactionsRequest(await peer_of(shop), 0, 0, 100, 0, 0)
    (message,) = (await invoke(shop, request)).messages
    assert (message.message, emoji_of(message.reactions)) == ("two", [("❤", 1, None), ("🔥", 1, 0)])
    assert [each.unread for each in message.reactions.recent_reactions] == [True, False]
    (dialog,) = await shop.get_dialogs()
    assert dialog.dialog.unread_reactions_count == 1


async def test_reaction_that_is_refused(clients: Clients) -> None:
    clients.server.create_user("+15550003", username="rich", premium=True)
    for sender in (ANNA, "@rich"):
        clients.server.deliver(sender, SHOP, "good?")
    shop, rich = await clients.login(SHOP), await clients.login("@rich")
    for request, error in (
        (await reaction_request(shop, 1, HEART, FIRE), ReactionsTooManyError),
        (await reaction_request(shop, 1, types.ReactionEmoji("🍅")), ReactionInvalidError),
        (await reaction_request(shop, 1, types.ReactionEmoji("❤\ufe0f")), ReactionInvalidError),
        (await reaction_request(shop, 2, HEART), MessageIdInvalidError),
    ):
        with pytest.raises(error):
            await invoke(shop, request)
    assert [each.reactions for each in clients.server.received(SHOP)] == [{}, {}]
    await invoke(rich, await reaction_request(rich, 1, HEART, FIRE, to="shop"))
    assert list(clients.server.received(SHOP)[1].reactions.values()) == [["❤", "🔥"]]


async def test_typing_is_shown_and_lost_while_away(clients: Clients) -> None:
    client = await clients.login(SHOP)
    seen = listen(client, events.Raw, types=types.UpdateUserTyping)
    clients.server.start_typing(ANNA, SHOP)
    clients.server.start_typing(ANNA, SHOP, "SendMessageCancelAction")
    actions = [type(each.action).__name__ for each in await seen.until(2)]
    assert actions == ["SendMessageTypingAction", "SendMessageCancelAction"]
    request = functions.messages.SetTypingRequest(await peer_of(client), types.SendMessageTypingAction())
    assert await invoke(client, request)
    me = (await client.get_me()).id
    assert clients.server.actions_seen(ANNA) == [(me, "SendMessageTypingAction")]


async def test_when_a_message_was_read(clients: Clients) -> None:
    clients.server.deliver(SHOP, ANNA, "old", date=int(time.time()) - 8 * DAY)
    clients.server.deliver(SHOP, ANNA, "new")
    client = await clients.login(SHOP)
    peer = await peer_of(client)

    async def read_date(message_id: int) -> Any:
        return await invoke(client, functions.messages.GetOutboxReadDateRequest(peer, message_id))

    with pytest.raises(RPCError, match="MESSAGE_NOT_READ_YET"):
        await read_date(2)
    clients.server.read(ANNA, SHOP)
    assert int((await read_date(2)).date.timestamp()) == clients.server.sent(SHOP)[1].read_at
    with pytest.raises(RPCError, match="MESSAGE_TOO_OLD"):
        await read_date(1)
    clients.server.hide_read_dates(ANNA)
    with pytest.raises(UserPrivacyRestrictedError):
        await read_date(2)
    clients.server.hide_read_dates(SHOP)
    with pytest.raises(RPCError, match="YOUR_PRIVACY_RESTRICTED"):
        await read_date(2)


async def test_service_message_and_replaced_media_from_a_phone(clients: Clients) -> None:
    clients.server.configure(has_short_updates=True)
    client = await clients.login(SHOP)
    edited = listen(client, events.MessageEdited)
    updates = listen(client, events.Raw, types=types.UpdateNewMessage)
    clients.server.deliver_service(ANNA, SHOP, "MessageActionScreenshotTaken")
    ids = clients.server.deliver_media(ANNA, SHOP, "photo", caption="look")
    (first, _) = await updates.until(2)
    assert isinstance(first.message.action, types.MessageActionScreenshotTaken)
    clients.server.edit_media(ANNA, ids.sender_message_id, "document", b"better", name="better.pdf")
    (event,) = await edited.until(1)
    assert (event.raw_text, event.message.file.name) == ("look", "better.pdf")
