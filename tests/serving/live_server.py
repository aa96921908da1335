"""A real uvicorn server on a local port, for tests that need both ends of a connection."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from wsgiref.types import WSGIApplication

import uvicorn

from crmsolid.serving.interface import AsgiApplication, BridgeLimits, Receive, Scope, Send
from crmsolid.serving.root import RootApplication
from crmsolid.serving.uploads import Uploads

TIMEOUT = 15.0


@dataclass
class RequestCounter:
    """Wraps an ASGI application and counts the requests that it has begun and ended, and their errors."""

    app: AsgiApplication
    begun: int = 0
    ended: int = 0
    failures: list[BaseException] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        self._count("begun")
        try:
            await self.app(scope, receive, send)
        except BaseException as error:
            self.failures.append(error)
            raise
        finally:
            self._count("ended")

    def wait_begun(self, count: int) -> None:
        self._wait("begun", count)

    def wait_ended(self, count: int) -> None:
        self._wait("ended", count)

    def _count(self, name: str) -> None:
        with self.changed:
            setattr(self, name, getattr(self, name) + 1)
            self.changed.notify_all()

    def _wait(self, name: str, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: getattr(self, name) >= count, TIMEOUT), f"{name}: {self}"


@dataclass
class LiveServer:
    port: int
    counter: RequestCounter
    server: uvicorn.Server
    thread: threading.Thread

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(TIMEOUT)
        assert not self.thread.is_alive(), "the server did not stop"

    def connect(self, receive_buffer: int | None = None) -> socket.socket:
        client = socket.socket()
        if receive_buffer is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(TIMEOUT)
        client.connect(("127.0.0.1", self.port))
        return client

    def client(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)

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
    counter = RequestCounter(app)
    options: dict[str, Any] = {"log_config": None, "proxy_headers": False, "timeout_graceful_shutdown": 1} | settings
    server = uvicorn.Server(uvicorn.Config(counter, **options))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    live = LiveServer(listener.getsockname()[1], counter, server, thread)
    thread.start()
    try:
        yield live
    finally:
        live.stop()
        listener.close()


@contextmanager
def serve_wsgi(
    app: WSGIApplication, limits: BridgeLimits | None = None, uploads: Uploads | None = None, **settings: Any
) -> Iterator[LiveServer]:
    """Through the root application, so that the threads end with the server."""
    with serve(RootApplication({}, app, limits=limits, uploads=uploads), **settings) as live:
        yield live


def read_all(client: socket.socket) -> bytes:
    """All bytes until the server closes the connection."""
    pieces = []
    while piece := client.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def read_response(client: socket.socket) -> http.client.HTTPResponse:
    response = http.client.HTTPResponse(client)
    response.begin()
    return response
