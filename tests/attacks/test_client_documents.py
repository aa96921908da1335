"""Members connect assistants whose description never ends; others connect theirs and call the API meanwhile."""

import http.cookiejar
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from tests.attacks.product import (
    HEALTHY_MEDIAN_SECONDS,
    PASSWORD,
    HealthyClient,
    Product,
    hostile_ports,
    running_product,
)
from tests.waiting import wait_until

TABS = 4  # of each attacker
ANSWER_SECONDS = 30.0  # for what takes ten; a server that trusts the other side's pace waits for 25 minutes
BACK = "https://client.example/back"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Product, str]]:
    """The product, and the address of a server whose certificate it trusts."""
    folder = tmp_path_factory.mktemp("hostile")
    with hostile_ports(folder) as (_, _, _, tls):
        settings = {"SSL_CERT_FILE": str(folder / "server.pem")}
        with running_product(tmp_path_factory.mktemp("product"), settings) as product:
            yield product, f"https://localhost:{tls}"


@dataclass
class Page:
    status: int
    text: str
    goes_on: bool
    seconds: float


@dataclass
class Member:
    """A browser in which somebody has signed up."""

    product: Product
    name: str
    jar: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def __post_init__(self) -> None:
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.open("/panel/sign-up/")
        token = next(cookie.value for cookie in self.jar if cookie.name == "csrftoken")
        form = {"name": self.name, "email": f"{self.name}@example.com", "password": PASSWORD, "workspace": self.name}
        page = self.open("/panel/sign-up/", {**form, "csrfmiddlewaretoken": token})
        assert page.status == 200 and f"The trial of {self.name}" in page.text

    def open(self, path: str, form: dict[str, Any] | None = None) -> Page:
        began = time.monotonic()
        address, data = f"http://127.0.0.1:{self.product.port}{path}", urlencode(form).encode() if form else None
        try:
            answer = self._opener.open(urllib.request.Request(address, data), timeout=120)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read().decode()
            return Page(answer.status, text, "Refresh" in answer.headers, time.monotonic() - began)

    def connect(self, client_id: str) -> Page:
        """The page that is shown in the end, as in a browser that looks again when the page says so."""
        began = time.monotonic()
        query = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": BACK,
            "code_challenge": "A" * 43,
            "code_challenge_method": "S256",
        }
        while (page := self.open(f"/oauth/authorize/?{urlencode(query)}")).goes_on:
            time.sleep(1)
        page.seconds = time.monotonic() - began
        return page


def fetches_begun(product: Product) -> int:
    with psycopg.connect(product.environment["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT count(claimed_at) FROM oauth_documentrequest").fetchone()
    assert row is not None
    return int(row[0])


def test_descriptions_that_never_end_hold_up_nobody(started: tuple[Product, str]) -> None:
    product, server = started
    attackers, good = [Member(product, name) for name in ("mallory", "trudy")], Member(product, "alice")
    metadata = {"client_name": "Registered", "redirect_uris": [BACK], "token_endpoint_auth_method": "none"}
    registered = product.call("POST", "/oauth/register/", body=json.dumps(metadata).encode(), token="").json()
    ends: list[Page] = []

    def attack(member: Member, number: int) -> None:
        ends.append(member.connect(f"{server}/document-drip/{member.name}-{number}"))

    threads = [threading.Thread(target=attack, args=(member, n)) for n in range(TABS) for member in attackers]
    with HealthyClient(product, "/v1/me") as healthy:
        for thread in threads:
            thread.start()
        wait_until(lambda: fetches_begun(product) == len(attackers), "the fetches of the attackers have begun")
        described, own = good.connect(f"{server}/document"), good.connect(registered["client_id"])
        still_attacked = sum(thread.is_alive() for thread in threads)
        for thread in threads:
            thread.join(180)
    slowest = max(page.seconds for page in ends)
    print(
        f"described after {described.seconds:.1f} s, registered after {own.seconds:.1f} s, attackers' pages after "
        f"{slowest:.1f} s at most, /v1/me {healthy.median:.3f} s median, {healthy.slowest:.3f} s at most"
    )
    assert described.status == 200 and "<bdi>Described</bdi> asks for access" in described.text
    assert own.status == 200 and "<bdi>Registered</bdi> asks for access" in own.text
    assert still_attacked > 0 and described.seconds < slowest  # they did not wait for the attack to end
    assert set(healthy.statuses) == {200} and healthy.median < HEALTHY_MEDIAN_SECONDS
    assert len(ends) == len(threads) and slowest < ANSWER_SECONDS
    timed_out = [page for page in ends if "did not arrive completely within 10 s" in page.text]
    refused = [page for page in ends if page.status == 429]
    assert len(timed_out) >= len(attackers) and len(timed_out) + len(refused) == len(ends)
