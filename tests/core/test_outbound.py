"""The client as a courier: bytes, deadline, limits, connections."""

import asyncio
import socket
import ssl
from pathlib import Path

import aiohttp
import pytest
from aiohttp.abc import ResolveResult

from crmsolid.core.http import outbound
from crmsolid.core.http.outbound import OutboundClient, OutboundError

from .clients import BODY, OK, PUBLIC, SLACK_MS, Names, development, send
from .receivers import Visit, answering, authority, dripping, hanging, receiver

pytestmark = pytest.mark.asyncio


class Unresolvable(Names):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


async def test_sends_the_frozen_bytes_and_reports_the_answer() -> None:
    head = b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Type: text/plain\r\nX-Other: 1\r\nContent-Length: 5\r\n"
    async with receiver(answering(head + b"\r\nlater")) as server, development() as client:
        answer = await client.post(server.url, headers={"X-Signature": "sha256=ab", "accept-encoding": "br"}, body=BODY)
    assert (answer.status, answer.error, answer.body, answer.truncated) == (503, None, "later", False)
    assert answer.headers == {"Content-Type": "text/plain", "Retry-After": "7"}
    visit = server.visits[0]
    lines = visit.head.lower().split(b"\r\n")
    assert lines[0] == b"post /hook http/1.1"
    assert visit.body == BODY
    assert b"x-signature: sha256=ab" in lines
    assert b"user-agent: crmsolid-webhooks/1" in lines
    assert [line for line in lines if line.startswith(b"accept-encoding")] == [b"accept-encoding: identity"]


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(b"HTTP/1.1 200 ", id="within the status line"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Drip: ", id="within a header"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ", id="after a provisional answer"),
    ],
)
async def test_headers_that_drip_end_at_the_deadline(start: bytes) -> None:
    async with receiver(dripping(start, every=0.05)) as server, development(deadline=0.5) as client:
        answer = await send(client, server.url)
        await asyncio.wait_for(server.hung_up.wait(), 20)
    assert (answer.status, answer.error, answer.body) == (None, OutboundError.TIMEOUT, "")
    assert 500 <= answer.duration_ms < SLACK_MS


async def test_a_body_that_drips_ends_at_the_deadline_and_keeps_what_came() -> None:
    start = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nstart "
    async with receiver(dripping(start, every=0.05)) as server, development(deadline=0.5) as client:
        answer = await send(client, server.url)
        await asyncio.wait_for(server.hung_up.wait(), 20)
    assert (answer.status, answer.error) == (200, OutboundError.TIMEOUT)
    assert answer.body.startswith("start x")
    assert 500 <= answer.duration_ms < SLACK_MS


async def test_the_deadline_is_ten_seconds_unless_told() -> None:
    assert outbound.DEADLINE_SECONDS == 10
    assert OutboundClient()._deadline == 10


async def test_a_name_server_that_hangs_ends_at_the_deadline() -> None:
    class Silent(Names):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
        ) -> list[ResolveResult]:
            await asyncio.Event().wait()
            raise AssertionError

    async with OutboundClient(deadline=0.3, resolver=Silent([])) as client:
        answer = await send(client, "https://hook.example.com/")
    assert (answer.status, answer.error) == (None, OutboundError.TIMEOUT)
    assert 300 <= answer.duration_ms < SLACK_MS


async def test_a_receiver_that_never_reads_ends_at_the_deadline() -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        async with development(deadline=0.4) as client:
            answer = await send(client, f"http://127.0.0.1:{listener.getsockname()[1]}/", b"x" * 900_000)
    assert (answer.status, answer.error) == (None, OutboundError.TIMEOUT)


async def test_a_connection_is_reused() -> None:
    async with receiver(answering(OK)) as server, development() as client:
        answers = [await send(client, server.url) for _ in range(5)]
    assert [answer.body for answer in answers] == ["ok"] * 5
    assert (len(server.visits), server.connections) == (5, 1)


@pytest.mark.parametrize("tls", [False, True])
async def test_a_kept_connection_that_ends_is_replaced_at_once(tmp_path: Path, tls: bool) -> None:
    """Each connection serves one request and ends at the second without a word, as at the end of a keep-alive."""
    authorities = authority(tmp_path, "hook.example.com")

    async def once(visit: Visit) -> None:
        if sum(each.writer is visit.writer for each in server.visits) > 1:
            raise ConnectionResetError
        await visit.say(OK)

    async with receiver(once, tls=authorities.server if tls else None) as server:
        client = OutboundClient(allow_private=True, resolver=Names(["127.0.0.1"]), ssl_context=authorities.client)
        url = f"{'https' if tls else 'http'}://hook.example.com:{server.port}/"
        async with client:
            answers = [await send(client, url) for _ in range(3)]
    assert [(answer.status, answer.error) for answer in answers] == [(200, None)] * 3
    assert {visit.body for visit in server.visits} == {BODY}
    assert (server.connections, len(server.visits)) == (3, 4)


async def test_a_new_connection_that_ends_is_not_tried_again() -> None:
    async def leave(visit: Visit) -> None:
        raise ConnectionResetError

    async with receiver(leave) as server, development() as client:
        answer = await send(client, server.url)
    assert (answer.status, answer.error) == (None, OutboundError.CONNECTION_LOST)
    assert len(server.visits) == 1


async def test_a_second_connection_has_what_is_left_of_the_deadline() -> None:
    async def slow(visit: Visit) -> None:
        if len(server.visits) == 1:
            await visit.say(OK)
            return
        if len(server.visits) == 2:
            await asyncio.sleep(1.5)
            raise ConnectionResetError
        await hanging(visit)

    async with receiver(slow) as server, development(deadline=2.0) as client:
        assert (await send(client, server.url)).status == 200
        answer = await send(client, server.url)
    assert (answer.status, answer.error, len(server.visits)) == (None, OutboundError.TIMEOUT, 3)
    assert 2000 <= answer.duration_ms < 3400  # with a deadline of its own it would take 3.5 s


async def test_a_name_that_is_not_found_is_asked_for_once() -> None:
    names = Unresolvable([])
    async with OutboundClient(resolver=names) as client:
        answer = await send(client, "https://hook.example.com/")
    assert (answer.error, names.asked) == (OutboundError.DNS_FAILED, ["hook.example.com"])


async def test_no_cookie_goes_from_one_request_to_the_next() -> None:
    said = b"HTTP/1.1 200 OK\r\nSet-Cookie: session=1; Path=/\r\nContent-Length: 0\r\n\r\n"
    async with receiver(answering(said)) as server, development() as client:
        # A name: cookie jars leave IP addresses out.
        url = f"http://localhost:{server.port}/"
        assert [(await send(client, url)).status for _ in range(2)] == [200, 200]
    assert b"cookie" not in server.visits[1].head.lower()


async def test_an_unknown_name() -> None:
    async with OutboundClient(resolver=Unresolvable([])) as client:
        answer = await send(client, "https://hook.example.com/")
    assert (answer.status, answer.error) == (None, OutboundError.DNS_FAILED)


async def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        async with development() as client:
            answer = await send(client, f"http://127.0.0.1:{unused.getsockname()[1]}/")
    assert (answer.status, answer.error) == (None, OutboundError.CONNECTION_FAILED)


async def test_headers_that_hold_a_line_break_are_an_error_of_ours() -> None:
    async with receiver(answering(OK)) as server, development() as client:
        with pytest.raises(ValueError, match="header injection"):
            await client.post(server.url, headers={"X-Signature": "a\r\nX-Evil: 1"}, body=b"")
    assert server.visits == []


async def test_the_client_must_be_entered() -> None:
    with pytest.raises(RuntimeError, match="outside of its context"):
        await OutboundClient(allow_private=True).post("http://127.0.0.1:9/", headers={}, body=b"")


async def test_certificates_are_verified_by_the_system_unless_told() -> None:
    async with OutboundClient(resolver=Names([PUBLIC])) as client:
        assert client._session is not None
        connector = client._session.connector
        assert isinstance(connector, aiohttp.TCPConnector)
        assert connector._ssl is True
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED
