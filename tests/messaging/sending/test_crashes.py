"""A worker is killed (kill -9) between any two steps, then another one sweeps: no message is lost or sent twice."""

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
from tests.messaging.helpers import events, require_postgresql, send, stored
from tests.messaging.sending.crashing_worker import POINTS
from tests.tenants import Tenants

ROOT = Path(__file__).resolve().parents[3]
TIMEOUT_SECONDS = 60


def start_worker(point: str) -> "subprocess.Popen[str]":
    """A worker process on the test's database."""
    database = urlsplit(settings.DATABASE_URL)._replace(path="/" + str(connection.settings_dict["NAME"])).geturl()
    environment = {**os.environ, "DATABASE_URL": database, "PYTHONPATH": str(ROOT), "REDIS_URL": ""}
    command = [sys.executable, "-m", "tests.messaging.sending.crashing_worker", point]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def kill_worker_at(point: str) -> None:
    """Run a worker up to the point and kill it there."""
    with start_worker(point) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "reached\n"
        finally:
            process.kill()
        assert process.wait(TIMEOUT_SECONDS) == -9


def sweep() -> None:
    with start_worker("sweep") as process:
        assert process.wait(TIMEOUT_SECONDS) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", POINTS)
def test_worker_killed_at_any_point_loses_and_repeats_nothing(tenants: Tenants, point: str) -> None:
    require_postgresql()
    message = send(tenants.sandbox(), "@reply", "hello")
    kill_worker_at(point)
    if stored(message).status == "sending":
        sweep()  # the lease has not expired
        assert stored(message).status == "sending"
        Message.unscoped.update(lease_until=clock.now() - timedelta(seconds=1))
    sweep()
    sweep()
    assert stored(message).status == "sent"
    [delivery] = SandboxDelivery.unscoped.all()
    assert (delivery.message_id, delivery.random_id, delivery.reply_pending) == (
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
