"""GET /v1/contacts: filters, sorts, pages; GET /v1/custom-fields."""

from typing import Any

import pytest

from contacts.models import Contact
from crmsolid.core import clock
from tests.cast import Api, Cast
from tests.contacts.conftest import Add


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [contact["name"] for contact in answer.json()["data"]]


def walk(api: Api, **query: Any) -> list[str]:
    """The names on all pages."""
    found, cursor = [], None
    while True:
        answer = api.get("/v1/contacts", query | ({"cursor": cursor} if cursor else {}))
        found += names(answer)
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found


def test_newest_first_and_as_get_answers(ours: Api, add: Add) -> None:
    one, two = add(username="aaaa", name="One", tags=["b", "a"]), add(username="bbbb", name="Two")
    answer = ours.get("/v1/contacts").json()
    assert answer["next_cursor"] is None
    assert [{**contact, "created": True} for contact in answer["data"]] == [two, one]


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
def test_every_sort_and_its_pages(ours: Api, add: Add, sort: str, expected: str) -> None:
    for letter in "CAB":
        add(username=f"user{letter}", name=letter)
    add(username="userB", stage="won")
    add(username="userC", stage="won")
    for letter, score in (("A", 90), ("B", 10), ("C", 50)):
        Contact.unscoped.filter(name=letter).update(score=score)
    assert "".join(walk(ours, sort=sort)) == expected
    assert "".join(walk(ours, sort=sort, limit=1)) == expected


def test_equal_scores_are_neither_lost_nor_repeated(ours: Api, add: Add) -> None:
    for number in range(7):
        add(username=f"user{number}", name=str(number))
    assert sorted(walk(ours, sort="score", limit=3)) == list("0123456")
    assert walk(ours, sort="-score", limit=2) == list(reversed(walk(ours, sort="score", limit=2)))


def test_a_contact_that_comes_meanwhile_moves_no_page(ours: Api, add: Add) -> None:
    for number in range(4):
        add(username=f"user{number}", name=str(number))
    first = ours.get("/v1/contacts", {"limit": 2}).json()
    add(username="later", name="later")
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
def test_search_is_case_blind_in_every_script(ours: Api, add: Add, text: str, expected: list[str]) -> None:
    add(username="sarah_m", name="Sarah Müller", email="s@Example.com")
    add(username="groznyj", name="Иван Грозный")
    add(username="city", name="İSTANBUL 100%")
    assert names(ours.get("/v1/contacts", {"search": text})) == expected


def test_search_follows_changes(ours: Api, add: Add) -> None:
    made = add(username="sarah", name="Before", last_name="Keeper")
    ours.patch(f"/v1/contacts/{made['id']}", {"name": "After", "username": "sally"})
    found = {text: len(names(ours.get("/v1/contacts", {"search": text}))) for text in ("before", "sarah")}
    assert found == {"before": 0, "sarah": 0}
    assert names(ours.get("/v1/contacts", {"search": "@sally"})) == ["After"]
    assert names(ours.get("/v1/contacts", {"search": "keeper"})) == ["After"]


def test_filters_hold_together(ours: Api, add: Add) -> None:
    add(username="aaaa", name="A", tags=["x", "y"], stage="won")
    mark = clock.rfc3339(clock.now())
    add(username="bbbb", name="B", tags=["x"], stage="won")
    add(username="cccc", name="C", tags=["x", "y"])
    assert names(ours.get("/v1/contacts", {"tag": "x"})) == ["C", "B", "A"]
    assert names(ours.get("/v1/contacts", {"tag": ["x", "y"]})) == ["C", "A"]
    assert names(ours.get("/v1/contacts", {"tag": ["x", "y"], "stage": "won"})) == ["A"]
    assert names(ours.get("/v1/contacts", {"tag": "X"})) == []
    assert names(ours.get("/v1/contacts", {"updated_since": mark})) == ["C", "B"]
    assert names(ours.get("/v1/contacts", {"updated_since": mark, "stage": "won", "search": "b"})) == ["B"]
    assert walk(ours, tag=["x", "y"], limit=1) == ["C", "A"]


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
def test_what_is_no_filter_is_named(ours: Api, query: dict[str, Any]) -> None:
    answer = ours.get("/v1/contacts", query)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter")
    assert answer.json()["errors"][0]["field"].partition(".")[0] == next(iter(query))


def test_a_cursor_belongs_to_its_list(ours: Api, rival: Api, add: Add) -> None:
    for number in range(3):
        add(username=f"user{number}", tags=["x"])
    cursor = ours.get("/v1/contacts", {"limit": 1, "tag": "x"}).json()["next_cursor"]
    assert ours.get("/v1/contacts", {"limit": 2, "tag": "x", "cursor": cursor}).status_code == 200
    for api, query in ((ours, {}), (ours, {"tag": "x", "sort": "name"}), (ours, {"tag": "y"}), (rival, {"tag": "x"})):
        answer = api.get("/v1/contacts", {**query, "cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    ("sort", "path"),
    [("created_at", "/v1/accounts"), ("-created_at", "/v1/webhooks"), ("-created_at", "/v1/messages?sort=-created_at")],
)
def test_a_cursor_of_one_list_does_not_open_another(ours: Api, add: Add, sort: str, path: str) -> None:
    for number in range(2):
        add(username=f"user{number}")
    cursor = ours.get("/v1/contacts", {"limit": 1, "sort": sort}).json()["next_cursor"]
    assert ours.get("/v1/contacts", {"limit": 1, "sort": sort, "cursor": cursor}).status_code == 200
    answer = ours.get(f"{path}{'&' if '?' in path else '?'}cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize("number", [1, 50])
def test_a_page_takes_three_queries(ours: Api, add: Add, number: int, django_assert_num_queries: Any) -> None:
    for index in range(number):
        add(username=f"user{index}", tags=["x", "y"])
    with django_assert_num_queries(3):
        assert len(names(ours.get("/v1/contacts", {"tag": "x", "limit": 100}))) == number


def test_an_empty_page_takes_two(ours: Api, django_assert_num_queries: Any) -> None:
    ours.get("/v1/contacts")
    with django_assert_num_queries(2):
        assert names(ours.get("/v1/contacts")) == []


def test_custom_fields_are_listed_by_key(ours: Api, rival: Api, fields: None) -> None:
    answer = ours.get("/v1/custom-fields").json()
    assert [field["key"] for field in answer["data"]] == ["company", "renews", "seats", "size", "vip"]
    assert answer["data"][3] == {"key": "size", "label": "Size", "type": "choice", "choices": ["S", "L"]}
    first = ours.get("/v1/custom-fields", {"limit": 3}).json()
    rest = ours.get("/v1/custom-fields", {"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [*first["data"], *rest["data"]] == answer["data"]
    assert rival.get("/v1/custom-fields").json() == {"data": [], "next_cursor": None}


def test_the_twin_has_contacts_of_its_own(api: Api, cast: Cast, add: Add) -> None:
    add(username="sarah")
    assert names(api(cast.key(workspace=cast.twin)).get("/v1/contacts")) == []
