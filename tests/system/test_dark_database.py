"""The database becomes silent: packets to it vanish and nothing refuses them, as when its host loses power."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.migrated import create_migrated_database
from tests.servers import drop_database
from tests.system.dark_network import DarkNetwork, dark_network, forwarder
from tests.system.stack import ROOT, SEED
from tests.waiting import wait_until

NO_REDIS = "redis://127.0.0.1:1/0"
PORT = 8000  # of the web server, in its own namespace
SLOWEST_SECONDS = 15.0  # an idle machine needs 8
CLIENTS = 8  # twice the threads for requests
SILENCE = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)
except TimeoutError:
    print("silent")
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """When the request began and ended, by the monotonic clock."""

    began: float
    ended: float
    status: int
    body: bytes

    @property
    def code(self) -> str:
        """Of the problem document."""
        return str(json.loads(self.body)["code"])


@dataclass(frozen=True, slots=True)
class Product:
    """One web process in the dark network, without Redis."""

    network: DarkNetwork
    database_port: int
    dsn: str
    token: str
    process: "subprocess.Popen[bytes]"

    def get(self, path: str, **headers: str) -> Answer:
        """With the API key, on a new connection."""
        began = time.monotonic()
        client = http.client.HTTPConnection(self.network.web, PORT, timeout=60)
        try:
            client.request("GET", path, headers={"Authorization": f"Bearer {self.token}", **headers})
            response = client.getresponse()
            body = response.read()
        finally:
            client.close()
        return Answer(began, time.monotonic(), response.status, body)

    def is_up(self) -> bool:
        try:
            return self.get("/v1/contacts").status == 200
        except OSError:
            return False

    def database_is_silent(self) -> bool:
        """Whether an attempt to connect gets no answer at all, instead of a refusal."""
        command = self.network.inside(sys.executable, "-c", SILENCE, self.network.database, str(self.database_port))
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout == "silent\n"


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    server, name = settings.DATABASE_URL.rsplit("/", 1)[0], f"crmsolid_dark_{os.getpid()}"
    host, port = connection.settings_dict["HOST"] or "127.0.0.1", int(connection.settings_dict["PORT"] or 5432)
    with dark_network() as network, forwarder(network.database, (host, port)) as database_port:
        dsn = create_migrated_database(server, name)
        try:
            with tempfile.TemporaryDirectory() as folder, _web(network, dsn, database_port, Path(folder)) as product:
                yield product
        finally:
            drop_database(server, name)


@contextmanager
def _web(network: DarkNetwork, dsn: str, database_port: int, folder: Path) -> Iterator[Product]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment |= {
        "CRMSOLID_DATA": str(folder),
        "DATABASE_URL": dsn,
        "REDIS_URL": NO_REDIS,
        "DJANGO_SETTINGS_MODULE": "crmsolid.settings",
    }
    seeded = subprocess.run(
        [sys.executable, "-c", SEED], env=environment, cwd=ROOT, check=True, capture_output=True, timeout=120
    )
    user = dsn.split("://")[1].split("@")[0]
    environment["DATABASE_URL"] = f"postgres://{user}@{network.database}:{database_port}/{dsn.rsplit('/', 1)[1]}"
    command = network.inside(sys.executable, "-m", "crmsolid.serving", "--host", network.web, "--port", str(PORT))
    with (
        (folder / "web.log").open("wb") as log,
        subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log) as process,
    ):
        product = Product(network, database_port, dsn, json.loads(seeded.stdout)["fast"][0], process)
        try:
            wait_until(product.is_up, "the web answers")
            yield product
        finally:
            process.kill()


class Load:
    """Clients that repeat a request until the block ends."""

    def __init__(self, product: Product, path: str, clients: int) -> None:
        self.answers: list[Answer] = []
        self._product, self._path = product, path
        self._pool = ThreadPoolExecutor(clients)
        self._is_over = threading.Event()
        self._clients = [self._pool.submit(self._repeat) for _ in range(clients)]

    def _repeat(self) -> None:
        while not self._is_over.wait(0.02):
            self.answers.append(self._product.get(self._path))

    def count(self, status: int) -> int:
        return sum(answer.status == status for answer in list(self.answers))

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_: Any) -> None:
        self._is_over.set()
        for client in self._clients:
            client.result(60)  # raises what the client raised
        self._pool.shutdown()


@contextmanager
def darkness(product: Product) -> Iterator[None]:
    product.network.go_dark()
    try:
        yield
    finally:
        product.network.recover()


def seconds(answers: list[Answer]) -> float:
    """How long the slowest took."""
    return max(answer.ended - answer.began for answer in answers)


def test_requests_get_503_while_the_database_is_silent_and_200_afterwards(product: Product) -> None:
    with Load(product, "/healthz", 1) as health, Load(product, "/v1/contacts", CLIENTS) as load:
        wait_until(lambda: load.count(200) >= 50, "requests are answered")
        with darkness(product):
            dark = time.monotonic()
            # Without the circuit breaker each of these would take three seconds on one of four threads.
            wait_until(lambda: load.count(503) >= 200, "requests are refused", seconds=60)
            assert product.database_is_silent()
            page = product.get("/panel/", Cookie="sessionid=" + 32 * "x")
            assert page.status == 503 and b"The database is not available" in page.body
            light = time.monotonic()
        wait_until(lambda: {answer.status for answer in load.answers[-50:]} == {200}, "requests are answered again")
        assert product.process.poll() is None
    in_the_dark = [answer for answer in load.answers if answer.began > dark and answer.ended < light]
    assert {(answer.status, answer.code) for answer in in_the_dark} == {(503, "service_unavailable")}
    assert {answer.status for answer in load.answers} == {200, 503}
    assert seconds(load.answers) < SLOWEST_SECONDS
    assert {answer.status for answer in health.answers} == {200}
    assert seconds(health.answers) < 2.0


def test_requests_that_wait_for_an_answer_of_the_database_get_503(product: Product) -> None:
    """The server has received these statements, so nothing is retransmitted that could time out."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'contacts_contact'::regclass"
    with ThreadPoolExecutor(CLIENTS) as clients, psycopg.connect(product.dsn) as other:
        other.execute("LOCK TABLE contacts_contact IN ACCESS EXCLUSIVE MODE")
        requests: list[Future[Answer]] = [clients.submit(product.get, "/v1/contacts") for _ in range(CLIENTS)]
        wait_until(lambda: other.execute(waiting).fetchone() == (4,), "each thread waits for the lock")
        with darkness(product):
            answers = [request.result(60) for request in requests]
            assert product.get("/healthz").status == 200
        other.rollback()
    assert {(answer.status, answer.code) for answer in answers} == {(503, "service_unavailable")}
    assert seconds(answers) < SLOWEST_SECONDS
    wait_until(product.is_up, "requests are answered again")
