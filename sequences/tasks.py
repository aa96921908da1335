"""Celery tasks of sequences. They take no arguments; each finds its due rows itself."""

from celery import shared_task

from sequences.running import runner


@shared_task(name="sequences.run")
def run() -> int:
    """Work on the enrollments that are due and on the outcomes of earlier steps."""
    return runner.run_due()
