"""Name look-ups run on threads of their own."""

import asyncio
import socket
import threading
from typing import Any

import pytest

from crmsolid.core.http.outbound import DnsResolver
from webhooks.delivery.in_flight import MAX_PROBES

from .clients import PUBLIC

pytestmark = pytest.mark.asyncio


async def test_known_name_is_found_and_unknown_name_is_an_error() -> None:
    resolver = DnsResolver()
    results = await resolver.resolve("localhost", 8080)
    assert {result["port"] for result in results} == {8080}
    assert "127.0.0.1" in {result["host"] for result in results}
    with pytest.raises(socket.gaierror):
        await resolver.resolve("no-such-name.invalid", 443)
    await resolver.close()


async def test_hanging_look_ups_leave_threads_for_other_names_and_for_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """With as many hanging names as a pump has requests in flight to endpoints that do not answer."""
    release = threading.Event()

    def look_up(host: str, *args: object, **options: object) -> list[Any]:
        if host.startswith("dead"):
            assert release.wait(20)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, 443))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    resolver = DnsResolver()
    dead = [asyncio.create_task(resolver.resolve(f"dead{number}.example.com", 443)) for number in range(MAX_PROBES)]
    try:
        [result] = await asyncio.wait_for(resolver.resolve("alive.example.com", 443), 10)
        assert result["host"] == PUBLIC
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "free"), 10) == "free"
        assert not any(task.done() for task in dead)
    finally:
        release.set()
        await asyncio.gather(*dead)
        await resolver.close()
