"""Formatted texts of messages as HTML of the panel."""

import re
from collections.abc import Callable, Sequence
from html import unescape

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from crmsolid.panel.components.template_tags import linked
from messaging.formatting.entities import Entity, EntityKind, Formatted, from_json
from messaging.formatting.html import to_html
from messaging.formatting.markup import parse
from messaging.models import Direction, Format, Message

_TAG = re.compile(r"(<[^>]*>)")
_AFTER_BLOCK = re.compile(r"(</(?:blockquote|pre)>)\n")
_HREF = re.compile(r'<a href="([^"]*)">')
_SPECIAL = re.compile(r"[\\`*]|(?<!\w)_|_(?!\w)|~~|\|\||\[(?=[^\]\n]*\]\()|^>", re.MULTILINE)
_MARKS = {
    EntityKind.BOLD: ("**", "**"),
    EntityKind.ITALIC: ("*", "*"),
    EntityKind.UNDERLINE: ("__", "__"),
    EntityKind.STRIKE: ("~~", "~~"),
    EntityKind.SPOILER: ("||", "||"),
    EntityKind.CODE: ("`", "`"),
}
# In these, addresses are no links: they stand in one, or are code.
_UNLINKED = ("a", "code", "pre")
# A checkbox, so that a spoiler opens by click and keyboard, with and without a script.
_SPOILER = mark_safe('<label class="cs-spoiler"><input type="checkbox" aria-label="Show the hidden text"><span>')


def _plain(text: str, may_link: bool) -> SafeString:
    return linked(text) if may_link else escape(text)


def html_of(text: str, entities: Sequence[Entity], draw: Callable[[str, bool], SafeString] = _plain) -> SafeString:
    """A text as it is shown: formatted, with its addresses as links. It may be anybody's. ``draw`` makes HTML of what
    stands between the tags; its second argument says whether links may be made there."""
    if not entities:
        return draw(text, True)
    shown, inside = [], 0
    # The end of a block ends its line.
    for piece in _TAG.split(_AFTER_BLOCK.sub(r"\1", to_html(text, entities))):
        if not piece.startswith("<"):
            shown.append(draw(unescape(piece), not inside))
            continue
        name = piece.strip("</>").partition(" ")[0]
        if name in _UNLINKED:
            inside += -1 if piece.startswith("</") else 1
        shown.append(_tag(piece))
    return mark_safe("".join(shown))


def source_of(message: Message) -> tuple[str, str]:
    """The text of a message as somebody writes it, and its format: Markdown where that says all of it, else HTML."""
    if message.direction == Direction.OUT and not message.rendered:
        return message.text, message.format
    entities = from_json(message.entities)
    if not entities:
        return _braced(message.text), Format.PLAIN
    written = _braced(_markdown(message.text, entities))
    try:
        if parse(written, Format.MARKDOWN).fill({}) == Formatted(message.text, entities):
            return written, Format.MARKDOWN
    except ValueError:
        pass
    return _braced(to_html(message.text, entities)), Format.HTML


def _braced(text: str) -> str:
    """The text with its braces as they are written where variables may stand."""
    return text.replace("{", "{{").replace("}", "}}")


def as_markdown(text: str) -> str:
    """Plain text as Markdown that means the same."""
    return _SPECIAL.sub(lambda found: "".join(f"\\{each}" for each in found[0]), text)


def _markdown(text: str, entities: Sequence[Entity]) -> str:
    marks: list[tuple[int, int, str]] = []
    for number, each in enumerate(entities):
        before, after = _MARKS.get(each.kind, ("", ""))
        if each.kind == EntityKind.LINK:
            before, after = "[", f"]({each.url})"
        marks += [(each.offset, number, before), (each.offset + each.length, -number - 1, after)]
    written, done, units = [], 0, text.encode("utf-16-le")
    for at, _, mark in sorted(marks):
        written += [as_markdown(units[2 * done : 2 * at].decode("utf-16-le")), mark]
        done = at
    return "".join([*written, as_markdown(units[2 * done :].decode("utf-16-le"))])


def _tag(tag: str) -> SafeString:
    """A tag of :func:`messaging.formatting.html.to_html` as the panel has it."""
    if link := _HREF.fullmatch(tag):
        attributes = 'class="cs-link" href="{}" target="_blank" rel="noopener noreferrer nofollow"'
        return format_html(f"<a {attributes}>", unescape(link[1]))
    if tag == "<tg-spoiler>":
        return _SPOILER
    return mark_safe("</span></label>" if tag == "</tg-spoiler>" else tag)
