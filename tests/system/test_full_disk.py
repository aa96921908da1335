"""The disk of an installation on SQLite runs full while clients write, and is emptied again."""

import json
import os
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from crmsolid.core.errors import NOT_WRITABLE
from tests.attacks.product import Answer, Product
from tests.migrated import copy_migrated_sqlite
from tests.servers import started_product
from tests.system.small_disk import SmallDisk, small_disk
from tests.waiting import wait_until

MEGABYTES = 24
LEFT_BYTES = 150_000  # enough for a few requests, so that the disk runs full in the middle of one
ACCOUNT = 7421  # the sandbox account of the demo workspace
ERASABLE, ERASING_PAUSE = 60, 0.2  # contacts, seconds: some are left when the disk is full
SECONDS = 120
REFUSALS = 3  # of each kind of request, before there is space again
HIDDEN = ("DATABASE", "REDIS", "PYTEST", "TELEGRAM", "CRMSOLID")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "small", MEGABYTES) as disk:
        yield disk


@pytest.fixture
def product(disk: SmallDisk, tmp_path: Path) -> Iterator[Product]:
    """Its data folder is on the small disk, its log is not."""
    data, log = disk.folder / "data", tmp_path / "log"
    copy_migrated_sqlite(data)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(HIDDEN)}
    environment |= {"CRMSOLID_DATA": str(data), "CRMSOLID_DAILY_LIMIT": "100000", "PYTHONUNBUFFERED": "1"}
    # A message whose settlement was refused is sent again when its lease has ended.
    environment |= {"CRMSOLID_SEND_LEASE_SECONDS": "6", "CRMSOLID_TELEGRAM_SEND_SECONDS": "4"}
    with started_product(environment, log) as (process, port):
        product = Product(process, environment, log, port)
        product.token = product.create_key("writer", "--scopes", "all", "--rate-limit", "100000")
        yield product


def rows(product: Product, sql: str) -> list[tuple[Any, ...]]:
    file = Path(product.environment["CRMSOLID_DATA"]) / "crmsolid.sqlite3"
    with closing(sqlite3.connect(file, timeout=20)) as connection:
        return connection.execute(sql).fetchall()


def post(product: Product, path: str, body: Any, key: str) -> Answer:
    return product.call("POST", path, body=json.dumps(body).encode(), headers={"Idempotency-Key": key})


@dataclass
class Writer:
    """A client that makes one request after the other until it is told to end, and repeats each one, with its
    Idempotency-Key, until it is not answered with a 5xx."""

    product: Product
    kind: str
    erasable: list[str] = field(default_factory=list)  # ids of contacts
    accepted: list[str] = field(default_factory=list)  # usernames, and ids of contacts that were erased
    refusals: list[Any] = field(default_factory=list)
    repeated: int = 0  # requests that were refused first and accepted later

    def run(self, is_over: threading.Event) -> None:
        number = 0
        while not is_over.wait(ERASING_PAUSE if self.kind == "erase" else 0) and (
            self.kind != "erase" or self.erasable
        ):
            number, refused = number + 1, len(self.refusals)
            name = self.erasable.pop() if self.kind == "erase" else f"{self.kind}_{number:05}"
            wait_until(partial(self._is_accepted, name), f"{self.kind} is accepted", seconds=SECONDS)
            self.accepted.append(name)
            self.repeated += len(self.refusals) > refused

    def _is_accepted(self, name: str) -> bool:
        answer = self._write(name)
        if answer.status < 500:
            assert answer.status in (200, 201, 204), answer.body
            return True
        self.refusals.append(answer.json())
        return False

    def _write(self, name: str) -> Answer:
        match self.kind:
            case "erase":
                return self.product.call("DELETE", f"/v1/contacts/{name}")
            case "contact":
                return post(self.product, "/v1/contacts", {"username": name, "name": "x" * 100}, name)
            case _:
                body = {"account_id": ACCOUNT, "to": f"@{name}", "text": "y" * 2000}
                return post(self.product, "/v1/messages/send", body, name)


def test_writes_are_refused_while_the_disk_is_full_and_go_on_when_it_is_not(product: Product, disk: SmallDisk) -> None:
    began = time.monotonic()
    created = [post(product, "/v1/contacts", {"username": f"erased_{n:05}"}, f"e{n}") for n in range(ERASABLE)]
    erasing = Writer(product, "erase", [answer.json()["id"] for answer in created])
    writers, is_over = [erasing, Writer(product, "contact"), Writer(product, "send")], threading.Event()
    with ThreadPoolExecutor(len(writers)) as threads:
        running = [threads.submit(writer.run, is_over) for writer in writers]
        try:
            wait_until(
                lambda: all(len(writer.accepted) >= 2 for writer in writers), "requests are accepted", seconds=SECONDS
            )
            disk.fill(LEFT_BYTES)
            wait_until(
                lambda: all(len(writer.refusals) >= REFUSALS for writer in writers),
                "requests are refused",
                seconds=SECONDS,
            )
            assert_full(product)
            disk.free()
            wait_until(
                lambda: all(writer.repeated for writer in writers), "what was refused is accepted", seconds=SECONDS
            )
        finally:
            disk.free()  # otherwise the writers would repeat their requests
            is_over.set()
        for each in running:
            each.result(60)
    for writer in writers:
        assert {(refusal["status"], refusal["code"]) for refusal in writer.refusals} == {(503, "service_unavailable")}
        assert {refusal["detail"] for refusal in writer.refusals} <= {
            NOT_WRITABLE,
            "the ledger of erasures cannot be written; nothing was erased",
        }
    assert_kept_once(product, *writers)
    wait_until(lambda: product.call("GET", "/readyz").status == 200, "ready again", seconds=SECONDS)
    assert_log_is_short(product, time.monotonic() - began)


def assert_full(product: Product) -> None:
    ready = product.call("GET", "/readyz")
    assert (ready.status, "disk" in ready.json()["missing"]) == (503, True)
    assert ready.json()["disk"].startswith("full: ")
    for path in ("/healthz", "/v1/contacts?limit=5", "/v1/messages?limit=5", "/panel/login/"):
        assert product.call("GET", path).status == 200


def assert_kept_once(product: Product, erasing: Writer, contacts: Writer, sending: Writer) -> None:
    """Each accepted request has had its effect once, and no other has."""
    wait_until(
        lambda: (
            rows(product, "SELECT status, count(*) FROM messaging_message GROUP BY status")
            == [("sent", len(sending.accepted))]
        ),
        "all messages are sent",
        seconds=SECONDS,  # the lease of one that was being sent may have to end first
    )
    delivered = "SELECT count(*), count(DISTINCT message_id) FROM messaging_sandboxdelivery"
    assert rows(product, delivered) == [(len(sending.accepted), len(sending.accepted))]
    events = "SELECT count(*) FROM events_event WHERE type = 'message.sent'"
    assert rows(product, events) == [(len(sending.accepted),)]
    names = rows(
        product, "SELECT username FROM contacts_contact WHERE username LIKE 'contact%' OR username LIKE 'send%'"
    )
    assert sorted(name for (name,) in names) == sorted([*contacts.accepted, *sending.accepted])
    kept = {key for (key,) in rows(product, "SELECT id FROM contacts_contact WHERE username LIKE 'erased%'")}
    assert kept == set(erasing.erasable)
    assert sorted(rows(product, "SELECT contact_id FROM contacts_erasure")) == sorted(
        (key,) for key in erasing.accepted
    )
    lines = (Path(product.environment["CRMSOLID_DATA"]) / "erasures.jsonl").read_text().splitlines()
    entries = [json.loads(line)["contact_id"] for line in lines if not line.endswith(" torn")]
    assert set(entries) == set(erasing.accepted)
    assert rows(product, "PRAGMA integrity_check") == [("ok",)]


def assert_log_is_short(product: Product, seconds: float) -> None:
    """One line a minute for each logger, and nothing but the full disk."""
    lines = [json.loads(line) for line in product.log().splitlines() if line.startswith("{")]
    by_logger = Counter(line["logger"] for line in lines if "traceback" in line)
    assert by_logger and max(by_logger.values()) <= 1 + seconds // 60
    errors = {line["traceback"].splitlines()[-1] for line in lines if "traceback" in line}
    assert errors == {"django.db.utils.OperationalError: database or disk is full"}
