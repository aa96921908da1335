"""Receivers of one workspace's webhooks answer in every hostile way; those of another one wait no longer for it."""

import json
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.product import Product, hostile_ports, running_product
from tests.waiting import wait_until
from tests.webhooks.receiver import Receiver

# What the delivery log says of the attempts at each kind: status and error.
EXPECTED: dict[str, tuple[int | None, str | None]] = {
    "100": (None, "answer_invalid"),
    "103": (None, "answer_invalid"),
    "lines": (None, "answer_invalid"),
    "headers": (None, "answer_invalid"),
    "extension": (200, None),
    "chunks": (200, None),
    "body": (200, None),
    "upgrade": (101, None),
    "drip": (None, "timeout"),
    "hang": (None, "timeout"),
    "close": (None, "connection_lost"),
    "redirect": (307, None),
    "retry-after": (503, None),
    "tls tickets": (None, "connection_lost"),
    "tls stall": (None, "timeout"),
    "tls name": (None, "tls_failed"),
}
WORST = "100"
MORE_OF_THE_WORST = 10
ROUNDS = 20  # the daily limit of an account is 50 messages, and there are two phases
PAUSE_SECONDS = 0.1
# Without the bounds, endless interim answers hold the event loop for longer than the deadline of 10 s.
MEDIAN_SECONDS = 5.0
# Without them, a worker grows by 130 MiB and more.
GROWTH_BYTES = 64 * 2**20


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """The file of its certificate, and the address of each kind."""
    folder = tmp_path_factory.mktemp("hostile")
    with hostile_ports(folder) as (plain, tls, stalling, _):
        urls = {kind: f"http://127.0.0.1:{plain}/{kind}" for kind in EXPECTED if not kind.startswith("tls ")}
        urls["tls tickets"] = f"https://localhost:{tls}/hang"
        urls["tls stall"] = f"https://localhost:{stalling}/"
        urls["tls name"] = f"https://127.0.0.1:{tls}/"  # not the name in its certificate
        yield folder / "server.pem", urls


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, hostile: tuple[Path, dict[str, str]]) -> Iterator[Product]:
    """It trusts the certificate of the hostile receivers, as it would one that a public authority has signed."""
    with running_product(tmp_path_factory.mktemp("product"), {"SSL_CERT_FILE": str(hostile[0])}) as running:
        yield running


@dataclass
class Tenant:
    """A test workspace with its sandbox account. Each message that is sent is an event for its endpoints."""

    product: Product
    token: str

    def call(self, method: str, path: str, body: object = None) -> Any:
        answer = self.product.call(method, path, body=json.dumps(body).encode() if body else None, token=self.token)
        assert answer.status in (200, 201, 202, 204), answer.body
        return answer.json() if answer.body else None

    def subscribe(self, url: str) -> str:
        return str(self.call("POST", "/v1/webhooks", {"url": url, "events": ["message.sent"]})["id"])

    def send(self) -> str:
        account = self.call("GET", "/v1/accounts")["data"][0]["id"]
        message = {"account_id": account, "to": f"@someone{time.monotonic_ns()}", "text": "Hello"}
        return str(self.call("POST", "/v1/messages/send", message)["id"])

    def attempts(self, endpoint_id: str) -> set[tuple[int | None, str | None]]:
        """Status and error of the attempts so far at three deliveries of the endpoint."""
        deliveries = self.call("GET", f"/v1/webhooks/{endpoint_id}/deliveries")["data"]
        tried = [each["id"] for each in deliveries if each["attempts"]]
        logs = (self.call("GET", f"/v1/deliveries/{delivery_id}")["attempt_log"] for delivery_id in tried[:3])
        return {(attempt["status"], attempt["error"]) for log in logs for attempt in log}


def tenant(product: Product, slug: str) -> Tenant:
    options = ("--workspace", slug, "--name", "attack", "--scopes", "all", "--test", "--rate-limit", "100000")
    return Tenant(product, json.loads(product.manage("create_api_key", *options, "--json"))["token"])


def delivery_times(healthy: Tenant, receiver: Receiver, attack: Tenant | None) -> list[float]:
    """Seconds from the call that sends a message to the arrival of its event, for ROUNDS messages. The tenant
    ``attack`` sends as many at the same time."""
    began: dict[str, float] = {}
    for _ in range(ROUNDS):
        if attack is not None:
            attack.send()
        start = time.monotonic()
        began[healthy.send()] = start
        time.sleep(PAUSE_SECONDS)

    def arrivals() -> dict[str, float]:
        return {json.loads(post.body)["data"]["message"]["id"]: post.at for post in receiver.posts}

    wait_until(lambda: began.keys() <= arrivals().keys(), "the arrival of all messages", seconds=60)
    arrived = arrivals()
    return [arrived[message] - start for message, start in began.items()]


def test_hostile_receivers_delay_no_healthy_one(product: Product, hostile: tuple[Path, dict[str, str]]) -> None:
    product.manage("create_workspace", "hostile", "--owner", "hostile@example.com", "--plan", "business")
    attack, healthy = tenant(product, "hostile"), tenant(product, "demo")
    with Receiver() as receiver:
        healthy.subscribe(receiver.url())
        without = delivery_times(healthy, receiver, None)
        memory = product.memory()
        endpoints = {kind: attack.subscribe(url) for kind, url in hostile[1].items()}
        more = [attack.subscribe(f"{hostile[1][WORST]}?{number}") for number in range(MORE_OF_THE_WORST)]
        during = delivery_times(healthy, receiver, attack)
        growth = product.memory() - memory
    print(f"median {statistics.median(without):.3f} s, under attack {statistics.median(during):.3f} s")
    print(f"slowest {max(without):.3f} s, under attack {max(during):.3f} s; growth {growth / 2**20:.0f} MiB")
    assert statistics.median(during) < MEDIAN_SECONDS
    assert growth < GROWTH_BYTES
    for kind, endpoint_id in endpoints.items():
        found = wait_until(partial(attack.attempts, endpoint_id), f"an attempt at {kind}")
        assert found == {EXPECTED[kind]}, kind
    for endpoint_id in [*endpoints.values(), *more]:  # otherwise the product waits for their retries when it stops
        attack.call("DELETE", f"/v1/webhooks/{endpoint_id}")
