"""The Celery application. A task only wakes a worker (see ``crmsolid.core.doorbell``): the rows say what is due.

Each task has a queue of its own, which holds at most one message (``crmsolid.broker``), and one run at a time in each
process. So a task can occupy one thread of a worker, and a worker with more threads than tasks always has a free one:
neither the heartbeat nor a sweep ever waits behind other work.

``CELERY_BEAT_SCHEDULE`` in the settings lists the tasks that run periodically (``crmsolid.scheduler``).
"""

import logging
import os
import warnings
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

from celery import Celery, Task, bootsteps, signals
from celery.exceptions import SecurityWarning

from crmsolid import broker
from crmsolid.core.alive import ALIVE_SECONDS, show_alive
from crmsolid.core.garbage_collection import freeze_loaded_objects
from crmsolid.core.single_run import SingleRun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")

broker.install()

logger = logging.getLogger("crmsolid.restore")


class SingleRunTask(Task):
    """A task of which a process has one run at a time; see :class:`SingleRun`. Celery makes one instance of it."""

    abstract = True

    def __init__(self) -> None:
        self._single_run = SingleRun(lambda: self.run(), task=self.name)

    def __call__(self) -> int:
        from crmsolid.events import watermark  # its models, so not before Django is set up

        watermark.check_if_due()
        return self._single_run()


class Application(Celery):
    """Celery with a quiet ``celery beat``."""

    @cached_property
    def Beat(self) -> Any:
        return self.subclass_with_self("crmsolid.scheduler:QuietBeat")


app = Application("crmsolid", task_cls=SingleRunTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def queue_of(task: str) -> str:
    """The queue of a task, by its name."""
    return task if task.startswith("crmsolid.") else f"crmsolid.{task}"


def our_tasks() -> list[str]:
    return [name for name in app.tasks if not name.startswith("celery.")]


def route(name: str, *args: Any, **kwargs: Any) -> dict[str, str]:
    """``CELERY_TASK_ROUTES``: a task goes to its own queue, unless its sender names another."""
    return {"queue": queue_of(name)}


@signals.setup_logging.connect
def keep_django_logging(**kwargs: Any) -> None:
    """Does nothing: if this signal has a receiver, Celery leaves logging as Django's settings configure it."""


# --- celery worker, celery beat -------------------------------------------------------------------------------------


@signals.celeryd_init.connect
@signals.beat_init.connect
def refuse_unsafe_start(**kwargs: Any) -> None:
    """Workers and the scheduler refuse the same settings as the web. Celery's signals let SystemExit through."""
    import django

    django.setup()
    from crmsolid import checks

    checks.refuse_unsafe_start()


@signals.celeryd_init.connect
def configure_worker(instance: Any, **kwargs: Any) -> None:
    """A worker prints no banner. It listens to the queue of every task and has a thread for each and one more, unless
    ``-Q`` and ``-c`` say otherwise. With ``--beat``, its scheduler is a thread.

    By default Celery forks the scheduler. Such a process lives on when the worker is killed, and nobody starts it again
    when it dies itself.
    """
    from celery import beat

    instance.quiet = True
    # Celery warns root about pickled messages, but its default is to accept JSON alone.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    tasks = our_tasks()
    for name in tasks:
        app.amqp.queues.select_add(queue_of(name))
    app.conf.worker_concurrency = len(tasks) + 1
    beat.EmbeddedService = partial(beat.EmbeddedService, thread=True)


class ShowAlive(bootsteps.StartStopStep):
    """Touches the file from a thread of the pool, which the loop that receives tasks asks for: neither may hang. The
    pool has a free thread however long each task takes; if ``-c`` allows fewer than that, the loop itself touches it.

    Celery starts this again with each connection to the broker; without one nothing is received.
    """

    _timer: Any = None

    def start(self, consumer: Any) -> None:
        touch: Callable[[], object] = show_alive
        if consumer.pool.limit > len(our_tasks()):
            touch = partial(consumer.pool.apply_async, show_alive, callback=lambda result: None)
        self._timer = consumer.timer.call_repeatedly(ALIVE_SECONDS, touch)

    def stop(self, consumer: Any) -> None:
        """Before the pool ends."""
        if self._timer is not None:
            self._timer.cancel()


app.steps["consumer"].add(ShowAlive)


@signals.celeryd_after_setup.connect
def freeze_worker(**kwargs: Any) -> None:
    """The code is loaded, and no work has begun."""
    freeze_loaded_objects()


@signals.worker_init.connect
def compare_database_first(**kwargs: Any) -> None:
    """A worker works on nothing before it has found out whether the database is older than it was."""
    from crmsolid.events import watermark

    watermark.check_before_work()


@signals.worker_shutdown.connect
def record_watermark(**kwargs: Any) -> None:
    """Write down how far the database had come when this worker stopped."""
    from django.db import Error, connection

    from crmsolid.events import watermark

    try:
        watermark.check()
    except Error as error:
        logger.warning("the watermark was not written at the end: %r", error)
    finally:
        connection.close()
