"""Every read and write of segments that a caller may ask for. Each service checks the authority of its actor.

Whoever may write contacts but not read them learns no counts and no people from here.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import BooleanField, ExpressionWrapper, Q

from apikeys.models import ApiKey
from contacts import repository as contacts
from contacts import review
from contacts.models import Contact, Segment
from contacts.repository import ContactWithTags
from contacts.segments import tagging
from contacts.segments.compilation import where
from contacts.segments.conditions import Condition, definitions_of, leaves_with_paths, parse_condition
from contacts.segments.fields import ConditionField, Kind
from contacts.segments.matching import Counter, condition_of, find_segment, matching
from contacts.services import read_tag_changes
from crmsolid.api.pagination import Page, page
from crmsolid.api.preconditions import Check, unconditional
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import DomainError, invalid, not_found
from crmsolid.core.ids import is_id
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.jobs.models import Job
from crmsolid.limits import checks
from crmsolid.oauth.models import Grant
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import Workspace

# How many contacts a preview shows.
SAMPLE = 10
# How many keys, and how many assistants, an error names.
MAX_NAMED = 10
# A list stops counting its segments after so long, and estimates each that takes longer than the second number.
COUNT_SECONDS, COUNT_ONE_SECONDS = 2.0, 0.7


@dataclass(frozen=True, slots=True)
class CountedSegment:
    """A segment, and how many contacts are in it now: None if its filter does not fit any more, or was not counted."""

    segment: Segment
    count: int | None
    is_estimate: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """How many contacts a filter matches, and the newest of them."""

    count: int
    is_estimate: bool
    sample: list[ContactWithTags]


@dataclass(frozen=True, slots=True)
class ExplainedLeaf:
    """A comparison: where it stands in the filter, what it asks, the contact's value (None if there is none), and
    whether it holds."""

    path: str
    field: str
    op: str
    value: Any
    actual: Any
    holds: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    contact: Contact
    matches: bool
    leaves: list[ExplainedLeaf]

    @property
    def contact_id(self) -> str:
        return self.contact.pk


def list_segments(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page:
    """One page of :class:`CountedSegment`, newest first. Errors: ``scope_missing``, ``invalid_cursor``."""
    actor.require(Scope.READ_CONTACTS)
    rows = Segment.objects.for_workspace(actor.workspace)
    found = page(rows, sort="-created_at", limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters={})
    if actor.workspace.edge is not None:  # the counts are of people whom a narrowed key may not see
        return Page([CountedSegment(segment, None) for segment in found.rows], found.next_cursor)
    return Page(count_all(actor.workspace, found.rows), found.next_cursor)


def count_all(workspace: Workspace | int, segments: Sequence[Segment]) -> list[CountedSegment]:
    """The segments, counted one after another as long as ``COUNT_SECONDS`` have not passed."""
    definitions = definitions_of(workspace) if segments else {}
    counter = Counter(workspace, COUNT_SECONDS, COUNT_ONE_SECONDS)
    return [_counted(each, counter, definitions=definitions) for each in segments]


def _counted(
    segment: Segment,
    counter: Counter,
    condition: Condition | None = None,
    *,
    definitions: Mapping[str, Any] | None = None,
) -> CountedSegment:
    """``condition``: that of the segment, if it is known."""
    with suppress(DomainError):  # the filter does not fit any more, or takes too long
        if not counter.is_over:
            condition = condition or condition_of(segment, definitions)
            count = counter.count(matching(segment.workspace_id, condition, clock.now()), [condition])
            return CountedSegment(segment, count.number, count.is_estimate)
    return CountedSegment(segment, None)


def get_segment(actor: Actor, segment_id: str) -> CountedSegment:
    """One segment. Errors: ``scope_missing``, ``not_found``."""
    actor.require(Scope.READ_CONTACTS)
    segment = find_segment(actor.workspace, segment_id)
    if actor.workspace.edge is not None:
        return CountedSegment(segment, None)
    return _counted(segment, Counter(actor.workspace))


@unit_of_work()
def create_segment(actor: Actor, *, name: str, filter: Any) -> CountedSegment:
    """Save a filter under a name. It is counted for those who may read contacts.

    Errors: ``scope_missing``, ``validation_failed``: ``name`` if it is taken, and each wrong part of the filter by its
    path, such as ``filter.all[1].op``.
    """
    actor.require(Scope.WRITE_CONTACTS)
    condition = parse_condition(actor.workspace, filter, path="filter")
    checks.write_about_many(actor)
    segment = Segment(workspace=actor.workspace, name=name, filter=filter)
    _save(segment)
    audit.record(actor, "segment.created", segment.pk)
    return _written(actor, segment, condition)


@unit_of_work()
def update_segment(
    actor: Actor, segment_id: str, fields: Mapping[str, Any], *, check: Check = unconditional
) -> CountedSegment:
    """Replace ``name`` and ``filter`` where they are given. ``check`` gets the :class:`Segment` as it was. Errors: as
    :func:`create_segment`; ``not_found``."""
    actor.require(Scope.WRITE_CONTACTS)
    condition = None
    if "filter" in fields:
        condition = parse_condition(actor.workspace, fields["filter"], path="filter")
    segment = find_segment(actor.workspace, segment_id, lock=True)
    check(segment)
    _review(actor, segment)
    changed = {name: value for name, value in fields.items() if getattr(segment, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(segment, name, value)
        segment.updated_at = clock.now()
        _save(segment, [*changed, "updated_at"])
        audit.record(actor, "segment.updated", segment.pk)
    return _written(actor, segment, condition)


def _written(actor: Actor, segment: Segment, condition: Condition | None) -> CountedSegment:
    if not actor.has(Scope.READ_CONTACTS) or actor.workspace.edge is not None:
        return CountedSegment(segment, None)
    return _counted(segment, Counter(actor.workspace), condition)


def _review(actor: Actor, segment: Segment) -> None:
    checks.write_about_many(actor, state={"the segment": checks.digest(segment.name, segment.filter)})


def _save(segment: Segment, update_fields: list[str] | None = None) -> None:
    """The unique constraint decides whether the name is taken, because another call may take it at the same time."""
    try:
        with transaction.atomic():
            segment.save(force_insert=update_fields is None, update_fields=update_fields)
    except IntegrityError:
        raise invalid("name", "duplicate", "there is a segment of this name already; choose another one") from None


@unit_of_work()
def delete_segment(actor: Actor, segment_id: str, *, check: Check = unconditional) -> None:
    """Delete the segment; its contacts stay as they are, and what has begun on them goes on. ``check`` as in
    :func:`update_segment`.

    Errors: ``scope_missing``, ``not_found``; ``invalid_state`` (409) while keys or assistants are narrowed to it: they
    would see nobody any more.
    """
    actor.require(Scope.WRITE_CONTACTS)
    segment = find_segment(actor.workspace, segment_id, lock=True)
    check(segment)
    if names := narrowed_to(actor.workspace, segment_id):
        detail = f"keys or assistants see only its contacts, so end or change these first: {', '.join(names)}"
        raise DomainError("invalid_state", detail)
    _review(actor, segment)
    segment.delete()
    audit.record(actor, "segment.deleted", segment_id)


def narrowed_to(workspace: Workspace, segment_id: str) -> list[str]:
    """The names of the first keys and assistants that work and are narrowed to this segment."""
    now = clock.now()
    keys = ApiKey.objects.for_workspace(workspace).filter(segment_id=segment_id)
    working = keys.filter(Q(revoked_at=None) | Q(revoked_at__gt=now), Q(expires_at=None) | Q(expires_at__gt=now))
    grants = Grant.objects.for_workspace(workspace).filter(segment_id=segment_id, revoked_at=None)
    names = [*working.order_by("name").values_list("name", flat=True)[:MAX_NAMED]]
    return [*names, *grants.order_by("client_name").values_list("client_name", flat=True)[:MAX_NAMED]]


@unit_of_work()
def preview_segment(actor: Actor, *, filter: Any) -> Preview:
    """What a filter that is not saved would select. Errors: ``scope_missing``, ``validation_failed``,
    ``filter_too_costly``.

    The contacts of the sample cannot be erased before the transaction ends, so that whoever stores the answer stores
    nothing of a person who was erased.
    """
    actor.require(Scope.READ_CONTACTS)
    condition = parse_condition(actor.workspace, filter, path="filter")
    people, counter = matching(actor.workspace, condition, clock.now()), Counter(actor.workspace)
    count, newest = counter.count(people, [condition]), []
    if count.number or count.is_estimate:
        with counter.limit():
            newest = contacts.contacts.read(people.order_by("-created_at", "-id")[:SAMPLE], prepared=False)
    sample = contacts.with_tags(contacts.not_erased(newest))
    return Preview(max(count.number, len(sample)), count.is_estimate, sample)


def explain_segment(actor: Actor, segment_id: str, *, contact_id: str) -> Explanation:
    """Why a contact is in the segment or not.

    Errors: ``scope_missing``; ``not_found`` for the segment or the contact; ``invalid_state`` if the filter does not
    fit any more.
    """
    actor.require(Scope.READ_CONTACTS)
    return explain(actor.workspace, condition_of(find_segment(actor.workspace, segment_id)), contact_id, clock.now())


def explain(workspace: Workspace, condition: Condition, contact_id: str, now: datetime) -> Explanation:
    """What the condition says of one contact at the instant ``now``. ``not_found`` (404).

    The database decides each comparison and the whole, in one query and by the same SQL as the list of the segment.
    """
    leaves = list(leaves_with_paths(condition))
    asked = {"matches": condition, **{f"leaf_{index}": leaf for index, (_, leaf) in enumerate(leaves)}}
    compared = {name: ExpressionWrapper(where(each, now), output_field=BooleanField()) for name, each in asked.items()}
    rows = Contact.objects.for_workspace(workspace).annotate(**compared)
    contact = rows.filter(pk=contact_id).first() if is_id("con", contact_id) else None
    if contact is None:
        raise not_found("contact")
    [with_tags] = contacts.with_tags([contact])
    explained = [
        ExplainedLeaf(
            path,
            leaf.field.name,
            leaf.op.value,
            list(leaf.value) if isinstance(leaf.value, tuple) else leaf.value,
            _actual(leaf.field, with_tags),
            bool(vars(contact)[f"leaf_{index}"]),
        )
        for index, (path, leaf) in enumerate(leaves)
    ]
    return Explanation(contact, bool(vars(contact)["matches"]), explained)


def _actual(field: ConditionField, contact: ContactWithTags) -> Any:
    """The contact's value as JSON; None if there is none."""
    if field.kind is Kind.TAG:
        return sorted(contact.tags) or None
    if field.custom_key:
        return contact.contact.custom_fields.get(field.custom_key)
    value = getattr(contact.contact, field.name)
    if field.kind is Kind.TIME:
        return None if value is None else rfc3339(value)
    return None if value == "" else value


@unit_of_work()
def tag_segment(actor: Actor, segment_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Job:
    """Start a job that adds and removes tags of the contacts in the segment, as ``tag_contact`` does for one.

    Its progress tells how many are in the segment, so it also needs the scope to read contacts. How many there will be
    is not told if counting them takes too long: an estimate would be taken for the number. Errors:
    ``scope_missing``, ``not_found``, ``validation_failed``, ``invalid_state`` if the filter does not fit any more.
    """
    actor.require(Scope.READ_CONTACTS)
    actor.require(Scope.WRITE_CONTACTS)
    added, removed = read_tag_changes(add, remove)
    segment = find_segment(actor.workspace, segment_id, copying=True)
    condition, total = condition_of(segment), None
    people = matching(actor.workspace, condition, clock.now())
    review.about_matching(actor, people, seen={"the filter of the segment": checks.digest(segment.filter)})
    with suppress(DomainError):
        total = Counter(actor.workspace).exact(people, [condition])
    job = tagging.start(actor, segment, added, removed, total=total)
    audit.record(actor, "segment.tagged", segment.pk, add=added, remove=removed, job=job.pk)
    return job
