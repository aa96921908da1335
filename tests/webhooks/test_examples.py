"""The example receivers, run as they are, with real deliveries."""

import http.client
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from tests.npm import installed_packages
from tests.tenants import Tenants
from tests.webhooks.conftest import SECRET, emit, run_pump
from webhooks import services
from webhooks.models import Attempt, Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]
Receiver = tuple[str, "subprocess.Popen[str]"]
EXAMPLES = Path(settings.BASE_DIR) / "examples"
node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
KINDS = [
    pytest.param([sys.executable, "webhook_receiver.py"], id="python"),
    pytest.param(["node", "webhook_receiver.js"], id="node", marks=node),
]


@contextmanager
def running(command: list[str], secret: str, more: dict[str, str] | None = None) -> Iterator[Receiver]:
    """Starts an example as a process; yields its address and the process once it listens."""
    environment = {**os.environ, "CRMSOLID_WEBHOOK_SECRET": secret, "PORT": "0", "PYTHONIOENCODING": "utf-8"}
    environment.update(more or {})
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


def post_with_signature(url: str, signature: str | None) -> int:
    """The status that a receiver answers to an event with this X-Signature, or none."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=30)
    headers = {"Content-Type": "application/json"} | ({} if signature is None else {"X-Signature": signature})
    try:
        connection.request("POST", address.path, body=b'{"event": "ping", "id": "evt_1"}', headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


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
def test_an_example_refuses_a_signature_of_any_length(command: list[str]) -> None:
    with running(command, SECRET) as (url, process):
        assert [post_with_signature(url, given) for given in (None, "", "sha256=00", "x" * 500)] == [401] * 4
        process.kill()
        assert process.stdout is not None
        assert process.stdout.read() == ""  # no event was handled


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


@pytest.fixture
def guide_receiver() -> Callable[[str], AbstractContextManager[Receiver]]:
    """Starts the receiver of the developer guide, with express from npm and the given secret."""
    packages = installed_packages(EXAMPLES / "guide_receiver") / "node_modules"
    more = {"NODE_PATH": str(packages), "NODE_ENV": "production"}
    return lambda secret: running(["node", "guide_receiver/receiver.js"], secret, more)


def test_the_receiver_of_the_guide_accepts_a_delivery(
    guide_receiver: Callable[[str], AbstractContextManager[Receiver]], tenants: Tenants, make_endpoint: MakeEndpoint
) -> None:
    with guide_receiver(SECRET) as (url, _):
        make_endpoint(url)
        emit(tenants.workspace, "Мария 😀")
        run_pump(deadline=5.0)
    assert Delivery.unscoped.get().status == "succeeded"
    attempt = Attempt.unscoped.get()
    assert (attempt.status, attempt.answer_body) == (200, "ok")


def test_the_receiver_of_the_guide_refuses_a_forged_delivery(
    guide_receiver: Callable[[str], AbstractContextManager[Receiver]], tenants: Tenants, make_endpoint: MakeEndpoint
) -> None:
    with guide_receiver("not-the-secret") as (url, _):
        make_endpoint(url)
        emit(tenants.workspace)
        run_pump(deadline=5.0)
        assert post_with_signature(url, "sha256=00") == 500  # timingSafeEqual throws, as the example says
    attempt = Attempt.unscoped.get()
    assert (attempt.status, attempt.answer_body) == (401, "invalid signature")
    assert Delivery.unscoped.get().status == "failed"
