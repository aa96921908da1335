"""Every read and write of contacts that a caller may ask for. Each service checks the authority of its actor.

``fields`` holds plain values by the names of the API; :mod:`contacts.inputs` checks their types. Absent ones are kept.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Literal

from django.db import transaction

from contacts import export, notes, optouts, repository, review
from contacts.erasing import ledger, operands
from contacts.erasing.operands import Person
from contacts.events import CONTACT_ERASED
from contacts.models import Contact, ContactQuerySet, CustomField
from contacts.repository import ContactWithTags, IdentitiesConflict, IdentityTaken
from contacts.scoring import erasure as scores
from contacts.segments.compilation import where
from contacts.segments.conditions import Condition, ConditionErrors, parse_condition
from contacts.segments.matching import SECONDS, ContactCount, Counter, condition_of, find_segment
from contacts.validation import MAX_TAGS, read_changes, read_tags
from crmsolid.api import idempotency
from crmsolid.api.pagination import Page, page
from crmsolid.api.preconditions import Check, unconditional
from crmsolid.core import clock, erasure
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import DomainError, FieldError, invalid, not_found
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.events.publishing import publish
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import Workspace

EXPORT_CHUNK = 500
# A page of a list by a filter takes no longer; the panel counts in what is left of ``SECONDS``.
LIST_SECONDS = 2.0


@unit_of_work()
def upsert_contact(actor: Actor, fields: Mapping[str, Any], *, check: Check = unconditional) -> ContactWithTags:
    """Create the contact with this username or e-mail address (one is required), or update it if it exists.

    Fields that are given are replaced, tags are added. Concurrent calls agree on one contact, which gets the tags of
    all of them. ``check`` gets the contact as it was, None if it is new. Errors: ``scope_missing``,
    ``validation_failed``, and ``contact_conflict`` if the two identities belong to different contacts.
    """
    actor.require(Scope.WRITE_CONTACTS)
    changes = read_changes(actor.workspace, fields)
    if not changes.identities:
        raise invalid("username", "required", "give a username or an email")
    try:
        contact = repository.upsert(actor, changes, review.check_upsert(actor, fields, changes, check))
    except IdentitiesConflict as conflict:
        raise _conflict(actor, conflict.contacts) from None
    _audit(actor, "created" if contact.created else "changed", contact, fields=sorted(fields))
    return contact


def _audit(actor: Actor, verb: str, contact: ContactWithTags, **data: Any) -> None:
    """Write down what a member has changed. What keys do is told by the events alone: the log would be as large."""
    if actor.subject.kind == "user" and contact.changed:
        audit.record(actor, f"contact.{verb}", contact.contact.pk, **data)


@unit_of_work()
def update_contact(
    actor: Actor, contact_id: str, fields: Mapping[str, Any], *, check: Check = unconditional
) -> ContactWithTags:
    """Replace the fields that are given; ``tags`` replaces all tags. ``check`` gets the contact as it was.

    Errors: ``scope_missing``, ``validation_failed``, ``not_found``, ``precondition_failed``, ``contact_conflict``.
    """
    actor.require(Scope.WRITE_CONTACTS)
    changes = read_changes(actor.workspace, fields)
    before = repository.get(actor.workspace, contact_id, lock=True)
    check(before)
    seen_tags = None if changes.tags is None else before.tags
    review.about_contact(actor, before, fields, tags=seen_tags, changes=changes)
    removed = [] if changes.tags is None else set(before.tags).difference(changes.tags)
    try:
        after = repository.update(actor, before, changes, add=changes.tags or (), remove=removed)
    except IdentityTaken:
        repository.require_inside(actor.workspace, changes.identities)
        others = repository.find_by_identity(actor.workspace, changes.identities)
        raise _conflict(actor, [before.contact, *others]) from None
    _audit(actor, "changed", after, fields=sorted(fields))
    return after


def _conflict(actor: Actor, contacts: Iterable[Contact]) -> DomainError:
    """``contact_conflict``, with the ids of the contacts for those who may read contacts."""
    if not actor.has(Scope.READ_CONTACTS):
        return DomainError("contact_conflict")
    return DomainError("contact_conflict", contacts=sorted({contact.id for contact in contacts}))


@unit_of_work()
def tag_contact(
    actor: Actor, contact_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = (), check: Check = unconditional
) -> ContactWithTags:
    """Add and remove tags. Errors: as :func:`update_contact`; ``validation_failed`` also for a tag in both lists."""
    actor.require(Scope.WRITE_CONTACTS)
    added, removed = read_tag_changes(add, remove)
    before = repository.get(actor.workspace, contact_id, lock=True)
    check(before)
    review.about_contact(actor, before, {}, tags=[*added, *removed])
    changed = repository.change_tags(actor, [before], add=added, remove=removed)
    if not changed:
        return before
    after = replace(changed[0], changed=True)
    _audit(actor, "tagged", after, add=added, remove=removed)
    return after


def read_tag_changes(add: Iterable[str], remove: Iterable[str]) -> tuple[list[str], list[str]]:
    """The tags to add and to remove in their normal form. ``validation_failed``, also for a tag in both lists."""
    added, removed = read_tags(add, "add"), read_tags(remove, "remove")
    both = set(added).intersection(removed)
    if both:
        raise invalid("remove", "ambiguous", f"a tag cannot be added and removed at once: {', '.join(sorted(both))}")
    if len(added) + len(removed) > MAX_TAGS:
        raise invalid("remove", "max_length", f"at most {MAX_TAGS} tags a request")
    return added, removed


@unit_of_work()
def erase_contact(
    actor: Actor, contact_id: str, *, check: Check = unconditional, repeats: ledger.Entry | None = None
) -> None:
    """Erase the person from every app, for good. The audit log keeps the id; an opt-out is kept as a keyed hash, and so
    is the erasure itself. ``repeats`` is the entry of the ledger that a replay repeats.

    Errors: ``scope_missing``, ``not_found``, ``precondition_failed``; ``service_unavailable`` if the ledger of erasures
    cannot be written.
    """
    actor.require(Scope.WRITE_CONTACTS)
    erased = _out_of_conditions(actor.workspace, contact_id)
    check(erased)
    review.about_erasure(actor, erased)  # before the ledger, which no rollback undoes
    ledger.record(actor.workspace, erased.contact, repeats)
    if erased.contact.opted_out:
        optouts.keep(erased.contact)
    idempotency.erase_naming(actor.workspace.pk, Person.of(erased.contact).is_named_in)
    erasure.erase_all(actor.workspace.pk, contact_id)
    Contact.objects.for_workspace(actor.workspace).filter(pk=contact_id).delete()
    audit.record(actor, "contact.erased", contact_id)
    # Not as an event about the contact: it stays when those are emptied.
    publish(actor, CONTACT_ERASED, {"contact": {"id": contact_id}})


def _out_of_conditions(workspace: Workspace, contact_id: str) -> ContactWithTags:
    """The contact, locked, after it was taken out of previews and saved conditions, whose rows are locked before
    contacts.

    ``not_found``; ``service_unavailable`` if others go on changing its identities.
    """
    for _ in range(repository.UPSERT_ATTEMPTS):
        known = Contact.objects.for_workspace(workspace).filter(pk=contact_id).first()
        if known is None:
            raise not_found("contact")
        with transaction.atomic():
            scores.erase(workspace.pk, contact_id)
            operands.erase(known)
            locked = repository.get(workspace, contact_id, deleting=True)
            if Person.of(locked.contact) == Person.of(known):
                return locked
            transaction.set_rollback(True)  # going back to the savepoint lets go of the locks
    raise DomainError("service_unavailable")


def get_contact(actor: Actor, contact_id: str) -> ContactWithTags:
    """One contact. Errors: ``scope_missing``, ``not_found``."""
    actor.require(Scope.READ_CONTACTS)
    return repository.get(actor.workspace, contact_id)


def find_contacts(actor: Actor, identities: Mapping[str, Any]) -> list[Contact]:
    """The contacts that have this ``username`` or ``email``; at most one for each. Errors: ``scope_missing``,
    ``validation_failed``."""
    actor.require(Scope.READ_CONTACTS)
    keys = read_changes(actor.workspace, identities).identities
    return repository.find_by_identity(actor.workspace, keys) if keys else []


def list_contacts(
    actor: Actor, filters: Mapping[str, Any], *, sort: str = "-created_at", limit: int = 50, cursor: str | None = None
) -> Page:
    """One page of :class:`ContactWithTags`. ``ContactQuerySet.filtered`` describes ``filters``; ``segment``, the id of
    one, is a filter too, and ``filter``, a condition as JSON. ``sort`` is one of ``inputs.SORTS``. Errors:
    ``scope_missing``, ``invalid_cursor``, ``invalid_parameter`` for a segment or a filter, ``filter_too_costly``."""
    actor.require(Scope.READ_CONTACTS)
    conditions = conditions_of(actor.workspace, filters)
    with Counter(actor.workspace).limit(LIST_SECONDS) if conditions else nullcontext():
        return _page(actor.workspace, filters, conditions, sort, limit, cursor)


def conditions_of(
    workspace: Workspace, filters: Mapping[str, Any], *, copying: bool = False
) -> list[tuple[Any, Condition]]:
    """What ``segment`` and ``filter`` among the filters ask, as JSON and as conditions. ``copying`` as in
    ``find_segment``.

    ``invalid_parameter`` (400) if the segment is unknown or its filter does not fit any more, or for the wrong parts of
    ``filter``, by their paths.
    """
    found: list[tuple[Any, Condition]] = []
    if "segment" in filters:
        try:
            segment = find_segment(workspace, filters["segment"], copying=copying)
            found.append((segment.filter, condition_of(segment)))
        except DomainError as error:
            wrong = FieldError("segment", error.code, error.detail, error.hint)
            raise DomainError("invalid_parameter", errors=[wrong]) from None
    if "filter" in filters:
        try:
            found.append((filters["filter"], parse_condition(workspace, filters["filter"], path="filter")))
        except ConditionErrors as refused:
            raise DomainError("invalid_parameter", errors=refused.errors) from None
    return found


def _page(
    workspace: Workspace,
    filters: Mapping[str, Any],
    conditions: Sequence[tuple[Any, Condition]],
    sort: str,
    limit: int,
    cursor: str | None,
) -> Page:
    """One page of :class:`ContactWithTags`. A cursor is bound to what the conditions say, and keeps the instant for
    which they are judged."""
    rows = page(
        Contact.objects.for_workspace(workspace).filtered(filters),
        sort=sort,
        limit=limit,
        cursor=cursor,
        workspace_id=workspace.pk,
        filters={**filters, "conditions": [raw for raw, _ in conditions]} if conditions else filters,
        read=partial(repository.contacts.read, prepared=not filters and workspace.edge is None),
        narrow=partial(_narrow, conditions) if conditions else None,
    )
    return replace(rows, rows=repository.with_tags(rows.rows))


def _narrow(conditions: Sequence[tuple[Any, Condition]], rows: Any, now: datetime) -> Any:
    """The rows for whom all the conditions hold at the instant."""
    return rows.filter(*(where(condition, now) for _, condition in conditions))


def count_contacts(actor: Actor, filters: Mapping[str, Any], *, at_most: int | None = None) -> int:
    """How many contacts match, filters as in :func:`list_contacts`. Counting stops at ``at_most``.

    Errors: ``scope_missing``, ``invalid_parameter``, ``filter_too_costly``.
    """
    people, conditions = find_matching(actor, filters)
    return Counter(actor.workspace).exact(people, conditions, at_most=at_most)


def estimate_contacts(
    actor: Actor, filters: Mapping[str, Any], *, at_most: int, seconds: float = SECONDS
) -> ContactCount:
    """As :func:`count_contacts`, or an estimate where counting takes too long; within so many seconds."""
    people, conditions = find_matching(actor, filters)
    return Counter(actor.workspace, seconds).count(people, conditions, at_most=at_most)


def find_matching(actor: Actor, filters: Mapping[str, Any]) -> tuple[ContactQuerySet, list[Condition]]:
    """The contacts that match, in no order, and the conditions that each contact of the workspace is compared with."""
    actor.require(Scope.READ_CONTACTS)
    conditions = conditions_of(actor.workspace, filters)
    people = Contact.objects.for_workspace(actor.workspace).filtered(filters)
    people = _narrow(conditions, people, clock.now()).order_by()
    return people, [condition for _, condition in conditions] if len(conditions) == len(filters) else []


def export_contacts(
    actor: Actor, filters: Mapping[str, Any], *, format: Literal["csv", "ndjson"] = "csv"
) -> Iterator[bytes]:
    """All contacts that match, oldest first, in chunks, so that any number of them takes the same memory.

    The first chunk is read at once, so that errors are raised before anything is sent. The audit log names who took
    them out, and the filters by their names only: what is searched for may name a person. Errors: ``scope_missing``,
    ``invalid_parameter`` for an unknown segment.
    """
    actor.require(Scope.READ_CONTACTS)
    conditions = conditions_of(actor.workspace, filters)
    first = _page(actor.workspace, filters, conditions, "created_at", EXPORT_CHUNK, None)
    number = len(first.rows) if first.next_cursor is None else f"more than {EXPORT_CHUNK}"
    audit.record(actor, "contacts.exported", contacts=number, filters=sorted(filters), format=format)

    def chunks() -> Iterator[list[ContactWithTags]]:
        chunk = first
        yield chunk.rows
        while chunk.next_cursor is not None:
            chunk = _page(actor.workspace, filters, conditions, "created_at", EXPORT_CHUNK, chunk.next_cursor)
            yield chunk.rows

    if format == "ndjson":
        return export.ndjson(chunks())
    keys = CustomField.objects.for_workspace(actor.workspace).order_by("key").values_list("key", flat=True)
    return export.as_csv(chunks(), list(keys))


def personal_data(actor: Actor, contact_id: str) -> dict[str, Any]:
    """Everything that is kept about a person: ``contact``, what was done to it (``audit_log``), the saved conditions
    that name the person (``named_in``), then the sections that each app has on it. The audit log names who read it.

    Errors: ``scope_missing``, ``not_found``.
    """
    actor.require(Scope.READ_MESSAGES)
    contact = get_contact(actor, contact_id)
    entries = audit.entries_about(actor.workspace, contact_id, kind="contact")
    data = {
        "contact": contact.payload,
        "audit_log": [{"at": rfc3339(entry.at), "action": entry.action, "surface": entry.surface} for entry in entries],
        "named_in": operands.naming(contact.contact),
        **scores.export(actor.workspace.pk, contact_id),
        **notes.export(actor.workspace.pk, contact_id),
        **erasure.export_all(actor.workspace.pk, contact_id),
    }
    audit.record(actor, "contact.data_exported", contact_id)
    return data
