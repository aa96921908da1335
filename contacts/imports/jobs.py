"""The job of an import or a dry run: a chunk of the file in one transaction, with what it counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from contacts import optouts, repository
from contacts.custom_fields import by_key
from contacts.export import undo_formula_defusing
from contacts.imports import staging, writing
from contacts.imports.cells import InvalidRow, RowReader
from contacts.imports.planning import CONFLICT, IDENTITIES, Identity, Outcome, Plan
from contacts.imports.reading import Row
from contacts.models import ContactImport, ImportChunk, ImportDraft, ImportFailure
from contacts.normalization import InvalidValue, email_key, username_key
from contacts.repository import IdentitiesConflict
from contacts.validation import Changes
from crmsolid.core import clock
from crmsolid.core.sql.table import Table
from crmsolid.jobs.kinds import JobFailed, JobKind
from crmsolid.jobs.models import Job
from crmsolid.panel.components.addresses import panel_url
from crmsolid.workspaces.actor import Actor

MAX_ERRORS = 100
# The numbers of the chunks after which the tables are no longer what PostgreSQL knows of them.
STATISTICS_AFTER = (4, 40)
ERASED = InvalidRow("", "this person was erased after the upload")

_failures = Table(ImportFailure)


@dataclass
class _Chunk:
    """What came of the rows of a chunk."""

    outcomes: list[Outcome] = field(default_factory=list)
    failed: list[tuple[Row, InvalidRow]] = field(default_factory=list)


def _run(job: Job) -> datetime | None:
    """Import one chunk."""
    file = ContactImport.objects.for_workspace(job.workspace_id).filter(pk=job.object_id).first()
    chunks = ImportChunk.objects.for_workspace(job.workspace_id).filter(contact_import_id=job.object_id)
    chunk = chunks.filter(number=job.params["chunk"]).first()
    if file is None or chunk is None:
        raise JobFailed("not_found", "the rows of the file are gone; upload it again")
    rows = staging.unpack(bytes(chunk.data))
    done = _import_rows(job, file, rows)
    if chunk.number in STATISTICS_AFTER:
        writing.refresh_statistics(dry_run=job.params["dry_run"])
    job.params["chunk"] += 1
    job.done += len(rows)
    _count(job, done)
    return clock.now() if job.done < (job.total or 0) else None


def _import_rows(job: Job, file: ContactImport, rows: Sequence[Row]) -> _Chunk:
    reader = RowReader(job.workspace, file.columns, job.params["mapping"], by_key(job.workspace_id))
    done = _Chunk()
    valid: list[tuple[Row, Changes]] = []
    erased = set(file.erased)
    for row in rows:
        try:
            if erased and _is_erased(job.workspace_id, reader, row, erased):
                raise ERASED
            valid.append((row, reader.changes(row.cells)))
        except InvalidRow as error:
            done.failed.append((row, error))
    if job.params["dry_run"]:
        _rehearse(job, valid, done)
    else:
        _import(job, valid, done)
    _keep_failures(job, reader, [(row, error) for row, error in done.failed if error is not ERASED])
    _refuse_erased_meanwhile(file)
    return done


def _is_erased(workspace_id: int, reader: RowReader, row: Row, erased: set[str]) -> bool:
    """Whether the row is about a person who was erased, also if it is invalid."""
    return any(digest.hex() in erased for digest in optouts.digests(workspace_id, _keys(reader, row)))


def _refuse_erased_meanwhile(file: ContactImport) -> None:
    """Do the chunk again if somebody was erased since it began: their row may be among those written. From here on an
    erasure waits for this transaction, and then deletes what it has written about the person."""
    imports = ContactImport.objects.for_workspace(file.workspace_id).filter(pk=file.pk)
    now = imports.select_for_update(no_key=True).values_list("erased", flat=True)
    if list(now) != [file.erased]:
        raise RuntimeError("a person was erased while the chunk was imported; it is done again")


def _identities(valid: Sequence[tuple[Row, Changes]]) -> list[Identity]:
    return list(dict.fromkeys(each for _, changes in valid for each in changes.identities.items()))


def _rehearse(job: Job, valid: Sequence[tuple[Row, Changes]], done: _Chunk) -> None:
    identities = _identities(valid)
    people = writing.load_with_drafts(job, identities)
    plan = Plan(job.workspace_id, people, optouts.kept_among(job.workspace_id, identities), publishes=False)
    _apply(plan, valid, done)
    writing.write_drafts(job, plan.people)


def _import(job: Job, valid: Sequence[tuple[Row, Changes]], done: _Chunk) -> None:
    actor, scores = actor_of(job), writing.has_rules(job.workspace_id)
    while valid:
        valid = _import_planned(actor, valid, done, scores=scores)


def _import_planned(
    actor: Actor, valid: Sequence[tuple[Row, Changes]], done: _Chunk, *, scores: bool
) -> Sequence[tuple[Row, Changes]]:
    """Import as many of the rows as one plan takes, and return the others. ``scores``: there are scoring rules."""
    workspace_id, identities = actor.workspace.pk, _identities(valid)
    people = writing.load(workspace_id, identities, lock=True)
    # After the locks: whoever erases one of these people has committed, and kept the opt-out, or waits.
    opted_out = optouts.kept_among(workspace_id, identities)
    plan, planned = Plan(workspace_id, people, opted_out, publishes=True, scores=scores), _Chunk()
    count = _apply(plan, valid, planned)
    try:
        writing.write(actor, plan.people, plan.events)
    except writing.Overtaken:
        _import_one_by_one(actor, valid, done)
        return ()
    done.outcomes += planned.outcomes
    done.failed += planned.failed
    return valid[count:]


def _apply(plan: Plan, valid: Sequence[tuple[Row, Changes]], done: _Chunk) -> int:
    """Apply the rows up to the first that has to wait until these are written; return how many."""
    for number, (row, changes) in enumerate(valid):
        if plan.has_to_wait(changes):
            return number
        try:
            done.outcomes.append(plan.apply(changes))
        except InvalidRow as error:
            done.failed.append((row, error))
    return len(valid)


def _import_one_by_one(actor: Actor, valid: Sequence[tuple[Row, Changes]], done: _Chunk) -> None:
    """As POST /v1/contacts does, which goes on when another call is faster."""
    for row, changes in valid:
        try:
            with transaction.atomic():
                after = repository.upsert(actor, changes)
        except IdentitiesConflict:
            done.failed.append((row, CONFLICT))
            continue
        outcome = Outcome.UPDATED if after.changed else Outcome.UNCHANGED
        done.outcomes.append(Outcome.CREATED if after.created else outcome)


def _count(job: Job, done: _Chunk) -> None:
    result = job.result
    for outcome in done.outcomes:
        result[outcome] += 1
    result["invalid"] += len(done.failed)
    if done.failed:
        result["failed_rows_url"] = f"/v1/jobs/{job.pk}/failed-rows"
    failed = sorted(done.failed, key=lambda each: each[0].line)[: MAX_ERRORS - len(job.errors)]
    job.errors = [*job.errors, *({"line": row.line, "field": e.field, "reason": e.reason} for row, e in failed)]


def _keep_failures(job: Job, reader: RowReader, failed: Sequence[tuple[Row, InvalidRow]]) -> None:
    common = {"workspace_id": job.workspace_id, "job_id": job.pk, "created_at": clock.now()}
    _failures.insert_many(
        [
            {
                **common,
                **_keys(reader, row),
                "line": row.line,
                "field": error.field,
                "reason": error.reason,
                "cells": row.cells[: len(reader.columns)],
            }
            for row, error in failed
        ]
    )


def _keys(reader: RowReader, row: Row) -> dict[str, str | None]:
    """The keys of the person that a row is about, as far as they can be read."""
    keys: dict[str, str | None] = dict.fromkeys(IDENTITIES)
    for column, cell in zip(reader.columns, row.cells, strict=False):
        text = undo_formula_defusing(cell).strip()
        try:
            match reader.mapping.get(column):
                case "username" if text:
                    keys["username_key"] = username_key(text)
                case "email" if text:
                    keys["email_key"] = email_key(text)
        except InvalidValue:
            continue
    return keys


def _close(job: Job) -> None:
    """Delete the rows of the file, unless it was a dry run of a file that may be imported yet and has nobody in it who
    was erased meanwhile."""
    ImportDraft.objects.for_workspace(job.workspace_id).filter(job=job).delete()
    erased = ContactImport.objects.for_workspace(job.workspace_id).filter(pk=job.object_id).exclude(erased=[])
    if not job.params["keep_file"] or erased.exists():
        ImportChunk.objects.for_workspace(job.workspace_id).filter(contact_import_id=job.object_id).delete()


def actor_of(job: Job) -> Actor:
    """The product itself, with the request id of the call that began the job."""
    system = Actor.system(job.workspace, "import")
    return Actor(system.workspace, system.subject, system.scopes, None, "system", request_id=job.request_id)


def _links(job: Job) -> Sequence[tuple[str, str]]:
    links = [("The file", panel_url("contacts_contactimport_change", job.object_id))]
    if job.result.get("failed_rows_url"):
        links.append(("Download the failed rows", panel_url("contacts_contactimport_failed_rows", job.pk)))
    return links


IMPORT = JobKind("import", "Import of contacts", _run, _close, links=_links)
