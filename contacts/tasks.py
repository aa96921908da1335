"""The Celery task of contacts. It takes no arguments and finds its rows itself."""

from celery import shared_task

from contacts.imports import erasure


@shared_task(name="contacts.purge")
def purge() -> int:
    """Delete what uploads left behind, once its time is over."""
    return erasure.purge()
