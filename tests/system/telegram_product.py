"""The whole product as it runs on one machine, against the test Telegram server: a web process, and a worker with the
scheduler. Tests use the panel, REST, the stream and webhooks over HTTP."""

import http.client
import http.cookiejar
import json
import os
import re
import socket
import threading
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.forks import Fork, LoadedProcess
from tests.servers import free_port
from tests.system.database import Database
from tests.system.stack import COMMANDS
from tests.telegram_server import TelegramServer
from tests.waiting import wait_until

TIMEOUT = 60.0
PASSWORD = "a password of the demo's owner"
LEASE_SECONDS, SEND_LEASE_SECONDS, SEND_SECONDS = 3.0, 6.0, 4.0
# Makes what the first start of ``make run`` makes; prints the key.
SEED = """
import django, os
django.setup()
from apikeys.services import create_key
from crmsolid.workspaces.actor import ALL_SCOPES, Actor
from crmsolid.workspaces.models import User
from crmsolid.workspaces.services import create_workspace
from messaging.accounts import create_sandbox_account
owner = User.objects.create_user("owner@example.com", os.environ["OWNERS_PASSWORD"], name="Demo Owner")
workspace = create_workspace(slug="demo", name="Demo", owner=owner, plan="business")
actor = Actor.command(workspace, "tests")
create_sandbox_account(actor, name="Sandbox")
print(create_key(actor, name="first key", scopes=ALL_SCOPES, created_by=owner).token)
"""
# Settings of the test run that the product must not inherit.
NOT_INHERITED = ("DATABASE", "REDIS", "PYTEST", "TELEGRAM", "CRMSOLID")


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the product keeps its data: a folder, and the addresses of a database with all tables and of a Redis."""

    folder: Path
    postgres: str
    redis: str
    database: Database

    def environment(self, server: TelegramServer, **more: str) -> dict[str, str]:
        key = self.folder / "server.pub"
        key.write_text(server.key.public_pem)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
        return {
            **inherited,
            "DJANGO_SETTINGS_MODULE": "crmsolid.settings",
            "DATABASE_URL": self.postgres,
            "REDIS_URL": self.redis,
            "CRMSOLID_DATA": str(self.folder / "data"),
            "OWNERS_PASSWORD": PASSWORD,
            "CRMSOLID_WEBHOOK_ALLOW_PRIVATE": "true",
            "TELEGRAM_TEST_DC": server.endpoint(),
            "TELEGRAM_TEST_RSA_KEY": str(key),
            "CRMSOLID_TELEGRAM_LEASE_SECONDS": str(LEASE_SECONDS),
            "CRMSOLID_SEND_LEASE_SECONDS": str(SEND_LEASE_SECONDS),
            "CRMSOLID_TELEGRAM_SEND_SECONDS": str(SEND_SECONDS),
            "CRMSOLID_TELEGRAM_GAP_SECONDS": "0",
            "PYTHONUNBUFFERED": "1",
            **more,
        }

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.database.query(sql)


@dataclass
class Product:
    """A product that a test may stop and start again. ``token`` is a live key with all scopes, made at the first
    start."""

    installation: Installation
    server: TelegramServer
    more: dict[str, str] = field(default_factory=dict)
    token: str = ""
    _loaded: LoadedProcess | None = field(default=None, init=False)
    _started: list[Fork] = field(default_factory=list, init=False)

    def start(self) -> None:
        self.port = free_port()
        if not self.token:
            environment = self.installation.environment(self.server, **self.more)
            self._loaded = LoadedProcess(environment, self.installation.folder / "log")
            self.token = self._loaded.run("-c", SEED).strip()
        self._web = self._start(*COMMANDS["web"], "--port", str(self.port))
        self._worker = self._start(*COMMANDS["worker"], "--beat")
        wait_until(self._is_ready, "the product is ready", seconds=180)

    def _start(self, *command: str) -> Fork:
        assert self._loaded is not None
        self._started.append(self._loaded.start(command, self.installation.folder / "log"))
        return self._started[-1]

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=30) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> float:
        """Stop it with SIGTERM. Returns how many seconds that took; fails if an exit status is not 0."""
        began = time.monotonic()
        for process in (self._web, self._worker):
            process.terminate()
        assert [process.wait(TIMEOUT) for process in (self._web, self._worker)] == [0, 0], self.log()
        return time.monotonic() - began

    def kill_worker(self) -> None:
        """Kill the worker, and the scheduler with it, and start them again, as a supervisor does."""
        self._worker.kill()
        self._worker.wait(TIMEOUT)
        self._worker = self._start(*COMMANDS["worker"], "--beat")

    def close(self) -> None:
        """End what runs of it."""
        try:
            for process in self._started:
                process.terminate()
                process.wait(TIMEOUT)
        finally:
            if self._loaded is not None:
                self._loaded.close()

    def log(self) -> str:
        return (self.installation.folder / "log").read_text()

    # The REST API

    def request(self, method: str, path: str, body: Any = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": str(uuid4()),
            "Content-Type": "application/json",
        }
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status < 300, content
            return json.loads(content)
        finally:
            connection.close()

    def send(self, account: int, text: str, to: str = "@anna_x") -> str:
        """Send a message and return its id."""
        answer = self.request("POST", "/v1/messages/send", {"account_id": account, "to": to, "text": text})
        assert answer["status"] == "queued"
        return str(answer["id"])

    def message(self, message_id: str) -> Any:
        return self.request("GET", f"/v1/messages/{message_id}")

    def status(self, message_id: str) -> tuple[str, str]:
        """The message's status and error, read from the database."""
        ((status, error),) = self.installation.query(
            f"SELECT status, error FROM messaging_message WHERE id = '{message_id}'"
        )
        return status, error

    def attempts(self, message_id: str) -> list[str]:
        rows = self.installation.query(
            f"SELECT outcome FROM messaging_messageattempt WHERE message_id = '{message_id}' ORDER BY number"
        )
        return [outcome for (outcome,) in rows]


class Panel:
    """An HTTP client for the panel that keeps cookies, follows redirects and sends the CSRF token. It signs in as the
    demo's owner, unless it is told not to."""

    def __init__(self, product: Product, *, signs_in: bool = True) -> None:
        self._base = f"http://127.0.0.1:{product.port}"
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.at, self.query, self.text = "", "", ""
        if not signs_in:
            return
        self.get("/panel/login/")
        self.post({"username": "owner@example.com", "password": PASSWORD, "next": "/panel/"})
        assert self.at == "/panel/live/", self.text

    def get(self, path: str) -> str:
        return self._open(urllib.request.Request(self._base + path))

    def post(self, form: dict[str, str], path: str = "") -> str:
        """Send a form from the current page and follow redirects."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.text)
        assert token, self.text
        data = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": token[1]}).encode()
        return self._open(urllib.request.Request(self._base + (path or self.at), data))

    def _open(self, request: urllib.request.Request) -> str:
        with self._opener.open(request, timeout=60) as answer:
            address = urllib.parse.urlsplit(answer.url)
            self.at, self.query, self.text = address.path, address.query, answer.read().decode()
        return self.text


class Stream:
    """Reads ``GET /v1/messages/stream`` in a thread. ``received`` holds monotonic time, type and body of events."""

    def __init__(self, product: Product) -> None:
        self.received: list[tuple[float, str, Any]] = []
        self._connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=120)
        self._connection.request("GET", "/v1/messages/stream", headers={"Authorization": f"Bearer {product.token}"})
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def has_ended(self) -> bool:
        self._thread.join(10)
        return not self._thread.is_alive()

    def close(self) -> None:
        if self._connection.sock is not None:
            self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._answer.close()
        self._connection.close()

    def _read(self) -> None:
        event = ""
        try:
            while raw := self._answer.readline():
                line = raw.decode().rstrip("\n")
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    self.received.append((time.monotonic(), event, json.loads(line.removeprefix("data: "))))
        except (OSError, http.client.HTTPException):
            return  # the product has gone
