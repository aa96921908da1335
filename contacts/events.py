"""The events that contacts publish, and the ones that come of a change.

Those of a change are made once it is written and its points are given, so that they show the contact as it is then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from contacts.models import Contact, Stage
from contacts.representations import ContactOut
from crmsolid.events.catalogue import EventType, declare, object_schema
from crmsolid.events.publishing import NewEvent

if TYPE_CHECKING:
    from contacts.repository import ContactWithTags

_CONTACT = ContactOut.data_schema()


def _score(description: str) -> dict[str, Any]:
    return {"type": "integer", "minimum": 0, "maximum": 100, "description": description}


def _stage(description: str) -> dict[str, Any]:
    return {"type": "string", "enum": Stage.values, "description": description}


def _texts(description: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}, "description": description}


CONTACT_CREATED = declare(
    "contact.created", "A person was added: by the API, the panel or a message.", contact=_CONTACT
)
CONTACT_TAGGED = declare(
    "contact.tagged",
    "Tags were added to a contact; `added` names the new ones.",
    contact=_CONTACT,
    added=_texts("The names of the new tags."),
)
LEAD_SCORED = declare(
    "lead.scored",
    "The score of a contact has changed; `rules` names what changed it.",
    contact=_CONTACT,
    old_score=_score("The score before."),
    new_score=_score("The score now."),
    rules=_texts("The names of what changed it."),
)
CONTACT_UPDATED = declare(
    "contact.updated",
    "Fields of a contact have changed; `changed` has the `old` and the `new` value of each, custom fields as"
    " `custom_fields.<key>`. Tags, stage, score and opt-out have events of their own.",
    contact=_CONTACT,
    changed={
        "type": "object",
        "minProperties": 1,
        "additionalProperties": object_schema(
            old={"description": "The value before; null if there was none."},
            new={"description": "The value now; null if there is none."},
        ),
        "description": "The fields that have changed.",
    },
)
CONTACT_STAGE_CHANGED = declare(
    "contact.stage_changed",
    "A contact came to another stage. `cause` is where it was changed (`rest`, `panel`, `mcp`, `import`, `bulk`), or"
    " `message` for one that was sent, `reply`, or `opt_out` for an opt-out word.",
    contact=_CONTACT,
    old_stage=_stage("The stage before."),
    new_stage=_stage("The stage now."),
    cause={"type": "string", "description": "What has changed it."},
)
CONTACT_OPTED_OUT = declare(
    "contact.opted_out", "Nothing is sent to this contact any more. Also for one that was added so.", contact=_CONTACT
)
CONTACT_OPTED_IN = declare("contact.opted_in", "Messages to this contact are allowed again.", contact=_CONTACT)
CONTACT_ERASED = declare(
    "contact.erased",
    "A contact was erased; the id is all that is left. Delete what you keep of the person.",
    contact=object_schema(id={"type": "string", "description": "The id that the contact had."}),
)

# The fields that contact.updated tells of, beside the custom fields.
_UPDATED = ("name", "first_name", "last_name", "username", "telegram_id", "email", "phone", "time_zone")


@dataclass(frozen=True, slots=True)
class Before:
    """A contact before a change, as far as events tell of it. Made without a query, from the locked row."""

    fields: Mapping[str, Any]
    stage: str
    opted_out: bool

    @classmethod
    def of(cls, contact: Contact) -> Self:
        return cls(_fields_of(contact), str(contact.stage), contact.opted_out)

    def events(self, after: "ContactWithTags", cause: str) -> list[NewEvent]:
        """The events of all that is different now; ``cause`` as in ``StageChange``."""
        contact, events = after.contact, []
        fields = _fields_of(contact)
        if fields != self.fields:
            changed = {
                name: {"old": self.fields.get(name), "new": fields.get(name)}
                for name in {**self.fields, **fields}
                if self.fields.get(name) != fields.get(name)
            }
            events.append(_about(after, CONTACT_UPDATED, changed=changed))
        if contact.opted_out != self.opted_out:
            events.append(_about(after, CONTACT_OPTED_OUT if contact.opted_out else CONTACT_OPTED_IN))
        if contact.stage != self.stage:
            events.append(stage_changed(after, self.stage, cause))
        return events


def _fields_of(contact: Contact) -> dict[str, Any]:
    fields = ContactOut.render_only(contact, _UPDATED)
    return fields | {f"custom_fields.{key}": value for key, value in contact.custom_fields.items()}


def added(person: "ContactWithTags") -> list[NewEvent]:
    """The events of a contact that was added."""
    events = [_about(person, CONTACT_CREATED)]
    if person.contact.opted_out:
        events.append(_about(person, CONTACT_OPTED_OUT))
    return events + tagged(person, person.tags)


def tagged(person: "ContactWithTags", names: list[str]) -> list[NewEvent]:
    """The event of a contact that got these tags; none without tags."""
    return [_about(person, CONTACT_TAGGED, added=names)] if names else []


def stage_changed(person: "ContactWithTags", old_stage: str, cause: str) -> NewEvent:
    """The event of a contact that came to its stage from another one."""
    return _about(person, CONTACT_STAGE_CHANGED, old_stage=old_stage, new_stage=str(person.contact.stage), cause=cause)


def _about(person: "ContactWithTags", type: EventType, **data: Any) -> NewEvent:
    contact = person.contact
    return NewEvent(type, {"contact": person.payload, **data}, contact.id, workspace_id=contact.workspace_id)
