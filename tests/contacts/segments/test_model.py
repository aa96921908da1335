"""Random conditions hold for the contacts for whom a plain reading of the rules says so.

The rules, as users are told them: a missing value satisfies ``is_not``, ``not`` and ``exists: false``, and nothing
else; text is compared case-blind; an empty ``all`` holds for everybody, an empty ``any`` for nobody.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contacts.models import Contact
from contacts.normalization import email_key, email_part, fold
from contacts.segments.conditions import parse_condition
from contacts.segments.services import explain
from tests.contacts.segments.conftest import NOW, Matching
from tests.fuzzing import examples
from tests.tenants import Tenants

TIMES = ("created_at", "last_in_at", "last_out_at", "last_read_at", "unanswered_since")

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda stored, value: stored == value,
    "in": lambda stored, value: stored in value,
    "contains": lambda stored, value: value in stored,
    "starts_with": lambda stored, value: stored.startswith(value),
    "gt": lambda stored, value: stored > value,
    "gte": lambda stored, value: stored >= value,
    "lt": lambda stored, value: stored < value,
    "lte": lambda stored, value: stored <= value,
}


def holds(condition: Any, contact: Contact) -> bool:
    if "all" in condition:
        return all(holds(part, contact) for part in condition["all"])
    if "any" in condition:
        return any(holds(part, contact) for part in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], contact)
    return leaf_holds(
        condition["field"], condition["op"], condition["value"], stored_values(contact, condition["field"])
    )


def leaf_holds(field: str, op: str, value: Any, stored: list[Any]) -> bool:
    if op == "exists":
        return bool(stored) is value
    if op == "is_not":
        return not leaf_holds(field, "is", value, stored)
    if op in ("before", "after", "within_days"):
        return any(time_holds(op, value, each) for each in stored)
    normal = [normal_form(field, op, each) for each in value] if op == "in" else normal_form(field, op, value)
    return any(COMPARISONS[op](comparable(field, each), normal) for each in stored)


def stored_values(contact: Contact, field: str) -> list[Any]:
    """The contact's values of the field; none if it is missing."""
    if field == "tag":
        return [row.name for row in contact.tag_rows.all()]
    if field.startswith("custom."):
        key = field.removeprefix("custom.")
        return [contact.custom_fields[key]] if key in contact.custom_fields else []
    value = getattr(contact, field)
    return [] if value in (None, "") else [value]


def comparable(field: str, stored: Any) -> Any:
    if field == "email":
        return email_key(stored)
    return fold(stored) if isinstance(stored, str) else stored


def normal_form(field: str, op: str, value: Any) -> Any:
    if field == "email":
        return email_part(value) if op in ("contains", "starts_with") else email_key(value)
    if field == "username":
        return fold(value.removeprefix("@"))
    return fold(value.strip() if field == "tag" else value) if isinstance(value, str) else value


def time_holds(op: str, value: Any, stored: Any) -> bool:
    if op == "within_days":
        now: Any = NOW if isinstance(stored, datetime) else NOW.date()
        stored = stored if isinstance(stored, datetime) else date.fromisoformat(stored)
        return bool(now - timedelta(days=value) <= stored <= now)
    if len(value) == len("2026-06-04"):
        stored, value = (stored if isinstance(stored, str) else stored.date().isoformat()), value
        return bool(stored < value if op == "before" else stored > value)
    instant = datetime.fromisoformat(value)
    return bool(stored < instant if op == "before" else stored > instant)


def leaves(fields: list[str], ops: list[str], values: Any) -> Any:
    """Leaves of these fields; ``is_not`` goes with ``is``, and every field takes ``exists``."""
    field = st.sampled_from(fields)
    plain = st.fixed_dictionaries({"field": field, "op": st.sampled_from(ops), "value": values})
    exists = st.fixed_dictionaries({"field": field, "op": st.just("exists"), "value": st.booleans()})
    return st.one_of(plain, plain, plain, exists)


def lists_of(fields: list[str], values: Any) -> Any:
    return st.fixed_dictionaries(
        {"field": st.sampled_from(fields), "op": st.just("in"), "value": st.lists(values, min_size=1, max_size=4)}
    )


TAGS = st.sampled_from(["vip", "VIP", " Berlin ", "клиент", "vip-", "i", "-LITE", "other"])
TEXTS = st.one_of(
    st.sampled_from(
        ["straße", "STRASSE GMBH", "ss", "иванов и сын", "ИВАН", "istanbul ltd", "İ", "ı", "", " ", "%", "_"]
    ),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=3),
)
USERNAMES = st.sampled_from(["sarah_miller", "@SARAH_miller", "bare", "BORIS_K", "someone"])
ADDRESSES = st.sampled_from(["sarah@example.COM", "jo@BÜCHER.de", "äda@example.com", "x@example.com"])
ZONES = st.sampled_from(["Europe/Berlin", "EUROPE/", "america/new_york", "UTC", "e", ""])
NUMBERS = st.one_of(st.sampled_from([-1, 0, 2, 2.5, 5, 5.0, 1e-9, -0.0]), st.floats(-6, 6), st.integers(-2, 6))
SCORES = st.sampled_from([0, 1, 49, 50, 50.0, 80, 99, 100])
DATES = st.dates(date(2026, 5, 28), date(2026, 7, 3)).map(date.isoformat)
DAYS = st.sampled_from([0, 1, 5, 6, 7, 14, 45, 36_500])
INSTANTS = st.sampled_from(
    ["2026-06-14T12:00:00Z", "2026-06-15T13:00:00+01:00", "2026-06-01T00:00:00Z", "2020-02-29T23:59:59.999999Z"]
)
PARTS = ["contains", "starts_with"]

LEAF = st.one_of(
    leaves(["tag"], ["is", "is_not", *PARTS], TAGS),
    lists_of(["tag"], TAGS),
    leaves(["stage"], ["is", "is_not"], st.sampled_from(["new", "replied", "qualified", "lost"])),
    leaves(["score"], ["is", "is_not", "gt", "gte", "lt", "lte"], SCORES),
    lists_of(["score"], SCORES),
    leaves(["custom.seats"], ["is", "is_not", "gt", "gte", "lt", "lte"], NUMBERS),
    lists_of(["custom.seats"], NUMBERS),
    leaves(["username"], ["is", "is_not"], USERNAMES),
    lists_of(["username"], USERNAMES),
    leaves(["email"], ["is", "is_not"], ADDRESSES),
    leaves(["email", "username"], PARTS, st.sampled_from(["s", "SARAH", "@example", "ä", "", "_", ".DE"])),
    leaves(["time_zone"], ["is", "is_not", *PARTS], ZONES),
    leaves(["custom.company"], ["is", "is_not", *PARTS], TEXTS),
    lists_of(["custom.company"], TEXTS),
    leaves(["opted_out", "custom.vip"], ["is", "is_not"], st.booleans()),
    leaves(["custom.size"], ["is", "is_not"], st.sampled_from(["S", "L"])),
    leaves([*TIMES, "custom.renews"], ["within_days"], DAYS),
    leaves([*TIMES, "custom.renews"], ["before", "after"], DATES),
    leaves(list(TIMES), ["before", "after"], INSTANTS),
    leaves(["custom.renews"], ["is", "is_not"], DATES),
)


def groups_of(parts: Any) -> Any:
    several = st.lists(parts, max_size=3)
    return st.one_of(
        st.builds(lambda each: {"all": each}, several),
        st.builds(lambda each: {"any": each}, several),
        st.builds(lambda each: {"not": each}, parts),
    )


def trees(levels: int) -> Any:
    return LEAF if levels == 1 else st.one_of(LEAF, groups_of(trees(levels - 1)))


@examples(300)
@given(condition=trees(4))
def test_condition_holds_for_those_for_whom_the_rules_say_so(
    tenants: Tenants, matching: Matching, condition: Any
) -> None:
    contacts = Contact.objects.for_workspace(tenants.workspace).prefetch_related("tag_rows")
    expected = sorted(contact.name for contact in contacts if holds(condition, contact))
    assert matching(condition) == expected


@examples(60)
@given(condition=trees(4))
def test_explanation_says_of_each_comparison_what_the_rules_say(
    tenants: Tenants, matching: Matching, condition: Any
) -> None:
    listed, parsed = matching(condition), parse_condition(tenants.workspace, condition)
    for contact in Contact.objects.for_workspace(tenants.workspace).prefetch_related("tag_rows"):
        explanation = explain(tenants.workspace, parsed, contact.pk, NOW)
        assert explanation.matches is (contact.name in listed)
        for leaf in explanation.leaves:
            expected = leaf_holds(leaf.field, leaf.op, leaf.value, stored_values(contact, leaf.field))
            assert (leaf.path, leaf.holds) == (leaf.path, expected)
            assert part_at(condition, leaf.path) == {"field": leaf.field, "op": leaf.op, "value": leaf.value}


def part_at(condition: Any, path: str) -> Any:
    """The part of a condition that a path names."""
    for name, index in re.findall(r"(\w+)(?:\[(\d+)\])?", path):
        condition = condition[name][int(index)] if index else condition[name]
    return condition
