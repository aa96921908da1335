"""Clients with valid keys send bodies and headers that are small enough to be read and costly to look at."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.attacks.product import HEALTHY_MEDIAN_SECONDS, Answer, HealthyClient, Product

MEBIBYTE = 1_048_576
ATTACKERS = 6
ATTACK_SECONDS = 3.0  # for hundreds of bodies
REPEATS = 3
# CPU time of all processes of the product for one hostile request. Without the bounds each of these costs 0.2 to 7 s,
# with them about 0.01 s.
MAX_CPU_SECONDS = 0.1
_KEYS = """
import json
from apikeys.services import create_key
from crmsolid.workspaces.actor import ALL_SCOPES, Actor
from crmsolid.workspaces.models import Workspace
actor = Actor.command(Workspace.objects.get(slug="demo", mode="live"), "tests")
print(json.dumps([create_key(actor, name=f"attacker {n}", scopes=ALL_SCOPES).token for n in range(%d)]))
"""


def filled(head: bytes, item: bytes, tail: bytes, *, numbered: bool = False) -> bytes:
    """Up to 1 MiB of ``item`` between ``head`` and ``tail``; ``numbered`` puts a number in place of its ``%d``."""
    length = len(item % 100_000 if numbered else item) + 1
    count = (MEBIBYTE - len(head) - len(tail)) // length
    return head + b",".join(item % (100_000 + n) if numbered else item for n in range(count)) + tail


# Path, body, and the status and code of the answer.
BODIES: dict[str, tuple[str, bytes, int, str]] = {
    "80,000 unknown names": (
        "/v1/contacts",
        filled(b'{"username":"sarah_miller",', b'"n%d":1', b"}", numbered=True),
        *(400, "malformed_json"),
    ),
    "80,000 names of no form": (
        "/v1/contacts",
        filled(b'{"username":"sarah_miller",', b'"N%d":1', b"}", numbered=True),
        *(400, "malformed_json"),
    ),
    "80,000 custom fields": (
        "/v1/contacts",
        filled(b'{"username":"sarah_miller","custom_fields":{', b'"n%d":1', b"}}", numbered=True),
        *(400, "malformed_json"),
    ),
    "lists in lists": (
        "/v1/contacts",
        filled(b'{"username":"sarah_miller","tags":[', b"[" * 60 + b"]" * 60, b"]}"),
        *(400, "malformed_json"),
    ),
    "350,000 lists for names of events": (
        "/v1/webhooks",
        filled(b'{"url":"https://hooks.example.com","events":[', b"[]", b"]}"),
        *(400, "malformed_json"),
    ),
}


def code_of(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json().get("code", "")


def cpu_seconds(product: Product) -> float:
    """The CPU time that all processes of the product have used."""
    ticks = 0
    for pid in product.pids():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def cpu_of(product: Product, request: Callable[[], Answer]) -> tuple[float, list[Answer]]:
    """CPU seconds of the cheapest of a few requests, and the answers. The longer a request waits on a busy machine, the
    more is in it of what the web does beside it; no request is spared what the body itself costs."""
    answers, costs = [], []
    for _ in range(REPEATS):
        before = cpu_seconds(product)
        answers.append(request())
        costs.append(cpu_seconds(product) - before)
    return min(costs), answers


def stored(product: Product) -> tuple[list[object], list[object]]:
    """The contacts and the webhooks of the workspace."""
    contacts, webhooks = (product.call("GET", path).json()["data"] for path in ("/v1/contacts", "/v1/webhooks"))
    return contacts, webhooks


@pytest.fixture(scope="module")
def attackers(product: Product) -> list[str]:
    """The tokens of the attackers, each with the limit of a key that is created without options."""
    found: list[str] = json.loads(product.manage("shell", "--no-imports", "-c", _KEYS % ATTACKERS))
    return found


@pytest.mark.parametrize("name", BODIES)
def test_costly_body_is_refused_before_it_costs_much(product: Product, attackers: list[str], name: str) -> None:
    path, body, *expected = BODIES[name]
    assert len(body) <= MEBIBYTE
    before = stored(product)
    seconds, answers = cpu_of(product, lambda: product.call("POST", path, body=body, token=attackers[0]))
    assert [code_of(answer) for answer in answers] == [tuple(expected)] * REPEATS
    assert max(len(answer.body) for answer in answers) < 30_000
    assert stored(product) == before
    print(f"{name}: {seconds:.3f} CPU seconds a request")
    assert seconds < MAX_CPU_SECONDS


def test_items_of_a_list_that_is_too_long_are_not_looked_at(product: Product, attackers: list[str]) -> None:
    body = json.dumps({"url": "https://hooks.example.com", "events": [1] * 9_000}).encode()
    answer = product.call("POST", "/v1/webhooks", body=body, token=attackers[0])
    assert code_of(answer) == (422, "validation_failed")
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [("events", "max_length")]


def test_media_types_of_an_accept_header_that_is_too_long_are_not_looked_at(
    product: Product, attackers: list[str]
) -> None:
    headers = {"Accept": "a," * 20_000 + "application/json"}
    answer = product.call("GET", "/v1/me", headers=headers, token=attackers[0])
    assert code_of(answer) == (406, "not_acceptable")


def test_cookie_of_many_escapes_is_cheap_without_a_key(product: Product) -> None:
    headers = {"Cookie": 'a="' + '\\"' * 30_000 + '"'}
    seconds, answers = cpu_of(product, lambda: product.call("GET", "/panel/login/", headers=headers, token=""))
    assert [answer.status for answer in answers] == [200] * REPEATS
    assert seconds < MAX_CPU_SECONDS


@contextmanager
def attacking(product: Product, tokens: list[str]) -> Iterator[list[tuple[int, str]]]:
    """Each attacker sends one costly body after the other. Yields what they are answered, as it comes."""
    ended, outcomes = threading.Event(), list[tuple[int, str]]()

    def attack(token: str) -> None:
        while not ended.is_set():
            for path, body, *_ in BODIES.values():
                outcomes.append(code_of(product.call("POST", path, body=body, token=token)))

    threads = [threading.Thread(target=attack, args=(token,), daemon=True) for token in tokens]
    for thread in threads:
        thread.start()
    try:
        yield outcomes
    finally:
        ended.set()
        for thread in threads:
            thread.join(300)


def test_six_clients_with_costly_bodies_do_not_slow_another(product: Product, attackers: list[str]) -> None:
    began, unchanged = cpu_seconds(product), stored(product)
    with attacking(product, attackers) as outcomes:
        during = HealthyClient(product).during(ATTACK_SECONDS)
    seconds = (cpu_seconds(product) - began) / len(outcomes)
    print(f"{len(outcomes)} costly bodies, {seconds:.3f} CPU seconds each, that of the healthy client included")
    print(f"median {during.median:.3f} s, slowest {during.slowest:.3f} s")
    assert set(during.statuses) == {200}
    assert set(outcomes) <= {(400, "malformed_json"), (429, "rate_limited")}
    assert stored(product) == unchanged
    assert seconds < MAX_CPU_SECONDS
    assert during.median < HEALTHY_MEDIAN_SECONDS
