"""Formatted texts of messages as HTML of the panel."""

import re
from collections.abc import Callable, Sequence
from html import unescape

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from crmsolid.panel.components.template_tags import linked
from messaging.formatting.entities import Entity, Formatted, from_json
from messaging.formatting.html import to_html
from messaging.formatting.written import written
from messaging.models import Direction, Message

_TAG = re.compile(r"(<[^>]*>)")
_AFTER_BLOCK = re.compile(r"(</(?:blockquote|pre)>)\n")
_HREF = re.compile(r'<a href="([^"]*)">')
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
    return written(Formatted(message.text, from_json(message.entities)))


def _tag(tag: str) -> SafeString:
    """A tag of :func:`messaging.formatting.html.to_html` as the panel has it."""
    if link := _HREF.fullmatch(tag):
        attributes = 'class="cs-link" href="{}" target="_blank" rel="noopener noreferrer nofollow"'
        return format_html(f"<a {attributes}>", unescape(link[1]))
    if tag == "<tg-spoiler>":
        return _SPOILER
    return mark_safe("</span></label>" if tag == "</tg-spoiler>" else tag)
