"""Arguments of any kind: a call is answered or refused with a problem that says why, and a refusal changes nothing."""

import json
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from crmsolid.core.errors import CODES
from tests.fuzzing import examples
from tests.mcp.helpers import ARGUMENTS, call, contents, furnish
from tests.mcp.test_tools import BY_NAME, NAMES
from tests.tenants import Tenants

Ids = dict[str, Any]

# NUL makes the whole message malformed, before any tool sees it.
TEXTS = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(["", " ", "@alice", "2026-06-01", "2026-06-01T00:00:00Z", "con_1", "{"]),
)
NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([0, -1, 2**63]))
ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def allowed(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that the input schema of a tool allows."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([allowed(option) for option in schema["anyOf"]])
    kinds = schema.get("type", ["object"])
    return st.one_of([of_type(kind, schema) for kind in (kinds if isinstance(kinds, list) else [kinds])])


def of_type(kind: str, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    match kind:
        case "string":
            return TEXTS
        case "integer":
            return st.integers(max_value=schema.get("maximum"))
        case "number":
            return NUMBERS
        case "boolean":
            return st.booleans()
        case "array":
            return st.lists(allowed(schema.get("items", {})), max_size=3)
        case "object":
            return st.dictionaries(TEXTS, ANY_JSON, max_size=3)
        case _:
            return st.none()


def check_call(token: str, name: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
    """Make the call and undo it. Returns the problem if it was refused, which must have changed nothing."""
    with transaction.atomic():
        before = contents()
        result = call(token, name, **arguments)
        json.dumps(result, allow_nan=False)
        refused = dict(result["structuredContent"]) if result["isError"] else None
        if refused is not None:
            assert contents() == before
        transaction.set_rollback(True)
    if refused is not None:
        assert 400 <= CODES[refused["code"]].status < 500
    return refused


@pytest.fixture
def ids(tenants: Tenants) -> Ids:
    """Those of what all examples of a test find."""
    return furnish(tenants, tenants.workspace)


@pytest.fixture
def token(tenants: Tenants) -> str:
    return tenants.key(rate_limit=10_000)


@examples(60)
@given(data=st.data())
def test_arguments_that_the_schema_allows_are_answered_or_refused(token: str, ids: Ids, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    schema = BY_NAME[name].input_schema
    generated = st.fixed_dictionaries({}, optional={key: allowed(value) for key, value in schema["properties"].items()})
    required = {key: ARGUMENTS[name](ids)[key] for key in schema.get("required", [])}
    check_call(token, name, {**required, **data.draw(generated)})


@examples(100)
@given(data=st.data())
def test_refusal_of_any_value_names_its_argument(token: str, ids: Ids, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    argument = data.draw(st.sampled_from(sorted(BY_NAME[name].input_schema["properties"]) or ["limit"]))
    refused = check_call(token, name, {**ARGUMENTS[name](ids), argument: data.draw(ANY_JSON)})
    if refused is not None and refused["code"] == "validation_failed":
        # A second recipient beside ``to`` is refused by the name of the first one.
        names = {argument, "to"} if argument == "contact_id" else {argument}
        assert {error["field"].split(".")[0].split("[")[0] for error in refused["errors"]} <= names
