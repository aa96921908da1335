"""The Celery door. A task is a doorbell: what is due stands in the rows."""

from celery import shared_task

from messaging import purging
from messaging.sending import dispatch, sandbox
from messaging.telegram.gateway import wake_account_worker


@shared_task(name="messaging.dispatch")
def dispatch_messages() -> int:
    """Send what is due."""
    return dispatch.dispatch()


@shared_task(name="messaging.sweep")
def sweep() -> int:
    """What no ring announced: due messages, dead leases, answers the sandbox still owes."""
    return dispatch.dispatch() + sandbox.answer_pending()


@shared_task(name="messaging.purge")
def purge() -> int:
    """Delete logins that nobody finished and slots that no longer count."""
    return purging.purge()


@shared_task(name="messaging.send_for_account")
def send_for_account() -> bool:
    """Wake the account worker of this process: something is due on an account that it holds."""
    return wake_account_worker()
