"""The product as ``make run`` starts it, with a data folder of its own, for the tests that use a browser."""

import http.client
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.migrated import copy_migrated_sqlite
from tests.servers import free_port, read_startup_message
from tests.telegram_server import TelegramServer

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it came over the connection: ``body`` is compressed if ``headers`` say so."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Product:
    """A running product; ``seeded`` is what :mod:`tests.browser.seed` made in it, ``output`` a file with what it
    prints, which includes the e-mails that it sends."""

    port: int
    seeded: dict[str, Any]
    output: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def session(self, workspace: str, role: str = "owner") -> str:
        """The session cookie of a member of one of the seeded workspaces."""
        return str(self.seeded["workspaces"][workspace]["sessions"][role])

    def get(self, path: str, session: str = "") -> Answer:
        """What a browser that is signed in with this session, and accepts gzip, gets."""
        headers = {"Accept-Encoding": "gzip", "Cookie": f"sessionid={session}"}
        return self._request("GET", path, headers)

    def call(self, method: str, path: str, token: str, body: Any = None) -> tuple[int, Any]:
        """Call the API. Returns the status and the parsed answer, None if it is empty."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if method != "GET":
            headers["Idempotency-Key"] = os.urandom(12).hex()
        answer = self._request(method, path, headers, None if body is None else json.dumps(body).encode())
        return answer.status, json.loads(answer.body) if answer.body else None

    def _request(self, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, fields, answer.read())
        finally:
            connection.close()


@contextmanager
def running_product(
    folder: Path, seed: str = "tests.browser.seed", telegram: TelegramServer | None = None
) -> Iterator[Product]:
    """Fill a database in ``folder`` with the module ``seed``, start the product on it, and end it afterwards.

    With ``telegram``, accounts can be added that are at home on this server.
    """
    data, log = folder / "data", folder / "log"
    copy_migrated_sqlite(data)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "CRMSOLID_"))}
    environment |= {"CRMSOLID_DATA": str(data), "CRMSOLID_WEBHOOK_ALLOW_PRIVATE": "true", "PYTHONUNBUFFERED": "1"}
    environment |= {"CRMSOLID_DEMO_PASSWORD": "not used here", "DJANGO_SETTINGS_MODULE": "crmsolid.settings"}
    if telegram is not None:
        key = folder / "telegram.pub"
        key.write_text(telegram.key.public_pem)
        environment |= {"TELEGRAM_TEST_DC": telegram.endpoint(), "TELEGRAM_TEST_RSA_KEY": str(key)}
    fill = [sys.executable, "-m", seed]
    seeded = subprocess.run(fill, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, timeout=120)
    port = free_port()
    command = [sys.executable, "-m", "crmsolid.run", "--port", str(port)]
    copying: threading.Thread | None = None
    with (
        log.open("a") as errors,
        subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        try:
            read_startup_message(process, log)
            copying = threading.Thread(target=_copy, args=[process, folder / "output"])
            copying.start()
            yield Product(port, json.loads(seeded.stdout), folder / "output")
        finally:
            process.kill()
            if copying is not None:
                copying.join()


def _copy(process: "subprocess.Popen[bytes]", target: Path) -> None:
    """Write what the process prints to a file until it ends."""
    assert process.stdout is not None
    with target.open("wb", buffering=0) as file:
        for line in process.stdout:
            file.write(line)
