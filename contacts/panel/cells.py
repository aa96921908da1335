"""The cells of the list of contacts: what they show, and the form that a cell turns into."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404
from django.http.response import HttpResponseBase

from contacts import custom_fields
from contacts.forms import LinesField
from contacts.models import Contact, Stage, name_of
from contacts.panel.forms import ContactForm, save_contact, texts_of
from contacts.panel.person import COMPANY, OfContact, display_value
from contacts.panel.query import Column, added_columns, available_columns
from contacts.repository import ContactWithTags
from crmsolid.workspaces.models import Workspace

MAX_TAGS = 3
TIMES = ("created_at", "updated_at", "last_in_at", "last_out_at")


class CellForm(ContactForm):
    """One of the fields of a contact, that of ``column``."""

    stage = forms.ChoiceField(choices=Stage.choices)
    tags = LinesField(1, suggest="tags")  # one a line, as a tag may have a comma

    @classmethod
    def of_column(cls, column: Column, person: ContactWithTags, data: Any = None) -> "CellForm":
        contact, name = person.contact, f"custom.{column.key}" if column.key else column.name
        own = {"stage": contact.stage, "tags": "\n".join(sorted(person.tags))}
        initial = texts_of(person.payload, contact.given_first_name) | own
        form = cls(custom_fields.by_key(contact.workspace_id), data, initial=initial, auto_id="cell_%s")
        form.fields = {name: form.fields[name]}
        form.fields[name].label = column.label
        form.fields[name].help_text = ""
        form.fields[name].widget.attrs["aria-label"] = f"{column.label} of {name_of(contact)}"
        return form

    @property
    def field(self) -> Any:
        """The field, to be drawn."""
        return self[next(iter(self.fields))]

    def changes(self) -> dict[str, Any]:
        changed = super().changes()
        if "tags" in changed:
            changed["tags"] = [line for line in (changed["tags"] or "").splitlines() if line.strip()]
        return changed

    def stored_text(self, name: str) -> str:
        return super().stored_text(name).replace("\n", ", ")


class CellPage(OfContact):
    """A cell of the list by itself: its form, and what it shows once that is saved. The list's script asks for them."""

    name = "contacts_contact_cell"
    title = "Cell"
    template = "panel/contact_cell_form.html"
    viewers = OfContact.changers

    def get(self, request: Any, contact_id: str) -> HttpResponseBase:
        person = self.person(contact_id)
        return self._form(person, CellForm.of_column(self._column, person))

    def post(self, request: Any, contact_id: str) -> HttpResponseBase:
        column = self._column
        self.person(contact_id)  # 404 for a contact that the workspace does not have
        form, _ = save_contact(self.actor, contact_id, lambda now: CellForm.of_column(column, now, request.POST))
        if not form.is_valid():
            return self._form(self.person(contact_id), form, status=422)
        return self.render("panel/contact_cell.html", cell=cell(self.person(contact_id), column))

    @property
    def _column(self) -> Column:
        columns = available_columns(custom_fields.by_key(self.workspace))
        column = columns.get(self.request.GET.get("column", ""))
        if column is None or not column.is_editable:
            raise Http404
        return column

    def _form(self, person: ContactWithTags, form: CellForm, status: int = 200) -> HttpResponseBase:
        """With the form what the cell shows now, for who leaves it as it is."""
        return self.render(form=form, field=form.field, cell=cell(person, self._column), status=status)


def rows(
    workspace: Workspace, people: list[ContactWithTags], columns: list[Column]
) -> list[tuple[Contact, str, str, list[dict[str, Any]]]]:
    """The rows of the list: the contact, how it is called, what stands below that, and a cell for each column."""
    ids, names = [each.contact.id for each in people], frozenset(column.name for column in columns)
    added: dict[str, dict[str, tuple[str, Any]]] = {each: {} for each in ids}
    for source in added_columns.values():
        if ids and names & source.labels.keys():
            for contact_id, cells in source.read(workspace, ids, names).items():
                added[contact_id] |= cells
    return [
        (
            each.contact,
            name_of(each.contact),
            _below(each.contact, names),
            [cell(each, column, added[each.contact.id]) for column in columns],
        )
        for each in people
    ]


def _below(contact: Contact, names: frozenset[str]) -> str:
    """What stands below the name: company and username, as far as they have no column."""
    company = "" if f"custom.{COMPANY}" in names else str(contact.custom_fields.get(COMPANY) or "")
    handle = f"@{contact.username}" if contact.username else contact.email
    shown = "username" in names or handle == name_of(contact)
    return " · ".join(filter(None, (company, "" if shown else handle)))


def cell(person: ContactWithTags, column: Column, added: Mapping[str, tuple[str, Any]] | None = None) -> dict[str, Any]:
    """A value of the list: its column, its kind for the template, and what to draw."""
    contact = person.contact
    kind, value = "text", getattr(contact, column.name, "")
    if column.key:
        stored = contact.custom_fields.get(column.key)
        value = "" if stored is None else display_value(stored)
    elif column.name == "tags":
        names = sorted(person.tags)
        kind, value = "tags", (names[:MAX_TAGS], len(names) - MAX_TAGS)
    elif column.name == "username":
        value = f"@{contact.username}" if contact.username else ""
    elif column.name in TIMES:
        kind = "time"
    elif column.name in ("stage", "score", "opted_out"):
        kind = column.name
    elif added is not None and column.name in added:
        kind, value = added[column.name]
    return {"kind": kind, "value": value, "column": column}
