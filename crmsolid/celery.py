"""The Celery application. Tasks are doorbells: the rows say what is due.

``CELERY_BEAT_SCHEDULE`` in the settings is the list of what runs again and again, by task name.
"""

import os
from typing import Any

from celery import Celery, signals
from kombu.transport import redis as redis_transport

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")

# kombu puts back what a worker had taken and not begun when its connection went, over that same connection: if Redis
# is away, the worker dies of it. The sweep makes such rings good.
redis_transport.Channel.do_restore = False

app = Celery("crmsolid")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """A receiver here is how Celery is told to leave logging as Django's settings made it."""


@signals.celeryd_init.connect
@signals.beat_init.connect
def refuse_unsafe_start(**kwargs: Any) -> None:
    """Workers and the scheduler refuse what the web refuses. Raises SystemExit, which Celery's signals let through."""
    import django

    django.setup()
    from crmsolid import checks

    checks.refuse_unsafe_start()
