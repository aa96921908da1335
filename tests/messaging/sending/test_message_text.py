"""Templates in the text of a message, and how the values of a contact are rendered."""

import random
import time
from typing import Any

import pytest

from contacts.models import Contact
from messaging.sending.message_text import (
    TemplateSyntaxError,
    TemplateUnresolved,
    render,
    render_for,
    utf16_length,
    variables,
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", set()),
        ("plain", set()),
        ("{first_name}", {"first_name"}),
        ("Hi {first_name|there}, {company}!", {"first_name", "company"}),
        ("{a}{a}{a|x}", {"a"}),
        ("{{a}}", set()),
        ("{{{a}}}", {"a"}),
        ("{город|Москва}", {"город"}),
        ("{" + "n" * 64 + "}", {"n" * 64}),
    ],
)
def test_variables(text: str, names: set[str]) -> None:
    assert variables(text) == names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain | text", "plain | text"),
        ("Hi {first_name}", "Hi Anna"),
        ("Hi {first_name|there}", "Hi Anna"),
        ("Hi {empty|there}", "Hi there"),
        ("Hi {blank|there}", "Hi there"),
        ("Hi {none|there}", "Hi there"),
        ("Hi {missing|there}", "Hi there"),
        ("Hi{missing|}!", "Hi!"),
        ("{missing|a|b}", "a|b"),
        ("{missing|two\nlines 😀}", "two\nlines 😀"),
        ("{missing| }", " "),
        ("{{first_name}}", "{first_name}"),
        ("{{{first_name}}}", "{Anna}"),
        ("{{}}", "{}"),
        ("{{{{", "{{"),
        ("}}}}", "}}"),
        ("{first_name}}}", "Anna}"),
        ("{first_name}{first_name}", "AnnaAnna"),
        ("{tricky}", "{first_name} {{ }} {"),
        ("{missing|x}{tricky}", "x{first_name} {{ }} {"),
        ("{spaced}", " Anna "),
        ("%s %(a)s $a \\1 {first_name}", "%s %(a)s $a \\1 Anna"),
    ],
)
def test_render(text: str, expected: str) -> None:
    values = {
        "first_name": "Anna",
        "empty": "",
        "blank": " \n",
        "none": None,
        "tricky": "{first_name} {{ }} {",
        "spaced": " Anna ",
    }
    assert render(text, values) == expected


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("{", "a single { at character 1; write {{ for the character"),
        ("ab}", "a single } at character 3; write }} for the character"),
        ("{{a}", "a single } at character 4; write }} for the character"),
        ("{a}}", "a single } at character 4; write }} for the character"),
        ("{a{b}", "a single { at character 1; write {{ for the character"),
        ("{a|{b}}", "a single { at character 1; write {{ for the character"),
        ("😀 {first_name", "a single { at character 3; write {{ for the character"),
        ("{}", "no variable name after the { at character 1; write {name} or {{"),
        ("x{|there}", "no variable name after the { at character 2; write {name} or {{"),
        ("{ a}", "no variable name after the { at character 1; write {name} or {{"),
        ("{a }", "no variable name after the { at character 1; write {name} or {{"),
        ("{a\n}", "no variable name after the { at character 1; write {name} or {{"),
        ("{a.b}", "no variable name after the { at character 1; write {name} or {{"),
        ("{1a}", "no variable name after the { at character 1; write {name} or {{"),
        ("{a-b}", "no variable name after the { at character 1; write {name} or {{"),
        ("{a!r}", "no variable name after the { at character 1; write {name} or {{"),
        ("{" + "n" * 65 + "}", "no variable name after the { at character 1; write {name} or {{"),
    ],
)
def test_syntax_errors(text: str, detail: str) -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        variables(text)
    assert caught.value.detail == detail
    assert caught.value.code == "template_syntax"
    with pytest.raises(TemplateSyntaxError):
        render(text, {"a": "x", "b": "y", "first_name": "z"})


@pytest.mark.parametrize("values", [{}, {"first_name": None}, {"first_name": ""}, {"first_name": " \t\n"}])
def test_missing_value_without_fallback_is_an_error(values: dict[str, str | None]) -> None:
    with pytest.raises(TemplateUnresolved) as caught:
        render("Hi {other|x} {first_name} {last_name}", values)
    assert caught.value.name == "first_name"
    assert caught.value.code == "template_unresolved"
    assert caught.value.detail == "no value for {first_name} and no fallback"


def test_escaped_text_renders_to_itself() -> None:
    generator = random.Random(7)
    for _ in range(2000):
        plain = "".join(generator.choices("{}|ab \n😀", k=generator.randint(0, 12)))
        escaped = plain.replace("{", "{{").replace("}", "}}")
        assert render(escaped, {}) == plain
        assert render("{x}", {"x": f"v{plain}"}) == f"v{plain}"


@pytest.mark.parametrize("text", ["{" * 100_001, "{a" * 100_000, "{a|" * 100_000, "}" * 100_001, "{" + "a" * 300_000])
def test_long_malformed_texts_are_refused_in_linear_time(text: str) -> None:
    started = time.process_time()
    with pytest.raises(TemplateSyntaxError):
        variables(text)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("abc", 3),
        ("Мария", 5),
        ("😀", 2),
        ("a😀b", 4),
        ("👨‍👩‍👧", 8),
        ("\ud800", 1),
        ("\uffff", 1),
        ("\U00010000", 2),
    ],
)
def test_utf16_length(text: str, length: int) -> None:
    assert utf16_length(text) == length


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1234567.89, "1234567.89"),
        (1234567.0, "1234567"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (-2.5, "-2.5"),
        (2.0**53, "9007199254740992"),
        (3, "3"),
        (0, "0"),
        (0.0, "0"),
        (100, "100"),
        (True, "yes"),
        (False, "no"),
        ("S", "S"),
        ("2026-06-04", "2026-06-04"),
    ],
)
def test_custom_values_are_rendered_as_people_write_them(value: Any, shown: str) -> None:
    assert render_for(Contact(custom_fields={"seats": value}), "{seats}") == shown
