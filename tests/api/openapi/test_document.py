"""The OpenAPI document is valid and up to date, and has every route."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.validation import validate_schema
from rest_framework import serializers

from crmsolid.api import openapi
from crmsolid.api.fields import List, StrictSerializer
from crmsolid.api.management.commands.write_openapi import committed
from crmsolid.api.openapi_shared import ENUMERATIONS
from crmsolid.api.views import WorkspaceView
from crmsolid.events.catalogue import event_types
from tests.api.openapi.navigation import operations

# DRF fields that accept any value or none, so that they cannot coerce one.
NON_COERCING_FIELDS = (
    List,
    serializers.DictField,
    serializers.JSONField,
    serializers.HiddenField,
)


def test_document_is_valid_openapi(product_document: dict[str, Any], example_document: dict[str, Any]) -> None:
    validate_schema(product_document)
    validate_schema(example_document)
    assert product_document["openapi"] == "3.1.0"


def test_document_is_the_same_each_time_it_is_built(product_document: dict[str, Any]) -> None:
    assert json.dumps(openapi.build()) == json.dumps(product_document)


def test_committed_document_is_up_to_date(product_document: dict[str, Any]) -> None:
    assert committed().read_text(encoding="utf-8") == openapi.to_text(product_document), "run manage.py write_openapi"


def test_nothing_is_declared_twice_in_an_operation(product_document: dict[str, Any]) -> None:
    """Generators make one list of arguments of parameters and members of the body."""
    schemas = product_document["components"]["schemas"]
    for _, _, operation in operations(product_document):
        names = [each["name"] for each in operation["parameters"]]
        for content in operation.get("requestBody", {}).get("content", {}).values():
            schema = content["schema"]
            body = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
            together = [*names, *body.get("properties", {})]
            assert len(set(together)) == len(together), operation["operationId"]


def test_write_openapi_writes_the_document_and_checks_it(settings: Any, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="out of date"):
        call_command("write_openapi", "--check")
    call_command("write_openapi")
    call_command("write_openapi", "--check")
    committed().write_text("{}\n", encoding="utf-8")
    with pytest.raises(CommandError, match="out of date"):
        call_command("write_openapi", "--check")
    assert committed().read_text(encoding="utf-8") == "{}\n"


@pytest.mark.django_db
def test_document_is_public_and_can_be_revalidated_by_etag(client: Client) -> None:
    first = client.get("/openapi.json")
    assert (first.status_code, first.headers["Content-Type"]) == (200, "application/json")
    assert first.json()["openapi"] == "3.1.0"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert not first.cookies
    second = client.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.content) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"):
        assert second.headers[name] == first.headers[name]


@pytest.mark.django_db
def test_document_names_the_address_it_was_requested_at(
    client: Client, settings: Any, product_document: dict[str, Any]
) -> None:
    settings.ALLOWED_HOSTS = [".example.com"]
    first = client.get("/openapi.json", headers={"Host": "crm.example.com"}, secure=True)
    [server] = first.json()["servers"]
    assert server["url"] == "https://crm.example.com"
    assert {**first.json(), "servers": product_document["servers"]} == product_document
    seen = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/openapi.json", headers={"Host": "crm.example.com", **seen}, secure=True).status_code == 304
    other = client.get("/openapi.json", headers={"Host": "other.example.com:8000", **seen})
    assert (other.status_code, other.json()["servers"][0]["url"]) == (200, "http://other.example.com:8000")
    assert client.get("/openapi.json", headers={"Host": "example.org"}).status_code == 400


@pytest.mark.django_db
def test_document_that_was_compressed_is_revalidated_by_its_weak_etag(client: Client) -> None:
    """A cache drops a 304 with another ETag than the one it keeps."""
    first = client.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    second = client.get("/openapi.json", headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]})
    assert (first.headers["ETag"][:3], second.status_code) == ('W/"', 304)
    assert second.headers["ETag"] == first.headers["ETag"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("gzip;q=0.5, identity;q=0", "gzip"),
        ("br, x-gzip", "gzip"),
        ("gzip;q=0", None),
        ("deflate, gzip;q=0.000, *", None),
        ("gzip;q=0, identity;q=0", None),
        ("*;q=0", None),
        ("not-gzip", None),
        (",".join(["gzip"] * 101), None),
        ("", None),
    ],
)
def test_document_is_compressed_for_who_accepts_it(client: Client, accepted: str, coding: str | None) -> None:
    response = client.get("/openapi.json", headers={"Accept-Encoding": accepted})
    assert (response.status_code, response.headers.get("Content-Encoding")) == (200, coding)
    assert response.headers["Vary"] == "Host, Accept-Encoding"


def test_every_body_has_an_example_that_is_valid(product_document: dict[str, Any]) -> None:
    schemas = product_document["components"]["schemas"]
    bodies = set()
    for _, _, operation in operations(product_document):
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            bodies.add(content["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1])
    without = {name for name in bodies if not schemas[name].get("examples")}
    assert without == {"EmptyInput"}
    for name in bodies - without:
        resolved = {**schemas[name], "components": product_document["components"]}
        jsonschema_rs.Draft202012Validator(resolved).validate(schemas[name]["examples"][0])


def test_every_body_that_is_answered_has_an_example_that_is_valid(product_document: dict[str, Any]) -> None:
    number = 0
    for path, _, operation in operations(product_document):
        for status, response in operation["responses"].items():
            for media_type, content in response.get("content", {}).items() if status < "300" else ():
                schema = {**content["schema"], "components": product_document["components"]}
                validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
                assert not list(validator.iter_errors(content["example"])), (path, media_type)
                number += 1
    assert number > 70


def test_every_refusal_has_an_example_that_is_valid(product_document: dict[str, Any]) -> None:
    for name, response in product_document["components"]["responses"].items():
        for content in response.get("content", {}).values():
            schema = {**content["schema"], "components": product_document["components"]}
            validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
            assert not list(validator.iter_errors(content["example"])), name


def test_enumerations_that_stand_in_several_places_are_components(product_document: dict[str, Any]) -> None:
    found: Counter[str] = Counter()

    def count(node: Any) -> None:
        for key, part in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
            if isinstance(part, dict) and isinstance(part.get("enum"), list) and len(part["enum"]) > 1:
                found[json.dumps(part["enum"])] += 1
            if key not in ("if", "then", "else", "propertyNames", "example", "examples"):
                count(part)

    count({**product_document["paths"], **product_document["components"]["schemas"]})
    assert [values for values, number in found.items() if number > 1] == []
    assert set(ENUMERATIONS) <= set(product_document["components"]["schemas"])


def test_descriptions_have_no_markup_for_developers(product_document: dict[str, Any]) -> None:
    text = openapi.to_text(product_document)
    assert [markup for markup in ("``", ":meth:", ":class:", ":func:", "needs_one_of") if markup in text] == []
    assert product_document["components"]["schemas"]["ContactChanges"]["description"].startswith("What to replace;")


def test_every_event_type_is_a_webhook(product_document: dict[str, Any]) -> None:
    assert list(product_document["webhooks"]) == [event_type.name for event_type in event_types()]
    body = product_document["webhooks"]["contact.created"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"] == {"$ref": "#/components/schemas/ContactCreatedEvent"}
    schema = product_document["components"]["schemas"]["ContactCreatedEvent"]
    assert set(schema["properties"]["data"]["properties"]) == {"contact"}


# --- the routes of the product --------------------------------------------------------------------------------
def routes(patterns: list[Any], prefix: str = "/") -> Iterator[tuple[str, Any]]:
    """All routes below these URL patterns, with the view function of each."""
    for entry in patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, path)
        elif isinstance(entry, URLPattern):
            yield path, entry.callback


def v1_views() -> list[tuple[str, type[WorkspaceView]]]:
    return [(path, view.view_class) for path, view in routes(get_resolver().url_patterns) if path.startswith("/v1/")]


def handler_methods(view: type[WorkspaceView]) -> set[str]:
    return {name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)}


def test_every_route_is_in_the_document(product_document: dict[str, Any]) -> None:
    for route, view in v1_views():
        path = route.replace("<", "{").replace(">", "}")
        for converter in ("int:", "str:", "slug:", "path:"):
            path = path.replace("{" + converter, "{")
        assert {method.upper() for method in product_document["paths"].get(path, {})} == handler_methods(view), path


def test_every_handler_is_declared_and_has_a_docstring() -> None:
    for path, view in v1_views():
        assert handler_methods(view) == set(view.endpoints), path
        assert view.__doc__ or all(getattr(view, method.lower()).__doc__ for method in handler_methods(view)), path


def coercing_fields(serializer: Any, path: str) -> Iterator[str]:
    """Paths and types of the fields that would coerce a value, such as "1" to 1."""
    for name, field in serializer.fields.items():
        while isinstance(field, List | serializers.DictField) and not hasattr(field, "json_schema"):
            field = field.child
        if isinstance(field, StrictSerializer):
            yield from coercing_fields(field, f"{path}.{name}")
        elif not hasattr(field, "json_schema") and not isinstance(field, NON_COERCING_FIELDS):
            yield f"{path}.{name}: {type(field).__name__}"


def test_no_input_field_coerces_values() -> None:
    inputs = [
        (path, serializer())
        for path, view in v1_views()
        for endpoint in view.endpoints.values()
        for serializer in (endpoint.query, endpoint.body)
        if isinstance(serializer, type)
    ]
    assert len(inputs) > 20
    assert [field for path, serializer in inputs for field in coercing_fields(serializer, path)] == []


def test_every_operation_has_a_unique_id_a_summary_and_a_tag(
    product_document: dict[str, Any], example_document: dict[str, Any]
) -> None:
    for built in (product_document, example_document):
        ids = [operation["operationId"] for _, _, operation in operations(built)]
        assert len(ids) == len(set(ids))
        assert all(operation["summary"] and operation["tags"] for _, _, operation in operations(built))
