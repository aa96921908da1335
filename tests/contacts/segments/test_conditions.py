"""What a condition may look like. Every wrong part is named by its path, and what is sent is never costly to refuse."""

from typing import Any

import pytest

from contacts.models import CustomField
from contacts.segments.conditions import (
    MAX_ERRORS,
    Condition,
    ConditionErrors,
    describe,
    load_condition,
    parse_condition,
)
from contacts.segments.fields import FIELDS, OPS, Kind, Op
from tests.tenants import Tenants

VIP = {"field": "tag", "op": "is", "value": "vip"}


@pytest.fixture(autouse=True)
def _custom_fields(custom_fields: None) -> None:
    """One custom field of each type."""


def errors(tenants: Tenants, data: Any, path: str = "") -> list[tuple[str, str]]:
    """The path and code of each error."""
    with pytest.raises(ConditionErrors) as caught:
        parse_condition(tenants.workspace, data, path=path)
    assert all(error.detail for error in caught.value.errors)
    return [(error.field, error.code) for error in caught.value.errors]


def nested(levels: int, name: str = "all") -> Any:
    """A leaf at this level; the whole condition is at level 1."""
    condition: Any = VIP
    for _ in range(levels - 1):
        condition = {name: condition if name == "not" else [condition]}
    return condition


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (None, [("", "invalid")]),
        ([], [("", "invalid")]),
        ("tag", [("", "invalid")]),
        ({}, [("field", "required"), ("op", "required"), ("value", "required")]),
        ({"field": "tag", "op": "is"}, [("value", "required")]),
        ({**VIP, "case": True}, [("case", "unknown_field")]),
        ({"all": [], "any": []}, [("any", "unknown_field")]),
        ({"not": VIP, **VIP}, [("field", "unknown_field"), ("op", "unknown_field"), ("value", "unknown_field")]),
        ({"All": []}, [("All", "unknown_field"), ("field", "required"), ("op", "required"), ("value", "required")]),
        ({"all": VIP}, [("all", "invalid")]),
        ({"any": None}, [("any", "invalid")]),
        ({"not": [VIP]}, [("not", "invalid")]),
        ({"not": {}}, [("not.field", "required"), ("not.op", "required"), ("not.value", "required")]),
        ({"all": [VIP, {"any": [{**VIP, "op": "like"}]}]}, [("all[1].any[0].op", "invalid_choice")]),
        ({"all": [1, VIP, {"not": 2}]}, [("all[0]", "invalid"), ("all[2].not", "invalid")]),
        ({**VIP, "field": "name"}, [("field", "unknown_field")]),
        ({**VIP, "field": 1}, [("field", "invalid")]),
        ({**VIP, "field": "custom.nothing"}, [("field", "unknown_field")]),
        ({**VIP, "field": "custom."}, [("field", "unknown_field")]),
        ({**VIP, "field": "company"}, [("field", "unknown_field")]),
        ({**VIP, "field": "x", "op": "y"}, [("field", "unknown_field"), ("op", "invalid_choice")]),
        ({**VIP, "op": ["is"]}, [("op", "invalid_choice")]),
        ({**VIP, "op": "IS"}, [("op", "invalid_choice")]),
        ({**VIP, "op": "gt"}, [("op", "op_not_allowed")]),
        ({"field": "score", "op": "contains", "value": 1}, [("op", "op_not_allowed")]),
        ({"field": "custom.vip", "op": "in", "value": [True]}, [("op", "op_not_allowed")]),
    ],
)  # fmt: skip
def test_wrong_part_is_named_by_its_path(tenants: Tenants, data: Any, found: list[tuple[str, str]]) -> None:
    assert errors(tenants, data) == found
    prefix = "steps[0].condition"
    assert errors(tenants, data, prefix) == [(f"{prefix}.{path}" if path else prefix, code) for path, code in found]


WRONG_VALUES: list[tuple[str, str, Any, str]] = [
    ("tag", "is", 1, "invalid"),
    ("tag", "is", None, "invalid"),
    ("tag", "is", " ", "invalid_tag"),
    ("tag", "is", "t" * 65, "invalid_tag"),
    ("tag", "contains", "a\0b", "invalid"),
    ("tag", "exists", "true", "invalid"),
    ("tag", "exists", 1, "invalid"),
    ("stage", "is", "customer", "invalid_choice"),
    ("stage", "is", "New", "invalid_choice"),
    ("score", "gt", "50", "invalid"),
    ("score", "gt", True, "invalid"),
    ("score", "gt", 49.5, "invalid"),
    ("score", "gt", 101, "out_of_range"),
    ("score", "is", -1, "out_of_range"),
    ("score", "is", float("inf"), "invalid"),
    ("score", "is", 10**400, "out_of_range"),
    ("username", "is", "no spaces", "invalid_username"),
    ("username", "contains", 5, "invalid"),
    ("email", "is", "sarah", "invalid_email"),
    ("email", "starts_with", "\ud800", "invalid"),
    ("time_zone", "is", {}, "invalid"),
    ("created_at", "before", "yesterday", "invalid"),
    ("created_at", "before", "2026-02-30", "invalid"),
    ("created_at", "after", "2026-06-04T09:00:00", "invalid"),
    ("created_at", "after", "9999-12-31", "invalid"),
    ("created_at", "after", 1780000000, "invalid"),
    ("last_in_at", "within_days", -1, "out_of_range"),
    ("last_in_at", "within_days", 36_501, "out_of_range"),
    ("last_in_at", "within_days", 1.5, "invalid"),
    ("last_in_at", "within_days", "7", "invalid"),
    ("opted_out", "is", "yes", "invalid"),
    ("custom.company", "is", 5, "invalid"),
    ("custom.company", "contains", "x" * 1001, "max_length"),
    ("custom.seats", "is", "5", "invalid"),
    ("custom.seats", "gt", float("nan"), "out_of_range"),
    ("custom.seats", "gt", 2**53 + 1, "out_of_range"),
    ("custom.vip", "is", 1, "invalid"),
    ("custom.renews", "is", "2026-06-04T00:00:00Z", "invalid"),
    ("custom.renews", "before", "2026-13-01", "invalid"),
    ("custom.size", "is", "XL", "invalid_choice"),
    ("custom.size", "is", "l", "invalid_choice"),
    ("tag", "in", "vip", "invalid"),
    ("tag", "in", [], "length"),
    ("tag", "in", ["x"] * 101, "length"),
]


@pytest.mark.parametrize(("field", "op", "value", "code"), WRONG_VALUES)
def test_value_that_does_not_fit_is_refused(tenants: Tenants, field: str, op: str, value: Any, code: str) -> None:
    assert errors(tenants, {"not": {"field": field, "op": op, "value": value}}) == [("not.value", code)]


def test_each_wrong_value_of_a_list_is_named(tenants: Tenants) -> None:
    data = {"field": "stage", "op": "in", "value": ["new", "old", 5]}
    assert errors(tenants, data, "when") == [("when.value[1]", "invalid_choice"), ("when.value[2]", "invalid_choice")]


def test_operator_is_allowed_exactly_where_the_table_says(tenants: Tenants) -> None:
    fields = {name: field.kind for name, field in FIELDS.items()}
    custom = {"company": "text", "seats": "number", "vip": "boolean", "renews": "date", "size": "choice"}
    fields |= {f"custom.{key}": Kind(name) for key, name in custom.items()}
    for name, kind in fields.items():
        found = {op for op in Op if ("op", "op_not_allowed") in errors(tenants, {"field": name, "op": op, "value": {}})}
        assert found == set(Op) - set(OPS[kind]), name


@pytest.mark.parametrize("name", ["all", "any", "not"])
def test_five_levels_are_the_most(tenants: Tenants, name: str) -> None:
    parse_condition(tenants.workspace, nested(5, name))
    step = ".not" if name == "not" else f".{name}[0]"
    assert errors(tenants, nested(6, name)) == [((step * 5)[1:], "too_deep")]


def test_fifty_leaves_are_the_most(tenants: Tenants) -> None:
    parse_condition(tenants.workspace, {"any": [{"all": [VIP] * 25}, {"all": [VIP] * 25}]})
    assert errors(tenants, {"any": [{"all": [VIP] * 25}, {"all": [VIP] * 26}]}) == [("any[1].all[25]", "too_many")]


def test_empty_list_counts_as_a_leaf(tenants: Tenants) -> None:
    parse_condition(tenants.workspace, {"any": [{"all": []}] * 50})
    assert errors(tenants, {"any": [{"all": []}] * 51}) == [("any[50].all", "too_many")]


def deep() -> Any:
    data: Any = VIP
    for _ in range(100_000):
        data = {"not": data}
    return data


@pytest.mark.parametrize(
    ("data", "number"),
    [
        (deep(), 1),
        ({"all": [{"all": [{"all": [{"all": [0] * 1000}] * 100}] * 100}] * 100}, 51),
        ({"all": [1] * 1_000_000}, 51),
        ({f"{index}" * 1000: 1 for index in range(1000)}, 13),
        ({"any": [{f"{index}" * 10: 1 for index in range(1000)}] * 100}, MAX_ERRORS),
        ({"any": [{**VIP, "op": "in", "value": [0] * 100}] * 51}, MAX_ERRORS),
    ],
)
def test_hostile_condition_gives_few_and_short_errors(tenants: Tenants, data: Any, number: int) -> None:
    with pytest.raises(ConditionErrors) as caught:
        parse_condition(tenants.workspace, data)
    assert len(caught.value.errors) == number
    assert max(len(error.field) + len(error.detail) for error in caught.value.errors) < 250


def test_limit_of_leaves_is_reported_also_after_many_other_errors(tenants: Tenants) -> None:
    data = {"any": [{**VIP, "op": "in", "value": [0] * 100}] * 51}
    assert errors(tenants, data)[-1] == ("any[50]", "too_many")


def test_custom_field_of_another_workspace_is_unknown(tenants: Tenants) -> None:
    CustomField.unscoped.create(workspace=tenants.other, key="secret", label="Secret", type="text")
    assert errors(tenants, {**VIP, "field": "custom.secret"}) == [("field", "unknown_field")]


CONDITIONS: list[tuple[Any, str]] = [
    (VIP, "tag is vip"),
    ({"all": []}, "everybody"),
    ({"any": []}, "nobody"),
    ({"all": [VIP, {"field": "score", "op": "gte", "value": 50}]}, "tag is vip and score is at least 50"),
    (
        {"any": [{"field": "stage", "op": "in", "value": ["won", "lost"]}, {"all": [VIP, {"any": []}]}]},
        "stage is one of won, lost or (tag is vip and nobody)",
    ),
    ({"not": {"any": [VIP]}}, "not (tag is vip)"),
    ({"field": "custom.company", "op": "starts_with", "value": "Acme"}, "Company starts with “Acme”"),
    ({"field": "custom.vip", "op": "is", "value": False}, "Vip is no"),
    ({"field": "email", "op": "exists", "value": True}, "e-mail is set"),
    ({"field": "last_in_at", "op": "exists", "value": False}, "last wrote is not set"),
    ({"field": "last_in_at", "op": "within_days", "value": 7.0}, "last wrote is within the last 7 days"),
    ({"field": "created_at", "op": "after", "value": "2026-06-04"}, "added is after 2026-06-04"),
    (
        {"field": "custom.seats", "op": "in", "value": [1, 2.5, 3, 4, 5, 6, 7]},
        "Seats is one of 1, 2.5, 3, 4, 5 and 2 more",
    ),
]


@pytest.mark.parametrize(("data", "sentence"), CONDITIONS)
def test_condition_says_in_english_what_it_asks(tenants: Tenants, data: Any, sentence: str) -> None:
    condition: Condition = parse_condition(tenants.workspace, data)
    assert describe(condition) == sentence
    assert load_condition(tenants.workspace, data) == condition
