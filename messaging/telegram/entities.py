"""The formatting of Telegram's messages. Addresses, mentions and commands that Telegram finds by itself in a text are
plain text here, for its apps find them again."""

from collections.abc import Iterable, Sequence
from typing import Any

from telethon.tl import types

from messaging.formatting.entities import MAX_ENTITIES, Entity, EntityKind, canonical

_TYPES: dict[EntityKind, Any] = {
    EntityKind.QUOTE: types.MessageEntityBlockquote,
    EntityKind.PRE: types.MessageEntityPre,
    EntityKind.CODE: types.MessageEntityCode,
    EntityKind.LINK: types.MessageEntityTextUrl,
    EntityKind.BOLD: types.MessageEntityBold,
    EntityKind.ITALIC: types.MessageEntityItalic,
    EntityKind.UNDERLINE: types.MessageEntityUnderline,
    EntityKind.STRIKE: types.MessageEntityStrike,
    EntityKind.SPOILER: types.MessageEntitySpoiler,
}
_KINDS = {type_: kind for kind, type_ in _TYPES.items()}


def to_telegram(entities: Iterable[Entity]) -> list[Any]:
    """The entities in the form that Telegram's requests take."""
    return [_to_telegram(entity) for entity in entities]


def _to_telegram(entity: Entity) -> Any:
    where = {"offset": entity.offset, "length": entity.length}
    if entity.kind == EntityKind.LINK:
        return types.MessageEntityTextUrl(**where, url=entity.url)
    if entity.kind == EntityKind.PRE:
        return types.MessageEntityPre(**where, language=entity.language)
    return _TYPES[entity.kind](**where)


def from_telegram(text: str, entities: Sequence[Any] | None) -> tuple[Entity, ...]:
    """The formatting of a text of Telegram's, in canonical form. Kinds that are not known here are left out, and so is
    what lies outside the text."""
    known = [each for each in entities or [] if type(each) in _KINDS][:MAX_ENTITIES]
    return canonical(text, map(_from_telegram, known))


def _from_telegram(entity: Any) -> Entity:
    url, language = getattr(entity, "url", None) or "", getattr(entity, "language", None) or ""
    return Entity(_KINDS[type(entity)], entity.offset, entity.length, url, language)
