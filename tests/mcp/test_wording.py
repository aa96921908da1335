"""Refusals and descriptions name tools, and no call or header of REST."""

import json
import re
from typing import Any

import pytest

from crmsolid.core.errors import CODES
from crmsolid.core.ids import KINDS
from crmsolid.mcp.wording import ADVICE, Wording
from crmsolid.tools import TOOLS
from crmsolid.workspaces.actor import Scope
from tests.mcp.conftest import Furnished, Ids
from tests.mcp.helpers import ARGUMENTS, contents, post, refusal
from tests.mcp.test_tools import WRITES, scope_of
from tests.tenants import Tenants

OF_REST = re.compile(r"/v1|\b(GET|POST|PATCH|PUT|DELETE)\b|Idempotency-Key")
NAMES = {tool.name for tool in TOOLS}


@pytest.fixture
def tenants(furnished: Furnished) -> Tenants:
    return furnished.tenants


@pytest.fixture
def token(tenants: Tenants) -> str:
    return tenants.key()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("found with `GET /v1/contacts`", "found with `list_contacts`"),
        ("GET /v1/accounts lists all", "list_accounts lists all"),
        ("as in `GET /v1/contacts?tag=`.", "as in `list_contacts`."),
        ("`GET /v1/messages/{id}` or `POST /v1/messages/send`", "`get_message` or `send_message`"),
        ("that of `GET /v1/members`", "that of `whoami`"),
        ("GET /v1/analytics/funnel and GET /v1/files/fil_1", "get_analytics and get_file"),
        ("upload it with POST /v1/files first", "upload it with the REST API first"),
        ("see `GET /v1/nothing`", "see the REST API"),
        ("nothing of REST", "nothing of REST"),
    ],
)
def test_calls_become_tools(said: str, expected: str) -> None:
    assert Wording(TOOLS)(said) == expected


def test_list_of_tools_names_no_call_of_rest(token: str) -> None:
    assert not OF_REST.search(json.dumps(post(token).json()["result"]["tools"]))


def test_advice_is_for_codes_that_there_are_and_names_tools_that_there_are() -> None:
    assert ADVICE.keys() <= CODES.keys()
    named = {word for text in ADVICE.values() for word in re.findall(r"\b(?:list|get|start|stop|resume)_\w+", text)}
    assert named <= NAMES


@pytest.mark.parametrize(
    ("tool", "change", "words"),
    [
        ("get_contact", {"contact_id": "@alice"}, "list_contacts"),
        ("get_message", {"message_id": "msg_1"}, "list_messages"),
        ("get_file", {"file_id": "fil_1"}, "list_messages"),
        ("get_conversation", {"thread_id": "thr_1"}, "list_conversations"),
        ("explain_segment", {"segment_id": "Cold"}, "list_segments"),
        ("enroll_contact", {"contact_id": "con_1"}, "list_contacts"),
        ("enroll_contact", {"sequence_id": "Active"}, "list_sequences"),
        ("stop_enrollment", {"enrollment_id": "enr_1"}, "list_enrollments"),
        ("start_broadcast", {"audience_hash": f"{0:064}-1"}, "preview_broadcast"),
        ("update_conversation", {"assignee_id": 999_999}, "whoami"),
        ("send_message", {"attachments": ["fil_01KA3QY5VJ8B6M2T9XZ4R7WDEF"]}, "the REST API"),
    ],
)
def test_refusal_names_the_tool_to_call(ids: Ids, token: str, tool: str, change: dict[str, Any], words: str) -> None:
    arguments = {**ARGUMENTS[tool](ids), **change}
    before = contents()
    problem = refusal(token, tool, **arguments)
    assert words in problem["text"]
    assert not OF_REST.search(json.dumps(problem)), problem["text"]
    assert contents() == before


def test_account_that_is_not_there_is_answered_with_those_that_are(tenants: Tenants, ids: Ids) -> None:
    arguments = {**ARGUMENTS["send_message"](ids), "account_id": 999_999}
    assert f"{ids['account']} (Sandbox)" in refusal(tenants.key(), "send_message", **arguments)["text"]
    blind = refusal(tenants.key([Scope.WRITE_MESSAGES]), "send_message", **arguments)
    assert "list_accounts" in blind["text"] and "/v1" not in json.dumps(blind)


@pytest.mark.parametrize("name", [name for name in WRITES if scope_of(name) is not None])
def test_missing_scope_says_what_to_do(tenants: Tenants, ids: Ids, name: str) -> None:
    problem = refusal(tenants.key([Scope.READ_CONTACTS]), name, **ARGUMENTS[name](ids))
    assert problem["required_scope"] in problem["text"]
    assert "whoami" in problem["text"] and "Tell the user" in problem["text"]


def test_every_call_that_finds_ids_is_a_tool_but_of_what_assistants_have_not() -> None:
    wording = Wording(TOOLS)
    without = {name for name, kind in KINDS.items() if kind.call and wording(kind.call) not in NAMES}
    assert without == {"broadcast", "webhook endpoint", "delivery", "event", "note"}
