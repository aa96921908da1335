"""A refusal that asks for an id says how the id begins and what finds it: the tool over MCP, the call over REST."""

from functools import partial
from typing import Any

import pytest
from django.apps import apps

from crmsolid.core.ids import KINDS, WITHOUT_PREFIX, new_id
from crmsolid.tools import BY_NAME, TOOLS
from tests.mcp.conftest import Furnished, Ids
from tests.mcp.helpers import ARGUMENTS, contents, in_place_of, refusal
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db

FOUND = {**KINDS, **WITHOUT_PREFIX}

# The arguments that take an id, and the kind of object that it is of.
ID_ARGUMENTS = {
    "contact_id": "contact",
    "message_id": "message",
    "thread_id": "thread",
    "sequence_id": "sequence",
    "segment_id": "segment",
    "segment": "segment",
    "enrollment_id": "enrollment",
    "file_id": "file",
    "proposal_id": "proposal",
}
# The tool that finds the ids.
FINDS = {
    **{kind: f"list_{kind}s" for kind in ID_ARGUMENTS.values()},
    "thread": "list_conversations",
    "file": "list_messages",
}


@pytest.fixture
def tenants(furnished: Furnished) -> Tenants:
    return furnished.tenants


def id_arguments() -> list[tuple[str, str]]:
    named = ((tool, name) for tool in TOOLS for name in tool.input_schema["properties"] if name in ID_ARGUMENTS)
    return [(tool.name, name) for tool, name in named]


def test_every_argument_for_an_id_is_tried() -> None:
    names = {name for tool in TOOLS for name in tool.input_schema["properties"]}
    assert {name for name in names if name.endswith("_id")} - ID_ARGUMENTS.keys() == {"account_id", "assignee_id"}


@pytest.mark.parametrize("text", ["Welcome", "@grace_lee", "a name that is longer than any id of ours is"])
@pytest.mark.parametrize(("tool", "name"), id_arguments())
def test_tool_says_which_tool_finds_the_id(tenants: Tenants, ids: Ids, tool: str, name: str, text: str) -> None:
    arguments = in_place_of(BY_NAME[tool], ARGUMENTS[tool](ids), name, text)
    before = contents()
    problem = refusal(tenants.key(), tool, **arguments)
    kind = KINDS[ID_ARGUMENTS[name]]
    assert f"its id begins with `{kind.prefix}_` and is found with `{FINDS[ID_ARGUMENTS[name]]}`" in problem["text"]
    assert "/v1/" not in problem["text"]
    assert problem["code"] in ("not_found", "validation_failed")
    assert contents() == before


def test_every_kind_of_id_is_declared() -> None:
    defaults = [model._meta.pk.default for model in apps.get_models() if model._meta.pk is not None]
    made = {default.args[0] for default in defaults if isinstance(default, partial) and default.func is new_id}
    assert made | {"evt"} == {kind.prefix for kind in KINDS.values()}


@pytest.mark.parametrize("kind", [name for name, kind in FOUND.items() if kind.call])
def test_every_call_that_finds_ids_exists(api: Api, tenants: Tenants, kind: str) -> None:
    path = FOUND[kind].call.removeprefix("GET ")
    parent = "contact" if path.startswith("/v1/contacts/") else "webhook endpoint"
    answer = api(tenants.key()).get(path.replace("ID", new_id(KINDS[parent].prefix)))
    assert answer.status_code == 200 or answer.json()["detail"].startswith(f"no such {parent}")


@pytest.mark.parametrize(
    ("method", "path", "body", "kind"),
    [
        ("get", "/v1/contacts/@grace_lee", None, "contact"),
        ("get", "/v1/messages/hello", None, "message"),
        ("get", "/v1/threads/grace/messages", None, "thread"),
        ("get", "/v1/segments/Leads", None, "segment"),
        ("get", "/v1/sequences/Welcome", None, "sequence"),
        ("post", "/v1/sequences/Welcome/enroll", {"contact_id": "@grace_lee"}, "sequence"),
        ("get", "/v1/enrollments?sequence_id=Welcome", None, "sequence"),
        ("get", "/v1/enrollments/1", None, "enrollment"),
        ("get", "/v1/broadcasts/June", None, "broadcast"),
        ("get", "/v1/webhooks/mine", None, "webhook endpoint"),
        ("get", "/v1/deliveries/1", None, "delivery"),
        ("get", "/v1/events/1", None, "event"),
    ],
)
def test_rest_says_which_call_finds_the_id(
    api: Api, tenants: Tenants, method: str, path: str, body: Any, kind: str
) -> None:
    answer = getattr(api(tenants.key()), method)(path, body)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["detail"] == f"no such {kind} in this workspace; {KINDS[kind].hint}"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v1/messages?contact_id=@grace", "contact"),
        ("/v1/messages?thread_id=grace", "thread"),
        ("/v1/threads?contact_id=Grace+Lee", "contact"),
        ("/v1/enrollments?contact_id=grace", "contact"),
        ("/v1/contacts?segment=Leads", "segment"),
    ],
)
def test_a_filter_by_a_name_is_refused_and_matches_not_just_nobody(
    api: Api, tenants: Tenants, path: str, kind: str
) -> None:
    answer = api(tenants.key()).get(path)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter")
    assert answer.json()["errors"][0]["detail"] == f"this is not the id of a {kind}: {KINDS[kind].hint}"
