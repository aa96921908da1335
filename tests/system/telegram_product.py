"""The whole product as ``make run`` starts it, against the test Telegram server. Tests use the panel, REST, the stream
and webhooks over HTTP. It runs on PostgreSQL and Redis if the suite does, else embedded on SQLite."""

import contextlib
import http.client
import http.cookiejar
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from tests.servers import read_startup_message
from tests.system.stack import ROOT
from tests.telegram_server import TelegramServer

TIMEOUT = 60.0
PASSWORD = "a password of the demo's owner"
LEASE_SECONDS, SEND_LEASE_SECONDS, SEND_SECONDS = 3.0, 6.0, 4.0
# Settings of the test run that the product must not inherit.
NOT_INHERITED = ("DATABASE", "REDIS", "PYTEST", "TELEGRAM", "CRMSOLID")


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the product keeps its data; ``postgres`` and ``redis`` are empty if it runs embedded."""

    folder: Path
    postgres: str = ""
    redis: str = ""

    @property
    def is_split(self) -> bool:
        return bool(self.redis)

    def environment(self, server: TelegramServer, **more: str) -> dict[str, str]:
        key = self.folder / "server.pub"
        key.write_text(server.key.public_pem)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
        services = {"DATABASE_URL": self.postgres, "REDIS_URL": self.redis} if self.is_split else {}
        return {
            **inherited,
            **services,
            "CRMSOLID_DATA": str(self.folder / "data"),
            "CRMSOLID_DEMO_PASSWORD": PASSWORD,
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
        if self.is_split:
            with psycopg.connect(self.postgres, autocommit=True) as connection:
                return connection.execute(sql).fetchall()
        file = self.folder / "data" / "crmsolid.sqlite3"
        with contextlib.closing(sqlite3.connect(file, timeout=20, isolation_level=None)) as embedded:
            return embedded.execute(sql).fetchall()


@dataclass
class Product:
    """A product that a test may stop and start again. ``token`` is the live key that the first start printed."""

    installation: Installation
    server: TelegramServer
    more: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def start(self) -> None:
        log = (self.installation.folder / "log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "crmsolid.run", "--port", "0"],
                env=self.installation.environment(self.server, **self.more),
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        message = read_startup_message(self.process, self.installation.folder / "log")
        address = re.search(r"http://127\.0\.0\.1:(\d+)/panel/", message)
        assert address, message
        self.port = int(address[1])
        self.token = self.token or re.findall(r"cs_live_[0-9a-f]{4}_\w+", message)[0]

    def stop(self, number: int = signal.SIGINT) -> float:
        """Stop it with a signal. Returns how many seconds that took; fails if the exit status is not 0."""
        began = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(TIMEOUT) == 0, self.log()
        self._close_stdout()
        return time.monotonic() - began

    def _close_stdout(self) -> None:
        assert self.process.stdout is not None
        self.process.stdout.close()

    def kill_worker(self) -> None:
        """Kill the worker with SIGKILL. The supervisor starts the next one; an embedded product is restarted here."""
        if not self.installation.is_split:
            self.process.kill()
            self.process.wait()
            self._close_stdout()
            self.start()
            return
        os.kill(self.worker_pid(), signal.SIGKILL)

    def worker_pid(self) -> int:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        (worker,) = [pid for pid in children if b"\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        return int(worker)

    def close(self) -> None:
        """End it if it still runs. Its processes notice that their supervisor has gone."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(TIMEOUT)
            self._close_stdout()

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
