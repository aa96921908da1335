"""The tools of MCP, called with a key that is narrowed to a segment and to an account."""

import json
from copy import deepcopy
from typing import Any

import pytest

from crmsolid.mcp.tool import Tool
from crmsolid.tools import TOOLS
from tests.limits.edge_world import OUTSIDE, World, make_world
from tests.limits.test_edge_operations import hidden, narrowed_key, rows_for
from tests.mcp.helpers import call, message, post
from tests.tenants import Tenants

READS = [tool for tool in TOOLS if not tool.writes]
# What other tools need beside ids.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "preview_segment": {"filter": {"field": "created_at", "op": "exists", "value": True}},
    "get_analytics": {"report": "funnel"},
    "get_proposal": {"proposal_id": "prp_" + "0" * 26},
    "preview_broadcast": {"text": "Hi", "account_ids": [1], "audience": {"tags": ["trial"]}},
}
# What tools answer that have no row to show.
NONE_OF = {"get_proposal": ("not_found",)}


@pytest.fixture(scope="module")
def world_once(rows_of_module: None) -> World:
    return make_world(Tenants())


@pytest.fixture
def world(db: None, world_once: World) -> World:
    return deepcopy(world_once)


@pytest.mark.parametrize("tool", READS, ids=lambda tool: str(tool.name))
def test_no_tool_shows_what_is_beyond_the_edge(world: World, tool: Tool) -> None:
    token, forbidden = narrowed_key(world, "both"), hidden(world, "both")
    for contact in world.contacts:
        for account in world.accounts:
            arguments: dict[str, Any] = {**ARGUMENTS.get(tool.name, {})}
            arguments |= {
                name: rows_for(world, name, contact, account)[0].pk for name in tool.ids if name != "proposal_id"
            }
            if tool.name == "explain_segment":
                arguments["contact_id"] = world.contacts[contact].pk
            result = call(token, tool.name, **arguments)
            text, asked = json.dumps(result), json.dumps(arguments)
            assert [each for each in forbidden if each in text and each not in asked] == []
            if any(str(value) in forbidden for value in arguments.values()):
                assert result["structuredContent"]["code"] in ("not_found", "outside_limits"), text
            elif result["isError"]:
                assert result["structuredContent"]["code"] in (
                    "outside_limits",
                    "file_gone",
                    *NONE_OF.get(tool.name, ()),
                ), text


def test_resource_of_a_contact_outside_is_not_found(world: World) -> None:
    token = narrowed_key(world, "segment")
    for name, is_found in (("inside", True), ("outside", False)):
        uri = f"crmsolid://contacts/{world.contacts[name].pk}"
        answer = post(token, message("resources/read", uri=uri)).json()
        assert ("result" in answer) == is_found, answer
        assert OUTSIDE not in json.dumps(answer)
