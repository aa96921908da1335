"""The document is sound, up to date, and holds every route."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.validation import validate_schema
from rest_framework import serializers

from crmsolid.api.fields import StrictSerializer
from crmsolid.api.management.commands.write_openapi import committed
from crmsolid.api.openapi import document
from crmsolid.api.views import WorkspaceView
from tests.api import demo

# Fields that take a value of any type, or none: nothing to coerce.
_EXACT = (serializers.ListField, serializers.DictField, serializers.JSONField, serializers.HiddenField)


@pytest.fixture(scope="module")
def product() -> dict[str, Any]:
    return document.build()


@pytest.fixture(scope="module")
def demonstration() -> dict[str, Any]:
    return document.build(demo.__name__)


def routes(patterns: list[Any], prefix: str = "/") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for entry in patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found += routes(entry.url_patterns, path)
        elif isinstance(entry, URLPattern):
            found.append((path, entry.callback))
    return found


def v1_views() -> list[tuple[str, type[WorkspaceView]]]:
    return [(path, view.view_class) for path, view in routes(get_resolver().url_patterns) if path.startswith("/v1/")]


def handlers(view: type[WorkspaceView]) -> set[str]:
    return {name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)}


def operations(found: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, operation) for path, item in found["paths"].items() for method, operation in item.items()]


def test_the_document_is_valid_openapi(product: dict[str, Any], demonstration: dict[str, Any]) -> None:
    validate_schema(product)
    validate_schema(demonstration)
    assert product["openapi"] == "3.1.0"


def test_the_committed_document_is_up_to_date(product: dict[str, Any]) -> None:
    assert committed().read_text(encoding="utf-8") == document.to_text(product), "run manage.py write_openapi"
    call_command("write_openapi", "--check")


def test_descriptions_speak_to_who_calls_the_api(product: dict[str, Any]) -> None:
    text = document.to_text(product)
    assert [mark for mark in ("``", ":meth:", ":class:", ":func:", "needs_one_of", "``source``") if mark in text] == []
    assert product["components"]["schemas"]["ContactPatch"]["description"].startswith("What to replace;")


def test_the_check_fails_on_another_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "build", lambda: {})
    with pytest.raises(CommandError, match="out of date"):
        call_command("write_openapi", "--check")


def test_every_route_is_in_the_document(product: dict[str, Any]) -> None:
    for path, view in v1_views():
        shown = path.replace("<", "{").replace(">", "}")
        for converter in ("int:", "str:", "slug:"):
            shown = shown.replace("{" + converter, "{")
        assert {method.upper() for method in product["paths"].get(shown, {})} == handlers(view), path


def test_every_handler_is_declared_and_described() -> None:
    for path, view in v1_views():
        assert handlers(view) == set(view.endpoints), path
        assert view.__doc__ or all(getattr(view, method.lower()).__doc__ for method in handlers(view)), path


def strict_fields(serializer: Any, path: str) -> list[str]:
    """Paths of fields that would coerce."""
    found: list[str] = []
    for name, field in serializer.fields.items():
        inner = field
        while isinstance(inner, serializers.ListField | serializers.DictField) and not hasattr(inner, "json_schema"):
            inner = inner.child
        if isinstance(inner, StrictSerializer):
            found += strict_fields(inner, f"{path}.{name}")
        elif not hasattr(inner, "json_schema") and not isinstance(inner, _EXACT):
            found.append(f"{path}.{name}: {type(inner).__name__}")
    return found


def test_every_input_field_is_exact() -> None:
    lenient: list[str] = []
    for path, view in v1_views():
        for endpoint in view.endpoints.values():
            for serializer in (endpoint.query, endpoint.body):
                if isinstance(serializer, type):
                    lenient += strict_fields(serializer(), path)
    assert lenient == []


def test_operations_are_named_once_and_told(product: dict[str, Any], demonstration: dict[str, Any]) -> None:
    for found in (product, demonstration):
        names = [operation["operationId"] for _, _, operation in operations(found)]
        assert len(names) == len(set(names))
        assert all(operation["summary"] and operation["tags"] for _, _, operation in operations(found))


def test_operation_names(demonstration: dict[str, Any]) -> None:
    names = {f"{method} {path}": operation["operationId"] for path, method, operation in operations(demonstration)}
    assert names == {
        "get /v1/me": "get_me",
        "get /v1/notes": "list_notes",
        "post /v1/notes": "create_note",
        "get /v1/notes/export": "get_notes_export",
        "get /v1/notes/{note_id}": "get_note",
        "patch /v1/notes/{note_id}": "update_note",
        "delete /v1/notes/{note_id}": "delete_note",
        "post /v1/notes/{note_id}/close": "close_note",
    }


def parameters(found: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    return {item["name"]: item for item in found["paths"][path][method]["parameters"]}


def test_parameters(demonstration: dict[str, Any]) -> None:
    listing = parameters(demonstration, "get", "/v1/notes")
    assert listing["tag"]["schema"] == {
        "type": "array",
        "items": {"type": "string", "pattern": r"^[^\u0000]*$", "minLength": 1, "maxLength": 10},
    }
    assert listing["limit"]["schema"] == {
        "type": "integer", "format": "int64", "minimum": 1, "maximum": 100, "default": 50
    }  # fmt: skip
    assert listing["kind"]["schema"] == {"type": "string", "enum": ["plain", "1"]}
    assert listing["done"]["schema"] == {"type": "boolean"}
    assert "Idempotency-Key" not in listing
    patch = parameters(demonstration, "patch", "/v1/notes/{note_id}")
    assert patch["Idempotency-Key"]["required"] is True
    assert patch["If-Match"]["required"] is False
    assert patch["note_id"]["schema"]["maximum"] == 2**63 - 1
    assert parameters(demonstration, "delete", "/v1/notes/{note_id}")["Idempotency-Key"]["required"] is False


def resolved(found: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    answers = found["paths"][path][method]["responses"]
    return {
        status: found["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]] if "$ref" in answer else answer
        for status, answer in answers.items()
    }


def codes(answer: dict[str, Any]) -> list[str]:
    narrowed = answer["content"]["application/problem+json"]["schema"]["allOf"][1]
    found: list[str] = narrowed["properties"]["code"]["enum"]
    return found


def test_problems_of_a_read(demonstration: dict[str, Any]) -> None:
    answers = resolved(demonstration, "get", "/v1/notes/{note_id}")
    assert sorted(answers) == ["200", "400", "401", "403", "404", "405", "406", "429", "500", "503"]
    assert codes(answers["400"]) == ["invalid_parameter", "bad_request"]
    assert codes(answers["429"]) == ["rate_limited"]
    assert "Retry-After" in answers["429"]["headers"]
    assert "ETag" in answers["200"]["headers"]


def test_problems_of_a_write(demonstration: dict[str, Any]) -> None:
    answers = resolved(demonstration, "patch", "/v1/notes/{note_id}")
    assert sorted(answers) == [
        "200", "400", "401", "403", "404", "405", "406", "409", "410", "412", "413", "415", "422", "429", "500", "503",
    ]  # fmt: skip
    assert codes(answers["409"]) == ["idempotency_in_progress"]
    assert codes(answers["422"]) == ["validation_failed", "idempotency_key_reused"]
    assert "Idempotency-Replayed" in answers["200"]["headers"]
    declared = resolved(demonstration, "post", "/v1/notes/{note_id}/close")
    assert codes(declared["409"]) == ["idempotency_in_progress", "invalid_state"]


# Codes of 404, 409 and 429 that each write of contacts and messages may answer, and whether it answers an ETag.
OWN_REFUSALS = {
    "post /v1/contacts": ([], ["idempotency_in_progress", "contact_conflict"], ["rate_limited"], True),
    "patch /v1/contacts/{contact_id}": (
        ["not_found"],
        ["idempotency_in_progress", "contact_conflict"],
        ["rate_limited"],
        True,
    ),
    "delete /v1/contacts/{contact_id}": (["not_found"], ["idempotency_in_progress"], ["rate_limited"], False),
    "post /v1/contacts/{contact_id}/tags": (["not_found"], ["idempotency_in_progress"], ["rate_limited"], True),
    "post /v1/messages/send": (
        ["not_found"],
        ["idempotency_in_progress", "contact_opted_out"],
        ["rate_limited", "account_daily_limit"],
        False,
    ),
    "post /v1/messages/{message_id}/cancel": (
        ["not_found"],
        ["idempotency_in_progress", "invalid_state"],
        ["rate_limited"],
        False,
    ),
    "post /v1/threads/{thread_id}/read": (["not_found"], ["idempotency_in_progress"], ["rate_limited"], False),
}


@pytest.mark.parametrize("operation", list(OWN_REFUSALS))
def test_a_write_lists_what_it_answers_and_nothing_else(product: dict[str, Any], operation: str) -> None:
    answers = resolved(product, *operation.split())
    found = [codes(answers[status]) if status in answers else [] for status in ("404", "409", "429")]
    success = [answer for status, answer in answers.items() if status.startswith("2")]
    assert (*found, all("ETag" in answer["headers"] for answer in success)) == OWN_REFUSALS[operation]


def test_every_response_has_the_headers_of_every_response(demonstration: dict[str, Any]) -> None:
    for path, method, _ in operations(demonstration):
        for answer in resolved(demonstration, method, path).values():
            assert set(answer["headers"]) >= {"X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining"}


def test_scopes_are_named(demonstration: dict[str, Any]) -> None:
    post = demonstration["paths"]["/v1/notes"]["post"]
    assert post["security"] == [{"apiKey": ["write:contacts"]}]
    assert "`write:contacts`" in post["description"]


def test_streams_and_empty_answers(demonstration: dict[str, Any]) -> None:
    answers = resolved(demonstration, "get", "/v1/notes/export")
    assert sorted(answers["200"]["content"]) == ["application/x-ndjson", "text/csv"]
    assert "Content-Disposition" in answers["200"]["headers"]
    assert "406" not in answers  # whatever Accept says
    assert "content" not in resolved(demonstration, "delete", "/v1/notes/{note_id}")["204"]


def test_the_document_is_the_same_each_time(product: dict[str, Any]) -> None:
    assert json.dumps(document.build()) == json.dumps(product)


def test_an_answer_links_to_the_calls_that_take_its_id(product: dict[str, Any]) -> None:
    def links(method: str, path: str, status: str) -> set[str]:
        return set(product["paths"][path][method]["responses"][status].get("links", {}))

    of_contact = {"get_contact", "update_contact", "delete_contact", "tag_contact", "get_contact_data"}
    assert links("post", "/v1/contacts", "201") == of_contact
    assert links("post", "/v1/messages/send", "200") == {"get_message", "cancel_message"}
    assert "get_contact_by_contact_id" in links("get", "/v1/messages/{message_id}", "200")
    assert links("post", "/v1/webhooks/{endpoint_id}/replay", "202") == {"get_job"}  # the job's id, not the endpoint's
    assert {"get_delivery", "replay_delivery"} < links("post", "/v1/webhooks/{endpoint_id}/test", "202")
    assert links("get", "/v1/contacts", "200") == links("delete", "/v1/contacts/{contact_id}", "204") == set()


def test_every_link_leads_to_an_operation_and_names_its_parameter(
    product: dict[str, Any], demonstration: dict[str, Any]
) -> None:
    for found in (product, demonstration):
        takes = {
            operation["operationId"]: {given["name"] for given in operation["parameters"] if given["in"] == "path"}
            for _, _, operation in operations(found)
        }
        used = set()
        for _, _, operation in operations(found):
            for answer in operation["responses"].values():
                used |= {link["$ref"].rsplit("/", 1)[-1] for link in answer.get("links", {}).values()}
        links = found["components"].get("links", {})
        assert used == set(links)
        for link in links.values():
            assert set(link["parameters"]) == takes[link["operationId"]]
