"""The Celery door of keys."""

from datetime import timedelta

from celery import shared_task

from apikeys.models import IdempotencyRecord
from apikeys.services import record_expired_keys
from crmsolid.core import clock

KEEP_ANSWERS = timedelta(hours=24)
BATCH = 1000


@shared_task(name="apikeys.purge")
def purge() -> int:
    """Forget the stored answers of writes that are older than 24 h, and note which keys have expired; answers how many
    answers went. Short transactions: each batch commits by itself, so no write of the API waits long behind it."""
    removed = 0
    record_expired_keys()
    while batch := _oldest():
        removed += IdempotencyRecord.unscoped.filter(pk__in=batch).delete()[0]
    return removed


def _oldest() -> list[int]:
    past = IdempotencyRecord.unscoped.filter(created_at__lt=clock.now() - KEEP_ANSWERS)
    return list(past.order_by("created_at").values_list("pk", flat=True)[:BATCH])
