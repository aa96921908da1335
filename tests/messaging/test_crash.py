"""kill -9 of a worker between any two steps, then the sweep of another: nothing is lost, nothing is doubled."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from crmsolid.core import clock
from messaging.models import Message, MessageAttempt, SandboxDelivery
from tests.cast import Cast
from tests.messaging.crashing import POINTS
from tests.messaging.world import again, events, needs_postgresql, send

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60


def worker(point: str) -> "subprocess.Popen[str]":
    """A worker process on the test's database."""
    database = urlsplit(settings.DATABASE_URL)._replace(path="/" + str(connection.settings_dict["NAME"])).geturl()
    environment = {**os.environ, "DATABASE_URL": database, "PYTHONPATH": str(ROOT), "REDIS_URL": ""}
    command = [sys.executable, "-m", "tests.messaging.crashing", point]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def die_at(point: str) -> None:
    """Run a worker up to the point and kill it there."""
    with worker(point) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "here\n"
        finally:
            process.kill()
        assert process.wait(PATIENCE) == -9


def sweep() -> None:
    with worker("sweep") as process:
        assert process.wait(PATIENCE) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_at_any_point_loses_and_doubles_nothing(cast: Cast, point: str) -> None:
    needs_postgresql()
    message = send(cast.sandbox(), "@reply", "hello")
    die_at(point)
    if again(message).status == "sending":
        sweep()  # while the lease lives nobody touches it
        assert again(message).status == "sending"
        Message.unscoped.update(lease_until=clock.now() - timedelta(seconds=1))
    sweep()
    sweep()
    assert again(message).status == "sent"
    [delivery] = SandboxDelivery.unscoped.all()
    assert (delivery.message_id, delivery.random_id, delivery.answer_pending) == (
        message.pk,
        message.random_id,
        False,
    )
    assert [event["data"]["message"]["id"] for event in events("message.sent")] == [message.pk]
    assert len(events("message.received")) == 1
    assert Message.unscoped.count() == 2
    outcomes = list(MessageAttempt.unscoped.order_by("number").values_list("outcome", flat=True))
    expected = {"claimed": ["lost", "sent"], "sent": ["lost", "duplicate"], "settling": ["lost", "duplicate"]}
    assert outcomes == expected.get(point, ["sent"])
