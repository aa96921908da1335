"""What the outside sees of a contact: one function for GET, events and writes alike."""

from collections.abc import Sequence
from typing import Any

from contacts.models import Contact, first_name
from crmsolid.core.clock import rfc3339
from crmsolid.events.publishing import NewEvent


def contact_payload(contact: Contact, tags: Sequence[str]) -> dict[str, Any]:
    """A contact as ``GET /v1/contacts/{id}`` answers it. Tags and custom fields are sorted: PostgreSQL keeps no order
    of keys, and equal contacts must be equal bytes."""
    return {
        "id": contact.id,
        "name": contact.name,
        "first_name": first_name(contact),
        "last_name": contact.last_name or None,
        "username": contact.username or None,
        "telegram_id": contact.telegram_id,
        "email": contact.email or None,
        "phone": contact.phone or None,
        "time_zone": contact.time_zone or None,
        "tags": sorted(tags),
        "stage": str(contact.stage),
        "score": contact.score,
        "opted_out": contact.opted_out,
        "custom_fields": dict(sorted(contact.custom_fields.items())),
        "created_at": rfc3339(contact.created_at),
        "updated_at": rfc3339(contact.updated_at),
    }


def created(payload: dict[str, Any]) -> NewEvent:
    """``contact.created``"""
    return NewEvent("contact.created", {"contact": payload}, payload["id"])


def tagged(payload: dict[str, Any], added: Sequence[str]) -> NewEvent:
    """``contact.tagged``: the contact as it is now, and the tags that are new."""
    return NewEvent("contact.tagged", {"contact": payload, "added": list(added)}, payload["id"])


def register_events() -> None:
    """Describe them for the catalogue: the contact has the shape that GET answers."""
    from contacts.serializers import ContactOut
    from crmsolid.api.representations import json_shape
    from crmsolid.events.catalogue import register_event

    contact = json_shape(ContactOut)
    added = {"type": "array", "items": {"type": "string"}}
    both = {"type": "object", "required": ["contact", "added"], "properties": {"contact": contact, "added": added}}
    alone = {"type": "object", "required": ["contact"], "properties": {"contact": contact}}
    register_event("contact.created", alone, description="A person was added: by the API, the panel or a message.")
    register_event("contact.tagged", both, description="Tags were added to a contact; `added` names the new ones.")
    score = {"type": "integer", "minimum": 0, "maximum": 100}
    scored = {"contact": contact, "old_score": score, "new_score": score, "rules": {"type": "array"}}
    register_event(
        "lead.scored",
        {"type": "object", "required": list(scored), "properties": scored},
        description="The score of a contact has changed; `rules` names what changed it.",
    )
