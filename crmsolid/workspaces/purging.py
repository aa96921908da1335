"""Retention of sessions, invitations, the audit log, and what apps above register."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from crmsolid.core import clock
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.workspaces.models import AuditEntry, Invitation, UserSession

BATCH = 1000
MAX_BATCHES = 50
# How long what has ended is kept at least.
ENDED_KEPT = timedelta(days=1)
# What nobody has accepted or sent again after its end.
INVITATIONS_KEPT = timedelta(days=30)

# Each returns the rows that are past their retention now.
purges: ExtensionPoint[Callable[[], QuerySet[Any]]] = ExtensionPoint("purges")


def purge() -> int:
    """Delete what is past its retention, in short transactions and at most ``MAX_BATCHES`` of each kind; returns how
    many rows were deleted."""
    deleted = 0
    for rows in (*(past_retention() for past_retention in purges.values()), *_past_retention()):
        for _ in range(MAX_BATCHES):
            count = _delete_batch(rows)
            deleted += count
            if count < BATCH:
                break
    return deleted


@transaction.atomic
def _delete_batch(rows: QuerySet[Any]) -> int:
    """Rows that somebody else has locked wait for the next run, so nobody waits for a purge that waits for them."""
    locked = rows.select_for_update(skip_locked=True, of=("self",))
    keys = list(locked.values_list("pk", flat=True)[:BATCH])
    rows.filter(pk__in=keys).delete()
    return len(keys)


def _past_retention() -> list[QuerySet[Any]]:
    now = clock.now()
    # The session of a fresh row may not be committed yet, so that one is kept.
    has_no_session = ~Exists(Session.objects.filter(session_key=OuterRef("session_key")))
    kinds: list[QuerySet[Any]] = [
        Session.objects.filter(expire_date__lt=now),
        UserSession.objects.filter(has_no_session, last_used_at__lt=now - ENDED_KEPT),
        Invitation.unscoped.filter(expires_at__lt=now - INVITATIONS_KEPT),
    ]
    if settings.AUDIT_DAYS:
        # Entries are numbered in the order of time, so that no index on the time is needed to find the oldest.
        oldest = AuditEntry.unscoped.order_by("pk").values("pk")[:BATCH]
        kinds.append(AuditEntry.unscoped.filter(pk__in=oldest, at__lt=now - timedelta(days=settings.AUDIT_DAYS)))
    return kinds
