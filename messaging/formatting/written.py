"""Formatted texts as somebody writes them: in Markdown where that says all of it, else in HTML."""

import re
from collections.abc import Sequence

from messaging.formatting.entities import Entity, EntityKind, Formatted
from messaging.formatting.html import to_html
from messaging.formatting.markup import parse
from messaging.models import Format

_SPECIAL = re.compile(r"[\\`*]|(?<!\w)_|_(?!\w)|~~|\|\||\[(?=[^\]\n]*\]\()|^>", re.MULTILINE)
_MARKS = {
    EntityKind.BOLD: ("**", "**"),
    EntityKind.ITALIC: ("*", "*"),
    EntityKind.UNDERLINE: ("__", "__"),
    EntityKind.STRIKE: ("~~", "~~"),
    EntityKind.SPOILER: ("||", "||"),
    EntityKind.CODE: ("`", "`"),
}


def written(formatted: Formatted) -> tuple[str, str]:
    """The text as it is written where variables may stand, and its format."""
    if not formatted.entities:
        return _braced(formatted.text), Format.PLAIN
    text = _braced(_markdown(formatted.text, formatted.entities))
    try:
        if parse(text, Format.MARKDOWN).fill({}) == formatted:
            return text, Format.MARKDOWN
    except ValueError:
        pass
    return _braced(to_html(formatted.text, formatted.entities)), Format.HTML


def as_markdown(text: str) -> str:
    """Plain text as Markdown that means the same."""
    return _SPECIAL.sub(lambda found: "".join(f"\\{each}" for each in found[0]), text)


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _markdown(text: str, entities: Sequence[Entity]) -> str:
    marks: list[tuple[int, int, str]] = []
    for number, each in enumerate(entities):
        before, after = _MARKS.get(each.kind, ("", ""))
        if each.kind == EntityKind.LINK:
            before, after = "[", f"]({each.url})"
        marks += [(each.offset, number, before), (each.offset + each.length, -number - 1, after)]
    pieces, done, units = [], 0, text.encode("utf-16-le")
    for at, _, mark in sorted(marks):
        pieces += [as_markdown(units[2 * done : 2 * at].decode("utf-16-le")), mark]
        done = at
    return "".join([*pieces, as_markdown(units[2 * done :].decode("utf-16-le"))])
