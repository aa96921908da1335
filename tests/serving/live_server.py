"""A real uvicorn on a local port, and what it was asked, for tests that need both ends of a connection."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from wsgiref.types import WSGIApplication

import uvicorn

from crmsolid.serving.limits import BridgeLimits
from crmsolid.serving.root import RootApplication
from crmsolid.serving.types import AsgiApplication, Receive, Scope, Send

PATIENCE = 15.0


@dataclass
class Witness:
    """Wraps an ASGI application and tells when it took up a request and when it was through with it."""

    app: AsgiApplication
    begun: int = 0
    ended: int = 0
    failures: list[BaseException] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        self._note("begun")
        try:
            await self.app(scope, receive, send)
        except BaseException as error:
            self.failures.append(error)
            raise
        finally:
            self._note("ended")

    def wait_begun(self, count: int) -> None:
        self._wait("begun", count)

    def wait_ended(self, count: int) -> None:
        self._wait("ended", count)

    def _note(self, what: str) -> None:
        with self.changed:
            setattr(self, what, getattr(self, what) + 1)
            self.changed.notify_all()

    def _wait(self, what: str, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: getattr(self, what) >= count, PATIENCE), f"{what}: {self}"


@dataclass
class LiveServer:
    port: int
    witness: Witness
    server: uvicorn.Server
    thread: threading.Thread

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive(), "the server did not stop"

    def connect(self, receive_buffer: int | None = None) -> socket.socket:
        client = socket.socket()
        if receive_buffer is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(PATIENCE)
        client.connect(("127.0.0.1", self.port))
        return client

    def client(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        client = self.client()
        try:
            client.request(method, path, body, headers or {})
            response = client.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        finally:
            client.close()


def listening_socket() -> socket.socket:
    """Listens before any server runs on it: the first connection waits in the backlog instead of being refused."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    return listener


@contextmanager
def serve(app: AsgiApplication, **settings: Any) -> Iterator[LiveServer]:
    listener = listening_socket()
    witness = Witness(app)
    options: dict[str, Any] = {"log_config": None, "proxy_headers": False, "timeout_graceful_shutdown": 1} | settings
    server = uvicorn.Server(uvicorn.Config(witness, **options))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    live = LiveServer(listener.getsockname()[1], witness, server, thread)
    thread.start()
    try:
        yield live
    finally:
        live.stop()
        listener.close()


@contextmanager
def serve_wsgi(app: WSGIApplication, limits: BridgeLimits | None = None, **settings: Any) -> Iterator[LiveServer]:
    """Through the root application, so that the threads end with the server."""
    with serve(RootApplication(_no_asgi, app, asgi_paths=[], limits=limits), **settings) as live:
        yield live


async def _no_asgi(*_: object) -> None:
    raise AssertionError("nothing here is for ASGI")


def read_all(client: socket.socket) -> bytes:
    """Until the server closes."""
    pieces = []
    while piece := client.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def read_response(client: socket.socket) -> http.client.HTTPResponse:
    response = http.client.HTTPResponse(client)
    response.begin()
    return response
