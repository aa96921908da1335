"""The official Python client, in both generations of the protocol."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent

from crmsolid.local.setup import ACCOUNT_ID
from crmsolid.tools import TOOLS
from tests.attacks.product import Product
from tests.mcp.clients.conftest import Keys, sent_texts

both_generations = pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])


@asynccontextmanager
async def connected(url: str, token: str, mode: str) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,
    ):
        yield client


async def call(client: Client, name: str, **arguments: Any) -> Any:
    """The structured content of a call that is not refused."""
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result
    return result.structured_content


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


@both_generations
async def test_tools_are_listed_in_their_order(url: str, keys: Keys, mode: str) -> None:
    async with connected(url, keys.full, mode) as client:
        assert client.protocol_version == ("2025-11-25" if mode == "legacy" else mode)
        assert [tool.name for tool in (await client.list_tools()).tools] == [tool.name for tool in TOOLS]
        workspace = (await call(client, "whoami"))["workspace"]
        assert workspace == {"slug": "demo", "name": "Demo", "time_zone": "UTC"}


@both_generations
async def test_list_is_read_page_by_page(url: str, keys: Keys, mode: str) -> None:
    tag = f"paging-{uuid4().hex[:8]}"
    async with connected(url, keys.full, mode) as client:
        made = [
            await call(client, "upsert_contact", username=f"@{tag.replace('-', '_')}_{number}", tags=[tag])
            for number in range(5)
        ]
        pages = [await call(client, "list_contacts", tag=[tag], limit=2)]
        while cursor := pages[-1]["next_cursor"]:
            pages.append(await call(client, "list_contacts", tag=[tag], limit=2, cursor=cursor))
    assert [len(page["data"]) for page in pages] == [2, 2, 1]
    assert {row["id"] for page in pages for row in page["data"]} == {contact["id"] for contact in made}


@both_generations
async def test_same_idempotency_key_sends_once(product: Product, url: str, keys: Keys, mode: str) -> None:
    text = f"Hello {uuid4()}"
    arguments = {"account_id": ACCOUNT_ID, "to": "@once", "text": text, "idempotency_key": str(uuid4())}
    async with connected(url, keys.full, mode) as client:
        first = await client.call_tool("send_message", arguments)
    async with connected(url, keys.full, mode) as client:
        second = await client.call_tool("send_message", arguments)
    assert (first.is_error, second.is_error) == (False, False)
    assert second.structured_content == first.structured_content
    assert (second.meta or {})["crmsolid/idempotency-replayed"] is True
    assert sent_texts(product).count(text) == 1


@both_generations
async def test_key_that_only_reads_is_told_which_scope_it_lacks(
    product: Product, url: str, keys: Keys, mode: str
) -> None:
    text = f"Hello {uuid4()}"
    async with connected(url, keys.reading, mode) as client:
        result = await client.call_tool("send_message", {"account_id": ACCOUNT_ID, "to": "@denied", "text": text})
    assert result.is_error
    assert text_of(result).startswith("scope_missing: ") and "write:messages" in text_of(result)
    problem = result.structured_content
    assert (problem["code"], problem["required_scope"]) == ("scope_missing", "write:messages")
    assert text not in sent_texts(product)
