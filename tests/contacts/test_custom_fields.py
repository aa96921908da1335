"""Custom fields: their values in POST /v1/contacts, and GET /v1/custom-fields."""

from typing import Any

import pytest

from contacts.custom_fields import check_key
from contacts.normalization import InvalidValue
from contacts.representations import ContactOut
from tests.cast import Api
from tests.contacts.conftest import Upsert
from tests.contacts.helpers import field_errors, nothing_is_stored


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
    assert nothing_is_stored()


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


@pytest.mark.parametrize("key", [*ContactOut().fields, "created", "field", "", "Company", "9lives", "a" * 41, "a-b"])
def test_key_that_is_reserved_or_malformed_is_refused(key: str) -> None:
    with pytest.raises(InvalidValue):
        check_key(key)


@pytest.mark.parametrize("key", ["company", "a", "a" * 40, "seats_2"])
def test_key_is_accepted(key: str) -> None:
    check_key(key)
