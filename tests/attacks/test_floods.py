"""Floods: sign-ins with wrong passwords from many addresses at one account, by clients that leave at once, and with
large forms; and hundreds of clients of one network that ask for a page without a pause. The others are served as usual.
"""

import asyncio
import contextlib
import http.client
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest

from crmsolid.panel.account.sign_in import ACCOUNT_FAILURES, FIRST_TRIES, MAX_FORM_BYTES
from tests.attacks.product import (
    HEALTHY_MEDIAN_SECONDS,
    OWNER,
    PASSWORD,
    PAUSE_SECONDS,
    HealthyClient,
    Product,
    running_product,
)
from tests.waiting import wait_until

ADDRESSES = [f"198.51.{number}.7" for number in range(40)]
WRONG_PASSWORD, BUSY = 200, 503
NEW_BROWSER_TRIES = 5  # it may be told to come back later
CSRF = "c" * 32
LOGIN = "/panel/login/"
CONNECTIONS = 600
# Each is answered in about 5 ms. One after the other, a request behind 600 of them waits for seconds.
REQUEST = b"GET /panel/login/ HTTP/1.1\r\nHost: crm.example.com\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n"
FLOOD_SECONDS = 4.0  # the bound is a share of what the flood itself waits


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Behind one proxy, so that the attack has many addresses. Passwords are hashed as in production."""
    folder: Path = tmp_path_factory.mktemp("product")
    with running_product(folder, {"TRUSTED_PROXIES": "1"}, worker=False) as running:
        yield running


@dataclass(frozen=True, slots=True)
class SignIn:
    status: int
    cookies: str = field(repr=False)
    seconds: float


def form_of(password: str, email: str) -> str:
    return urlencode({"username": email, "password": password, "csrfmiddlewaretoken": CSRF})


def headers_of(address: str, cookies: str = "") -> dict[str, str]:
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"csrftoken={CSRF}; {cookies}",
        "X-Forwarded-For": address,
    }


def sign_in(product: Product, address: str, password: str, cookies: str = "", email: str = OWNER) -> SignIn:
    began = time.monotonic()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", product.port, timeout=60)) as connection:
        connection.request("POST", LOGIN, form_of(password, email), headers_of(address, cookies))
        answer = connection.getresponse()
        answer.read()
    set_cookies = answer.headers.get_all("Set-Cookie", [])
    device = [each.partition(";")[0] for each in set_cookies if each.startswith("crmsolid_device=")]
    return SignIn(answer.status, "".join(device), time.monotonic() - began)


@dataclass
class SignInFlood:
    """Signs in with wrong passwords from 40 addresses at once, each again and again until the end of the context."""

    product: Product
    answers: Counter[int] = field(default_factory=Counter)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "SignInFlood":
        self._threads = [threading.Thread(target=self._guess, args=[address]) for address in ADDRESSES]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(120)

    def wait_for(self, status: int, count: int) -> None:
        """A password takes a third of a second of CPU time, of which a busy machine may give little."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.answers[status] >= count, 300), self.answers

    def _guess(self, address: str) -> None:
        while not self._ended.is_set():
            status = sign_in(self.product, address, "a wrong password").status
            with self._changed:
                self.answers[status] += 1
                self._changed.notify_all()
            self._ended.wait(PAUSE_SECONDS)


def test_flood_of_sign_ins_delays_no_api_call_and_keeps_nobody_out(product: Product) -> None:
    """More wrong passwords than the account's limit, then the right one: from a browser that has signed in before, and
    from one that is new."""
    before = sign_in(product, "203.0.113.1", PASSWORD)
    with SignInFlood(product) as flood, HealthyClient(product) as healthy:
        flood.wait_for(WRONG_PASSWORD, ACCOUNT_FAILURES)
        known = sign_in(product, "203.0.113.2", PASSWORD, before.cookies)
        new = [sign_in(product, "203.0.113.3", PASSWORD)]
        while new[-1].status == BUSY and len(new) < NEW_BROWSER_TRIES:
            new.append(sign_in(product, "203.0.113.3", PASSWORD))
    figures = f"median {healthy.median:.3f} s, slowest {healthy.slowest:.3f} s, {flood.answers}"
    print(figures, known, new)
    assert (before.status, known.status, new[-1].status) == (302, 302, 302)
    assert set(healthy.statuses) == {200}
    assert healthy.median < HEALTHY_MEDIAN_SECONDS, figures


def send_sign_in(product: Product, address: str, email: str) -> socket.socket:
    """Send a wrong password and do not wait for the answer."""
    form = form_of("a wrong password", email)
    headers = {"Host": "127.0.0.1", **headers_of(address), "Content-Length": str(len(form))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    client = socket.create_connection(("127.0.0.1", product.port), timeout=60)
    client.sendall(f"POST {LOGIN} HTTP/1.1\r\n{head}\r\n{form}".encode())
    return client


def test_passwords_of_clients_that_have_left_are_not_hashed(product: Product) -> None:
    """If most of the forty passwords were checked, the account would leave a new address two attempts only."""
    email = "left@example.com"
    clients = [send_sign_in(product, f"198.18.{number}.7", email) for number in range(40)]
    for _ in range(10):  # each web process has read the sign-ins when it answers
        product.call("GET", "/healthz")
    for client in clients:
        client.close()
    began = time.monotonic()
    after = [sign_in(product, "203.0.113.4", "wrong", email=email).status for _ in range(FIRST_TRIES + 1)]
    print(f"{len(after)} sign-ins after them: {time.monotonic() - began:.2f} s")
    assert after == [WRONG_PASSWORD] * (FIRST_TRIES + 1)


def test_large_forms_do_not_wait_for_a_hash(product: Product) -> None:
    email = "large@example.com"
    large = [sign_in(product, f"198.19.{number}.7", "x" * MAX_FORM_BYTES, email=email).status for number in range(32)]
    assert large == [413] * 32
    assert sign_in(product, "203.0.113.5", "wrong", email=email).status == WRONG_PASSWORD


class RequestFlood:
    """Keeps 600 connections busy from a thread. ``answers`` counts the responses."""

    def __init__(self, port: int) -> None:
        self.answers = 0
        self._port = port
        self._busy = threading.Event()

    def __enter__(self) -> "RequestFlood":
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._busy.wait(60), "no connection was answered"
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(60)
        self._loop.close()

    def _run(self) -> None:
        self._task = self._loop.create_task(self._ask_all())
        self._loop.run_until_complete(asyncio.wait([self._task]))

    async def _ask_all(self) -> None:
        await asyncio.gather(*(self._ask() for _ in range(CONNECTIONS)))

    async def _ask(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            while True:
                writer.write(REQUEST)
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200 "), head
                length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
                await reader.readexactly(int(length.partition(b":")[2]))
                self.answers += 1
                self._busy.set()
        finally:
            writer.transport.abort()


def test_requests_of_one_network_delay_no_other_one(product: Product) -> None:
    with RequestFlood(product.port) as flood:
        before = flood.answers
        healthy = HealthyClient(product).during(FLOOD_SECONDS)
        in_line = CONNECTIONS * FLOOD_SECONDS / max(1, flood.answers - before)  # the wait behind one request of each
        # However slow the machine is: each connection has its answer, and has asked again.
        wait_until(lambda: flood.answers > CONNECTIONS, "every connection was answered", seconds=120)
    figures = f"median {healthy.median:.3f} s of {in_line:.3f}, slowest {healthy.slowest:.3f} s"
    print(figures, flood.answers)
    assert set(healthy.statuses) == {200}
    assert healthy.median < in_line / 2, figures
