"""Retention of sessions, invitations, the audit log, and what apps above register."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from crmsolid.core import clock
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.workspaces import invitations, kept_forms
from crmsolid.workspaces.models import AuditEntry, UserSession

BATCH = 1000
MAX_BATCHES = 50
# How long what has ended is kept at least.
ENDED_KEPT = timedelta(days=1)

# Each deletes a batch of what is past its retention, and returns how many rows: ``BATCH`` if there may be more.
purges: ExtensionPoint[Callable[[], int]] = ExtensionPoint("purges")


def purge() -> int:
    """Delete what is past its retention, in short transactions and at most ``MAX_BATCHES`` of each kind; returns how
    many rows were deleted or emptied."""
    kinds = [*purges.values(), _delete_sessions, _delete_user_sessions, invitations.purge_expired]
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
