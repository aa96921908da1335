"""Five people of our workspace, and one of another, for whom conditions hold or do not."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from contacts.models import Contact, CustomField
from contacts.segments.compilation import where
from contacts.segments.conditions import parse_condition
from contacts.services import upsert_contact
from tests.tenants import Tenants

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)

# The fields of an upsert, and the columns that only the product itself sets.
PEOPLE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "sarah": (
        {
            "username": "Sarah_Miller",
            "email": "Sarah@Example.com",
            "time_zone": "Europe/Berlin",
            "stage": "qualified",
            "tags": ["VIP", "vip", "Berlin"],
            "custom_fields": {
                "company": "Straße GmbH",
                "seats": 5,
                "vip": True,
                "renews": "2026-06-10",
                "size": "L",
            },
        },
        {
            "score": 80,
            "created_at": datetime(2026, 6, 1, tzinfo=UTC),
            "last_in_at": datetime(2026, 6, 14, 12, tzinfo=UTC),
            "last_out_at": datetime(2026, 6, 15, 11, tzinfo=UTC),
        },
    ),
    "boris": (
        {
            "username": "boris_k",
            "opted_out": True,
            "tags": ["Клиент"],
            "custom_fields": {
                "company": "ИВАНОВ и сын",
                "seats": 2.5,
                "vip": False,
                "renews": "2026-07-01",
                "size": "S",
            },
        },
        {
            "score": 0,
            "created_at": datetime(2026, 6, 10, 10, tzinfo=UTC),
            "last_in_at": datetime(2026, 6, 8, 12, tzinfo=UTC),
        },
    ),
    "jo": (
        {
            "email": "jo@bücher.de",
            "time_zone": "America/New_York",
            "stage": "replied",
            "tags": ["vip-lite"],
            "custom_fields": {"company": "İSTANBUL Ltd", "seats": 0, "renews": "2026-06-15"},
        },
        {"score": 50, "created_at": datetime(2026, 5, 1, tzinfo=UTC), "last_in_at": NOW},
    ),
    "ada": (
        {"email": "ÄDA@example.com", "custom_fields": {"company": "", "seats": -1}},
        {"score": 100, "created_at": NOW, "last_out_at": datetime(2026, 6, 16, tzinfo=UTC)},
    ),
    "bare": ({"username": "bare"}, {"created_at": datetime(2020, 2, 29, 23, 59, 59, 999999, tzinfo=UTC)}),
}

EVERYBODY = set(PEOPLE)

Matching = Callable[..., list[str]]


@pytest.fixture
def people(tenants: Tenants, custom_fields: None) -> dict[str, str]:
    """The ids of our people, by name. A stranger like Sarah is in another workspace."""
    ids = {}
    for name, (fields, columns) in PEOPLE.items():
        ids[name] = upsert_contact(tenants.actor(), fields).contact.id
        Contact.unscoped.filter(pk=ids[name]).update(name=name, **columns)
    CustomField.unscoped.create(workspace=tenants.other, key="company", label="Company", type="text")
    stranger = {"username": "Sarah_Miller", "tags": ["VIP"], "custom_fields": {"company": "Straße GmbH"}}
    upsert_contact(tenants.actor(tenants.other), stranger)
    return ids


@pytest.fixture
def matching(tenants: Tenants, people: dict[str, str]) -> Matching:
    """The names of our people for whom a condition holds, in order; a name twice would be a duplicate."""

    def names(data: Any, now: datetime = NOW) -> list[str]:
        condition = where(parse_condition(tenants.workspace, data), now)
        rows = Contact.objects.for_workspace(tenants.workspace).filter(condition)
        found = sorted(rows.values_list("name", flat=True))
        assert rows.count() == len(found)
        return found

    return names
