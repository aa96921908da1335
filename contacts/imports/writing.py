"""What the rows of a chunk do to contacts: planned row after row on copies in memory, by the rules of POST
/v1/contacts, then stored by a handful of statements, however many rows there are.

New rows are written by prepared statements: with ``bulk_create`` an import takes 1.6 times as long.

A dry run plans in the same way, and keeps what was planned as drafts for its rows that follow, so it counts the same.

Contacts are locked in the order of their ids, as everywhere. The unique keys of the database decide who has an
identity: if another call was faster, :class:`Overtaken` undoes what was written, and the rows are imported one by one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Q

from contacts import events as contact_events
from contacts import repository, stages
from contacts.events import Before
from contacts.imports.columns import IDENTITIES, InvalidRow
from contacts.models import Contact, ContactTag, ImportDraft
from contacts.normalization import fold
from contacts.repository import ContactWithTags, with_tags
from contacts.scoring import awarding, occasions
from contacts.scoring.models import Trigger
from contacts.scoring.occasions import Occasion
from contacts.validation import Changes
from crmsolid.core import clock
from crmsolid.core.sql.table import Table
from crmsolid.events.publishing import NewEvent, publish_all
from crmsolid.jobs.models import Job
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace

# What the history of stages, the audit log and events call an import.
CAUSE = "import"
# From so many rows on, PostgreSQL uses the indexes of a table.
ENOUGH_ROWS = 2000
# The triggers of scoring rules that a row may meet.
TRIGGERS = (Trigger.STAGE, Trigger.TAG, Trigger.FIELD)
_tags, _drafts = Table(ContactTag), Table(ImportDraft)
# The columns of a contact that a draft keeps: all that a row can change, and more.
_DRAFTED = [
    column.attname
    for column in Contact._meta.concrete_fields
    if column.attname not in ("id", "workspace_id") and not isinstance(column, models.DateTimeField)
]

# A column and the key in it.
Identity = tuple[str, str]

CONFLICT = InvalidRow("username", "contact_conflict: username and email belong to different contacts")


class Overtaken(Exception):
    """Another call took an identity between the look-up and the write."""


class Outcome(StrEnum):
    """What a row did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(slots=True, eq=False)
class Person:
    """A contact with its tags, as the rows so far have left it. ``changed``: columns that are not stored so yet.
    ``added``: tags that are not. ``old_stage`` and ``old_fields`` are the stage and the custom fields that are stored.
    """

    contact: Contact
    tags: dict[str, None]
    is_new: bool = False
    changed: set[str] = field(default_factory=set)
    added: list[str] = field(default_factory=list)
    old_stage: str = ""
    old_fields: dict[str, Any] = field(default_factory=dict)

    @property
    def is_changed(self) -> bool:
        return self.is_new or bool(self.changed)

    @property
    def identities(self) -> list[Identity]:
        keys = ((name, getattr(self.contact, name)) for name in IDENTITIES)
        return [(name, key) for name, key in keys if key is not None]


class Plan:
    """The contacts that rows are about, and what the rows do to them. ``opted_out`` are the identities of erased people
    whose opt-out is kept. Events are only made if they ``publishes``. ``scores``: there are scoring rules."""

    def __init__(
        self,
        workspace_id: int,
        people: Iterable[Person],
        opted_out: Set[Identity],
        *,
        publishes: bool,
        scores: bool = False,
    ) -> None:
        self.workspace_id, self._opted_out = workspace_id, opted_out
        self._publishes, self._scores = publishes, scores
        self.people = list(people)
        self.events: list[NewEvent] = []
        self._by_identity = {each: person for person in self.people for each in person.identities}

    def has_to_wait(self, changes: Changes) -> bool:
        """Whether what the rows so far do has to be written before this row: it is about a contact that one of them has
        changed, and its stage or what rules give points for would not be seen between them."""
        if not self._publishes:
            return False
        people = (self._by_identity.get(each) for each in changes.identities.items())
        changed = [person.contact for person in people if person is not None and person.is_changed]
        return any(self._scores or changes.columns.get("stage", each.stage) != each.stage for each in changed)

    def apply(self, changes: Changes) -> Outcome:
        """Apply a row. :class:`InvalidRow` if its identities belong to different contacts; nothing is changed then."""
        found = {id(person): person for each in changes.identities.items() if (person := self._by_identity.get(each))}
        if len(found) > 1:
            raise CONFLICT
        for person in found.values():
            return self._update(person, changes)
        now = clock.now()
        contact = Contact(workspace_id=self.workspace_id, created_at=now, updated_at=now)
        changes.apply(contact)
        contact.opted_out = contact.opted_out or not self._opted_out.isdisjoint(changes.identities.items())
        added = changes.tags or []
        person = Person(contact, dict.fromkeys(added), is_new=True, added=list(added))
        self.people.append(person)
        self._by_identity.update(dict.fromkeys(person.identities, person))
        if self._publishes:
            self.events += contact_events.added(ContactWithTags(contact, added))
        return Outcome.CREATED

    def _update(self, person: Person, changes: Changes) -> Outcome:
        contact, old, before = person.contact, person.identities, Before.of(person.contact)
        changed = changes.apply(contact)
        new = set(person.identities).difference(old)
        if not contact.opted_out and not self._opted_out.isdisjoint(new):
            contact.opted_out = changed["opted_out"] = True
        added = [name for name in changes.tags or () if name not in person.tags]
        if not changed and not added:
            return Outcome.UNCHANGED
        contact.updated_at = clock.now()
        if new:
            for each in old:
                del self._by_identity[each]
            self._by_identity.update(dict.fromkeys(person.identities, person))
        person.changed.update(changed, ["updated_at"])
        person.tags.update(dict.fromkeys(added))
        person.added += added
        if self._publishes:
            after = ContactWithTags(contact, list(person.tags))
            self.events += before.events(after, CAUSE) + contact_events.tagged(after, added)
        return Outcome.UPDATED


def load(workspace_id: int, identities: Iterable[Identity], *, lock: bool) -> list[Person]:
    """The contacts with any of these identities, with their tags; locked if asked for."""
    rows = Contact.objects.for_workspace(workspace_id).filter(_has_any(identities)).order_by("pk")
    return [
        Person(
            each.contact,
            dict.fromkeys(each.tags),
            old_stage=each.contact.stage,
            old_fields=each.contact.custom_fields,
        )
        for each in with_tags(list(rows.select_for_update(no_key=True) if lock else rows))
    ]


def _has_any(identities: Iterable[Identity]) -> Q:
    """The row has one of these identities."""
    keys: dict[str, list[str]] = {column: [] for column in IDENTITIES}
    for column, key in identities:
        keys[column].append(key)
    username, email = IDENTITIES
    return Q(**{f"{username}__in": keys[username]}) | Q(**{f"{email}__in": keys[email]})


def has_rules(workspace_id: int) -> bool:
    """Whether there are scoring rules that a row may meet."""
    return bool(awarding.read_rules([workspace_id], TRIGGERS))


def write(actor: Actor, people: Iterable[Person], events: Sequence[NewEvent]) -> None:
    """Store what was planned, with its events. Raises :class:`Overtaken` with nothing written."""
    new = [person for person in people if person.is_new]
    changed = [person for person in people if person.changed and not person.is_new]
    try:
        with transaction.atomic():
            if changed:
                _update(actor.workspace, changed)
            # In one order everywhere, so that imports which add the same people wait for each other in one direction.
            new.sort(key=lambda person: person.contact.email_key or person.contact.username_key or "")
            repository.contacts.insert_many([person.contact for person in new])
            now = clock.now()
            _write_tags(actor.workspace, (*changed, *new), now)
            scored = _record(actor, changed, new, now)
            if changed:
                repository.notify([person.contact.id for person in changed])
            if scored:
                _show_scores(events, (*changed, *new))
            publish_all(actor, [*events, *scored])
    except IntegrityError:
        raise Overtaken from None


def _show_scores(events: Iterable[NewEvent], people: Iterable[Person]) -> None:
    """Events have the score that rules gave for what they are about, as after a call."""
    scores = {person.contact.id: person.contact.score for person in people}
    for event in events:
        event.data["contact"]["score"] = scores[event.contact_id]


def _write_tags(workspace: Workspace, people: Iterable[Person], now: datetime) -> None:
    tags = [
        {
            "workspace_id": workspace.pk,
            "contact_id": person.contact.id,
            "name": name,
            "folded": fold(name),
            "created_at": now,
        }
        for person in people
        for name in person.added
    ]
    _tags.insert_many(tags, repository.TAG_CONFLICT)


def _update(workspace: Workspace, changed: Sequence[Person]) -> None:
    """Store these people. Those whose identity has changed by themselves: PostgreSQL locks their rows against
    references too, and would lock all rows of the statement so."""
    contacts = Contact.objects.for_workspace(workspace)
    by_lock: dict[bool, list[Person]] = defaultdict(list)
    for person in changed:
        by_lock[person.changed.isdisjoint(IDENTITIES)].append(person)
    for people in by_lock.values():
        contacts.bulk_create(
            [person.contact for person in people],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=sorted(set[str]().union(*(person.changed for person in people))),
        )


def _record(actor: Actor, changed: Sequence[Person], new: Sequence[Person], now: datetime) -> list[NewEvent]:
    """Write the history of stages and give points; returns the events to publish."""
    cause = stages.cause_of(actor)
    stages.added([person.contact for person in new], cause)
    moved = [person for person in changed if person.contact.stage != person.old_stage]
    stages.changed([(person.contact, person.old_stage, now) for person in moved], cause)
    # Read after the writes, as docs/scoring.md asks.
    rules = awarding.read_rules([actor.workspace.pk], TRIGGERS)
    if not rules:
        return []
    happened: list[Occasion] = []
    for person in (*changed, *new):
        contact = person.contact
        if contact.stage != person.old_stage:
            # The instant that the history of stages has.
            happened += occasions.stage_reached(contact, contact.created_at if person.is_new else now)
        happened += occasions.tags_added(contact, person.added, now)
        happened += occasions.fields_set(contact, person.old_fields, now)
    people = [ContactWithTags(person.contact, list(person.tags)) for person in (*changed, *new)]
    return awarding.score_matched(people, occasions.matching_rules(rules, happened))


def refresh_statistics(*, dry_run: bool) -> None:
    """Let PostgreSQL know that a table which had been nearly empty no longer is.

    It plans the checks of foreign keys, and our statements, once a session. By the statistics of an empty table it
    would read the whole table for each row, until autovacuum comes by after a minute.
    """
    contacts = Contact._meta.db_table
    tables = [ImportDraft._meta.db_table] if dry_run else [contacts, ContactTag._meta.db_table]
    known = "SELECT 1 FROM pg_class WHERE oid = %s::regclass AND reltuples >= %s"
    with connection.cursor() as cursor:
        cursor.execute(known, [contacts, ENOUGH_ROWS])
        if dry_run or cursor.fetchone() is None:
            cursor.execute(f"ANALYZE {', '.join(tables)}")


# --- Dry runs ---------------------------------------------------------------------------------------------------------
def load_with_drafts(job: Job, identities: Collection[Identity]) -> list[Person]:
    """As :func:`load`, but as the rows before have left them in this dry run."""
    people = {person.contact.id: person for person in load(job.workspace_id, identities, lock=False)}
    drafts = ImportDraft.objects.for_workspace(job.workspace_id).filter(job=job)
    for draft in drafts.filter(_has_any(identities) | Q(contact_id__in=people)):
        contact = Contact(id=draft.contact_id, workspace_id=job.workspace_id, **draft.state["columns"])
        people[draft.contact_id] = Person(contact, dict.fromkeys(draft.state["tags"]))
    return list(people.values())


def write_drafts(job: Job, people: Iterable[Person]) -> None:
    """Keep what was planned for the rows that follow."""
    drafts = [
        {
            "workspace_id": job.workspace_id,
            "job_id": job.pk,
            "contact_id": person.contact.id,
            "username_key": person.contact.username_key,
            "email_key": person.contact.email_key,
            "state": {
                # Without values that a new contact has anyway.
                "columns": {name: value for name in _DRAFTED if (value := getattr(person.contact, name))},
                "tags": list(person.tags),
            },
        }
        for person in people
        if person.is_changed
    ]
    rows = ImportDraft.objects.for_workspace(job.workspace_id)
    # Replaced, not updated: an identity may have gone from one of them to another.
    rows.filter(job=job, contact_id__in=[draft["contact_id"] for draft in drafts]).delete()
    # An identity can be in another draft, if a contact has got it since. This row is counted, and not kept then.
    _drafts.insert_many(drafts, "DO NOTHING")
