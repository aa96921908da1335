"""Templates in the text of a message, and how the values of a contact are rendered."""

import random
import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.models import Contact
from messaging.formatting.entities import utf16_length
from messaging.formatting.markup import parse
from messaging.formatting.variables import TemplateSyntaxError, TemplateUnresolved, variables
from messaging.sending.message_text import render_for
from tests.fuzzing import examples


def render(text: str, values: Mapping[str, str | None]) -> str:
    return parse(text).fill(values).text


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
    assert str(caught.value) == detail
    with pytest.raises(TemplateSyntaxError):
        render(text, {"a": "x", "b": "y", "first_name": "z"})


@pytest.mark.parametrize("values", [{}, {"first_name": None}, {"first_name": ""}, {"first_name": " \t\n"}])
def test_missing_value_without_fallback_is_an_error(values: dict[str, str | None]) -> None:
    with pytest.raises(TemplateUnresolved) as caught:
        render("Hi {other|x} {first_name} {last_name}", values)
    assert str(caught.value) == "no value for {first_name} and no fallback"


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
    assert render_for(Contact(custom_fields={"seats": value}), "{seats}").text == shown


# --- Any text ---------------------------------------------------------------------------------------------------------
NAMES = st.from_regex(r"\A[a-zа-я][a-z0-9_]{0,8}\Z")
# A fallback has no braces; a literal may have any.
LITERALS = st.text(st.one_of(st.sampled_from("{}|"), st.characters()), max_size=12)
FALLBACKS = st.none() | st.text(st.characters(exclude_characters="{}"), max_size=8)
VALUES = st.none() | LITERALS
PARTS = st.lists(st.one_of(LITERALS, st.tuples(NAMES, FALLBACKS, VALUES)), max_size=6)
ANY_TEMPLATE = st.text(st.one_of(st.sampled_from("{}|ab_1 "), st.characters()), max_size=60)


def written(part: Any) -> str:
    if isinstance(part, str):
        return part.replace("{", "{{").replace("}", "}}")
    name, fallback, _ = part
    return "{" + name + ("" if fallback is None else f"|{fallback}") + "}"


@examples(200)
@given(PARTS)
def test_what_was_written_as_a_template_is_rendered(parts: list[Any]) -> None:
    values = {part[0]: part[2] for part in parts if not isinstance(part, str)}
    expected = []
    for part in parts:
        value = part if isinstance(part, str) else values[part[0]]
        if not isinstance(part, str) and not (value and value.strip()):
            value = part[1]
        expected.append(value)
    text = "".join(map(written, parts))
    if None in expected:
        with pytest.raises(TemplateUnresolved):
            render(text, values)
    else:
        assert render(text, values) == "".join(expected)
    assert variables(text) == set(values)


@examples(300)
@given(ANY_TEMPLATE)
def test_any_text_is_a_template_or_a_syntax_error(text: str) -> None:
    try:
        names = variables(text)
    except TemplateSyntaxError:
        # Whichever comes first in the text.
        with pytest.raises((TemplateSyntaxError, TemplateUnresolved)):
            render(text, dict.fromkeys("ab", "x"))
        return
    assert all(f"{{{name}" in text for name in names)
    # Nothing is rendered twice, so each variable adds at most its value.
    rendered = render(text, dict.fromkeys(names, "{a}{{"))
    assert len(rendered) <= len(text) + len("{a}{{") * text.count("{")
