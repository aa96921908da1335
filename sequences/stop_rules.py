"""The stop rules of a sequence, and opt-outs. They are checked before a message is made and again at its claim."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from contacts.models import Contact, ContactTag
from crmsolid.core.sql.bulk import fetch
from crmsolid.core.sql.table import Table
from sequences.definition import Definition
from sequences.models import Reason
from sequences.repository import Version

_tags = Table(ContactTag)


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


def tags_for(versions: Iterable[Version], contact_ids: Iterable[str]) -> Mapping[str, list[str]]:
    """The tags of these contacts, folded, by contact; none if no stop rule of these versions is on tags."""
    tags: dict[str, list[str]] = defaultdict(list)
    if any(version.definition.stop_tags for version in versions):
        where, params = "contact_id = ANY(%s)", [list(contact_ids)]
        for contact_id, folded in fetch(f"SELECT contact_id, folded FROM {_tags.name} WHERE {where}", params):
            tags[contact_id].append(folded)
    return tags
