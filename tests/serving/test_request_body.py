"""Request bodies over real connections: which of them reach the application."""

import hashlib
import os
import socket
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from django.conf import settings

from crmsolid.serving.interface import MEBIBYTE, BridgeLimits
from tests.serving.live_server import LiveServer, read_all, read_response, serve_wsgi

LIMITS = BridgeLimits(max_body_bytes=4 * MEBIBYTE, drain_bytes=MEBIBYTE)


@dataclass
class Receiver:
    """A WSGI application that records its requests, and refuses a large body as the product does."""

    environs: list[WSGIEnvironment] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.environs.append(environ)
        self.bodies.append(environ["wsgi.input"].read())
        status = "413 Content Too Large" if environ.get("crmsolid.body_too_large") else "200 OK"
        start_response(status, [("Content-Type", "text/plain")])
        return [hashlib.sha256(self.bodies[-1]).hexdigest().encode()]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def live(receiver: Receiver) -> Iterator[LiveServer]:
    with serve_wsgi(receiver, LIMITS) as server:
        yield server


def post(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: test", *headers, "", ""]).encode()


def pieces(size: int, count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield os.urandom(size)


@pytest.mark.parametrize("start", [b"x" * 50, b"x" * 2 * MEBIBYTE])
def test_incomplete_body_does_not_run_the_application(live: LiveServer, receiver: Receiver, start: bytes) -> None:
    with live.connect() as client:
        client.sendall(post("/v1/messages", f"Content-Length: {2 * len(start)}") + start)
        live.counter.wait_begun(1)
    live.counter.wait_ended(1)
    assert receiver.environs == []
    assert live.counter.failures == []


def test_incomplete_chunked_body_does_not_run_the_application(live: LiveServer, receiver: Receiver) -> None:
    with live.connect() as client:
        client.sendall(post("/v1/messages", "Transfer-Encoding: chunked") + b"5\r\nhello\r\n")
        live.counter.wait_begun(1)
    live.counter.wait_ended(1)
    assert receiver.environs == []


@pytest.mark.parametrize(("size", "count"), [(5, 1), (1000, 3), (100_000, 30)])
def test_chunked_body_arrives_complete(live: LiveServer, receiver: Receiver, size: int, count: int) -> None:
    sent = list(pieces(size, count))
    status, _, answer = live.request("POST", "/v1/import", iter(sent))
    assert (status, answer.decode()) == (200, hashlib.sha256(b"".join(sent)).hexdigest())
    assert receiver.environs[0]["CONTENT_LENGTH"] == str(size * count)


def test_request_without_a_body_has_length_zero(live: LiveServer, receiver: Receiver) -> None:
    live.request("GET", "/v1/contacts")
    assert (receiver.environs[0]["CONTENT_LENGTH"], receiver.bodies) == ("0", [b""])


def test_no_body_is_written_to_disk(live: LiveServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))  # a temporary file would be an error
    assert live.request("POST", "/v1/import", os.urandom(LIMITS.max_body_bytes))[0] == 200
    assert live.request("POST", "/v1/import", iter([b"x" * MEBIBYTE] * 4))[0] == 200
    assert live.request("POST", "/v1/import", os.urandom(LIMITS.max_body_bytes + 1))[0] == 413


def test_django_accepts_every_body_that_reaches_it() -> None:
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE == BridgeLimits().max_body_bytes == 2 * MEBIBYTE
    # Above these sizes Django writes the body of an ASGI request and an uploaded file to disk.
    assert BridgeLimits().max_body_bytes <= settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    assert settings.FILE_UPLOAD_HANDLERS == ["django.core.files.uploadhandler.MemoryFileUploadHandler"]


def test_body_is_closed_after_the_response(live: LiveServer, receiver: Receiver) -> None:
    live.request("POST", "/v1/import", os.urandom(3 * MEBIBYTE))
    live.request("POST", "/v1/import", b"small")
    live.stop()
    assert [environ["wsgi.input"].closed for environ in receiver.environs] == [True, True]


@pytest.mark.parametrize("is_chunked", [True, False])
def test_application_refuses_a_body_over_the_limit(live: LiveServer, receiver: Receiver, is_chunked: bool) -> None:
    body = b"x" * (LIMITS.max_body_bytes + 1)
    client = live.client()
    client.request("POST", "/v1/import", iter([body]) if is_chunked else body, encode_chunked=is_chunked)
    response = client.getresponse()
    assert (response.status, response.headers["Connection"]) == (413, None)
    response.read()
    client.request("POST", "/v1/import", b"next", {"X-Second": "1"})
    assert client.getresponse().status == 200
    client.close()
    refused = receiver.environs[0]
    assert (receiver.bodies, refused["CONTENT_LENGTH"]) == ([b"", b"next"], "0")
    assert "crmsolid.body_too_large" not in receiver.environs[1]


def test_body_of_exactly_the_limit_passes(live: LiveServer, receiver: Receiver) -> None:
    assert live.request("POST", "/v1/import", b"x" * LIMITS.max_body_bytes)[0] == 200
    assert len(receiver.bodies[0]) == LIMITS.max_body_bytes


def test_declared_body_over_the_drain_limit_closes_the_connection(live: LiveServer, receiver: Receiver) -> None:
    with live.connect() as client:
        client.sendall(post("/v1/import", "Content-Length: 99999999999"))
        response = read_response(client)
        assert (response.status, response.headers["Connection"]) == (413, "close")
    assert receiver.bodies == [b""]


def test_chunked_body_over_the_drain_limit_closes_the_connection(live: LiveServer, receiver: Receiver) -> None:
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    with live.connect() as client:
        client.sendall(post("/v1/import", "Transfer-Encoding: chunked"))
        with pytest.raises(OSError):
            while True:  # the server closes the connection at its limit
                client.sendall(chunk)
    live.counter.wait_ended(1)
    assert receiver.environs[0]["crmsolid.body_too_large"] is True


def test_refused_body_gets_no_100_continue(live: LiveServer) -> None:
    length = LIMITS.max_body_bytes + 1
    with live.connect() as client:
        client.sendall(post("/v1/import", f"Content-Length: {length}", "Expect: 100-continue"))
        answer = read_all(client)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer


def test_accepted_body_gets_100_continue(live: LiveServer, receiver: Receiver) -> None:
    with live.connect() as client:
        client.sendall(post("/v1/import", "Content-Length: 4", "Expect: 100-continue"))
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"body")
        assert read_response(client).status == 200
    assert receiver.bodies == [b"body"]


def test_a_client_that_leaves_while_its_body_is_thrown_away(live: LiveServer, receiver: Receiver) -> None:
    with live.connect() as client:
        client.sendall(post("/v1/import", f"Content-Length: {LIMITS.max_body_bytes + 1}") + b"x" * 1000)
        live.counter.wait_begun(1)
    live.counter.wait_ended(1)
    assert receiver.environs == []


def test_forty_stalled_uploads_block_nothing(live: LiveServer, receiver: Receiver) -> None:
    stalled: list[socket.socket] = [live.connect() for _ in range(40)]
    for client in stalled:
        client.sendall(post("/v1/messages", "Content-Length: 10") + b"hello")
    live.counter.wait_begun(40)
    assert live.request("GET", "/v1/contacts")[0] == 200
    assert len(receiver.bodies) == 1
    for client in stalled:
        client.sendall(b"world")
    assert [read_response(client).status for client in stalled] == [200] * 40
    assert receiver.bodies == [b""] + [b"helloworld"] * 40
    for client in stalled:
        client.close()
