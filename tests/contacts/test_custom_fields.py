"""Custom fields: their definitions, their values in POST /v1/contacts, and GET /v1/custom-fields."""

from typing import Any

import pytest

from contacts.custom_fields import create_custom_field, update_custom_field
from contacts.models import CustomField
from contacts.representations import ContactOut
from crmsolid.core.errors import DomainError
from tests.contacts.conftest import Upsert
from tests.contacts.helpers import field_errors, nothing_is_stored, without_created
from tests.tenants import Api, Tenants


def test_values_are_taken_at_the_top_level_and_under_custom_fields(
    ours: Api, upsert: Upsert, custom_fields: None
) -> None:
    contact = upsert(
        username="sarah", company="Initech", custom_fields={"seats": 5, "vip": True, "renews": "2026-06-04"}
    )
    assert contact["custom_fields"] == {"company": "Initech", "renews": "2026-06-04", "seats": 5, "vip": True}
    updated = upsert(username="sarah", seats=None, size="L")
    assert updated["custom_fields"] == {"company": "Initech", "renews": "2026-06-04", "size": "L", "vip": True}
    assert list(updated["custom_fields"]) == ["company", "renews", "size", "vip"]
    duplicate = ours.post("/v1/contacts", {"username": "sarah", "seats": 1, "custom_fields": {"seats": 2}})
    assert field_errors(duplicate) == [("seats", "duplicate")]


def test_etag_does_not_depend_on_how_the_database_stores_values(ours: Api, custom_fields: None) -> None:
    """jsonb keeps neither the order of keys nor a negative zero."""
    body = {"username": "sarah", "vip": False, "seats": -0.0, "company": "ü", "size": "S"}
    created = ours.post("/v1/contacts", body)
    read = ours.get(f"/v1/contacts/{created.json()['id']}")
    assert read.headers["ETag"] == created.headers["ETag"]


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("company", 5, "invalid"),
        ("company", "c" * 1001, "max_length"),
        ("company", {"a": 1}, "invalid"),
        ("seats", "5", "invalid"),
        ("seats", True, "invalid"),
        ("seats", 10**400, "out_of_range"),
        ("seats", 1e300, "out_of_range"),
        ("vip", 1, "invalid"),
        ("vip", "true", "invalid"),
        ("renews", "2026-02-30", "invalid"),
        ("renews", "20260604", "invalid"),
        ("renews", "2026-W23-4", "invalid"),
        ("renews", 20260604, "invalid"),
        ("size", "XL", "invalid_choice"),
        ("size", ["S"], "invalid_choice"),
    ],
)
def test_value_of_the_wrong_type_is_refused(ours: Api, custom_fields: None, key: str, value: Any, code: str) -> None:
    assert field_errors(ours.post("/v1/contacts", {"username": "sarah", key: value})) == [(key, code)]
    nested = ours.post("/v1/contacts", {"username": "sarah", "custom_fields": {key: value}})
    assert field_errors(nested) == [(f"custom_fields.{key}", code)]
    assert nothing_is_stored()


def test_errors_name_custom_fields_as_they_were_sent(ours: Api, upsert: Upsert, custom_fields: None) -> None:
    contact = upsert(username="sarah", seats=1)
    body = {"seats": "5", "city": "Rome", "custom_fields": {"vip": 1, "size": "XL", "town": "Rome"}}
    assert field_errors(ours.patch(f"/v1/contacts/{contact['id']}", body)) == [
        ("custom_fields.vip", "invalid"),
        ("custom_fields.size", "invalid_choice"),
        ("custom_fields.town", "unknown_field"),
        ("seats", "invalid"),
        ("city", "unknown_field"),
    ]
    assert ours.get(f"/v1/contacts/{contact['id']}").json() == without_created(contact)


def test_custom_fields_of_another_workspace_are_unknown(theirs: Api, custom_fields: None) -> None:
    response = theirs.post("/v1/contacts", {"username": "sarah", "company": "Initech"})
    assert field_errors(response) == [("company", "unknown_field")]
    assert "seats" not in response.content.decode()


def test_custom_fields_are_listed_by_key(ours: Api, theirs: Api, custom_fields: None) -> None:
    response = ours.get("/v1/custom-fields").json()
    assert [field["key"] for field in response["data"]] == ["company", "renews", "seats", "size", "vip"]
    assert response["data"][3] == {"key": "size", "label": "Size", "type": "choice", "choices": ["S", "L"]}
    first = ours.get("/v1/custom-fields", {"limit": 3}).json()
    rest = ours.get("/v1/custom-fields", {"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [*first["data"], *rest["data"]] == response["data"]
    assert theirs.get("/v1/custom-fields").json() == {"data": [], "next_cursor": None}


VALID = {"key": "company", "label": "Company", "type": "text"}


@pytest.mark.parametrize("key", ["company", "a", "a" * 40, "seats_2"])
def test_custom_field_is_defined(tenants: Tenants, key: str) -> None:
    field = create_custom_field(tenants.actor(), key=key, label=" Size ", type="choice", choices=["S", " L", "", "S"])
    field.refresh_from_db()
    assert (field.key, field.label, field.type, field.choices) == (key, "Size", "choice", ["S", "L"])


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        *(({"key": key}, "key", "reserved") for key in [*ContactOut().fields, "created", "field"]),
        *(({"key": key}, "key", "invalid") for key in ["", "Company", "9lives", "a" * 41, "a-b", "ü"]),
        ({"key": "seats"}, "key", "duplicate"),
        ({"label": " "}, "label", "length"),
        ({"label": "l" * 101}, "label", "length"),
        ({"type": "list"}, "type", "invalid_choice"),
        ({"type": "choice"}, "choices", "required"),
        ({"type": "choice", "choices": [str(n) for n in range(101)]}, "choices", "max_length"),
        ({"type": "choice", "choices": ["c" * 101]}, "choices", "max_length"),
    ],
)
def test_custom_field_that_is_not_valid_is_refused(
    tenants: Tenants, custom_fields: None, values: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(DomainError) as error:
        create_custom_field(tenants.actor(), **VALID | values)
    assert [(each.field, each.code) for each in error.value.errors] == [(field, code)]
    assert CustomField.unscoped.count() == 5


def test_workspace_has_at_most_200_custom_fields(tenants: Tenants, custom_fields: None) -> None:
    more = [CustomField(workspace=tenants.workspace, key=f"more_{n}", label="More", type="text") for n in range(195)]
    CustomField.unscoped.bulk_create(more)
    with pytest.raises(DomainError) as error:
        create_custom_field(tenants.actor(), **VALID | {"key": "one_more"})
    assert [(each.field, each.code) for each in error.value.errors] == [("key", "too_many")]
    assert CustomField.unscoped.count() == 200


def test_label_and_choices_can_be_replaced(tenants: Tenants, custom_fields: None) -> None:
    size = CustomField.unscoped.get(key="size")
    update_custom_field(tenants.actor(), size.key, label="Measure", choices=["XL"])
    size.refresh_from_db()
    assert (size.key, size.label, size.type, size.choices) == ("size", "Measure", "choice", ["XL"])
    with pytest.raises(DomainError) as error:
        update_custom_field(tenants.actor(tenants.other), size.key, label="Taken")
    assert error.value.code == "not_found"
