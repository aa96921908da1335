"""What the outbound client sends, its deadline and its connections."""

import asyncio
import inspect
import socket
from pathlib import Path

import pytest
from aiohttp.abc import ResolveResult

from crmsolid.core.http import outbound
from crmsolid.core.http.outbound import OutboundClient, OutboundError

from .clients import BODY, OK, SLACK_MS, FixedResolver, local_client, send
from .receivers import Request, answering, authority, dripping, hanging, receiver

pytestmark = pytest.mark.asyncio


class Unresolvable(FixedResolver):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.names.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


async def test_sends_the_given_bytes_and_reports_the_response() -> None:
    head = b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Type: text/plain\r\nX-Other: 1\r\nContent-Length: 5\r\n"
    async with receiver(answering(head + b"\r\nlater")) as server, local_client() as client:
        response = await client.post(
            server.url, headers={"X-Signature": "sha256=ab", "accept-encoding": "br"}, body=BODY
        )
    assert (response.status, response.error, response.body, response.truncated) == (503, None, "later", False)
    assert response.headers == {"Content-Type": "text/plain", "Retry-After": "7"}
    request = server.requests[0]
    lines = request.head.lower().split(b"\r\n")
    assert lines[0] == b"post /hook http/1.1"
    assert request.body == BODY
    assert b"x-signature: sha256=ab" in lines
    assert b"user-agent: crmsolid-webhooks/1" in lines
    assert [line for line in lines if line.startswith(b"accept-encoding")] == [b"accept-encoding: identity"]


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(b"HTTP/1.1 200 ", id="within the status line"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Drip: ", id="within a header"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ", id="after a provisional response"),
    ],
)
async def test_slow_headers_end_at_the_deadline(start: bytes) -> None:
    async with receiver(dripping(start, every=0.05)) as server, local_client(deadline=0.5) as client:
        response = await send(client, server.url)
        await asyncio.wait_for(server.client_left.wait(), 20)
    assert (response.status, response.error, response.body) == (None, OutboundError.TIMEOUT, "")
    assert 500 <= response.duration_ms < SLACK_MS


async def test_slow_body_ends_at_the_deadline_and_the_start_is_kept() -> None:
    start = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nstart "
    async with receiver(dripping(start, every=0.05)) as server, local_client(deadline=0.5) as client:
        response = await send(client, server.url)
        await asyncio.wait_for(server.client_left.wait(), 20)
    assert (response.status, response.error) == (200, OutboundError.TIMEOUT)
    assert response.body.startswith("start x")
    assert 500 <= response.duration_ms < SLACK_MS


async def test_deadline_is_ten_seconds_by_default() -> None:
    assert outbound.DEADLINE_SECONDS == 10
    assert inspect.signature(OutboundClient).parameters["deadline"].default == 10


async def test_hanging_name_server_ends_at_the_deadline() -> None:
    class Silent(FixedResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
        ) -> list[ResolveResult]:
            await asyncio.Event().wait()
            raise AssertionError

    async with OutboundClient(deadline=0.3, resolver=Silent([])) as client:
        response = await send(client, "https://hook.example.com/")
    assert (response.status, response.error) == (None, OutboundError.TIMEOUT)
    assert 300 <= response.duration_ms < SLACK_MS


async def test_receiver_that_never_reads_ends_at_the_deadline() -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        async with local_client(deadline=0.4) as client:
            response = await send(client, f"http://127.0.0.1:{listener.getsockname()[1]}/", b"x" * 900_000)
    assert (response.status, response.error) == (None, OutboundError.TIMEOUT)


async def test_connection_is_reused() -> None:
    async with receiver(answering(OK)) as server, local_client() as client:
        responses = [await send(client, server.url) for _ in range(5)]
    assert [response.body for response in responses] == ["ok"] * 5
    assert (len(server.requests), server.connections) == (5, 1)


@pytest.mark.parametrize("tls", [False, True])
async def test_kept_connection_that_was_closed_is_replaced_at_once(tmp_path: Path, tls: bool) -> None:
    """Each connection serves one request and is closed at the second without a response, as when a keep-alive ends."""
    authorities = authority(tmp_path, "hook.example.com")

    async def once(request: Request) -> None:
        if sum(each.writer is request.writer for each in server.requests) > 1:
            raise ConnectionResetError
        await request.reply(OK)

    async with receiver(once, tls=authorities.server if tls else None) as server:
        client = OutboundClient(
            allow_private=True, resolver=FixedResolver(["127.0.0.1"]), ssl_context=authorities.client
        )
        url = f"{'https' if tls else 'http'}://hook.example.com:{server.port}/"
        async with client:
            responses = [await send(client, url) for _ in range(3)]
    assert [(response.status, response.error) for response in responses] == [(200, None)] * 3
    assert {request.body for request in server.requests} == {BODY}
    assert (server.connections, len(server.requests)) == (3, 4)


async def test_new_connection_that_is_closed_is_not_retried() -> None:
    async def leave(request: Request) -> None:
        raise ConnectionResetError

    async with receiver(leave) as server, local_client() as client:
        response = await send(client, server.url)
    assert (response.status, response.error) == (None, OutboundError.CONNECTION_LOST)
    assert len(server.requests) == 1


async def test_second_connection_has_the_rest_of_the_deadline() -> None:
    async def slow(request: Request) -> None:
        if len(server.requests) == 1:
            await request.reply(OK)
            return
        if len(server.requests) == 2:
            await asyncio.sleep(1.5)
            raise ConnectionResetError
        await hanging(request)

    async with receiver(slow) as server, local_client(deadline=2.0) as client:
        assert (await send(client, server.url)).status == 200
        response = await send(client, server.url)
    assert (response.status, response.error, len(server.requests)) == (None, OutboundError.TIMEOUT, 3)
    assert 2000 <= response.duration_ms < 3400  # with a deadline of its own it would take 3.5 s


async def test_unknown_name_is_looked_up_once() -> None:
    resolver = Unresolvable([])
    async with OutboundClient(resolver=resolver) as client:
        response = await send(client, "https://hook.example.com/")
    assert (response.error, resolver.names) == (OutboundError.DNS_FAILED, ["hook.example.com"])


async def test_cookies_are_not_sent_back() -> None:
    raw = b"HTTP/1.1 200 OK\r\nSet-Cookie: session=1; Path=/\r\nContent-Length: 0\r\n\r\n"
    async with receiver(answering(raw)) as server, local_client() as client:
        # A name: cookie jars leave IP addresses out.
        url = f"http://localhost:{server.port}/"
        assert [(await send(client, url)).status for _ in range(2)] == [200, 200]
    assert b"cookie" not in server.requests[1].head.lower()


async def test_an_unknown_name() -> None:
    async with OutboundClient(resolver=Unresolvable([])) as client:
        response = await send(client, "https://hook.example.com/")
    assert (response.status, response.error) == (None, OutboundError.DNS_FAILED)


async def test_closed_port_is_a_failed_connection() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        async with local_client() as client:
            response = await send(client, f"http://127.0.0.1:{unused.getsockname()[1]}/")
    assert (response.status, response.error) == (None, OutboundError.CONNECTION_FAILED)


async def test_line_break_in_a_header_raises_and_sends_nothing() -> None:
    async with receiver(answering(OK)) as server, local_client() as client:
        with pytest.raises(ValueError, match="header injection"):
            await client.post(server.url, headers={"X-Signature": "a\r\nX-Evil: 1"}, body=b"")
    assert server.requests == []


async def test_client_that_was_not_entered_raises() -> None:
    with pytest.raises(RuntimeError, match="outside of its context"):
        await OutboundClient(allow_private=True).post("http://127.0.0.1:9/", headers={}, body=b"")
