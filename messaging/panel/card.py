"""The contact beside a conversation, whose parts are changed in place by the services of contacts."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import QueryDict

from contacts import notes
from contacts.models import Contact, CustomField, FieldType, Stage
from contacts.panel.actions import InPlace, contact_actions, contact_sections
from contacts.panel.forms import MAX_ROWS
from contacts.scoring.services import get_score
from contacts.services import get_contact, tag_contact, update_contact
from crmsolid.core.errors import invalid
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.panel_urls import panel_url

LEDGER_ROWS = 5
NOTES = 20
YES, NO = "yes", "no"


def context(actor: Actor, contact: Contact, *, may_change: bool, posted: QueryDict | None = None) -> dict[str, Any]:
    """What the card shows. ``posted`` is a form that was refused: what was typed stays."""
    posted = posted if posted is not None else QueryDict()
    found = get_contact(actor, contact.pk)
    score = get_score(actor, contact.pk, limit=LEDGER_ROWS)
    written = notes.list_notes(actor, contact.pk, limit=NOTES)
    offered = [each for each in contact_actions if may_change and each.page != "inbox_new"]  # the composer is here
    return {
        "contact": found.contact,
        "contact_page": panel_url("contacts_contact_change", contact.pk),
        "tags": sorted(found.tags),
        "stages": Stage.choices,
        "ledger": score.page,
        "fields": [_field(each, found.contact, posted) for each in _definitions(actor)],
        "new_note": posted.get("note", ""),
        "notes": [(note, may_change and notes.may_delete(note, actor)) for note in written.rows],
        "more_notes": written.next_cursor is not None,
        "sections": [section(found.contact) for section in contact_sections],
        "contact_links": [(each.title, each.address([contact.pk])) for each in offered if each.in_place is None],
        "contact_choices": [
            (each, each.in_place.choices(actor.workspace)) for each in offered if each.in_place is not None
        ],
    }


def _definitions(actor: Actor) -> list[CustomField]:
    return list(CustomField.objects.for_workspace(actor.workspace).order_by("label"))


def _field(definition: CustomField, contact: Contact, posted: QueryDict) -> dict[str, Any]:
    """A custom field with its value as the form shows it, and as it ``was`` stored."""
    value = contact.custom_fields.get(definition.key)
    kind = {FieldType.NUMBER: "number", FieldType.DATE: "date"}.get(FieldType(definition.type), "text")
    if definition.type == FieldType.BOOLEAN:
        value, choices = {True: YES, False: NO, None: ""}[value], [(YES, "Yes"), (NO, "No")]
    else:
        choices = [(choice, choice) for choice in definition.choices]
        if value is not None and choices and value not in definition.choices:
            choices.append((value, str(value)))  # it was a choice once
    was = "" if value is None else value
    value = posted.get(f"field-{definition.key}", was)
    rows = min(MAX_ROWS, str(value).count("\n") + 1)
    return {"definition": definition, "value": value, "was": was, "type": kind, "choices": choices, "rows": rows}


def change_stage(actor: Actor, contact: Contact, posted: QueryDict) -> str:
    update_contact(actor, contact.pk, {"stage": posted.get("stage", "")})
    return "The stage was changed."


def add_tag(actor: Actor, contact: Contact, posted: QueryDict) -> str:
    tag_contact(actor, contact.pk, add=[posted.get("tag", "")])
    return "The tag was added."


def remove_tag(actor: Actor, contact: Contact, posted: QueryDict) -> str:
    tag_contact(actor, contact.pk, remove=[posted.get("tag", "")])
    return "The tag was removed."


def change_fields(actor: Actor, contact: Contact, posted: QueryDict) -> str:
    """Only what was changed in the form: an API call may be changing other fields meanwhile."""
    changes = {}
    for definition in _definitions(actor):
        name = f"field-{definition.key}"
        if name not in posted:
            continue
        # Browsers send line breaks as CR LF.
        text, was = (posted.get(each, "").replace("\r\n", "\n") for each in (name, f"was-{definition.key}"))
        if text != was:
            changes[definition.key] = _value(definition, text.strip())
    if not changes:
        return "Nothing was changed."
    update_contact(actor, contact.pk, {"custom_fields": changes})
    return "The fields were saved."


def _value(definition: CustomField, text: str) -> Any:
    if text == "":
        return None
    if definition.type == FieldType.BOOLEAN:
        return text == YES
    if definition.type == FieldType.NUMBER:
        try:
            return int(text) if text.lstrip("-").isdigit() else float(text)
        except ValueError:
            raise invalid(definition.key, "invalid", f"{definition.label} is a number") from None
    return text


def add_note(actor: Actor, contact: Contact, posted: QueryDict) -> str:
    notes.add_note(actor, contact.pk, text=posted.get("note", ""))
    return "The note was added."


def delete_note(actor: Actor, contact: Contact, posted: QueryDict) -> str:
    notes.delete_note(actor, posted.get("note", ""))
    return "The note was deleted."


# By the value of the button. Each changes the contact and returns what to say then.
ACTIONS: dict[str, Callable[[Actor, Contact, QueryDict], str]] = {
    "stage": change_stage,
    "add_tag": add_tag,
    "remove_tag": remove_tag,
    "fields": change_fields,
    "add_note": add_note,
    "delete_note": delete_note,
}
# Those with something typed, which a refusal must not lose.
TYPED = ("fields", "add_note")


def find_action(name: str) -> Callable[[Actor, Contact, QueryDict], str] | None:
    """What the button with this value does; None if there is no such button."""
    in_place = next((each.in_place for each in contact_actions if each.page == name), None)
    return ACTIONS.get(name) if in_place is None else partial(_act_in_place, in_place)


def _act_in_place(in_place: InPlace, actor: Actor, contact: Contact, posted: QueryDict) -> str:
    return in_place.act(actor, contact.pk, posted.get("choice", ""))
