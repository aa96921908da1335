"""The verbs of contacts: upsert, update, tag, erase; get, list, export, show what is kept.

``given`` holds plain values by the API's names, as the doors' serializers let them through: ``name first_name
last_name username email phone time_zone stage opted_out tags custom_fields``. A name that is absent is left alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contacts import optouts, repository
from contacts.models import Contact, CustomField
from contacts.profiles import Profile, profiles, tags_of
from contacts.repository import IdentityTaken
from contacts.validation import MAX_TAGS, Changes, read_changes, read_tags
from crmsolid.api.pagination import Page, page
from crmsolid.core import erasure
from crmsolid.core.errors import DomainError, invalid, not_found
from crmsolid.core.ids import is_id
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.scopes import Scope

# Each turn is lost only to another call that got through, so a second loss in a row is rare already.
ATTEMPTS = 10
EXPORT_CHUNK = 500


@unit_of_work()
def upsert_contact(actor: Actor, given: Mapping[str, Any]) -> Profile:
    """Create the contact of this username or e-mail address (one is required), or update the one there is.

    Given fields are replaced, tags added. Calls at once agree on one contact, with the tags of all of them. Errors:
    ``scope_missing``, ``validation_failed``, ``contact_conflict`` when the two identities are two people's.
    """
    actor.require(Scope.WRITE_CONTACTS)
    changes = read_changes(actor.workspace, given)
    if not changes.identities:
        raise invalid("username", "required", "give a username or an email")
    # The unique keys decide: insert, else update whoever has one of the identities. Another call may change identities
    # or erase the contact between the two statements; then both are tried again.
    for _ in range(ATTEMPTS):
        profile = repository.insert(actor, changes)
        if profile is not None:
            return profile
        existing = repository.match(actor, changes.identities)
        profile = None if existing is None else _add_to(actor, existing, changes)
        if profile is not None:
            return profile
    raise DomainError("service_unavailable")


def _add_to(actor: Actor, contact: Contact, changes: Changes) -> Profile | None:
    before = Profile(contact, tags_of(contact.id))
    try:
        return repository.update(actor, before, changes, add=changes.tags or ())
    except IdentityTaken:
        # Not by locking both: this one's lock is held already, and out of order it could meet another's coming back.
        found = repository.holders(actor, changes.identities)
        if len(found) > 1:
            raise repository.conflict(actor, found) from None
        return None


@unit_of_work()
def update_contact(actor: Actor, contact_id: str, given: Mapping[str, Any], *, if_match: str | None = None) -> Profile:
    """Replace the given fields; ``tags`` replaces all tags. ``if_match`` is an ETag list as HTTP has it.

    Errors: ``scope_missing``, ``validation_failed``, ``not_found``, ``precondition_failed``, ``contact_conflict``.
    """
    actor.require(Scope.WRITE_CONTACTS)
    changes = read_changes(actor.workspace, given)
    before = repository.locked(actor, contact_id)
    check_version(before, if_match)
    wanted = changes.tags
    removed = [name for name in before.tags if wanted is not None and name not in wanted]
    try:
        return repository.update(actor, before, changes, add=wanted or (), remove=removed)
    except IdentityTaken:
        raise repository.conflict(actor, {contact_id, *repository.holders(actor, changes.identities)}) from None


@unit_of_work()
def tag_contact(
    actor: Actor,
    contact_id: str,
    *,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    if_match: str | None = None,
) -> Profile:
    """Add and remove tags. Errors: as :func:`update_contact`; a tag in both lists is ``validation_failed``."""
    actor.require(Scope.WRITE_CONTACTS)
    new, old = read_tags(add, "add"), read_tags(remove, "remove")
    both = set(new).intersection(old)
    if both:
        raise invalid("remove", "ambiguous", f"a tag cannot be added and removed at once: {', '.join(sorted(both))}")
    if len(new) + len(old) > MAX_TAGS:
        raise invalid("remove", "max_length", f"at most {MAX_TAGS} tags a request")
    before = repository.locked(actor, contact_id)
    check_version(before, if_match)
    return repository.update(actor, before, Changes({}, {}, None), add=new, remove=old)


@unit_of_work()
def erase_contact(actor: Actor, contact_id: str, *, if_match: str | None = None) -> None:
    """Erase the person everywhere, for good; the audit log keeps the id, an opt-out lives on as a keyed hash.

    Errors: ``scope_missing``, ``not_found``, ``precondition_failed``.
    """
    actor.require(Scope.WRITE_CONTACTS)
    found = repository.locked(actor, contact_id, deleting=True)
    check_version(found, if_match)
    if found.contact.opted_out:
        optouts.remember(found.contact)
    erasure.erase_all(actor.workspace.pk, contact_id)
    Contact.objects.for_workspace(actor.workspace).filter(pk=contact_id).delete()
    audit.record(actor, "contact.erased", contact_id)


def check_version(profile: Profile, if_match: str | None) -> None:
    """``precondition_failed`` (412) unless ``If-Match`` names this version (RFC 9110, 13.1.1: strong comparison)."""
    if if_match is None or if_match.strip() == "*":
        return
    if profile.etag not in [tag.strip() for tag in if_match.split(",")]:
        raise DomainError("precondition_failed")


def get_contact(actor: Actor, contact_id: str) -> Profile:
    """One contact. ``scope_missing``, ``not_found``."""
    actor.require(Scope.READ_CONTACTS)
    if not is_id("con", contact_id):
        raise not_found("contact")
    rows = repository.contacts.select("id = %s AND workspace_id = %s", [contact_id, actor.workspace.pk])
    if not rows:
        raise not_found("contact")
    return Profile(rows[0], tags_of(contact_id))


def list_contacts(
    actor: Actor, filters: Mapping[str, Any], *, sort: str = "-created_at", limit: int = 50, cursor: str | None = None
) -> Page:
    """One page of :class:`Profile`. ``filters``: see ``ContactQuerySet.narrowed``. ``scope_missing``,
    ``invalid_cursor``."""
    actor.require(Scope.READ_CONTACTS)
    found = page(
        Contact.objects.for_workspace(actor.workspace).narrowed(filters),
        sort=sort,
        limit=limit,
        cursor=cursor,
        workspace_id=actor.workspace.pk,
        filters=filters,
        read=repository.contacts.read,
    )
    return Page(profiles(found.rows), found.next_cursor)


def export_contacts(actor: Actor, filters: Mapping[str, Any]) -> Iterator[list[Profile]]:
    """All that match, oldest first, in chunks: memory stays the same however many there are. The first chunk is read
    at once, so that what can be refused is refused before anything is sent."""
    actor.require(Scope.READ_CONTACTS)
    first = list_contacts(actor, filters, sort="created_at", limit=EXPORT_CHUNK)
    return _chunks(actor, filters, first)


def _chunks(actor: Actor, filters: Mapping[str, Any], found: Page) -> Iterator[list[Profile]]:
    yield found.rows
    while found.next_cursor is not None:
        found = list_contacts(actor, filters, sort="created_at", limit=EXPORT_CHUNK, cursor=found.next_cursor)
        yield found.rows


def personal_data(actor: Actor, contact_id: str) -> dict[str, Any]:
    """All that is kept on a person: ``contact``, then what each part of the product has, by section."""
    actor.require(Scope.READ_MESSAGES)
    found = get_contact(actor, contact_id)
    return {"contact": found.payload, **erasure.export_all(actor.workspace.pk, contact_id)}


def list_custom_fields(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page:
    """One page of the workspace's custom fields, by key."""
    actor.require(Scope.READ_CONTACTS)
    rows = CustomField.objects.for_workspace(actor.workspace)
    return page(rows, sort="key", limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters={})
