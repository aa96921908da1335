"""POST /v1/contacts."""

from typing import Any

import pytest

from contacts.models import Contact, ContactTag
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Scope
from tests.api.assertions import assert_problem
from tests.contacts.conftest import Upsert
from tests.contacts.helpers import (
    created_and_erased_by_others,
    field_errors,
    nothing_is_stored,
    published_events,
    without_created,
)
from tests.tenants import Api, Tenants

SARAH = {
    "username": "@sarah_miller",
    "name": "Sarah Miller",
    "email": "Sarah@Example.com",
    "tags": ["trial", "webinar-2026-06"],
}


def test_new_contact_is_answered_with_every_field(ours: Api) -> None:
    response = ours.post("/v1/contacts", SARAH)
    assert response.status_code == 201
    contact = response.json()
    assert response.headers["Location"] == f"/v1/contacts/{contact['id']}"
    assert contact["created_at"] == contact["updated_at"]
    assert {name: value for name, value in contact.items() if name not in ("id", "created_at", "updated_at")} == {
        "created": True,
        "name": "Sarah Miller",
        "first_name": "Sarah",
        "last_name": "",
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
        "last_in_at": None,
        "last_out_at": None,
        "unanswered_since": None,
    }
    read = ours.get(f"/v1/contacts/{contact['id']}")
    assert read.json() == without_created(contact)
    assert read.headers["ETag"] == response.headers["ETag"]


def test_new_contact_with_tags_publishes_two_events_that_show_it_as_get_does(ours: Api) -> None:
    contact_id = ours.post("/v1/contacts", SARAH).json()["id"]
    contact = ours.get(f"/v1/contacts/{contact_id}").json()
    assert published_events() == [
        ("contact.created", {"contact": contact}),
        ("contact.tagged", {"contact": contact, "added": ["trial", "webinar-2026-06"]}),
    ]
    assert set(Event.unscoped.values_list("contact_id", flat=True)) == {contact_id}


def test_new_contact_without_tags_publishes_one_event(ours: Api) -> None:
    ours.post("/v1/contacts", {"username": "sarah"})
    assert [event_type for event_type, _ in published_events()] == ["contact.created"]


@pytest.mark.parametrize("identity", [{"username": "https://t.me/SARAH_Miller"}, {"email": "sarah@EXAMPLE.com"}])
def test_known_identity_updates_its_contact(ours: Api, identity: dict[str, str]) -> None:
    first = ours.post("/v1/contacts", SARAH).json()
    response = ours.post("/v1/contacts", {**identity, "name": "Sarah M. Jones", "tags": ["trial", "paid"]})
    assert response.status_code == 200
    updated = response.json()
    assert (updated["id"], updated["created"]) == (first["id"], False)
    assert updated["name"] == "Sarah M. Jones"
    assert updated["tags"] == ["paid", "trial", "webinar-2026-06"]
    assert updated["created_at"] == first["created_at"]
    assert updated["updated_at"] > first["updated_at"]
    assert "Location" not in response.headers
    assert ours.get(f"/v1/contacts/{first['id']}").headers["ETag"] == response.headers["ETag"]
    changed = {name: {"old": first[name], "new": updated[name]} for name in ("name", *identity)}
    contact = {name: value for name, value in updated.items() if name != "created"}
    assert published_events()[2:] == [
        ("contact.updated", {"contact": contact, "changed": changed}),
        ("contact.tagged", {"contact": contact, "added": ["paid"]}),
    ]
    assert Contact.unscoped.count() == 1


def test_upsert_that_changes_nothing_writes_and_publishes_nothing(ours: Api) -> None:
    first = ours.post("/v1/contacts", SARAH)
    second = ours.post("/v1/contacts", SARAH)
    assert second.json() == {**first.json(), "created": False}
    assert second.headers["ETag"] == first.headers["ETag"]
    assert len(published_events()) == 2


def test_upsert_with_if_none_match_only_creates(ours: Api) -> None:
    first = ours.post("/v1/contacts", SARAH, If_None_Match="*")
    assert (first.status_code, first.json()["created"]) == (201, True)
    path, events = f"/v1/contacts/{first.json()['id']}", published_events()
    refused = ours.post("/v1/contacts", {**SARAH, "name": "Lost", "tags": ["lost"]}, If_None_Match="*")
    assert_problem(refused, "precondition_failed")
    assert ours.get(path).headers["ETag"] == first.headers["ETag"]
    assert published_events() == events


def test_upsert_with_if_match_only_updates_the_version_it_names(ours: Api) -> None:
    for if_match in ("*", '"x"'):
        assert_problem(ours.post("/v1/contacts", SARAH, If_Match=if_match), "precondition_failed")
    assert nothing_is_stored()
    tag = ours.post("/v1/contacts", SARAH).headers["ETag"]
    updated = ours.post("/v1/contacts", {**SARAH, "name": "Sarah Jones"}, If_Match=tag)
    assert (updated.status_code, updated.json()["name"]) == (200, "Sarah Jones")
    assert_problem(ours.post("/v1/contacts", {**SARAH, "name": "Lost"}, If_Match=tag), "precondition_failed")
    assert ours.get(f"/v1/contacts/{updated.json()['id']}").json()["name"] == "Sarah Jones"


def test_malformed_if_match_is_refused_also_with_the_key_of_an_earlier_call(ours: Api) -> None:
    first = ours.post("/v1/contacts", SARAH, idempotency_key="once")
    assert_problem(ours.post("/v1/contacts", SARAH, idempotency_key="once", If_Match=""), "bad_request")
    assert ours.post("/v1/contacts", SARAH, idempotency_key="once").content == first.content


def test_email_is_added_to_the_contact_with_the_username(upsert: Upsert) -> None:
    contact = upsert(username="sarah")
    updated = upsert(username="sarah", email="s@example.com")
    assert (updated["id"], updated["email"]) == (contact["id"], "s@example.com")
    assert upsert(email="s@example.com")["id"] == contact["id"]


def test_identities_of_two_contacts_conflict_and_change_nothing(ours: Api, write_only: Api, upsert: Upsert) -> None:
    one, two = upsert(username="sarah", name="One"), upsert(email="s@example.com", name="Two")
    body = {"username": "sarah", "email": "s@example.com", "name": "Both", "tags": ["x"]}
    response = ours.post("/v1/contacts", body)
    assert (response.status_code, response.json()["code"]) == (409, "contact_conflict")
    assert response.json()["contacts"] == sorted([one["id"], two["id"]])
    without_read = write_only.post("/v1/contacts", body)
    assert without_read.status_code == 409
    assert one["id"] not in without_read.content.decode() and "contacts" not in without_read.json()
    assert sorted(Contact.unscoped.values_list("name", flat=True)) == ["One", "Two"]
    assert not ContactTag.unscoped.exists() and len(published_events()) == 2


def test_key_without_read_scope_is_answered_what_it_sent(
    ours: Api, write_only: Api, upsert: Upsert, custom_fields: None
) -> None:
    contact = upsert(**SARAH, last_name="Secret", company="Initech", seats=5)
    sent = {"username": "@SARAH_miller", "first_name": "", "tags": ["new", "trial"], "company": "Initrode", "vip": None}
    response = write_only.post("/v1/contacts", sent)
    assert response.json() == {
        "id": contact["id"],
        "created": False,
        "username": "SARAH_miller",
        "first_name": "",
        "tags": ["new", "trial"],
        "custom_fields": {"company": "Initrode", "vip": None},
    }
    assert "ETag" not in response.headers
    assert ours.get(f"/v1/contacts/{contact['id']}").json()["tags"] == ["new", "trial", "webinar-2026-06"]


def test_username_or_email_is_required(ours: Api) -> None:
    for body in ({"name": "Nobody"}, {"username": None, "email": None}, {}):
        assert field_errors(ours.post("/v1/contacts", body)) == [("username", "required")]
    assert nothing_is_stored()


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
        ({"username": "sarah", "id": "con_1"}, [("id", "read_only")]),
        ({"username": "sarah", "score": 100}, [("score", "read_only")]),
        ({"username": "sarah", "custom_fields": {"nmae": 1}}, [("custom_fields.nmae", "unknown_field")]),
        ({"username": "sarah", "name": "a\0b"}, [("name", "null_characters_not_allowed")]),
        ({"username": "sarah", "tags": ["a\0b"]}, [("tags[0]", "null_characters_not_allowed")]),
        ([], [("body", "invalid")]),
    ],
)
def test_invalid_fields_are_named_and_nothing_is_stored(ours: Api, body: Any, expected: list[tuple[str, str]]) -> None:
    assert field_errors(ours.post("/v1/contacts", body)) == expected
    assert nothing_is_stored()


def test_limits_are_inclusive(upsert: Upsert) -> None:
    contact = upsert(username="u" * 32, name="n" * 200, tags=[f"{n:064d}" for n in range(50)])
    assert (len(contact["name"]), len(contact["tags"])) == (200, 50)


def test_tags_are_trimmed_and_deduplicated(upsert: Upsert) -> None:
    assert upsert(username="sarah", tags=[" vip ", "vip", "VIP", "🦊"])["tags"] == ["VIP", "vip", "🦊"]


def test_each_workspace_has_contacts_of_its_own(ours: Api, theirs: Api) -> None:
    one, other = ours.post("/v1/contacts", SARAH), theirs.post("/v1/contacts", SARAH)
    assert (one.status_code, other.status_code) == (201, 201)
    assert one.json()["id"] != other.json()["id"]


def test_second_request_with_the_same_key_gets_the_first_answer(ours: Api) -> None:
    first = ours.post("/v1/contacts", SARAH, idempotency_key="k1")
    second = ours.post("/v1/contacts", SARAH, idempotency_key="k1")
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert (second.headers["ETag"], second.headers["Location"]) == (first.headers["ETag"], first.headers["Location"])
    assert Contact.unscoped.count() == 1 and len(published_events()) == 2


@pytest.mark.parametrize("scopes", [[Scope.READ_CONTACTS], [Scope.WRITE_MESSAGES, Scope.MANAGE_SEQUENCES]])
def test_upsert_requires_write_contacts(api: Api, tenants: Tenants, scopes: list[Scope]) -> None:
    response = api(tenants.key(scopes)).post("/v1/contacts", SARAH)
    assert (response.status_code, response.json()["required_scope"]) == (403, "write:contacts")
    assert nothing_is_stored()


def test_new_tag_alone_changes_updated_at(upsert: Upsert) -> None:
    first = upsert(username="sarah")
    assert upsert(username="sarah", tags=["x"])["updated_at"] > first["updated_at"]


@pytest.mark.parametrize(
    ("name", "first_name"),
    [("Bob\tSmith", "Bob"), ("Anna\nMaria Lopez", "Anna"), ("Jean\u00a0Paul", "Jean"), ("Zoë", "Zoë"), ("", "")],
)
def test_first_name_is_the_first_word_of_the_name(upsert: Upsert, name: str, first_name: str) -> None:
    assert upsert(username="sarah", name=name)["first_name"] == first_name


def test_leading_space_from_telegram_does_not_hide_the_first_name() -> None:
    assert Contact(name=" Bob Smith").first_name == "Bob"


@pytest.mark.parametrize(("races", "status", "stored"), [(1, 201, 1), (99, 503, 0)])
def test_contact_that_is_created_and_erased_by_others_is_tried_again(
    ours: Api, tenants: Tenants, races: int, status: int, stored: int
) -> None:
    """The insert meets a contact with the username, and that contact is gone when it is to be locked."""
    with created_and_erased_by_others(tenants.workspace, "sarah", races):
        response = ours.post("/v1/contacts", {"username": "sarah", "name": "Sarah"})
    assert response.status_code == status
    assert Contact.unscoped.filter(name="Sarah").count() == Contact.unscoped.count() == stored
    assert [event_type for event_type, _ in published_events()] == ["contact.created"] * stored
