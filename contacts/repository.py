"""The statements on contacts and their tags: find and lock, insert, update. They run in the transaction of the service.

Whoever changes a contact or its tags locks the contact's row first; several rows are locked in the order of their ids.
The unique keys of the database decide which contact has an identity; looking first would leave a gap for other calls.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects

from contacts import events, optouts, stages
from contacts.events import Before
from contacts.models import Contact, ContactTag
from contacts.normalization import fold
from contacts.representations import ContactOut
from contacts.scoring import awarding, occasions
from contacts.undoing import recording
from contacts.undoing.recording import Change
from contacts.validation import Changes
from crmsolid.api.preconditions import Check, unconditional
from crmsolid.core import clock
from crmsolid.core.errors import DomainError, not_found
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.core.ids import is_id
from crmsolid.core.sql.prepared_cursor import statement_cursor
from crmsolid.core.sql.table import Table
from crmsolid.events.publishing import publish_all
from crmsolid.limits import reading
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace

contacts = Table(Contact)
_tags = Table(ContactTag)
TAG_CONFLICT = "(contact_id, name) DO NOTHING"

# Each gets the ids of the contacts. It is called in the transaction that changed them, with the contacts' rows locked,
# after the change was written, so it may read it. An error it raises undoes the change.
watchers: ExtensionPoint[Callable[[Sequence[str]], None]] = ExtensionPoint("watchers of contacts")


def notify(contact_ids: Sequence[str]) -> None:
    """Tell the watchers that these contacts have changed, or that a message of theirs has arrived."""
    for watch in watchers.values():
        watch(contact_ids)


# An attempt fails only if other calls committed in between, so even two failures in a row are rare.
UPSERT_ATTEMPTS = 10
# The columns that decide whom a message to the contact reaches.
ADDRESSES = frozenset({"username_key", "telegram_id", "phone"})


class IdentityTaken(Exception):
    """Another contact has the username or e-mail address."""


class IdentitiesConflict(Exception):
    """Username and e-mail address belong to these different contacts."""

    def __init__(self, contacts: Sequence[Contact]) -> None:
        self.contacts = contacts
        super().__init__("the identities belong to different contacts")


@dataclass(frozen=True)
class ContactWithTags:
    """A contact and the names of its tags. ``created``, ``changed``: this call created or changed the contact."""

    contact: Contact
    tags: list[str]
    created: bool = False
    changed: bool = False

    def tag_changes(self, add: Iterable[str], remove: Iterable[str]) -> tuple[list[str], set[str]]:
        """Which of these tags the contact does not have yet, and which of those it has."""
        own = set(self.tags)
        return [name for name in add if name not in own], own.intersection(remove)

    def with_tag_changes(self, added: Sequence[str], removed: set[str]) -> "ContactWithTags":
        """The contact with these tags added and removed."""
        return ContactWithTags(self.contact, [*set(self.tags).difference(removed), *added])

    @cached_property
    def payload(self) -> dict[str, Any]:
        """The contact as the API and events show it."""
        return ContactOut.render(self.contact, tags=sorted(self.tags))


def get(workspace: Workspace, contact_id: str, *, lock: bool = False, deleting: bool = False) -> ContactWithTags:
    """The contact with its tags, locked for an update or for deletion if asked for. ``not_found`` (404)."""
    if not is_id("con", contact_id):
        raise not_found("contact")
    if workspace.edge is None:
        where, params = "id = %s AND workspace_id = %s", [contact_id, workspace.pk]
        rows = contacts.select(where, params, lock=lock, deleting=deleting)
    else:
        rows = _seen(workspace, Q(pk=contact_id), lock=lock, deleting=deleting)
    if not rows:
        raise not_found("contact")
    return with_tags(rows)[0]


def _seen(workspace: Workspace, which: Q, *, lock: bool = False, deleting: bool = False) -> list[Contact]:
    """Those contacts, of the ones that a narrowed key sees, in the order of their ids, locked as for :func:`get`. One
    outside is found neither later nor slower than one that does not exist, and is not locked."""
    rows: QuerySet[Contact] = Contact.objects.for_workspace(workspace).filter(which).order_by("pk")
    return list(rows.select_for_update(no_key=not deleting, of=("self",)) if lock or deleting else rows)


def load_names(rows: Sequence[Any]) -> None:
    """Load what ``ContactNameOut`` shows of the contacts of these rows, which are of one workspace, with one query for
    all of them, or none if they are loaded."""
    if rows:
        people = Contact.objects.for_workspace(rows[0].workspace_id).only("name", "username")
        prefetch_related_objects(rows, Prefetch("contact", people))


def find_by_identity(workspace: Workspace, identities: Mapping[str, Any], *, lock: bool = False) -> list[Contact]:
    """The contacts that match any of these identities (column -> key), in the order of their ids."""
    if workspace.edge is not None:
        return _seen(workspace, _either(identities), lock=lock)
    either = " OR ".join(f"{column} = %s" for column in identities)
    where = f"workspace_id = %s AND ({either})" + (" ORDER BY id" if len(identities) > 1 else "")
    return contacts.select(where, [workspace.pk, *identities.values()], lock=lock)


def _either(identities: Mapping[str, Any]) -> Q:
    return reduce(or_, (Q(**{column: key}) for column, key in identities.items()))


def require_inside(workspace: Workspace, identities: Mapping[str, Any]) -> None:
    """``not_found`` (404) for a narrowed key if a contact outside of what it sees has one of these identities: it can
    be neither found nor made."""
    people = None if workspace.edge is None else workspace.edge.people
    if people is not None and people.outside.filter(_either(identities)).exists():
        raise not_found("contact")


def _require_made_inside(workspace: Workspace, contact_id: str) -> None:
    """``outside_limits`` (403), which undoes it, for a contact that a narrowed key has made and would not see."""
    people = None if workspace.edge is None else workspace.edge.people
    if people is not None and not people.inside.filter(pk=contact_id).exists():
        detail = "this key or assistant makes only contacts that are in its segment, and this one would not be"
        raise DomainError("outside_limits", detail)


def with_tags(rows: Sequence[Contact]) -> list[ContactWithTags]:
    """Each contact with its tags, by one query for all of them.

    A locked contact needs this query of its own: a subquery of the statement that waited for the lock would still see
    the tags from before.
    """
    names: dict[str, list[str]] = {contact.id: [] for contact in rows}
    if rows:
        with statement_cursor() as cursor:
            cursor.execute(f"SELECT contact_id, name FROM {_tags.name} WHERE contact_id = ANY(%s)", [list(names)])
            for contact_id, name in cursor.fetchall():
                names[contact_id].append(name)
    return [ContactWithTags(contact, names[contact.id]) for contact in rows]


def write(contact: Contact, columns: Mapping[str, Any]) -> ContactWithTags:
    """Store these columns of a locked contact, which has the values already. The same statement reads its tags: it sees
    them as they are, because it begins when the lock is held."""
    of_contact = f"ARRAY(SELECT name FROM {_tags.name} WHERE contact_id = {contacts.name}.id)"
    where, params = "id = %s AND workspace_id = %s", [contact.id, contact.workspace_id]
    [(tags,)] = contacts.update_returning(columns, where, params, of_contact)
    return ContactWithTags(contact, tags, changed=True)


def lock(workspace: Workspace | int, ids: Sequence[str]) -> list[Contact]:
    """These contacts, locked for an update in the order of their ids. Those that are gone are left out."""
    if not isinstance(workspace, int):
        if workspace.edge is not None:
            return _seen(workspace, Q(pk__in=list(ids)), lock=True)
        workspace = workspace.pk
    return contacts.select("workspace_id = %s AND id = ANY(%s) ORDER BY id", [workspace, list(ids)], lock=True)


def lock_free(ids: Sequence[str]) -> dict[str, Contact]:
    """By id, those of these contacts that no other transaction has locked, now locked for an update. Never waits, so it
    does not matter what else the caller has locked."""
    rows = contacts.select("id = ANY(%s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED", [list(ids)])
    return {contact.id: contact for contact in rows}


def not_being_erased(ids: Sequence[str | None]) -> dict[str, Contact]:
    """By id, those of these contacts that nobody is erasing and none can be erased before the transaction ends. Never
    waits, so it does not matter what else the caller has locked; a contact whose identity is changing may be left
    out."""
    rows = contacts.select("id = ANY(%s) ORDER BY id FOR KEY SHARE SKIP LOCKED", [[each for each in ids if each]])
    return {contact.id: contact for contact in rows}


def not_erased(rows: Sequence[Contact]) -> list[Contact]:
    """Those of the contacts that are still there; none of them can be erased before the transaction ends. Waits for
    whoever is erasing one."""
    if not rows:
        return []
    with statement_cursor() as cursor:
        text = f"SELECT id FROM {contacts.name} WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"
        cursor.execute(text, [[contact.id for contact in rows]])
        there = {contact_id for (contact_id,) in cursor.fetchall()}
    return [contact for contact in rows if contact.id in there]


def upsert(actor: Actor, changes: Changes, check: Check = unconditional) -> ContactWithTags:
    """Create the contact with these identities, or update it if it exists; concurrent calls agree on one contact.

    Tags are added. ``check`` gets the contact as it was, None if it is new; what it raises must end the transaction.
    :class:`IdentitiesConflict` if the identities belong to different contacts; ``service_unavailable``.
    """
    for _ in range(UPSERT_ATTEMPTS):
        require_inside(actor.workspace, changes.identities)
        created = insert(actor, changes)
        if created is not None:
            check(None)
            return created
        # One of the unique keys is taken: update the contact that has it.
        existing = find_by_identity(actor.workspace, changes.identities, lock=True)
        if not existing:
            continue  # it was erased, or changed its identity, between the two statements
        if len(existing) == 1:
            before = with_tags(existing)[0]
            check(before)
            try:
                return update(actor, before, changes, add=changes.tags or ())
            except IdentityTaken:
                # Another contact took the second identity after the lookup. It is not locked here: while the first
                # contact is locked, locking out of order could end in a deadlock.
                existing = find_by_identity(actor.workspace, changes.identities)
        if len(existing) > 1:
            raise IdentitiesConflict(existing)
    raise DomainError("service_unavailable")


def insert(who: Actor | Workspace, changes: Changes) -> ContactWithTags | None:
    """Insert a contact with its tags and events. None if a contact has one of the identities already.
    ``outside_limits`` if a narrowed key would not see it."""
    now, workspace = clock.now(), who.workspace if isinstance(who, Actor) else who
    contact = contacts.new(workspace_id=workspace.pk, created_at=now, updated_at=now)
    changes.apply(contact)
    if not contacts.insert_computed(contact, {"opted_out": optouts.opted_out_sql(contact)}, "DO NOTHING"):
        return None
    created = ContactWithTags(contact, changes.tags or [], created=True, changed=True)
    stages.added([contact], stages.cause_of(who))
    happened = [
        *occasions.stage_reached(contact, now),
        *occasions.tags_added(contact, created.tags, now),
        *occasions.fields_set(contact, {}, now),
    ]
    scored = awarding.score([created], happened)
    if created.tags:
        # The edge of a narrowed key may be a tag.
        insert_tags = _tags.insert_later if workspace.edge is None else _tags.insert_many
        insert_tags(_tag_rows(contact, created.tags, now), TAG_CONFLICT)
    _require_made_inside(workspace, contact.id)
    publish_all(who, events.added(created) + scored)
    return created


def update(
    actor: Actor, before: ContactWithTags, changes: Changes, *, add: Iterable[str] = (), remove: Iterable[str] = ()
) -> ContactWithTags:
    """Write what differs, publish the events of it and tell the watchers. Nothing if nothing differs.

    The row of ``before`` must be locked. :class:`IdentityTaken` leaves the transaction usable.
    """
    contact, old = before.contact, Before.of(before.contact)
    old_fields = contact.custom_fields
    added, removed = before.tag_changes(add, remove)
    columns = recording.columns_before(contact) if recording.is_recorded(actor) else None
    changed = changes.apply(contact)
    if "opted_out" in changed and not contact.opted_out:
        optouts.kept(contact).delete()  # somebody decided that messages to this contact are allowed again
    new_identity = changed.get("username_key") or changed.get("email_key")
    if new_identity and "opted_out" not in changes.columns and not contact.opted_out and optouts.kept(contact).exists():
        contact.opted_out = changed["opted_out"] = True
    if not (changed or added or removed):
        return before
    now = contact.updated_at = changed["updated_at"] = clock.now()
    _write(contact, changed)
    if actor.review is not None and not ADDRESSES.isdisjoint(changed):
        reading.record_address_change(actor, contact.id)
    _tags.insert_many(_tag_rows(contact, added, now), TAG_CONFLICT)
    if removed:
        _remove_tags(contact.workspace_id, [contact.id], removed)
    after = replace(before.with_tag_changes(added, removed), changed=True)
    if columns is not None:
        tags = [Change(contact.id, recording.TAGS, sorted(removed), added)] if added or removed else []
        recording.record(actor, [*recording.field_changes(contact, columns), *tags])
    happened = [
        *occasions.tags_added(contact, added, now),
        *occasions.fields_set(contact, old_fields, now),
    ]
    if "stage" in changed:
        stages.changed([(contact, old.stage, now)], stages.cause_of(actor))
        happened += occasions.stage_reached(contact, now)
    scored = awarding.score([after], happened)
    notify([contact.id])
    publish_all(actor, old.events(after, stages.cause_of(actor)) + events.tagged(after, added) + scored)
    return after


def _write(contact: Contact, changed: dict[str, Any]) -> None:
    where, params = "id = %s AND workspace_id = %s", [contact.id, contact.workspace_id]
    if "username_key" not in changed and "email_key" not in changed:
        contacts.update(changed, where, params)
        return
    try:
        with transaction.atomic():  # the savepoint keeps the transaction usable after a unique key was violated
            contacts.update(changed, where, params)
    except IntegrityError:
        raise IdentityTaken from None


def change_tags(
    actor: Actor, rows: Sequence[ContactWithTags], *, add: Sequence[str], remove: Sequence[str]
) -> list[ContactWithTags]:
    """Add and remove tags of contacts whose rows are locked, publish ``contact.tagged`` for each that got new ones, and
    tell the watchers. Returns those that were changed, as they are now.

    The number of statements does not depend on that of the contacts.
    """
    now = clock.now()
    changed: list[tuple[ContactWithTags, list[str]]] = []
    undoable: list[Change] = []
    for before in rows:
        added, removed = before.tag_changes(add, remove)
        if added or removed:
            before.contact.updated_at = now
            changed.append((before.with_tag_changes(added, removed), added))
            undoable.append(Change(before.contact.id, recording.TAGS, sorted(removed), added))
    if not changed:
        return []
    if recording.is_recorded(actor):
        recording.record(actor, undoable)
    ids = [after.contact.id for after, _ in changed]
    contacts.update({"updated_at": now}, "id = ANY(%s)", [ids])
    if remove:
        _remove_tags(changed[0][0].contact.workspace_id, ids, remove)
    _tags.insert_many([row for after, added in changed for row in _tag_rows(after.contact, added, now)], TAG_CONFLICT)
    happened = [each for after, added in changed for each in occasions.tags_added(after.contact, added, now)]
    scored = awarding.score([after for after, _ in changed], happened)
    notify(ids)
    publish_all(actor, [event for after, added in changed for event in events.tagged(after, added)] + scored)
    return [after for after, _ in changed]


def change_stage(actor: Actor, rows: Sequence[ContactWithTags], stage: str) -> list[ContactWithTags]:
    """Bring contacts whose rows are locked to this stage, publish the events of it, and tell the watchers. Returns
    those that were in another one, as they are now. The number of statements does not depend on that of the
    contacts."""
    now, cause = clock.now(), stages.cause_of(actor)
    moves = [(replace(row, changed=True), str(row.contact.stage)) for row in rows if row.contact.stage != stage]
    if not moves:
        return []
    people = [after for after, _ in moves]
    if recording.is_recorded(actor):
        recording.record(actor, [Change(after.contact.id, "stage", old_stage, stage) for after, old_stage in moves])
    for after in people:
        after.contact.stage, after.contact.updated_at = stage, now
    ids = [after.contact.id for after in people]
    contacts.update({"stage": stage, "updated_at": now}, "id = ANY(%s)", [ids])
    stages.changed([(after.contact, old_stage, now) for after, old_stage in moves], cause)
    scored = awarding.score(people, [each for after in people for each in occasions.stage_reached(after.contact, now)])
    notify(ids)
    publish_all(actor, [events.stage_changed(after, old_stage, cause) for after, old_stage in moves] + scored)
    return people


def _remove_tags(workspace_id: int, contact_ids: Sequence[str], names: Iterable[str]) -> None:
    tags = ContactTag.objects.for_workspace(workspace_id)
    tags.filter(contact__in=contact_ids, name__in=list(names)).delete()


def _tag_rows(contact: Contact, names: Iterable[str], at: datetime) -> list[dict[str, Any]]:
    columns = {"workspace_id": contact.workspace_id, "contact_id": contact.id, "created_at": at}
    return [{**columns, "name": name, "folded": fold(name)} for name in names]
