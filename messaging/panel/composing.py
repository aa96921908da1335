"""What the editors of sequences, broadcasts and templates share: the fields and templates that can be put into a text,
texts with their fields marked, and whom a preview is for."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from contacts.custom_fields import by_key
from contacts.lookup import find_named
from contacts.models import Contact
from contacts.services import list_contacts
from crmsolid.panel.components.comboboxes import Combobox
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace
from messaging import texts
from messaging.formatting.entities import Formatted
from messaging.formatting.markup import parse
from messaging.formatting.variables import Variable
from messaging.models import Format
from messaging.panel.formatted import html_of
from messaging.panel.media import Shown, small_files

# So many templates are offered in the menu of an editor.
MAX_TEMPLATES = 50
FORMAT_HELP = "Markdown: **bold**, *italic*, __underline__, ~~strike~~, ||spoiler||, `code`, [text](address), > quote."
# The newest contacts among whom one is looked for who may get a message.
_NEWEST = 20
# Stands around the number of a field while its text becomes HTML: a character that nobody writes.
_MARK = "\ue000"
_MARKED = re.compile(f"{_MARK}[0-9]+{_MARK}")
# The fields that every contact has, in the order of the menu.
OWN_FIELDS = {
    "first_name": "First name",
    "last_name": "Last name",
    "name": "Name",
    "username": "Username",
    "email": "E-mail",
}


class FormatChoice(forms.ChoiceField):
    """How the text of a form is written; plain, if a page of an older version sent the form."""

    def __init__(self) -> None:
        super().__init__(label="Written in", choices=Format.choices, required=False, help_text=FORMAT_HELP)

    def clean(self, value: Any) -> Any:
        return super().clean(value) or Format.PLAIN.value


class FileIdsField(forms.CharField):
    """The ids of the files that a text is sent with, separated by blanks, which the form passes on as they are."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput, max_length=400)

    def prepare_value(self, value: Any) -> str:
        return value if isinstance(value, str) else " ".join(value or ())


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sentence that opens its fields, with the id ``say-NAME``. ``otherwise`` stands where nothing is
    chosen; what ``is_extra`` adds to the sentence when it is chosen."""

    name: str
    text: str
    otherwise: str
    is_extra: bool = False


def chosen(field: BoundField) -> list[str]:
    """The titles of what is chosen in a field, as it was typed."""
    value, choices = field.value(), field.field
    values = {str(each) for each in (value if isinstance(value, list) else [value])}
    return [str(title) for each, title in choices.choices if str(each) in values and str(each)]  # type: ignore[attr-defined]


def field_labels(workspace: Workspace | int) -> dict[str, str]:
    """What a text may name, with how people call it: the fields of every contact, then the custom ones."""
    return OWN_FIELDS | {key: field.label for key, field in by_key(workspace).items()}


def insertions(actor: Actor) -> dict[str, Any]:
    """What the menus of an editor put into its text: ``fields`` by their names, and ``templates``."""
    templates = texts.visible(actor).order_by("name").only("name", "text", "format")
    return {"fields": field_labels(actor.workspace), "templates": templates[:MAX_TEMPLATES]}


def with_fields_named(text: str, labels: Mapping[str, str], format: str = Format.PLAIN) -> str:
    """The text as a line of a list, without its markup, with the names of its fields in brackets instead of their
    codes."""
    try:
        pieces = parse(text, format).pieces
    except ValueError:
        return text
    return "".join(each if isinstance(each, str) else f"[{labels.get(each.name, each.name)}]" for each in pieces)


def as_html(formatted: Formatted) -> SafeString:
    """The text as people see it, with its formatting."""
    return html_of(formatted.text, formatted.entities)


def with_fields_marked(
    text: str, labels: Mapping[str, str], format: str = Format.PLAIN, *, styled: bool = True
) -> SafeString:
    """The text for people to read, with the names of its fields instead of their codes, and formatted if ``styled``.
    One with wrong markup is shown as it was written."""
    names: dict[str, SafeString] = {}

    def mark(piece: str | Variable) -> str:
        if isinstance(piece, str):
            return piece
        name = f"{_MARK}{len(names)}{_MARK}"
        names[name] = _marked(piece.name, piece.fallback, labels)
        return name

    try:
        parsed = parse(text, format)
        addresses = {variable.name: variable.name for variable in parsed.variables()}
        shown = replace(parsed, pieces=tuple(map(mark, parsed.pieces))).fill(addresses)
    except ValueError:
        return format_html("{}", text)
    return html_of(
        shown.text,
        shown.entities if styled else (),
        lambda plain, _: mark_safe(_MARKED.sub(lambda found: names.get(found[0], found[0]), escape(plain))),
    )


def with_small_files(text: str, ids: Iterable[str], files: Mapping[str, Shown]) -> SafeString:
    """The text, which is markup, below its files. ``files`` come from :func:`messaging.panel.media.kept_files`."""
    return format_html("{}{}", small_files([files[each] for each in ids if each in files]), text)


def _marked(name: str, fallback: str | None, labels: Mapping[str, str]) -> SafeString:
    label = labels.get(name, name)
    return format_html('<span class="cs-var">{}</span>', f"{label}, or “{fallback}”" if fallback else label)


def person_picker(words: str) -> SafeString:
    """The field that asks whom a preview is for: ``for``."""
    return Combobox("people", {"id": "for", "maxlength": 200, "placeholder": "The newest contact"}).render("for", words)


def person_for_preview(actor: Actor, words: str) -> Contact | None:
    """The contact with this id, username or e-mail address, else the newest whose name matches; without words the
    newest who has not opted out. None if there is nobody. Errors: ``scope_missing``."""
    words = words.strip()[:200]
    found, _ = find_named(actor.workspace, [words]) if words else ([], [])
    if not found:
        rows = list_contacts(actor, {"search": words} if words else {}, limit=1 if words else _NEWEST).rows
        found = [row.contact.id for row in rows if words or not row.contact.opted_out][:1]
    return Contact.objects.for_workspace(actor.workspace).filter(pk__in=found).first()
