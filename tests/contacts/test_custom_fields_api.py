"""POST /v1/custom-fields, GET and PATCH /v1/custom-fields/{key}: definitions over the API."""

from typing import Any

import pytest

from contacts.models import CustomField
from crmsolid.workspaces.actor import Actor, Scope, Subject
from crmsolid.workspaces.models import AuditEntry
from tests.api.assertions import assert_problem
from tests.contacts.conftest import Upsert
from tests.contacts.helpers import field_errors
from tests.tenants import Api, Tenants

SIZE = {"key": "shirt", "label": "Shirt", "type": "choice", "choices": ["S", "L"]}


def stored() -> list[dict[str, Any]]:
    return [dict(row) for row in CustomField.unscoped.order_by("pk").values()]


def audited() -> list[tuple[str, dict[str, Any], str]]:
    rows = AuditEntry.unscoped.filter(action__startswith="customfield.").order_by("pk")
    return [(row.action, row.data, row.subject_kind) for row in rows]


def test_custom_field_is_defined_read_and_used(ours: Api, upsert: Upsert) -> None:
    made = ours.post("/v1/custom-fields", {**SIZE, "label": " Shirt ", "choices": ["S", " L", "S"]})
    assert (made.status_code, made.json()) == (201, SIZE)
    assert made.headers["Location"] == "/v1/custom-fields/shirt"
    read = ours.get("/v1/custom-fields/shirt")
    assert (read.json(), read.headers["ETag"]) == (SIZE, made.headers["ETag"])
    assert ours.get("/v1/custom-fields").json()["data"] == [SIZE]
    assert upsert(username="sarah", shirt="L")["custom_fields"] == {"shirt": "L"}
    assert audited() == [("customfield.created", {"fields": ["key", "label", "type", "choices"]}, "key")]


def test_label_and_choices_are_replaced_each_by_itself(ours: Api, upsert: Upsert) -> None:
    ours.post("/v1/custom-fields", SIZE)
    contact = upsert(username="sarah", shirt="L")
    changed = ours.patch("/v1/custom-fields/shirt", {"choices": ["S", "XL"]})
    assert (changed.status_code, changed.json()) == (200, {**SIZE, "choices": ["S", "XL"]})
    assert ours.get(f"/v1/contacts/{contact['id']}").json()["custom_fields"] == {"shirt": "L"}
    assert ours.patch("/v1/custom-fields/shirt", {"label": "Size", "type": "choice"}).json()["choices"] == ["S", "XL"]
    assert audited()[1:] == [
        ("customfield.changed", {"fields": [], "old": {"choices": ["S", "L"]}, "new": {"choices": ["S", "XL"]}}, "key"),
        ("customfield.changed", {"fields": [], "old": {"label": "Shirt"}, "new": {"label": "Size"}}, "key"),
    ]


def test_change_that_changes_nothing_is_not_written_down(ours: Api) -> None:
    made = ours.post("/v1/custom-fields", SIZE)
    again = ours.patch("/v1/custom-fields/shirt", {"label": "Shirt", "choices": ["S", "L"]})
    assert (again.status_code, again.headers["ETag"], len(audited())) == (200, made.headers["ETag"], 1)


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"key": "Shirt"}, "key", "invalid"),
        ({"key": "unanswered_since"}, "key", "reserved"),
        ({"key": "company"}, "key", "duplicate"),
        ({"label": " "}, "label", "blank"),
        ({"type": "list"}, "type", "invalid_choice"),
        ({"choices": []}, "choices", "required"),
        ({"choices": ["S", 1]}, "choices[1]", "invalid"),
        ({"type": "text"}, "choices", "no_choices"),
        ({"id": 1}, "id", "unknown_field"),
    ],
)
def test_definition_that_is_not_valid_is_refused(
    ours: Api, custom_fields: None, values: dict[str, Any], field: str, code: str
) -> None:
    before = stored()
    assert field_errors(ours.post("/v1/custom-fields", {**SIZE, **values})) == [(field, code)]
    assert (stored(), audited()) == (before, [])


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"type": "text"}, "type", "immutable"),
        ({"key": "other"}, "key", "unknown_field"),
        ({"label": ""}, "label", "blank"),
        ({"choices": []}, "choices", "required"),
        ({"label": "New", "choices": [" "]}, "choices", "required"),
    ],
)
def test_change_that_the_panel_would_refuse_is_refused(
    ours: Api, custom_fields: None, values: dict[str, Any], field: str, code: str
) -> None:
    before = stored()
    assert field_errors(ours.patch("/v1/custom-fields/size", values)) == [(field, code)]
    assert field_errors(ours.patch("/v1/custom-fields/seats", {"choices": ["1"]})) == [("choices", "no_choices")]
    assert (stored(), audited()) == (before, [])


def test_if_match_of_an_earlier_version_is_refused(ours: Api) -> None:
    made = ours.post("/v1/custom-fields", SIZE)
    ours.patch("/v1/custom-fields/shirt", {"label": "Size"})
    before = stored()
    stale = ours.patch("/v1/custom-fields/shirt", {"label": "Late"}, If_Match=made.headers["ETag"])
    assert_problem(stale, "precondition_failed")
    assert stored() == before


def test_custom_field_of_another_workspace_is_not_found(ours: Api, theirs: Api, custom_fields: None) -> None:
    before = stored()
    for answer in (theirs.get("/v1/custom-fields/size"), theirs.patch("/v1/custom-fields/size", {"label": "Taken"})):
        assert "GET /v1/custom-fields" in assert_problem(answer, "not_found")["detail"]
    assert stored() == before
    assert theirs.post("/v1/custom-fields", {**SIZE, "key": "size"}).status_code == 201


def test_keys_define_by_their_scope_and_read_by_theirs(api: Api, tenants: Tenants, write_only: Api) -> None:
    reader = api(tenants.key([Scope.READ_CONTACTS]))
    for answer in (reader.post("/v1/custom-fields", SIZE), reader.patch("/v1/custom-fields/shirt", {"label": "x"})):
        assert assert_problem(answer, "scope_missing")["required_scope"] == "write:contacts"
    assert stored() == []
    made = write_only.post("/v1/custom-fields", {**SIZE})
    assert (made.json(), "ETag" in made.headers) == (SIZE, False)
    assert write_only.patch("/v1/custom-fields/shirt", {"label": "Size"}).json() == {"key": "shirt", "label": "Size"}
    assert assert_problem(write_only.get("/v1/custom-fields/shirt"), "scope_missing")


def test_assistant_of_a_member_may_not_define(tenants: Tenants) -> None:
    """A grant has no role, and whom it acts for may not do so in the panel."""
    from contacts.custom_fields import create_custom_field
    from crmsolid.core.errors import DomainError

    actor = Actor(
        tenants.workspace, Subject("grant", "grt_1", "Claude"), frozenset({Scope.WRITE_CONTACTS}), None, "mcp"
    )
    with pytest.raises(DomainError) as refused:
        create_custom_field(actor, **SIZE)  # type: ignore[arg-type]
    assert (refused.value.code, stored()) == ("forbidden", [])
