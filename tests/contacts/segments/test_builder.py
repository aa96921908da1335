"""Conditions as rows of a form: every condition survives the way through the rows, and steps change what they say."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from contacts.segments import builder
from contacts.segments.builder import Group, Row
from contacts.segments.conditions import ConditionErrors, definitions_of, parse_condition
from contacts.segments.fields import FIELDS, OPS
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db

VIP = {"field": "tag", "op": "is", "value": "vip"}
NEW = {"field": "stage", "op": "is", "value": "new"}


def sent(group: Group, path: str = "") -> list[tuple[str, str]]:
    """What a browser sends for these rows."""
    pairs = [(f"f:{path}:mode", group.mode)]
    for number, part in enumerate(group.parts):
        at = f"{path}.{number}" if path else str(number)
        if isinstance(part, Group):
            pairs += sent(part, at)
        else:
            pairs += [(f"f:{at}:field", part.field), (f"f:{at}:op", str(part.op))]
            values = ["\r\n".join(part.values)] if part.op == "in" else part.values
            pairs += [(f"f:{at}:value", value) for value in values]
    return pairs


def through_the_form(data: Any) -> Any:
    group = builder.from_form(QueryDict(urlencode(sent(builder.from_json(data)))), "f")
    builder.settle(group, FIELDS)
    return builder.to_json(group, FIELDS)


@pytest.mark.parametrize(
    "data",
    [
        {"all": []},
        {"any": []},
        {"all": [VIP, NEW]},
        {"any": [VIP, {"all": [NEW, {"not": VIP}]}]},
        {"not": VIP},
        {"not": {"not": VIP}},
        {"not": {"any": [VIP, NEW]}},
        {"not": {"all": [VIP, NEW]}},
        {"all": [{"any": [{"all": [{"field": "score", "op": "gte", "value": 50}]}]}]},
        {"all": [{"field": "score", "op": "in", "value": [1, 2, 30]}]},
        {"all": [{"field": "tag", "op": "in", "value": ["vip", "two words", "x, y"]}]},
        {"all": [{"field": "opted_out", "op": "is", "value": False}]},
        {"all": [{"field": "email", "op": "exists", "value": False}, {"field": "tag", "op": "exists", "value": True}]},
        {"all": [{"field": "created_at", "op": "within_days", "value": 7}]},
        {"all": [{"field": "created_at", "op": "before", "value": "2026-06-04"}]},
        {"all": [{"field": "last_in_at", "op": "after", "value": "2026-06-04T09:00:00Z"}]},
        {"any": [{"field": str(number), "op": "is", "value": "x"} for number in range(12)]},
    ],
)
def test_condition_comes_back_from_the_rows_as_it_was(data: Any) -> None:
    assert through_the_form(data) == data


def test_comparison_alone_becomes_a_group_of_one() -> None:
    assert through_the_form(VIP) == {"all": [VIP]}


def test_steps_add_and_remove() -> None:
    group = Group("all", [Row("tag", "is", ["a"]), Group("any", [Row("tag", "is", ["b"]), Row("tag", "is", ["c"])])])
    builder.step(group, "remove:1.0")
    builder.step(group, "add:1")
    builder.step(group, "remove:0")
    builder.step(group, "group:")
    for nothing in ("", "remove:", "remove:9", "remove:0.7.1", "add:5", "add:0.0", "jump:0", "group:0.0"):
        builder.step(group, nothing)
    shape = [
        [part.values for part in each.parts if isinstance(part, Row)] for each in group.parts if isinstance(each, Group)
    ]
    assert shape == [[["c"], []], [[]]]


def test_no_more_rows_and_levels_are_offered_than_a_condition_may_have() -> None:
    group = Group("all", [Row() for _ in range(49)])
    for _ in range(3):
        builder.step(group, "add:")
    assert len(group.parts) == 50
    deep = Group("all", [Group("any", [Group("all", [Group("any", [Row()])])])])
    third = deep.parts[0].parts[0]  # type: ignore[union-attr]
    for _ in range(2):
        builder.step(deep, "group:0.0.0")
        builder.step(deep, "group:0.0")
    assert isinstance(third, Group) and len(third.parts) == 3
    offered, shown = [], builder.shown(deep, FIELDS)
    while "parts" in shown:
        offered.append(shown["may_nest"])
        shown = shown["parts"][0]
    assert offered == [True, True, True, False]


def test_row_whose_field_was_changed_takes_an_operator_that_fits() -> None:
    group = Group("all", [Row("score", "contains", ["x"]), Row("stage", "is", ["nowhere"]), Row("gone", "is", ["x"])])
    builder.settle(group, FIELDS)
    score, stage, gone = group.parts
    assert isinstance(score, Row) and isinstance(stage, Row) and isinstance(gone, Row)
    assert (score.op, score.values, stage.values, gone.values) == ("is", [], [], ["x"])


@pytest.mark.parametrize(
    ("group", "at"),
    [
        (Group("all", [Row("tag", "is", ["a"]), Row("score", "gte", ["many"])]), (1,)),
        (Group("none", [Row("score", "gte", ["many"])]), (0,)),
        (Group("none", [Group("any", [Row(), Row("score", "gte", ["many"])])]), (0, 1)),
        (Group("not_all", [Row("tag", "is", ["a"]), Row("score", "in", ["1", "many"])]), (1,)),
        (Group("any", [Group("none", [Row("tag", "is", ["a"]), Group("all", [Row("gone", "is", ["a"])])])]), (0, 1, 0)),
    ],
)
def test_errors_are_put_at_the_row_that_they_are_about(tenants: Tenants, group: Group, at: tuple[int, ...]) -> None:
    for row in builder.rows(group):
        row.values = row.values or ["x"]
    known = builder.known_fields(definitions_of(tenants.workspace))
    with pytest.raises(ConditionErrors) as wrong:
        parse_condition(tenants.workspace, builder.to_json(group, known), path="filter")
    assert builder.show_errors(group, wrong.value.errors, "filter") == []
    part: Any = group
    for number in at:
        part = part.parts[number]
    assert part.errors and [row for row in builder.rows(group) if row.errors] == [part]


@pytest.mark.parametrize("name", list(FIELDS))
def test_every_field_offers_its_operators_and_an_input_for_each(name: str) -> None:
    ops = [op for op, _ in builder.ops_of(FIELDS[name])]
    assert ops == [*(op for op in OPS[FIELDS[name].kind] if op != "exists"), "set", "not_set"]
    inputs = {op: builder.shown(Row(name, op), FIELDS)["input"] for op in ops}
    assert inputs["set"] == inputs["not_set"] == "none" and "" not in inputs.values()


def test_form_that_somebody_made_up_ends_soon() -> None:
    pairs = [(f"f:{number}:field", "tag") for number in range(900)] + [("f:1.2.3:field", "x"), ("f:a:field", "x")]
    assert len(builder.from_form(QueryDict(urlencode(pairs)), "f").parts) == builder.MAX_INPUTS
