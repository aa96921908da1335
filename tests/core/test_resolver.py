"""Names are looked up in threads of our own."""

import asyncio
import contextlib
import socket
import threading
from typing import Any

import pytest

from crmsolid.core.http.resolver import ThreadedResolver
from webhooks.delivery.in_flight import MAX_PROBES

from .clients import PUBLIC

pytestmark = pytest.mark.asyncio


async def test_the_own_resolver_finds_names_and_refuses_broken_ones() -> None:
    async with contextlib.AsyncExitStack() as stack:
        resolver = ThreadedResolver()
        stack.push_async_callback(resolver.close)
        found = await resolver.resolve("localhost", 8080)
        assert {entry["port"] for entry in found} == {8080}
        assert "127.0.0.1" in {entry["host"] for entry in found}
        with pytest.raises(socket.gaierror):
            await resolver.resolve("a" * 70 + ".example.com", 443)


async def test_names_that_hang_leave_threads_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as a pump has in hand for endpoints that do not answer."""
    go_on = threading.Event()

    def look_up(host: str, *_: object, **__: object) -> list[Any]:
        if host.startswith("dead"):
            assert go_on.wait(20)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, 443))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    resolver = ThreadedResolver()
    dead = [asyncio.create_task(resolver.resolve(f"dead{number}.example.com", 443)) for number in range(MAX_PROBES)]
    try:
        [found] = await asyncio.wait_for(resolver.resolve("alive.example.com", 443), 10)
        assert found["host"] == PUBLIC
        assert not any(task.done() for task in dead)
    finally:
        go_on.set()
        await asyncio.gather(*dead)
        await resolver.close()
