"""What the comboboxes suggest, and within how many statements."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts import suggestions
from contacts.services import erase_contact, upsert_contact
from crmsolid.panel.components.comboboxes import LIMIT, HourField, ZoneField
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel(tenants: Tenants, client: Client) -> Client:
    client.force_login(tenants.owner)
    for username, name, tags in (
        ("anna_b", "Anna Berg", ["Service plan", "vip"]),
        ("boris", "Boris Anders", ["service overdue", "vip"]),
        ("clara", "Clara Ost", ["self service"]),
    ):
        upsert_contact(tenants.actor(), {"username": username, "name": name, "tags": tags})
    upsert_contact(tenants.actor(tenants.other), {"username": "anna_theirs", "name": "Anna Theirs", "tags": ["serfs"]})
    return client


def suggested(panel: Client, kind: str, **query: Any) -> list[str]:
    options = panel.get(f"/panel/live/suggest/{kind}/", query).json()["options"]
    return [" ".join(filter(None, (each["text"], each["detail"]))) for each in options]


def test_tags_are_those_of_the_workspace_that_have_the_text_with_their_counts(panel: Client) -> None:
    assert suggested(panel, "tags", text="SER") == ["service overdue 1", "Service plan 1", "self service 1"]
    assert suggested(panel, "tags") == ["self service 1", "service overdue 1", "Service plan 1", "vip 2"]
    assert suggested(panel, "tags", text="nothing\0") == []


def test_tags_past_the_first_thousand_are_found_by_how_they_begin(
    panel: Client, tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggestions, "TAGS", 1)
    assert suggested(panel, "tags", text="service o") == ["service overdue 1"]


def test_people_are_found_by_name_and_username(panel: Client) -> None:
    assert suggested(panel, "people", text="an") == ["Anna Berg @anna_b"]
    # Who has it within the name comes after those whose name begins with it.
    assert suggested(panel, "people", text="ANDERS") == ["Boris Anders @boris"]
    assert suggested(panel, "people", text="@Bor") == ["Boris Anders @boris"]
    assert suggested(panel, "people", text="x") == []


def test_ids_are_named_in_their_order_and_only_those_of_the_workspace(panel: Client, tenants: Tenants) -> None:
    ours = [suggestions.suggest_people(tenants.actor(), name, limit=1)[0].pk for name in ("Clara", "Anna")]
    theirs = suggestions.suggest_people(tenants.actor(tenants.other), "Anna", limit=1)[0].pk
    assert suggested(panel, "people", value=[*ours, theirs, "x\0"]) == ["Clara Ost @clara", "Anna Berg @anna_b"]


def test_who_is_erased_is_suggested_and_named_no_more(panel: Client, tenants: Tenants) -> None:
    [anna] = suggestions.suggest_people(tenants.actor(), "Anna", limit=1)
    erase_contact(tenants.actor(), anna.pk)
    assert suggested(panel, "people", text="anna") == suggested(panel, "people", value=[anna.pk]) == []
    assert suggested(panel, "tags", text="service p") == []


def test_text_without_letters_is_looked_up_by_how_names_begin_alone(panel: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert suggested(panel, "people", text="_-.") == []
    assert not [each for each in queries if "STRPOS" in each["sql"]]


def test_suggestions_are_few_and_need_few_statements(panel: Client, tenants: Tenants) -> None:
    for number in range(2 * LIMIT):
        upsert_contact(
            tenants.actor(), {"username": f"many_{number:02}", "name": f"Many {number:02}", "tags": [f"m{number:02}"]}
        )
    panel.get("/panel/live/suggest/tags/")
    for kind, most in (("tags", 8), ("people", 8)):
        with CaptureQueriesContext(connection) as queries:
            assert len(suggested(panel, kind, text="m")) == LIMIT
        assert len(queries) <= most


def zones(panel: Client, **query: str) -> list[str]:
    return [each["value"] for each in panel.get("/panel/time-zones/", query).json()["options"]]


def test_zones_are_found_by_city_region_and_the_zone_of_the_browser(panel: Client) -> None:
    assert zones(panel, text="new y") == ["America/New_York"]
    assert zones(panel, text="berl")[0] == "Europe/Berlin"
    assert "Europe/Berlin" in zones(panel, text="europe/b")
    assert zones(panel, here="Asia/Tokyo")[0] == "Asia/Tokyo" and len(zones(panel)) == LIMIT
    assert zones(panel, text="us/pacific") == zones(panel, here="x", text="mars") == []
    option = panel.get("/panel/time-zones/", {"text": "kolkata"}).json()["options"][0]
    assert option["text"] == "Kolkata" and option["detail"].startswith("Asia ")


@pytest.mark.parametrize(
    ("typed", "hour"), [("9", "09:00"), ("930", "09:30"), ("24", "24:00"), ("9.5", "9.5"), ("", "")]
)
def test_hours_are_read_on_the_server_too(typed: str, hour: str) -> None:
    assert HourField(required=False).clean(typed) == hour


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("tokyo", "Asia/Tokyo"),
        ("New York", "America/New_York"),
        ("US/Pacific", "US/Pacific"),
        ("mars", "mars"),
        ("", ""),
    ],
)
def test_zone_may_be_named_by_its_city(typed: str, zone: str) -> None:
    assert ZoneField().clean(typed) == zone
