"""POST /v1/contacts."""

import json
from typing import Any

import pytest

from contacts.models import Contact, ContactTag
from crmsolid.core import clock
from crmsolid.events.models import Event
from crmsolid.workspaces.scopes import Scope
from tests.cast import Api, Cast
from tests.contacts.conftest import Add

SARAH = {
    "username": "@sarah_miller",
    "name": "Sarah Miller",
    "email": "Sarah@Example.com",
    "tags": ["trial", "webinar-2026-06"],
}


def events() -> list[tuple[str, dict[str, Any]]]:
    rows = Event.unscoped.order_by("created_at", "id")
    return [(row.type, json.loads(bytes(row.body))["data"]) for row in rows]


def nothing_there() -> bool:
    return not Contact.unscoped.exists() and not ContactTag.unscoped.exists() and not Event.unscoped.exists()


def errors(response: Any) -> list[tuple[str, str]]:
    assert response.status_code == 422, response.content
    return [(error["field"], error["code"]) for error in response.json()["errors"]]


def test_a_new_contact_is_answered_whole(ours: Api) -> None:
    answer = ours.post("/v1/contacts", SARAH)
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["Location"] == f"/v1/contacts/{made['id']}"
    assert made["created_at"] == made["updated_at"]
    assert {k: v for k, v in made.items() if k not in ("id", "created_at", "updated_at")} == {
        "created": True,
        "name": "Sarah Miller",
        "first_name": "Sarah",
        "last_name": None,
        "username": "sarah_miller",
        "telegram_id": None,
        "email": "Sarah@Example.com",
        "phone": None,
        "time_zone": None,
        "tags": ["trial", "webinar-2026-06"],
        "stage": "new",
        "score": 0,
        "opted_out": False,
        "custom_fields": {},
    }
    read = ours.get(f"/v1/contacts/{made['id']}")
    assert {**read.json(), "created": True} == made
    assert read.headers["ETag"] == answer.headers["ETag"]


def test_a_new_contact_makes_two_events_with_what_get_answers(ours: Api) -> None:
    made = ours.post("/v1/contacts", SARAH).json()
    contact = ours.get(f"/v1/contacts/{made['id']}").json()
    assert events() == [
        ("contact.created", {"contact": contact}),
        ("contact.tagged", {"contact": contact, "added": ["trial", "webinar-2026-06"]}),
    ]
    assert set(Event.unscoped.values_list("contact_id", flat=True)) == {made["id"]}


def test_without_tags_there_is_one_event(ours: Api) -> None:
    ours.post("/v1/contacts", {"username": "sarah"})
    assert [kind for kind, _ in events()] == ["contact.created"]


@pytest.mark.parametrize("again", [{"username": "https://t.me/SARAH_Miller"}, {"email": "sarah@EXAMPLE.com"}])
def test_the_same_person_is_updated(ours: Api, again: dict[str, str]) -> None:
    made = ours.post("/v1/contacts", SARAH).json()
    answer = ours.post("/v1/contacts", {**again, "name": "Sarah M. Jones", "tags": ["trial", "paid"]})
    assert answer.status_code == 200
    changed = answer.json()
    assert (changed["id"], changed["created"]) == (made["id"], False)
    assert changed["name"] == "Sarah M. Jones"
    assert changed["tags"] == ["paid", "trial", "webinar-2026-06"]
    assert changed["created_at"] == made["created_at"]
    assert changed["updated_at"] > made["updated_at"]
    assert "Location" not in answer.headers
    assert ours.get(f"/v1/contacts/{made['id']}").headers["ETag"] == answer.headers["ETag"]
    kind, data = events()[-1]
    assert (kind, data["added"]) == ("contact.tagged", ["paid"])
    assert len(events()) == 3
    assert Contact.unscoped.count() == 1


def test_nothing_new_changes_nothing(ours: Api) -> None:
    made = ours.post("/v1/contacts", SARAH)
    again = ours.post("/v1/contacts", SARAH)
    assert again.json() == {**made.json(), "created": False}
    assert again.headers["ETag"] == made.headers["ETag"]
    assert len(events()) == 2


def test_a_contact_known_by_username_gets_its_email(ours: Api, add: Add) -> None:
    made = add(username="sarah")
    joined = add(username="sarah", email="s@example.com")
    assert (joined["id"], joined["email"]) == (made["id"], "s@example.com")
    assert add(email="s@example.com")["id"] == made["id"]


def test_identities_of_two_people_conflict_and_change_nothing(ours: Api, writer: Api, add: Add) -> None:
    one, two = add(username="sarah", name="One"), add(email="s@example.com", name="Two")
    before = len(events())
    body = {"username": "sarah", "email": "s@example.com", "name": "Both", "tags": ["x"]}
    answer = ours.post("/v1/contacts", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "contact_conflict")
    assert answer.json()["contacts"] == sorted([one["id"], two["id"]])
    blind = writer.post("/v1/contacts", body)
    assert blind.status_code == 409
    assert one["id"] not in blind.content.decode() and "contacts" not in blind.json()
    assert sorted(Contact.unscoped.values_list("name", flat=True)) == ["One", "Two"]
    assert not ContactTag.unscoped.exists() and len(events()) == before


def test_a_key_that_may_not_read_sees_what_it_sent(ours: Api, writer: Api, add: Add, fields: None) -> None:
    made = add(**SARAH, last_name="Secret", company="Initech", seats=5)
    sent = {"username": "@SARAH_miller", "first_name": "", "tags": ["new", "trial"], "company": "Initrode", "vip": None}
    answer = writer.post("/v1/contacts", sent)
    assert answer.json() == {
        "id": made["id"],
        "created": False,
        "username": "SARAH_miller",
        "first_name": "",
        "tags": ["new", "trial"],
        "custom_fields": {"company": "Initrode", "vip": None},
    }
    assert "ETag" not in answer.headers
    assert ours.get(f"/v1/contacts/{made['id']}").json()["tags"] == ["new", "trial", "webinar-2026-06"]


def test_one_identity_is_required(ours: Api) -> None:
    assert errors(ours.post("/v1/contacts", {"name": "Nobody"})) == [("username", "required")]
    assert errors(ours.post("/v1/contacts", {"username": None, "email": None})) == [("username", "required")]
    assert errors(ours.post("/v1/contacts", {})) == [("username", "required")]
    assert nothing_there()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"username": "abc"}, [("username", "invalid_username")]),
        ({"username": "9lives"}, [("username", "invalid_username")]),
        ({"username": 7}, [("username", "invalid")]),
        ({"email": "nobody"}, [("email", "invalid_email")]),
        ({"username": "a b c d", "email": "x"}, [("username", "invalid_username"), ("email", "invalid_email")]),
        ({"username": "sarah", "name": "n" * 201}, [("name", "max_length")]),
        ({"username": "sarah", "name": None}, [("name", "null")]),
        ({"username": "sarah", "name": ["x"]}, [("name", "invalid")]),
        ({"username": "sarah", "stage": "lukewarm"}, [("stage", "invalid_choice")]),
        ({"username": "sarah", "time_zone": "Mars/Olympus"}, [("time_zone", "invalid_choice")]),
        ({"username": "sarah", "time_zone": "../../etc/passwd"}, [("time_zone", "invalid_choice")]),
        ({"username": "sarah", "opted_out": "no"}, [("opted_out", "invalid")]),
        ({"username": "sarah", "tags": "vip"}, [("tags", "invalid")]),
        ({"username": "sarah", "tags": [1]}, [("tags", "invalid")]),
        ({"username": "sarah", "tags": ["  "]}, [("tags", "invalid_tag")]),
        ({"username": "sarah", "tags": ["t" * 65]}, [("tags", "invalid_tag")]),
        ({"username": "sarah", "tags": ["a\nb"]}, [("tags", "invalid_tag")]),
        ({"username": "sarah", "tags": [f"t{n}" for n in range(51)]}, [("tags", "max_length")]),
        ({"username": "sarah", "custom_fields": []}, [("custom_fields", "not_a_dict")]),
        ({"username": "sarah", "Name": "typo"}, [("Name", "unknown_field")]),
        ({"username": "sarah", "nmae": "typo"}, [("nmae", "unknown_field")]),
        ({"username": "sarah", "id": "con_1"}, [("id", "unknown_field")]),
        ({"username": "sarah", "score": 100}, [("score", "unknown_field")]),
        ({"username": "sarah", "custom_fields": {"nmae": 1}}, [("nmae", "unknown_field")]),
        ({"username": "sarah", "name": "a\0b"}, [("name", "null_characters_not_allowed")]),
        ({"username": "sarah", "tags": ["a\0b"]}, [("tags.0", "null_characters_not_allowed")]),
        ([], [("body", "invalid")]),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(ours: Api, body: Any, expected: list[tuple[str, str]]) -> None:
    assert errors(ours.post("/v1/contacts", body)) == expected
    assert nothing_there()


def test_limits_are_inclusive(add: Add) -> None:
    made = add(username="u" * 32, name="n" * 200, tags=[f"{n:064d}" for n in range(50)])
    assert (len(made["name"]), len(made["tags"])) == (200, 50)


def test_tags_are_trimmed_and_counted_once(add: Add) -> None:
    assert add(username="sarah", tags=[" vip ", "vip", "VIP", "🦊"])["tags"] == ["VIP", "vip", "🦊"]


def test_custom_fields_at_the_top_and_beside(ours: Api, add: Add, fields: None) -> None:
    made = add(username="sarah", company="Initech", custom_fields={"seats": 5, "vip": True, "renews": "2026-06-04"})
    assert made["custom_fields"] == {"company": "Initech", "renews": "2026-06-04", "seats": 5, "vip": True}
    changed = add(username="sarah", seats=None, size="L")
    assert changed["custom_fields"] == {"company": "Initech", "renews": "2026-06-04", "size": "L", "vip": True}
    assert list(changed["custom_fields"]) == ["company", "renews", "size", "vip"]
    twice = ours.post("/v1/contacts", {"username": "sarah", "seats": 1, "custom_fields": {"seats": 2}})
    assert errors(twice) == [("seats", "duplicate")]


def test_custom_fields_are_equal_however_they_are_read(ours: Api, fields: None) -> None:
    """jsonb keeps neither the order of keys nor a negative zero; the ETag must not notice."""
    body = {"username": "sarah", "vip": False, "seats": -0.0, "company": "ü", "size": "S"}
    made = ours.post("/v1/contacts", body)
    read = ours.get(f"/v1/contacts/{made.json()['id']}")
    assert read.headers["ETag"] == made.headers["ETag"]


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
def test_custom_values_have_types(ours: Api, fields: None, key: str, value: Any, code: str) -> None:
    assert errors(ours.post("/v1/contacts", {"username": "sarah", key: value})) == [(key, code)]
    assert nothing_there()


def test_custom_fields_are_the_workspaces_own(rival: Api, fields: None) -> None:
    answer = rival.post("/v1/contacts", {"username": "sarah", "company": "Initech"})
    assert errors(answer) == [("company", "unknown_field")]
    assert "seats" not in answer.content.decode()


def test_two_workspaces_have_two_sarahs(ours: Api, rival: Api) -> None:
    mine, theirs = ours.post("/v1/contacts", SARAH), rival.post("/v1/contacts", SARAH)
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json()["id"] != theirs.json()["id"]


def test_a_replay_is_the_first_answer(ours: Api) -> None:
    first = ours.post("/v1/contacts", SARAH, idempotency_key="k1")
    again = ours.post("/v1/contacts", SARAH, idempotency_key="k1")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (again.headers["ETag"], again.headers["Location"]) == (first.headers["ETag"], first.headers["Location"])
    assert Contact.unscoped.count() == 1 and len(events()) == 2


@pytest.mark.parametrize("scopes", [[Scope.READ_CONTACTS], [Scope.WRITE_MESSAGES, Scope.MANAGE_SEQUENCES]])
def test_the_write_scope_is_needed(api: Api, cast: Cast, scopes: list[Scope]) -> None:
    answer = api(cast.key(scopes)).post("/v1/contacts", SARAH)
    assert (answer.status_code, answer.json()["required_scope"]) == (403, "write:contacts")
    assert nothing_there()


def test_the_statements_are_few(ours: Api, django_assert_num_queries: Any) -> None:
    """A new contact: API key, savepoint and release (of the test's transaction), lock, contact, deferred inserts, last
    use of the key. SQLite needs no lock and writes the deferred inserts one table at a time: tags, events, response."""
    from django.db import connection

    on_sqlite = connection.vendor != "postgresql"
    with django_assert_num_queries(8 if on_sqlite else 7):
        ours.post("/v1/contacts", SARAH)
    # A known contact: the insert that the unique key turns away, then match, tags, update.
    with django_assert_num_queries(10 if on_sqlite else 9):
        ours.post("/v1/contacts", {**SARAH, "tags": ["more"], "name": "Else"})


def test_updated_at_moves_with_a_tag_alone(add: Add) -> None:
    before = clock.rfc3339(clock.now())
    add(username="sarah")
    assert add(username="sarah", tags=["x"])["updated_at"] > str(before)


@pytest.mark.parametrize(
    ("name", "first"),
    [("Bob\tSmith", "Bob"), ("Anna\nMaria Lopez", "Anna"), ("Jean\u00a0Paul", "Jean"), ("Zoë", "Zoë"), ("", "")],
)
def test_the_first_word_ends_at_any_white_space(add: Add, name: str, first: str) -> None:
    assert add(username="sarah", name=name)["first_name"] == first


def test_a_name_that_telegram_pads_has_a_first_word_too() -> None:
    assert Contact(name=" Bob Smith").first_name == "Bob"
