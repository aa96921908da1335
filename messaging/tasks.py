"""Celery tasks of messaging. They take no arguments; each finds its due rows itself."""

from celery import shared_task

from crmsolid.core.single_run import SingleRun
from messaging import account_states, erasure
from messaging.alerts import recording, telling
from messaging.files import processing, retention, storage
from messaging.files.services import PROCESS_TASK
from messaging.sending import dispatch, sandbox
from messaging.telegram import ending
from messaging.telegram.celery_worker import wake_account_worker


@shared_task(name="messaging.dispatch")
def dispatch_messages() -> int:
    """Send what is due."""
    return dispatch.dispatch()


@shared_task(name="messaging.sweep")
def sweep() -> int:
    """Recover what no other task was started for: due messages, expired leases, replies that the sandbox owes, pauses
    of accounts that have ended."""
    account_states.end_pauses()
    return dispatch_messages() + sandbox.send_pending_replies()


@shared_task(name="messaging.purge")
def purge() -> int:
    """Delete expired logins, spent slots that are older than 24 hours, and files that nothing uses; end old files."""
    return erasure.purge() + retention.purge()


_process = SingleRun(processing.process_due, task=PROCESS_TASK)
_delete = SingleRun(storage.delete_due, task=storage.DELETE_TASK)


@shared_task(name=PROCESS_TASK)
def process_files() -> int:
    """Read the measures of new files and make their thumbnails."""
    return _process()


@shared_task(name=storage.DELETE_TASK)
def delete_contents() -> int:
    """Delete contents in the storage of files that no row refers to."""
    return _delete()


_tell = SingleRun(telling.tell_due, task=recording.TASK)


@shared_task(name=recording.TASK)
def tell_members() -> int:
    """Push and mail what members have not seen."""
    return _tell()


@shared_task(name="messaging.end_sessions")
def end_sessions() -> int:
    """End sessions at Telegram that nobody uses any more."""
    return ending.end_due_sessions()


@shared_task(name="messaging.send_for_account")
def send_for_account() -> bool:
    """Wake the account worker of this process: there is something to do on an account that it holds."""
    return wake_account_worker()
