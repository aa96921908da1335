"""The Celery application. A task only wakes a worker (see ``crmsolid.core.doorbell``): the rows say what is due.

``CELERY_BEAT_SCHEDULE`` in the settings lists the tasks that run periodically.
"""

import os
from typing import Any

from celery import Celery, signals
from kombu.transport import redis as redis_transport

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")

# When a worker loses its connection, kombu puts the tasks back that it had received and not begun, over the same
# connection. If Redis is down, the worker would crash. The sweep replaces such tasks.
redis_transport.Channel.do_restore = False

app = Celery("crmsolid")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_django_logging(**kwargs: Any) -> None:
    """Does nothing: if this signal has a receiver, Celery leaves logging as Django's settings configure it."""


@signals.celeryd_init.connect
@signals.beat_init.connect
def refuse_unsafe_start(**kwargs: Any) -> None:
    """Workers and the scheduler refuse the same settings as the web. Celery's signals let SystemExit through."""
    import django

    django.setup()
    from crmsolid import checks

    checks.refuse_unsafe_start()
