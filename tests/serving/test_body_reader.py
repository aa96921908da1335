"""Bodies of requests to ASGI applications, over real connections."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pytest

from crmsolid.serving.interface import BridgeLimits, Message, Receive, Scope, Send
from crmsolid.serving.root import RootApplication
from tests.serving.live_server import LiveServer, read_all, serve
from tests.serving.test_exchange import answering

LIMITS = BridgeLimits(max_body_bytes=100_000, drain_bytes=50_000)
CHUNK = b"1000\r\n" + b"x" * 4096 + b"\r\n"


@dataclass
class Receiver:
    """An ASGI application that records the first message of each request."""

    messages: list[Message] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.messages.append(await receive())
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        assert (await receive())["type"] == "http.disconnect"


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def live(receiver: Receiver) -> Iterator[LiveServer]:
    with serve(RootApplication({"/mcp": receiver}, answering([]), limits=LIMITS)) as server:
        yield server


@pytest.mark.parametrize(
    "body", [b"", b"x" * LIMITS.max_body_bytes, [b"y" * 30_000] * 3], ids=["none", "all", "chunks"]
)
def test_the_application_gets_the_body_in_one_message(
    live: LiveServer, receiver: Receiver, body: bytes | Iterable[bytes]
) -> None:
    assert live.request("POST", "/mcp", body if isinstance(body, bytes) else iter(body))[0] == 200
    sent = body if isinstance(body, bytes) else b"".join(body)
    assert receiver.messages == [{"type": "http.request", "body": sent, "more_body": False}]


@pytest.mark.parametrize("is_chunked", [True, False])
def test_a_body_over_the_limit_is_payload_too_large(live: LiveServer, receiver: Receiver, is_chunked: bool) -> None:
    body = b"x" * (LIMITS.max_body_bytes + 1)
    client = live.client()
    client.request("POST", "/mcp", iter([body]) if is_chunked else body, encode_chunked=is_chunked)
    response = client.getresponse()
    assert (response.status, response.headers["Connection"]) == (413, None)
    problem = json.load(response)
    assert (problem["code"], problem["request_id"]) == ("payload_too_large", response.headers["X-Request-Id"])
    client.request("GET", "/mcp")
    assert client.getresponse().status == 200
    client.close()
    assert [message["body"] for message in receiver.messages] == [b""]


def test_an_endless_body_ends_with_the_connection(live: LiveServer, receiver: Receiver) -> None:
    with live.connect() as client:
        client.sendall(b"POST /mcp HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n")
        with pytest.raises(OSError):  # the server closes the connection at its limit
            for _ in range(10_000):
                client.sendall(CHUNK)
    live.counter.wait_ended(1)
    assert receiver.messages == []


def test_a_refused_body_gets_no_100_continue(live: LiveServer) -> None:
    head = f"POST /mcp HTTP/1.1\r\nHost: test\r\nContent-Length: {LIMITS.max_body_bytes + 1}\r\nExpect: 100-continue"
    with live.connect() as client:
        client.sendall(f"{head}\r\n\r\n".encode())
        answer = read_all(client)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer


def test_an_incomplete_body_does_not_run_the_application(live: LiveServer, receiver: Receiver) -> None:
    with live.connect() as client:
        client.sendall(b"POST /mcp HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\nhello")
        live.counter.wait_begun(1)
    live.counter.wait_ended(1)
    assert receiver.messages == []
    assert live.counter.failures == []
