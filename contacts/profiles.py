"""A contact together with its tags, as every reader and writer handles it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.utils.functional import cached_property

from contacts.models import Contact, ContactTag
from contacts.serializers import ContactOut
from crmsolid.core import clock, strictjson
from crmsolid.core.sql.bulk import ids_clause
from crmsolid.core.sql.prepared_cursor import statement_cursor
from crmsolid.core.sql.table import Table
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.scopes import Scope

_tags = Table(ContactTag)


@dataclass(frozen=True)
class Profile:
    """``created``: this call made the contact. ``added``: tags it did not have before."""

    contact: Contact
    tags: list[str]
    created: bool = False
    added: Sequence[str] = ()

    @cached_property
    def payload(self) -> dict[str, Any]:
        """The contact as the outside sees it."""
        return ContactOut.render(self.contact, tags=sorted(self.tags))

    @cached_property
    def etag(self) -> str:
        """A strong validator: it changes whenever anything in the payload does, whoever changed it."""
        return f'"{sha256(strictjson.dumps(self.payload)).hexdigest()[:32]}"'


def answer(actor: Actor, profile: Profile, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a write answers: the contact; to who may not read contacts its id and what they sent, nothing else that is
    known of the person."""
    if actor.has(Scope.READ_CONTACTS):
        return profile.payload
    shown = {name: profile.payload[name] for name in given if name in profile.payload}
    if "first_name" in given:
        shown["first_name"] = profile.contact.given_first_name  # else it might be a word of the name
    if "tags" in given:
        sent = {name.strip() for name in given["tags"]}
        shown["tags"] = [name for name in profile.payload["tags"] if name in sent]
    if "custom_fields" in given:
        kept = profile.payload["custom_fields"]
        shown["custom_fields"] = {key: kept.get(key) for key in given["custom_fields"]}
    return {"id": profile.contact.id, **shown}


def tags_of(contact_id: str) -> list[str]:
    """The names of a contact's tags."""
    with statement_cursor() as cursor:
        cursor.execute(f"SELECT name FROM {_tags.name} WHERE contact_id = %s", [contact_id])
        return [name for (name,) in cursor.fetchall()]


def profiles(contacts: Sequence[Contact]) -> list[Profile]:
    """Each with its tags, by one query for all of them."""
    names: dict[str, list[str]] = {contact.id: [] for contact in contacts}
    if contacts:
        where, params = ids_clause("contact_id", list(names))
        with statement_cursor() as cursor:
            cursor.execute(f"SELECT contact_id, name FROM {_tags.name} WHERE {where}", params)
            for contact_id, name in cursor.fetchall():
                names[contact_id].append(name)
    return [Profile(contact, names[contact.id]) for contact in contacts]


def add_tags(contact: Contact, names: Iterable[str]) -> None:
    """Insert tags the contact does not have; its row must be locked, so that two cannot add the same."""
    now = clock.now()
    rows = [
        {"workspace_id": contact.workspace_id, "contact_id": contact.id, "name": name, "created_at": now}
        for name in names
    ]
    _tags.insert_later(rows, conflict="(contact_id, name) DO NOTHING")


def remove_tags(contact: Contact, names: Sequence[str]) -> None:
    """Delete these tags of the contact."""
    if names:
        ContactTag.objects.for_workspace(contact.workspace_id).filter(contact_id=contact.id, name__in=names).delete()
