"""The contact beside a conversation, whose parts are changed in place by the services of contacts."""

from typing import Any

from django.http import QueryDict

from contacts import notes
from contacts.models import Contact
from contacts.panel.actions import contact_actions, contact_sections
from contacts.panel.forms import ContactEditForm, ContactForm, ContactTagsForm, StageForm, save_contact
from contacts.panel.person import display_value
from contacts.repository import ContactWithTags
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
        "tags_form": _tags_form(found),
        "stage_form": refused if isinstance(refused, StageForm) else StageForm.of(found),
        "ledger": score.page,
        "fields_form": refused if isinstance(refused, ContactForm) else fields,
        "field_values": [(each.label, display_value(values[each.key])) for each in by_label if each.key in values],
        "new_note": posted.get("note", ""),
        "notes": [(note, may_change and notes.may_delete(note, actor)) for note in written.rows],
        "more_notes": written.next_cursor is not None,
        "sections": [section(found.contact) for section in contact_sections.values()],
        **(_actions(actor, contact) if may_change else {}),
    }


def _tags_form(found: ContactWithTags) -> ContactTagsForm:
    form = ContactTagsForm.of(found)
    form.fields["tags"].widget.attrs |= {"data-key": "t", "data-key-says": "Tags"}
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


def save_form(name: str, actor: Actor, contact: Contact, posted: QueryDict) -> tuple[ContactEditForm, str]:
    """Save one of the ``FORMS``; the form, which has errors if it was refused, and what to say if not."""
    form, written = save_contact(actor, contact.pk, lambda now: FORMS[name].of(now, posted))
    said = {"stage": "The stage was changed.", "fields": "The fields were saved."}[name]
    return form, said if written else "Nothing was changed."


def act(actor: Actor, contact: Contact, posted: QueryDict) -> str | None:
    """Do what another button asks for, and return what to say then; None if there is no such button."""
    match action := posted.get("action", ""):
        case "tags":
            add, remove = ContactTagsForm.of(get_contact(actor, contact.pk), posted).changes()
            tag_contact(actor, contact.pk, add=add, remove=remove)
            return "The tags are saved."
        case "add_note":
            notes.add_note(actor, contact.pk, text=posted.get("note", ""))
            return "The note was added."
        case "delete_note":
            notes.delete_note(actor, posted.get("note", ""))
            return "The note was deleted."
    in_place = next((each.in_place for each in contact_actions.values() if each.page == action), None)
    return None if in_place is None else in_place.act(actor, contact.pk, posted.get("choice", ""))
