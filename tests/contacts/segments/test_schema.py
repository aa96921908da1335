"""The JSON Schemas of conditions say what a condition may look like: no more and, as far as they can, no less."""

import math
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemathesis.generation.jsonschema.builder import build

from contacts.segments.conditions import ConditionErrors, parse_condition
from contacts.segments.fields import FIELDS, OPS
from contacts.segments.schema import CONDITION_COMPONENTS
from tests.contacts.segments.test_conditions import CONDITIONS, VIP, WRONG_VALUES, nested
from tests.fuzzing import examples
from tests.tenants import Tenants

DOCUMENT = {"$ref": "#/components/schemas/Condition", "components": {"schemas": CONDITION_COMPONENTS}}
VALIDATOR = jsonschema_rs.Draft202012Validator(DOCUMENT, validate_formats=True)
# What no schema says: how deep and how long the whole is, and which custom fields the workspace has.
ONLY_THE_PRODUCT_KNOWS = {"too_deep", "too_many"}
FORMATS = {
    "date": st.dates().map(str),
    "date-time": st.datetimes().map(lambda time: f"{time.isoformat()}Z"),
    "email": st.emails(),
}


def generated() -> st.SearchStrategy[Any]:
    return build(DOCUMENT, draft=jsonschema_rs.Draft202012, formats=FORMATS)


@pytest.fixture(autouse=True)
def _custom_fields(custom_fields: None) -> None:
    """One custom field of each type."""


@examples(300)
@given(condition=generated())
def test_what_the_schema_generates_is_accepted(tenants: Tenants, condition: Any) -> None:
    try:
        parse_condition(tenants.workspace, condition)
    except ConditionErrors as refused:
        for error in refused.errors:
            unknown = error.code == "unknown_field" and "no custom field" in error.detail
            assert unknown or error.code in ONLY_THE_PRODUCT_KNOWS, (condition, error)


@pytest.mark.parametrize("condition", [*(data for data, _ in CONDITIONS), nested(5)])
def test_schema_accepts_what_is_a_condition(condition: Any) -> None:
    assert VALIDATOR.is_valid(condition)


@pytest.mark.parametrize(
    "condition",
    [
        *({}, [], None, {"all": VIP}, {"all": [], "any": []}, {"not": {**VIP, "more": 1}}, {"not": [VIP]}),
        *({**VIP, "op": "like"}, {**VIP, "op": "gt"}, {**VIP, "field": "name"}, {**VIP, "value": None}),
        *({**VIP, "field": "custom."}, {"field": "custom.vip", "op": "is", "value": None}),
        *(
            {"field": field, "op": op, "value": value}
            for field, op, value, _ in WRONG_VALUES
            if not field.startswith("custom.") and value != "\ud800" and value != math.inf
        ),
    ],
)
def test_schema_refuses_what_is_no_condition(condition: Any) -> None:
    assert not VALIDATOR.is_valid(condition)


def test_each_field_has_its_own_schema_with_its_own_ops_which_generators_find_by_the_field() -> None:
    mapping = CONDITION_COMPONENTS["FieldCondition"]["discriminator"]["mapping"]
    schemas = {name: CONDITION_COMPONENTS[reference.rsplit("/", 1)[1]] for name, reference in mapping.items()}
    ops = {name: schema["properties"]["op"]["enum"] for name, schema in schemas.items()}
    assert {name: set(listed) for name, listed in ops.items()} == {
        name: set(OPS[field.kind]) for name, field in FIELDS.items()
    }
    assert [schema["properties"]["field"]["const"] for schema in schemas.values()] == list(FIELDS)
