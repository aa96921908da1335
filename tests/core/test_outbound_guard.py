"""The client as a guard: redirects, proxies, private addresses, certificates."""

import asyncio
import socket
from pathlib import Path

import aiohttp
import pytest

from crmsolid.core.http import outbound
from crmsolid.core.http.outbound import Answer, OutboundClient, OutboundError
from crmsolid.core.http.url_guard import is_public

from .clients import OK, PUBLIC, Names, development, send
from .receivers import Visit, answering, authority, receiver

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer(status: int) -> None:
    async with receiver(answering(OK)) as inside, development() as client:
        said = b"HTTP/1.1 %d Moved\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, inside.url.encode())
        async with receiver(answering(said)) as outside:
            answer = await send(client, outside.url)
    assert (answer.status, answer.error) == (status, None)
    assert (inside.connections, outside.connections) == (0, 1)


async def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiver(answering(OK)) as proxy, receiver(answering(OK)) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with development() as client:
            answer = await send(client, server.url)
    assert answer.status == 200
    assert (proxy.connections, server.connections) == (0, 1)


async def test_a_name_that_turns_private_by_the_connection_is_refused() -> None:
    async with receiver(answering(OK)) as inside:
        names = Names([PUBLIC], ["127.0.0.1"])
        earlier = await names.resolve("hook.example.com", inside.port)
        assert is_public(earlier[0]["host"])
        async with OutboundClient(resolver=names) as client:
            answer = await send(client, f"https://hook.example.com:{inside.port}/")
    assert names.asked == ["hook.example.com", "hook.example.com"]
    assert (answer.status, answer.error) == (None, OutboundError.ADDRESS_REFUSED)
    assert inside.connections == 0
    assert "127.0.0.1" not in repr(answer)


async def test_several_private_addresses_are_one_refusal() -> None:
    async with (
        receiver(answering(OK)) as inside,
        OutboundClient(resolver=Names(["127.0.0.1", "10.0.0.1", "169.254.169.254"])) as client,
    ):
        answer = await send(client, f"https://hook.example.com:{inside.port}/")
    assert (answer.status, answer.error) == (None, OutboundError.ADDRESS_REFUSED)
    assert inside.connections == 0


async def test_of_mixed_addresses_only_the_public_one_is_connected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(outbound, "is_public", lambda address: address == "127.0.0.2")
    signed = authority(tmp_path, "hook.example.com")
    names = Names(["127.0.0.1", "127.0.0.2"])
    async with (
        receiver(answering(OK), host=["127.0.0.1", "127.0.0.2"], tls=signed.server) as server,
        OutboundClient(resolver=names, ssl_context=signed.client) as client,
    ):
        answer = await send(client, f"https://hook.example.com:{server.port}/")
    assert (answer.status, answer.error) == (200, None)
    assert server.local_addresses == ["127.0.0.2"]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "127.1", "0x7f000001", "localhost", "user@127.0.0.1"])
async def test_a_stored_private_address_is_refused_unsent(host: str) -> None:
    async with receiver(answering(OK)) as inside, OutboundClient() as client:
        answer = await send(client, f"https://{host}:{inside.port}/")
    assert answer == Answer(None, OutboundError.URL_REFUSED, 0)
    assert inside.connections == 0


async def test_the_guard_judges_literals_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "check_url", lambda url, *, allow_private: None)
    async with receiver(answering(OK)) as inside, OutboundClient() as client:
        answer = await send(client, inside.url)
        odd = await send(client, f"http://0x7f.1:{inside.port}/")
    assert answer.error == OutboundError.ADDRESS_REFUSED
    assert odd.error in {OutboundError.ADDRESS_REFUSED, OutboundError.URL_REFUSED}
    assert inside.connections == 0


async def test_plain_http_is_refused_outside_development() -> None:
    async with OutboundClient(resolver=Names([PUBLIC])) as client:
        answer = await send(client, "http://hook.example.com/")
    assert answer == Answer(None, OutboundError.URL_REFUSED, 0)


async def test_a_certificate_of_nobody_known_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "is_public", lambda address: True)
    signed = authority(tmp_path, "hook.example.com")
    async with (
        receiver(answering(OK), tls=signed.server) as server,
        OutboundClient(resolver=Names(["127.0.0.1"])) as client,
    ):
        answer = await send(client, f"https://hook.example.com:{server.port}/")
    assert (answer.status, answer.error) == (None, OutboundError.TLS_FAILED)
    assert server.visits == []


async def test_a_certificate_for_another_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "is_public", lambda address: True)
    signed = authority(tmp_path, "other.example.com")
    async with (
        receiver(answering(OK), tls=signed.server) as server,
        OutboundClient(resolver=Names(["127.0.0.1"]), ssl_context=signed.client) as client,
    ):
        refused = await send(client, f"https://hook.example.com:{server.port}/")
        accepted = await send(client, f"https://other.example.com:{server.port}/")
    assert (refused.status, refused.error) == (None, OutboundError.TLS_FAILED)
    assert (accepted.status, accepted.error) == (200, None)
    assert len(server.visits) == 1


async def test_a_server_without_tls_is_a_tls_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "is_public", lambda address: True)

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server, OutboundClient(resolver=Names(["127.0.0.1"])) as client:
        answer = await send(client, f"https://hook.example.com:{server.sockets[0].getsockname()[1]}/")
    assert (answer.status, answer.error) == (None, OutboundError.TLS_FAILED)


async def test_a_cut_answer_leaves_no_socket_to_a_silent_tls_peer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "is_public", lambda address: True)
    opened: list[socket.socket] = []
    open_socket = OutboundClient._open_socket

    def remember(client: OutboundClient, info: aiohttp.AddrInfoType) -> socket.socket:
        opened.append(open_socket(client, info))
        return opened[-1]

    async def say_much_and_go_deaf(visit: Visit) -> None:
        visit.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await visit.say(b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + b"a" * 60_000)
        await asyncio.Event().wait()

    monkeypatch.setattr(OutboundClient, "_open_socket", remember)
    signed = authority(tmp_path, "hook.example.com")
    async with (
        receiver(say_much_and_go_deaf, tls=signed.server) as server,
        OutboundClient(resolver=Names(["127.0.0.1"]), ssl_context=signed.client) as client,
    ):
        answer = await send(client, f"https://hook.example.com:{server.port}/")
        await asyncio.sleep(0)  # the abort closes the socket in the next round of the loop
        assert [used.fileno() for used in opened] == [-1]
    assert (answer.status, answer.error, answer.truncated) == (200, None, True)
