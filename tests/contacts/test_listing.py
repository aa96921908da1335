"""GET /v1/contacts: filters, sorts and pages."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import PIECE, Contact, pieces_of
from crmsolid.core import clock
from tests.contacts.conftest import Upsert
from tests.contacts.helpers import without_created
from tests.tenants import Api, Tenants


def names(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [contact["name"] for contact in response.json()["data"]]


def names_on_all_pages(api: Api, **query: Any) -> list[str]:
    result: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        response = api.get("/v1/contacts", {**query, **cursor})
        result += names(response)
        if response.json()["next_cursor"] is None:
            return result
        cursor = {"cursor": response.json()["next_cursor"]}


def test_newest_contact_is_first_and_shown_as_get_shows_it(ours: Api, upsert: Upsert) -> None:
    one, two = upsert(username="aaaa", name="One", tags=["b", "a"]), upsert(username="bbbb", name="Two")
    response = ours.get("/v1/contacts").json()
    assert response == {"data": [without_created(two), without_created(one)], "next_cursor": None}


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("created_at", "CAB"),
        ("-created_at", "BAC"),
        ("name", "ABC"),
        ("-name", "CBA"),
        ("score", "BCA"),
        ("-score", "ACB"),
        ("updated_at", "ABC"),
        ("-updated_at", "CBA"),
    ],
)
def test_each_sort_orders_one_page_and_many(ours: Api, upsert: Upsert, sort: str, expected: str) -> None:
    for letter in "CAB":
        upsert(username=f"user{letter}", name=letter)
    upsert(username="userB", stage="won")
    upsert(username="userC", stage="won")
    for letter, score in (("A", 90), ("B", 10), ("C", 50)):
        Contact.unscoped.filter(name=letter).update(score=score)
    assert "".join(names_on_all_pages(ours, sort=sort)) == expected
    assert "".join(names_on_all_pages(ours, sort=sort, limit=1)) == expected


def test_pages_neither_lose_nor_repeat_contacts_with_equal_scores(ours: Api, upsert: Upsert) -> None:
    for number in range(7):
        upsert(username=f"user{number}", name=str(number))
    ascending = names_on_all_pages(ours, sort="score", limit=2)
    assert sorted(names_on_all_pages(ours, sort="score", limit=3)) == sorted(ascending) == list("0123456")
    assert names_on_all_pages(ours, sort="-score", limit=2) == ascending[::-1]


def test_contact_created_between_two_pages_does_not_shift_them(ours: Api, upsert: Upsert) -> None:
    for number in range(4):
        upsert(username=f"user{number}", name=str(number))
    first = ours.get("/v1/contacts", {"limit": 2}).json()
    upsert(username="later", name="later")
    second = ours.get("/v1/contacts", {"limit": 2, "cursor": first["next_cursor"]})
    assert names(second) == ["1", "0"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sarah", ["Sarah Müller"]),
        ("@SARAH_m", ["Sarah Müller"]),
        ("MÜLL", ["Sarah Müller"]),
        ("mu\u0308ller", ["Sarah Müller"]),
        ("@example.com", ["Sarah Müller"]),
        ("ivan", []),
        ("ИВАН", ["Иван Грозный"]),
        ("грозн", ["Иван Грозный"]),
        ("istanbul", ["İSTANBUL 100%"]),
        ("100%", ["İSTANBUL 100%"]),
        ("%", ["İSTANBUL 100%"]),
        ("_", ["Sarah Müller"]),
        ("\\", []),
        ("ah m", ["Sarah Müller"]),
    ],
)
def test_search_ignores_case_in_every_script(ours: Api, upsert: Upsert, text: str, expected: list[str]) -> None:
    upsert(username="sarah_m", name="Sarah Müller", email="s@Example.com")
    upsert(username="groznyj", name="Иван Грозный")
    upsert(username="city", name="İSTANBUL 100%")
    assert names(ours.get("/v1/contacts", {"search": text})) == expected


def test_search_finds_the_current_values_only(ours: Api, upsert: Upsert) -> None:
    contact = upsert(username="sarah", name="Before", last_name="Keeper")
    ours.patch(f"/v1/contacts/{contact['id']}", {"name": "After", "username": "sally"})
    for text, expected in (("before", []), ("sarah", []), ("@sally", ["After"]), ("keeper", ["After"])):
        assert names(ours.get("/v1/contacts", {"search": text})) == expected, text


def test_contacts_must_match_all_filters(ours: Api, upsert: Upsert) -> None:
    upsert(username="aaaa", name="A", tags=["x", "y"], stage="won")
    since = clock.rfc3339(clock.now())
    upsert(username="bbbb", name="B", tags=["x"], stage="won")
    upsert(username="cccc", name="C", tags=["x", "y"])
    assert names(ours.get("/v1/contacts", {"tag": "x"})) == ["C", "B", "A"]
    assert names(ours.get("/v1/contacts", {"tag": ["x", "y"]})) == ["C", "A"]
    assert names(ours.get("/v1/contacts", {"tag": ["x", "y"], "stage": "won"})) == ["A"]
    assert names(ours.get("/v1/contacts", {"tag": "X"})) == []
    assert names(ours.get("/v1/contacts", {"updated_since": since})) == ["C", "B"]
    assert names(ours.get("/v1/contacts", {"updated_since": since, "stage": "won", "search": "b"})) == ["B"]
    assert names_on_all_pages(ours, tag=["x", "y"], limit=1) == ["C", "A"]


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "email"},
        {"sort": "--name"},
        {"stage": "lukewarm"},
        {"stage": ["new", "won"]},
        {"updated_since": "yesterday"},
        {"updated_since": "2026-06-04T09:00:00"},
        {"search": ""},
        {"search": "a\0b"},
        {"search": "s" * 201},
        {"tag": ""},
        {"tag": "a\0b"},
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "many"},
        {"segment": "seg_1"},
        {"page": "2"},
        {"format": "csv"},
    ],
)
def test_invalid_parameter_is_named(ours: Api, query: dict[str, Any]) -> None:
    response = ours.get("/v1/contacts", query)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_parameter")
    assert response.json()["errors"][0]["field"].partition("[")[0] == next(iter(query))


def test_cursor_works_only_with_its_sort_filters_and_workspace(ours: Api, theirs: Api, upsert: Upsert) -> None:
    for number in range(3):
        upsert(username=f"user{number}", tags=["x"])
    cursor = ours.get("/v1/contacts", {"limit": 1, "tag": "x"}).json()["next_cursor"]
    assert ours.get("/v1/contacts", {"limit": 2, "tag": "x", "cursor": cursor}).status_code == 200
    for api, query in ((ours, {}), (ours, {"tag": "x", "sort": "name"}), (ours, {"tag": "y"}), (theirs, {"tag": "x"})):
        response = api.get("/v1/contacts", {**query, "cursor": cursor})
        assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    ("sort", "path"),
    [("created_at", "/v1/accounts"), ("-created_at", "/v1/webhooks"), ("-created_at", "/v1/messages?sort=-created_at")],
)
def test_cursor_does_not_work_in_another_list(ours: Api, upsert: Upsert, sort: str, path: str) -> None:
    for number in range(2):
        upsert(username=f"user{number}")
    cursor = ours.get("/v1/contacts", {"limit": 1, "sort": sort}).json()["next_cursor"]
    assert ours.get("/v1/contacts", {"limit": 1, "sort": sort, "cursor": cursor}).status_code == 200
    response = ours.get(f"{path}{'&' if '?' in path else '?'}cursor={cursor}")
    assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor")


def test_test_workspace_does_not_list_live_contacts(api: Api, tenants: Tenants, upsert: Upsert) -> None:
    upsert(username="sarah")
    assert names(api(tenants.key(workspace=tenants.twin)).get("/v1/contacts")) == []


def test_search_takes_the_time_of_the_texts_and_not_of_their_product(ours: Api, upsert: Upsert) -> None:
    """LIKE of the whole text would take a second or two for 10,000 contacts such as this one."""
    upsert(username="sarah", name="a" * 200)
    with CaptureQueriesContext(connection) as queries:
        assert names(ours.get("/v1/contacts", {"search": "A" * 199})) == ["a" * 200]
        assert names(ours.get("/v1/contacts", {"search": "a" * 199 + "b"})) == []
        assert names(ours.get("/v1/contacts", {"search": "%"})) == []
    likes = re.findall(r" LIKE '%(.*?)%'", " ".join(each["sql"] for each in queries.captured_queries))
    assert all(len(piece) <= PIECE for piece in likes)


HOSTILE = ["50%_off", "a\\b_c", "100%", "snake_case_name", "x" * 30, "ааааааааааааааааааб", "ab", "_%_", "a.b-c@d"]


@pytest.mark.parametrize("text", HOSTILE)
def test_search_takes_every_symbol_for_itself(ours: Api, upsert: Upsert, text: str) -> None:
    """Also in the pieces that PostgreSQL looks up in its trigram index."""
    upsert(username="found", name=f"Mr {text} Smith")
    upsert(username="other", name="50x1off aXbYc 100x snakeXcaseXname xxxxxxxxx ааааб abb a b c")
    assert names(ours.get("/v1/contacts", {"search": f"{text} smith"})) == [f"Mr {text} Smith"]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("sarah", ["sarah"]),
        ("sa", []),
        ("s-a_r.a%h", []),
        ("12345678", ["12345678"]),
        ("123456789", ["12345678", "23456789"]),
        ("сара миллер", ["сара мил", "а миллер"]),
        ("a" * 200, ["a" * 8] * 4),
    ],
)
def test_pieces_of_a_search_are_short_and_few(text: str, pieces: list[str]) -> None:
    assert pieces_of(text) == pieces
