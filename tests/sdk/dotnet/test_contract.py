"""The .NET client against docs/openapi.json: every operation with its parameters, its body and its answer.

What the client sends and reads comes from the compiled library itself, which calls each method against a server that
refuses (`Runner/Description.cs`).
"""

import json
import re
from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings

from tests.sdk.dotnet.conftest import Build
from tests.sdk.dotnet.toolchain import DotNet

DOCUMENT = json.loads((Path(settings.BASE_DIR) / "docs" / "openapi.json").read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]
# The client has one model for events of all types.
_PING = SCHEMAS["PingEvent"]
_OF_ALL_TYPES = {"event": {"$ref": "#/components/schemas/EventTypeOrPing"}, "data": {"type": "object"}}
SCHEMAS["Event"] = {**_PING, "properties": {**_PING["properties"], **_OF_ALL_TYPES}}
# Whoever asks sets it on the HttpClient, or a download by itself; the client has no parameter for it.
NOT_A_PARAMETER = {"X-Request-Id", "Range"}
# Open objects in the document whose shape is known.
TYPED_OBJECTS = {"model:EventData", "any"}
# Objects whose members the client leaves to the caller, as those of personal data.
AS_MAPS = [SCHEMAS["JobResult"], SCHEMAS["JobError"]]
# What an older product, or an event that it has stored, does not have: by model.
OF_THREADS = {"account", "contact", "state", "snoozed_until", "assignee", "waiting_since", "planned_at"}
OF_WEBHOOKS = {"description", "account_ids", "header_names"}
ADDED_LATER = {
    "Broadcast": {"format", "attachments"},
    "BroadcastRecipient": {"contact", "account"},
    "BroadcastSample": {"html", "contact"},
    # contact.erased has the id alone.
    "Contact": set(SCHEMAS["Contact"]["properties"]) - {"id"},
    "Enrollment": {"contact"},
    "Event": {"actor"},
    "IssuedWebhook": OF_WEBHOOKS,
    "Job": {"author"},
    "Message": {
        *("html", "attachments", "reply_to", "quote", "read_at", "deleted_at", "reactions", "change"),
        *("account", "contact", "author"),
    },
    "Note": {"contact"},
    "MessageThread": OF_THREADS,
    "ThreadWithMessages": OF_THREADS,
    "PersonalData": {"files", "drafts"},
    "SegmentExplanation": {"contact"},
    "SequencePreviewStep": {"html"},
    "SequenceStep": {"format", "attachments"},
    "Webhook": OF_WEBHOOKS,
}


@dataclass
class Operation:
    id: str
    line: re.Pattern[str]
    description: dict[str, Any]
    calls: list[dict[str, Any]] = field(default_factory=list)
    methods: list[dict[str, Any]] = field(default_factory=list)

    def parameters(self, place: str) -> set[str]:
        return {
            each["name"]
            for each in self.description.get("parameters", [])
            if each["in"] == place and each["name"] not in NOT_A_PARAMETER
        }

    def body(self) -> dict[str, Any]:
        content = self.description.get("requestBody", {}).get("content", {})
        schema: dict[str, Any] = resolved(content.get("application/json", {}).get("schema", {}))
        return schema

    def answers(self) -> list[dict[str, Any]]:
        """The schemas of the JSON answers of successful requests."""
        contents = [
            response["content"] for status, response in self.description["responses"].items() if status.startswith("2")
            if "content" in response
        ]  # fmt: skip
        return [content["application/json"]["schema"] for content in contents if "application/json" in content]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema behind references, without the alternative null."""
    if "$ref" in schema:
        return resolved(SCHEMAS[schema["$ref"].rsplit("/", 1)[1]])
    for several in ("allOf", "oneOf"):
        alternatives = [each for each in schema.get(several, []) if each.get("type") != "null"]
        if len(alternatives) == 1:
            return resolved(alternatives[0])
    return schema


def operations() -> list[Operation]:
    """Literal paths first: /v1/contacts/export is not a contact."""
    paths = sorted(DOCUMENT["paths"].items(), key=lambda item: item[0].replace("{", "~"))
    return [
        Operation(
            description["operationId"],
            re.compile(method.upper() + " " + re.sub(r"\\{\w+\\}", "[^/?]+", re.escape(path)) + r"(\?|$)"),
            description,
        )
        for path, methods in paths
        for method, description in methods.items()
    ]


@pytest.fixture(scope="module")
def description(build: Build, dotnet: DotNet) -> dict[str, Any]:
    assert build.diagnostics.get(str(build.tests)) is None
    result = dotnet.run(build.tests, "describe")
    assert result.returncode == 0, result.stderr
    described: dict[str, Any] = json.loads(result.stdout)
    return described


@pytest.fixture(scope="module")
def called(description: dict[str, Any]) -> list[Operation]:
    found = operations()
    for method in description["methods"]:
        for call in method["calls"]:
            operation = next((each for each in found if each.line.match(call["line"])), None)
            assert operation is not None, f"{method['name']} sends {call['line']}"
            operation.calls.append(call)
            if method not in operation.methods:
                operation.methods.append(method)
    return found


def test_every_operation_has_a_method(called: list[Operation]) -> None:
    assert [each.id for each in called if not each.methods] == []
    # One contact is enrolled, or many. A file is read or written to a path. A message goes to a username, to a contact,
    # or is one with all it can have.
    assert {each.id: len(each.methods) for each in called if len(each.methods) != 1} == {
        "enroll_contact": 2,
        "get_file": 2,
        "send_message": 3,
    }


def test_methods_send_the_documented_query_parameters(called: list[Operation]) -> None:
    for operation in called:
        sent = {name for call in operation.calls for name in parse_qs(urlsplit(call["line"].split()[1]).query)}
        assert sent == operation.parameters("query"), operation.id


def test_methods_send_the_documented_headers(called: list[Operation]) -> None:
    own = {"authorization", "user-agent", "content-type", "content-length", "accept-encoding"}
    for operation in called:
        sent = {name for call in operation.calls for name in call["headers"]} - own
        documented = {name.lower() for name in operation.parameters("header")}
        if operation.id != "create_contact":  # what changes an object has no use for If-None-Match
            documented -= {"if-none-match"} if "idempotency-key" in documented else {"if-match", "if-none-match"}
        assert sent == documented, operation.id


def test_every_write_has_an_idempotency_key(called: list[Operation]) -> None:
    for operation in called:
        for call in operation.calls:
            assert ("idempotency-key" in call["headers"]) != call["line"].startswith("GET "), operation.id


def test_methods_send_the_documented_bodies(called: list[Operation]) -> None:
    for operation in called:
        schema = operation.body()
        if operation.id == "replace_sequence":  # which takes what GET answers, and does not change these
            unchanged = {"id", "status", "version", "created_at", "updated_at"}
            members = {name: each for name, each in schema["properties"].items() if name not in unchanged}
            schema = {**schema, "properties": members}
        bodies = [json.loads(call["body"]) for call in operation.calls if is_json(call)]
        if not schema.get("properties"):
            assert bodies == [], operation.id
            continue
        assert compared_bodies(bodies, schema) == [], operation.id


def is_json(call: dict[str, Any]) -> bool:
    return call["body"] is not None and call["headers"].get("content-type") == "application/json"


def compared_bodies(bodies: list[dict[str, Any]], schema: dict[str, Any]) -> list[str]:
    """All members are sent by some call, and each call sends the required ones and no others."""
    problems = [
        f"{set(schema.get('required', [])) - set(body)} is missing in {body}"
        for body in bodies
        if not set(schema.get("required", [])) <= set(body)
    ]
    sent = {name for body in bodies for name in body}
    if sent != set(schema["properties"]):
        problems.append(f"sent {sent}, documented {set(schema['properties'])}")
    for name, member in schema["properties"].items():
        nested = resolved(member)
        values = [body[name] for body in bodies if isinstance(body.get(name), dict)]
        if values and "properties" in nested:
            problems += compared_bodies(values, nested)
    return problems


def test_an_import_is_sent_as_a_file_or_as_a_form(called: list[Operation]) -> None:
    operation = next(each for each in called if each.id == "import_contacts")
    documented = operation.description["requestBody"]["content"]
    types = {call["headers"]["content-type"].split(";")[0] for call in operation.calls}
    assert types == set(documented)
    form = next(call["body"] for call in operation.calls if call["headers"]["content-type"].startswith("multipart"))
    members = set(re.findall(r'; name="?(\w+)', form))
    assert members == set(documented["multipart/form-data"]["schema"]["properties"])


def test_methods_read_the_documented_answers(called: list[Operation], description: dict[str, Any]) -> None:
    for operation in called:
        answers = operation.answers()
        if not answers or operation.id == "get_file":  # a file that is waited for, a stream, or nothing
            results = {method["result"] for method in operation.methods}
            assert results <= {None, "Int64", "Stream", "StreamedEvent"}, operation.id
            continue
        by_text = {json.dumps(answer): answer for answer in answers}
        read = set()
        for method in operation.methods:
            problems = {key: compared_answers(method, answer, description) for key, answer in by_text.items()}
            fitting = [key for key, found in problems.items() if not found]
            assert fitting, (operation.id, method["name"], problems.values())
            read.add(fitting[0])
        if operation.id == "start_broadcast":
            assert len(by_text.keys() - read) == 1  # the preview, which another operation answers alone
        else:
            assert read == by_text.keys(), (operation.id, "no method reads", by_text.keys() - read)


def compared_answers(method: dict[str, Any], schema: dict[str, Any], description: dict[str, Any]) -> list[str]:
    properties = resolved(schema)["properties"]
    if method["list"]:
        if set(properties) - {"synced_until"} != {"data", "next_cursor"}:
            return ["not a list"]
        schema = properties["data"]["items"]
    return compared(f"model:{method['result']}", schema, description, method["name"])


def compared(kind: str, schema: dict[str, Any], description: dict[str, Any], where: str) -> list[str]:
    """How a type of the library differs from a schema of the document."""
    schema = resolved(schema)
    if "oneOf" in schema:  # the grammar of conditions
        members, read = members_of(schema), set(description["models"]["Condition"])
        return [] if (kind, members) == ("model:Condition", read) else [f"{where}: {kind} does not read {members}"]
    if "enum" in schema:
        values = set(description["values"].get(kind.removeprefix("value:"), []))
        missing = {value for value in schema["enum"] if value is not None} - values
        return [f"{where}: {kind} lacks {missing}"] if missing else []
    expected = type_of(schema)
    if expected == "list" and kind.startswith("list:"):
        return compared(kind.removeprefix("list:"), schema["items"], description, f"{where}[]")
    if kind == "map:any" and (schema in AS_MAPS or where.startswith("Contacts.DataAsync.")):
        return []
    if expected == "map" and (kind in TYPED_OBJECTS or kind.startswith("map:")):
        values_of = schema.get("additionalProperties")
        inner = kind.removeprefix("map:")
        return (
            compared(inner, values_of, description, f"{where}{{}}") if isinstance(values_of, dict) and values_of else []
        )
    if expected == "model" and kind.startswith("model:"):
        name = kind.removeprefix("model:")
        later = ADDED_LATER.get(name, set())
        return compared_members(description["models"][name], schema, description, where, later)
    return [] if expected == kind else [f"{where}: {kind} instead of {expected}"]


def members_of(schema: dict[str, Any]) -> set[str]:
    """The members that any of the alternatives has."""
    schema = resolved(schema)
    return set(schema.get("properties", {})).union(*map(members_of, schema.get("oneOf", [])))


def compared_members(
    members: dict[str, Any], schema: dict[str, Any], description: dict[str, Any], where: str, later: Container[str] = ()
) -> list[str]:
    """``later``: members that may be missing although the document requires them; then they are null or a default."""
    properties = schema["properties"]
    problems = [f"{where}: {name} is not documented" for name in members if name not in properties]
    for name, documented in properties.items():
        if name not in members:
            problems.append(f"{where}: {name} is not read")
            continue
        member, required = members[name], name in schema.get("required", [])
        nullable = is_nullable(documented) or not required
        if member["required"] != (required and name not in later):
            problems.append(f"{where}.{name}: required is {member['required']}")
        if member["nullable"] != nullable and name not in later and not is_defaulted(member, required):
            problems.append(f"{where}.{name}: nullable is {member['nullable']}")
        problems += compared(member["type"], documented, description, f"{where}.{name}")
    return problems


def is_defaulted(member: dict[str, Any], required: bool) -> bool:
    """A list that is left out is read as an empty one."""
    return not required and member["type"].startswith("list:")


def is_nullable(schema: dict[str, Any]) -> bool:
    return "null" in schema.get("type", []) or any(each.get("type") == "null" for each in schema.get("oneOf", []))


def type_of(schema: dict[str, Any]) -> str:
    declared = schema.get("type")
    kinds = [each for each in (declared if isinstance(declared, list) else [declared]) if each != "null"]
    kind = kinds[0] if len(kinds) == 1 else ""
    if kind == "object":
        return "model" if schema.get("properties") else "map"
    if kind == "array":
        return "list"
    if kind == "string" and schema.get("format") == "date-time":
        return "date-time"
    return kind or "any"


def test_refusals_are_read_as_documented(description: dict[str, Any]) -> None:
    problem = dict(SCHEMAS["Problem"])
    # What stands between client and API may refuse too, without a request id.
    read = description["models"]["Problem"]
    assert read["request_id"].pop("nullable") is True
    read["request_id"]["nullable"] = False
    assert compared_members(read, problem, description, "Problem") == []


def test_data_of_events_is_read_as_documented(description: dict[str, Any]) -> None:
    bodies = [
        resolved(event["post"]["requestBody"]["content"]["application/json"]["schema"])["properties"]
        for event in DOCUMENT["webhooks"].values()
    ]
    assert {name for body in bodies for name in body} == set(description["models"]["Event"])
    data = {name for body in bodies for name in body["data"].get("properties", {})}
    assert set(description["models"]["EventData"]) == data - {"webhook"}  # of a ping, which is only for a try


def test_every_documented_value_is_known_and_no_other(called: list[Operation], description: dict[str, Any]) -> None:
    documented: dict[str, set[str]] = defaultdict(set)
    for operation in called:
        if operation.id == "get_file":  # its JSON is read by no method
            continue
        for method in operation.methods:
            for answer in operation.answers():
                collect_values(f"model:{method['result']}", answer, description, documented, method["list"])
    for name, values in documented.items():
        assert set(description["values"][name]) == values, name
    parameters = {
        "AnalyticsInterval": parameter("get_analytics_funnel", "interval"),
        "ContactSort": parameter("list_contacts", "sort"),
        "ExportFormat": parameter("export_contacts", "format"),
        "MessageSort": parameter("list_messages", "sort"),
        "ThreadSort": parameter("list_threads", "sort"),
        "SendAs": SCHEMAS["SendAs"]["enum"],
        "InFlight": SCHEMAS["InFlight"]["enum"],
        "ResumeMode": SCHEMAS["ResumeMode"]["enum"],
        "ConditionOperator": SCHEMAS["ConditionOperator"]["enum"],
        "ErrorCode": SCHEMAS["ErrorCode"]["enum"],
    }
    for name, listed in parameters.items():
        assert set(description["values"][name]) == set(listed), name
    assert set(description["values"]) == set(documented) | set(parameters)


def parameter(operation_id: str, name: str) -> list[str]:
    operation = next(each for each in operations() if each.id == operation_id)
    found = next(each for each in operation.description["parameters"] if each["name"] == name)
    values: list[str] = resolved(found["schema"])["enum"]
    return values


def collect_values(
    kind: str, schema: dict[str, Any], description: dict[str, Any], into: dict[str, set[str]], is_list: bool = False
) -> None:
    schema = resolved(schema)
    if is_list:
        schema = resolved(schema["properties"]["data"]["items"])
    if kind.startswith("list:"):
        collect_values(kind.removeprefix("list:"), schema["items"], description, into)
    elif kind.startswith("value:") and "enum" in schema:
        into[kind.removeprefix("value:")] |= {value for value in schema["enum"] if value is not None}
    elif kind.startswith("model:") and "properties" in schema:
        for name, member in description["models"][kind.removeprefix("model:")].items():
            if name in schema["properties"]:
                collect_values(member["type"], schema["properties"][name], description, into)


def test_members_of_a_contact_that_can_be_deleted_are_told_apart(description: dict[str, Any]) -> None:
    members = description["inputs"]["ContactFields"]
    for schema in (SCHEMAS["ContactInput"], SCHEMAS["ContactChanges"]):
        deletable = {name for name, each in schema["properties"].items() if is_nullable(each)}
        assert {name for name, each in members.items() if each["type"].startswith("optional:")} == deletable


def test_required_members_of_inputs_are_required(description: dict[str, Any]) -> None:
    schemas = {"Audience": "AudienceInput", "BroadcastDraft": "BroadcastInput", "ContactFields": "ContactInput"}
    assert set(schemas) == set(description["inputs"])
    for name, schema in schemas.items():
        required = {member for member, each in description["inputs"][name].items() if each["required"]}
        assert required == set(SCHEMAS[schema].get("required", [])), name
