"""DELETE /v1/contacts/{id}, GET /v1/contacts/{id}/data, and opt-outs that outlive both."""

from typing import Any

import pytest

from apikeys.models import IdempotencyRecord
from contacts.lookup import find_or_create
from contacts.models import Contact, ContactTag, OptOut
from contacts.serializers import PersonalDataOut
from crmsolid.core import erasure
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.events.models import Event
from crmsolid.workspaces.models import AuditEntry
from tests.cast import Api, Cast
from tests.contacts.conftest import Add


def test_the_person_is_gone_everywhere(ours: Api, add: Add) -> None:
    kept = add(username="other", tags=["a"])
    first = ours.post("/v1/contacts", {"username": "sarah", "name": "Sarah Miller", "tags": ["a"]}, idempotency_key="k")
    contact_id = first.json()["id"]
    answer = ours.delete(f"/v1/contacts/{contact_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert ours.get(f"/v1/contacts/{contact_id}").status_code == 404
    assert ours.delete(f"/v1/contacts/{contact_id}").status_code == 404
    assert list(Contact.unscoped.values_list("id", flat=True)) == [kept["id"]]
    assert list(ContactTag.unscoped.values_list("contact_id", flat=True)) == [kept["id"]]
    bodies = Event.unscoped.filter(contact_id=contact_id).values_list("body", flat=True)
    assert {bytes(body) for body in bodies} == {b""}
    assert Event.unscoped.filter(contact_id=kept["id"]).exclude(body=b"").count() == 2
    replay = ours.post(
        "/v1/contacts", {"username": "sarah", "name": "Sarah Miller", "tags": ["a"]}, idempotency_key="k"
    )
    assert (replay.status_code, replay.json()["code"]) == (410, "erased")
    record = IdempotencyRecord.unscoped.get(key="k")
    assert (bytes(record.body), record.headers) == (b"", {})
    assert IdempotencyRecord.unscoped.filter(contact_id=kept["id"]).exclude(body=b"").count() == 1
    entry = AuditEntry.unscoped.get(action="contact.erased")
    assert (entry.target, entry.data) == (contact_id, {})
    assert not OptOut.unscoped.exists()


def test_a_deletion_with_a_key_is_replayed(ours: Api, add: Add) -> None:
    made = add(username="sarah")
    first = ours.delete(f"/v1/contacts/{made['id']}", idempotency_key="k")
    again = ours.delete(f"/v1/contacts/{made['id']}", idempotency_key="k")
    assert (first.status_code, again.status_code) == (204, 204)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_keeper_that_fails_undoes_all(ours: Api, add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(workspace_id: int, contact_id: str) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(erasure, "_registrations", [erasure.Registration(broken, None), *erasure._registrations])
    made = add(username="sarah", tags=["a"], opted_out=True)
    assert ours.delete(f"/v1/contacts/{made['id']}").status_code == 500
    assert {**ours.get(f"/v1/contacts/{made['id']}").json(), "created": True} == made
    assert not Event.unscoped.filter(body=b"").exists() and not OptOut.unscoped.exists()


def test_keepers_erase_from_the_top_down(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[str, int, str]] = []

    def keeper(name: str) -> dict[str, Any]:
        return {
            "erase": lambda workspace, contact_id: called.append((name, workspace, contact_id)),
            "export": lambda workspace, contact_id: {name: [contact_id]},
        }

    monkeypatch.setattr(erasure, "_registrations", [])
    low, high = keeper("low"), keeper("high")
    for part in (low, high, low):
        erasure.register(**part)
    erasure.erase_all(7, "con_1")
    assert called == [("high", 7, "con_1"), ("low", 7, "con_1")]
    assert erasure.export_all(7, "con_1") == {"low": ["con_1"], "high": ["con_1"]}


def test_data_is_all_that_is_kept(ours: Api, add: Add) -> None:
    made = add(username="sarah", tags=["a"])
    add(username="other")
    found = ours.get(f"/v1/contacts/{made['id']}/data").json()
    assert {**found["contact"], "created": True} == made
    assert [event["event"] for event in found["events"]] == ["contact.created", "contact.tagged"]
    assert found["events"][0]["data"] == {"contact": found["contact"]}
    assert [(answer["status"], answer["body"]) for answer in found["stored_answers"]] == [(201, made)]
    assert set(found) == set(PersonalDataOut().fields)  # each part of the product that keeps something is told of


@pytest.mark.parametrize(
    "again", [{"username": "SARAH"}, {"email": "s@EXAMPLE.com"}, {"username": "x_sarah", "email": "s@example.com"}]
)
def test_an_opt_out_outlives_its_contact(ours: Api, add: Add, again: dict[str, str]) -> None:
    made = add(username="sarah", email="s@example.com", opted_out=True)
    ours.delete(f"/v1/contacts/{made['id']}")
    assert OptOut.unscoped.count() == 2
    back = add(**again, opted_out=False)
    assert (back["created"], back["opted_out"]) == (True, True)
    assert ours.get(f"/v1/contacts/{back['id']}").json()["opted_out"] is True
    assert add(username="somebody")["opted_out"] is False


def test_it_is_the_workspaces_own(ours: Api, rival: Api, add: Add) -> None:
    ours.delete(f"/v1/contacts/{add(username='sarah', opted_out=True)['id']}")
    assert rival.post("/v1/contacts", {"username": "sarah"}).json()["opted_out"] is False


def test_it_comes_along_with_the_identity(ours: Api, add: Add) -> None:
    ours.delete(f"/v1/contacts/{add(email='s@example.com', opted_out=True)['id']}")
    made = add(username="sarah")
    assert add(username="sarah", email="S@example.com")["opted_out"] is True
    lifted = ours.patch(f"/v1/contacts/{made['id']}", {"opted_out": False}).json()
    assert lifted["opted_out"] is False and not OptOut.unscoped.exists()


def test_a_message_to_somebody_erased_meets_it(ours: Api, cast: Cast, add: Add) -> None:
    ours.delete(f"/v1/contacts/{add(username='sarah', opted_out=True)['id']}")
    with unit_of_work():
        assert find_or_create(cast.workspace, username="Sarah").opted_out is True
        assert find_or_create(cast.workspace, username="other").opted_out is False


def test_it_survives_a_new_secret_key(ours: Api, add: Add, settings: Any) -> None:
    ours.delete(f"/v1/contacts/{add(username='sarah', opted_out=True)['id']}")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert add(username="sarah")["opted_out"] is True
