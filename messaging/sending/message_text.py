"""The text of a message: a template that is checked when the message is accepted and rendered once, at the first claim.

``{first_name}`` is a variable, ``{first_name|there}`` has a fallback, ``{{`` and ``}}`` are braces.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contacts.models import Contact, CustomField
from crmsolid.core.errors import invalid
from crmsolid.workspaces.models import Workspace

MAX_UTF16_UNITS = 4096
BUILT_IN_VARIABLES = frozenset({"first_name", "last_name", "name", "username", "email"})

# Every brace is part of one of these tokens, so the text between two matches has none. The pattern runs in linear
# time, because no alternative can match more than one closing brace.
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[^\W\d]\w{0,63}")


class TemplateSyntaxError(ValueError):
    """The text is not a valid template. ``detail`` names the position (characters, from 1) and the correction."""

    code = "template_syntax"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class TemplateUnresolved(ValueError):
    """The variable ``name`` has no value and the text has no fallback for it."""

    code = "template_unresolved"

    def __init__(self, name: str) -> None:
        self.detail = f"no value for {{{name}}} and no fallback"
        super().__init__(self.detail)
        self.name = name


def check_template(workspace: Workspace, text: str) -> None:
    """Raise ``validation_failed`` (422) for bad syntax, unknown variables and a length that is wrong already."""
    try:
        names = variables(text)
    except TemplateSyntaxError as error:
        raise invalid("text", "template_syntax", error.detail) from None
    unknown = names - BUILT_IN_VARIABLES
    if unknown:
        unknown -= set(CustomField.objects.for_workspace(workspace).values_list("key", flat=True))
    if unknown:
        listed = ", ".join(f"{{{name}}}" for name in sorted(unknown))
        raise invalid("text", "unknown_variable", f"there is no contact field for {listed}; {{{{ and }}}} are braces")
    literal = "".join(part for part in _parts(text) if isinstance(part, str))
    is_blank = not names and not literal.strip()
    if is_blank or utf16_length(literal) > MAX_UTF16_UNITS:
        raise invalid("text", "length", f"a text has 1 to {MAX_UTF16_UNITS} UTF-16 units and is not blank")


def render_for(contact: Contact, text: str) -> str:
    """The text for this contact. :class:`TemplateUnresolved` for a missing value, ``ValueError`` for a wrong length."""
    values: dict[str, str | None] = {key: _as_text(value) for key, value in contact.custom_fields.items()}
    values |= {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "name": contact.name,
        "username": contact.username,
        "email": contact.email,
    }
    rendered = render(text, values)
    if not 1 <= utf16_length(rendered) <= MAX_UTF16_UNITS or not rendered.strip():
        raise ValueError(f"the rendered text must have 1 to {MAX_UTF16_UNITS} UTF-16 units")
    return rendered


def _as_text(value: Any) -> str | None:
    """A custom field's value as people write it: numbers with every digit, without exponent or trailing ``.0``."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format(Decimal(repr(value)).normalize(), "f")


def utf16_length(text: str) -> int:
    """The length as Telegram counts it, in UTF-16 units: an emoji outside the basic plane counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def variables(text: str) -> set[str]:
    """The names of the variables in the text. Raises :class:`TemplateSyntaxError`."""
    return {part.name for part in _parts(text) if isinstance(part, _Variable)}


def render(text: str, values: Mapping[str, str | None]) -> str:
    """The text with every variable replaced. A value that is missing, None or blank is replaced by the fallback.

    The template is read once, so braces inside a value are plain characters. An empty fallback, ``{name|}``, leaves
    the variable out. Raises :class:`TemplateUnresolved` for the first variable without value and fallback, and
    :class:`TemplateSyntaxError`.
    """
    return "".join(part if isinstance(part, str) else part.resolve(values) for part in _parts(text))


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str
    fallback: str | None

    def resolve(self, values: Mapping[str, str | None]) -> str:
        value = values.get(self.name)
        if value is not None and value.strip():
            return value
        if self.fallback is None:
            raise TemplateUnresolved(self.name)
        return self.fallback


def _parts(text: str) -> Iterator[str | _Variable]:
    """The text cut into plain strings and variables."""
    end = 0
    for match in _TOKEN.finditer(text):
        yield text[end : match.start()]
        end = match.end()
        yield _parse_token(match)
    yield text[end:]


def _parse_token(match: re.Match[str]) -> str | _Variable:
    token, position = match[0], match.start() + 1
    if token in ("{{", "}}"):
        return token[0]
    if token in ("{", "}"):
        raise TemplateSyntaxError(f"a single {token} at character {position}; write {token * 2} for the character")
    name, bar, fallback = match[1].partition("|")
    if not _NAME.fullmatch(name):
        raise TemplateSyntaxError(f"no variable name after the {{ at character {position}; write {{name}} or {{{{")
    return _Variable(name, fallback if bar else None)
