"""The Celery task of proposals. It takes no arguments and finds the due rows itself."""

from celery import shared_task

from crmsolid.proposals import running
from crmsolid.proposals.services import RUN_TASK


@shared_task(name=RUN_TASK)
def run() -> int:
    """Carry out what was approved, and end what nobody has decided in time."""
    return running.run_due() + running.expire()
