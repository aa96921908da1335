import asyncio
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from crmsolid.serving.interface import AsgiApplication, BridgeLimits, Receive, Scope, Send
from crmsolid.serving.root import RootApplication
from tests.serving.live_server import serve
from tests.serving.test_exchange import answering
from tests.serving.test_request_environ import scope


async def asgi_app(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"asgi"})


APPS: dict[str, AsgiApplication] = {"/mcp": asgi_app, "/v1/messages/stream": asgi_app}


def converse(root: RootApplication, asked_scope: dict[str, Any], *messages: dict[str, Any]) -> list[Any]:
    sent: list[Any] = []
    incoming = list(messages)

    async def receive() -> dict[str, Any]:
        return incoming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(root(asked_scope, receive, send))
    return sent


@pytest.fixture
def root() -> RootApplication:
    return RootApplication(APPS, answering([b"wsgi"]))


@pytest.mark.parametrize(
    ("path", "served_by"),
    [
        ("/mcp", b"asgi"),
        ("/mcp/", b"asgi"),
        ("/mcp/session", b"asgi"),
        ("/%6Dcp", b"asgi"),
        ("/mcp?cursor=1", b"asgi"),
        ("/v1/messages/stream", b"asgi"),
        ("/mcpx", b"wsgi"),
        ("/MCP", b"wsgi"),
        ("//mcp", b"wsgi"),
        ("/v1/mcp", b"wsgi"),
        ("/v1/messages", b"wsgi"),
        ("/v1/messages/streams", b"wsgi"),
        ("/", b"wsgi"),
    ],
)
def test_path_decides_between_asgi_and_wsgi(root: RootApplication, path: str, served_by: bytes) -> None:
    with serve(root) as live:
        assert live.request("GET", path)[2] == served_by


def test_what_works_beside_requests_starts_with_the_server_and_stops_after_the_last_answer() -> None:
    events: list[str] = []

    class Recorder:
        def start(self) -> None:
            events.append("started")

        def stop(self) -> bool:
            events.append("stopped")
            return True

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        events.append("request")
        start_response("200 OK", [])
        return [b"done"]

    with serve(RootApplication({}, app, background=[Recorder()]), lifespan="on") as live:
        live.request("GET", "/")
    assert events == ["started", "request", "stopped"]


def test_path_with_threads_of_its_own_does_not_wait_for_the_others() -> None:
    """Requests of other paths keep all threads that they have busy."""
    busy, release = threading.Semaphore(0), threading.Event()

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/slow":
            busy.release()
            assert release.wait(30)
        start_response("200 OK", [])
        return [b"done"]

    root = RootApplication({}, app, own_threads={"/tools": 1}, limits=BridgeLimits(threads=2))
    with serve(root, lifespan="on") as live, ThreadPoolExecutor(2) as clients:
        slow = [clients.submit(live.request, "GET", "/slow") for _ in range(2)]
        for _ in slow:
            assert busy.acquire(timeout=30)
        assert live.request("GET", "/tools/x")[2] == b"done"
        assert not any(request.done() for request in slow)
        release.set()
        assert [request.result(30)[2] for request in slow] == [b"done", b"done"]


def test_threads_start_and_stop_with_the_server(root: RootApplication) -> None:
    def threads() -> int:
        return sum(thread.name.startswith("wsgi-") for thread in threading.enumerate())

    with serve(root, lifespan="on") as live:
        live.request("GET", "/mcp")
        assert threads() == 4
    assert threads() == 0


def test_preparation_that_fails_makes_the_start_fail() -> None:
    @contextmanager
    def broken() -> Iterator[None]:
        raise RuntimeError("no such cache")
        yield

    root = RootApplication(APPS, answering([]), around_thread=broken)
    sent = converse(root, {"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    assert sent == [
        {"type": "lifespan.startup.failed", "message": "no such cache"},
        {"type": "lifespan.shutdown.complete"},
    ]


JSON, UNKNOWN = b"application/json; charset=utf-8", b"application/octet-stream"


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        ([], []),
        ([JSON], [JSON]),
        ([b"application/json; charset*=nope''%41"], [UNKNOWN]),
        ([b"application/json; charset*=ut", b"f''%41"], [UNKNOWN]),
    ],
)
def test_content_type_that_django_cannot_read_arrives_as_unknown_bytes(sent: list[bytes], arrives: list[bytes]) -> None:
    seen: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend(value for name, value in scope["headers"] if name == b"content-type")
        await asgi_app(scope, receive, send)

    root = RootApplication({"/mcp": app}, answering([b"wsgi"]))
    headers = [(b"content-type", value) for value in sent]
    converse(root, scope(*headers, path="/mcp"), {"type": "http.request"})
    assert seen == arrives


def test_websocket_is_refused(root: RootApplication) -> None:
    assert converse(root, {"type": "websocket", "path": "/mcp"}) == [{"type": "websocket.close"}]


def test_unknown_scope_is_an_error(root: RootApplication) -> None:
    with pytest.raises(ValueError, match="scopes of type quic"):
        converse(root, scope() | {"type": "quic"})
