"""Addresses in texts that anybody may have written are links, and nothing else becomes markup."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsolid.panel.components.template_tags import linked
from tests.fuzzing import examples

LINK = re.compile(
    r'<a class="cs-link" href="([^"<>]*)" target="_blank" rel="noopener noreferrer nofollow">([^"<>]*)</a>'
)


def links(text: str, limit: int | None = None) -> list[tuple[str, str]]:
    """Target and text of each link."""
    return [(unescape(target), unescape(shown)) for target, shown in LINK.findall(linked(text, limit))]


def same(*addresses: str) -> list[tuple[str, str]]:
    return [(address, address) for address in addresses]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See https://example.com/a?b=1&c=2#d.", same("https://example.com/a?b=1&c=2#d")),
        ("http://example.com, HTTPS://EXAMPLE.COM!", same("http://example.com", "HTTPS://EXAMPLE.COM")),
        ("(https://example.com/a_(b))", same("https://example.com/a_(b)")),
        ("“https://example.com/”…", same("https://example.com/")),
        ("https://example.com/a\nhttps://example.com/b", same("https://example.com/a", "https://example.com/b")),
        ("Join t.me/team or T.ME/+abc.", [("https://t.me/team", "t.me/team"), ("https://T.ME/+abc", "T.ME/+abc")]),
        ("https://t.me/team/5", same("https://t.me/team/5")),
        ("https://münchen.example/ü", same("https://münchen.example/ü")),
        ("http://[::1]:8000/", same("http://[::1]:8000/")),
        ('https://example.com/"onmouseover="alert(1)', same("https://example.com/")),
        ("https://example.com/<b>", same("https://example.com/")),
    ],
)
def test_addresses_are_links_with_themselves_as_text(text: str, expected: list[tuple[str, str]]) -> None:
    assert links(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "ftp://example.com/ tg://resolve?domain=team file:///etc/passwd",
        "report.py example.com www.example.com",
        "somebody@example.com @t.me/team bot.me/t.me/ at.me/team",
        "https://bank.example@evil.example/ https://bank.example\\@evil.example",
        "https:// http://. https://... t.me/ https://[broken",
        "<a href=//example.com>https:</a>",
    ],
)
def test_nothing_else_is_a_link(text: str) -> None:
    assert "<" not in linked(text)
    assert unescape(linked(text)) == text


def test_an_address_ends_before_characters_that_hide_where_it_leads() -> None:
    for invisible in "\u202e\u200b\u2066\ufeff\u00ad":
        assert links(f"https://example.com/{invisible}gro.knab") == same("https://example.com/")


def test_an_address_that_is_cut_off_is_no_link() -> None:
    text = "https://example.com/first and https://example.com/second"
    assert links(text, 40) == same("https://example.com/first")
    assert unescape(re.sub("<[^>]*>", "", linked(text, 40))) == text[:39] + "…"
    assert links(text, len(text)) == same("https://example.com/first", "https://example.com/second")


PIECES = ["https://", "t.me/", "a.b/", "(", ")", "]", '"', "'", "<", ">", "&", "@", " ", "…", "."]


@examples(200)
@given(st.lists(st.sampled_from(PIECES)))
def test_any_text_stays_what_it_is(pieces: list[str]) -> None:
    text = "".join(pieces)
    html = linked(text)
    assert unescape(LINK.sub(r"\2", html)) == text
    assert "<" not in LINK.sub("", html)
    for target, shown in links(text):
        assert target in (shown, f"https://{shown}") and re.match("https?://", target)


def test_punctuation_of_any_length_is_no_part_of_an_address() -> None:
    assert links("https://example.com/a" + ").,!" * 1000) == same("https://example.com/a")
