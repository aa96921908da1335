"""GET /v1/contacts/{id}/score, POST /v1/contacts/{id}/points, and scores in the answers and events of other calls."""

from typing import Any

import pytest

from contacts import services as contacts
from contacts.models import ScoreEntry, ScoreTimer, StageChange
from contacts.scoring.services import adjust_score
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import AuditEntry
from tests.api.assertions import assert_problem
from tests.contacts.conftest import Upsert
from tests.contacts.helpers import field_errors, published_events
from tests.contacts.scoring.helpers import rule, run_jobs
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db


def test_points_are_in_the_answer_the_event_and_the_ledger(actor: Actor, ours: Api, upsert: Upsert) -> None:
    rule(actor, "VIP", "tag", "VIP ", 15)
    rule(actor, "Won", "stage", "won", 40)
    run_jobs()
    contact = upsert(username="sarah", tags=["vip", "other"])
    assert contact["score"] == 15
    assert ours.patch(f"/v1/contacts/{contact['id']}", {"stage": "won"}).json()["score"] == 55
    adjust_score(actor, contact["id"], points=100, note="met at a fair")
    answer = ours.get(f"/v1/contacts/{contact['id']}/score").json()
    assert answer["score"] == 100
    assert [(each["rule"], each["points"], each["cause"]) for each in answer["data"]] == [
        (None, 100, "manual: met at a fair"),
        ("Won", 40, "stage won"),
        ("VIP", 15, "tag vip"),
    ]
    assert answer["data"][0]["at"].endswith("Z")
    scored = [data for type, data in published_events() if type == "lead.scored"]
    assert [(each["old_score"], each["new_score"], each["rules"]) for each in scored] == [
        (0, 15, ["VIP"]),
        (15, 55, ["Won"]),
        (55, 100, ["manual"]),
    ]
    assert scored[2]["contact"]["score"] == 100
    assert AuditEntry.unscoped.filter(action="contact.score_adjusted", target=contact["id"]).count() == 1


def test_the_ledger_is_read_page_by_page_in_two_statements(
    actor: Actor, ours: Api, theirs: Api, upsert: Upsert, django_assert_num_queries: Any
) -> None:
    contact = upsert(username="sarah")
    for points in (1, 2, 3):
        adjust_score(actor, contact["id"], points=points)
    path = f"/v1/contacts/{contact['id']}/score"
    with django_assert_num_queries(3):  # the key, the contact, the ledger
        first = ours.get(path, {"limit": "2"}).json()
    second = ours.get(path, {"limit": "2", "cursor": first["next_cursor"]}).json()
    assert [each["points"] for each in first["data"] + second["data"]] == [3, 2, 1]
    assert second["next_cursor"] is None
    other = upsert(username="other")
    elsewhere = ours.get(f"/v1/contacts/{other['id']}/score", {"cursor": first["next_cursor"]})
    assert elsewhere.json()["code"] == "invalid_cursor"
    assert theirs.get(path).status_code == 404


def test_personal_data_has_the_ledger_and_the_stages_and_erasing_takes_them_away(
    actor: Actor, ours: Api, upsert: Upsert
) -> None:
    rule(actor, "Silent", "silence", "P3D", -5)
    contact = upsert(username="sarah", stage="qualified")
    adjust_score(actor, contact["id"], points=5)
    data = ours.get(f"/v1/contacts/{contact['id']}/data").json()
    assert [(each["rule"], each["points"]) for each in data["scores"]] == [(None, 5)]
    implied = [(stage, "implied") for stage in ("new", "contacted", "replied")]
    assert [(each["stage"], each["cause"]) for each in data["stages"]] == [*implied, ("qualified", "rest")]
    contacts.erase_contact(actor, contact["id"])
    assert not ScoreEntry.unscoped.exists() and not ScoreTimer.unscoped.exists()
    assert not StageChange.unscoped.exclude(contact=None).exists()
    stages = StageChange.unscoped.order_by("pk").values_list("stage", flat=True)
    assert list(stages) == ["new", "contacted", "replied", "qualified"]


def test_scoring_reads_nothing_but_what_it_is_about(
    actor: Actor, ours: Api, upsert: Upsert, django_assert_num_queries: Any
) -> None:
    """A tag that a rule gives points for: rules, earlier awards, entry, sums, score; beside those of the tag."""
    rule(actor, "VIP", "tag", "vip")
    rule(actor, "Hot", "tag", "hot")
    contact = upsert(username="sarah")
    path = f"/v1/contacts/{contact['id']}/tags"
    ours.post(path, {"add": ["plain"]})
    with django_assert_num_queries(10 + 5):
        assert ours.post(path, {"add": ["vip"]}).json()["score"] == 10


def test_points_by_hand_are_answered_as_the_score_is_read(ours: Api, upsert: Upsert) -> None:
    path = f"/v1/contacts/{upsert(username='sarah')['id']}"
    added = ours.post(f"{path}/points", {"points": 15, "note": " met at a fair "}, idempotency_key="once")
    read = ours.get(f"{path}/score")
    assert (added.status_code, added.content, added.headers["ETag"]) == (200, read.content, read.headers["ETag"])
    assert (added.json()["score"], added.json()["data"][0]["cause"]) == (15, "manual: met at a fair")
    again = ours.post(f"{path}/points", {"points": 15, "note": " met at a fair "}, idempotency_key="once")
    assert (again.content, again.headers["Idempotency-Replayed"]) == (added.content, "true")
    taken = ours.post(f"{path}/points", {"points": -5}).json()
    assert (taken["score"], [each["points"] for each in taken["data"]]) == (10, [-5, 15])
    scored = [data["new_score"] for type, data in published_events() if type == "lead.scored"]
    assert scored == [15, 10]
    assert AuditEntry.unscoped.filter(action="contact.score_adjusted", subject_kind="key").count() == 2


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"points": 0}, "points", "out_of_range"),
        ({"points": 101}, "points", "max_value"),
        ({"points": "5"}, "points", "invalid"),
        ({"note": "x"}, "points", "required"),
        ({"points": 5, "note": "x" * 201}, "note", "max_length"),
        ({"points": 5, "score": 9}, "score", "unknown_field"),
    ],
)
def test_points_that_are_refused_change_nothing(
    ours: Api, upsert: Upsert, body: dict[str, Any], field: str, code: str
) -> None:
    path = f"/v1/contacts/{upsert(username='sarah')['id']}"
    assert field_errors(ours.post(f"{path}/points", body)) == [(field, code)]
    assert (ours.get(path).json()["score"], ScoreEntry.unscoped.count()) == (0, 0)


def test_points_need_both_scopes_and_a_contact_of_the_workspace(
    ours: Api, theirs: Api, api: Api, tenants: Tenants, upsert: Upsert
) -> None:
    path = f"/v1/contacts/{upsert(username='sarah')['id']}/points"
    assert_problem(theirs.post(path, {"points": 5}), "not_found")
    for scope in (Scope.READ_CONTACTS, Scope.WRITE_CONTACTS):
        assert_problem(api(tenants.key([scope])).post(path, {"points": 5}), "scope_missing")
    assert not ScoreEntry.unscoped.exists()


def test_points_take_a_fixed_number_of_statements(ours: Api, upsert: Upsert, django_assert_num_queries: Any) -> None:
    """The change, and two that read its answer: contact and ledger."""
    path = f"/v1/contacts/{upsert(username='sarah')['id']}/points"
    for _ in range(3):
        with django_assert_num_queries(13):
            assert ours.post(path, {"points": 5}).status_code == 200


def test_erasing_empties_the_stored_answer_about_points(ours: Api, upsert: Upsert) -> None:
    path = f"/v1/contacts/{upsert(username='sarah')['id']}"
    ours.post(f"{path}/points", {"points": 5, "note": "is Sarah"}, idempotency_key="once")
    ours.delete(path)
    again = ours.post(f"{path}/points", {"points": 5, "note": "is Sarah"}, idempotency_key="once")
    assert_problem(again, "erased")
