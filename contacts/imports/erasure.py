"""What becomes of uploaded files when a contact is erased, and what is deleted with time."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts import optouts
from contacts.imports.columns import IDENTITIES
from contacts.models import Contact, ContactImport, ImportChunk, ImportDraft, ImportFailure
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.jobs.models import OPEN_JOB_STATES, Job

# How long a file that was uploaded in the panel waits for its import.
STAGED = timedelta(days=1)
BATCH = 500
NEVER, ALWAYS = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def erase(workspace_id: int, contact_id: str) -> None:
    """Delete the rows about the contact that failed, and those of files that no job works on. A job that runs passes
    over the person's rows, and deletes all rows of its file at its end."""
    contact = Contact.objects.for_workspace(workspace_id).get(pk=contact_id)
    _erase_files(workspace_id, dict.fromkeys(map(bytes.hex, optouts.digests_of(contact)), ALWAYS))
    # Behind the locks, for which a chunk that is being imported makes this wait until it has committed.
    _about(ImportFailure, contact).delete()
    running = Job.objects.for_workspace(workspace_id).filter(kind="import", state__in=OPEN_JOB_STATES)
    if jobs := list(running.values_list("pk", flat=True)):
        drafts = ImportDraft.objects.for_workspace(workspace_id).filter(contact_id=contact_id)
        (drafts | _about(ImportDraft, contact)).filter(job__in=jobs).delete()


def _erase_files(workspace_id: int, erased_at: Mapping[str, datetime]) -> None:
    """Delete the rows of files that no job works on, and have jobs pass over the people with these digests, in files
    that were uploaded before the erasure. Locks the files until the end of the transaction."""
    open_jobs = Job.objects.for_workspace(workspace_id).filter(object_id=OuterRef("pk"), state__in=OPEN_JOB_STATES)
    files = ContactImport.objects.for_workspace(workspace_id).filter(
        Exists(ImportChunk.objects.for_workspace(workspace_id).filter(contact_import=OuterRef("pk")))
    )
    changed = []
    for file in files.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        if digests := [digest for digest, at in erased_at.items() if file.created_at <= at]:
            file.erased = [*file.erased, *digests]
            file.save(update_fields=["erased"])
            changed.append(file.pk)
    if changed:
        idle = files.filter(pk__in=changed).exclude(Exists(open_jobs)).values("pk")
        ImportChunk.objects.for_workspace(workspace_id).filter(contact_import__in=idle).delete()


def erase_by_digest(workspace_id: int, erased_at: Mapping[str, datetime]) -> None:
    """Delete the failed rows, and the rows of files, of people of whom a restored backup has no contact: by a digest,
    in hex, of an identity and the time of the erasure. Reads all failed rows of the workspace, some at a time."""
    after = 0
    rows = ImportFailure.objects.for_workspace(workspace_id).only(*IDENTITIES, "created_at").order_by("pk")
    with unit_of_work():
        _erase_files(workspace_id, erased_at)
    while batch := list(rows.filter(pk__gt=after)[:BATCH]):
        erased = [
            row.pk
            for row in batch
            for digest in optouts.digests(workspace_id, {name: getattr(row, name) for name in IDENTITIES})
            if row.created_at <= erased_at.get(digest.hex(), NEVER)
        ]
        ImportFailure.objects.for_workspace(workspace_id).filter(pk__in=erased).delete()
        after = batch[-1].pk


def export(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """``failed_imports``: rows about the contact that could not be imported."""
    contact = Contact.objects.for_workspace(workspace_id).get(pk=contact_id)
    rows = _about(ImportFailure, contact).order_by("created_at", "pk")
    return {
        "failed_imports": [
            {"created_at": rfc3339(row.created_at), "line": row.line, "reason": row.reason, "cells": row.cells}
            for row in rows
        ]
    }


def _about(model: "type[ImportFailure | ImportDraft]", contact: Contact) -> Any:
    """The rows of the model with an identity of the contact."""
    either = Q(pk=None)
    for column in IDENTITIES:
        if getattr(contact, column) is not None:
            either |= Q(**{column: getattr(contact, column)})
    return model.objects.for_workspace(contact.workspace_id).filter(either)


def _purge_waiting(idle: "QuerySet[ContactImport]") -> int:
    """Delete the rows of these files; returns how many chunks there were."""
    deleted, chunks = 0, ImportChunk.unscoped.filter(contact_import=OuterRef("pk"))
    for pk in list(idle.filter(Exists(chunks)).values_list("pk", flat=True)):
        with transaction.atomic():
            # An import begins under this lock. Whether one has is read behind it.
            ContactImport.unscoped.select_for_update(no_key=True).filter(pk=pk).first()
            count, _ = ImportChunk.unscoped.filter(contact_import__in=idle.filter(pk=pk)).delete()
        deleted += count
    return deleted


def purge() -> int:
    """Delete failed rows and imports older than ``IMPORT_DAYS``, and the rows of files that nobody has imported within
    a day; returns how many rows were deleted."""
    old = clock.now() - timedelta(days=settings.IMPORT_DAYS)
    open_jobs = Job.unscoped.filter(object_id=OuterRef("pk"), state__in=OPEN_JOB_STATES)
    idle = ContactImport.unscoped.exclude(Exists(open_jobs))
    deleted = _purge_waiting(idle.filter(created_at__lt=clock.now() - STAGED))
    for rows in (ImportFailure.unscoped.filter(created_at__lt=old), idle.filter(created_at__lt=old)):
        while ids := [row.pk for row in rows.only("pk")[:BATCH]]:
            count, _ = rows.model.unscoped.filter(pk__in=ids).delete()
            deleted += count
    return deleted
