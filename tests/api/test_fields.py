"""Each input field accepts exactly what its JSON Schema calls valid."""

from typing import Any

import jsonschema_rs
import pytest
from django.http import QueryDict
from drf_spectacular.plumbing import ComponentRegistry
from rest_framework.views import APIView

from crmsolid.api import fields
from crmsolid.api.auto_schema import V1Schema
from crmsolid.api.fields import StrictSerializer
from tests.api.example_api import NoteIn, NotePatch, NoteQuery


class AllFields(StrictSerializer):
    text = fields.Text(required=False, max_length=3)
    empty = fields.Text(required=False, allow_blank=True)
    trimmed = fields.Text(required=False, max_length=3, trim_whitespace=True)
    trimmed_or_empty = fields.Text(required=False, max_length=3, allow_blank=True, trim_whitespace=True)
    code = fields.Text(required=False, pattern=r"^[a-z]+$", allow_null=True)
    job = fields.Text(required=False, pattern=fields.id_pattern("job"))
    integer = fields.Integer(required=False)
    small = fields.Integer(required=False, min_value=0, max_value=5, allow_null=True)
    boolean = fields.Boolean(required=False)
    choice = fields.Choice(choices=["1", "True", "a"], required=False)
    timestamp = fields.Timestamp(required=False, allow_null=True)
    date_or_timestamp = fields.DateOrTimestamp(required=False)
    texts = fields.List(child=fields.Text(max_length=2), required=False, allow_empty=False, max_length=2)


VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 5, 6, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**400, 1.0, 1.5, -0.0,
    2.0**53, 1e15, 1.1e15, 1e300, 1e-300, "", " ", "   ", " a ", "    ", "\u0085", "\ufeff", "\x1f", "a",
    "abc", "abcd", "abc\n", "1", "True", "true", "null", "0", "\0", "a\0", "é", "😀😀😀", "😀😀😀😀", [], ["a"],
    ["a", "b"], ["a", "b", "c"], [1], [None], [""], ["abc"], [["a"]], {}, {"a": 1}, {"text": "a"},
    "2026-06-04T09:00:00Z", "2026-06-04t09:00:00z", "2026-06-04T09:00:00", "2026-06-04 09:00:00Z",
    "2026-06-04T09:00:00.123456789+05:30", "2026-06-04T09:00:00.1234567890Z", "20260604T090000Z",
    "2026-W23-4T09:00:00Z", "2026-06-04T24:00:00Z", "2026-06-04T09:00:60Z", "2026-06-31T09:00:00Z",
    "0999-01-01T00:00:00Z", "2999-12-31T23:59:59-23:59", "1000-01-01T00:00:00+23:59", "3000-01-01T00:00:00Z",
    "2026-06-04T09:00:00+24:00", "2026-06-04", "2026-06-31", "2026-6-4", "0999-01-01", "2999-12-31",
    "2026-06-04T09:00:00Z\n", "2026-06-04T09:00Z",
    "٢026-06-04T09:00:00Z", "job_01HKQ9R2X3ABCDEFGHJKMNPQRS", "job_81HKQ9R2X3ABCDEFGHJKMNPQRS",
    "job_01hkq9r2x3abcdefghjkmnpqrs", "con_01HKQ9R2X3ABCDEFGHJKMNPQRS", "job_01HKQ9R2X3ABCDEFGHJKMNPQRS\n",
    "job_01HKQ9R2X3ABCDEFGHJKMNPQRSZ",
]  # fmt: skip


def schema_of(serializer: type[StrictSerializer]) -> dict[str, Any]:
    """The JSON Schema that the OpenAPI document has for a request body of this serializer."""
    registry = ComponentRegistry()
    view_schema = V1Schema()
    view_schema.registry, view_schema.method, view_schema.view = registry, "POST", APIView(request=None)
    component = view_schema.resolve_serializer(serializer, "request")
    return {**component.ref, "components": registry.build({})}


def accepts(serializer: type[StrictSerializer], body: Any) -> bool:
    return bool(serializer(data=body).is_valid())


VALIDATOR = jsonschema_rs.Draft202012Validator(schema_of(AllFields), validate_formats=True)


@pytest.mark.parametrize("name", list(AllFields().fields))
def test_field_accepts_exactly_what_its_json_schema_calls_valid(name: str) -> None:
    results = [(value, accepts(AllFields, {name: value}), VALIDATOR.is_valid({name: value})) for value in VALUES]
    assert [result for result in results if result[1] != result[2]] == []
    assert {accepted for _, accepted, _ in results} == {True, False}


@pytest.mark.parametrize("body", [None, [], "a", 1, True, {"text": "a", "txet": "b"}, {"": 1}])
def test_body_that_is_not_an_object_or_has_an_unknown_field_is_refused(body: Any) -> None:
    assert not accepts(AllFields, body)
    assert not VALIDATOR.is_valid(body)


def test_error_names_the_unknown_field() -> None:
    serializer = NotePatch(data={"titel": "x"})
    assert not serializer.is_valid()
    assert serializer.errors == {"titel": ["there is no field of this name; known are: title, done"]}
    assert serializer.errors["titel"][0].code == "unknown_field"


@pytest.mark.parametrize(
    ("body", "valid"),
    [({}, False), ({"done": None}, False), ({"done": None, "title": "x"}, True), ({"done": True}, True)],
)
def test_at_least_one_of_the_fields_in_needs_one_of_is_required(body: Any, valid: bool) -> None:
    assert accepts(NotePatch, body) is valid
    assert jsonschema_rs.Draft202012Validator(schema_of(NotePatch)).is_valid(body) is valid


def test_unknown_field_of_a_nested_object_is_refused() -> None:
    assert accepts(NoteIn, {"title": "x", "location": {"city": "Rome", "altitude": 1}})
    assert not accepts(NoteIn, {"title": "x", "location": {"city": "Rome", "altitud": 1}})
    assert schema_of(NoteIn)["components"]["schemas"]["LocationInput"]["additionalProperties"] is False


def test_field_names_that_match_open_names_are_accepted() -> None:
    class Open(StrictSerializer):
        open_names = r"^custom_[a-z]+$"

        name = fields.Text()
        custom_text = fields.Text(required=False)  # its name fits the pattern

        def open_schema(self) -> dict[str, Any]:
            return {"type": "integer"}

    schema = schema_of(Open)["components"]["schemas"]["Open"]
    assert schema["unevaluatedProperties"] == {"type": "integer"}
    assert schema["propertyNames"] == {"anyOf": [{"enum": ["name", "custom_text"]}, {"pattern": "^custom_[a-z]+$"}]}
    assert accepts(Open, {"name": "x", "custom_a": 1, "custom_text": "y"})
    assert not accepts(Open, {"name": "x", "custom_a\n": 1})
    assert not accepts(Open, {"name": "x", "other": 1})


@pytest.mark.parametrize(
    ("query", "valid"),
    [
        ("limit=1", True), ("limit=100", True), ("limit=0", False), ("limit=101", False), ("limit=", False),
        ("limit=+5", False), ("limit=05", False), ("limit=5.0", False), ("limit=٥", False), ("limit=1e1", False),
        (f"limit={'9' * 5000}", False), ("cursor=", False), ("cursor=a%00", False), ("cursor=abc-_", True),
        ("done=true", True), ("done=True", False), ("done=1", False), ("tag=a&tag=b", True), ("tag=", False),
        ("tag=a%00", False), ("kind=1", True), ("kind=plain", True), ("kind=2", False), ("nope=1", False),
        ("since=2026-06-04T09:00:00Z", True), ("since=2026-06-04", False),
    ],
)  # fmt: skip
def test_query_string_is_accepted_only_if_valid(query: str, valid: bool) -> None:
    assert NoteQuery(data=NoteQuery.read(QueryDict(query))).is_valid() is valid


def test_items_of_a_list_that_is_too_long_are_not_looked_at() -> None:
    serializer = AllFields(data={"texts": [1, "abc", None]})
    assert not serializer.is_valid()
    assert serializer.errors == {"texts": ["Ensure this field has no more than 2 elements."]}
    assert serializer.errors["texts"][0].code == "max_length"


def test_timestamp_is_converted_to_utc() -> None:
    serializer = AllFields(data={"timestamp": "2026-06-04T09:00:00+02:00"})
    assert serializer.is_valid()
    assert serializer.validated_data["timestamp"].isoformat() == "2026-06-04T07:00:00+00:00"
