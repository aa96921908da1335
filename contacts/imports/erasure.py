"""What becomes of uploaded files when a contact is erased, and what is deleted with time."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from contacts import optouts
from contacts.models import Contact, ContactImport, ImportChunk, ImportDraft, ImportFailure
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.workspaces.models import OPEN_JOB_STATES, Job

# How long a file that was uploaded in the panel waits for its import.
STAGED = timedelta(days=1)
BATCH = 500


def erase(workspace_id: int, contact_id: str) -> None:
    """Delete the rows about the contact that failed, and those of files that no job works on. A job that runs passes
    over the person's rows, and deletes all rows of its file at its end."""
    contact = Contact.objects.for_workspace(workspace_id).get(pk=contact_id)
    digests = [digest.hex() for digest in optouts.digests_of(contact)]
    open_jobs = Job.objects.for_workspace(workspace_id).filter(object_id=OuterRef("pk"), state__in=OPEN_JOB_STATES)
    files = ContactImport.objects.for_workspace(workspace_id).filter(
        Exists(ImportChunk.objects.for_workspace(workspace_id).filter(contact_import=OuterRef("pk")))
    )
    locked = list(files.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    for file in locked:
        file.erased = [*file.erased, *digests]
        file.save(update_fields=["erased"])
    # Behind the locks, for which a chunk that is being imported makes this wait until it has committed.
    _about(ImportFailure, contact).delete()
    running = Job.objects.for_workspace(workspace_id).filter(kind="import", state__in=OPEN_JOB_STATES)
    if jobs := list(running.values_list("pk", flat=True)):
        drafts = ImportDraft.objects.for_workspace(workspace_id).filter(contact_id=contact_id)
        (drafts | _about(ImportDraft, contact)).filter(job__in=jobs).delete()
    if not locked:
        return
    ImportChunk.objects.for_workspace(workspace_id).filter(
        contact_import__in=files.exclude(Exists(open_jobs)).values("pk")
    ).delete()


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
    for column in ("username_key", "email_key"):
        if getattr(contact, column) is not None:
            either |= Q(**{column: getattr(contact, column)})
    return model.objects.for_workspace(contact.workspace_id).filter(either)


def purge() -> int:
    """Delete failed rows and imports older than ``IMPORT_DAYS``, and the rows of files that nobody has imported within
    a day; returns how many rows were deleted."""
    old = clock.now() - timedelta(days=settings.IMPORT_DAYS)
    open_jobs = Job.unscoped.filter(object_id=OuterRef("pk"), state__in=OPEN_JOB_STATES)
    idle = ContactImport.unscoped.exclude(Exists(open_jobs))
    chunks = ImportChunk.unscoped.filter(contact_import__in=idle.filter(created_at__lt=clock.now() - STAGED))
    deleted = 0
    for rows in (ImportFailure.unscoped.filter(created_at__lt=old), chunks, idle.filter(created_at__lt=old)):
        while ids := [row.pk for row in rows.only("pk")[:BATCH]]:
            count, _ = rows.model.unscoped.filter(pk__in=ids).delete()
            deleted += count
    return deleted
