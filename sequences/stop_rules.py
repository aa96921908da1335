"""The stop rules of a sequence, and opt-outs. They are checked before a message is made and again at its claim."""

from collections.abc import Collection
from datetime import datetime

from contacts.models import Contact
from sequences.definition import Definition
from sequences.models import Reason


def stop_reason(definition: Definition, contact: Contact, tags: Collection[str], since: datetime) -> Reason | None:
    """Why the sequence stops for this contact, if it does; ``since`` is when the contact was enrolled,
    ``tags`` are folded."""
    if contact.opted_out:
        return Reason.OPTED_OUT
    if "reply" in definition.stop_on:
        replied_at = contact.last_reply_at if definition.ignore_auto_replies else contact.last_in_at
        if replied_at is not None and replied_at > since:
            return Reason.REPLY
    if not definition.stop_tags.isdisjoint(tags):
        return Reason.TAG
    if contact.stage in definition.stop_stages:
        return Reason.STAGE
    return None
