"""Entities in canonical form, as HTML and as JSON, also those that Telegram would never send."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.formatting.entities import Entity, EntityKind, Formatted, canonical, from_json, to_json, utf16_length
from messaging.formatting.html import to_html
from messaging.formatting.markup import parse
from tests.fuzzing import examples

BOLD, ITALIC, CODE, PRE, QUOTE, LINK = (EntityKind(kind) for kind in ("bold", "italic", "code", "pre", "quote", "link"))


@pytest.mark.parametrize(
    ("text", "entities", "expected"),
    [
        ("abc", [Entity(BOLD, 0, 0)], []),
        ("abc", [Entity(BOLD, -2, 4), Entity(ITALIC, 2, 99), Entity(CODE, 7, 2)],
         [Entity(BOLD, 0, 2), Entity(ITALIC, 2, 1)]),
        ("abc", [Entity(BOLD, 2, -5)], []),
        ("abcd", [Entity(BOLD, 0, 2), Entity(BOLD, 1, 2), Entity(BOLD, 3, 1)], [Entity(BOLD, 0, 4)]),
        ("a😀b", [Entity(BOLD, 2, 2)], [Entity(BOLD, 1, 3)]),
        ("a😀b", [Entity(BOLD, 0, 2)], [Entity(BOLD, 0, 1)]),
        ("abc", [Entity(BOLD, 0, 3), Entity(CODE, 1, 1)],
         [Entity(BOLD, 0, 1), Entity(CODE, 1, 1), Entity(BOLD, 2, 1)]),
        ("abc", [Entity(PRE, 0, 2, language="py"), Entity(CODE, 0, 3)],
         [Entity(PRE, 0, 2, language="py"), Entity(CODE, 2, 1)]),
        ("abc", [Entity(PRE, 0, 3, language="<script>")], [Entity(PRE, 0, 3)]),
        ("abc", [Entity(LINK, 0, 3, "javascript:x")], []),
        ("abc", [Entity(LINK, 0, 2, "https://a.example"), Entity(LINK, 1, 2, "https://b.example")],
         [Entity(LINK, 0, 2, "https://a.example"), Entity(LINK, 2, 1, "https://b.example")]),
        ("abcd", [Entity(QUOTE, 0, 2), Entity(QUOTE, 2, 2)], [Entity(QUOTE, 0, 2), Entity(QUOTE, 2, 2)]),
        ("abcd", [Entity(QUOTE, 0, 3), Entity(QUOTE, 1, 3)], [Entity(QUOTE, 0, 3), Entity(QUOTE, 3, 1)]),
        ("abcd", [Entity(QUOTE, 0, 2), Entity(PRE, 1, 2)], [Entity(QUOTE, 0, 2), Entity(PRE, 1, 1), Entity(PRE, 2, 1)]),
        ("abc", [Entity(BOLD, 0, 2, "x", "y")], [Entity(BOLD, 0, 2)]),
        ("abc", [Entity(ITALIC, 0, 2), Entity(BOLD, 0, 2)], [Entity(BOLD, 0, 2), Entity(ITALIC, 0, 2)]),
    ],
)  # fmt: skip
def test_canonical(text: str, entities: list[Entity], expected: list[Entity]) -> None:
    assert canonical(text, entities) == tuple(expected)


@pytest.mark.parametrize(
    ("text", "entities", "html"),
    [
        ("<b>&\"'", [], "&lt;b&gt;&amp;&quot;&#x27;"),
        ("ab\ncd", [Entity(BOLD, 0, 5)], "<b>ab\ncd</b>"),
        ("abcdef", [Entity(BOLD, 0, 4), Entity(ITALIC, 2, 4)], "<b>ab<i>cd</i></b><i>ef</i>"),
        ("abcd", [Entity(BOLD, 0, 3), Entity(QUOTE, 1, 3)], "<b>a</b><blockquote><b>bc</b>d</blockquote>"),
        ("ab", [Entity(PRE, 0, 2, language='"><script>')], "<pre>ab</pre>"),
        ("ab", [Entity(LINK, 0, 2, "javascript:alert(1)")], "ab"),
        ("ab", [Entity(LINK, 0, 2, "https://a.example/'&x")], '<a href="https://a.example/&#x27;&amp;x">ab</a>'),
        ("ab", [Entity(LINK, 0, 2, 'https://a.example/"onclick="')], "ab"),
    ],
)
def test_html(text: str, entities: list[Entity], html: str) -> None:
    assert to_html(text, entities) == html


def test_json() -> None:
    entities = (Entity(LINK, 0, 2, "https://a.example"), Entity(PRE, 3, 1, language="py"), Entity(BOLD, 5, 1))
    stored = [
        {"kind": "link", "offset": 0, "length": 2, "url": "https://a.example"},
        {"kind": "pre", "offset": 3, "length": 1, "language": "py"},
        {"kind": "bold", "offset": 5, "length": 1},
    ]
    assert to_json(entities) == stored
    assert from_json(stored) == entities
    assert type(from_json(stored)[2].kind) is EntityKind


def test_trimmed_moves_the_entities() -> None:
    formatted = Formatted(" \n😀 a \n", (Entity(BOLD, 0, 4), Entity(ITALIC, 5, 3)))
    assert formatted.trimmed() == Formatted("😀 a", (Entity(BOLD, 0, 2), Entity(ITALIC, 3, 1)))


# --- Any entities -----------------------------------------------------------------------------------------------------
URLS = st.sampled_from(["https://a.example/?b&c", "tg://x", "javascript:x", 'https://a.example/"', ""])
LANGUAGES = st.sampled_from(["", "py", "c++", '"><script>'])
ENTITIES = st.builds(
    Entity, st.sampled_from(list(EntityKind)), st.integers(-3, 25), st.integers(-3, 25), URLS, LANGUAGES
)
TEXTS = st.text(st.one_of(st.sampled_from("ab <>&\"'\n😀{}"), st.characters(exclude_characters="\r")), max_size=20)
SAFE = re.compile(
    r"<(?:/?(?:b|i|u|s|code|pre|blockquote|tg-spoiler)|/a|code class=\"language-[\w+]+\"|a href=\"(?:https|tg)://[^\"<>]*\")>"
)


@examples(500)
@given(TEXTS, st.lists(ENTITIES, max_size=12))
def test_html_of_any_entities_is_safe_and_reads_back(text: str, entities: list[Entity]) -> None:
    found = canonical(text, entities)
    assert canonical(text, found) == found
    assert list(found) == sorted(found, key=lambda each: (each.offset, -each.length))
    assert all(each.length > 0 and each.offset >= 0 and each.end <= utf16_length(text) for each in found)
    html = to_html(text, entities)
    assert "<" not in SAFE.sub("", html)
    parsed = parse(html.replace("{", "{{").replace("}", "}}"), "html")
    pieces = "".join(str(piece) for piece in parsed.pieces)
    assert pieces == text
    filled = parsed.fill({})
    assert filled == Formatted(text, found).trimmed() if found else filled == Formatted(text)
    assert from_json(to_json(found)) == found
