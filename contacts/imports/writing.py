"""The statements of an import: a handful for a chunk, however many rows it has.

Contacts are locked in the order of their ids, as everywhere. The unique keys of the database decide who has an
identity: if another call was faster, :class:`Overtaken` undoes what was written, and the rows are imported one by one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from contacts import repository, stages
from contacts.imports.planning import IDENTITIES, Identity, Person
from contacts.models import Contact, ContactTag, ImportDraft
from contacts.normalization import fold
from contacts.repository import ContactWithTags, contacts, with_tags
from contacts.scoring import awarding, occasions
from contacts.scoring.models import Trigger
from contacts.scoring.occasions import Occasion
from crmsolid.core import clock
from crmsolid.core.sql import bulk
from crmsolid.core.sql.table import Table
from crmsolid.events.publishing import NewEvent, publish_all
from crmsolid.jobs.models import Job
from crmsolid.workspaces.actor import Actor

_tags = Table(ContactTag)
_drafts = Table(ImportDraft)

# The columns that a row can change, with their types in ``rows_source``.
_CHANGEABLE = {
    **dict.fromkeys(
        ("name", "given_first_name", "last_name", "username", "username_key", "email", "email_key"), "text"
    ),
    **dict.fromkeys(("phone", "time_zone", "stage", "search"), "text"),
    "opted_out": "bool",
    "custom_fields": "json",
    "folded_fields": "json",
    "updated_at": "time",
}


# From so many rows on, PostgreSQL uses the indexes of a table.
ENOUGH_ROWS = 2000


# The triggers of scoring rules that a row may meet.
TRIGGERS = (Trigger.STAGE, Trigger.TAG, Trigger.FIELD)


class Overtaken(Exception):
    """Another call took an identity between the look-up and the write."""


def load(workspace_id: int, identities: Iterable[Identity], *, lock: bool) -> list[Person]:
    """The contacts with any of these identities, with their tags; locked if asked for."""
    where, params = _has_any(identities)
    rows = contacts.select(f"workspace_id = %s AND {where} ORDER BY id", [workspace_id, *params], lock=lock)
    return [
        Person(
            each.contact,
            dict.fromkeys(each.tags),
            old_stage=each.contact.stage,
            old_fields=each.contact.custom_fields,
        )
        for each in with_tags(rows)
    ]


def has_rules(workspace_id: int) -> bool:
    """Whether there are scoring rules that a row may meet."""
    return bool(awarding.read_rules([workspace_id], TRIGGERS))


def _has_any(identities: Iterable[Identity]) -> tuple[str, list[Any]]:
    """A condition and its parameters: the row has one of these identities."""
    keys: dict[str, list[str]] = {column: [] for column in IDENTITIES}
    for column, key in identities:
        keys[column].append(key)
    clauses = [(f"{column} = ANY(%s)", [list(some)]) for column, some in keys.items()]
    return f"({' OR '.join(text for text, _ in clauses)})", [each for _, params in clauses for each in params]


def write(actor: Actor, people: Iterable[Person], events: Sequence[NewEvent]) -> None:
    """Store what was planned, with its events. Raises :class:`Overtaken` with nothing written."""
    changed = [person for person in people if person.is_changed and not person.is_new]
    new = [person for person in people if person.is_new]
    try:
        with transaction.atomic():
            _update([person.contact for person in changed])
            # In one order everywhere, so that imports which add the same people wait for each other in one direction.
            rows = sorted(
                (person.contact for person in new), key=lambda each: each.email_key or each.username_key or ""
            )
            if len(contacts.insert_many(rows, "DO NOTHING", returning="id")) < len(rows):
                raise Overtaken
            now = clock.now()
            _insert_tags(actor.workspace.pk, [*changed, *new], now)
            scored = _record(actor, changed, new, now)
            if changed:
                repository.notify([person.contact.id for person in changed])
            publish_all(actor, [*_with_scores(events, [*changed, *new], scored), *scored])
    except IntegrityError:
        raise Overtaken from None


def _with_scores(
    events: Sequence[NewEvent], people: Iterable[Person], scored: Sequence[NewEvent]
) -> Sequence[NewEvent]:
    """The events with the scores that rules gave for what they are about, as after a call."""
    if not scored:
        return events
    scores = {person.contact.id: person.contact.score for person in people}
    return [
        replace(each, data={**each.data, "contact": {**each.data["contact"], "score": scores[each.contact_id]}})
        for each in events
    ]


def _update(rows: Sequence[Contact]) -> None:
    if not rows:
        return
    source = bulk.rows_source({"id": "text", **_CHANGEABLE})
    values = [[row.id, *(getattr(row, name) for name in _CHANGEABLE)] for row in rows]
    assignments = ", ".join(f"{name} = r.{name}" for name in _CHANGEABLE)
    bulk.run(
        f"UPDATE {contacts.name} SET {assignments} FROM {source}"
        f" WHERE {contacts.name}.id = r.id AND {contacts.name}.workspace_id = %s",
        [bulk.rows_parameter(values), rows[0].workspace_id],
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


def _insert_tags(workspace_id: int, people: Iterable[Person], now: datetime) -> None:
    common = {"workspace_id": workspace_id, "created_at": now}
    rows = [
        {**common, "contact_id": person.contact.id, "name": name, "folded": fold(name)}
        for person in people
        for name in person.added
    ]
    _tags.insert_many(rows, "(contact_id, name) DO NOTHING")


def refresh_statistics(*, dry_run: bool) -> None:
    """Let PostgreSQL know that a table which had been nearly empty no longer is.

    It plans the checks of foreign keys, and our statements, once a session. By the statistics of an empty table it
    would read the whole table for each row, until autovacuum comes by after a minute.
    """
    tables = [_drafts.name] if dry_run else [contacts.name, _tags.name]
    known = "SELECT 1 FROM pg_class WHERE oid = %s::regclass AND reltuples >= %s"
    if dry_run or not bulk.fetch(known, [contacts.name, ENOUGH_ROWS]):
        bulk.run(f"ANALYZE {', '.join(tables)}")


# --- Dry runs ---------------------------------------------------------------------------------------------------------
def load_with_drafts(job: Job, identities: Sequence[Identity]) -> list[Person]:
    """As :func:`load`, but as the rows before have left them in this dry run."""
    stored = {person.contact.id: person for person in load(job.workspace_id, identities, lock=False)}
    where, params = _has_any(identities)
    by_id, ids = "contact_id = ANY(%s)", [list(stored)]
    found = _drafts.select(
        f"job_id = %s AND workspace_id = %s AND ({where} OR {by_id})", [job.pk, job.workspace_id, *params, *ids]
    )
    for draft in found:
        state = draft.state
        contact = contacts.new(id=draft.contact_id, workspace_id=job.workspace_id, **state["columns"])
        stored[draft.contact_id] = Person(contact, dict.fromkeys(state["tags"]))
    return list(stored.values())


def write_drafts(job: Job, people: Iterable[Person]) -> None:
    """Keep what was planned for the rows that follow."""
    rows = [_draft(job, person) for person in people if person.is_new or person.is_changed]
    by_id, ids = "contact_id = ANY(%s)", [[row["contact_id"] for row in rows]]
    # Replaced, not updated: an identity may have gone from one of them to another.
    bulk.run(f"DELETE FROM {_drafts.name} WHERE job_id = %s AND {by_id}", [job.pk, *ids])
    # An identity can be in another draft, if a contact has got it since. This row is counted, and not kept then.
    _drafts.insert_many(rows, "DO NOTHING")


def _draft(job: Job, person: Person) -> dict[str, Any]:
    contact = person.contact
    columns = {name: getattr(contact, name) for name in _CHANGEABLE if name != "updated_at"}
    return {
        "workspace_id": job.workspace_id,
        "job_id": job.pk,
        "contact_id": contact.id,
        "username_key": contact.username_key,
        "email_key": contact.email_key,
        "state": {"columns": columns, "tags": list(person.tags)},
    }
