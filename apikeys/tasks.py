"""Celery tasks of API keys."""

from datetime import timedelta

from celery import shared_task

from apikeys.models import IdempotencyRecord, KeyUse
from apikeys.services import record_expired_keys
from apikeys.uses import KEPT as KEEP_USES
from crmsolid.core import clock

KEEP_RECORDS = timedelta(hours=24)
BATCH = 1000


@shared_task(name="apikeys.purge")
def purge() -> int:
    """Delete idempotency records older than 24 h and uses of keys older than 48 h, and record expired keys; return how
    many rows were deleted.

    Each batch commits by itself, so that no write of the API waits long for it.
    """
    record_expired_keys()
    now, deleted = clock.now(), 0
    for old in (
        IdempotencyRecord.unscoped.filter(created_at__lt=now - KEEP_RECORDS).order_by("created_at"),
        KeyUse.unscoped.filter(hour__lt=now - KEEP_USES).order_by("hour"),
    ):
        while batch := list(old.values_list("pk", flat=True)[:BATCH]):
            deleted += old.model.unscoped.filter(pk__in=batch).delete()[0]
    return deleted
