"""mcp-remote, through which desktop assistants reach /mcp, with a key in its configuration."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from crmsolid.local.setup import ACCOUNT_ID
from crmsolid.tools import TOOLS
from tests.attacks.product import Product
from tests.mcp.clients.conftest import Keys, sent_texts
from tests.mcp.clients.node import Node
from tests.mcp.clients.stdio import HANDSHAKE, StdioClient, started
from tests.waiting import wait_until

Remote = Callable[..., AbstractContextManager[StdioClient]]
SIGN_IN = "Please authorize this client by visiting:"


@pytest.fixture
def remote(node: Node, url: str, tmp_path: Path) -> Remote:
    """Starts mcp-remote as docs/guide/mcp.md configures it for a key."""

    @contextmanager
    def start(key: str, *options: str) -> Iterator[StdioClient]:
        command = ["npx", "-y", "mcp-remote", url, "--header", "Authorization: Bearer ${CRMSOLID_API_KEY}", *options]
        environment = {**node.environment, "CRMSOLID_API_KEY": key}
        with started(command, node.folder, environment, tmp_path / "log") as client:
            yield client

    return start


@pytest.mark.parametrize("options", [(), ("--protocol", "auto")], ids=["default", "auto"])
def test_key_in_the_environment_is_used(product: Product, remote: Remote, keys: Keys, options: tuple[str, ...]) -> None:
    text = f"Hello {uuid4()}"
    with remote(keys.reading, *options) as client:
        handshake = client.initialize()
        assert handshake["serverInfo"]["name"] == "crmsolid" and "whoami" in handshake["instructions"]
        listed = [tool["name"] for tool in client.request("tools/list")["result"]["tools"]]
        assert "send_message" in listed and set(listed) < {tool.name for tool in TOOLS}
        assert client.call_tool("whoami")["structuredContent"]["scopes"] == ["read:contacts", "read:messages"]
        refused = client.call_tool("send_message", account_id=ACCOUNT_ID, to="@denied", text=text)
    assert refused["isError"] is True
    assert refused["content"][0]["text"].startswith("scope_missing: ")
    assert "write:messages" in refused["content"][0]["text"]
    assert refused["structuredContent"]["required_scope"] == "write:messages"
    assert text not in sent_texts(product)


@pytest.mark.parametrize("state", ["unknown", "revoked"])
def test_key_that_is_not_valid_leads_to_the_sign_in(product: Product, remote: Remote, state: str) -> None:
    """mcp-remote does not show why the key was refused: it tries OAuth after each 401."""
    key = product.create_key(f"{state} {uuid4()}", "--scopes", "read:contacts")
    if state == "revoked":
        product.manage("revoke_api_key", "_".join(key.split("_")[:3]))
    else:
        key = key[:-1] + ("x" if key[-1] != "x" else "y")
    with remote(key) as client:
        client.send_request("initialize", HANDSHAKE)
        wait_until(lambda: SIGN_IN in client.log(), "the sign-in is asked for", seconds=120)
        assert "/oauth/authorize/?" in client.log()
        assert key not in client.log()
