"""Celery tasks of sequences. They take no arguments; each finds its due rows itself."""

from celery import shared_task

from sequences.running import message_source, runner


@shared_task(name="sequences.run")
def run() -> int:
    """Work on the enrollments that are due and on the outcomes of earlier steps."""
    return runner.run_due()


@shared_task(name="sequences.sweep")
def sweep() -> int:
    """Recover what no other task was started for."""
    message_source.recover_outcomes()
    return runner.run_due()
