"""Sending, histories, dialogs and users, with Telethon's client."""

from typing import Any

import pytest
from telethon import functions
from telethon.errors import (
    InputUserDeactivatedError,
    MessageEmptyError,
    MessageTooLongError,
    PeerIdInvalidError,
    RandomIdDuplicateError,
    UserIdInvalidError,
    UsernameInvalidError,
    UsernameNotOccupiedError,
    UserPrivacyRestrictedError,
)
from telethon.tl import types

from tests.telegram_server import MessageRecord

from .conftest import ANNA, SHOP, Clients, invoke

pytestmark = pytest.mark.asyncio


async def peer_of(client: Any, username: str = "anna") -> Any:
    return await client.get_input_entity(username)


def message_to(peer: Any, text: str = "hello", random_id: int = 4242) -> Any:
    return functions.messages.SendMessageRequest(peer, text, random_id=random_id)


def texts(messages: Any) -> list[str]:
    return [message.text for message in messages]


async def test_message_arrives_once_with_its_own_id_on_each_side(clients: Clients) -> None:
    clients.server.deliver(ANNA, ANNA, "a note to myself")  # so that the two numberings differ
    client = await clients.login(SHOP)
    sent = await invoke(client, message_to(await peer_of(client)))
    assert (type(sent), sent.id, sent.pts, sent.pts_count, sent.out) == (types.UpdateShortSentMessage, 1, 2, 1, True)
    shop, anna = (await client.get_me()).id, (await client.get_entity("anna")).id
    date = int(sent.date.timestamp())
    assert clients.server.sent(SHOP) == [MessageRecord(1, anna, True, "hello", date, 4242)]
    assert clients.server.received(ANNA) == [MessageRecord(2, shop, False, "hello", date, None)]


@pytest.mark.parametrize(
    ("form", "kinds"),
    [
        ("updates", ["UpdateMessageID", "UpdateNewMessage"]),
        ("updatesCombined", ["UpdateMessageID", "UpdateNewMessage"]),
        ("updates without updateMessageID", ["UpdateNewMessage"]),
        ("updateShort", ["UpdateNewMessage"]),
        ("updateShort with updateMessageID", ["UpdateMessageID"]),
    ],
)
async def test_answer_to_a_send_has_the_configured_form(clients: Clients, form: str, kinds: list[str]) -> None:
    clients.server.configure(answers=form, pushes_own_sends=True)
    client = await clients.login(SHOP)
    sent = await invoke(client, message_to(await peer_of(client)))
    assert type(sent).__name__.lower() == form.split()[0].lower()
    updates = getattr(sent, "updates", None) or [sent.update]
    assert [type(each).__name__ for each in updates] == kinds
    assert {each.id if isinstance(each, types.UpdateMessageID) else each.message.id for each in updates} == {1}
    assert texts(clients.server.received(ANNA)) == ["hello"]


async def test_entities_are_kept(clients: Clients) -> None:
    client = await clients.login(SHOP)
    await client.send_message("anna", "**bold** claim")
    other = await clients.login(ANNA)
    (message,) = await other.get_messages("shop")
    assert (message.raw_text, message.entities) == ("bold claim", [types.MessageEntityBold(0, 4)])


async def test_used_random_id_returns_the_first_message(clients: Clients) -> None:
    client = await clients.login(SHOP)
    peer = await peer_of(client)
    first = await invoke(client, message_to(peer))
    again = await invoke(client, message_to(peer, "another text"))
    known, new = again.updates
    assert known == types.UpdateMessageID(first.id, 4242)
    assert (new.message.id, new.message.message, new.pts, new.pts_count) == (first.id, "hello", first.pts, 0)
    assert {user.username for user in again.users} == {"shop", "anna"}
    assert texts(clients.server.received(ANNA)) == ["hello"]


async def test_used_random_id_is_an_error_if_configured(clients: Clients) -> None:
    clients.server.configure(duplicates="error")
    client = await clients.login(SHOP)
    peer = await peer_of(client)
    await invoke(client, message_to(peer))
    with pytest.raises(RandomIdDuplicateError) as refusal:
        await invoke(client, message_to(peer))
    assert refusal.value.code == 500
    assert texts(clients.server.received(ANNA)) == ["hello"]


async def test_random_ids_are_remembered_per_user(clients: Clients) -> None:
    shop, anna = await clients.login(SHOP), await clients.login(ANNA)
    await invoke(shop, message_to(await peer_of(shop)))
    await invoke(anna, message_to(await peer_of(anna, "shop"), "hello yourself"))
    assert texts(clients.server.received(SHOP)) == ["hello yourself"]


async def test_forgotten_random_id_sends_again(clients: Clients) -> None:
    client = await clients.login(SHOP)
    peer = await peer_of(client)
    await invoke(client, message_to(peer))
    clients.server.forget_random_ids(SHOP)
    await invoke(client, message_to(peer))
    assert texts(clients.server.received(ANNA)) == ["hello", "hello"]


@pytest.mark.parametrize(
    ("text", "error"), [("", MessageEmptyError), (" \n", MessageEmptyError), ("x" * 4097, MessageTooLongError)]
)
async def test_empty_and_too_long_texts_are_refused(clients: Clients, text: str, error: type[Exception]) -> None:
    client = await clients.login(SHOP)
    with pytest.raises(error):
        await invoke(client, message_to(await peer_of(client), text))
    assert clients.server.received(ANNA) == []


async def test_access_hash_is_valid_for_one_user_only(clients: Clients) -> None:
    shop, anna = await clients.login(SHOP), await clients.login(ANNA)
    clients.server.create_user("+15550003", username="carol")
    of_anna, of_shop = await peer_of(anna, "carol"), await peer_of(shop, "carol")
    assert (of_anna.user_id, of_anna.access_hash == of_shop.access_hash) == (of_shop.user_id, False)
    for wrong in (of_anna, types.InputPeerUser(of_shop.user_id, 0), types.InputPeerUser(5, 5), types.InputPeerChat(1)):
        with pytest.raises(PeerIdInvalidError):
            await invoke(shop, message_to(wrong))
    assert clients.server.received("@carol") == []
    assert await shop(functions.users.GetUsersRequest([types.InputUser(of_anna.user_id, of_anna.access_hash)])) == []
    with pytest.raises(UserIdInvalidError):
        await invoke(shop, functions.users.GetFullUserRequest(types.InputUser(of_anna.user_id, 1)))


async def test_username_is_resolved_whatever_its_case(clients: Clients) -> None:
    client = await clients.login(SHOP)
    resolved = await invoke(client, functions.contacts.ResolveUsernameRequest("ANNA"))
    (anna,) = resolved.users
    assert (resolved.peer.user_id, anna.username, anna.phone) == (anna.id, "anna", None)
    full = await invoke(client, functions.users.GetFullUserRequest(types.InputUser(anna.id, anna.access_hash)))
    assert full.full_user.id == anna.id
    with pytest.raises(UsernameNotOccupiedError):
        await invoke(client, functions.contacts.ResolveUsernameRequest("nobody"))
    with pytest.raises(UsernameInvalidError):
        await invoke(client, functions.contacts.ResolveUsernameRequest("7up"))


async def test_deactivated_user_gets_no_messages(clients: Clients) -> None:
    client = await clients.login(SHOP)
    peer = await peer_of(client)
    clients.server.deactivate(ANNA)
    with pytest.raises(InputUserDeactivatedError):
        await invoke(client, message_to(peer))
    with pytest.raises(UsernameNotOccupiedError):
        await invoke(client, functions.contacts.ResolveUsernameRequest("anna"))
    assert (await client.get_entity(peer)).deleted
    assert clients.server.received(ANNA) == []


async def test_user_with_privacy_gets_no_messages(clients: Clients) -> None:
    client = await clients.login(SHOP)
    peer = await peer_of(client)
    clients.server.set_privacy(ANNA, accepts_messages=False)
    with pytest.raises(UserPrivacyRestrictedError) as refusal:
        await invoke(client, message_to(peer))
    assert refusal.value.code == 403
    assert clients.server.received(ANNA) == []
    clients.server.set_privacy(ANNA, accepts_messages=True)
    await invoke(client, message_to(peer))
    assert texts(clients.server.received(ANNA)) == ["hello"]


async def test_history_pages(clients: Clients) -> None:
    for number in range(1, 8):
        clients.server.deliver(ANNA, SHOP, f"m{number}")
    clients.server.deliver(SHOP, SHOP, "a note")
    client = await clients.login(SHOP)
    peer = await peer_of(client)

    async def page(**changes: Any) -> list[str]:
        fields = dict(offset_id=0, offset_date=None, add_offset=0, limit=3, max_id=0, min_id=0, hash=0) | changes
        history = await client(functions.messages.GetHistoryRequest(peer, **fields))
        return [message.message for message in history.messages]

    assert await page() == ["m7", "m6", "m5"]
    assert await page(offset_id=5) == ["m4", "m3", "m2"]
    assert await page(min_id=5) == ["m7", "m6"]
    assert await page(max_id=3) == ["m2", "m1"]
    assert await page(offset_id=5, add_offset=-2) == ["m6", "m5", "m4"]
    assert await page(add_offset=-2) == ["m7"]
    assert await page(limit=0) == []
    assert texts(await client.get_messages("anna", limit=None)) == ["m7", "m6", "m5", "m4", "m3", "m2", "m1"]
    assert texts(await client.get_messages("anna", limit=None, reverse=True, min_id=4)) == ["m5", "m6", "m7"]
    assert (await client.get_messages("anna", limit=0)).total == 7


async def test_history_longer_than_a_page(clients: Clients) -> None:
    for number in range(230):
        clients.server.deliver(ANNA, SHOP, str(number), date=1_700_000_000 + number)
    client = await clients.login(SHOP)
    history = await client.get_messages("anna", limit=None)
    assert texts(history) == [str(number) for number in reversed(range(230))]
    (newest,) = await client.get_messages("anna", limit=1, offset_date=history[10].date)
    assert newest.text == history[11].text


async def test_dialogs_newest_first_with_unread_counts(clients: Clients) -> None:
    clients.server.create_user("+15550003", username="carol", first_name="Carol")
    for text in ("one", "two"):
        clients.server.deliver(ANNA, SHOP, text)
    clients.server.deliver("@carol", SHOP, "three")
    clients.server.deliver(SHOP, ANNA, "answer")
    client = await clients.login(SHOP)
    rows = [(each.name, each.unread_count, each.message.text) for each in await client.get_dialogs()]
    assert rows == [("Anna", 2, "answer"), ("Carol", 1, "three")]
    asked = types.InputDialogPeer(await peer_of(client, "carol"))
    dialogs = await client(functions.messages.GetPeerDialogsRequest([asked]))
    assert [(each.top_message, each.unread_count) for each in dialogs.dialogs] == [(3, 1)]
    assert (dialogs.state.pts, dialogs.state.unread_count) == (5, 3)


async def test_dialogs_page_by_offset(clients: Clients) -> None:
    people = [clients.server.create_user(f"+1666000{number:03}", first_name=f"P{number}") for number in range(130)]
    for number, person in enumerate(people):
        clients.server.deliver(person.id, SHOP, "hi", date=1_700_000_000 + number)
    client = await clients.login(SHOP)
    names = [dialog.name for dialog in await client.get_dialogs(limit=None)]
    assert names == [f"P{number}" for number in reversed(range(130))]


async def test_reading_updates_both_users_once(clients: Clients) -> None:
    for text in ("one", "two", "three"):
        clients.server.deliver(ANNA, SHOP, text)
    client = await clients.login(SHOP)
    peer = await peer_of(client)
    assert await invoke(client, functions.messages.ReadHistoryRequest(peer, 2)) == types.messages.AffectedMessages(5, 1)
    (dialog,) = await client.get_dialogs()
    assert (dialog.dialog.read_inbox_max_id, dialog.unread_count) == (2, 1)
    other = await clients.login(ANNA)
    assert (await other.get_dialogs())[0].dialog.read_outbox_max_id == 2
    assert await invoke(client, functions.messages.ReadHistoryRequest(peer, 2)) == types.messages.AffectedMessages(5, 0)
    assert await invoke(client, functions.messages.ReadHistoryRequest(peer, 0)) == types.messages.AffectedMessages(6, 1)


async def test_note_to_oneself_is_one_message(clients: Clients) -> None:
    client = await clients.login(SHOP)
    await client.send_message("me", "remember")
    assert texts(await client.get_messages("me")) == ["remember"]
    assert (texts(clients.server.sent(SHOP)), clients.server.received(SHOP)) == (["remember"], [])
