"""What ends an exchange whose receiver sends without end: bytes, not time. The deadline of these tests is a minute.

That the endless kinds end at all also shows that aiohttp still uses our protocol: it has no public option for it.
"""

import asyncio
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from crmsolid.core.http.limits import (
    EXCHANGE_BYTES,
    RECEIVE_BUFFER_BYTES,
    BoundedResponseHandler,
    ReadBudget,
    tls_context,
)
from crmsolid.core.http.outbound import OutboundClient, OutboundError, OutboundResponse

from .clients import OK, SLACK_MS, FixedResolver, local_client, send
from .receivers import (
    Authority,
    Behaviour,
    Receiver,
    Request,
    answering,
    authority,
    dripping,
    endless,
    hanging,
    receiver,
)

pytestmark = pytest.mark.asyncio

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
MINUTE = 60.0


@pytest.mark.parametrize(
    ("start", "repeated"),
    [
        pytest.param(b"", CONTINUE, id="100"),
        pytest.param(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", id="103"),
        pytest.param(b"", b"\r\n", id="empty lines"),
        pytest.param(b"HTTP/1.1 200 ", b"x", id="reason"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", b"X: a\r\n", id="headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: ", b"x", id="value of a header"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", b"x", id="name of a header"),
    ],
)
async def test_endless_bytes_before_the_final_headers_are_an_invalid_answer(start: bytes, repeated: bytes) -> None:
    async with receiver(endless(start, repeated)) as server, local_client(deadline=MINUTE) as client:
        response = await send(client, server.url)
        await asyncio.wait_for(server.client_left.wait(), 20)
    assert (response.status, response.error, response.body) == (None, OutboundError.ANSWER_INVALID, "")
    assert server.connections == 1


@pytest.mark.parametrize(
    ("start", "repeated", "body"),
    [
        pytest.param(CHUNKED + b"1;a=", b"x", "", id="chunk extension"),
        pytest.param(CHUNKED + b"2\r\nok\r\n", b"1;" + b"e" * 4000 + b"\r\nx\r\n", "ok" + "x" * 8, id="extensions"),
        pytest.param(CHUNKED, b"1\r\nx\r\n", "x" * 4096, id="tiny chunks"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", b"x", "x" * 4096, id="no length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x", "x" * 4096, id="a megabyte"),
    ],
)
async def test_endless_body_or_framing_truncates_the_body(start: bytes, repeated: bytes, body: str) -> None:
    async with receiver(endless(start, repeated)) as server, local_client(deadline=MINUTE) as client:
        response = await send(client, server.url)
        await asyncio.wait_for(server.client_left.wait(), 20)
    assert (response.status, response.error, response.truncated) == (200, None, True)
    assert response.body == body


async def test_endless_trailers_end_the_exchange() -> None:
    """aiohttp's own limit, 128 lines, comes first. Whether the status is known depends on how the bytes arrive."""
    behaviour = endless(CHUNKED + b"2\r\nok\r\n0\r\n", b"X: a\r\n")
    async with receiver(behaviour) as server, local_client(deadline=MINUTE) as client:
        response = await send(client, server.url)
        await asyncio.wait_for(server.client_left.wait(), 20)
    assert response.error in {OutboundError.ANSWER_INVALID, OutboundError.CONNECTION_LOST}


async def test_switching_protocols_is_an_answer_and_ends_the_connection() -> None:
    start = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    async with receiver(endless(start, b"x")) as server, local_client(deadline=MINUTE) as client:
        response = await send(client, server.url)
        await asyncio.wait_for(server.client_left.wait(), 20)
    assert (response.status, response.error, response.body) == (101, None, "")


async def test_each_exchange_of_a_kept_connection_has_a_budget_of_its_own() -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 12000\r\n\r\n" + b"x" * 12_000
    async with receiver(answering(CONTINUE + raw)) as server, local_client() as client:
        responses = [await send(client, server.url) for _ in range(5)]
    assert [(response.status, response.error) for response in responses] == [(200, None)] * 5
    assert server.connections == 1
    assert 5 * len(raw) > EXCHANGE_BYTES


async def test_receive_buffer_of_a_connection_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    class RecordedSocket(socket.socket):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            opened.append(self)

    opened: list[socket.socket] = []
    async with receiver(answering(OK)) as server, local_client() as client:
        with monkeypatch.context() as patched:
            patched.setattr(socket, "socket", RecordedSocket)
            assert (await send(client, server.url)).status == 200
        sizes = [
            each.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) for each in opened if is_connected_to(each, server)
        ]
    assert sizes in ([RECEIVE_BUFFER_BYTES], [2 * RECEIVE_BUFFER_BYTES])  # Linux doubles it


def is_connected_to(client: socket.socket, server: Receiver) -> bool:
    return client.fileno() >= 0 and client.getpeername()[1] == server.port


class RecordingTransport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.is_aborted = False

    def abort(self) -> None:
        self.is_aborted = True


async def test_one_piece_of_any_size_is_parsed_up_to_the_budget() -> None:
    transport, budget = RecordingTransport(), ReadBudget()
    protocol = BoundedResponseHandler(asyncio.get_running_loop(), lambda: budget)
    protocol.connection_made(transport)
    protocol.set_response_params()
    protocol.data_received(CONTINUE * 1_000_000)
    assert len(protocol) == EXCHANGE_BYTES // len(CONTINUE)
    assert (budget, transport.is_aborted) == (ReadBudget(left=0, is_overdrawn=True), True)


async def test_answer_that_precedes_its_request_is_not_read_and_ends_the_connection() -> None:
    transport = RecordingTransport()
    protocol = BoundedResponseHandler(asyncio.get_running_loop(), ReadBudget)
    protocol.connection_made(transport)
    protocol.set_response_params()
    protocol.data_received(OK)
    assert (len(protocol), transport.is_aborted) == (1, False)
    protocol.data_received(OK)
    assert (len(protocol), transport.is_aborted) == (1, True)


async def test_bytes_before_the_first_request_end_the_connection() -> None:
    transport = RecordingTransport()
    protocol = BoundedResponseHandler(asyncio.get_running_loop(), ReadBudget)
    protocol.connection_made(transport)
    protocol.data_received(OK)
    assert (len(protocol), transport.is_aborted) == (0, True)


async def send_over_tls(tls: Authority, behaviour: Behaviour) -> OutboundResponse:
    resolver = FixedResolver(["127.0.0.1"])
    async with (
        receiver(behaviour, tls=tls.server) as server,
        OutboundClient(allow_private=True, deadline=MINUTE, resolver=resolver, ssl_context=tls.client) as client,
    ):
        return await send(client, f"https://hook.example.com:{server.port}/")


async def test_flood_of_session_tickets_ends_the_connection(tmp_path: Path) -> None:
    """So does one of key updates, which Python's ``ssl`` cannot send."""
    tls = authority(tmp_path, "hook.example.com")
    tls.server.num_tickets = 2000
    response = await send_over_tls(tls, answering(OK))
    assert (response.status, response.error) == (None, OutboundError.CONNECTION_LOST)


@pytest.mark.parametrize(
    ("chain", "status", "error"), [(10, 200, None), (150, None, OutboundError.TLS_FAILED)], ids=["usual", "huge"]
)
async def test_chain_of_certificates_may_have_a_usual_size(
    tmp_path: Path, chain: int, status: int | None, error: OutboundError | None
) -> None:
    response = await send_over_tls(authority(tmp_path, "hook.example.com", chain=chain), answering(OK))
    assert (response.status, response.error) == (status, error)


async def test_body_of_many_small_tls_records_is_read_and_counts_no_longer_at_the_next_request(tmp_path: Path) -> None:
    async def small_records(request: Request) -> None:
        await request.reply(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            await request.reply(b"x")

    tls = authority(tmp_path, "hook.example.com")
    async with (
        receiver(small_records, tls=tls.server) as server,
        OutboundClient(allow_private=True, resolver=FixedResolver(["127.0.0.1"]), ssl_context=tls.client) as client,
    ):
        responses = [await send(client, f"https://hook.example.com:{server.port}/") for _ in range(3)]
    assert [(each.status, each.error, each.body) for each in responses] == [(200, None, "x" * 1000)] * 3
    assert server.connections == 1


@pytest.mark.parametrize(
    "behaviour",
    [pytest.param(hanging, id="silent"), pytest.param(dripping(b"\x16\x03\x03\x10\x00", every=0.05), id="dripping")],
)
async def test_stalled_tls_handshake_ends_at_the_deadline(behaviour: Behaviour) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await behaviour(Request(b"", b"", reader, writer))
        except (OSError, RuntimeError, asyncio.CancelledError):  # RuntimeError: uvloop's, once it is closed
            left.set()
        finally:
            writer.transport.abort()

    left = asyncio.Event()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, local_client(deadline=0.4) as client:
        response = await send(client, f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        await asyncio.wait_for(left.wait(), 20)
    assert (response.status, response.error) == (None, OutboundError.TIMEOUT)
    assert 400 <= response.duration_ms < SLACK_MS


async def test_tls_is_verified_and_leaves_no_costly_choice_to_the_server() -> None:
    context = tls_context()
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.options & ssl.OP_NO_RENEGOTIATION
    # A server chooses the group of finite field Diffie-Hellman (kx-dhe): one of 10,000 bits costs a second.
    assert {cipher["kea"] for cipher in context.get_ciphers()} == {"kx-any", "kx-ecdhe"}
