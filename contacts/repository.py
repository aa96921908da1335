"""The statements behind the verbs: find and lock, insert, update. All run in the verb's transaction.

Whoever changes a contact or its tags holds the contact's row lock from before the first look at it, rows in the
order of ids. Identities are decided by the database's unique keys, never by a look beforehand.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from contacts import events, optouts
from contacts.models import Contact
from contacts.profiles import Profile, add_tags, remove_tags, tags_of
from contacts.validation import Changes
from crmsolid.core import clock
from crmsolid.core.errors import DomainError, not_found
from crmsolid.core.ids import is_id
from crmsolid.core.sql.table import Table
from crmsolid.events.publishing import publish_all
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.scopes import Scope

contacts = Table(Contact)


class IdentityTaken(Exception):
    """Another contact got the username or e-mail address first."""


def match(actor: Actor, identities: dict[str, str]) -> Contact | None:
    """The one contact with any of these identities, locked. ``contact_conflict`` (409) when they are two people's."""
    either = " OR ".join(f"{column} = %s" for column in identities)
    where = f"workspace_id = %s AND ({either})" + (" ORDER BY id" if len(identities) > 1 else "")
    rows = contacts.select(where, [actor.workspace.pk, *identities.values()], lock=True)
    if len(rows) > 1:
        raise conflict(actor, [row.id for row in rows])
    return rows[0] if rows else None


def conflict(actor: Actor, ids: Iterable[str]) -> DomainError:
    """Which contacts collide is told only to who may read contacts."""
    if actor.has(Scope.READ_CONTACTS):
        return DomainError("contact_conflict", contacts=sorted(ids))
    return DomainError("contact_conflict")


def holders(actor: Actor, identities: dict[str, str]) -> list[str]:
    """The ids of the contacts that have any of these identities."""
    either = " OR ".join(f"{column} = %s" for column in identities)
    rows = contacts.select(f"workspace_id = %s AND ({either})", [actor.workspace.pk, *identities.values()])
    return [row.id for row in rows]


def locked(actor: Actor, contact_id: str, *, deleting: bool = False) -> Profile:
    """The contact with its tags, locked for a change or for deletion. ``not_found`` (404)."""
    if not is_id("con", contact_id):
        raise not_found("contact")
    rows = contacts.select(
        "id = %s AND workspace_id = %s", [contact_id, actor.workspace.pk], lock=True, deleting=deleting
    )
    if not rows:
        raise not_found("contact")
    # A statement of its own: a subquery of the one that waited for the lock would still see the tags of before.
    return Profile(rows[0], tags_of(contact_id))


def insert(actor: Actor, changes: Changes) -> Profile | None:
    """A new contact with its tags and events; None if another call committed one of its identities meanwhile."""
    now = clock.now()
    contact = contacts.new(workspace_id=actor.workspace.pk, created_at=now, updated_at=now)
    changes.apply(contact)
    if not contacts.insert_computed(contact, {"opted_out": optouts.expression(contact)}, "DO NOTHING"):
        return None
    tags = changes.tags or []
    if tags:
        add_tags(contact, tags)
    profile = Profile(contact, tags, created=True, added=tags)
    happened = [events.created(profile.payload)]
    if tags:
        happened.append(events.tagged(profile.payload, tags))
    publish_all(actor, happened)
    return profile


def update(
    actor: Actor, before: Profile, changes: Changes, *, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> Profile:
    """Write what differs, with ``contact.tagged`` for new tags; nothing at all if nothing does.

    ``before`` is locked. :class:`IdentityTaken` leaves the transaction as it was.
    """
    contact, had = before.contact, set(before.tags)
    added = [name for name in add if name not in had]
    removed = [name for name in remove if name in had]
    changed = changes.apply(contact)
    _mind_opt_outs(contact, changed, asked="opted_out" in changes.columns)
    if not (changed or added or removed):
        return before
    contact.updated_at = changed["updated_at"] = clock.now()
    _write(contact, changed)
    add_tags(contact, added)
    remove_tags(contact, removed)
    profile = Profile(contact, [*had.difference(removed), *added], added=added)
    if added:
        publish_all(actor, [events.tagged(profile.payload, added)])
    return profile


def _write(contact: Contact, changed: dict[str, Any]) -> None:
    """The UPDATE. Only one that sets an identity can meet another contact's, and costs a savepoint."""
    where, params = "id = %s AND workspace_id = %s", [contact.id, contact.workspace_id]
    if "username_key" not in changed and "email_key" not in changed:
        contacts.update(changed, where, params)
        return
    try:
        with transaction.atomic():
            contacts.update(changed, where, params)
    except IntegrityError:
        raise IdentityTaken from None


def _mind_opt_outs(contact: Contact, changed: dict[str, Any], *, asked: bool) -> None:
    """Lifting an opt-out forgets what was remembered; a new identity brings its own along."""
    if "opted_out" in changed and not contact.opted_out:
        optouts.forget(contact)
    new_identity = changed.get("username_key") or changed.get("email_key")
    if new_identity and not asked and not contact.opted_out and optouts.stands(contact):
        contact.opted_out = changed["opted_out"] = True
