"""Texts on pages that say which fields they have: formatted, with the names of the fields."""

import pytest

from messaging.panel.composing import with_fields_marked, with_fields_named

LABELS = {"first_name": "First <name>", "email": "E-mail"}
EMAIL = '<span class="cs-var">E-mail</span>'
OUT = 'target="_blank" rel="noopener noreferrer nofollow"'
FIRST = '<span class="cs-var">First &lt;name&gt;</span>'


@pytest.mark.parametrize(
    ("text", "format", "html"),
    [
        ("Hi {first_name}, <b>", "plain", f"Hi {FIRST}, &lt;b&gt;"),
        ("Hi **{first_name}** {email|<x>}{email}", "markdown", f"Hi <b>{FIRST}</b> {{}}{{}}"),
        ("<i>{first_name}</i>", "html", f"<i>{FIRST}</i>"),
        (
            "[you](https://a.example/{email})",
            "markdown",
            f'<a class="cs-link" href="https://a.example/email" {OUT}>you</a>',
        ),
        ("`{email}` https://a.example", "markdown", f"<code>{EMAIL}</code> https://a.example"),
        (
            "||{email}||",
            "markdown",
            '<label class="cs-spoiler"><input type="checkbox" aria-label="Show the hidden text">'
            f"<span>{EMAIL}</span></label>",
        ),
        # Nobody writes such a character.
        ("\ue0000\ue000 {first_name}", "plain", f"{FIRST} {FIRST}"),
        (
            "[you](https://a.example/\ue0000\ue000){email}",
            "markdown",
            f'<a class="cs-link" href="https://a.example/\ue0000\ue000" {OUT}>you</a>{EMAIL}',
        ),
        ("**{first_name}", "markdown", "**{first_name}"),
        ("{first_name", "html", "{first_name"),
        ("<script>", "html", "&lt;script&gt;"),
    ],
)
def test_fields_are_marked(text: str, format: str, html: str) -> None:
    marks = '<span class="cs-var">E-mail, or “&lt;x&gt;”</span>', '<span class="cs-var">E-mail</span>'
    assert with_fields_marked(text, LABELS, format) == html.replace("{}", marks[0], 1).replace("{}", marks[1], 1)


def test_line_of_a_list_has_no_formatting() -> None:
    assert with_fields_named("> Hi **{email}** {nobody}", LABELS, "markdown") == "Hi [E-mail] [nobody]"
    assert with_fields_named("Hi **{email}", LABELS, "markdown") == "Hi **{email}"
    assert with_fields_marked("> Hi **{first_name}**", LABELS, "markdown", styled=False) == f"Hi {FIRST}"
