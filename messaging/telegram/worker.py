"""The owner of a Celery worker: started when the worker is ready, stopped when it ends.

A worker holds accounts if Telegram is set up and it listens to the queue ``telegram``, or is the embedded one.
"""

import logging
from typing import Any

from celery.signals import worker_ready, worker_shutdown
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from messaging.telegram import config
from messaging.telegram.gateway import SHARED_QUEUE
from messaging.telegram.loading import load_telethon

logger = logging.getLogger("crmsolid.telegram")

POOLS = ("celery.concurrency.thread", "celery.concurrency.solo")

_owner: Any = None


def ring() -> bool:
    """Make this process's owner look for work now; False if it has none."""
    if _owner is None:
        return False
    _owner.ring()
    return True


def _ready(sender: Any, **_: Any) -> None:
    """Also sent after each reconnection to the broker."""
    global _owner
    if not _is_wanted(sender):
        return
    if _owner is None:
        load_telethon()
        from messaging.telegram.account_worker import Owner

        _owner = Owner(str(sender.hostname))
        _owner.start()
        logger.info("holding Telegram accounts", extra={"owner": _owner.id})
    sender.add_task_queue(_owner.queue)


def _shutdown(**_: Any) -> None:
    global _owner
    owner, _owner = _owner, None
    if owner is not None:
        owner.stop()


def _is_wanted(consumer: Any) -> bool:
    if not config.enabled():
        return False
    if not settings.EMBEDDED and SHARED_QUEUE not in consumer.app.amqp.queues.consume_from:
        return False
    pool = type(consumer.pool).__module__
    if pool not in POOLS:
        raise ImproperlyConfigured(f"a worker of the queue telegram needs --pool threads or solo, not {pool}")
    return True


worker_ready.connect(_ready)
worker_shutdown.connect(_shutdown)
