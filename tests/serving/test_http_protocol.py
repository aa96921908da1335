"""What the HTTP parser refuses before any application runs is a problem document too."""

import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from crmsolid.serving.http_protocol import ProblemProtocol


async def application(scope: dict[str, object], receive: object, send: object) -> None:
    raise AssertionError("the parser refuses these requests before any application runs")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(application, http=ProblemProtocol, lifespan="off", log_level="critical", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(10)


def ask(port: int, request: bytes) -> tuple[str, dict[str, str], dict[str, object]]:
    """Status line, headers by lower-case name, and the JSON body; the server closes the connection itself."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        head, _, body = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return status, headers, json.loads(body)


def test_an_unknown_method_is_method_not_allowed(port: int) -> None:
    status, headers, problem = ask(port, b"FOO /v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert status == "HTTP/1.1 405 Method Not Allowed"
    assert headers["content-type"] == "application/problem+json"
    assert headers["allow"] == "GET, HEAD, POST, PUT, PATCH, DELETE"
    assert headers["connection"] == "close"
    assert problem == {
        "type": "/docs/errors/method_not_allowed",
        "title": "Method not allowed",
        "status": 405,
        "detail": "there is no such method; use GET, HEAD, POST, PUT, PATCH, DELETE",
        "code": "method_not_allowed",
        "instance": "/",
        "request_id": headers["x-request-id"],
    }


@pytest.mark.parametrize(
    "request_head", [b"GET /v1/me HTTP/9.9\r\nHost: localhost", b"GET /v1/me HTTP/1.1\r\nno colon in this line"]
)
def test_a_malformed_request_is_a_bad_request(port: int, request_head: bytes) -> None:
    status, headers, problem = ask(port, request_head + b"\r\n\r\n")
    assert status == "HTTP/1.1 400 Bad Request"
    assert headers["content-type"] == "application/problem+json"
    assert problem["code"] == "bad_request"
