"""Celery tasks of the event log."""

from celery import shared_task

from crmsolid.events import watermark


@shared_task(name="events.watermark")
def record_watermark() -> None:
    """Write down how far the database has come, or hold sending because it is an older one."""
    watermark.check()
