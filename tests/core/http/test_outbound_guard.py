"""Where the outbound client does not go: redirects, proxies, private addresses, unknown certificates."""

import asyncio
import socket
from pathlib import Path

import aiohttp
import pytest

from crmsolid.core.http import outbound
from crmsolid.core.http.outbound import OutboundClient, OutboundError, OutboundResponse
from crmsolid.core.http.url_guard import is_public

from .clients import OK, PUBLIC, FixedResolver, local_client, send
from .receivers import Request, answering, authority, receiver

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_is_reported_and_not_followed(status: int) -> None:
    async with receiver(answering(OK)) as inside, local_client() as client:
        raw = b"HTTP/1.1 %d Moved\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, inside.url.encode())
        async with receiver(answering(raw)) as outside:
            response = await send(client, outside.url)
    assert (response.status, response.error) == (status, None)
    assert (inside.connections, outside.connections) == (0, 1)


async def test_proxy_settings_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiver(answering(OK)) as proxy, receiver(answering(OK)) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with local_client() as client:
            response = await send(client, server.url)
    assert response.status == 200
    assert (proxy.connections, server.connections) == (0, 1)


async def test_name_that_resolves_to_a_private_address_by_then_is_refused() -> None:
    async with receiver(answering(OK)) as inside:
        resolver = FixedResolver([PUBLIC], ["127.0.0.1"])
        earlier = await resolver.resolve("hook.example.com", inside.port)
        assert is_public(earlier[0]["host"])
        async with OutboundClient(resolver=resolver) as client:
            response = await send(client, f"https://hook.example.com:{inside.port}/")
    assert resolver.names == ["hook.example.com", "hook.example.com"]
    assert (response.status, response.error) == (None, OutboundError.ADDRESS_REFUSED)
    assert inside.connections == 0
    assert "127.0.0.1" not in repr(response)


async def test_several_private_addresses_are_one_refusal() -> None:
    async with (
        receiver(answering(OK)) as inside,
        OutboundClient(resolver=FixedResolver(["127.0.0.1", "10.0.0.1", "169.254.169.254"])) as client,
    ):
        response = await send(client, f"https://hook.example.com:{inside.port}/")
    assert (response.status, response.error) == (None, OutboundError.ADDRESS_REFUSED)
    assert inside.connections == 0


async def test_only_the_public_one_of_several_addresses_is_connected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(outbound, "is_public", lambda address: address == "127.0.0.2")
    signed = authority(tmp_path, "hook.example.com")
    resolver = FixedResolver(["127.0.0.1", "127.0.0.2"])
    async with (
        receiver(answering(OK), host=["127.0.0.1", "127.0.0.2"], tls=signed.server) as server,
        OutboundClient(resolver=resolver, ssl_context=signed.client) as client,
    ):
        response = await send(client, f"https://hook.example.com:{server.port}/")
    assert (response.status, response.error) == (200, None)
    assert server.local_addresses == ["127.0.0.2"]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "127.1", "0x7f000001", "localhost", "user@127.0.0.1"])
async def test_private_address_in_a_stored_url_is_refused_and_not_connected(host: str) -> None:
    async with receiver(answering(OK)) as inside, OutboundClient() as client:
        response = await send(client, f"https://{host}:{inside.port}/")
    assert response == OutboundResponse(None, OutboundError.URL_REFUSED, 0)
    assert inside.connections == 0


async def test_address_literals_are_checked_again_at_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "check_url", lambda url, *, allow_private: None)
    async with receiver(answering(OK)) as inside, OutboundClient() as client:
        response = await send(client, inside.url)
        odd = await send(client, f"http://0x7f.1:{inside.port}/")
    assert response.error == OutboundError.ADDRESS_REFUSED
    assert odd.error in {OutboundError.ADDRESS_REFUSED, OutboundError.URL_REFUSED}
    assert inside.connections == 0


async def test_plain_http_is_refused_outside_development() -> None:
    async with OutboundClient(resolver=FixedResolver([PUBLIC])) as client:
        response = await send(client, "http://hook.example.com/")
    assert response == OutboundResponse(None, OutboundError.URL_REFUSED, 0)


async def test_certificate_of_an_unknown_authority_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "is_public", lambda address: True)
    signed = authority(tmp_path, "hook.example.com")
    async with (
        receiver(answering(OK), tls=signed.server) as server,
        OutboundClient(resolver=FixedResolver(["127.0.0.1"])) as client,
    ):
        response = await send(client, f"https://hook.example.com:{server.port}/")
    assert (response.status, response.error) == (None, OutboundError.TLS_FAILED)
    assert server.requests == []


async def test_certificate_for_another_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "is_public", lambda address: True)
    signed = authority(tmp_path, "other.example.com")
    async with (
        receiver(answering(OK), tls=signed.server) as server,
        OutboundClient(resolver=FixedResolver(["127.0.0.1"]), ssl_context=signed.client) as client,
    ):
        refused = await send(client, f"https://hook.example.com:{server.port}/")
        accepted = await send(client, f"https://other.example.com:{server.port}/")
    assert (refused.status, refused.error) == (None, OutboundError.TLS_FAILED)
    assert (accepted.status, accepted.error) == (200, None)
    assert len(server.requests) == 1


async def test_server_without_tls_is_a_tls_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "is_public", lambda address: True)

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server, OutboundClient(resolver=FixedResolver(["127.0.0.1"])) as client:
        response = await send(client, f"https://hook.example.com:{server.sockets[0].getsockname()[1]}/")
    assert (response.status, response.error) == (None, OutboundError.TLS_FAILED)


async def test_socket_of_a_truncated_response_is_closed_although_the_tls_peer_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "is_public", lambda address: True)
    opened: list[socket.socket] = []
    open_socket = OutboundClient._open_socket

    def remember(client: OutboundClient, info: aiohttp.AddrInfoType) -> socket.socket:
        opened.append(open_socket(client, info))
        return opened[-1]

    async def reply_much_and_stop_reading(request: Request) -> None:
        request.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await request.reply(b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + b"a" * 60_000)
        await asyncio.Event().wait()

    monkeypatch.setattr(OutboundClient, "_open_socket", remember)
    signed = authority(tmp_path, "hook.example.com")
    async with (
        receiver(reply_much_and_stop_reading, tls=signed.server) as server,
        OutboundClient(resolver=FixedResolver(["127.0.0.1"]), ssl_context=signed.client) as client,
    ):
        response = await send(client, f"https://hook.example.com:{server.port}/")
        await asyncio.sleep(0)  # the abort closes the socket in the next round of the loop
        assert [used.fileno() for used in opened] == [-1]
    assert (response.status, response.error, response.truncated) == (200, None, True)
