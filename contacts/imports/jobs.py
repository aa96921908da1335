"""The job of an import or a dry run: a chunk of the file in one transaction, with what it counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from contacts import optouts, repository
from contacts.custom_fields import by_key
from contacts.imports import reading, writing
from contacts.imports.columns import InvalidRow, RowReader
from contacts.imports.reading import Row
from contacts.imports.writing import CONFLICT, Identity, Outcome, Plan
from contacts.models import ContactImport, ImportChunk, ImportDraft, ImportFailure
from contacts.repository import IdentitiesConflict
from contacts.validation import Changes
from crmsolid.core import clock
from crmsolid.jobs.kinds import JobFailed, JobKind
from crmsolid.jobs.models import Job
from crmsolid.jobs.runner import actor_of
from crmsolid.panel.components.addresses import panel_url
from crmsolid.workspaces.actor import Actor

MAX_ERRORS = 100
# The numbers of the chunks after which the tables are no longer what PostgreSQL knows of them.
STATISTICS_AFTER = (4, 40)
ERASED = InvalidRow("", "this person was erased after the upload")

# Rows that can be read, with what they change.
Valid = Sequence[tuple[Row, Changes]]


@dataclass
class _Done:
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
    rows, done = reading.unpack(bytes(chunk.data)), _Done()
    reader = RowReader(job.workspace, file.columns, job.params["mapping"], by_key(job.workspace_id))
    valid: list[tuple[Row, Changes]] = []
    erased = set(file.erased)
    for row in rows:
        try:
            if erased and _is_erased(reader, row, erased):
                raise ERASED
            valid.append((row, reader.changes(row.cells)))
        except InvalidRow as error:
            done.failed.append((row, error))
    if job.params["dry_run"]:
        _rehearse(job, valid, done)
    else:
        _import(job, valid, done)
    _record(job, reader, done)
    _refuse_erased_meanwhile(file)
    if chunk.number in STATISTICS_AFTER:
        writing.refresh_statistics(dry_run=job.params["dry_run"])
    job.params["chunk"] += 1
    job.done += len(rows)
    return clock.now() if job.done < (job.total or 0) else None


def _is_erased(reader: RowReader, row: Row, erased: set[str]) -> bool:
    """Whether the row is about a person who was erased, also if it is invalid."""
    digests = optouts.digests(reader.workspace.pk, reader.keys(row.cells))
    return any(digest.hex() in erased for digest in digests)


def _refuse_erased_meanwhile(file: ContactImport) -> None:
    """Do the chunk again if somebody was erased since it began: their row may be among those written. From here on an
    erasure waits for this transaction, and then deletes what it has written about the person."""
    imports = ContactImport.objects.for_workspace(file.workspace_id).filter(pk=file.pk)
    now = imports.select_for_update(no_key=True).values_list("erased", flat=True)
    if list(now) != [file.erased]:
        raise RuntimeError("a person was erased while the chunk was imported; it is done again")


def _identities(valid: Valid) -> list[Identity]:
    return list(dict.fromkeys(each for _, changes in valid for each in changes.identities.items()))


def _rehearse(job: Job, valid: Valid, done: _Done) -> None:
    identities = _identities(valid)
    people = writing.load_with_drafts(job, identities)
    plan = Plan(job.workspace_id, people, optouts.kept_among(job.workspace_id, identities), publishes=False)
    _apply(plan, valid, done)
    writing.write_drafts(job, plan.people)


def _import(job: Job, valid: Valid, done: _Done) -> None:
    """Import as many rows as one plan takes at a time."""
    actor, workspace_id = actor_of(job, writing.CAUSE), job.workspace_id
    scores = writing.has_rules(workspace_id)
    while valid:
        identities = _identities(valid)
        people = writing.load(workspace_id, identities, lock=True)
        # After the locks: whoever erases one of these people has committed, and kept the opt-out, or waits.
        opted_out = optouts.kept_among(workspace_id, identities)
        plan, planned = Plan(workspace_id, people, opted_out, publishes=True, scores=scores), _Done()
        count = _apply(plan, valid, planned)
        try:
            writing.write(actor, plan.people, plan.events)
        except writing.Overtaken:
            return _import_one_by_one(actor, valid, done)
        done.outcomes += planned.outcomes
        done.failed += planned.failed
        valid = valid[count:]
    return None


def _apply(plan: Plan, valid: Valid, done: _Done) -> int:
    """Apply the rows up to the first that has to wait until these are written; return how many."""
    for number, (row, changes) in enumerate(valid):
        if plan.has_to_wait(changes):
            return number
        try:
            done.outcomes.append(plan.apply(changes))
        except InvalidRow as error:
            done.failed.append((row, error))
    return len(valid)


def _import_one_by_one(actor: Actor, valid: Valid, done: _Done) -> None:
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


def _record(job: Job, reader: RowReader, done: _Done) -> None:
    """Count what was done, and keep the rows that failed, but those of erased people."""
    for outcome in done.outcomes:
        job.result[outcome] += 1
    if not done.failed:
        return
    job.result["invalid"] += len(done.failed)
    job.result["failed_rows_url"] = f"/v1/jobs/{job.pk}/failed-rows"
    first = sorted(done.failed, key=lambda each: each[0].line)[: MAX_ERRORS - len(job.errors)]
    job.errors = [*job.errors, *({"line": row.line, "field": e.field, "reason": e.reason} for row, e in first)]
    ImportFailure.objects.for_workspace(job.workspace_id).bulk_create(
        ImportFailure(
            workspace_id=job.workspace_id,
            job=job,
            line=row.line,
            field=error.field,
            reason=error.reason,
            cells=row.cells[: len(reader.columns)],
            **reader.keys(row.cells),
        )
        for row, error in done.failed
        if error is not ERASED
    )


def _close(job: Job) -> None:
    """Delete the rows of the file, unless it was a dry run of a file that may be imported yet and has nobody in it who
    was erased meanwhile."""
    ImportDraft.objects.for_workspace(job.workspace_id).filter(job=job).delete()
    erased = ContactImport.objects.for_workspace(job.workspace_id).filter(pk=job.object_id).exclude(erased=[])
    if not job.params["keep_file"] or erased.exists():
        ImportChunk.objects.for_workspace(job.workspace_id).filter(contact_import_id=job.object_id).delete()


def _links(job: Job) -> Sequence[tuple[str, str]]:
    links = [("The file", panel_url("contacts_contactimport_change", job.object_id))]
    if job.result.get("failed_rows_url"):
        links.append(("Download the failed rows", panel_url("contacts_contactimport_failed_rows", job.pk)))
    return links


IMPORT = JobKind("import", "Import of contacts", _run, _close, links=_links)
