import signal
import subprocess
import sys
from pathlib import Path
from queue import Queue

import pytest
from django.conf import settings

from crmsolid.celery import app
from crmsolid.run.background import ImmediateScheduler, build_beat_thread


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {"messaging.sweep", "crmsolid.heartbeat", "apikeys.purge"} <= scheduled
    assert scheduled - set(app.tasks) == set()


def test_every_entry_is_due_when_beat_starts() -> None:
    scheduler = ImmediateScheduler(app=app, lazy=True)
    scheduler.setup_schedule()
    ours = [entry for entry in scheduler.schedule.values() if entry.task in settings.CELERY_BEAT_SCHEDULE]
    assert len(ours) == len(settings.CELERY_BEAT_SCHEDULE)
    assert all(entry.is_due().is_due for entry in ours)


def test_beat_thread_sends_every_entry_then_repeats_the_frequent_ones_and_writes_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    often, seldom = {"task": "often", "schedule": 0.05}, {"task": "seldom", "schedule": 3600.0}
    monkeypatch.setitem(app.conf, "beat_schedule", {"often": often, "seldom": seldom})
    sent: Queue[str] = Queue()
    monkeypatch.setattr(ImmediateScheduler, "send_task", lambda scheduler, name, *args, **options: sent.put(name))
    beat = build_beat_thread()
    beat.start()
    tasks = [sent.get(timeout=10) for _ in range(5)]
    beat.service.stop()
    beat.join(10)
    assert not beat.is_alive()
    assert sorted(tasks[:2]) == ["often", "seldom"]
    assert tasks[2:] == ["often"] * 3
    assert list(tmp_path.iterdir()) == []


STOP_DURING_IMPORT = """
import signal, sys
class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == "celery.utils.saferepr":
            signal.raise_signal(signal.SIGTERM)
sys.meta_path.insert(0, Stop())
from crmsolid.run.background import build_beat
build_beat().run()
"""


def test_signal_while_beat_is_being_imported_causes_no_traceback() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", STOP_DURING_IMPORT], cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, "Traceback" in ended.stderr) == (-signal.SIGTERM, False), ended.stderr
