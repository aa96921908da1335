"""Formatting to and from Telegram's types."""

from telethon.tl import types

from messaging.formatting.entities import MAX_ENTITIES, Entity, EntityKind
from messaging.telegram.entities import from_telegram, to_telegram

TEXT = "0123456789" * 2
ENTITIES = (
    Entity(EntityKind.QUOTE, 0, 1),
    Entity(EntityKind.PRE, 1, 1, language="py"),
    Entity(EntityKind.PRE, 2, 1),
    Entity(EntityKind.CODE, 3, 1),
    Entity(EntityKind.LINK, 4, 1, url="https://a.example"),
    Entity(EntityKind.BOLD, 5, 1),
    Entity(EntityKind.ITALIC, 6, 1),
    Entity(EntityKind.UNDERLINE, 7, 1),
    Entity(EntityKind.STRIKE, 8, 1),
    Entity(EntityKind.SPOILER, 9, 1),
)
TELEGRAMS = [
    types.MessageEntityBlockquote(0, 1),
    types.MessageEntityPre(1, 1, "py"),
    types.MessageEntityPre(2, 1, ""),
    types.MessageEntityCode(3, 1),
    types.MessageEntityTextUrl(4, 1, "https://a.example"),
    types.MessageEntityBold(5, 1),
    types.MessageEntityItalic(6, 1),
    types.MessageEntityUnderline(7, 1),
    types.MessageEntityStrike(8, 1),
    types.MessageEntitySpoiler(9, 1),
]


def test_every_kind_goes_to_telegram_and_comes_back() -> None:
    assert {entity.kind for entity in ENTITIES} == set(EntityKind)
    assert [each.to_dict() for each in to_telegram(ENTITIES)] == [each.to_dict() for each in TELEGRAMS]
    assert from_telegram(TEXT, TELEGRAMS) == ENTITIES
    assert all(bytes(each) for each in to_telegram(ENTITIES))  # as it is sent


def test_what_telegram_finds_in_a_text_and_unknown_kinds_are_plain_text() -> None:
    found = [
        types.MessageEntityUrl(0, 3),
        types.MessageEntityMention(3, 3),
        types.MessageEntityCustomEmoji(6, 2, 1),
        types.MessageEntityMentionName(8, 2, 7),
        types.MessageEntityUnknown(0, 1),
        types.MessageEntityBold(1, 2),
    ]
    assert from_telegram(TEXT, found) == (Entity(EntityKind.BOLD, 1, 2),)
    assert from_telegram(TEXT, None) == from_telegram("", found) == ()


def test_hostile_entities_are_cut_to_the_text() -> None:
    hostile = [
        types.MessageEntityBold(-5, 7),
        types.MessageEntityItalic(2**31 - 1, 2**31 - 1),
        types.MessageEntityTextUrl(0, 4, "javascript:alert(1)"),
        types.MessageEntityPre(4, 99, '"><script>'),
    ]
    assert from_telegram("abcdef", hostile) == (Entity(EntityKind.BOLD, 0, 2), Entity(EntityKind.PRE, 4, 2))
    many = [types.MessageEntityBold(2 * number, 1) for number in range(1000)]
    assert len(from_telegram("ab" * 1000, many)) == MAX_ENTITIES
