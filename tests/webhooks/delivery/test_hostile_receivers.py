"""Endpoints of which six are hostile, with 5,000 deliveries queued for the one that hangs."""

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import transaction

from crmsolid.events import positions
from crmsolid.events.catalogue import event_types
from crmsolid.events.publishing import NewEvent, publish_all
from tests.tenants import Tenants
from tests.waiting import wait_until
from tests.webhooks.conftest import run_pump
from tests.webhooks.receiver import Receiver
from webhooks.models import Attempt, Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]
HOSTILE = {"hang": "timeout", "500": "", "drip": "timeout", "gigabyte": "", "bomb": "", "tls": "tls_failed"}
HEALTHY = ["healthy0", "healthy1", "healthy2", "healthy3"]
QUEUED = 5000
ROUNDS = 20
DEADLINE = 1.5
SLACK = 20_000  # in ms; without the deadline a post to "hang" never ends and one to "drip" takes 1,000 s


class HostileReceivers:
    """A process with all of them."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "bench.hostile_receiver"]
        self._process = subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self._ports = self._process.stdout.readline().split()

    def url(self, name: str) -> str:
        return (
            f"https://127.0.0.1:{self._ports[1]}/tls" if name == "tls" else f"http://127.0.0.1:{self._ports[0]}/{name}"
        )

    def end(self) -> None:
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait(10)
        self._process.stdout.close()


@pytest.fixture
def hostile() -> Iterator[HostileReceivers]:
    receivers = HostileReceivers()
    yield receivers
    receivers.end()


def resident_memory() -> int:
    """In bytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def test_hostile_receivers_delay_no_healthy_one(
    tenants: Tenants, make_endpoint: MakeEndpoint, hostile: HostileReceivers, receiver: Receiver
) -> None:
    """All deliveries to the healthy ones end while no post to the one that hangs has ended."""
    urls = {name: hostile.url(name) for name in HOSTILE} | {name: receiver.url(f"/{name}") for name in HEALTHY}
    types = event_types()[: len(urls)]
    endpoints = {name: make_endpoint(urls[name], events=(type.name,)) for name, type in zip(urls, types, strict=True)}
    with transaction.atomic():
        for start in range(0, QUEUED, 500):
            publish_all(tenants.workspace, [NewEvent(types[0], {"n": start + n}) for n in range(500)])
    while positions.assign_positions():
        pass
    with transaction.atomic():
        publish_all(tenants.workspace, [NewEvent(type, {"n": n}) for n in range(ROUNDS) for type in types])

    def end_when_healthy_ones_have_all() -> None:
        try:
            wait_until(lambda: len(receiver.posts) == len(HEALTHY) * ROUNDS, "the healthy deliveries", seconds=60)
        finally:
            hostile.end()

    with ThreadPoolExecutor(1) as thread:
        ending = thread.submit(end_when_healthy_ones_have_all)
        # Past its time, a pump serves endpoints that answer until the posts from before have ended.
        run_pump(deadline=120, seconds=0.0)
        ending.result()

    healthy = Attempt.unscoped.filter(delivery__endpoint__in=[endpoints[name] for name in HEALTHY])
    assert healthy.count() == len(HEALTHY) * ROUNDS
    assert set(healthy.values_list("status", "error")) == {(200, "")}
    assert 0 < Attempt.unscoped.filter(delivery__endpoint=endpoints["hang"]).count() < 20
    assert Delivery.unscoped.filter(endpoint=endpoints["hang"], status="pending").count() > QUEUED
    assert not Delivery.unscoped.filter(status="sending").exists()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_posts_to_hostile_receivers_end_and_take_little_memory(
    tenants: Tenants, make_endpoint: MakeEndpoint, hostile: HostileReceivers
) -> None:
    types = event_types()[: len(HOSTILE)]
    endpoints = {
        name: make_endpoint(hostile.url(name), events=(type.name,)) for name, type in zip(HOSTILE, types, strict=True)
    }
    with transaction.atomic():
        publish_all(tenants.workspace, [NewEvent(type, {"n": n}) for n in range(ROUNDS) for type in types])
    before = resident_memory()
    run_pump(deadline=DEADLINE, seconds=1.0)
    assert resident_memory() - before < 50 * 2**20
    for name, error in HOSTILE.items():
        tries = Attempt.unscoped.filter(delivery__endpoint=endpoints[name])
        assert set(tries.values_list("error", flat=True)) == {error}, name
        assert max(tries.values_list("duration_ms", flat=True)) < DEADLINE * 1000 + SLACK, name
    assert set(Attempt.unscoped.filter(delivery__endpoint=endpoints["500"]).values_list("status", flat=True)) == {500}
    assert not Delivery.unscoped.filter(status="sending").exists()
