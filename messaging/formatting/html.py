"""Formatted texts as HTML that is safe to show: few tags, nothing but a link's address and a language in attributes."""

from collections.abc import Sequence
from html import escape
from itertools import takewhile

from messaging.formatting.entities import Entity, EntityKind, Formatted, canonical
from messaging.formatting.tags import KINDS

_TAGS = {kind: name for name, kind in KINDS.items()}


def to_html(text: str, entities: Sequence[Entity]) -> str:
    """The text as HTML, whose tags are ``b i u s a code pre blockquote tg-spoiler``; line breaks stay line breaks.

    Entities from anywhere are safe: they are taken in canonical form, and those that cross each other are cut so that
    every tag is closed inside the one around it. Reading the result gives the canonical entities again.
    """
    entities = canonical(text, entities)
    units = text.encode("utf-16-le", "surrogatepass")
    borders = sorted({0, len(units) // 2, *(border for each in entities for border in (each.offset, each.end))})
    written: list[str] = []
    stack: list[Entity] = []
    for start, end in zip(borders, [*borders[1:], borders[-1]], strict=True):
        over = [each for each in entities if each.offset <= start < each.end]
        kept = list(takewhile(over.__contains__, stack))
        if any(each.kind == EntityKind.QUOTE and each not in kept for each in over):
            kept = []  # a quote is around everything
        opened = sorted((each for each in over if each not in kept), key=_nesting)
        written += [_closing(each) for each in reversed(stack[len(kept) :])]
        written += [_opening(each) for each in opened]
        written.append(escape(units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")))
        stack = kept + opened
    return "".join(written)


def shown_as_html(formatted: Formatted) -> str | None:
    """:func:`to_html` of the text; None where it has no formatting."""
    return to_html(formatted.text, formatted.entities) if formatted.entities else None


def _nesting(entity: Entity) -> tuple[bool, int, int]:
    """Outer tags before inner ones."""
    return entity.kind != EntityKind.QUOTE, -entity.end, list(EntityKind).index(entity.kind)


def _opening(entity: Entity) -> str:
    if entity.kind == EntityKind.LINK:
        return f'<a href="{escape(entity.url)}">'
    if entity.language:
        return f'<pre><code class="language-{escape(entity.language)}">'
    return f"<{_TAGS[entity.kind]}>"


def _closing(entity: Entity) -> str:
    return "</code></pre>" if entity.language else f"</{_TAGS[entity.kind]}>"
