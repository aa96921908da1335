"""The Celery task of jobs. It takes no arguments and finds the due rows itself."""

from celery import shared_task

from crmsolid.jobs import runner


@shared_task(name="jobs.run")
def run() -> int:
    """Run the jobs that are due."""
    return runner.run_due()
