"""GET and PATCH /v1/contacts/{id}, and POST /v1/contacts/{id}/tags."""

from typing import Any

import pytest

from contacts.models import Contact, ContactTag
from crmsolid.workspaces.actor import Scope
from tests.contacts.conftest import Upsert
from tests.contacts.helpers import field_errors, published_events, without_created
from tests.tenants import Api, Tenants


def test_patch_replaces_the_given_fields_and_all_tags(ours: Api, upsert: Upsert, custom_fields: None) -> None:
    contact = upsert(username="sarah", name="Sarah Miller", tags=["a", "b"], company="Initech", seats=5, phone="+49 1")
    body = {"name": "Sally", "tags": ["b", "c"], "seats": None, "vip": False, "phone": None, "time_zone": "Asia/Tokyo"}
    response = ours.patch(f"/v1/contacts/{contact['id']}", body)
    assert response.status_code == 200
    patched = response.json()
    assert patched == {
        **without_created(contact),
        "name": "Sally",
        "first_name": "Sally",
        "tags": ["b", "c"],
        "custom_fields": {"company": "Initech", "vip": False},
        "phone": None,
        "time_zone": "Asia/Tokyo",
        "updated_at": patched["updated_at"],
    }
    assert patched["updated_at"] > contact["updated_at"]
    read = ours.get(f"/v1/contacts/{contact['id']}")
    assert (read.json(), read.headers["ETag"]) == (patched, response.headers["ETag"])
    assert published_events()[-1] == ("contact.tagged", {"contact": patched, "added": ["c"]})


def test_patch_that_removes_all_tags_publishes_nothing(ours: Api, upsert: Upsert) -> None:
    contact = upsert(username="sarah", tags=["a"])
    before = published_events()
    assert ours.patch(f"/v1/contacts/{contact['id']}", {"tags": []}).json()["tags"] == []
    assert published_events() == before


def test_empty_patch_changes_nothing(ours: Api, upsert: Upsert) -> None:
    contact = upsert(username="sarah", tags=["a"])
    assert ours.patch(f"/v1/contacts/{contact['id']}", {}).json() == without_created(contact)


def test_patch_can_set_and_clear_identities(ours: Api, upsert: Upsert) -> None:
    contact = upsert(username="sarah", email="s@example.com")
    patched = ours.patch(f"/v1/contacts/{contact['id']}", {"username": "sally", "email": None}).json()
    assert (patched["username"], patched["email"]) == ("sally", None)
    assert upsert(username="sarah")["id"] != contact["id"]
    assert upsert(username="SALLY")["id"] == contact["id"]


def test_patch_with_the_identity_of_another_contact_conflicts(ours: Api, write_only: Api, upsert: Upsert) -> None:
    one, two = upsert(username="sarah", name="One"), upsert(email="s@example.com", tags=["t"])
    before = published_events()
    body = {"username": "@SARAH", "name": "Both", "tags": ["x"]}
    response = ours.patch(f"/v1/contacts/{two['id']}", body)
    assert (response.status_code, response.json()["code"]) == (409, "contact_conflict")
    assert response.json()["contacts"] == sorted([one["id"], two["id"]])
    assert "contacts" not in write_only.patch(f"/v1/contacts/{two['id']}", body).json()
    assert ours.get(f"/v1/contacts/{two['id']}").json() == without_created(two)
    assert published_events() == before


def test_every_write_refuses_an_if_match_that_does_not_name_the_version(ours: Api, upsert: Upsert) -> None:
    path = f"/v1/contacts/{upsert(username='sarah')['id']}"
    old = ours.get(path).headers["ETag"]
    current = ours.patch(path, {"name": "New"}, If_Match=old).headers["ETag"]
    assert current != old
    for if_match in (old, f"W/{current}", '"x"'):
        for response in (
            ours.patch(path, {"name": "Lost"}, If_Match=if_match),
            ours.post(f"{path}/tags", {"add": ["lost"]}, If_Match=if_match),
            ours.delete(path, If_Match=if_match),
        ):
            assert (response.status_code, response.json()["code"]) == (412, "precondition_failed"), if_match
    read = ours.get(path)
    assert (read.json()["name"], read.headers["ETag"]) == ("New", current)
    assert ours.patch(path, {"name": "Newer"}, If_Match=f'"x", {current}').status_code == 200
    assert ours.patch(path, {"name": "Newest"}, If_Match="*").status_code == 200


def test_etag_changes_with_every_field_of_the_answer(ours: Api, upsert: Upsert) -> None:
    contact = upsert(username="sarah")
    before = ours.get(f"/v1/contacts/{contact['id']}").headers["ETag"]
    Contact.unscoped.filter(pk=contact["id"]).update(score=50)  # scoring leaves updated_at unchanged
    assert ours.get(f"/v1/contacts/{contact['id']}").headers["ETag"] != before


def test_tags_are_added_and_removed(ours: Api, upsert: Upsert) -> None:
    contact = upsert(username="sarah", tags=["a", "b"])
    response = ours.post(f"/v1/contacts/{contact['id']}/tags", {"add": ["c", " b "], "remove": ["a", "never"]})
    assert (response.status_code, response.json()["tags"]) == (200, ["b", "c"])
    assert published_events()[-1] == ("contact.tagged", {"contact": response.json(), "added": ["c"]})
    before = published_events()
    assert ours.post(f"/v1/contacts/{contact['id']}/tags", {"remove": ["b"]}).json()["tags"] == ["c"]
    assert ours.post(f"/v1/contacts/{contact['id']}/tags", {"add": ["c"]}).json()["tags"] == ["c"]
    assert published_events() == before


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
def test_invalid_tags_change_nothing(ours: Api, upsert: Upsert, body: Any, expected: list[tuple[str, str]]) -> None:
    contact = upsert(username="sarah", tags=["a"])
    assert field_errors(ours.post(f"/v1/contacts/{contact['id']}/tags", body)) == expected
    assert list(ContactTag.unscoped.values_list("name", flat=True)) == ["a"]


def test_key_without_read_scope_is_answered_what_it_sent(write_only: Api, upsert: Upsert) -> None:
    contact = upsert(username="sarah", name="Secret", tags=["hidden"])
    patched = write_only.patch(f"/v1/contacts/{contact['id']}", {"email": "S@example.com"})
    assert (patched.json(), patched.headers.get("ETag")) == ({"id": contact["id"], "email": "S@example.com"}, None)
    tagged = write_only.post(f"/v1/contacts/{contact['id']}/tags", {"add": ["new"], "remove": ["other"]})
    assert (tagged.json(), tagged.headers.get("ETag")) == ({"id": contact["id"], "tags": ["new"]}, None)


def test_each_endpoint_requires_its_scope(api: Api, tenants: Tenants, upsert: Upsert) -> None:
    path = f"/v1/contacts/{upsert(username='sarah')['id']}"
    read_only, write_only = api(tenants.key([Scope.READ_CONTACTS])), api(tenants.key([Scope.WRITE_CONTACTS]))
    for response in (read_only.patch(path, {"name": "x"}), read_only.post(f"{path}/tags", {}), read_only.delete(path)):
        assert (response.status_code, response.json()["required_scope"]) == (403, "write:contacts")
    for read_path in (path, "/v1/contacts", "/v1/contacts/export", "/v1/custom-fields", f"{path}/data"):
        response = write_only.get(read_path)
        assert (response.status_code, response.json()["required_scope"]) == (403, "read:contacts"), read_path
    assert read_only.get(f"{path}/data").json()["required_scope"] == "read:messages"
    assert Contact.unscoped.get().name == ""


def test_contacts_of_another_workspace_are_not_found(
    theirs: Api, api: Api, tenants: Tenants, ours: Api, upsert: Upsert
) -> None:
    contact = upsert(username="sarah", tags=["a"])
    path = f"/v1/contacts/{contact['id']}"
    for other in (theirs, api(tenants.key(workspace=tenants.twin))):
        for response in (
            other.get(path),
            other.get(f"{path}/data"),
            other.patch(path, {"name": "stolen"}),
            other.patch(path, {"name": "stolen"}, If_Match="*"),
            other.post(f"{path}/tags", {"add": ["stolen"]}),
            other.delete(path),
        ):
            assert (response.status_code, response.json()["code"]) == (404, "not_found")
        for query in ({}, {"search": "sarah"}, {"tag": "a"}):
            assert other.get("/v1/contacts", query).json() == {"data": [], "next_cursor": None}
        assert b"".join(other.get("/v1/contacts/export", {"format": "ndjson"}).streaming_content) == b""
    assert ours.get(path).json() == without_created(contact)


@pytest.mark.parametrize(
    "contact_id", ["con_1", "nobody", "con_01ARZ3NDEKTSV4RRFFQ69G5FAV", "a%00b", "%F0%9F%A6%8A", "con_" * 99]
)
def test_unknown_id_is_not_found(ours: Api, contact_id: str) -> None:
    path = f"/v1/contacts/{contact_id}"
    for response in (ours.get(path), ours.get(f"{path}/data"), ours.patch(path, {}), ours.delete(path)):
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
