"""Which messages are private, what kind media have, and which users are stored."""

from datetime import UTC, datetime
from typing import Any

import pytest
from telethon.tl import types

from contacts.models import Contact
from messaging.formatting.entities import Entity, EntityKind
from messaging.models import Account, Message, PeerHash, TelegramSession
from messaging.telegram.client import UpdateState
from messaging.telegram.mapping import Peer, PrivateMessage, peer_from_user, private_message
from messaging.telegram.receiving import Receiver

ME, ANNA, MEMBER = 1, 2, 3
AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def message(peer: Any, text: str = "hi", **fields: Any) -> types.Message:
    return types.Message(id=7, peer_id=peer, date=AT, message=text, **fields)


def user(number: int, **fields: Any) -> types.User:
    return types.User(id=number, access_hash=100 + number, first_name=f"User {number}", **fields)


def document(*attributes: Any) -> types.MessageMediaDocument:
    return types.MessageMediaDocument(document=types.Document(1, 1, b"", AT, "a/b", 1, 2, list(attributes)))


def test_private_message_is_mapped() -> None:
    mapped = private_message(message(types.PeerUser(ANNA), "a\0b", out=True, edit_date=AT), ME)
    assert mapped == PrivateMessage(7, ANNA, "ab", AT, outgoing=True, kind="text", edited_at=AT)


def plain(text: str) -> types.TextPlain:
    return types.TextPlain(text)


def nested(depth: int) -> Any:
    text: Any = plain("deep")
    for _ in range(depth):
        text = types.TextBold(text)
    return types.PageBlockParagraph(text)


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        (
            [
                types.PageBlockTitle(plain("Offer\0")),
                types.PageBlockDivider(),
                types.PageBlockParagraph(types.TextConcat([plain("Two "), types.TextBold(plain("chairs"))])),
                types.PageBlockPreformatted(plain("x = 1"), "python"),
                types.PageBlockBlockquote(plain("Said"), plain("Anna")),
            ],
            ("text", "Offer\nTwo chairs\nx = 1\nSaid\nAnna", ""),
        ),
        ([types.PageBlockDivider()], ("other", "", "A message that this version does not know")),
        ([nested(40)], ("text", "deep", "")),
        ([nested(200)], ("other", "", "A message that this version does not know")),
    ],
    ids=["words", "no words", "nested", "nested too deeply"],
)
def test_message_that_is_laid_out_like_a_page_has_its_words(blocks: list[Any], expected: tuple[str, str, str]) -> None:
    page = types.RichMessage(blocks, photos=[], documents=[])
    mapped = private_message(message(types.PeerUser(ANNA), "", rich_message=page), ME)
    assert mapped is not None and (mapped.kind, mapped.text, mapped.media_text) == expected


def test_message_without_anything_that_is_known_is_not_empty() -> None:
    mapped = private_message(message(types.PeerUser(ANNA), ""), ME)
    assert mapped is not None and (mapped.kind, mapped.media_text) == (
        "other",
        "A message that this version does not know",
    )


def test_hidden_edit_has_no_edited_at() -> None:
    mapped = private_message(message(types.PeerUser(ANNA), edit_date=AT, edit_hide=True), ME)
    assert mapped is not None and mapped.edited_at is None


@pytest.mark.parametrize(
    ("header", "quoted"),
    [
        (None, None),
        (types.MessageReplyHeader(reply_to_msg_id=5), 5),
        (types.MessageReplyHeader(reply_to_msg_id=5, quote=True, quote_text="part of it"), 5),
        (types.MessageReplyHeader(reply_to_msg_id=5, reply_to_peer_id=types.PeerChannel(9)), None),
        (types.MessageReplyHeader(reply_to_msg_id=5, reply_to_scheduled=True), None),
        (types.MessageReplyHeader(reply_from=types.MessageFwdHeader(AT)), None),
        (types.MessageReplyStoryHeader(types.PeerUser(ME), 5), None),
    ],
    ids=["none", "message", "part", "another conversation", "scheduled", "forwarded", "story"],
)
def test_quoted_message_of_the_conversation(header: Any, quoted: int | None) -> None:
    mapped = private_message(message(types.PeerUser(ANNA), reply_to=header), ME)
    short = private_message(types.UpdateShortMessage(7, ANNA, "hi", 1, 1, AT, reply_to=header), ME)
    assert mapped is not None and short is not None
    assert (mapped.reply_to, short.reply_to) == (quoted, quoted)


@pytest.mark.parametrize(
    "update",
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
def test_everything_else_is_not_a_private_message(update: Any) -> None:
    assert private_message(update, ME) is None


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
        (document(types.DocumentAttributeAnimated()), "animation"),
        (document(types.DocumentAttributeVideo(1, 1, 1), types.DocumentAttributeAnimated()), "animation"),
        (document(types.DocumentAttributeVideo(1, 1, 1, round_message=True)), "video_note"),
        (types.MessageMediaVenue(types.GeoPointEmpty(), "", "", "", "", ""), "location"),
        (types.MessageMediaPhoto(ttl_seconds=5), "photo"),
        (types.MessageMediaDocument(video=True, ttl_seconds=5), "video"),
        (types.MessageMediaDocument(round=True, video=True, ttl_seconds=5), "video_note"),
        (types.MessageMediaDocument(voice=True, ttl_seconds=5), "voice"),
        (
            document(
                types.DocumentAttributeVideo(1, 1, 1), types.DocumentAttributeSticker("x", types.InputStickerSetEmpty())
            ),
            "sticker",
        ),
    ],
)
def test_kind_of_media(media: Any, kind: str) -> None:
    mapped = private_message(message(types.PeerUser(ANNA), "caption", media=media), ME)
    assert mapped is not None and (mapped.kind, mapped.text) == (kind, "caption")


@pytest.mark.parametrize(
    ("telegram_user", "expected"),
    [
        (user(2, last_name="Ek", username="anna_x"), Peer(2, 102, "anna_x", "User 2 Ek", "Ek")),
        (user(2), Peer(2, 102, "", "User 2")),
        (
            user(2, usernames=[types.Username("old_one"), types.Username("anna_y", active=True)]),
            Peer(2, 102, "anna_y", "User 2"),
        ),
        (user(2, min=True), None),
        (types.User(id=2), None),
        (types.UserEmpty(2), None),
    ],
)
def test_peer_from_user(telegram_user: Any, expected: Peer | None) -> None:
    assert peer_from_user(telegram_user) == expected


@pytest.fixture
def receiver(shop: Account) -> Receiver:
    return Receiver(TelegramSession.unscoped.get(account=shop))


def test_only_users_who_write_privately_are_stored(receiver: Receiver) -> None:
    """A busy group would fill the table with people who have nothing to do with the workspace."""
    in_a_group = message(types.PeerChat(5), from_id=types.PeerUser(MEMBER))
    updates = [
        types.UpdateNewMessage(in_a_group, 2, 1),
        types.UpdateNewChannelMessage(message(types.PeerChannel(5), from_id=types.PeerUser(MEMBER)), 2, 1),
        types.UpdateNewMessage(message(types.PeerUser(ANNA), "hello"), 3, 1),
    ]
    receiver.store_updates(updates, [user(MEMBER), user(ANNA)], UpdateState(3, 0, 2, 1))
    assert list(PeerHash.unscoped.values_list("peer_id", flat=True)) == [ANNA]
    assert [row.telegram_id for row in Contact.unscoped.all()] == [ANNA]
    assert list(Message.unscoped.values_list("text", flat=True)) == ["hello"]
    assert TelegramSession.unscoped.get().pts == 3


def test_message_belongs_to_the_one_it_quotes(receiver: Receiver) -> None:
    typed = [
        types.UpdateNewMessage(types.Message(number, types.PeerUser(ANNA), AT, "hello", out=True), number, 1)
        for number in (1, 2)
    ]
    header = types.MessageReplyHeader(reply_to_msg_id=1)
    updates = [*typed, types.UpdateNewMessage(message(types.PeerUser(ANNA), "hi", reply_to=header), 3, 1)]
    receiver.store_updates(updates, [user(ANNA)], UpdateState(3, 0, 2, 1))
    answer = Message.unscoped.select_related("in_reply_to").get(direction="in")
    assert answer.in_reply_to is not None and answer.in_reply_to.telegram_message_id == 1


def test_formatted_parts_are_stored_and_change_with_an_edit(receiver: Receiver) -> None:
    found = [types.MessageEntityBold(0, 2), types.MessageEntityUrl(3, 4), types.MessageEntityItalic(3, 99)]
    updates = [types.UpdateNewMessage(message(types.PeerUser(ANNA), "😀 word", entities=found), 2, 1)]
    receiver.store_updates(updates, [user(ANNA)], UpdateState(2, 0, 2, 1))
    stored = Message.unscoped.get()
    bold, italic = {"kind": "bold", "offset": 0, "length": 2}, {"kind": "italic", "offset": 3, "length": 4}
    assert (stored.text, stored.entities) == ("😀 word", [bold, italic])
    edited = message(types.PeerUser(ANNA), "word", entities=[types.MessageEntityCode(0, 4)], edit_date=AT)
    receiver.store_updates([types.UpdateEditMessage(edited, 3, 1)], [], UpdateState(3, 0, 2, 1))
    stored.refresh_from_db()
    assert (stored.text, stored.entities) == ("word", [{"kind": "code", "offset": 0, "length": 4}])


def test_formatted_part_of_a_short_update_is_mapped() -> None:
    update = types.UpdateShortMessage(7, ANNA, "hi", 1, 1, AT, entities=[types.MessageEntityBold(0, 2)])
    mapped = private_message(update, ME)
    assert mapped is not None and mapped.entities == (Entity(EntityKind.BOLD, 0, 2),)
