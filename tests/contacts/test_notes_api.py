"""Notes over the API: /v1/contacts/{id}/notes and /v1/notes/{id}."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts import notes
from contacts.models import ContactNote
from crmsolid.api.idempotency import IdempotencyRecord
from crmsolid.core.ids import new_id
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import AuditEntry, Membership, Role
from tests.api.assertions import assert_problem
from tests.contacts.conftest import Upsert
from tests.mcp.helpers import write_in
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db


@pytest.fixture
def sarah(upsert: Upsert) -> str:
    return str(upsert(username="sarah")["id"])


def member(tenants: Tenants, role: Role = Role.AGENT, name: str = "") -> Actor:
    user = tenants.member(role)
    user.name = name
    user.save()
    return Actor.member(Membership.unscoped.get(user=user), tenants.workspace)


def codes(problem: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in problem["errors"]]


def stored() -> list[Any]:
    """What a refusal must not change."""
    entries = AuditEntry.unscoped.filter(action__startswith="contact.note_").count()
    return [*ContactNote.unscoped.order_by("pk").values(), entries, IdempotencyRecord.unscoped.count()]


# --- Write and read ---------------------------------------------------------------------------------------------------
def test_note_is_written_in_a_conversation_and_read_with_its_author_and_whom_it_mentions(
    api: Api, tenants: Tenants
) -> None:
    vera = member(tenants, name="Vera")
    incoming = write_in(tenants.sandbox(), "sarah")
    client = api(tenants.key(name="CRM sync"))
    path = f"/v1/contacts/{incoming.contact_id}/notes"
    answer = client.post(path, {"text": " Wants a demo, @Vera. ", "thread_id": incoming.thread_id})
    assert answer.status_code == 201
    note = answer.json()
    key_id = client.get("/v1/me").json()["key"]["id"]
    assert note == {
        "id": note["id"],
        "text": "Wants a demo, @Vera.",
        "author": {"type": "key", "id": key_id, "name": "CRM sync"},
        "contact_id": incoming.contact_id,
        "contact": {"id": incoming.contact_id, "name": "", "username": "sarah"},
        "thread_id": incoming.thread_id,
        "created_at": note["created_at"],
        "edited_at": None,
        "mentions": [{"id": int(vera.subject.id), "name": "Vera"}],
    }
    assert answer.headers["Location"] == f"/v1/notes/{note['id']}"
    read = client.get(f"/v1/notes/{note['id']}")
    assert (read.json(), read.headers["ETag"]) == (note, answer.headers["ETag"])
    assert client.get(path).json() == {"data": [note], "next_cursor": None}


def test_note_of_a_member_names_the_member_by_the_id_of_the_list_of_members(
    tenants: Tenants, ours: Api, sarah: str
) -> None:
    vera = member(tenants, name="Vera")
    notes.add_note(vera, sarah, text="Called.")
    (note,) = ours.get(f"/v1/contacts/{sarah}/notes").json()["data"]
    assert note["author"] == {"type": "member", "id": vera.subject.id, "name": "Vera"}
    assert note["author"]["id"] in [str(each["id"]) for each in ours.get("/v1/members").json()["data"]]


def test_address_of_a_member_without_a_name_is_not_shown(tenants: Tenants, ours: Api, sarah: str) -> None:
    agent = member(tenants)
    notes.add_note(agent, sarah, text=f"Ask @{agent.subject.label.partition('@')[0]}")
    answer = ours.get(f"/v1/contacts/{sarah}/notes")
    (note,) = answer.json()["data"]
    assert note["author"]["name"] == note["mentions"][0]["name"] == agent.subject.label.partition("@")[0]
    assert agent.subject.label not in answer.content.decode()


def test_notes_are_listed_newest_first_in_pages_without_a_query_for_each(
    tenants: Tenants, ours: Api, sarah: str
) -> None:
    people = [member(tenants, name=name) for name in ("Vera", "Ben")]
    for number in range(6):
        notes.add_note(people[number % 2], sarah, text=f"{number} @{'Vera' if number % 2 else 'Ben'}")
    path, counts = f"/v1/contacts/{sarah}/notes", []
    for limit in (2, 5):
        with CaptureQueriesContext(connection) as queries:
            first = ours.get(path, {"limit": limit}).json()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    second = ours.get(path, {"limit": 5, "cursor": first["next_cursor"]}).json()
    assert [note["text"][0] for note in (*first["data"], *second["data"])] == list("543210")
    assert second["next_cursor"] is None


def test_note_is_written_once_however_often_the_request_is_repeated(ours: Api, sarah: str) -> None:
    path, body = f"/v1/contacts/{sarah}/notes", {"text": "Called."}
    first, again = (ours.post(path, body, idempotency_key="one") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    assert ContactNote.unscoped.count() == 1
    assert_problem(ours.post(path, {"text": "Another."}, idempotency_key="one"), "idempotency_key_reused")
    assert ContactNote.unscoped.count() == 1


# --- Change and delete ------------------------------------------------------------------------------------------------
def test_key_changes_and_deletes_its_own_note(tenants: Tenants, ours: Api, sarah: str) -> None:
    note = ours.post(f"/v1/contacts/{sarah}/notes", {"text": "Called."}).json()
    path = f"/v1/notes/{note['id']}"
    changed = ours.patch(path, {"text": "Called twice."})
    assert changed.status_code == 200
    assert changed.json() == {**note, "text": "Called twice.", "edited_at": changed.json()["edited_at"]}
    assert changed.json()["edited_at"] > note["created_at"]
    assert ours.get(path).json() == changed.json()
    assert ours.delete(path).status_code == 204
    assert_problem(ours.get(path), "not_found")
    actions = AuditEntry.unscoped.filter(action__startswith="contact.note_").order_by("pk")
    assert [each.action.rpartition("_")[2] for each in actions] == ["added", "edited", "deleted"]


def test_key_changes_nobody_elses_note(api: Api, tenants: Tenants, ours: Api, sarah: str) -> None:
    by_member = notes.add_note(member(tenants), sarah, text="Called.").pk
    by_key = api(tenants.key()).post(f"/v1/contacts/{sarah}/notes", {"text": "Called."}).json()["id"]
    before = stored()
    for note_id in (by_member, by_key):
        for answer in (ours.patch(f"/v1/notes/{note_id}", {"text": "No."}), ours.delete(f"/v1/notes/{note_id}")):
            assert "only the notes that it wrote" in assert_problem(answer, "forbidden")["detail"]
    assert stored() == before


def test_admin_edits_the_note_of_a_key_and_an_agent_does_not(tenants: Tenants, ours: Api, sarah: str) -> None:
    note = ours.post(f"/v1/contacts/{sarah}/notes", {"text": "Called."}).json()
    with pytest.raises(Exception, match="forbidden"):
        notes.edit_note(member(tenants), note["id"], text="No.")
    notes.edit_note(member(tenants, Role.ADMIN), note["id"], text="Called, says the admin.")
    assert ours.get(f"/v1/notes/{note['id']}").json()["text"] == "Called, says the admin."


# --- Refusals ---------------------------------------------------------------------------------------------------------
def test_conversation_of_somebody_else_is_refused(tenants: Tenants, ours: Api, sarah: str) -> None:
    other = write_in(tenants.sandbox(), "another")
    foreign = write_in(tenants.sandbox(tenants.other), "sarah")
    before = stored()
    for thread_id in (other.thread_id, foreign.thread_id, new_id("thr"), "sarah"):
        answer = ours.post(f"/v1/contacts/{sarah}/notes", {"text": "x", "thread_id": thread_id})
        assert assert_problem(answer, "not_found")["detail"].startswith("no such thread with this contact")
    assert stored() == before


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("text", "required")]),
        ({"text": " \n"}, [("text", "blank")]),
        ({"text": "x" * 4001}, [("text", "max_length")]),
        ({"text": None}, [("text", "null")]),
        ({"text": "x", "author": {"type": "member"}}, [("author", "read_only")]),
        ({"text": "x", "mentions": []}, [("mentions", "read_only")]),
        ({"text": "x", "stage": "won"}, [("stage", "unknown_field")]),
    ],
)
def test_wrong_body_is_refused(ours: Api, sarah: str, body: dict[str, Any], errors: list[tuple[str, str]]) -> None:
    note = ours.post(f"/v1/contacts/{sarah}/notes", {"text": "Called."}).json()
    before = stored()
    assert codes(assert_problem(ours.post(f"/v1/contacts/{sarah}/notes", body), "validation_failed")) == errors
    assert codes(assert_problem(ours.patch(f"/v1/notes/{note['id']}", body), "validation_failed")) == errors
    assert stored() == before


def test_key_that_may_only_read_writes_nothing(api: Api, tenants: Tenants, ours: Api, sarah: str) -> None:
    note = ours.post(f"/v1/contacts/{sarah}/notes", {"text": "Called."}).json()
    reader = api(tenants.key([Scope.READ_CONTACTS]))
    assert reader.get(f"/v1/contacts/{sarah}/notes").json()["data"] == [note]
    before = stored()
    for answer in (
        reader.post(f"/v1/contacts/{sarah}/notes", {"text": "x"}),
        reader.patch(f"/v1/notes/{note['id']}", {"text": "x"}),
        reader.delete(f"/v1/notes/{note['id']}"),
    ):
        assert assert_problem(answer, "scope_missing")["required_scope"] == "write:contacts"
    assert stored() == before


def test_key_that_may_only_write_reads_nothing(ours: Api, write_only: Api, sarah: str) -> None:
    answer = write_only.post(f"/v1/contacts/{sarah}/notes", {"text": "Called."})
    assert (answer.status_code, answer.json()["text"], "ETag" in answer.headers) == (201, "Called.", False)
    note_id = answer.json()["id"]
    assert write_only.patch(f"/v1/notes/{note_id}", {"text": "Called twice."}).json()["text"] == "Called twice."
    for path in (f"/v1/contacts/{sarah}/notes", f"/v1/notes/{note_id}"):
        assert assert_problem(write_only.get(path), "scope_missing")["required_scope"] == "read:contacts"


def test_notes_of_another_workspace_do_not_exist(ours: Api, theirs: Api, sarah: str) -> None:
    note = ours.post(f"/v1/contacts/{sarah}/notes", {"text": "Called."}).json()
    before = stored()
    for answer in (
        theirs.get(f"/v1/contacts/{sarah}/notes"),
        theirs.post(f"/v1/contacts/{sarah}/notes", {"text": "x"}),
        theirs.get(f"/v1/notes/{note['id']}"),
        theirs.patch(f"/v1/notes/{note['id']}", {"text": "x"}),
        theirs.delete(f"/v1/notes/{note['id']}"),
    ):
        assert_problem(answer, "not_found")
    assert stored() == before


def test_stored_answer_is_emptied_when_the_contact_is_erased(ours: Api, sarah: str) -> None:
    body = {"text": "Called."}
    ours.post(f"/v1/contacts/{sarah}/notes", body, idempotency_key="one")
    assert ours.delete(f"/v1/contacts/{sarah}").status_code == 204
    assert_problem(ours.post(f"/v1/contacts/{sarah}/notes", body, idempotency_key="one"), "erased")
    assert not ContactNote.unscoped.exists()


def test_erased_person_is_in_no_answer_to_a_change(ours: Api, sarah: str) -> None:
    note = ours.post(f"/v1/contacts/{sarah}/notes", {"text": "Called."}).json()
    ours.patch(f"/v1/notes/{note['id']}", {"text": "Sarah called."}, idempotency_key="two")
    ours.delete(f"/v1/contacts/{sarah}")
    again = ours.patch(f"/v1/notes/{note['id']}", {"text": "Sarah called."}, idempotency_key="two")
    assert_problem(again, "erased")
