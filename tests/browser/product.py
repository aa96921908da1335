"""A running product for the tests that use a browser."""

import http.client
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.products import installation, run_python, running_web, running_worker
from tests.telegram_server import TelegramServer


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
    restart: Callable[[], None]  # kill the web and start it again at the same port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def session(self, workspace: str, role: str = "owner") -> str:
        """The session cookie of a member of one of the seeded workspaces."""
        return str(self.seeded["workspaces"][workspace]["sessions"][role])

    def get(self, path: str, session: str = "") -> Answer:
        """What a browser that is signed in with this session, and accepts gzip, gets."""
        headers = {"Accept-Encoding": "gzip", "Cookie": f"sessionid={session}"}
        return self.request("GET", path, headers)

    def call(self, method: str, path: str, token: str, body: Any = None) -> tuple[int, Any]:
        """Call the API. Returns the status and the parsed answer, None if it is empty."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if method != "GET":
            headers["Idempotency-Key"] = os.urandom(12).hex()
        answer = self.request(method, path, headers, None if body is None else json.dumps(body).encode())
        return answer.status, json.loads(answer.body) if answer.body else None

    def request(self, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> Answer:
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
    more = {}
    if telegram is not None:
        key = folder / "telegram.pub"
        key.write_text(telegram.key.public_pem)
        more = {"TELEGRAM_TEST_DC": telegram.endpoint(), "TELEGRAM_TEST_RSA_KEY": str(key)}
    output = folder / "output"
    with installation(folder, more) as environment:
        seeded = json.loads(run_python(environment, "-m", seed))
        with running_worker(environment, output), ExitStack() as web:
            _, port = web.enter_context(running_web(environment, output))

            def restart() -> None:
                web.close()
                web.enter_context(running_web(environment, output, port=port))

            yield Product(port, seeded, output, restart)
