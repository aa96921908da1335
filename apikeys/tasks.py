"""Celery tasks of API keys."""

from datetime import timedelta

from celery import shared_task

from apikeys.models import IdempotencyRecord
from apikeys.services import record_expired_keys
from crmsolid.core import clock

KEEP_RECORDS = timedelta(hours=24)
BATCH = 1000


@shared_task(name="apikeys.purge")
def purge() -> int:
    """Delete idempotency records older than 24 h and record expired keys; return how many records were deleted.

    Each batch commits by itself, so that no write of the API waits long for it.
    """
    record_expired_keys()
    deleted = 0
    old = IdempotencyRecord.unscoped.filter(created_at__lt=clock.now() - KEEP_RECORDS).order_by("created_at")
    while batch := list(old.values_list("pk", flat=True)[:BATCH]):
        deleted += IdempotencyRecord.unscoped.filter(pk__in=batch).delete()[0]
    return deleted
