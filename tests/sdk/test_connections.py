"""Where the client connects to, and how threads, tasks and processes share its connections."""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from crmsolid_client import AsyncCrmSolid, CrmSolid, errors
from crmsolid_client._pacing import RateLimit
from tests.sdk.answers import KEY, QUEUED, Server, send


def test_environment_configures_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMSOLID_KEY", KEY)
    monkeypatch.delenv("CRMSOLID_URL", raising=False)
    assert CrmSolid().base_url == "https://api.crmsolid.com"
    monkeypatch.setenv("CRMSOLID_URL", "https://crm.example.com/")
    assert AsyncCrmSolid().base_url == "https://crm.example.com"
    monkeypatch.delenv("CRMSOLID_KEY")
    with pytest.raises(errors.ConfigurationError, match="CRMSOLID_KEY"):
        CrmSolid()


@pytest.mark.parametrize(
    "address", ["http://crm.example.com", "ftp://crm.example.com", "crm.example.com", "https://user:pw@crm.example.com"]
)
def test_key_is_not_sent_to_an_unsafe_address(address: str) -> None:
    with pytest.raises(errors.ConfigurationError) as refused:
        CrmSolid(KEY, address)
    assert "thesecretpart" not in str(refused.value)


def test_plain_http_inside_a_private_network_is_allowed_on_demand() -> None:
    assert CrmSolid(KEY, "http://crm.example.com:8000", allow_http=True).base_url == "http://crm.example.com:8000"


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Listens where the environment says that the proxy of every scheme is."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{listener.getsockname()[1]}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        yield listener


def test_key_goes_to_no_proxy_over_plain_http(proxy: socket.socket) -> None:
    with socket.socket() as refusing:
        refusing.bind(("127.0.0.1", 0))  # it does not listen
        address = f"http://127.0.0.1:{refusing.getsockname()[1]}"
        with CrmSolid(KEY, address, timeout=1, retry_for=0) as crm, pytest.raises(errors.APIConnectionError):
            crm.me()
    proxy.setblocking(False)
    with pytest.raises(BlockingIOError):
        proxy.accept()


def test_proxy_of_https_sees_the_name_of_the_server_alone(proxy: socket.socket) -> None:
    def refuse() -> bytes:
        connection, _ = proxy.accept()
        with connection:
            request = connection.recv(65536)
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return request

    with ThreadPoolExecutor(1) as thread, CrmSolid(KEY, "https://crm.invalid", retry_for=0) as crm:
        seen = thread.submit(refuse)
        with pytest.raises(errors.APIConnectionError):
            crm.me()
        assert seen.result(30).startswith(b"CONNECT crm.invalid:443 ")
        assert b"thesecretpart" not in seen.result()


async def test_event_loop_goes_on_while_an_import_is_read() -> None:
    loop_went_on = threading.Event()

    def parts() -> Iterator[bytes]:
        yield b"username\n"
        assert loop_went_on.wait(60)
        yield b"@anna\n"

    server = Server([httpx.Response(403)])
    async with AsyncCrmSolid(KEY, "http://127.0.0.1:9", http_transport=httpx.MockTransport(server)) as crm:
        asyncio.get_running_loop().call_soon(loop_went_on.set)
        with pytest.raises(errors.ForbiddenError):
            await crm.contacts.import_file(parts())
    assert b"username\n@anna\n" in server.requests[0].content


def test_second_thread_of_a_forked_process_uses_no_connection_of_the_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process is taken for another one, and a second thread makes a call while the first one begins anew."""
    pools = 0
    used: list[int] = []

    class Pool(httpx.Client):
        def __init__(self, **options: Any) -> None:
            nonlocal pools
            pools += 1
            self._number = pools
            super().__init__(**options)

        def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
            used.append(self._number)
            return super().send(request, **options)

    def begin_anew() -> RateLimit:
        monkeypatch.setattr("crmsolid_client._sync.transport.RateLimit", RateLimit)
        with ThreadPoolExecutor(1) as thread:
            thread.submit(send, crm).result()
        return RateLimit()

    monkeypatch.setattr(httpx, "Client", Pool)
    transport = httpx.MockTransport(Server([httpx.Response(200, json=QUEUED)]))
    with CrmSolid(KEY, "http://127.0.0.1:9", http_transport=transport) as crm:
        send(crm)
        assert used == [1]
        child = os.getpid() + 1
        monkeypatch.setattr("crmsolid_client._sync.transport.os", SimpleNamespace(getpid=lambda: child))
        monkeypatch.setattr("crmsolid_client._sync.transport.RateLimit", begin_anew)
        send(crm)
    assert len(used) == 3
    assert 1 not in used[1:]
