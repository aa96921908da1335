"""A new version replaces the running one process by process, under load and over a migration, and then the old version
replaces it again: as docs/deployment.md, "Upgrade", tells an operator to do it, with nginx in front."""

import http.client
import itertools
import json
import os
import re
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.docs import deployment
from tests.docs.deployment import Proxy
from tests.servers import free_port
from tests.system import invariants
from tests.system.next_version import MARK, make_next_version
from tests.system.stack import ROOT, Stack
from tests.waiting import wait_until
from tests.webhooks.receiver import Receiver

CLIENTS = 3
PAUSE_SECONDS = 0.3  # of each client between two requests
# How many requests are answered in each phase before the next one begins.
REQUESTS = 10
BOUND_SECONDS = 60.0
# As docs/deployment.md says for each role.
ALLOWED_SECONDS = {"web": 25, "worker": 35, "scheduler": 25}
EVENTS = ["message.sent", "contact.created"]


@dataclass(slots=True)
class Exchange:
    """One request and its answer. The status is 0 if there was none."""

    path: str
    body: dict[str, Any]
    key: str
    status: int = 0
    answer: bytes = b""

    @property
    def resource_id(self) -> str:
        return str(json.loads(self.answer)["id"])


class Traffic:
    """Clients that send messages and upsert contacts, each request once and on a connection of its own."""

    def __init__(self, connect: Callable[[], http.client.HTTPConnection], token: str, accounts: list[int]) -> None:
        self.answered: list[Exchange] = []
        self._connect, self._token, self._accounts = connect, token, accounts
        self._numbers = itertools.count()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._client, daemon=True) for _ in range(CLIENTS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(BOUND_SECONDS)
        assert not any(thread.is_alive() for thread in self._threads)

    def wait_for_more(self) -> list[Exchange]:
        """Wait for ``REQUESTS`` answers. Returns them; their requests may have begun earlier."""
        start = len(self.answered)
        wait_until(lambda: len(self.answered) >= start + REQUESTS, "requests are answered", seconds=BOUND_SECONDS)
        self.assert_none_failed()
        return self.answered[start:]

    def assert_none_failed(self) -> None:
        assert [exchange for exchange in self.answered if exchange.status not in (200, 201)] == []

    def request(self, exchange: Exchange) -> tuple[int, bytes]:
        connection = self._connect()
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Idempotency-Key": exchange.key,
        }
        try:
            connection.request("POST", exchange.path, json.dumps(exchange.body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            return 0, repr(error).encode()
        finally:
            connection.close()

    def _client(self) -> None:
        while not self._stopping.wait(PAUSE_SECONDS):
            number = next(self._numbers)
            exchange = Exchange("/v1/contacts", {"username": f"@person_{number % 150}"}, f"key-{number}")
            if number % 3:  # were it every second one, nginx could give them all to the same of two servers
                account = self._accounts[number % len(self._accounts)]
                exchange.path = "/v1/messages/send"
                exchange.body = {"account_id": account, "to": f"@reader_{number % 50}", "text": "hello"}
            exchange.status, exchange.answer = self.request(exchange)
            self.answered.append(exchange)


class Balancer:
    """nginx with the configuration of docs/deployment.md."""

    def __init__(self, folder: Path) -> None:
        self._configuration = folder / "nginx.conf"
        self._pid = int((folder / "pid").read_text())

    def use(self, *ports: int) -> None:
        """Pass requests on to these ports alone. Returns once the last request to another one has its answer."""
        servers = "\n".join(f"    server 127.0.0.1:{port};" for port in ports)
        text = re.sub(r"(upstream crmsolid \{\n).*?(\n    keepalive)", rf"\1{servers}\2", self._text(), flags=re.S)
        self._configuration.write_text(text)
        before = self._workers()
        os.kill(self._pid, signal.SIGHUP)
        wait_until(lambda: (now := self._workers()) and not now & before, "nginx has the new configuration")

    def _text(self) -> str:
        return self._configuration.read_text()

    def _workers(self) -> set[str]:
        return set(Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split())


class Rollout:
    """A stack behind nginx, whose processes are replaced by those of another version."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.stack, self.balancer = stack, Balancer(folder)
        self.web_ports: dict[str, int] = {}

    def start(self, version: str, tree: Path, port: int) -> None:
        """Start all roles of a version beside what runs, and wait until its web is ready."""
        self.web_ports[version] = port
        self.stack.start_role("web", f"{version} web", "--port", str(port), tree=tree)
        for role in ("worker", "scheduler"):
            self.stack.start_role(role, f"{version} {role}", tree=tree)
        self.stack.port = port
        wait_until(lambda: self.stack.readiness() == 200, f"{version} is ready", seconds=BOUND_SECONDS)

    def end(self, version: str) -> None:
        """End a version that gets no requests any more."""
        statuses = {role: self.stack.end(f"{version} {role}", seconds) for role, seconds in ALLOWED_SECONDS.items()}
        assert statuses == dict.fromkeys(ALLOWED_SECONDS, 0)
        del self.web_ports[version]

    def use(self, *versions: str) -> None:
        self.balancer.use(*(self.web_ports[version] for version in versions))


@pytest.fixture
def stack() -> Iterator[Stack]:
    server = settings.DATABASE_URL.rsplit("/", 1)[0]
    more = {"CRMSOLID_DAILY_LIMIT": "1000000", "TRUSTED_PROXIES": "1"}
    stack = Stack(server, f"crmsolid_system_{os.getpid()}_rolling", more)
    try:
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def proxy(stack: Stack, tmp_path: Path) -> Iterator[Proxy]:
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed")
    with deployment.nginx(tmp_path, stack.port) as running:
        yield running


@pytest.mark.long
def test_versions_replace_each_other_under_load(stack: Stack, proxy: Proxy, tmp_path: Path) -> None:
    rollout, next_tree = Rollout(stack, tmp_path), make_next_version(tmp_path / "next")
    rollout.start("old", ROOT, stack.port)
    with Receiver() as receiver:
        token = stack.seeded["fast"][0]
        hook = {"url": receiver.url("/hook"), "events": EVENTS}
        assert stack.call("POST", "/v1/webhooks", token, hook, "hook").status == 201
        traffic = Traffic(proxy.connect, token, stack.seeded["accounts"])
        traffic.start()
        try:
            roll_forward_and_back(rollout, traffic, next_tree)
        finally:
            traffic.stop()
        traffic.assert_none_failed()
        invariants.wait_until_finished(stack, BOUND_SECONDS)
        assert_everything_happened_once(stack, traffic, receiver)


def roll_forward_and_back(rollout: Rollout, traffic: Traffic, next_tree: Path) -> None:
    stack = rollout.stack
    traffic.wait_for_more()
    stack.manage("migrate", "--no-input", tree=next_tree)
    traffic.wait_for_more()
    of_old = traffic.wait_for_more()
    assert writers(stack, of_old) == {None}

    rollout.start("new", next_tree, free_port())
    rollout.use("old", "new")
    wait_until(lambda: writers(stack, traffic.wait_for_more()) == {None, MARK}, "both versions answer")
    rollout.use("new")
    rollout.end("old")
    traffic.wait_for_more()
    of_new = traffic.wait_for_more()
    assert writers(stack, of_new) == {MARK}
    assert_repeats_get_the_same_answer(traffic, of_old)

    rollout.start("old", ROOT, free_port())
    rollout.use("old", "new")
    wait_until(lambda: writers(stack, traffic.wait_for_more()) == {None, MARK}, "both versions answer")
    rollout.use("old")
    rollout.end("new")
    traffic.wait_for_more()
    assert writers(stack, traffic.wait_for_more()) == {None}
    assert_repeats_get_the_same_answer(traffic, of_new)


def writers(stack: Stack, exchanges: list[Exchange]) -> set[str | None]:
    """What the code that took these sends wrote into the new column."""
    ids = [exchange.resource_id for exchange in exchanges if exchange.path == "/v1/messages/send"]
    rows = stack.query("SELECT written_by FROM messaging_message WHERE id = ANY(%s)", ids)
    assert len(rows) == len(ids)
    return {row[0] for row in rows}


def assert_repeats_get_the_same_answer(traffic: Traffic, exchanges: list[Exchange]) -> None:
    again = [traffic.request(exchange) for exchange in exchanges]
    assert again == [(exchange.status, exchange.answer) for exchange in exchanges]


def assert_everything_happened_once(stack: Stack, traffic: Traffic, receiver: Receiver) -> None:
    sent = [exchange for exchange in traffic.answered if exchange.path == "/v1/messages/send"]
    messages = {row[0] for row in stack.query("SELECT id FROM messaging_message WHERE direction = 'out'")}
    assert messages == {each.resource_id for each in sent}
    assert len(messages) == len({each.key for each in sent})
    invariants.assert_each_message_is_delivered_once(stack)
    invariants.assert_each_message_has_one_event(stack)
    invariants.assert_positions_have_no_gaps(stack)
    invariants.assert_each_event_arrived(stack, receiver, {"/hook": EVENTS})
    contacts = {row[0] for row in stack.query("SELECT id FROM contacts_contact")}
    created = "SELECT convert_from(body, 'UTF8')::jsonb #>> '{data,contact,id}' FROM events_event WHERE type = %s"
    assert Counter(row[0] for row in stack.query(created, "contact.created")) == dict.fromkeys(contacts, 1)
    # A process that ends gives back what it has not begun: nothing waited for a lease to run out.
    assert stack.query("SELECT id FROM messaging_message WHERE attempts <> 1") == []
