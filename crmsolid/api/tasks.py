"""The Celery task of API keys and their idempotency records."""

from celery import shared_task

from apikeys import uses
from apikeys.services import record_expired_keys
from crmsolid.api import idempotency


@shared_task(name="apikeys.purge")
def purge() -> int:
    """Delete idempotency records and uses of keys that are too old, and record expired keys; return how many rows were
    deleted."""
    record_expired_keys()
    return idempotency.purge() + uses.purge()
