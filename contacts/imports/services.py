"""Services of imports: upload a file, try or import it, read the rows that failed."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contacts import export
from contacts.custom_fields import by_key
from contacts.imports import columns, reading
from contacts.imports.jobs import IMPORT
from contacts.imports.reading import StagedFile
from contacts.models import ContactImport, ImportChunk, ImportFailure
from crmsolid.core.errors import DomainError, invalid, not_found
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.jobs.models import OPEN_JOB_STATES, Job
from crmsolid.jobs.runner import start_job
from crmsolid.jobs.services import get_job
from crmsolid.limits import checks
from crmsolid.serving.interface import MEBIBYTE
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import Workspace

# Each may have 262,144 characters.
FAILURES_CHUNK = 50
# Of the files that wait or are being imported, as they are stored: of a live workspace and its test twin together.
MAX_KEPT_BYTES = 200 * MEBIBYTE


@unit_of_work()
def import_contacts(
    actor: Actor, staged: StagedFile, *, mapping: Mapping[str, Any] | None = None, dry_run: bool = False
) -> Job:
    """Start the import, or the dry run, of a file. ``mapping``: column -> field; without one it is guessed from the
    header. Errors: ``scope_missing``, ``validation_failed``, also if too many files of the workspace are kept."""
    actor.require(Scope.WRITE_CONTACTS)
    checked = _check_mapping(actor, staged, mapping)
    if dry_run:
        checks.never_waits(actor)
    else:
        _review(actor, checked, staged.row_count)
    return _start(actor, _store(actor, staged, "", checked), dry_run=dry_run, keep_file=False)


def _check_mapping(actor: Actor, staged: StagedFile, mapping: Mapping[str, Any] | None) -> columns.Mapped:
    fields = list(by_key(actor.workspace).values())
    if mapping is None:
        return columns.guess_all(staged.columns, fields)
    return columns.check(mapping, staged.columns, fields)


def _review(actor: Actor, mapping: columns.Mapped, rows: int) -> None:
    checks.write_about_many(actor, state={"what the columns are for": checks.digest(mapping)}, changes=max(rows, 1))


@unit_of_work()
def keep_for_approval(actor: Actor, staged: StagedFile, *, mapping: Mapping[str, Any] | None = None) -> ContactImport:
    """Keep the file of an import that waits, for as long as one that was uploaded in the panel. Errors: as
    :func:`import_contacts`."""
    actor.require(Scope.WRITE_CONTACTS)
    return _store(actor, staged, "", _check_mapping(actor, staged, mapping))


@unit_of_work()
def import_kept(actor: Actor, import_id: str) -> Job:
    """Start the import of a file that :func:`keep_for_approval` has kept. Errors: as :func:`start_import`."""
    actor.require(Scope.WRITE_CONTACTS)
    file = ContactImport.objects.for_workspace(actor.workspace).get_or_not_found(import_id, lock=True)
    _review(actor, file.mapping, file.row_count)
    return start_import(actor, import_id, mapping=file.mapping)


@unit_of_work()
def upload_contacts(actor: Actor, staged: StagedFile, *, name: str) -> ContactImport:
    """Keep a file to look at, and to import within a day. Errors: ``scope_missing``, ``validation_failed`` if too many
    files of the workspace are kept."""
    actor.require(Scope.WRITE_CONTACTS)
    guessed = columns.guess(staged.columns, list(by_key(actor.workspace).values()))
    return _store(actor, staged, name[:200], guessed)


@unit_of_work()
def start_import(actor: Actor, import_id: str, *, mapping: Mapping[str, Any], dry_run: bool = False) -> Job:
    """Start the import, or the dry run, of a file that was uploaded. A dry run leaves the file for another try.

    Errors: ``scope_missing``, ``not_found``, ``validation_failed``, ``invalid_state`` if it is being imported or its
    rows are gone.
    """
    actor.require(Scope.WRITE_CONTACTS)
    file = ContactImport.objects.for_workspace(actor.workspace).get_or_not_found(import_id, lock=True)
    file.mapping = columns.check(mapping, file.columns, by_key(actor.workspace).values())
    jobs = Job.objects.for_workspace(actor.workspace).filter(object_id=file.id, state__in=OPEN_JOB_STATES)
    if jobs.exists():
        raise DomainError("invalid_state", "this file is being worked on; wait for the end of its job")
    if not ImportChunk.objects.for_workspace(actor.workspace).filter(contact_import=file).exists():
        raise DomainError("invalid_state", "the rows of this file are imported or gone; upload it again")
    file.save(update_fields=["mapping"])
    return _start(actor, file, dry_run=dry_run, keep_file=dry_run)


def _store(actor: Actor, staged: StagedFile, name: str, mapping: columns.Mapped) -> ContactImport:
    _refuse_too_much(actor.workspace, staged.size)  # before anything is written
    file = ContactImport(
        workspace=actor.workspace, name=name, columns=staged.columns, mapping=mapping, row_count=staged.row_count
    )
    file.save(force_insert=True)
    reading.store(staged, file)
    # Once more, because others may have been stored meanwhile: those that commit later wait here.
    Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace.owner_workspace.pk)
    _refuse_too_much(actor.workspace, 0)
    return file


def _refuse_too_much(workspace: Workspace, more: int) -> None:
    if reading.kept_bytes(workspace.owner_workspace) + more > MAX_KEPT_BYTES:
        raise invalid(
            "file",
            "quota_exceeded",
            f"the files that wait to be imported may take {MAX_KEPT_BYTES // MEBIBYTE} MiB, live and test together; "
            "wait until imports have ended, or import files that were uploaded earlier: their rows go after a day",
        )


def _start(actor: Actor, file: ContactImport, *, dry_run: bool, keep_file: bool) -> Job:
    job = start_job(
        actor,
        IMPORT,
        Scope.WRITE_CONTACTS,
        total=file.row_count,
        params={"chunk": 0, "dry_run": dry_run, "keep_file": keep_file, "mapping": file.mapping},
        object_id=file.id,
    )
    job.result = {"created": 0, "updated": 0, "unchanged": 0, "invalid": 0, "dry_run": dry_run, "failed_rows_url": None}
    job.result["ignored_columns"] = [name for name in file.columns if name and name not in file.mapping]
    job.save(update_fields=["result"])
    audit.record(actor, "contacts.import_started", job.id, rows=file.row_count, dry_run=dry_run)
    return job


def failed_rows(actor: Actor, job_id: str) -> Iterator[bytes]:
    """The rows of an import that failed, as CSV with the columns of the file, to mend and send again. ``line`` and
    ``reason`` come last and are ignored by an import; if the file has fields of these names, they are called
    ``failed_line`` and ``failed_reason``. The rows are kept for ``IMPORT_DAYS``.

    The first rows are read at once. The audit log names who took them out. Errors: ``scope_missing``, ``not_found``.
    """
    actor.require(Scope.WRITE_CONTACTS)
    job = get_job(actor, job_id)
    file = ContactImport.objects.for_workspace(actor.workspace).filter(pk=job.object_id).first()
    if job.kind != IMPORT.name or file is None:
        raise not_found("import")
    mapping = job.params["mapping"]
    # Without those of an earlier download.
    added_before = {*columns.ADDED, *columns.ADDED.values()}
    kept = [index for index, name in enumerate(file.columns) if name not in added_before or name in mapping]
    names = [file.columns[index] for index in kept]
    added = [other if name in names else name for name, other in columns.ADDED.items()]

    first = _failures_after(job, 0)
    audit.record(actor, "contacts.failed_rows_exported", job.pk, rows=job.result.get("invalid", 0))

    def pages(rows: list[ImportFailure]) -> Iterator[bytes]:
        yield _as_csv([list(map(export.cell, [*names, *added]))])
        while rows:
            yield _as_csv([_failed_row(kept, row) for row in rows])
            rows = _failures_after(job, rows[-1].line)

    return pages(first)


def _failures_after(job: Job, line: int) -> list[ImportFailure]:
    rows = ImportFailure.objects.for_workspace(job.workspace_id).filter(job=job, line__gt=line)
    return list(rows.order_by("line")[:FAILURES_CHUNK])


def _failed_row(kept: Sequence[int], row: ImportFailure) -> list[Any]:
    cells = [row.cells[index] if index < len(row.cells) else "" for index in kept]
    reason = f"{row.field}: {row.reason}" if row.field else row.reason
    return [*(export.cell(export.undo_formula_defusing(cell)) for cell in cells), row.line, export.cell(reason)]


def _as_csv(rows: list[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
