"""GET, PATCH /v1/contacts/{id} and POST /v1/contacts/{id}/tags."""

from typing import Any

import pytest
from django.db import connection

from contacts.models import Contact, ContactTag
from crmsolid.workspaces.scopes import Scope
from tests.cast import Api, Cast
from tests.contacts.conftest import Add
from tests.contacts.test_upsert import errors, events


def test_patch_replaces_what_is_given_and_all_tags(ours: Api, add: Add, fields: None) -> None:
    made = add(username="sarah", name="Sarah Miller", tags=["a", "b"], company="Initech", seats=5, phone="+49 1")
    body = {"name": "Sally", "tags": ["b", "c"], "seats": None, "vip": False, "phone": None, "time_zone": "Asia/Tokyo"}
    answer = ours.patch(f"/v1/contacts/{made['id']}", body)
    assert answer.status_code == 200
    changed = answer.json()
    expected = {
        "name": "Sally",
        "first_name": "Sally",
        "tags": ["b", "c"],
        "custom_fields": {"company": "Initech", "vip": False},
        "phone": None,
        "time_zone": "Asia/Tokyo",
    }
    assert changed == {k: v for k, v in made.items() if k != "created"} | expected | {
        "updated_at": changed["updated_at"]
    }
    assert changed["updated_at"] > made["updated_at"]
    read = ours.get(f"/v1/contacts/{made['id']}")
    assert (read.json(), read.headers["ETag"]) == (changed, answer.headers["ETag"])
    assert events()[-1] == ("contact.tagged", {"contact": changed, "added": ["c"]})


def test_patch_to_no_tags_makes_no_event(ours: Api, add: Add) -> None:
    made = add(username="sarah", tags=["a"])
    before = len(events())
    assert ours.patch(f"/v1/contacts/{made['id']}", {"tags": []}).json()["tags"] == []
    assert len(events()) == before


def test_patch_of_nothing_changes_nothing(ours: Api, add: Add) -> None:
    made = add(username="sarah", tags=["a"])
    assert {**ours.patch(f"/v1/contacts/{made['id']}", {}).json(), "created": True} == made


def test_patch_can_give_and_take_an_identity(ours: Api, add: Add) -> None:
    made = add(username="sarah", email="s@example.com")
    changed = ours.patch(f"/v1/contacts/{made['id']}", {"username": "sally", "email": None}).json()
    assert (changed["username"], changed["email"]) == ("sally", None)
    assert add(username="sarah")["id"] != made["id"]
    assert add(username="SALLY")["id"] == made["id"]


def test_patch_to_another_ones_identity_conflicts(ours: Api, writer: Api, add: Add) -> None:
    one, two = add(username="sarah", name="One"), add(email="s@example.com", tags=["t"])
    before = len(events())
    body = {"username": "@SARAH", "name": "Both", "tags": ["x"]}
    answer = ours.patch(f"/v1/contacts/{two['id']}", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "contact_conflict")
    assert answer.json()["contacts"] == sorted([one["id"], two["id"]])
    assert "contacts" not in writer.patch(f"/v1/contacts/{two['id']}", body).json()
    assert {**ours.get(f"/v1/contacts/{two['id']}").json(), "created": True} == two
    assert len(events()) == before


def test_if_match_guards_every_change(ours: Api, add: Add) -> None:
    path = f"/v1/contacts/{add(username='sarah')['id']}"
    stale = ours.get(path).headers["ETag"]
    fresh = ours.patch(path, {"name": "New"}, If_Match=stale).headers["ETag"]
    assert fresh != stale
    for given in (stale, f"W/{fresh}", fresh.strip('"'), "", '"x"'):
        for answer in (
            ours.patch(path, {"name": "Lost"}, If_Match=given),
            ours.post(f"{path}/tags", {"add": ["lost"]}, If_Match=given),
            ours.delete(path, If_Match=given),
        ):
            assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed"), given
    assert (ours.get(path).json()["name"], ours.get(path).headers["ETag"]) == ("New", fresh)
    assert ours.patch(path, {"name": "Newer"}, If_Match=f'"x", {fresh}').status_code == 200
    assert ours.patch(path, {"name": "Newest"}, If_Match="*").status_code == 200


def test_the_etag_notices_what_others_change(ours: Api, add: Add) -> None:
    made = add(username="sarah")
    before = ours.get(f"/v1/contacts/{made['id']}").headers["ETag"]
    Contact.unscoped.filter(pk=made["id"]).update(score=50)  # scoring leaves updated_at alone
    assert ours.get(f"/v1/contacts/{made['id']}").headers["ETag"] != before


def test_tags_are_added_and_removed(ours: Api, add: Add) -> None:
    made = add(username="sarah", tags=["a", "b"])
    answer = ours.post(f"/v1/contacts/{made['id']}/tags", {"add": ["c", " b "], "remove": ["a", "never"]})
    assert (answer.status_code, answer.json()["tags"]) == (200, ["b", "c"])
    assert events()[-1] == ("contact.tagged", {"contact": answer.json(), "added": ["c"]})
    before = len(events())
    assert ours.post(f"/v1/contacts/{made['id']}/tags", {"remove": ["b"]}).json()["tags"] == ["c"]
    assert ours.post(f"/v1/contacts/{made['id']}/tags", {"add": ["c"]}).json()["tags"] == ["c"]
    assert len(events()) == before


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"add": ["x"], "remove": [" x"]}, [("remove", "ambiguous")]),
        ({"add": ["\x07"]}, [("add", "invalid_tag")]),
        ({"remove": [None]}, [("remove", "invalid")]),
        ({"add": [f"a{n}" for n in range(30)], "remove": [f"r{n}" for n in range(21)]}, [("remove", "max_length")]),
        ({"tags": ["x"]}, [("tags", "unknown_field")]),
    ],
)
def test_wrong_tags_change_nothing(ours: Api, add: Add, body: Any, expected: list[tuple[str, str]]) -> None:
    made = add(username="sarah", tags=["a"])
    assert errors(ours.post(f"/v1/contacts/{made['id']}/tags", body)) == expected
    assert list(ContactTag.unscoped.values_list("name", flat=True)) == ["a"]


def test_a_writer_sees_what_it_sent(writer: Api, add: Add) -> None:
    made = add(username="sarah", name="Secret", tags=["hidden"])
    patched = writer.patch(f"/v1/contacts/{made['id']}", {"email": "S@example.com"})
    assert (patched.json(), patched.headers.get("ETag")) == ({"id": made["id"], "email": "S@example.com"}, None)
    tagged = writer.post(f"/v1/contacts/{made['id']}/tags", {"add": ["new"], "remove": ["other"]})
    assert (tagged.json(), tagged.headers.get("ETag")) == ({"id": made["id"], "tags": ["new"]}, None)


def test_scopes_are_asked_for(api: Api, cast: Cast, add: Add) -> None:
    made = add(username="sarah")
    path = f"/v1/contacts/{made['id']}"
    reader, writer = api(cast.key([Scope.READ_CONTACTS])), api(cast.key([Scope.WRITE_CONTACTS]))
    for answer in (reader.patch(path, {"name": "x"}), reader.post(f"{path}/tags", {}), reader.delete(path)):
        assert (answer.status_code, answer.json()["required_scope"]) == (403, "write:contacts")
    for place in (path, "/v1/contacts", "/v1/contacts/export", "/v1/custom-fields", f"{path}/data"):
        answer = writer.get(place)
        assert (answer.status_code, answer.json()["required_scope"]) == (403, "read:contacts"), place
    assert reader.get(f"{path}/data").json()["required_scope"] == "read:messages"
    assert Contact.unscoped.get().name == ""


def test_another_workspaces_contact_is_not_there(rival: Api, api: Api, cast: Cast, ours: Api, add: Add) -> None:
    made = add(username="sarah", tags=["a"])
    path = f"/v1/contacts/{made['id']}"
    for stranger in (rival, api(cast.key(workspace=cast.twin))):
        for answer in (
            stranger.get(path),
            stranger.get(f"{path}/data"),
            stranger.patch(path, {"name": "stolen"}),
            stranger.patch(path, {"name": "stolen"}, If_Match="*"),
            stranger.post(f"{path}/tags", {"add": ["stolen"]}),
            stranger.delete(path),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert stranger.get("/v1/contacts").json() == {"data": [], "next_cursor": None}
        assert stranger.get("/v1/contacts", {"search": "sarah"}).json()["data"] == []
        assert stranger.get("/v1/contacts", {"tag": "a"}).json()["data"] == []
        assert b"".join(stranger.get("/v1/contacts/export", {"format": "ndjson"}).streaming_content) == b""
    assert {**ours.get(path).json(), "created": True} == made


@pytest.mark.parametrize(
    "name", ["con_1", "nobody", "con_01ARZ3NDEKTSV4RRFFQ69G5FAV", "a%00b", "%F0%9F%A6%8A", "con_" * 99]
)
def test_an_unknown_id_is_not_found(ours: Api, name: str) -> None:
    path = f"/v1/contacts/{name}"
    for answer in (ours.get(path), ours.get(f"{path}/data"), ours.patch(path, {}), ours.delete(path)):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_reading_one_takes_three_queries(ours: Api, add: Add, django_assert_num_queries: Any) -> None:
    made = add(username="sarah", tags=["a", "b"])
    with django_assert_num_queries(3):
        ours.get(f"/v1/contacts/{made['id']}")


def test_patching_takes_few_statements(ours: Api, add: Add, django_assert_num_queries: Any) -> None:
    """Key, savepoint and release (the test's transaction), contact, tags, update, old tag; new tag, event and answer,
    together on PostgreSQL, where the turn of the idempotency key is one more."""
    made = add(username="sarah", tags=["a"])
    with django_assert_num_queries(9 if connection.vendor == "postgresql" else 10):
        ours.patch(f"/v1/contacts/{made['id']}", {"name": "x", "tags": ["b"]})
