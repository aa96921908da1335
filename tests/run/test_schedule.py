from django.conf import settings

from crmsolid.celery import app
from crmsolid.run.scheduler import EagerScheduler


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {"messaging.sweep", "crmsolid.heartbeat", "apikeys.purge"} <= named
    assert named - set(app.tasks) == set()


def test_a_start_of_beat_rings_everything() -> None:
    scheduler = EagerScheduler(app=app, lazy=True)
    scheduler.setup_schedule()
    ours = [entry for entry in scheduler.schedule.values() if entry.task in settings.CELERY_BEAT_SCHEDULE]
    assert len(ours) == len(settings.CELERY_BEAT_SCHEDULE)
    assert all(entry.is_due().is_due for entry in ours)
