"""What counts as a private message, what becomes of media, and who is remembered."""

from datetime import UTC, datetime
from typing import Any

import pytest
from telethon.tl import types

from contacts.models import Contact
from messaging.models import Account, Message, PeerHash, TelegramSession
from messaging.telegram import mapping
from messaging.telegram.mapping import Person, Seen
from messaging.telegram.peers import Peer
from messaging.telegram.receive import Receiver
from messaging.telegram.session import UpdateState

ME, ANNA, MEMBER = 1, 2, 3
AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def message(peer: Any, text: str = "hi", **more: Any) -> types.Message:
    return types.Message(id=7, peer_id=peer, date=AT, message=text, **more)


def user(number: int, **more: Any) -> types.User:
    return types.User(id=number, access_hash=100 + number, first_name=f"User {number}", **more)


def document(*attributes: Any) -> types.MessageMediaDocument:
    return types.MessageMediaDocument(document=types.Document(1, 1, b"", AT, "a/b", 1, 2, list(attributes)))


def test_a_person_s_message_is_seen_as_it_is() -> None:
    found = mapping.message(message(types.PeerUser(ANNA), "a\0b", out=True, edit_date=AT), ME)
    assert found == Seen(7, ANNA, "ab", AT, outgoing=True, kind="text", edited_at=AT)


def test_an_edit_that_shows_nothing_new_is_none() -> None:
    found = mapping.message(message(types.PeerUser(ANNA), edit_date=AT, edit_hide=True), ME)
    assert found is not None and found.edited_at is None


@pytest.mark.parametrize(
    "found",
    [
        message(types.PeerChat(5)),
        message(types.PeerChannel(5)),
        message(types.PeerUser(ME)),
        message(types.PeerUser(777000), "Login code: 12345"),
        message(types.PeerUser(42777), "Login code: 12345"),
        types.MessageService(7, types.PeerUser(ANNA), AT, types.MessageActionContactSignUp()),
        types.MessageEmpty(7, None),
        types.UpdateShortMessage(7, 777000, "Login code: 12345", 1, 1, AT),
        types.UpdateShortChatMessage(7, ANNA, 5, "hi", 1, 1, AT),
    ],
    ids=["group", "channel", "oneself", "service", "support", "sign-up", "empty", "short service", "short group"],
)
def test_what_is_no_person_s_message_is_not_seen(found: Any) -> None:
    assert mapping.message(found, ME) is None


@pytest.mark.parametrize(
    ("media", "kind"),
    [
        (None, "text"),
        (types.MessageMediaEmpty(), "text"),
        (types.MessageMediaWebPage(types.WebPageEmpty(1)), "text"),
        (types.MessageMediaPhoto(), "photo"),
        (types.MessageMediaContact("+1", "A", "B", "", 1), "contact"),
        (types.MessageMediaGeo(types.GeoPointEmpty()), "location"),
        (types.MessageMediaDice(3, "x"), "other"),
        (types.MessageMediaDocument(), "document"),
        (document(), "document"),
        (document(types.DocumentAttributeFilename("a.pdf")), "document"),
        (document(types.DocumentAttributeAudio(1, voice=True)), "voice"),
        (document(types.DocumentAttributeAudio(1)), "audio"),
        (document(types.DocumentAttributeVideo(1, 1, 1)), "video"),
        (document(types.DocumentAttributeAnimated()), "video"),
        (
            document(
                types.DocumentAttributeVideo(1, 1, 1), types.DocumentAttributeSticker("x", types.InputStickerSetEmpty())
            ),
            "sticker",
        ),
    ],
)
def test_media_become_their_kind(media: Any, kind: str) -> None:
    found = mapping.message(message(types.PeerUser(ANNA), "caption", media=media), ME)
    assert found is not None and (found.kind, found.text) == (kind, "caption")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (user(2, last_name="Ek", username="anna_x"), Person(Peer(2, 102, "anna_x"), "User 2 Ek")),
        (user(2), Person(Peer(2, 102, ""), "User 2")),
        (
            user(2, usernames=[types.Username("old_one"), types.Username("anna_y", active=True)]),
            Person(Peer(2, 102, "anna_y"), "User 2"),
        ),
        (user(2, min=True), None),
        (types.User(id=2), None),
        (types.UserEmpty(2), None),
    ],
)
def test_people(given: Any, expected: Person | None) -> None:
    assert mapping.person(given) == expected


@pytest.fixture
def receiver(shop: Account) -> Receiver:
    return Receiver(shop, TelegramSession.unscoped.get(account=shop))


def test_only_who_writes_privately_is_remembered(receiver: Receiver) -> None:
    """A busy group would fill the table with people who have nothing to do with the workspace."""
    in_a_group = message(types.PeerChat(5), from_id=types.PeerUser(MEMBER))
    updates = [
        types.UpdateNewMessage(in_a_group, 2, 1),
        types.UpdateNewChannelMessage(message(types.PeerChannel(5), from_id=types.PeerUser(MEMBER)), 2, 1),
        types.UpdateNewMessage(message(types.PeerUser(ANNA), "hello"), 3, 1),
    ]
    receiver.keep(updates, [user(MEMBER), user(ANNA)], UpdateState(3, 0, 2, 1))
    assert list(PeerHash.unscoped.values_list("peer_id", flat=True)) == [ANNA]
    assert [row.telegram_id for row in Contact.unscoped.all()] == [ANNA]
    assert list(Message.unscoped.values_list("text", flat=True)) == ["hello"]
    assert TelegramSession.unscoped.get().pts == 3
