"""Retention of jobs, sessions, invitations and the audit log."""

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from crmsolid.core import clock
from crmsolid.core.ids import first_id
from crmsolid.workspaces import invitations, kept_forms
from crmsolid.workspaces.models import AuditEntry, Job, UserSession

BATCH = 1000
MAX_BATCHES = 50
# A job may run for longer than jobs are kept.
ENDED_KEPT = timedelta(days=1)


def purge() -> int:
    """Delete what is past its retention, in short transactions and at most ``MAX_BATCHES`` of each kind; returns how
    many rows were deleted or emptied."""
    kinds = [_delete_jobs, _delete_sessions, _delete_user_sessions, invitations.purge_expired]
    if settings.AUDIT_DAYS:
        kinds.append(_delete_audit_entries)
    deleted = kept_forms.empty_old_sessions()
    for delete_batch in kinds:
        for _ in range(MAX_BATCHES):
            count = delete_batch()
            deleted += count
            if count < BATCH:
                break
    return deleted


def _delete_jobs() -> int:
    """Those that have ended, by when they began, but not before their end can be read for a day."""
    now = clock.now()
    oldest_kept = first_id("job", now - timedelta(days=settings.JOB_DAYS))
    ended = Job.unscoped.filter(pk__lt=oldest_kept, next_run_at__isnull=True, finished_at__lt=now - ENDED_KEPT)
    ids = list(ended.order_by("pk").values_list("pk", flat=True)[:BATCH])
    Job.unscoped.filter(pk__in=ids).delete()
    return len(ids)


def _delete_sessions() -> int:
    """Those that have expired."""
    keys = list(Session.objects.filter(expire_date__lt=clock.now()).values_list("pk", flat=True)[:BATCH])
    Session.objects.filter(pk__in=keys).delete()
    return len(keys)


def _delete_user_sessions() -> int:
    """Those whose session is gone. The session of a fresh row may not be committed yet, so that one is kept."""
    gone = ~Exists(Session.objects.filter(session_key=OuterRef("session_key")))
    old = UserSession.objects.filter(gone, last_used_at__lt=clock.now() - ENDED_KEPT)
    ids = list(old.values_list("pk", flat=True)[:BATCH])
    UserSession.objects.filter(pk__in=ids).delete()
    return len(ids)


def _delete_audit_entries() -> int:
    # Entries are numbered in the order of time, so that no index on the time is needed to find the oldest.
    oldest_kept = clock.now() - timedelta(days=settings.AUDIT_DAYS)
    oldest = AuditEntry.unscoped.order_by("pk").values_list("pk", "at")[:BATCH]
    ids = [pk for pk, at in oldest if at < oldest_kept]
    AuditEntry.unscoped.filter(pk__in=ids).delete()
    return len(ids)
