"""Ten endpoints, six of them hostile, with 5,000 deliveries queued for the one that hangs."""

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import transaction

from crmsolid.events import positions
from crmsolid.events.catalogue import event_types
from crmsolid.events.publishing import NewEvent, publish_all
from tests.tenants import Tenants
from tests.webhooks.conftest import run_pump
from webhooks.models import Attempt, Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]
HOSTILE = {"hang": "timeout", "500": "", "drip": "timeout", "gigabyte": "", "bomb": "", "tls": "tls_failed"}
QUEUED = 5000
ROUNDS = 20
DEADLINE = 1.5
SLACK = 20_000  # in ms; without the deadline a post to "hang" never ends and one to "drip" takes 1,000 s
RUNS = 20  # of one second each, with which even a busy machine delivers what does not wait for the queue of 5,000


@pytest.fixture
def ports() -> Iterator[list[int]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.hostile_receiver"], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield [int(port) for port in process.stdout.readline().split()]
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


def resident_memory() -> int:
    """In bytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_hostile_receivers_delay_no_healthy_one(
    tenants: Tenants, make_endpoint: MakeEndpoint, ports: list[int]
) -> None:
    names = [*HOSTILE, "healthy0", "healthy1", "healthy2", "healthy3"]
    types = event_types()[: len(names)]
    urls = {name: f"http://127.0.0.1:{ports[0]}/{name}" for name in names}
    urls["tls"] = f"https://127.0.0.1:{ports[1]}/tls"
    endpoints = {name: make_endpoint(urls[name], events=(type.name,)) for name, type in zip(names, types, strict=True)}
    with transaction.atomic():
        for start in range(0, QUEUED, 500):
            publish_all(tenants.workspace, [NewEvent(types[0], {"n": start + n}) for n in range(500)])
    while positions.assign_positions():
        pass
    with transaction.atomic():
        publish_all(tenants.workspace, [NewEvent(type, {"n": n}) for n in range(ROUNDS) for type in types])
    before = resident_memory()
    healthy = Attempt.unscoped.filter(delivery__endpoint__in=[endpoints[name] for name in names if name not in HOSTILE])
    runs = 0
    while healthy.count() < 4 * ROUNDS and runs < RUNS:
        run_pump(deadline=DEADLINE, seconds=1.0)
        runs += 1
    assert resident_memory() - before < 50 * 2**20
    assert healthy.count() == 4 * ROUNDS
    assert set(healthy.values_list("status", "error")) == {(200, "")}

    for name, error in HOSTILE.items():
        tries = Attempt.unscoped.filter(delivery__endpoint=endpoints[name])
        assert set(tries.values_list("error", flat=True)) == {error}, name
        assert max(tries.values_list("duration_ms", flat=True)) < DEADLINE * 1000 + SLACK, name
    assert set(Attempt.unscoped.filter(delivery__endpoint=endpoints["500"]).values_list("status", flat=True)) == {500}
    assert Attempt.unscoped.filter(delivery__endpoint=endpoints["hang"]).count() < 20 * runs
    assert Delivery.unscoped.filter(endpoint=endpoints["hang"], status="pending").count() > QUEUED
    assert not Delivery.unscoped.filter(status="sending").exists()
