"""The product as its owner starts it: real processes, a real port, real signals."""

import http.client
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.servers import empty_redis

PATIENCE = 60.0
SPLIT = bool(settings.DATABASE_URL and settings.REDIS_URL)


class Product:
    """A running product; ``greeting`` is what it said once it was ready."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.greeting = self._read_greeting()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/panel/", self.greeting)
        assert found, self.greeting
        self.port = int(found[1])

    def _read_greeting(self) -> str:
        assert self.process.stdout is not None
        text, deadline = "", time.monotonic() + PATIENCE
        while "Ctrl-C ends it" not in text:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"no greeting: {text}"
            said = os.read(self.process.stdout.fileno(), 65536)
            assert said, f"it ended: {text}"
            text += said.decode()
        return text

    def ask(self, method: str, path: str, token: str = "", body: Any = None) -> tuple[int, Any]:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        client.request(method, path, None if body is None else json.dumps(body), headers)
        answer = client.getresponse()
        status, content = answer.status, json.loads(answer.read())
        client.close()
        return status, content

    def end(self, number: int = signal.SIGINT) -> float:
        """Seconds it took; asserts that it ended well."""
        began = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(PATIENCE) == 0
        return time.monotonic() - began


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    chosen = {"CRMSOLID_DATA": str(tmp_path / "data"), "PYTHONUNBUFFERED": "1"}
    given = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "PYTEST"))}
    given.pop("CRMSOLID_DEMO_PASSWORD", None)
    if not SPLIT:
        yield given | chosen
        return
    empty_redis()  # a ring left by another test would be an error in this product's log
    name = f"crmsolid_start_{uuid4().hex[:8]}"
    yield given | chosen | {"DATABASE_URL": settings.DATABASE_URL.rsplit("/", 1)[0] + f"/{name}"}
    there = connection.settings_dict
    with psycopg.connect(
        dbname="postgres",
        host=there["HOST"],
        port=there["PORT"],
        user=there["USER"],
        password=there["PASSWORD"],
        autocommit=True,
    ) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def started(environment: dict[str, str], log: Path) -> Iterator[Product]:
    command = [sys.executable, "-m", "crmsolid.run", "--port", "0"]
    with (
        log.open("a") as errors,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        try:
            yield Product(process)
        finally:
            process.kill()


def sent(product: Product, token: str, message: str) -> bool:
    """Whether the worker sent it within a few seconds."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        _, found = product.ask("GET", f"/v1/messages/{message}", token)
        if found["status"] == "sent":
            return True
        time.sleep(0.05)
    return False


def test_a_first_start_a_message_and_a_second_start(environment: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "log"
    with started(environment, log) as product:
        token = re.findall(r"cs_live_[0-9a-f]{4}_\w+", product.greeting)[0]
        assert re.search(r"cs_test_[0-9a-f]{4}_\w+", product.greeting)
        assert product.ask("GET", "/readyz")[1]["missing"] == []
        status, answer = product.ask(
            "POST", "/v1/messages/send", token, {"account_id": 7421, "to": "@sarah_miller", "text": "hello"}
        )
        assert (status, answer["status"]) == (200, "queued")
        assert sent(product, token, answer["id"])
        assert product.end() < 15
    with started(environment, log) as product:
        assert token not in product.greeting and token.rsplit("_", 1)[0] + "_…" in product.greeting
        assert product.ask("GET", f"/v1/messages/{answer['id']}", token)[1]["status"] == "sent"
        product.end(signal.SIGTERM)
    assert [line for line in log.read_text().splitlines() if "Traceback" in line or '"error"' in line] == []


def test_a_busy_port_ends_the_start_before_anything_is_made(environment: dict[str, str], tmp_path: Path) -> None:
    from crmsolid.run.web import listen

    with listen("127.0.0.1", 0) as taken:
        taken.listen()
        command = [sys.executable, "-m", "crmsolid.run", "--port", str(taken.getsockname()[1])]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert ended.returncode == 1
    assert ended.stderr.startswith("cannot start: port ")
    assert not (tmp_path / "data" / "crmsolid.sqlite3").exists()


@pytest.mark.parametrize("role", ["worker", "scheduler"])
def test_a_separate_worker_needs_redis(environment: dict[str, str], role: str) -> None:
    command = [sys.executable, "-m", "crmsolid.run", role]
    alone = {name: value for name, value in environment.items() if name != "REDIS_URL"}
    ended = subprocess.run(command, env=alone, capture_output=True, text=True, timeout=PATIENCE)
    assert ended.returncode == 1
    assert f"a separate {role} needs REDIS_URL" in ended.stderr
