"""Telegram as the rest of messaging and Celery see it: the queues, and the account worker of a process.

Celery's signals start and stop the account worker. A worker holds accounts if Telegram is set up and it listens to the
queue ``telegram``, as it does unless ``-Q`` names others. Importing this module does not load Telethon.
"""

import logging
from collections.abc import Sequence
from typing import Any

from celery.signals import celeryd_init, worker_ready, worker_shutdown
from django.core.exceptions import ImproperlyConfigured

from messaging.telegram import config, leases

logger = logging.getLogger("crmsolid.telegram")

SHARED_QUEUE = "telegram"
POOLS = ("celery.concurrency.thread", "celery.concurrency.solo")


def queue_of(worker: str) -> str:
    """The queue of an account worker: by the Celery worker's name, so that after a restart it has the same one."""
    return f"{SHARED_QUEUE}.{worker.rpartition('/')[0]}"


def queues_of(account_ids: Sequence[int]) -> set[str]:
    """The queues of the workers that hold these accounts."""
    return {queue_of(worker) for worker in leases.workers_of(account_ids)}


_account_worker: Any = None


def wake_account_worker() -> bool:
    """Make this process's account worker look for due messages now; False if it has none."""
    if _account_worker is None:
        return False
    _account_worker.wake()
    return True


def goes_on() -> bool:
    """Whether the event loop of this process's account worker does; True if it has none."""
    return _account_worker is None or bool(_account_worker.goes_on())


def listen_to_shared_queue(instance: Any, **_: Any) -> None:
    if not config.missing():
        instance.app.amqp.queues.select_add(SHARED_QUEUE)


def start_account_worker(sender: Any, **_: Any) -> None:
    """Start it, and listen to its queue. Celery also sends this signal after each reconnection to the broker."""
    global _account_worker
    if not _holds_accounts(sender):
        return
    if _account_worker is None:
        config.load_telethon()
        from messaging.telegram.account_worker import AccountWorker

        _account_worker = AccountWorker(str(sender.hostname))
        _account_worker.start()
        logger.info("holding Telegram accounts", extra={"worker": _account_worker.id})
    sender.add_task_queue(queue_of(_account_worker.id))


def stop_account_worker(**_: Any) -> None:
    global _account_worker
    worker, _account_worker = _account_worker, None
    if worker is not None:
        worker.stop()


def _holds_accounts(consumer: Any) -> bool:
    if config.missing() or SHARED_QUEUE not in consumer.app.amqp.queues.consume_from:
        return False
    pool = type(consumer.pool).__module__
    if pool not in POOLS:
        raise ImproperlyConfigured(f"a worker of the queue telegram needs --pool threads or solo, not {pool}")
    return True


celeryd_init.connect(listen_to_shared_queue)
worker_ready.connect(start_account_worker)
worker_shutdown.connect(stop_account_worker)
