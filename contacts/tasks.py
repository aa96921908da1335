"""Celery tasks of contacts. They take no arguments; each finds its rows itself."""

from celery import shared_task

from contacts.imports import erasure
from contacts.scoring import sweep


@shared_task(name="contacts.purge")
def purge() -> int:
    """Delete what uploads left behind, once its time is over."""
    return erasure.purge()


@shared_task(name="contacts.score")
def score() -> int:
    """Give the points of silences and finished sequences that are due, and let points decay."""
    return sweep.run_due()
