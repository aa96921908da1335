"""For whom a condition holds."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from contacts import repository
from contacts.models import Contact, ContactTag, CustomField
from contacts.segments.compilation import where
from contacts.segments.conditions import ConditionErrors, load_condition, parse_condition
from contacts.services import update_contact
from tests.contacts.segments.conftest import EVERYBODY, NOW, Matching
from tests.tenants import Tenants

BARE = {"bare"}

# field, op, value, for whom it holds
LEAVES: list[tuple[str, str, Any, set[str]]] = [
    ("tag", "is", "vip", {"sarah"}),
    ("tag", "is", " VIP ", {"sarah"}),
    ("tag", "is", "КЛИЕНТ", {"boris"}),
    ("tag", "is_not", "vip", {"boris", "jo", "ada", "bare"}),
    ("tag", "contains", "IP", {"sarah", "jo"}),
    ("tag", "starts_with", "vip-", {"jo"}),
    ("tag", "starts_with", "ip", set()),
    ("tag", "in", ["berlin", "vip-LITE"], {"sarah", "jo"}),
    ("tag", "exists", True, {"sarah", "boris", "jo"}),
    ("tag", "exists", False, {"ada", "bare"}),
    ("stage", "is", "new", {"boris", "ada", "bare"}),
    ("stage", "is_not", "new", {"sarah", "jo"}),
    ("stage", "in", ["replied", "qualified"], {"sarah", "jo"}),
    ("stage", "exists", False, set()),
    ("score", "is", 50, {"jo"}),
    ("score", "is", 50.0, {"jo"}),
    ("score", "is_not", 50, EVERYBODY - {"jo"}),
    ("score", "in", [0, 100], {"boris", "bare", "ada"}),
    ("score", "gt", 50, {"sarah", "ada"}),
    ("score", "gte", 50, {"sarah", "jo", "ada"}),
    ("score", "lt", 50, {"boris", "bare"}),
    ("score", "lte", 50, {"boris", "bare", "jo"}),
    ("score", "exists", True, EVERYBODY),
    ("username", "is", "https://t.me/SARAH_miller", {"sarah"}),
    ("username", "is_not", "@sarah_miller", EVERYBODY - {"sarah"}),
    ("username", "contains", "A", {"sarah", "bare"}),
    ("username", "contains", "_", {"sarah", "boris"}),
    ("username", "starts_with", "@BOR", {"boris"}),
    ("username", "in", ["bare", "@boris_k", "nobody_else"], {"bare", "boris"}),
    ("username", "exists", False, {"jo", "ada"}),
    ("email", "is", "SARAH@example.COM", {"sarah"}),
    ("email", "is", "jo@BÜCHER.de", {"jo"}),
    ("email", "is", "ädA@example.com", {"ada"}),
    ("email", "is_not", "sarah@example.com", EVERYBODY - {"sarah"}),
    ("email", "contains", "@EXAMPLE", {"sarah", "ada"}),
    ("email", "contains", "%", set()),
    ("email", "starts_with", "äD", {"ada"}),
    ("email", "in", ["jo@xn--bcher-kva.de"], {"jo"}),
    ("email", "exists", True, {"sarah", "jo", "ada"}),
    ("time_zone", "is", "europe/BERLIN", {"sarah"}),
    ("time_zone", "is", "", set()),
    ("time_zone", "is_not", "europe/berlin", EVERYBODY - {"sarah"}),
    ("time_zone", "contains", "", {"sarah", "jo"}),
    ("time_zone", "contains", "NEW", {"jo"}),
    ("time_zone", "starts_with", "europe/", {"sarah"}),
    ("time_zone", "in", ["UTC", "america/new_york"], {"jo"}),
    ("time_zone", "exists", False, {"boris", "ada", "bare"}),
    ("created_at", "before", "2026-06-01T00:00:00Z", {"jo", "bare"}),
    ("created_at", "before", "2026-06-01", {"jo", "bare"}),
    ("created_at", "before", "2026-06-01T02:00:01+02:00", {"jo", "bare", "sarah"}),
    ("created_at", "after", "2026-06-01", {"boris", "ada"}),
    ("created_at", "after", "2020-02-29", EVERYBODY - BARE),
    ("created_at", "after", "2026-05-31", {"sarah", "boris", "ada"}),
    ("created_at", "after", "2026-06-10T10:00:00Z", {"ada"}),
    ("created_at", "within_days", 5, {"ada"}),
    ("created_at", "within_days", 6, {"boris", "ada"}),
    ("created_at", "exists", True, EVERYBODY),
    ("last_in_at", "before", "2026-06-14", {"boris"}),
    ("last_in_at", "after", "2026-06-14", {"jo"}),
    ("last_in_at", "within_days", 0, {"jo"}),
    ("last_in_at", "within_days", 1, {"jo", "sarah"}),
    ("last_in_at", "within_days", 6, {"jo", "sarah"}),
    ("last_in_at", "within_days", 7, {"jo", "sarah", "boris"}),
    ("last_in_at", "within_days", 36_500, {"jo", "sarah", "boris"}),
    ("last_in_at", "exists", False, {"ada", "bare"}),
    ("last_out_at", "within_days", 1, {"sarah"}),
    ("last_out_at", "after", "2026-06-15T11:00:00Z", {"ada"}),
    ("opted_out", "is", True, {"boris"}),
    ("opted_out", "is_not", True, EVERYBODY - {"boris"}),
    ("opted_out", "exists", True, EVERYBODY),
    ("custom.company", "is", "STRASSE gmbh", {"sarah"}),
    ("custom.company", "is", "иванов И СЫН", {"boris"}),
    ("custom.company", "is", "istanbul ltd", {"jo"}),
    ("custom.company", "is", "", {"ada"}),
    ("custom.company", "is_not", "strasse gmbh", EVERYBODY - {"sarah"}),
    ("custom.company", "contains", "иван", {"boris"}),
    ("custom.company", "contains", "ß", {"sarah"}),
    ("custom.company", "starts_with", "ıst", {"jo"}),
    ("custom.company", "in", ["straße GMBH", "İstanbul LTD"], {"sarah", "jo"}),
    ("custom.company", "exists", True, EVERYBODY - BARE),
    ("custom.seats", "is", 5, {"sarah"}),
    ("custom.seats", "is", 5.0, {"sarah"}),
    ("custom.seats", "is", 2.5, {"boris"}),
    ("custom.seats", "is_not", 5, EVERYBODY - {"sarah"}),
    ("custom.seats", "in", [0, 2.5], {"jo", "boris"}),
    ("custom.seats", "gt", 2, {"sarah", "boris"}),
    ("custom.seats", "gte", 2.5, {"sarah", "boris"}),
    ("custom.seats", "lt", 0, {"ada"}),
    ("custom.seats", "lte", 0, {"ada", "jo"}),
    ("custom.seats", "exists", False, BARE),
    ("custom.vip", "is", True, {"sarah"}),
    ("custom.vip", "is", False, {"boris"}),
    ("custom.vip", "is_not", True, EVERYBODY - {"sarah"}),
    ("custom.vip", "exists", True, {"sarah", "boris"}),
    ("custom.renews", "is", "2026-06-10", {"sarah"}),
    ("custom.renews", "is_not", "2026-06-10", EVERYBODY - {"sarah"}),
    ("custom.renews", "in", ["2026-06-10", "2026-07-01"], {"sarah", "boris"}),
    ("custom.renews", "before", "2026-06-15", {"sarah"}),
    ("custom.renews", "after", "2026-06-15", {"boris"}),
    ("custom.renews", "within_days", 0, {"jo"}),
    ("custom.renews", "within_days", 5, {"jo", "sarah"}),
    ("custom.renews", "exists", False, {"ada", "bare"}),
    ("custom.size", "is", "L", {"sarah"}),
    ("custom.size", "is_not", "L", EVERYBODY - {"sarah"}),
    ("custom.size", "in", ["L", "S"], {"sarah", "boris"}),
    ("custom.size", "exists", True, {"sarah", "boris"}),
]

VIP = {"field": "tag", "op": "is", "value": "vip"}
HIGH = {"field": "score", "op": "gte", "value": 50}
NO_USERNAME = {"field": "username", "op": "exists", "value": False}

GROUPS: list[tuple[Any, set[str]]] = [
    ({"all": []}, EVERYBODY),
    ({"any": []}, set()),
    ({"not": {"all": []}}, set()),
    ({"not": {"any": []}}, EVERYBODY),
    ({"all": [{"any": []}, HIGH]}, set()),
    ({"any": [{"all": []}, HIGH]}, EVERYBODY),
    ({"all": [VIP, HIGH]}, {"sarah"}),
    ({"any": [VIP, {"field": "tag", "op": "is", "value": "клиент"}]}, {"sarah", "boris"}),
    ({"all": [HIGH, {"not": VIP}]}, {"jo", "ada"}),
    ({"not": {"any": [VIP, NO_USERNAME]}}, {"boris", "bare"}),
    ({"not": {"not": VIP}}, {"sarah"}),
    ({"any": [{"all": [VIP, NO_USERNAME]}, {"all": [HIGH, {"not": {"any": [VIP]}}]}]}, {"jo", "ada"}),
]


def test_each_operator_of_each_field(matching: Matching) -> None:
    wrong = []
    for field, op, value, expected in LEAVES:
        leaf = {"field": field, "op": op, "value": value}
        # A comparison that does not hold leaves its negation true, missing values included.
        found = (matching(leaf), matching({"not": leaf}))
        if found != (sorted(expected), sorted(EVERYBODY - expected)):
            wrong.append((field, op, value, found))
    assert wrong == []


@pytest.mark.parametrize(("condition", "expected"), GROUPS)
def test_groups(matching: Matching, condition: Any, expected: set[str]) -> None:
    assert matching(condition) == sorted(expected)


def test_count_and_list_are_one_query_each(
    tenants: Tenants, people: dict[str, str], django_assert_num_queries: Any
) -> None:
    data = {"any": [VIP, HIGH, {"field": "custom.company", "op": "contains", "value": "a"}]}
    with django_assert_num_queries(1):  # the definitions of custom fields
        condition = parse_condition(tenants.workspace, data)
    with django_assert_num_queries(0):
        parse_condition(tenants.workspace, {"all": [VIP, HIGH]})
        rows = Contact.objects.for_workspace(tenants.workspace).filter(where(condition, NOW))
    with django_assert_num_queries(1):
        assert rows.count() == 3
    with django_assert_num_queries(1):
        assert sorted(row.name for row in rows) == ["ada", "jo", "sarah"]


def test_prepared_statements_give_the_same_people(tenants: Tenants, matching: Matching) -> None:
    """Lists read contacts past Django's cursor; there the database has to know the type of each parameter."""
    for field, op, value, expected in LEAVES:
        condition = parse_condition(tenants.workspace, {"field": field, "op": op, "value": value})
        rows = Contact.objects.for_workspace(tenants.workspace).filter(where(condition, NOW))
        assert {row.name for row in repository.contacts.read(rows)} == expected, (field, op, value)


def test_changed_text_is_compared_as_it_is_now(tenants: Tenants, people: dict[str, str], matching: Matching) -> None:
    update_contact(tenants.actor(), people["sarah"], {"custom_fields": {"company": "ÉCLAIR"}, "tags": ["Ärzte"]})
    update_contact(tenants.actor(), people["boris"], {"custom_fields": {"company": None}})
    assert matching({"field": "custom.company", "op": "starts_with", "value": "éCL"}) == ["sarah"]
    assert matching({"field": "custom.company", "op": "exists", "value": False}) == ["bare", "boris"]
    assert matching({"field": "tag", "op": "is", "value": "äRZTE"}) == ["sarah"]
    assert matching(VIP) == []


def test_value_of_another_type_counts_as_missing(people: dict[str, str], matching: Matching) -> None:
    values = {"seats": "5", "vip": "true", "renews": 20260610, "size": ["L"], "company": 5}
    Contact.unscoped.filter(pk=people["sarah"]).update(custom_fields=values, folded_fields={})
    for key, op, value in [
        ("seats", "gt", 0),
        ("seats", "is", 5),
        ("vip", "is", True),
        ("renews", "before", "2026-06-11"),
        ("size", "is", "L"),
        ("company", "exists", True),
        ("seats", "exists", True),
        ("vip", "exists", True),
    ]:
        assert "sarah" not in matching({"field": f"custom.{key}", "op": op, "value": value}), key


def test_removed_choice_still_holds_for_those_who_have_it(tenants: Tenants, people: dict[str, str]) -> None:
    CustomField.unscoped.filter(workspace=tenants.workspace, key="size").update(choices=["S"])
    data = {"field": "custom.size", "op": "is", "value": "L"}
    with pytest.raises(ConditionErrors):
        parse_condition(tenants.workspace, data)
    rows = Contact.objects.for_workspace(tenants.workspace).filter(where(load_condition(tenants.workspace, data), NOW))
    assert [row.name for row in rows] == ["sarah"]


@pytest.mark.parametrize(
    ("leaf", "sql"),
    [
        ({"field": "custom.seats", "op": "is", "value": 5}, '"custom_fields" @> '),
        ({"field": "custom.size", "op": "in", "value": ["L"]}, '"custom_fields" @> '),
        ({"field": "custom.company", "op": "is", "value": "Acme"}, '"folded_fields" @> '),
    ],
)
def test_equality_of_custom_fields_is_containment(tenants: Tenants, custom_fields: None, leaf: Any, sql: str) -> None:
    condition = parse_condition(tenants.workspace, leaf)
    assert sql in str(Contact.objects.for_workspace(tenants.workspace).filter(where(condition, NOW)).query)


def test_migration_that_fills_columns_holds_no_lock_of_a_table() -> None:
    migration = import_module("contacts.migrations.0005_fill").Migration
    assert not migration.atomic
    assert [type(operation).__name__ for operation in migration.operations] == ["RunPython"]


def test_migration_folds_text_that_was_stored_before(
    people: dict[str, str], matching: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    Contact.unscoped.update(folded_fields={})
    ContactTag.unscoped.update(folded="")
    migration = import_module("contacts.migrations.0005_fill")
    monkeypatch.setattr(migration, "CHUNK", 2)
    migration.fill(apps, None)
    assert matching(VIP) == ["sarah"]
    assert matching({"field": "custom.company", "op": "contains", "value": "strasse"}) == ["sarah"]
    assert matching({"field": "custom.company", "op": "exists", "value": False}) == ["bare"]


@pytest.mark.parametrize("op", ["is", "in"])
def test_equal_comparisons_of_tags_are_as_one(matching: Matching, op: str) -> None:
    value: Any = "vip" if op == "is" else ["vip", "berlin"]  # Sarah has both
    leaf = {"field": "tag", "op": op, "value": value}
    assert matching({"all": [leaf] * 50}) == ["sarah"]
    assert matching({"any": [leaf] * 50}) == ["sarah"]


def test_any_of_many_tags_is_one_subquery_that_stands_alone(tenants: Tenants, people: dict[str, str]) -> None:
    """PostgreSQL then joins the tags, instead of looking at every contact."""
    data = {"any": [{"field": "tag", "op": "is", "value": f"tag {n}"} for n in range(49)] + [VIP]}
    rows = Contact.objects.for_workspace(tenants.workspace).filter(where(parse_condition(tenants.workspace, data), NOW))
    assert str(rows.query).count("EXISTS") == 1
    assert " OR " not in str(rows.query)
    assert [row.name for row in rows] == ["sarah"]


@pytest.mark.parametrize(
    ("field", "op"), [("tag", "is"), ("email", "contains"), ("custom.company", "contains"), ("custom.company", "is")]
)
def test_hostile_value_of_a_condition_is_a_parameter_of_the_statement(tenants: Tenants, field: str, op: str) -> None:
    CustomField.unscoped.get_or_create(
        workspace=tenants.workspace, key="company", defaults={"label": "Company", "type": "text", "choices": []}
    )
    condition = parse_condition(tenants.workspace, {"field": field, "op": op, "value": "x') or hostile=(' %s"})
    sql, parameters = (
        Contact.objects.for_workspace(tenants.workspace).filter(where(condition, NOW)).query.sql_with_params()
    )
    assert "hostile" not in sql and "hostile" in repr(parameters)
