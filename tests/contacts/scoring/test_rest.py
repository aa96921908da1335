"""GET /v1/contacts/{id}/score, and scores in the answers and events of other calls."""

from typing import Any

import pytest

from contacts import services as contacts
from contacts.models import ScoreEntry, ScoreTimer, StageChange
from contacts.scoring.services import adjust_score
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry
from tests.contacts.conftest import Upsert
from tests.contacts.helpers import published_events
from tests.contacts.scoring.helpers import rule, run_jobs
from tests.tenants import Api

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
