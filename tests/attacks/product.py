"""A running product with the demo workspace, and a healthy client whose times are measured."""

import contextlib
import http.client
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.processes import children
from tests.products import installation, run_python, running_web, running_worker

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a password of the demo's owner"
OWNER = "owner@example.com"
# Prints a live key with every scope and a rate limit that no test reaches.
SEED = """
import django
django.setup()
from apikeys.services import create_key
from crmsolid.local.setup import ensure_demo
from crmsolid.workspaces.actor import ALL_SCOPES, Actor
from crmsolid.workspaces.models import Workspace
ensure_demo("")
actor = Actor.command(Workspace.objects.get(slug="demo", mode="live"), "tests")
print(create_key(actor, name="healthy", scopes=ALL_SCOPES, rate_limit=100_000).token)
"""
PAUSE_SECONDS = 0.1
# Of a client beside an attack: far above any median on a busy machine, far below that of a server that hangs.
HEALTHY_MEDIAN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Product:
    """A running product. ``token`` is the key of SEED."""

    processes: "list[subprocess.Popen[bytes]]"
    environment: dict[str, str]
    log_file: Path
    port: int
    token: str

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
        timeout: float = 60,
    ) -> Answer:
        """One request on a new connection. ``token``: "" for none, None for the healthy client's."""
        sent = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
        if (used := self.token if token is None else token) != "":
            sent["Authorization"] = f"Bearer {used}"
        began = time.monotonic()
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)) as connection:
            connection.request(method, path, body, {**sent, **(headers or {})})
            answer = connection.getresponse()
            content = answer.read()
        return Answer(answer.status, dict(answer.getheaders()), content, time.monotonic() - began)

    def manage(self, *arguments: str) -> str:
        """Run a management command and return its standard output."""
        return run_python(self.environment, "manage.py", *arguments)

    def create_key(self, name: str, *options: str) -> str:
        created = self.manage("create_api_key", "--workspace", "demo", "--name", name, "--json", *options)
        return str(json.loads(created)["token"])

    def pids(self) -> list[int]:
        """Its processes and their children."""
        pids = [process.pid for process in self.processes]
        return [*pids, *(child for pid in pids for child in children(pid))]

    def memory(self) -> int:
        """Resident memory of all its processes, in bytes."""
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.pids())
        return pages * os.sysconf("SC_PAGE_SIZE")

    def log(self) -> str:
        return self.log_file.read_text()


@contextlib.contextmanager
def running_product(
    folder: Path, more: Mapping[str, str] | None = None, *, prefix: tuple[str, ...] = (), worker: bool = True
) -> Iterator[Product]:
    """Start the web, and a worker if ``worker`` says so, with the settings ``more``. ``prefix`` precedes the commands,
    for example to limit them."""
    log = folder / "log"
    with (
        installation(folder, {"CRMSOLID_DEMO_PASSWORD": PASSWORD, **(more or {})}) as environment,
        ThreadPoolExecutor(1) as thread,
        contextlib.ExitStack() as stack,
    ):
        seeding = thread.submit(run_python, environment, "-c", SEED)  # beside the start
        workers = [stack.enter_context(running_worker(environment, log, prefix=prefix))] if worker else []
        web, port = stack.enter_context(running_web(environment, log, prefix=prefix))
        yield Product([web, *workers], environment, log, port, seeding.result().strip())


@contextlib.contextmanager
def hostile_ports(folder: Path) -> Iterator[list[int]]:
    """The ports of ``tests.attacks.hostile_receiver``, whose certificate is ``server.pem`` in the folder."""
    command = [sys.executable, "-m", "tests.attacks.hostile_receiver", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield list(map(int, process.stdout.readline().split()))
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


@dataclass
class HealthyClient:
    """Repeats one request, each on a new connection, and keeps the seconds that each took and its status.

    Used as a context manager it runs in a thread beside an attack; ``during(seconds)`` runs it without one."""

    product: Product
    path: str = "/v1/contacts?limit=1"
    times: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    def during(self, seconds: float) -> "HealthyClient":
        with self:
            time.sleep(seconds)
        return self

    def __enter__(self) -> "HealthyClient":
        self._thread = threading.Thread(target=self._repeat, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join(120)
        assert self.times, "no request has ended"

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def slowest(self) -> float:
        return max(self.times)

    def _repeat(self) -> None:
        while not self._ended.is_set():
            began = time.monotonic()
            try:
                status = self.product.call("GET", self.path).status
            except (OSError, http.client.HTTPException):
                status = 0  # the connection was refused, cut off or timed out
            self.times.append(time.monotonic() - began)
            self.statuses.append(status)
            self._ended.wait(PAUSE_SECONDS)
