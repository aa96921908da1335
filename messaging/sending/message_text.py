"""The text of a message: a template that is checked when the message is accepted and rendered once, at the first claim.

``{first_name}`` is a variable, ``{first_name|there}`` has a fallback, ``{{`` and ``}}`` are braces.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
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
    """The text is not a valid template. The error names the position (characters, from 1) and the correction."""


class TemplateUnresolved(ValueError):
    """A variable has no value and the text has no fallback for it."""


def with_unix_lines(text: str) -> str:
    """The text with line ends of one character. Browsers send CR LF, of which Telegram and its clients drop the CR;
    then its copy of a message would not be equal to ours."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def check_template(workspace: Workspace, text: str) -> str:
    """The text as it is to be stored, :func:`with_unix_lines`. Every text that is kept to be sent passes here.

    Raises ``validation_failed`` (422) for bad syntax, unknown variables and a length that is wrong already.
    """
    text = with_unix_lines(text)
    try:
        names = variables(text)
    except TemplateSyntaxError as error:
        raise invalid("text", "template_syntax", str(error)) from None
    if names - BUILT_IN_VARIABLES:
        known = BUILT_IN_VARIABLES | set(CustomField.objects.for_workspace(workspace).values_list("key", flat=True))
        if names - known:
            detail = f"there is no contact field for {_listed(names - known)}; known are: {_listed(known)}"
            raise invalid("text", "unknown_variable", f"{detail}; {{{{ and }}}} are braces")
    literal = "".join(part for part in parts(text) if isinstance(part, str))
    is_blank = not names and not literal.strip()
    if is_blank or utf16_length(literal) > MAX_UTF16_UNITS:
        raise invalid("text", "length", f"a text has 1 to {MAX_UTF16_UNITS} UTF-16 units and is not blank")
    return text


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))


def render_for(contact: Contact, text: str) -> str:
    """The text for this contact. :class:`TemplateUnresolved` for a missing value, ``ValueError`` for a wrong length."""
    rendered = with_unix_lines(render(text, _values_of(contact)))
    if not 1 <= utf16_length(rendered) <= MAX_UTF16_UNITS or not rendered.strip():
        raise ValueError(f"the rendered text must have 1 to {MAX_UTF16_UNITS} UTF-16 units")
    return rendered


def fallbacks_for(contact: Contact, text: str) -> dict[str, str]:
    """The fallbacks that stand in the text for this contact, by the variables which have no value."""
    values = _values_of(contact)
    found = (part for part in parts(text) if isinstance(part, Variable) and part.fallback is not None)
    return {part.name: part.fallback or "" for part in found if not (values.get(part.name) or "").strip()}


def preview_for(workspace: Workspace, contact: Contact, text: str) -> str:
    """The text as this contact of the workspace would get it. ``validation_failed`` (422) as :func:`check_template`, or
    for a variable without value and fallback and for a length that is wrong with the values."""
    check_template(workspace, text)
    try:
        return render_for(contact, text)
    except TemplateUnresolved as error:
        raise invalid("text", "template_unresolved", str(error)) from None
    except ValueError as error:
        raise invalid("text", "length", str(error)) from None


def _values_of(contact: Contact) -> dict[str, str | None]:
    values: dict[str, str | None] = {key: _as_text(value) for key, value in contact.custom_fields.items()}
    return values | {name: getattr(contact, name) for name in BUILT_IN_VARIABLES}


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
    return {part.name for part in parts(text) if isinstance(part, Variable)}


def render(text: str, values: Mapping[str, str | None]) -> str:
    """The text with every variable replaced. A value that is missing, None or blank is replaced by the fallback.

    The template is read once, so braces inside a value are plain characters. An empty fallback, ``{name|}``, leaves
    the variable out. Raises :class:`TemplateUnresolved` for the first variable without value and fallback, and
    :class:`TemplateSyntaxError`.
    """
    rendered = []
    for part in parts(text):
        if isinstance(part, str):
            rendered.append(part)
            continue
        value = values.get(part.name)
        value = value if value and value.strip() else part.fallback
        if value is None:
            raise TemplateUnresolved(f"no value for {{{part.name}}} and no fallback")
        rendered.append(value)
    return "".join(rendered)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable in a text. ``fallback`` is None where it has none."""

    name: str
    fallback: str | None


def parts(text: str) -> Iterator[str | Variable]:
    """The text cut into plain strings and variables. Raises :class:`TemplateSyntaxError`."""
    end = 0
    for match in _TOKEN.finditer(text):
        yield text[end : match.start()]
        end = match.end()
        token, position = match[0], match.start() + 1
        if token in ("{{", "}}"):
            yield token[0]
            continue
        if token in ("{", "}"):
            raise TemplateSyntaxError(f"a single {token} at character {position}; write {token * 2} for the character")
        name, bar, fallback = match[1].partition("|")
        if not _NAME.fullmatch(name):
            raise TemplateSyntaxError(f"no variable name after the {{ at character {position}; write {{name}} or {{{{")
        yield Variable(name, fallback if bar else None)
    yield text[end:]
