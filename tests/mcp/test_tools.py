"""The tools as a client sees them: each is one call of REST, with its scopes and inputs, and fits into the list."""

import json
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import ANY

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from contacts.models import CustomField
from crmsolid.api import openapi
from crmsolid.core import clock
from crmsolid.mcp.tool import Tool
from crmsolid.tools import TOOLS, WHOAMI
from crmsolid.workspaces.actor import Scope
from tests.api.openapi.test_document import routes
from tests.mcp.conftest import Furnished, Ids
from tests.mcp.helpers import ARGUMENTS, answer, post
from tests.tenants import Api, Tenants

# Measured on this list: 4.3 bytes a token with cl100k_base and Llama 3, 4.1 with o200k_base, 4.0 with Claude 2, and 3.6
# with the vocabulary of Llama 2, which is the smallest. Counted is what the last one makes of it.
BYTES_A_TOKEN = 3.6
MAX_TOKENS = 9000

READ = {"readOnlyHint": True, "destructiveHint": False, "openWorldHint": False}
SWITCH = {"readOnlyHint": False, "destructiveHint": False, "idempotentHint": True, "openWorldHint": False}
# Something is there once more when the call is repeated.
ADD = {"readOnlyHint": False, "destructiveHint": False, "idempotentHint": False, "openWorldHint": False}
# Something is overwritten, or ends for good.
CHANGE = {"readOnlyHint": False, "destructiveHint": True, "idempotentHint": True, "openWorldHint": False}
# People get messages, those in the sequence, or see a change: once.
RESUME = {"readOnlyHint": False, "destructiveHint": True, "idempotentHint": True, "openWorldHint": True}
# People get messages, and more of them when the call is repeated.
SEND = {"readOnlyHint": False, "destructiveHint": True, "idempotentHint": False, "openWorldHint": True}

TABLE: list[tuple[str, str | None, str | None, dict[str, bool]]] = [
    ("whoami", None, None, READ),
    ("list_contacts", "GET /v1/contacts", "read:contacts", READ),
    ("get_contact", "GET /v1/contacts/{contact_id}", "read:contacts", READ),
    ("get_contact_score", "GET /v1/contacts/{contact_id}/score", "read:contacts", READ),
    ("upsert_contact", "POST /v1/contacts", "write:contacts", CHANGE),
    ("tag_contact", "POST /v1/contacts/{contact_id}/tags", "write:contacts", CHANGE),
    ("add_note", "POST /v1/contacts/{contact_id}/notes", "write:contacts", ADD),
    ("list_segments", "GET /v1/segments", "read:contacts", READ),
    ("create_segment", "POST /v1/segments", "write:contacts", ADD),
    ("preview_segment", "POST /v1/segments/preview", "read:contacts", READ),
    ("explain_segment", "GET /v1/segments/{segment_id}/explain", "read:contacts", READ),
    ("list_conversations", "GET /v1/threads", "read:messages", READ),
    ("get_conversation", "GET /v1/threads/{thread_id}", "read:messages", READ),
    ("update_conversation", "PATCH /v1/threads/{thread_id}", "write:messages", SWITCH),
    ("list_messages", "GET /v1/messages", "read:messages", READ),
    ("get_message", "GET /v1/messages/{message_id}", "read:messages", READ),
    ("get_file", None, "read:messages", READ),
    ("send_message", "POST /v1/messages/send", "write:messages", SEND),
    ("cancel_message", "POST /v1/messages/{message_id}/cancel", "write:messages", CHANGE),
    ("edit_message", "PATCH /v1/messages/{message_id}", "write:messages", RESUME),
    ("delete_message", "DELETE /v1/messages/{message_id}", "write:messages", RESUME),
    ("react_to_message", "POST /v1/messages/{message_id}/reactions", "write:messages", RESUME),
    ("list_accounts", "GET /v1/accounts", "read:messages", READ),
    ("preview_broadcast", "POST /v1/broadcasts/preview", "write:messages", READ),
    ("start_broadcast", "POST /v1/broadcasts", "write:messages", SEND),
    ("list_templates", "GET /v1/templates", "read:messages", READ),
    ("list_sequences", "GET /v1/sequences", "manage:sequences", READ),
    ("get_sequence", "GET /v1/sequences/{sequence_id}", "manage:sequences", READ),
    ("start_sequence", "POST /v1/sequences/{sequence_id}/start", "manage:sequences", SWITCH),
    ("pause_sequence", "POST /v1/sequences/{sequence_id}/pause", "manage:sequences", SWITCH),
    ("resume_sequence", "POST /v1/sequences/{sequence_id}/resume", "manage:sequences", RESUME),
    ("list_enrollments", "GET /v1/enrollments", "manage:sequences", READ),
    ("enroll_contact", "POST /v1/sequences/{sequence_id}/enroll", "manage:sequences", SEND),
    ("pause_enrollment", "POST /v1/enrollments/{enrollment_id}/pause", "manage:sequences", SWITCH),
    ("resume_enrollment", "POST /v1/enrollments/{enrollment_id}/resume", "manage:sequences", RESUME),
    ("stop_enrollment", "POST /v1/enrollments/{enrollment_id}/stop", "manage:sequences", CHANGE),
    ("list_jobs", "GET /v1/jobs", None, READ),
    ("list_proposals", "GET /v1/proposals", None, READ),
    ("get_proposal", "GET /v1/proposals/{proposal_id}", None, READ),
    ("cancel_proposal", "POST /v1/proposals/{proposal_id}/cancel", None, CHANGE),
    ("get_analytics", None, "read:analytics", READ),
]
# Arguments whose names, values or tool say what they are.
PLAIN = {
    *("stage", "status", "state", "sort", "username", "email", "name", "last_name", "phone", "add", "remove", "text"),
    *("unread", "direction", "messages", "tags", "contact_ids", "segment"),
}
NAMES = [row[0] for row in TABLE]
READS = [row[0] for row in TABLE if row[3] is READ]
WRITES = [row[0] for row in TABLE if row[3] is not READ]
LISTS = [name for name in READS if name.startswith("list_")]

BY_NAME: dict[str, Tool] = {tool.name: tool for tool in TOOLS}


def rest_call(tool: Tool) -> str | None:
    """The method and path of REST that the tool stands for, found by its view."""
    for route, view in routes(get_resolver().url_patterns):
        if route.startswith("/v1/") and getattr(view, "view_class", None) is tool.view:
            path = route.replace("<str:", "{").replace("<int:", "{").replace(">", "}")
            return f"{tool.method} {path}"
    return None


def scope_of(name: str) -> Scope | None:
    (scope,) = (row[2] for row in TABLE if row[0] == name)
    return Scope(scope) if scope is not None else None


def parameters(described: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    """The names that an operation of the OpenAPI document takes in its path, query and body."""
    names = {each["name"] for each in operation["parameters"] if each["in"] in ("path", "query")}
    for media in operation.get("requestBody", {}).get("content", {}).values():
        body = described["components"]["schemas"][media["schema"]["$ref"].rsplit("/", 1)[1]]
        names |= set(body.get("properties", {}))
    return names


@pytest.fixture
def tenants(furnished: Furnished) -> Tenants:
    return furnished.tenants


@pytest.fixture
def listed(tenants: Tenants) -> list[dict[str, Any]]:
    """The list of tools for a key with all scopes."""
    tools: list[dict[str, Any]] = post(tenants.key()).json()["result"]["tools"]
    return tools


# --- The list -------------------------------------------------------------------------------------------------
def test_tools_are_these_with_their_calls_scopes_and_annotations(listed: list[dict[str, Any]]) -> None:
    def described(tool: dict[str, Any]) -> tuple[str, str | None, str | None, dict[str, bool]]:
        own = BY_NAME[tool["name"]]
        scope = ",".join(own.endpoint.scopes) or None
        return own.name, rest_call(own), scope, tool["annotations"]

    assert [described(tool) for tool in listed] == TABLE


def test_order_is_the_same_for_every_key(tenants: Tenants) -> None:
    tools = post(tenants.key([Scope.READ_MESSAGES])).json()["result"]["tools"]
    without = {name for name in READS if scope_of(name) not in (None, Scope.READ_MESSAGES)}
    assert [tool["name"] for tool in tools] == [name for name in NAMES if name not in without]


def test_no_tool_manages_keys_webhooks_or_events() -> None:
    for tool in TOOLS:
        assert Scope.MANAGE_WEBHOOKS not in tool.endpoint.scopes
        assert not tool.view.__module__.startswith(("webhooks.", "apikeys.", "crmsolid.events."))


def test_arguments_have_the_names_of_rest(listed: list[dict[str, Any]]) -> None:
    described = openapi.build()
    for tool in listed:
        if tool["name"] in (WHOAMI.name, "get_analytics", "get_file"):
            continue
        method, path = str(rest_call(BY_NAME[tool["name"]])).split()
        own = set(tool["inputSchema"]["properties"]) - {"idempotency_key"}
        documented = parameters(described, described["paths"][path][method.lower()])
        assert own == documented - BY_NAME[tool["name"]].leave_out, tool["name"]


def test_writes_take_an_idempotency_key_and_reads_do_not(listed: list[dict[str, Any]]) -> None:
    with_key = [tool["name"] for tool in listed if "idempotency_key" in tool["inputSchema"]["properties"]]
    assert with_key == WRITES
    for tool in listed:
        assert "idempotency_key" not in tool["inputSchema"].get("required", [])


def test_reads_need_no_argument_but_the_id_of_what_they_get(listed: list[dict[str, Any]]) -> None:
    for tool in listed:
        if tool["annotations"]["readOnlyHint"]:
            needed = {
                "preview_segment": ["filter"],
                "preview_broadcast": ["name", "account_ids", "audience"],
                "explain_segment": ["segment_id", "contact_id"],
                "get_analytics": [],
                "get_conversation": ["thread_id"],
                "get_contact_score": ["contact_id"],
            }.get(tool["name"])
            if needed is None:
                needed = [f"{tool['name'].removeprefix('get_')}_id"] if tool["name"].startswith("get_") else []
            assert tool["inputSchema"].get("required", []) == needed


def test_schemas_are_valid_and_objects_at_the_top(listed: list[dict[str, Any]]) -> None:
    """Some clients refuse ``anyOf`` and the like at the top of what goes in."""
    for tool in listed:
        for schema in (tool["inputSchema"], tool["outputSchema"]):
            Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
            assert not {"anyOf", "oneOf", "allOf", "not", "$ref"} & set(schema)
        assert tool["inputSchema"]["additionalProperties"] is False


def test_everything_is_described(listed: list[dict[str, Any]]) -> None:
    for tool in listed:
        assert tool["title"]
        assert 40 <= len(tool["description"]) <= 400
        for name, schema in tool["inputSchema"]["properties"].items():
            plain = name in PLAIN or tool["name"] == "start_broadcast"  # as preview_broadcast
            explained = name in ("limit", "cursor", "format", "idempotency_key") or name.endswith("_id")
            assert schema.get("description") or plain or explained, f"{tool['name']}.{name}"


def untyped(schema: dict[str, Any], path: str) -> list[str]:
    """The paths of the members that have no type."""
    found = [] if {"type", "anyOf"} & set(schema) else [path]
    for name, part in schema.get("properties", {}).items():
        found += untyped(part, f"{path}.{name}")
    return found + (untyped(schema["items"], f"{path}[]") if "items" in schema else [])


def test_everything_that_is_answered_has_one_type_or_null(listed: list[dict[str, Any]]) -> None:
    assert {path for tool in listed for path in untyped(tool["outputSchema"], tool["name"])} == set()
    outputs = {tool["name"]: tool["outputSchema"].get("properties", {}) for tool in listed}
    assert outputs["send_message"]["status"] == {"type": "string"}
    messages = outputs["list_messages"]["data"]["items"]["properties"]
    assert messages["sent_at"] == {"type": ["string", "null"]}
    # Another tool says what these have.
    assert messages["attachments"] == {"type": "array"}
    assert outputs["get_message"] == outputs["get_contact"] == outputs["stop_enrollment"] == {}
    assert outputs["list_contacts"]["next_cursor"] == {"type": ["string", "null"]}


def test_limits_of_what_a_call_takes_are_named(listed: list[dict[str, Any]]) -> None:
    inputs = {tool["name"]: tool["inputSchema"]["properties"] for tool in listed}
    assert inputs["list_contacts"]["limit"] == {"type": "integer", "maximum": 100, "default": 20}
    assert inputs["edit_message"]["text"]["maxLength"] == 20_000


def test_the_list_is_short_enough_to_be_read_in_every_conversation(listed: list[dict[str, Any]]) -> None:
    size = len(json.dumps(listed, separators=(",", ":"), ensure_ascii=False).encode())
    assert size / BYTES_A_TOKEN < MAX_TOKENS


# --- Answers --------------------------------------------------------------------------------------------------
def assert_fits(tool: Tool, answered: dict[str, Any]) -> None:
    """The answer is what the output schema says, and has nothing that the schema leaves out."""
    schema = json.loads(json.dumps(tool.output_schema))
    members = {name: value for name, value in answered.items() if name != "untrusted_fields"}
    Draft202012Validator(_closed(schema)).validate(members)


def _closed(schema: Any) -> Any:
    """The schema with every object whose members it names closed to others."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(part) for name, part in schema.items()}
    return {**closed, "additionalProperties": False} if "properties" in schema else closed


@pytest.mark.parametrize("name", NAMES)
def test_answer_fits_the_output_schema(tenants: Tenants, ids: Ids, name: str) -> None:
    CustomField.unscoped.create(workspace=tenants.workspace, key="company", label="Company", type="text")
    answered = answer(tenants.key(), name, **ARGUMENTS[name](ids))
    if name in LISTS:
        assert answered["data"]
    if name != "cancel_message":  # which answers the whole message to a key that may read it
        assert_fits(BY_NAME[name], answered)


@pytest.mark.parametrize("name", WRITES)
def test_key_that_may_only_write_gets_an_answer_that_fits_too(tenants: Tenants, ids: Ids, name: str) -> None:
    scope = scope_of(name) or Scope.READ_ANALYTICS
    answered = answer(tenants.key([scope]), name, **ARGUMENTS[name](ids))
    assert_fits(BY_NAME[name], answered)
    if name == "upsert_contact":  # nothing that was known of Alice before
        sent = {"username": "alice", "tags": ["vip"], "last_name": "Liddell", "phone": None}
        assert answered == {"id": ids["alice"], "created": False, **sent, "untrusted_fields": ANY}
    if name == "tag_contact":
        assert answered == {"id": ids["alice"], "tags": ["vip"], "untrusted_fields": ANY}
    if name == "cancel_message":
        assert answered == {"id": ids["queued"], "status": "canceled", "untrusted_fields": ANY}


TAKEN_BACK = ("upsert_contact", "tag_contact", "update_conversation")


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("whoami", "get_file")])
def test_answer_is_that_of_rest_and_takes_no_more_statements(tenants: Tenants, furnished: Furnished, name: str) -> None:
    """One more for a write: at /mcp the key and the stored answer are not read by one statement. Three more where
    members can take back what an assistant changed, of which the first of a session is in the audit log. REST also
    stores the answer of a POST that changes nothing."""
    tool, counts, answers = BY_NAME[name], [], []
    for through_mcp in (True, False):
        workspace, ids = (tenants.workspace, furnished.ours) if through_mcp else (tenants.other, furnished.theirs)
        token = tenants.key(workspace=workspace)
        Api(token).get("/v1/me")  # writes when the key was last used
        with CaptureQueriesContext(connection) as queries:
            if through_mcp:
                arguments = {**ARGUMENTS[name](ids), **({"idempotency_key": "1"} if tool.writes else {})}
                answers.append(answer(token, name, **arguments))
            else:
                answers.append(through_rest(token, tool, ARGUMENTS[name](ids)))
        counts.append(len(queries))
    assert set(answers[0]) - {"untrusted_fields"} == set(answers[1])
    if tool.read_only:
        assert counts[0] < counts[1]
    else:
        assert counts[0] == counts[1] + tool.writes + 3 * (name in TAKEN_BACK)


def through_rest(token: str, tool: Tool, arguments: dict[str, Any]) -> dict[str, Any]:
    """The answer of the call of REST that the tool stands for."""
    if tool.name == "get_analytics":  # one tool for seven calls
        method, path, body = "GET", "/v1/analytics/{report}", {"interval": arguments["interval"]}
    else:
        method, path = str(rest_call(tool)).split()
        body = {**dict(tool.defaults), **{key: value for key, value in arguments.items() if key not in tool.ids}}
    client, path = Api(token), path.format(**arguments)
    send = getattr(client, method.lower())
    response = send(path, idempotency_key="1") if method == "DELETE" else send(path, body)
    assert response.status_code in (200, 201, 204), response.content
    return dict(response.json()) if response.content else {}


def test_analytics_without_arguments_are_the_funnel(tenants: Tenants) -> None:
    answered = answer(tenants.key(), "get_analytics")
    assert [each["stage"] for each in answered["stages"]] == ["new", "contacted", "replied", "qualified", "won", "lost"]


def test_whoami_answers_what_an_assistant_has_to_know_first(tenants: Tenants) -> None:
    for key in ("company", "seats"):
        CustomField.unscoped.create(workspace=tenants.workspace, key=key, label=key.title(), type="text")
    scopes = [Scope.READ_CONTACTS, Scope.WRITE_CONTACTS]
    known = answer(tenants.key(scopes, name="Claude"), "whoami")
    assert abs(datetime.fromisoformat(known.pop("now")) - clock.now()) < timedelta(minutes=5)
    assert known == {
        "workspace": {"slug": "acme", "name": "Acme", "time_zone": "UTC"},
        "mode": "live",
        "plan": "business",
        "name": "Claude",
        "scopes": ["read:contacts", "write:contacts"],
        "stages": ["new", "contacted", "replied", "qualified", "won", "lost"],
        "custom_fields": [
            {"key": "company", "label": "Company", "type": "text", "choices": []},
            {"key": "seats", "label": "Seats", "type": "text", "choices": []},
        ],
        "members": [{"id": tenants.owner.pk, "name": "owner", "role": "owner", "on_duty": True}],
        "accounts": None,
        "limits": {
            "requests_a_minute": 600,
            "requests_left": 599,
            "account_ids": None,
            "segment_id": None,
            "daily_sends": None,
            "daily_sends_left": None,
            "daily_changes": None,
            "daily_changes_left": None,
            "approval": "none",
        },
        "untrusted_fields": [
            *("name", "custom_fields[].key", "custom_fields[].label", "custom_fields[].choices", "members[].name"),
            "accounts[].name",
        ],
    }
    tenants.sandbox(name="Sales", daily_limit=20)
    known = answer(tenants.key([Scope.READ_MESSAGES]), "whoami")
    assert known["custom_fields"] is None
    assert [(each["name"], each["state"], each["left_today"]) for each in known["accounts"]] == [
        ("Sandbox", "connected", 50),
        ("Sales", "connected", 20),
    ]


def test_whoami_tells_the_time_in_the_zone_of_the_workspace(tenants: Tenants) -> None:
    type(tenants.workspace).objects.filter(pk=tenants.workspace.pk).update(time_zone="Asia/Tokyo")
    for workspace in (tenants.workspace, tenants.twin):
        known = answer(tenants.key(workspace=workspace), "whoami")
        assert known["workspace"]["time_zone"] == "Asia/Tokyo"
        assert known["now"].endswith("+09:00")
        assert abs(datetime.fromisoformat(known["now"]) - clock.now()) < timedelta(minutes=5)
