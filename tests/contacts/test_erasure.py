"""DELETE /v1/contacts/{id} and GET /v1/contacts/{id}/data."""

import pytest

from contacts.models import Contact, ContactTag, OptOut
from contacts.personal_data import PersonalDataOut
from crmsolid.api.idempotency import IdempotencyRecord
from crmsolid.core import erasure
from crmsolid.events.models import Event
from crmsolid.workspaces.models import AuditEntry
from tests.contacts.conftest import Upsert
from tests.contacts.helpers import before_statement, without_created
from tests.tenants import Api


def test_erasure_leaves_nothing_about_the_person(ours: Api, upsert: Upsert) -> None:
    kept = upsert(username="other", tags=["a"])
    body = {"username": "sarah", "name": "Sarah Miller", "tags": ["a"]}
    path = f"/v1/contacts/{ours.post('/v1/contacts', body, idempotency_key='k').json()['id']}"
    contact_id = path.rpartition("/")[2]
    response = ours.delete(path)
    assert (response.status_code, response.content) == (204, b"")
    assert (ours.get(path).status_code, ours.delete(path).status_code) == (404, 404)
    assert list(Contact.unscoped.values_list("id", flat=True)) == [kept["id"]]
    assert list(ContactTag.unscoped.values_list("contact_id", flat=True)) == [kept["id"]]
    bodies = Event.unscoped.filter(contact_id=contact_id).values_list("body", flat=True)
    assert {bytes(body) for body in bodies} == {b""}
    assert Event.unscoped.filter(contact_id=kept["id"]).exclude(body=b"").count() == 2
    retry = ours.post("/v1/contacts", body, idempotency_key="k")
    assert (retry.status_code, retry.json()["code"]) == (410, "erased")
    record = IdempotencyRecord.unscoped.get(key="k")
    assert (bytes(record.body), record.headers) == (b"", {})
    assert IdempotencyRecord.unscoped.filter(contact_id=kept["id"]).exclude(body=b"").count() == 1
    entry = AuditEntry.unscoped.get(action="contact.erased")
    assert (entry.target, entry.data) == (contact_id, {})
    assert not OptOut.unscoped.exists()


def test_second_deletion_with_the_same_key_gets_the_first_answer(ours: Api, upsert: Upsert) -> None:
    path = f"/v1/contacts/{upsert(username='sarah')['id']}"
    first = ours.delete(path, idempotency_key="k")
    second = ours.delete(path, idempotency_key="k")
    assert (first.status_code, second.status_code) == (204, 204)
    assert second.headers["Idempotency-Replayed"] == "true"


def test_erasure_that_fails_at_its_end_changes_nothing(ours: Api, upsert: Upsert) -> None:
    def fail() -> None:
        raise RuntimeError("no")

    contact = upsert(username="sarah", tags=["a"], opted_out=True)
    path = f"/v1/contacts/{contact['id']}"
    with before_statement('DELETE FROM "contacts_contact" ', fail):
        assert ours.delete(path).status_code == 500
    assert ours.get(path).json() == without_created(contact)
    assert not Event.unscoped.filter(body=b"").exists() and not OptOut.unscoped.exists()


def test_identity_that_changes_during_the_erasure_is_taken_out_of_conditions_too(ours: Api, upsert: Upsert) -> None:
    addresses = ["first@example.com", "second@example.com", "third@example.com"]
    contact, later = upsert(email=addresses[0]), iter(addresses[1:])
    is_one = {"field": "email", "op": "in", "value": addresses}
    segment = ours.post("/v1/segments", {"name": "Some", "filter": is_one}).json()["id"]

    def change() -> None:
        address = next(later)
        Contact.unscoped.filter(pk=contact["id"]).update(email=address, email_key=address)

    # Before the transaction of the erasure, and after it has read the contact.
    with before_statement("SAVEPOINT", change, times=2):
        assert ours.delete(f"/v1/contacts/{contact['id']}").status_code == 204
    left = ours.get(f"/v1/segments/{segment}").json()["filter"]["value"]
    assert (left, Contact.unscoped.count()) == ([*addresses[:2], "erased@erased.invalid"], 0)


def test_apps_are_erased_in_the_reverse_order_of_their_registration(monkeypatch: pytest.MonkeyPatch) -> None:
    erased: list[tuple[str, int, str]] = []

    def app(name: str) -> erasure.KeptData:
        return erasure.KeptData(
            erase=lambda workspace_id, contact_id: erased.append((name, workspace_id, contact_id)),
            export=lambda workspace_id, contact_id: {name: [contact_id]},
        )

    monkeypatch.setattr(erasure, "kept_data", {"low": app("low"), "high": app("high")})
    erasure.erase_all(7, "con_1")
    assert erased == [("high", 7, "con_1"), ("low", 7, "con_1")]
    assert erasure.export_all(7, "con_1") == {"low": ["con_1"], "high": ["con_1"]}


def test_personal_data_has_a_section_for_everything_that_is_kept(ours: Api, upsert: Upsert) -> None:
    contact = upsert(username="sarah", tags=["a"])
    upsert(username="other")
    data = ours.get(f"/v1/contacts/{contact['id']}/data").json()
    assert data["contact"] == without_created(contact)
    assert [event["event"] for event in data["events"]] == ["contact.created", "contact.tagged"]
    assert data["events"][0]["data"] == {"contact": data["contact"]}
    assert [(answer["status"], answer["body"]) for answer in data["stored_answers"]] == [(201, contact)]
    assert set(data) == set(PersonalDataOut().fields)
