"""The text of a message: a template that is checked when the message is accepted and rendered once, at the first claim.

It is written in a format, whose markup is read before its variables have their values: see
:mod:`messaging.formatting.variables` and :mod:`messaging.formatting.markup`.
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from contacts.models import Contact, CustomField
from crmsolid.core.errors import invalid
from crmsolid.workspaces.models import Workspace
from messaging.formatting.entities import MAX_ENTITIES, Formatted, from_json, utf16_length
from messaging.formatting.html import to_html
from messaging.formatting.markup import parse
from messaging.formatting.source import FormatError, Parsed, with_unix_lines
from messaging.formatting.variables import TemplateSyntaxError, TemplateUnresolved
from messaging.formatting.written import written
from messaging.models import Format, Message

MAX_UTF16_UNITS = 4096
MAX_CAPTION_UNITS = 1024
_LENGTHS = {
    False: f"a text has 1 to {MAX_UTF16_UNITS} UTF-16 units and is not blank; without one, give attachments",
    True: f"with attachments, a text has up to {MAX_CAPTION_UNITS} UTF-16 units, and is empty or not blank",
}
BUILT_IN_VARIABLES = frozenset({"first_name", "last_name", "name", "username", "email"})

# Of a text that goes to many people, the markup is read once.
_parse = lru_cache(maxsize=128)(parse)


def check_template(workspace: Workspace, text: str, format: str = Format.PLAIN, *, caption: bool = False) -> str:
    """The text as it is to be stored, :func:`with_unix_lines`. Every text that is kept to be sent passes here.
    ``caption``: it is sent with files, so it may be empty and is shorter.

    Raises ``validation_failed`` (422) for bad syntax, unknown variables and a length that is wrong already.
    """
    text = with_unix_lines(text)
    parsed = _parsed(text, format)
    names = {variable.name for variable in parsed.variables()}
    if names - BUILT_IN_VARIABLES:
        known = BUILT_IN_VARIABLES | set(CustomField.objects.for_workspace(workspace).values_list("key", flat=True))
        if names - known:
            detail = f"there is no contact field for {_listed(names - known)}; known are: {_listed(known)}"
            raise invalid("text", "unknown_variable", f"{detail}; {{{{ and }}}} are braces")
    shown = [piece for piece in parsed.pieces if isinstance(piece, str)]
    has_variables = len(shown) < len(parsed.pieces)
    literal = "".join(shown)
    is_blank = not has_variables and not literal.strip()
    if utf16_length(literal) > _most(caption) or (is_blank and not (caption and not text)):
        raise invalid("text", "length", _LENGTHS[caption])
    # No value adds an entity: it can only be empty, and then its entities are left out.
    if len(parsed.fill(dict.fromkeys(names, "x")).entities) > MAX_ENTITIES:
        raise invalid("text", "too_many_entities", f"a text has at most {MAX_ENTITIES} formatted passages")
    return text


def _parsed(text: str, format: str) -> Parsed:
    if format not in Format.values:
        raise invalid("format", "invalid_choice", f"a text is written as {', '.join(Format.values)}")
    if "\0" in text:
        raise invalid("text", "null_character", "leave the character U+0000 out")
    try:
        return _parse(text, format)
    except TemplateSyntaxError as error:
        raise invalid("text", "template_syntax", str(error)) from None
    except FormatError as error:
        raise invalid("text", "markup_syntax", error.detail) from None


def _most(caption: bool) -> int:
    return MAX_CAPTION_UNITS if caption else MAX_UTF16_UNITS


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))


def render_for(contact: Contact, text: str, format: str = Format.PLAIN, *, caption: bool = False) -> Formatted:
    """The text for this contact. :class:`TemplateUnresolved` for a missing value, ``ValueError`` for a wrong length."""
    rendered = _parse(text, format).fill(values_of(contact))
    if utf16_length(rendered.text) > _most(caption) or (not rendered.text.strip() and not caption):
        raise ValueError(f"the rendered text must have {0 if caption else 1} to {_most(caption)} UTF-16 units")
    return rendered


def written_in(text: str, format: str = Format.PLAIN) -> list[Formatted]:
    """What stands in the text whatever its variables are: the text with a letter for each, and their fallbacks."""
    parsed = _parse(text, format)
    variables = list(parsed.variables())
    fallbacks = [Formatted(each.fallback) for each in variables if each.fallback]
    return [parsed.fill({each.name: "x" for each in variables}), *fallbacks]


def fill_partly(contact: Contact, text: str, format: str = Format.PLAIN) -> tuple[str, str, list[str]]:
    """The text with the values of this contact as somebody goes on writing it, its format, and the variables that have
    neither a value nor a fallback: they stand in the text as before. ``ValueError`` for an address that gets too
    long."""
    values, parsed = values_of(contact), _parse(text, format)
    missing = {
        each.name: f"\ue000{each.name}\ue001"
        for each in parsed.variables()
        if each.fallback is None and not (values.get(each.name) or "").strip()
    }
    shown, shown_format = written(parsed.fill(values | missing))
    for name, mark in missing.items():
        for each in (mark, quote(mark, safe="")):  # in the address of a link it is encoded
            shown = shown.replace(each, f"{{{name}}}")
    return shown, shown_format, list(missing)


def fallbacks_for(contact: Contact, text: str, format: str = Format.PLAIN) -> dict[str, str]:
    """The fallbacks that stand in the text for this contact, by the variables which have no value."""
    values = values_of(contact)
    found = (variable for variable in _parse(text, format).variables() if variable.fallback is not None)
    return {each.name: each.fallback or "" for each in found if not (values.get(each.name) or "").strip()}


def preview_for(
    workspace: Workspace, contact: Contact, text: str, format: str = Format.PLAIN, *, caption: bool = False
) -> Formatted:
    """The text as this contact of the workspace would get it. ``validation_failed`` (422) as :func:`check_template`, or
    for a variable without value and fallback and for a length that is wrong with the values."""
    check_template(workspace, text, format, caption=caption)
    try:
        return render_for(contact, text, format, caption=caption)
    except TemplateUnresolved as error:
        raise invalid("text", "template_unresolved", str(error)) from None
    except ValueError as error:
        raise invalid("text", "length", str(error)) from None


def html_of(message: Message) -> str | None:
    """The text of a message as HTML (:mod:`messaging.formatting.html`), None where it has no formatting. Of one that is
    not rendered, variables stand as their names in braces."""
    if message.rendered:
        return to_html(message.text, from_json(message.entities)) if message.entities else None
    if message.format == Format.PLAIN:
        return None
    try:
        parsed = _parse(message.text, message.format)
    except ValueError:  # of a version that took other markup
        return None
    shown = parsed.fill({variable.name: f"{{{variable.name}}}" for variable in parsed.variables()})
    html = to_html(shown.text, shown.entities)
    return None if html == to_html(message.text, ()) else html


def values_of(contact: Contact) -> dict[str, str | None]:
    """What the variables of a text to this contact stand for."""
    values: dict[str, str | None] = {key: _as_text(value) for key, value in contact.custom_fields.items()}
    return values | {name: getattr(contact, name) for name in BUILT_IN_VARIABLES}


def _as_text(value: Any) -> str | None:
    """A custom field's value as people write it: numbers with every digit, without exponent or trailing ``.0``."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format(Decimal(repr(value)).normalize(), "f")
