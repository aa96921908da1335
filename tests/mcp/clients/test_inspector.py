"""The command line of the MCP Inspector. It also holds every answer against the tool's output schema."""

import json
from typing import Any
from uuid import uuid4

import pytest

from crmsolid.local.setup import ACCOUNT_ID
from crmsolid.tools import TOOLS
from tests.attacks.product import Product
from tests.mcp.clients.conftest import Keys, sent_texts
from tests.mcp.clients.node import Node

TOOL_IS_ERROR, AUTH_REQUIRED = 5, 3
both_generations = pytest.mark.parametrize("era", ["legacy", "modern"])


class Inspector:
    """``code`` is the exit status of the last command; ``error`` and ``answer`` are what it printed."""

    def __init__(self, node: Node, url: str, era: str) -> None:
        self._node, self._server = node, [url, "--transport", "http", "--protocol-era", era]

    def run(self, token: str | None, method: str, *options: str) -> None:
        header = [] if token is None else ["--header", f"Authorization: Bearer {token}"]
        run = self._node.run("mcp-inspector", "--cli", *self._server, *header, "--method", method, *options)
        self.code, self.error = run.returncode, run.stderr
        self.answer: Any = json.loads(run.stdout) if run.stdout.strip() else None


@pytest.fixture
def inspector(node: Node, url: str, era: str) -> Inspector:
    return Inspector(node, url, era)


@both_generations
def test_schemas_of_the_tools_have_no_error(inspector: Inspector, keys: Keys) -> None:
    inspector.run(keys.full, "tools/list", "--strict")
    assert inspector.code == 0, inspector.error
    assert "Error:" not in inspector.error
    assert [tool["name"] for tool in inspector.answer["tools"]] == [tool.name for tool in TOOLS]


@both_generations
def test_tool_is_called(inspector: Inspector, keys: Keys) -> None:
    inspector.run(keys.full, "tools/call", "--tool-name", "list_accounts", "--tool-arg", "limit=1")
    assert inspector.code == 0, inspector.error
    assert inspector.answer["isError"] is False
    assert [account["id"] for account in inspector.answer["structuredContent"]["data"]] == [ACCOUNT_ID]


@both_generations
def test_refused_call_shows_the_missing_scope(product: Product, inspector: Inspector, keys: Keys) -> None:
    text = f"Hello {uuid4()}"
    arguments = [f"account_id={ACCOUNT_ID}", "to=@denied", f"text={text}"]
    inspector.run(keys.reading, "tools/call", "--tool-name", "send_message", "--tool-arg", *arguments)
    assert inspector.code == TOOL_IS_ERROR, inspector.error
    assert inspector.answer["content"][0]["text"].startswith("scope_missing: ")
    assert inspector.answer["structuredContent"]["required_scope"] == "write:messages"
    assert text not in sent_texts(product)


@both_generations
def test_without_a_key_a_sign_in_is_needed(inspector: Inspector) -> None:
    inspector.run(None, "tools/list")
    assert (inspector.code, inspector.answer) == (AUTH_REQUIRED, None)
    assert json.loads(inspector.error)["error"]["code"] == "auth_required"
