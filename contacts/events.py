"""The events that contacts publish."""

from contacts.representations import ContactOut
from crmsolid.events.catalogue import declare

_CONTACT = ContactOut.data_schema()
_SCORE = {"type": "integer", "minimum": 0, "maximum": 100}

CONTACT_CREATED = declare(
    "contact.created", "A person was added: by the API, the panel or a message.", contact=_CONTACT
)
CONTACT_TAGGED = declare(
    "contact.tagged",
    "Tags were added to a contact; `added` names the new ones.",
    contact=_CONTACT,
    added={"type": "array", "items": {"type": "string"}},
)
LEAD_SCORED = declare(
    "lead.scored",
    "The score of a contact has changed; `rules` names what changed it.",
    contact=_CONTACT,
    old_score=_SCORE,
    new_score=_SCORE,
    rules={"type": "array", "items": {"type": "string"}},
)
