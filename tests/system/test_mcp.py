"""A client of /mcp whose requests go to one web process and then to another."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any

import httpx2
import pytest
from django.conf import settings
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.system.stack import Stack

CALLS = 40


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Two web processes, and no worker: nothing here is sent."""
    stack = Stack(settings.DATABASE_URL.rsplit("/", 1)[0], f"crmsolid_system_{os.getpid()}_mcp")
    try:
        stack.start_web()
        yield stack
    finally:
        stack.stop()


@asynccontextmanager
async def connected(stack: Stack, mode: str) -> AsyncIterator[Client]:
    """A client that makes a new connection for each request, as one behind a load balancer does."""
    url = f"http://127.0.0.1:{stack.port}/mcp"
    headers = {"Authorization": f"Bearer {stack.seeded['fast'][0]}"}
    limits = httpx2.Limits(max_keepalive_connections=0)
    async with (
        httpx2.AsyncClient(headers=headers, limits=limits, timeout=120) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,
    ):
        yield client


@contextmanager
def only(process: int, stack: Stack) -> Iterator[None]:
    """Meanwhile no other web process than this one answers."""
    others = [pid for pid in stack.children("web") if pid != process]
    for pid in others:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in others:
            os.kill(pid, signal.SIGCONT)


def send_arguments(stack: Stack, name: str) -> dict[str, Any]:
    return {"account_id": stack.seeded["accounts"][0], "to": f"@{name}", "text": "Hello", "idempotency_key": name}


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_client_goes_on_with_another_process(stack: Stack, mode: str) -> None:
    first, second = stack.children("web")
    arguments = send_arguments(stack, f"moved_{mode[:4]}")
    async with AsyncExitStack() as entered:
        with only(first, stack):
            client = await entered.enter_async_context(connected(stack, mode))
            sent = await client.call_tool("send_message", arguments)
        with only(second, stack):
            listed = await client.list_tools()
            again = await client.call_tool("send_message", arguments)
    assert "send_message" in [tool.name for tool in listed.tools]
    assert (sent.is_error, again.is_error) == (False, False)
    assert again.structured_content == sent.structured_content
    assert (again.meta or {})["crmsolid/idempotency-replayed"] is True


async def test_same_send_many_times_at_once_is_one_message(stack: Stack) -> None:
    arguments = send_arguments(stack, "at_once")
    async with connected(stack, "2026-07-28") as client:
        results = await asyncio.gather(*(client.call_tool("send_message", arguments) for _ in range(CALLS)))
    assert [result.is_error for result in results] == [False] * CALLS
    assert {str(result.structured_content) for result in results} == {str(results[0].structured_content)}
    rows = stack.query(
        "SELECT count(*) FROM messaging_message m JOIN contacts_contact c ON c.id = m.contact_id WHERE c.username = %s",
        "at_once",
    )
    assert rows == [(1,)]
