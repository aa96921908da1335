"""The contact beside a conversation, whose parts are changed in place by the services of contacts."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import QueryDict

from contacts import notes
from contacts.models import Contact
from contacts.panel.actions import InPlace, contact_actions, contact_sections
from contacts.panel.forms import ContactEditForm, CustomFieldsForm, StageForm, save_contact
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
    fields = CustomFieldsForm.of(found)
    values = found.contact.custom_fields
    by_label = sorted(fields.definitions.values(), key=lambda each: each.label)
    score = get_score(actor, contact.pk, limit=LEDGER_ROWS)
    written = notes.list_notes(actor, contact.pk, limit=NOTES)
    offered = [each for each in contact_actions if may_change and each.page != "inbox_new"]  # the composer is here
    return {
        "contact": found.contact,
        "contact_page": panel_url("contacts_contact_change", contact.pk),
        "tags": sorted(found.tags),
        "stage_form": refused if isinstance(refused, StageForm) else StageForm.of(found),
        "ledger": score.page,
        "fields_form": refused if isinstance(refused, CustomFieldsForm) else fields,
        "field_values": [(each.label, display_value(values[each.key])) for each in by_label if each.key in values],
        "new_note": posted.get("note", ""),
        "notes": [(note, may_change and notes.may_delete(note, actor)) for note in written.rows],
        "more_notes": written.next_cursor is not None,
        "sections": [section(found.contact) for section in contact_sections],
        "contact_links": [(each.title, each.address([contact.pk])) for each in offered if each.in_place is None],
        "contact_choices": [
            (each, each.in_place.choices(actor.workspace)) for each in offered if each.in_place is not None
        ],
    }


def add_tag(actor: Actor, contact: Contact, posted: QueryDict) -> str:
    tag_contact(actor, contact.pk, add=[posted.get("tag", "")])
    return "The tag was added."


def remove_tag(actor: Actor, contact: Contact, posted: QueryDict) -> str:
    tag_contact(actor, contact.pk, remove=[posted.get("tag", "")])
    return "The tag was removed."


def save_form(name: str, actor: Actor, contact: Contact, posted: QueryDict) -> tuple[ContactEditForm, str]:
    """Save one of the ``FORMS``; the form, which has errors if it was refused, and what to say if not."""
    form, written = save_contact(actor, contact.pk, lambda now: FORMS[name].of(now, posted))
    said = {"stage": "The stage was changed.", "fields": "The fields were saved."}[name]
    return form, said if written else "Nothing was changed."


def add_note(actor: Actor, contact: Contact, posted: QueryDict) -> str:
    notes.add_note(actor, contact.pk, text=posted.get("note", ""))
    return "The note was added."


def delete_note(actor: Actor, contact: Contact, posted: QueryDict) -> str:
    notes.delete_note(actor, posted.get("note", ""))
    return "The note was deleted."


# By the value of the button. Each changes the contact and returns what to say then.
ACTIONS: dict[str, Callable[[Actor, Contact, QueryDict], str]] = {
    "add_tag": add_tag,
    "remove_tag": remove_tag,
    "add_note": add_note,
    "delete_note": delete_note,
}
# Those with something typed, which a refusal must not lose.
TYPED = ("add_note",)
# The forms of what is stored, by the same.
FORMS: dict[str, type[StageForm] | type[CustomFieldsForm]] = {"stage": StageForm, "fields": CustomFieldsForm}


def find_action(name: str) -> Callable[[Actor, Contact, QueryDict], str] | None:
    """What the button with this value does; None if there is no such button."""
    in_place = next((each.in_place for each in contact_actions if each.page == name), None)
    return ACTIONS.get(name) if in_place is None else partial(_act_in_place, in_place)


def _act_in_place(in_place: InPlace, actor: Actor, contact: Contact, posted: QueryDict) -> str:
    return in_place.act(actor, contact.pk, posted.get("choice", ""))
