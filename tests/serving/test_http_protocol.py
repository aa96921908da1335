"""What the HTTP parser refuses before any application runs is a problem document too."""

import asyncio
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from crmsolid.serving.connections import ConnectionLimits
from crmsolid.serving.http_protocol import build_protocol
from crmsolid.serving.interface import Receive, Scope, Send
from tests.serving.live_server import LiveServer, read_all, read_response, serve

LIMITS = ConnectionLimits(max_connections=100)
CHUNKED = b"POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"


@dataclass
class Recorder:
    """An ASGI application that records each request, and reads its body."""

    scopes: list[Scope] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message["body"], message["more_body"]
        self.scopes.append(scope)
        self.bodies.append(body)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def application() -> Recorder:
    return Recorder()


@pytest.fixture
def bounded(application: Recorder) -> Iterator[LiveServer]:
    with serve(application, http=build_protocol(LIMITS), lifespan="off", ws="none") as server:
        yield server


@pytest.fixture
def port(bounded: LiveServer, application: Recorder) -> Iterator[int]:
    yield bounded.port
    assert application.scopes == [], "the parser refuses these requests before any application runs"


def ask(port: int, request: bytes) -> tuple[str, dict[str, str], dict[str, object]]:
    """Status line, headers by lower-case name, and the JSON body; the server closes the connection itself."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        head, _, body = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return status, headers, json.loads(body)


def test_an_unknown_method_is_not_implemented(port: int) -> None:
    status, headers, problem = ask(port, b"FOO /v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert status == "HTTP/1.1 501 Not Implemented"
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"  # a cache may keep a 501 otherwise
    assert headers["connection"] == "close"
    assert "date" in headers
    assert not [name for name in headers if name.startswith("x-ratelimit")]
    assert problem == {
        "type": "/docs/errors/not_implemented",
        "title": "Not implemented",
        "status": 501,
        "detail": "there is no such method; use GET, HEAD, POST, PUT, PATCH, DELETE",
        "code": "not_implemented",
        "instance": "/",
        "request_id": headers["x-request-id"],
    }


@pytest.mark.parametrize(
    "request_head",
    [
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nhost: b",
        b"GET /healthz HTTP/1.1\r\nAccept: */*",
        b"GET /healthz HTTP/1.0\r\nHost: a\r\nHost: b",
    ],
)
def test_a_request_without_one_host_header_is_a_bad_request(port: int, request_head: bytes) -> None:
    status, headers, problem = ask(port, request_head + b"\r\n\r\n")
    assert (status, headers["connection"]) == ("HTTP/1.1 400 Bad Request", "close")
    assert (problem["code"], problem["detail"]) == ("bad_request", "a request of HTTP/1.1 has one Host header")


@pytest.mark.parametrize(
    ("codings", "status"),
    [
        (b"Transfer-Encoding: gzip, chunked", "501"),
        (b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", "501"),
        (b"Transfer-Encoding: gzip", "501"),
        (b"Transfer-Encoding: identity", "501"),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 5", "400"),
    ],
)
def test_a_transfer_coding_other_than_chunked_is_refused(port: int, codings: bytes, status: str) -> None:
    """Nothing here undoes another coding: the application would get compressed bytes as its JSON."""
    request = b"POST /v1/contacts HTTP/1.1\r\nHost: t\r\n" + codings + b"\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    line, headers, problem = ask(port, request)
    assert (line.split()[1], headers["connection"]) == (status, "close")
    assert problem["code"] == {"501": "not_implemented", "400": "bad_request"}[status]


def test_chunks_of_http_1_0_are_a_bad_request(port: int) -> None:
    line, _, problem = ask(port, CHUNKED.replace(b"HTTP/1.1", b"HTTP/1.0") + b"0\r\n\r\n")
    assert (line, problem["code"]) == ("HTTP/1.1 400 Bad Request", "bad_request")


def test_a_refusal_after_the_headers_names_path_and_request_id(port: int) -> None:
    sent = b"POST /v1/%3Cb%3E?x=1 HTTP/1.1\r\nX-Request-Id: mine-1\r\n\r\n"
    _, headers, problem = ask(port, sent)
    assert (problem["instance"], problem["request_id"], headers["x-request-id"]) == ("/v1/%3Cb%3E", "mine-1", "mine-1")
    _, headers, problem = ask(port, sent.replace(b"mine-1", b"<b>"))
    assert problem["request_id"] == headers["x-request-id"] != "<b>"


def test_a_refused_head_request_gets_no_body(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"HEAD /v1/me HTTP/1.1\r\n\r\n")
        head, _, body = read_all(connection).partition(b"\r\n\r\n")
    assert (head.split()[1], body) == (b"400", b"")


def test_a_request_that_is_refused_after_an_answered_one_has_its_own_id(bounded: LiveServer) -> None:
    with bounded.connect() as client:
        client.sendall(b"GET /first HTTP/1.1\r\nHost: t\r\nX-Request-Id: first\r\n\r\n")
        assert read_response(client).status == 200
        client.sendall(b"no HTTP\r\n\r\n")
        problem = json.loads(read_all(client).partition(b"\r\n\r\n")[2])
    assert (problem["status"], problem["instance"]) == (400, "/")
    assert problem["request_id"] != "first"


@pytest.mark.parametrize(
    "head", [b"HTTP/1.0", b"HTTP/1.0\r\nHost: 192.0.2.1", b"HTTP/1.1\r\nHost: 192.0.2.1", b"HTTP/1.1\r\nHost:"]
)
def test_a_health_check_by_address_or_of_http_1_0_is_answered(bounded: LiveServer, head: bytes) -> None:
    with bounded.connect() as client:
        client.sendall(b"GET /healthz " + head + b"\r\n\r\n")
        assert read_response(client).status == 200


@pytest.mark.parametrize(
    "request_head",
    [
        b"GET /v1/me HTTP/9.9\r\nHost: localhost",
        b"GET /v1/me HTTP/2.0\r\nHost: localhost",
        b"GET /v1/me HTTP/0.9\r\nHost: localhost",
        b"GET /v1/me",
        b"PRI * HTTP/2.0\r\n\r\nSM",
        b"GET /v1/me HTTP/1.1\r\nno colon in this line",
        bytes.fromhex("160301020001000190"),  # the beginning of a TLS handshake
        b"hello",
    ],
)
def test_a_malformed_request_is_a_bad_request(port: int, request_head: bytes) -> None:
    status, headers, problem = ask(port, request_head + b"\r\n\r\n")
    assert status == "HTTP/1.1 400 Bad Request"
    assert headers["content-type"] == "application/problem+json"
    assert problem["code"] == "bad_request"


def test_a_target_with_a_host_needs_no_path(bounded: LiveServer, application: Recorder) -> None:
    for target, path, query in ((b"http://t", "/", b""), (b"http://t?x=1", "/", b"x=1"), (b"http://t/a", "/a", b"")):
        with bounded.connect() as client:
            client.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: t\r\n\r\n")
            assert read_response(client).status == 200
        scope = application.scopes.pop()
        assert (scope["path"], scope["query_string"]) == (path, query)


def test_a_head_of_exactly_the_limit_passes(bounded: LiveServer) -> None:
    start, end = b"GET / HTTP/1.1\r\nHost: test\r\nX-Long: ", b"\r\n\r\n"
    request = start + b"x" * (LIMITS.max_head_bytes - len(start) - len(end)) + end
    with bounded.connect() as client:
        client.sendall(request)
        assert read_response(client).status == 200


TOO_LONG = "request line and headers may have at most 65536 bytes"


@pytest.mark.parametrize(
    ("request_bytes", "detail"),
    [
        (b"GET / HTTP/1.1\r\nHost: t\r\nX-Long: " + b"x" * 66_000, TOO_LONG),
        (b"GET /" + b"x" * 66_000, TOO_LONG),
        (b"GET / HTTP/1.1\r\nHost: t\r\nX: " + b"x" * 66_000 + b"\r\n" * 2, TOO_LONG),
        (b"GET /" + b"x" * 66_000 + b" HTTP/1.1\r\nHost: t\r\n\r\n", TOO_LONG),
        (b"\r\n" * 33_000, TOO_LONG),
        (b"GET / HTTP/1.1\r\nHost: t\r\n" + b"a:\r\n" * 101 + b"\r\n", "a request may have at most 100 header lines"),
    ],
    ids=["header", "target", "complete header", "complete target", "empty lines", "lines"],
)
def test_too_many_bytes_or_lines_are_headers_too_large(
    bounded: LiveServer, application: Recorder, request_bytes: bytes, detail: str
) -> None:
    status, headers, problem = ask(bounded.port, request_bytes)
    assert status == "HTTP/1.1 431 Request Header Fields Too Large"
    assert (headers["content-type"], headers["connection"]) == ("application/problem+json", "close")
    assert (problem["code"], problem["detail"]) == ("headers_too_large", detail)
    assert application.scopes == []


def test_a_hundred_header_lines_pass(bounded: LiveServer) -> None:
    with bounded.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: t\r\n" + b"a:\r\n" * 99 + b"\r\n")
        assert read_response(client).status == 200


@pytest.mark.parametrize(
    "framing",
    [b"1\r\nx\r\n" * 20_000, b"1;" + b"x" * 70_000, b"0\r\nx: " + b"x" * 70_000],
    ids=["tiny chunks", "extension", "trailer"],
)
def test_more_framing_than_content_is_a_bad_request(bounded: LiveServer, framing: bytes) -> None:
    status, _, problem = ask(bounded.port, CHUNKED + framing)
    assert status == "HTTP/1.1 400 Bad Request"
    assert problem["detail"] == "the chunked body has more framing than content"


def test_too_many_trailers_are_headers_too_large(bounded: LiveServer) -> None:
    status, _, problem = ask(bounded.port, CHUNKED + b"0\r\n" + b"a:\r\n" * 100 + b"\r\n")
    assert (status[:12], problem["code"]) == ("HTTP/1.1 431", "headers_too_large")


def test_small_chunks_with_extensions_and_a_trailer_pass(bounded: LiveServer, application: Recorder) -> None:
    chunks = (b"10;name=1\r\n" + b"x" * 16 + b"\r\n") * 20_000
    with bounded.connect() as client:
        client.sendall(CHUNKED + chunks + b"0\r\nX-Trailer: late\r\n\r\n")
        assert read_response(client).status == 200
    assert application.bodies == [b"x" * 16 * 20_000]
    assert b"x-trailer" not in dict(application.scopes[0]["headers"])


def test_requests_before_a_refused_one_are_answered(bounded: LiveServer) -> None:
    """The refused one gets no answer, which would look like that of an earlier request."""
    with bounded.connect() as client:
        client.sendall(
            b"GET /first HTTP/1.1\r\nHost: t\r\n\r\n" + b"GET /second HTTP/1.1\r\nHost: t\r\n\r\n" + b"no HTTP\r\n\r\n"
        )
        answers = read_all(client)
    assert answers.count(b"HTTP/1.1 ") == answers.count(b"HTTP/1.1 200 OK\r\n") == 2


def test_a_refused_request_that_waits_for_an_earlier_one_does_not_run(
    bounded: LiveServer, application: Recorder
) -> None:
    """It is refused in the middle of its body; the connection ends with the earlier answer."""
    with bounded.connect() as client:
        client.sendall(b"GET /first HTTP/1.1\r\nHost: t\r\n\r\n" + CHUNKED + b"no size\r\n")
        answer = read_all(client)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.count(b"HTTP/1.1 ") == 1
    bounded.counter.wait_ended(1)
    assert (bounded.counter.begun, [scope["path"] for scope in application.scopes]) == (1, ["/first"])


def test_pipelined_requests_over_the_limit_end_the_connection(bounded: LiveServer, application: Recorder) -> None:
    with bounded.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: t\r\n\r\n" * 1000)
        answers = read_all(client)
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == len(application.scopes) == 1 + LIMITS.max_pipelined


def test_a_request_to_change_the_protocol_is_answered_and_ends_the_connection(
    bounded: LiveServer, application: Recorder
) -> None:
    """What follows it need not be HTTP: it is never read as a request."""
    request = b"GET / HTTP/1.1\r\nHost: t\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"
    with bounded.connect() as client:
        client.sendall(request + b"GET /smuggled HTTP/1.1\r\nHost: t\r\n\r\n" * 2000)
        assert read_all(client).startswith(b"HTTP/1.1 200 OK\r\n")
    assert [scope["path"] for scope in application.scopes] == ["/"]


@pytest.mark.parametrize("framing", [b"Content-Length: 7\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n7\r\n"])
def test_a_request_with_a_body_cannot_change_the_protocol(port: int, framing: bytes) -> None:
    head = b"POST / HTTP/1.1\r\nHost: t\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
    line, _, problem = ask(port, head + framing + b'{"a":1}\r\n0\r\n\r\n')
    assert (line, problem["code"]) == ("HTTP/1.1 400 Bad Request", "bad_request")


# HTTP/1.0, which has no chunks


async def streaming(scope: Scope, receive: Receive, send: Send) -> None:
    """Two pieces without a length; /failing ends with an error after them."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/csv")]})
    for piece in (b"first,", b"second"):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    if scope["path"] == "/failing":
        raise RuntimeError("midway")
    await send({"type": "http.response.body"})


def test_a_client_of_http_1_0_gets_a_stream_without_chunks() -> None:
    with serve(streaming, http=build_protocol(LIMITS), lifespan="off", ws="none") as live, live.connect() as client:
        client.sendall(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        head, _, body = read_all(client).partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head
    assert b"connection: close" in head
    assert body == b"first,second"


def test_a_stream_that_fails_does_not_end_cleanly_for_a_client_of_http_1_0() -> None:
    with serve(streaming, http=build_protocol(LIMITS), lifespan="off", ws="none") as live, live.connect() as client:
        client.sendall(b"GET /failing HTTP/1.0\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            read_all(client)
        live.counter.wait_ended(1)


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_client_of_http_1_0_may_leave_a_stream(loop: str, caplog: pytest.LogCaptureFixture) -> None:
    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        for _ in range(10):  # until the event loop has closed the socket
            await asyncio.sleep(0)

    protocol = build_protocol(LIMITS)
    with serve(endless, http=protocol, lifespan="off", ws="none", loop=loop) as live:
        with live.connect() as client:
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert read_response(client).read(1) == b"x"
        live.counter.wait_ended(1)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_client_of_http_1_0_gets_an_answer_with_its_length(bounded: LiveServer) -> None:
    with bounded.connect() as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b"content-length: 0\r\n" in read_all(client)
