"""The formatting of a text: entities, each a kind with the stretch of the text that has it.

Offsets and lengths count UTF-16 units, as Telegram does. Stored and sent entities have the canonical form of
:func:`canonical`, so that equal formatting is equal data.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

# More are not kept by Telegram.
MAX_ENTITIES = 100
MAX_URL = 2048
# Where links may lead. A backslash is a slash to browsers, so that what stands behind one could become the host.
_URL = re.compile(r"(?:https?://[^/?#]|tg://.|mailto:.).*", re.IGNORECASE)
_REFUSED_IN_URL = re.compile(r"[\s\\\x00-\x20\x7f\"<>]")
_LANGUAGE = re.compile(r"[A-Za-z0-9_+#.-]{1,64}")


class EntityKind(StrEnum):
    """In the order in which entities of the same stretch contain each other."""

    QUOTE = "quote"
    PRE = "pre"
    CODE = "code"
    LINK = "link"
    BOLD = "bold"
    ITALIC = "italic"
    UNDERLINE = "underline"
    STRIKE = "strike"
    SPOILER = "spoiler"


_RANK = {kind: rank for rank, kind in enumerate(EntityKind)}
STYLES = (EntityKind.BOLD, EntityKind.ITALIC, EntityKind.UNDERLINE, EntityKind.STRIKE, EntityKind.SPOILER)


@dataclass(frozen=True, slots=True)
class Entity:
    """``length`` units of a text from ``offset`` on, in UTF-16 units. A link has its ``url``, a ``pre`` may have a
    ``language``."""

    kind: EntityKind
    offset: int
    length: int
    url: str = ""
    language: str = ""

    @property
    def end(self) -> int:
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text and its formatting, in canonical form."""

    text: str
    entities: tuple[Entity, ...] = ()

    def trimmed(self) -> "Formatted":
        """Without blank characters at both ends, of which Telegram drops those of a text."""
        text = self.text.strip()
        cut = utf16_length(self.text[: len(self.text) - len(self.text.lstrip())])
        moved = [Entity(e.kind, e.offset - cut, e.length, e.url, e.language) for e in self.entities]
        return Formatted(text, canonical(text, moved))


def is_safe_url(url: str) -> bool:
    """Whether this is a whole address that a link may have: http, https, tg or mailto, without blanks."""
    return len(url) <= MAX_URL and _REFUSED_IN_URL.search(url) is None and _URL.fullmatch(url) is not None


def is_language(name: str) -> bool:
    """Whether this may be the language of a ``pre``: up to 64 letters, digits and ``_ + # . -``."""
    return _LANGUAGE.fullmatch(name) is not None


def utf16_length(text: str) -> int:
    """The length as Telegram counts it, in UTF-16 units: an emoji outside the basic plane counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


# --- The canonical form -----------------------------------------------------------------------------------------------
# What has the same key in two neighbouring pieces of a text is one entity: the url or language, and the numbers of the
# entities that it must not be joined across.
_Key = tuple[str, int, int]


def canonical(text: str, entities: Iterable[Entity]) -> tuple[Entity, ...]:
    """The same formatting as Telegram would keep it, sorted by offset, the longer first.

    Nothing is empty, beyond the text, inside a character, or twice. Nothing but a quote is around ``pre`` and
    ``code``; links and quotes contain none of their kind; links have a safe address. Of two that exclude each other,
    the one of the earlier kind in :class:`EntityKind`, or that begins earlier, keeps what they share. Takes time in
    proportion to the text and the square of the number of entities.
    """
    sources = _clipped(text, entities)
    if not sources:
        return ()
    borders = sorted({border for each in sources for border in (each.offset, each.end)})
    runs: dict[tuple[EntityKind, _Key], tuple[int, int]] = {}
    found: list[Entity] = []
    for start, end in pairwise(borders):
        active = [number for number, each in enumerate(sources) if each.offset <= start and end <= each.end]
        current = dict.fromkeys(_effective(sources, active), (start, end))
        for kind_and_key, (_, last) in current.items():
            first = runs.pop(kind_and_key)[0] if kind_and_key in runs else start
            current[kind_and_key] = (first, last)
        found += [_entity(*ended) for ended in runs.items()]
        runs = current
    found += [_entity(*ended) for ended in runs.items()]
    return tuple(sorted(found, key=_order))


def _clipped(text: str, entities: Iterable[Entity]) -> list[Entity]:
    units = text.encode("utf-16-le", "surrogatepass")
    size = len(units) // 2

    def border(at: int) -> int:
        at = min(max(at, 0), size)
        is_inside = 0 < at < size and units[2 * at + 1] & 0xFC == 0xDC and units[2 * at - 1] & 0xFC == 0xD8
        return at - 1 if is_inside else at

    clipped = []
    for each in entities:
        start, end = border(each.offset), border(each.offset + max(each.length, 0))
        if start < end and (each.kind != EntityKind.LINK or is_safe_url(each.url)):
            url = each.url if each.kind == EntityKind.LINK else ""
            language = each.language if each.kind == EntityKind.PRE and is_language(each.language) else ""
            clipped.append(Entity(each.kind, start, end - start, url, language))
    return sorted(clipped, key=_order)


def _order(entity: Entity) -> tuple[int, int, int]:
    return entity.offset, -entity.length, _RANK[entity.kind]


def _effective(sources: Sequence[Entity], active: Sequence[int]) -> Iterator[tuple[EntityKind, _Key]]:
    """What a stretch has that all of these entities are over."""
    by_kind: dict[EntityKind, int] = {}
    for number in active:
        by_kind.setdefault(sources[number].kind, number)
    # Two quotes, or two blocks, side by side are not one.
    quote = by_kind.get(EntityKind.QUOTE, -1)
    if quote >= 0:
        yield EntityKind.QUOTE, ("", quote, 0)
    if EntityKind.PRE in by_kind:
        number = by_kind[EntityKind.PRE]
        yield EntityKind.PRE, (sources[number].language, number, quote)
        return
    if EntityKind.CODE in by_kind:
        yield EntityKind.CODE, ("", 0, 0)
        return
    if EntityKind.LINK in by_kind:
        yield EntityKind.LINK, (sources[by_kind[EntityKind.LINK]].url, 0, 0)
    yield from ((kind, ("", 0, 0)) for kind in STYLES if kind in by_kind)


def _entity(kind_and_key: tuple[EntityKind, _Key], stretch: tuple[int, int]) -> Entity:
    kind, (detail, *_) = kind_and_key
    start, end = stretch
    url, language = (detail, "") if kind == EntityKind.LINK else ("", detail)
    return Entity(kind, start, end - start, url, language)


# --- The column -------------------------------------------------------------------------------------------------------
def to_json(entities: Iterable[Entity]) -> list[dict[str, Any]]:
    """The entities as they are stored: ``kind``, ``offset``, ``length``, and ``url`` and ``language`` if not empty."""
    return [
        {"kind": str(each.kind), "offset": each.offset, "length": each.length}
        | {name: value for name, value in (("url", each.url), ("language", each.language)) if value}
        for each in entities
    ]


def from_json(stored: Iterable[dict[str, Any]]) -> tuple[Entity, ...]:
    """The entities of a column that :func:`to_json` made."""
    return tuple(Entity(**each | {"kind": EntityKind(each["kind"])}) for each in stored)
