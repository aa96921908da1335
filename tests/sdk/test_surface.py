"""Methods, models and errors of the Python client are those of the OpenAPI document: none missing and none extra."""

import datetime
import inspect
import json
import re
import runpy
import subprocess
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from crmsolid_client import CrmSolid, errors, models
from crmsolid_client._model import Model
from crmsolid_client._sync.download import Download
from crmsolid_client._sync.pages import Pages
from crmsolid_client._sync.resources.base import Resource
from crmsolid_client._sync.stream import MessageStream

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "sdk" / "python" / "tools"
DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text())
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
GENERATOR = runpy.run_path(str(TOOLS / "generate_models.py"))
ANSWERED: dict[str, Any] = GENERATOR["answered_models"](DOCUMENT)
# What is made of other methods.
NOT_AN_OPERATION = {"contacts.sync", "events.follow", "files.download", "jobs.wait", "proposals.wait"}
OF_THE_TRANSPORT = {"Idempotency-Key", "X-Request-Id", "Range"}
CONDITIONS = {"If-Match", "If-None-Match"}


@dataclass
class Sent:
    """What the methods of one operation sent: names of query parameters, headers, and members of the body."""

    methods: list[str] = field(default_factory=list)
    params: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)


def methods_of(crm: CrmSolid) -> Iterator[tuple[str, Callable[..., Any]]]:
    yield "me", crm.me
    for name, resource in vars(crm).items():
        if isinstance(resource, Resource):
            for method, function in inspect.getmembers(resource, inspect.ismethod):
                if not method.startswith("_") and f"{name}.{method}" not in NOT_AN_OPERATION:
                    yield f"{name}.{method}", function


def example(hint: Any) -> Any:
    """A value for an argument of this type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return example(arguments[0])
    if origin is typing.Literal:
        return arguments[0]
    if origin is Sequence:
        return [example(arguments[0])]
    if origin is Mapping:
        return {"a": "b"}
    now = datetime.datetime.now(datetime.UTC)
    return {str: "x_1", int: 7, float: 7.0, bool: True, datetime.datetime: now, bytes: b"a"}[hint]


def arguments_of(function: Callable[..., Any]) -> tuple[list[Any], dict[str, Any]]:
    """A value for each argument of a method."""
    hints = typing.get_type_hints(function)
    parameters = inspect.signature(function).parameters.values()
    values = {one.name: example(hints[one.name]) if one.name != "file" else b"a\n" for one in parameters}
    positional = [values.pop(one.name) for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
    return positional, values


def call_with_everything(function: Callable[..., Any]) -> None:
    """Call a method with all of its arguments; the answer is an error."""
    positional, values = arguments_of(function)
    with pytest.raises(errors.APIError):
        result = function(*positional, **values)
        match result:
            case Pages():
                next(iter(result))
            case Download():
                result.read()
            case MessageStream():
                result.__enter__()


def operation_of(method: str, path: str) -> str:
    """The operation whose path fits; the one with the fewest parameters if several do."""
    fitting = [
        template
        for template, operations in DOCUMENT["paths"].items()
        if method.lower() in operations and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)
    ]
    assert fitting, f"{method} {path} is not in the document"
    return str(DOCUMENT["paths"][min(fitting, key=lambda one: one.count("{"))][method.lower()]["operationId"])


def sent_members(request: httpx.Request) -> set[str]:
    content = request.read()
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return set(re.findall(r'; name="(\w+)"', content.decode()))
    return set(json.loads(content)) if content else set()


@pytest.fixture(scope="module")
def sent() -> dict[str, Sent]:
    """What every method sent, by operation."""
    found: dict[str, Sent] = {}
    requests: list[httpx.Request] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        request.read()
        return httpx.Response(401)

    with CrmSolid("cs_test_aaaa_key", "http://127.0.0.1", http_transport=httpx.MockTransport(refuse)) as crm:
        for name, function in methods_of(crm):
            requests.clear()
            call_with_everything(function)
            (request,) = requests
            parts = urlsplit(str(request.url))
            one = found.setdefault(operation_of(request.method, parts.path), Sent())
            one.methods.append(name)
            one.params |= set(parse_qs(parts.query))
            one.params |= {header for header in (*CONDITIONS, "Last-Event-ID") if header in request.headers}
            one.members |= sent_members(request)
            assert ("Idempotency-Key" in request.headers) == (request.method != "GET"), name
    return found


def operations() -> Iterator[dict[str, Any]]:
    for of_path in DOCUMENT["paths"].values():
        yield from of_path.values()


def names_of(operation: dict[str, Any]) -> set[str]:
    return {one["name"] for one in operation["parameters"] if one["in"] != "path"}


def test_every_operation_has_one_method(sent: dict[str, Sent]) -> None:
    assert set(sent) == {operation["operationId"] for operation in operations()}
    # For one contact, and for many.
    assert [operation for operation, one in sent.items() if len(one.methods) > 1] == ["enroll_contact"]


def test_methods_send_every_parameter_and_no_other(sent: dict[str, Sent]) -> None:
    for operation in operations():
        documented = names_of(operation) - OF_THE_TRANSPORT
        if operation["operationId"] != "create_contact":  # what changes an object has no use for If-None-Match
            documented -= {"If-None-Match"} if "Idempotency-Key" in names_of(operation) else CONDITIONS
        assert sent[operation["operationId"]].params == documented, operation["operationId"]


def test_methods_send_every_member_of_the_body_and_no_other(sent: dict[str, Sent]) -> None:
    for operation in operations():
        content = operation.get("requestBody", {}).get("content", {})
        schema: dict[str, Any] = next(
            (content[kind]["schema"] for kind in ("application/json", "multipart/form-data") if kind in content), {}
        )
        if "$ref" in schema:
            schema = SCHEMAS[schema["$ref"].rpartition("/")[2]]
        documented = set(schema.get("properties", {}))
        if operation["operationId"] == "start_broadcast":
            documented.remove("preview")  # another operation has the preview alone
        if operation["operationId"] == "replace_sequence":
            documented -= {"id", "status", "version", "created_at", "updated_at"}  # which it does not change
        assert sent[operation["operationId"]].members == documented, operation["operationId"]


def test_models_have_every_field_and_may_be_null_where_the_document_says_so() -> None:
    assert len(ANSWERED) > 80
    for name, schema in ANSWERED.items():
        shape = getattr(models, GENERATOR["model_name"](name))
        shape.model_rebuild()  # one that refers to a later one is not complete yet
        fields = {one.alias or attribute: one for attribute, one in shape.model_fields.items()}
        assert set(fields) == set(schema["properties"]), name
        for member, part in schema["properties"].items():
            takes_null = "null" in part.get("type", []) or {"type": "null"} in part.get("oneOf", [])
            is_essential = not takes_null and (member == "id" or (name, member) == ("Event", "event"))
            assert fields[member].is_required() == is_essential, f"{name}.{member}"
            is_optional = type(None) in typing.get_args(fields[member].annotation)
            takes_anything = fields[member].annotation is Any
            is_list = part.get("type") == "array"
            expected = takes_null or not (member in schema.get("required", []) or is_list)
            assert takes_anything or is_optional == expected, f"{name}.{member}"


def test_every_error_code_has_a_class_for_its_status() -> None:
    assert set(errors.BY_CODE) == set(SCHEMAS["ErrorCode"]["enum"])
    assert len(errors.BY_CODE) == len(set(errors.BY_CODE.values()))


@pytest.mark.parametrize("tool", ["generate_models.py", "generate_sync.py"])
def test_generated_code_is_up_to_date(tool: str) -> None:
    command = [sys.executable, str(TOOLS / tool), "--check"]
    assert subprocess.run(command, timeout=60).returncode == 0, f"run python sdk/python/tools/{tool}"


MESSAGE = {
    **dict.fromkeys(("eta", "sent_at", "edited_at", "in_reply_to", "error", "request_id", "waiting_for")),
    "id": "msg_1",
    "account_id": 7421,
    "thread_id": "thr_1",
    "contact_id": "con_1",
    "direction": "out",
    "kind": "text",
    "status": "delivered to the moon",
    "text": "Привіт 🚀",
    "created_at": "2026-06-04T09:00:00Z",
    "auto_reply": False,
    "stars": 5,
}


def test_unknown_members_and_values_are_kept() -> None:
    message = models.Message.model_validate(MESSAGE)
    assert message.status == "delivered to the moon"
    assert message.model_extra == {"stars": 5}
    assert message.created_at == datetime.datetime(2026, 6, 4, 9, tzinfo=datetime.UTC)
    assert json.loads(message.model_dump_json(exclude_unset=True)) == MESSAGE


@pytest.mark.parametrize("name", ANSWERED)
def test_every_object_can_be_read_without_the_members_that_it_does_not_need(name: str) -> None:
    shape: type[Model] = getattr(models, GENERATOR["model_name"](name))
    fields = {one.alias or attribute: one for attribute, one in shape.model_fields.items()}
    needed = {member: 1 if one.annotation is int else "x_1" for member, one in fields.items() if one.is_required()}
    assert set(needed) <= {"id", "event"}
    for others in ({}, dict.fromkeys(set(fields) - set(needed)), {"invented_later": [1]}):
        read = shape.model_validate_json(json.dumps({**needed, **others}))
        assert {member: getattr(read, member) for member in needed} == needed
        for attribute, one in shape.model_fields.items():
            assert (one.alias or attribute) in needed or not getattr(read, attribute)


def test_null_where_none_is_documented_is_read_as_missing() -> None:
    message = models.Message.model_validate({**MESSAGE, "attachments": None, "reactions": [None], "direction": None})
    assert (message.attachments, message.reactions, message.direction) == ([], [], "")
    with pytest.raises(ValueError, match="id"):
        models.Message.model_validate({**MESSAGE, "id": None})


def test_message_of_an_older_event_has_no_files_and_no_formatting() -> None:
    event = {"event": "message.received", "id": "evt_1", "created_at": "2026-06-04T09:00:00Z"}
    message = models.WebhookEvent.model_validate({**event, "data": {"message": MESSAGE}}).message
    assert message is not None
    assert (message.text, message.html, message.attachments) == ("Привіт 🚀", None, [])
    assert models.WebhookEvent.model_validate({**event, "data": {}}).actor is None


def test_object_of_an_event_that_does_not_fit_is_an_unreadable_event() -> None:
    event = {"event": "message.received", "id": "evt_1", "created_at": "2026-06-04T09:00:00Z"}
    read = models.WebhookEvent.model_validate({**event, "data": {"message": {"id": "msg_1", "text": [1]}}})
    with pytest.raises(errors.UnreadableEvent, match="message") as unreadable:
        _ = read.message
    assert (unreadable.value.id, unreadable.value.type) == ("evt_1", "message.received")


def test_models_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        models.Message.model_validate(MESSAGE).text = "other"


def test_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        models.Message.model_validate({**MESSAGE, "created_at": "2026-06-04T09:00:00"})
