import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from queue import Queue
from types import SimpleNamespace
from typing import Any

import celery.beat
import pytest
from celery import signals
from celery.beat import Scheduler
from django.conf import settings

from crmsolid.celery import app
from crmsolid.scheduler import ImmediateScheduler


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


class Sent:
    """What beat sends, from a schedule with one frequent and one rare entry."""

    def __init__(self) -> None:
        self._tasks: Queue[str] = Queue()

    def put(self, name: str) -> None:
        self._tasks.put(name)

    def next(self) -> str:
        return self._tasks.get(timeout=10)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    often, seldom = {"task": "often", "schedule": 0.05}, {"task": "seldom", "schedule": 3600.0}
    monkeypatch.setitem(app.conf, "beat_schedule", {"often": often, "seldom": seldom})
    sent = Sent()
    monkeypatch.setattr(ImmediateScheduler, "send_task", lambda scheduler, name, *args, **options: sent.put(name))
    return sent


@pytest.fixture
def beat(sent: Sent) -> Iterator[Any]:
    """The scheduler of a worker with ``--beat``."""
    signals.celeryd_init.send(sender="", instance=SimpleNamespace(app=app))
    scheduler: Any = celery.beat.EmbeddedService(app, scheduler_cls=app.conf.beat_scheduler)
    scheduler.start()
    assert scheduler in threading.enumerate()
    yield scheduler
    scheduler.stop()
    scheduler.join(10)
    assert not scheduler.is_alive()


def test_scheduler_sends_every_entry_then_repeats_the_frequent_ones_and_writes_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sent: Sent, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    request.getfixturevalue("beat")
    assert sorted([sent.next(), sent.next()]) == ["often", "seldom"]
    assert [sent.next() for _ in range(3)] == ["often"] * 3
    assert list(tmp_path.iterdir()) == []


def test_clock_that_is_set_back_delays_nothing(monkeypatch: pytest.MonkeyPatch, sent: Sent, beat: Any) -> None:
    assert sorted([sent.next(), sent.next()]) == ["often", "seldom"]
    now = app.now
    monkeypatch.setattr(app, "now", lambda: now() - timedelta(hours=1))
    assert [sent.next() for _ in range(3)] == ["often"] * 3


def test_scheduler_goes_on_after_an_error(
    monkeypatch: pytest.MonkeyPatch, sent: Sent, request: pytest.FixtureRequest
) -> None:
    tick, failures = Scheduler.tick, [OSError("a bug")]

    def fail_once(scheduler: Scheduler) -> float:
        if failures:
            raise failures.pop()
        return float(tick(scheduler))

    monkeypatch.setattr(Scheduler, "tick", fail_once)
    request.getfixturevalue("beat")
    assert sorted([sent.next(), sent.next()]) == ["often", "seldom"]


STOP_DURING_IMPORT = """
import signal, sys
class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == "celery.utils.saferepr":
            signal.raise_signal(signal.SIGTERM)
sys.meta_path.insert(0, Stop())
from celery.__main__ import main
sys.argv = ["celery", "-A", "crmsolid", "beat"]
main()
"""


def test_signal_while_beat_is_being_imported_causes_no_traceback() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", STOP_DURING_IMPORT], cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, "Traceback" in ended.stderr) == (-signal.SIGTERM, False), ended.stderr
