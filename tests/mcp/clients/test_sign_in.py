"""The configuration of the API guide word for word: it passes no key, so the assistant signs in with the browser."""

import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from crmsolid.local.setup import ACCOUNT_ID, OWNER
from tests.attacks.product import PASSWORD, Product
from tests.browser.chromium import find_chromium
from tests.mcp.clients.conftest import sent_texts
from tests.mcp.clients.node import HERE, Node
from tests.mcp.clients.stdio import HANDSHAKE, StdioClient, started
from tests.waiting import wait_until

READS = ["read:contacts", "read:messages", "read:analytics"]


@pytest.fixture
def chromium() -> str:
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium is installed")
    return path


def allow(node: Node, client: StdioClient, chromium: str) -> list[str]:
    """Log in on the page that the client asks for, and allow what is ticked. The scopes that were offered, ticked."""
    wait_until(lambda: "/oauth/authorize/?" in client.log(), "the sign-in is asked for", seconds=120)
    address = re.search(r"http://\S+/oauth/authorize/\?\S+", client.log())
    assert address is not None
    shutil.copy(HERE / "sign_in.mjs", node.folder)
    browser = node.run("node", "sign_in.mjs", address[0], OWNER, PASSWORD, chromium)
    assert browser.returncode == 0, browser.stderr
    scopes = dict(json.loads(browser.stdout)["scopes"])
    assert "manage:webhooks" not in scopes
    return [name for name, ticked in scopes.items() if ticked]


def refresh(product: Product, client_id: str, token: str) -> httpx2.Response:
    body = {"grant_type": "refresh_token", "refresh_token": token, "client_id": client_id}
    return httpx2.post(f"http://127.0.0.1:{product.port}/oauth/token/", data=body, timeout=120)


def test_guides_configuration_signs_in_with_the_browser(
    product: Product, node: Node, url: str, tmp_path: Path, chromium: str
) -> None:
    command = ["npx", "-y", "mcp-remote", url]
    key = product.create_key("guide", "--scopes", "all")
    tokens = tmp_path / "tokens"
    environment = {**node.environment, "CRMSOLID_API_KEY": key, "MCP_REMOTE_CONFIG_DIR": str(tokens)}
    with started(command, node.folder, environment, tmp_path / "first") as client:
        handshake = client.send_request("initialize", HANDSHAKE)
        assert allow(node, client, chromium) == READS
        assert client.response(handshake)["result"]["serverInfo"]["name"] == "crmsolid"
        whoami = client.call_tool("whoami")["structuredContent"]
        assert (whoami["workspace"]["slug"], whoami["mode"], whoami["scopes"]) == ("demo", "live", READS)
        refused = client.call_tool("send_message", account_id=ACCOUNT_ID, to="@denied", text="Hello from a reader")
        assert (refused["isError"], refused["structuredContent"]["required_scope"]) == (True, "write:messages")
    assert "Hello from a reader" not in sent_texts(product)

    with started(command, node.folder, environment, tmp_path / "second") as client:
        client.initialize()
        assert client.call_tool("list_accounts")["structuredContent"]["data"][0]["id"] == ACCOUNT_ID
        assert "/oauth/authorize/" not in client.log()

    saved = [json.loads(path.read_text()) for path in sorted(tokens.rglob("*.json"))]
    kept: dict[str, str] = {name: value for part in saved for name, value in part.items() if isinstance(value, str)}
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda _: refresh(product, kept["client_id"], kept["refresh_token"]), range(2)))
    assert [answer.status_code for answer in answers] == [200, 200], [answer.text for answer in answers]
    assert answers[0].json()["access_token"] == answers[1].json()["access_token"]


def test_two_clients_that_share_an_expired_token_refresh_it_at_once(
    node: Node, url: str, tmp_path: Path, chromium: str
) -> None:
    """Desktop assistants start one mcp-remote for each window; all of them have the same stored tokens."""
    command, stored = ["npx", "-y", "mcp-remote", url], tmp_path / "stored"
    environment = {**node.environment, "MCP_REMOTE_CONFIG_DIR": str(stored)}
    with started(command, node.folder, environment, tmp_path / "sign-in") as client:
        handshake = client.send_request("initialize", HANDSHAKE)
        allow(node, client, chromium)
        client.response(handshake)
    (file,) = stored.rglob("*_tokens.json")
    tokens = json.loads(file.read_text())
    file.write_text(json.dumps({**tokens, "access_token": "expired"}))
    with (
        started(command, node.folder, environment, tmp_path / "one") as one,
        started(command, node.folder, environment, tmp_path / "two") as two,
    ):
        handshakes = [(client, client.send_request("initialize", HANDSHAKE)) for client in (one, two)]
        for client, handshake in handshakes:
            assert client.response(handshake)["result"]["serverInfo"]["name"] == "crmsolid"
            assert client.call_tool("whoami")["structuredContent"]["scopes"] == READS
            assert "/oauth/authorize/" not in client.log()
    assert json.loads(file.read_text())["access_token"] not in ("expired", tokens["access_token"])
