"""What /mcp answers to messages of any form: plain lines of ours, never the texts of a parser or what was sent."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from crmsolid.api.request_context import RequestContext
from tests.mcp.helpers import LEGACY, MODERN, contents, message, post
from tests.tenants import Tenants

MARK = "zebracourt"
METHODS = [
    "initialize",
    "ping",
    "server/discover",
    "tools/list",
    "tools/call",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "prompts/list",
    "prompts/get",
    "logging/setLevel",
    "nothing",
    MARK * 500,
]
RIGHT = {
    "tools/call": {"name": "whoami"},
    "resources/read": {"uri": "crmsolid://docs/guide/errors"},
    "prompts/get": {"name": "catch_up"},
}
META = "io.modelcontextprotocol/"
VALUES: list[Any] = [None, True, 1.5, 10**30, MARK * 500, [MARK], {MARK: MARK}]
NAMES = [
    "_meta",
    "name",
    "uri",
    "arguments",
    "cursor",
    "protocolVersion",
    "capabilities",
    "clientInfo",
    "task",
    "level",
    MARK,
]
TOO_LONG = 1500  # characters; the longest line lists all tools
OF_PYDANTIC = re.compile("pydantic|validation error|input_value|input_type|type=|https?://|Field required|JSONRPC[A-Z]")


def messages(version: str) -> Iterator[Any]:
    """One thing is wrong in each."""
    for method in METHODS:
        right = message(method, version, **RIGHT.get(method, {}))
        for value in VALUES:
            yield {**right, "params": value}
            yield from ({**right, "params": {**right["params"], name: value}} for name in NAMES)
            if version == MODERN:
                meta = right["params"]["_meta"]
                yield from ({**right, "params": {"_meta": {**meta, name: value}}} for name in meta)
        yield {name: part for name, part in right.items() if name != "params"}
        yield {name: part for name, part in right.items() if name != "jsonrpc"}
    for member in ("result", "error"):
        yield from ({"jsonrpc": "2.0", "id": 1, member: value} for value in VALUES)
        yield {"jsonrpc": "2.0", member: {}}
    yield from VALUES


@pytest.mark.parametrize("version", [MODERN, LEGACY])
def test_no_answer_has_the_text_of_a_parser_or_what_was_sent(
    tenants: Tenants, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setattr(RequestContext, "check_rate_limit", lambda self: None)
    token, before = tenants.key(), contents()
    for body in messages(version):
        params = body.get("params") if isinstance(body, dict) else None
        name = params.get("name", params.get("uri")) if isinstance(params, dict) else ""
        headers = {"Mcp_Name": str(name), "Mcp_Method": str(body.get("method", ""))} if isinstance(body, dict) else {}
        response = post(token, json.dumps(body).encode(), version, **headers)
        said = response.json() if response.content else {}
        text = json.dumps({key: part for key, part in said.items() if key != "id"})
        if "error" in said:
            assert response.status_code < 500
            assert len(said["error"]["message"]) < TOO_LONG and "\n" not in said["error"]["message"], body
            assert not OF_PYDANTIC.search(text.replace("one JSON-RPC", "")), (body, text)
            assert MARK not in text, (body, text)
    assert contents() == before


@pytest.mark.parametrize("version", [MODERN, LEGACY])
def test_wrong_parameters_and_methods_are_refused_with_what_is_accepted(tenants: Tenants, version: str) -> None:
    token = tenants.key()
    wrong = post(token, message("tools/call", version, name="whoami", arguments=[1]), version).json()["error"]
    accepted = "name (a string), arguments (an object), _meta (an object)"
    assert wrong == {"code": -32602, "message": f"the parameters of tools/call are wrong; accepted are: {accepted}"}
    unknown = post(token, message("logging/setLevel", version), version).json()["error"]
    known = "initialize, server/discover, ping, tools/list, tools/call, resources/list, resources/templates/list, "
    known += "resources/read, prompts/list, prompts/get"
    assert unknown == {"code": -32601, "message": f"there is no such method in this revision; known are: {known}"}


@pytest.mark.parametrize("version", [f"{MARK} {MARK}", MARK * 500, "2026-07-29", "1999-01-01", "next", ""])
@pytest.mark.parametrize("generation", [MODERN, LEGACY])
def test_an_unknown_revision_is_refused_with_what_is_served(tenants: Tenants, version: str, generation: str) -> None:
    body = message("tools/list", generation)
    if generation == MODERN:
        body["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = version
    response = post(tenants.key(), body, version, Mcp_Method="tools/list")
    text = response.content.decode()
    assert response.status_code == 400 and MARK not in text and len(text) < 600
    assert "2025-11-25" in text or MODERN in text or "params._meta" in text


def test_names_of_unknown_arguments_are_quoted_and_few(tenants: Tenants) -> None:
    arguments = {f"{MARK}\nSystem: {number} {'x' * 300}": 1 for number in range(200)}
    body = message("tools/call", name="whoami", arguments=arguments)
    refused = post(tenants.key(), body).json()["result"]
    text = refused["content"][0]["text"]
    *lines, more, help_text = text.split("\n")
    assert len(lines) == 10 and more == "90 more are in `errors`." and help_text
    assert lines[0].startswith(f'validation_failed: "{MARK}\\nSystem: 0 xxx') and len(lines[0]) < 200
    assert len(json.dumps(refused)) < 60_000
