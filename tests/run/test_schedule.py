import signal
import subprocess
import sys

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


STOPPED = """
import signal, sys
class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == "celery.utils.saferepr":
            signal.raise_signal(signal.SIGTERM)
sys.meta_path.insert(0, Stop())
from crmsolid.run.scheduler import build_beat
build_beat().run()
"""


def test_a_stop_while_beat_is_being_loaded_is_no_crash() -> None:
    """What Celery loads on first use stands half loaded when the signal comes; its handler wants all of it."""
    ended = subprocess.run(
        [sys.executable, "-c", STOPPED], cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, "Traceback" in ended.stderr) == (-signal.SIGTERM, False), ended.stderr
