"""The product as its owner starts it: real processes, a real port, real signals."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from tests.servers import drop_database, empty_redis, read_startup_message
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("services")

TIMEOUT = 60.0
SEVERAL_PROCESSES = bool(settings.DATABASE_URL and settings.REDIS_URL)


class Product:
    """A running product; ``message`` is what it printed once it was ready."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process = process
        self.message = read_startup_message(process, log)
        panel = re.search(r"http://127\.0\.0\.1:(\d+)/panel/", self.message)
        assert panel, self.message
        self.port = int(panel[1])

    def request(self, method: str, path: str, token: str = "", body: Any = None) -> tuple[int, Any]:
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
        """The seconds until it ended; asserts that its exit status is 0."""
        began = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(TIMEOUT) == 0
        return time.monotonic() - began


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    chosen = {"CRMSOLID_DATA": str(tmp_path / "data"), "PYTHONUNBUFFERED": "1"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "PYTEST"))}
    inherited.pop("CRMSOLID_DEMO_PASSWORD", None)
    if not SEVERAL_PROCESSES:
        yield inherited | chosen
        return
    empty_redis()  # a task name left by another test would be an error in this product's log
    server, name = settings.DATABASE_URL.rsplit("/", 1)[0], f"crmsolid_start_{uuid4().hex[:8]}"
    yield inherited | chosen | {"DATABASE_URL": f"{server}/{name}"}
    drop_database(server, name)


@contextmanager
def started(environment: dict[str, str], log: Path) -> Iterator[Product]:
    command = [sys.executable, "-m", "crmsolid.run", "--port", "0"]
    with (
        log.open("a") as errors,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        try:
            yield Product(process, log)
        finally:
            process.kill()


def test_first_start_sends_a_message_and_second_start_still_has_it(environment: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "log"
    with started(environment, log) as product:
        token = re.findall(r"cs_live_[0-9a-f]{4}_\w+", product.message)[0]
        assert re.search(r"cs_test_[0-9a-f]{4}_\w+", product.message)
        assert product.request("GET", "/readyz")[1]["missing"] == []
        status, answer = product.request(
            "POST", "/v1/messages/send", token, {"account_id": 7421, "to": "@sarah_miller", "text": "hello"}
        )
        assert (status, answer["status"]) == (200, "queued")
        path = f"/v1/messages/{answer['id']}"
        wait_until(
            lambda: product.request("GET", path, token)[1]["status"] == "sent", "the message is sent", seconds=TIMEOUT
        )
        assert product.end() < 15
    with started(environment, log) as product:
        assert token not in product.message and token.rsplit("_", 1)[0] + "_…" in product.message
        assert product.request("GET", path, token)[1]["status"] == "sent"
        product.end(signal.SIGTERM)
    assert [line for line in log.read_text().splitlines() if "Traceback" in line or '"error"' in line] == []


def test_busy_port_ends_the_start_before_anything_is_created(environment: dict[str, str], tmp_path: Path) -> None:
    from crmsolid.run.web import listen

    with listen("127.0.0.1", 0) as taken:
        taken.listen()
        command = [sys.executable, "-m", "crmsolid.run", "--port", str(taken.getsockname()[1])]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT)
    assert ended.returncode == 1
    assert ended.stderr.startswith("cannot start: port ")
    assert not (tmp_path / "data" / "crmsolid.sqlite3").exists()


@pytest.mark.parametrize("role", ["worker", "scheduler"])
def test_separate_role_needs_redis(environment: dict[str, str], role: str) -> None:
    command = [sys.executable, "-m", "crmsolid.run", role]
    alone = {name: value for name, value in environment.items() if name != "REDIS_URL"}
    ended = subprocess.run(command, env=alone, capture_output=True, text=True, timeout=TIMEOUT)
    assert ended.returncode == 1
    assert f"a separate {role} needs REDIS_URL" in ended.stderr
