"""The contact beside a conversation, whose parts are changed in place by the services of contacts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.http import QueryDict

from contacts import notes
from contacts.models import Contact
from contacts.panel.actions import contact_actions, contact_sections
from contacts.panel.forms import ContactEditForm, ContactForm, ContactTagsForm, StageForm, save_contact
from contacts.panel.notes import shown_notes
from contacts.panel.person import display_value
from contacts.scoring.services import get_score
from contacts.services import get_contact, tag_contact
from crmsolid.panel.components.addresses import panel_url
from crmsolid.workspaces.actor import Actor

LEDGER_ROWS = 5
NOTES = 20


def context(
    actor: Actor,
    contact: Contact,
    *,
    may_change: bool,
    posted: QueryDict | None = None,
    refused: ContactEditForm | None = None,
) -> dict[str, Any]:
    """What the card shows. ``posted`` is what was sent and refused, ``refused`` one of the ``FORMS``: what was typed
    stays."""
    posted = posted if posted is not None else QueryDict()
    found = get_contact(actor, contact.pk)
    fields = ContactForm.of(found)
    values = found.contact.custom_fields
    by_label = sorted(fields.definitions.values(), key=lambda each: each.label)
    score = get_score(actor, contact.pk, limit=LEDGER_ROWS)
    written = notes.list_notes(actor, contact.pk, limit=NOTES)
    return {
        "contact": found.contact,
        "contact_page": panel_url("contacts_contact_change", contact.pk),
        "tags": sorted(found.tags),
        "tags_form": _with_key(ContactTagsForm.of(found), "tags", "t", also="#"),
        "stage_form": _with_key(refused if isinstance(refused, StageForm) else StageForm.of(found), "stage", "s"),
        "ledger": score.page,
        "fields_form": refused if isinstance(refused, ContactForm) else fields,
        "custom_fields": by_label,
        "field_values": [(each.label, display_value(values[each.key])) for each in by_label if each.key in values],
        "new_note": posted.get("note", ""),
        "notes": shown_notes(actor, written.rows, may_change=may_change),
        "more_notes": written.next_cursor is not None,
        "sections": [section(found.contact) for section in contact_sections.values()],
        **(_actions(actor, contact) if may_change else {}),
    }


def _with_key(form: Form, name: str, key: str, *, also: str = "") -> Form:
    keys = {"data-key": key, "data-key-or": also} if also else {"data-key": key}
    form.fields[name].widget.attrs |= {**keys, "data-key-says": name.capitalize()}
    return form


def _actions(actor: Actor, contact: Contact) -> dict[str, Any]:
    # The composer is on this page.
    offered = [each for each in contact_actions.values() if each.page != "inbox_new"]
    return {
        "contact_links": [(each.title, each.address(contact.pk)) for each in offered if each.in_place is None],
        "contact_choices": [
            (each, each.in_place.choices(actor.workspace)) for each in offered if each.in_place is not None
        ],
    }


# The forms of what is stored, by the value of the button.
FORMS: dict[str, type[StageForm] | type[ContactForm]] = {"stage": StageForm, "fields": ContactForm}
# Buttons beside something typed, which a refusal must not lose.
TYPED = ("add_note",)


@dataclass(frozen=True, slots=True)
class Done:
    """What to say of a change, and what is posted to take it back."""

    said: str
    undo: Mapping[str, str] | None = None


def save_form(name: str, actor: Actor, contact: Contact, posted: QueryDict) -> tuple[ContactEditForm, Done]:
    """Save one of the ``FORMS``; the form has errors if it was refused."""
    form, written = save_contact(actor, contact.pk, lambda now: FORMS[name].of(now, posted))
    if not written:
        return form, Done("Nothing was changed.")
    if isinstance(form, StageForm):
        return form, Done("The stage was changed.", {"action": "stage", **form.undo()})
    return form, Done("The fields were saved.")


def act(actor: Actor, contact: Contact, posted: QueryDict) -> Done | None:
    """Do what another button asks for; None if there is no such button."""
    tag = posted.get("tag", "")
    match action := posted.get("action", ""):
        case "tags":
            add, remove = ContactTagsForm.of(get_contact(actor, contact.pk), posted).changes()
            tag_contact(actor, contact.pk, add=add, remove=remove)
            return Done("The tags are saved.")
        # The search (crmsolid/panel/pages/search_actions.py) posts these, one tag at a time.
        case "add_tag":
            tagged = tag_contact(actor, contact.pk, add=[tag])
            return Done("The tag was added.", {"action": "remove_tag", "tag": tag} if tagged.changed else None)
        case "remove_tag":
            tagged = tag_contact(actor, contact.pk, remove=[tag])
            return Done("The tag was removed.", {"action": "add_tag", "tag": tag} if tagged.changed else None)
        case "add_note":
            notes.add_note(actor, contact.pk, text=posted.get("note", ""))
            return Done("The note was added.")
        case "delete_note":
            notes.delete_note(actor, posted.get("note", ""))
            return Done("The note was deleted.")
    in_place = next((each.in_place for each in contact_actions.values() if each.page == action), None)
    return None if in_place is None else Done(in_place.act(actor, contact.pk, posted.get("choice", "")))
