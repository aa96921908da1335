"""The funnel over REST and in the panel: who reaches a stage has reached the earlier ones."""

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.test import Client

from contacts.models import Contact, StageChange
from contacts.services import erase_contact
from contacts.timeline import CHANGES
from contacts.timeline import read as read_timeline
from crmsolid.core.clock import rfc3339
from crmsolid.jobs import runner
from crmsolid.workspaces.models import Role
from tests.analytics.test_reports import time as time  # a fixture
from tests.panel import browser
from tests.sequences.helpers import START, Clock
from tests.tenants import Api, Tenants


@pytest.fixture
def ours(api: Any, tenants: Tenants, time: Clock) -> Iterator[Api]:
    yield api(tenants.key())


def add(ours: Api, name: str, stage: str = "new") -> str:
    answer = ours.post("/v1/contacts", {"username": name, "stage": stage})
    assert answer.status_code == 201
    return str(answer.json()["id"])


def come_to(ours: Api, contact_id: str, stage: str) -> None:
    assert ours.patch(f"/v1/contacts/{contact_id}", {"stage": stage}).json()["stage"] == stage


def funnel(ours: Api, first: float = 0, last: float = 1000) -> dict[str, tuple[int, int, int, float | None]]:
    """By stage: how many reached it in these days, how many of those added in them have, of how many, and the median
    days."""
    query = {"from": rfc3339(START + timedelta(days=first)), "to": rfc3339(START + timedelta(days=last))}
    stages = ours.get("/v1/analytics/funnel", query).json()["stages"]
    return {
        each["stage"]: (
            each["count"],
            each["conversion"]["numerator"],
            each["conversion"]["denominator"],
            each["median_days"],
        )
        for each in stages
    }


def test_contacts_added_in_a_later_stage_have_reached_the_earlier_ones(ours: Api, time: Clock) -> None:
    for name, stage in (("anna", "new"), ("bert", "replied"), ("carl", "won"), ("dora", "lost")):
        add(ours, name, stage)
    time.move(hours=1)
    assert funnel(ours) == {
        "new": (4, 4, 4, 0.0),
        "contacted": (2, 2, 4, 0.0),
        "replied": (2, 2, 4, 0.0),
        "qualified": (1, 1, 4, 0.0),
        "won": (1, 1, 4, 0.0),
        "lost": (1, 1, 4, 0.0),
    }


def test_imported_contacts_have_reached_the_earlier_stages(ours: Api, time: Clock) -> None:
    add(ours, "known")
    rows = "username,stage\nknown,replied\nfresh,qualified\nplain,\n"
    assert ours.post("/v1/contacts/import", rows.encode(), Content_Type="text/csv").status_code == 202
    runner.run_due()
    time.move(hours=1)
    assert [count for count, *_ in funnel(ours).values()] == [3, 2, 2, 1, 0, 0]


def test_earlier_stages_are_reached_at_the_instant_of_the_later_one(ours: Api, time: Clock) -> None:
    contact_id = add(ours, "anna")
    time.move(days=10)
    come_to(ours, contact_id, "qualified")
    time.move(days=10)
    come_to(ours, contact_id, "won")
    time.move(hours=1)
    assert funnel(ours, 0, 5) == {
        "new": (1, 1, 1, 0.0),
        "contacted": (0, 1, 1, 10.0),
        "replied": (0, 1, 1, 10.0),
        "qualified": (0, 1, 1, 10.0),
        "won": (0, 1, 1, 20.0),
        "lost": (0, 0, 1, None),
    }
    assert [count for count, *_ in funnel(ours, 5, 15).values()] == [0, 1, 1, 1, 0, 0]
    assert [count for count, *_ in funnel(ours, 15, 25).values()] == [0, 0, 0, 0, 1, 0]


def test_a_stage_is_reached_once_however_a_contact_moves(ours: Api, time: Clock) -> None:
    contact_id = add(ours, "anna", "qualified")
    for stage in ("contacted", "lost", "replied", "new", "lost", "won", "contacted"):
        time.move(days=1)
        come_to(ours, contact_id, stage)
    time.move(hours=1)
    expected = {
        "new": (1, 1, 1, 0.0),
        "contacted": (1, 1, 1, 0.0),
        "replied": (1, 1, 1, 0.0),
        "qualified": (1, 1, 1, 0.0),
        "won": (1, 1, 1, 6.0),
        "lost": (1, 1, 1, 2.0),
    }
    assert funnel(ours) == expected


def test_stages_that_were_only_implied_are_not_in_the_history_that_people_see(
    ours: Api, tenants: Tenants, time: Clock
) -> None:
    contact = Contact.unscoped.get(pk=add(ours, "anna", "replied"))
    time.move(days=1)
    come_to(ours, contact.pk, "won")
    timeline = read_timeline(tenants.actor(), contact, group=CHANGES)
    titles = [entry.title for entry in timeline.rows if entry.source and entry.source.name == "stage"]
    assert titles == ["Stage from Replied to <b>Won</b>", "Added as <b>Replied</b>"]
    stages = ours.get(f"/v1/contacts/{contact.pk}/data").json()["stages"]
    assert [(each["stage"], each["cause"]) for each in stages] == [
        ("new", "implied"),
        ("contacted", "implied"),
        ("replied", "rest"),
        ("qualified", "implied"),
        ("won", "rest"),
    ]


def test_figures_open_those_who_reached_the_stage_with_a_later_one(ours: Api, tenants: Tenants, time: Clock) -> None:
    contact_id = add(ours, "anna", "won")
    add(ours, "bert")
    time.move(hours=1)
    client: Client = browser(tenants.member(Role.VIEWER), tenants.workspace)
    for figure in ("count", "reached"):
        for stage, (count, reached, *_) in funnel(ours).items():
            query = {"report": "funnel", "figure": figure, "id": stage, "period": "7"}
            lines = client.get("/panel/live/analytics/behind/", query).context["lines"]
            assert len(lines) == {"count": count, "reached": reached}[figure], (stage, figure)
    query = {"report": "funnel", "figure": "count", "id": "contacted", "period": "7"}
    [line] = client.get("/panel/live/analytics/behind/", query).context["lines"]
    assert (line.name, line.text) == ("@anna", "Reached Contacted with a later stage")
    before = funnel(ours)
    erase_contact(tenants.actor(), contact_id)
    assert funnel(ours) == before
    [line] = client.get("/panel/live/analytics/behind/", query).context["lines"]
    assert line.name == "Erased contact"


def test_migration_adds_what_the_history_of_the_version_before_lacks(ours: Api, time: Clock) -> None:
    ids = [add(ours, name, stage) for name, stage in (("anna", "qualified"), ("bert", "new"), ("carl", "lost"))]
    for contact_id, stage in ((ids[0], "contacted"), (ids[0], "won"), (ids[1], "replied"), (ids[2], "won")):
        time.move(days=1)
        come_to(ours, contact_id, stage)
    time.move(hours=1)
    expected, rows = funnel(ours), StageChange.unscoped.count()
    # The version before wrote no implied rows, and the first row of each stage was the first one to it.
    StageChange.unscoped.filter(cause="implied").delete()
    StageChange.unscoped.filter(stage="contacted", contact=ids[0]).update(is_first=True)
    assert funnel(ours) != expected
    fill = import_module("contacts.migrations.0014_implied_stages").fill
    for _ in range(2):  # an interrupted migration is run again
        fill(list(Contact.unscoped.order_by("pk")))
        assert (funnel(ours), StageChange.unscoped.count()) == (expected, rows)
