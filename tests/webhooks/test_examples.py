"""The example receivers, run as they are, with real deliveries."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from tests.tenants import Tenants
from tests.webhooks.conftest import SECRET, emit, run_pump
from webhooks import services
from webhooks.models import Attempt, Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]
EXAMPLES = Path(settings.BASE_DIR) / "examples"
node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
KINDS = [
    pytest.param([sys.executable, "webhook_receiver.py"], id="python"),
    pytest.param(["node", "webhook_receiver.js"], id="node", marks=node),
]


@contextmanager
def running(command: list[str], secret: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Starts an example as a process; yields its address and the process once it listens."""
    environment = {**os.environ, "CRMSOLID_WEBHOOK_SECRET": secret, "PORT": "0", "PYTHONIOENCODING": "utf-8"}
    process = subprocess.Popen(
        command, cwd=EXAMPLES, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("listening on ")
        yield f"http://127.0.0.1:{line.split()[-1]}/webhooks/crm", process
    finally:
        process.kill()
        process.wait(5)
        process.stdout.close()


@pytest.mark.parametrize("command", KINDS)
def test_an_example_accepts_a_delivery(tenants: Tenants, make_endpoint: MakeEndpoint, command: list[str]) -> None:
    with running(command, SECRET) as (url, process):
        make_endpoint(url)
        event_id = emit(tenants.workspace, "Мария 😀")
        run_pump(deadline=5.0)
        assert process.stdout is not None
        output = process.stdout.readline()
    assert output.split(" ", 2)[:2] == ["contact.created", event_id]
    assert "Мария 😀" in output
    assert Delivery.unscoped.get().status == "succeeded"
    attempt = Attempt.unscoped.get()
    assert (attempt.status, attempt.answer_body) == (200, "ok")


@pytest.mark.parametrize("command", KINDS)
def test_an_example_refuses_a_delivery_signed_with_another_secret(
    tenants: Tenants, make_endpoint: MakeEndpoint, command: list[str]
) -> None:
    with running(command, "not-the-secret") as (url, _):
        make_endpoint(url)
        emit(tenants.workspace)
        run_pump(deadline=5.0)
    assert Attempt.unscoped.get().status == 401
    assert Delivery.unscoped.get().status == "failed"


@pytest.mark.parametrize("command", KINDS)
@pytest.mark.parametrize("switched", [False, True])
def test_an_example_accepts_deliveries_during_a_rotation(
    tenants: Tenants, make_endpoint: MakeEndpoint, command: list[str], switched: bool
) -> None:
    with running(command, "the-new-one" if switched else SECRET) as (url, _):
        endpoint = make_endpoint(url)
        services.rotate_secret(tenants.actor(), endpoint.pk, secret="the-new-one", overlap=timedelta(hours=1))
        emit(tenants.workspace)
        run_pump(deadline=5.0)
    assert Delivery.unscoped.get().status == "succeeded"
