"""Markdown as HTML: headings with GitHub's anchors, code with colours, tables that scroll, and no raw HTML."""

import re
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import pygments
from django.utils.html import escape, format_html
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

_FORMATTER = HtmlFormatter(nowrap=True)  # classes alone: the style sheet has the colours
_NAME = re.compile(r"[\w-]+")
# Three or more blocks of different ones of these languages right below one another are one example, of which the reader
# chooses the tab; a command and a program may follow one another. Their names there.
FEWEST_TABS = 3
TABS = {"sh": "curl", "python": "Python", "ts": "TypeScript", "csharp": "C#"}

Rewrite = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Definition:
    """What explains a name, such as a setting or a header: the row of a table or the item of a list that begins with it
    as code. ``text`` is the other cells of the row, or the item."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text below it, up to the next heading, without markup."""

    heading: Heading
    text: str
    definitions: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """``html`` is what follows the title, ``summary`` the paragraph right below it in plain text, if there is one."""

    title: Heading
    summary: str
    html: str
    sections: tuple[Section, ...]

    @property
    def headings(self) -> list[Heading]:
        return [section.heading for section in self.sections]


class _Renderer(RendererHTML):
    """Each method renders the tokens of its name."""

    def heading_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        anchor = tokens[idx - 2].attrGet("id")
        label = f"Link to “{_text(tokens[idx - 1])}”"
        link = format_html('<a class="docs-anchor" href="#{}" aria-label="{}">#</a>', anchor, label)
        return f" {link}</{tokens[idx].tag}>\n"

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        return '<div class="docs-scroll" data-scrolls>\n<table>\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        return "</table>\n</div>\n"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        env["blocks"] = env.get("blocks", 0) + 1
        language, tab = _language(tokens[idx]), tokens[idx].meta.get("tab", "")
        block = code_block(tokens[idx].content, language, f"code-block-{env['blocks']}", TABS[language] if tab else "")
        return f"{'<div data-tabs>' if tab == 'first' else ''}{block}{'</div>' if tab == 'last' else ''}"

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        return self.fence(tokens, idx, options, env)


_MARKDOWN = MarkdownIt("js-default", renderer_cls=_Renderer)  # no raw HTML; links that run scripts are refused


def render(markdown: str, *, link: Rewrite, image: Rewrite) -> Rendered:
    """``link`` and ``image`` turn an address of the text into one of the site. A link to an empty one becomes text.

    ``ValueError`` unless the text begins with its title.
    """
    tokens = _MARKDOWN.parse(markdown)
    if not tokens or tokens[0].tag != "h1":
        raise ValueError("a page of the documentation begins with its title: # Title")
    _name_headings(tokens)
    _group_tabs(tokens)
    for token in tokens:
        _align_by_class(token)
        _rewrite(token.children or [], link, image)
    sections = _sections(tokens)
    below = tokens[3:]  # the title is heading_open, inline, heading_close
    summary = _text(below[1]) if below and below[0].type == "paragraph_open" else ""
    html = _MARKDOWN.renderer.render(below, _MARKDOWN.options, {})
    return Rendered(sections[0].heading, summary, html, sections)


def code_block(text: str, language: str, block_id: str, tab: str = "") -> str:
    """Code, and above it the button that copies it, which shows once the panel's script is there. ``tab`` is its title
    if it is one of several tabs."""
    opening = '<div class="docs-code">'
    if tab:
        opening = format_html('<div class="docs-code" data-tab="{}"><p class="docs-tab-title">{}</p>', tab, tab)
    return (
        f"{opening}"
        f'<button type="button" class="docs-copy" data-copy="#{block_id}" hidden><span>Copy</span></button>'
        f'<pre id="{block_id}" data-scrolls><code>{_coloured(text, language)}</code></pre></div>\n'
    )


def _coloured(text: str, language: str) -> str:
    try:
        lexer = get_lexer_by_name(language or "text")
    except ClassNotFound:
        return escape(text)
    return pygments.highlight(text, lexer, _FORMATTER)


def _name_headings(tokens: list[Token]) -> None:
    """Give each heading the id that GitHub gives it."""
    seen: dict[str, int] = {}
    for token, inline in zip(tokens, tokens[1:], strict=False):
        if token.type != "heading_open":
            continue
        anchor = re.sub(r"[^\w -]", "", _text(inline).lower()).replace(" ", "-")
        count = seen.get(anchor, 0)
        seen[anchor] = count + 1
        token.attrSet("id", f"{anchor}-{count}" if count else anchor)


def _group_tabs(tokens: list[Token]) -> None:
    """Mark the first and the last block of each example in several languages, and those between."""
    group: list[Token] = []
    for token in [*tokens, None]:
        language = _language(token) if token is not None and token.type == "fence" else ""
        if token is not None and language in TABS and language not in map(_language, group):
            group.append(token)
            continue
        if len(group) >= FEWEST_TABS:
            for each in group:
                each.meta["tab"] = "first" if each is group[0] else "last" if each is group[-1] else "between"
        group = [token] if token is not None and language in TABS else []


def _language(fence: Token) -> str:
    return fence.info.split(" ")[0]


def _align_by_class(token: Token) -> None:
    """The alignment of a table's column, for which markdown-it sets a style, which the policy of the pages refuses."""
    style = token.attrs.pop("style", None) if token.type in ("th_open", "td_open") else None
    if style:
        token.attrSet("class", f"docs-{str(style).removeprefix('text-align:')}")


def _rewrite(children: list[Token], link: Rewrite, image: Rewrite) -> None:
    """The addresses of one paragraph's links and images. A link that leads nowhere becomes a ``<span>``."""
    open_link: Token | None = None
    for token in children:
        if token.type == "image":
            token.attrs = {**token.attrs, "src": image(str(token.attrs["src"])), "loading": "lazy"}
        elif token.type == "link_open":
            open_link, address = token, link(str(token.attrs["href"]))
            token.tag, token.attrs = ("a", {"href": address}) if address else ("span", {})
        elif token.type == "link_close" and open_link is not None:
            token.tag = open_link.tag


def _sections(tokens: list[Token]) -> tuple[Section, ...]:
    """The text of the tokens by heading; the first token opens a heading."""
    starts = [number for number, token in enumerate(tokens) if token.type == "heading_open"]
    return tuple(
        Section(
            Heading(int(tokens[start].tag[1:]), _text(tokens[start + 1]), str(tokens[start].attrGet("id"))),
            _text_of(tokens[start + 3 : end]),
            tuple(_definitions(tokens[start:end])),
        )
        for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True)
    )


def _definitions(tokens: list[Token]) -> Iterator[Definition]:
    for number, token in enumerate(tokens):
        is_row = token.type == "tr_open" and tokens[number + 1].type == "td_open"
        if not is_row and token.type != "list_item_open":
            continue
        first = tokens[number + 2].children or []  # after the opening of the row and of its cell, or of a paragraph
        if not first or first[0].type != "code_inline":
            continue
        name = first[0].content
        if is_row:
            end = next(index for index in range(number, len(tokens)) if tokens[index].type == "tr_close")
            yield Definition(name, _text_of(tokens[number + 3 : end]))
        elif _NAME.fullmatch(name):  # other items begin with an example or a part of a sentence
            yield Definition(name, _text(tokens[number + 2]))


def _text_of(tokens: list[Token]) -> str:
    return " ".join(_text(token) for token in tokens if token.type in ("inline", "fence", "code_block"))


def _text(token: Token) -> str:
    """What a reader sees of a token, in one line."""
    if token.children is None:
        return " ".join(token.content.split())
    parts = (" " if child.type in ("softbreak", "hardbreak") else child.content for child in token.children)
    return " ".join("".join(parts).split())
