"""One change for many contacts: by a job, in chunks, each contact once, refusals counted."""

from dataclasses import replace
from typing import Any

import pytest

from contacts import bulk
from contacts.models import Contact, Segment
from contacts.services import upsert_contact
from crmsolid.core.errors import DomainError
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from crmsolid.jobs.services import cancel_job
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry, Membership, Role
from sequences.models import Enrollment
from tests.sequences.helpers import create
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db

VIP = {"field": "tag", "op": "is", "value": "vip"}


@pytest.fixture(autouse=True)
def people(tenants: Tenants) -> list[str]:
    """Five vips and a bystander, and one of another workspace."""
    for index in range(5):
        upsert_contact(tenants.actor(), {"username": f"user{index}", "tags": ["vip"], "name": "Vip"})
    upsert_contact(tenants.actor(), {"username": "bystander", "email": "by@example.com"})
    upsert_contact(tenants.actor(tenants.other), {"username": "user0", "tags": ["vip"]})
    rows = Contact.unscoped.filter(workspace=tenants.workspace, tag_rows__name="vip")
    return list(rows.order_by("pk").values_list("pk", flat=True))


def run(job: Job) -> tuple[str, int, dict[str, Any], list[Any]]:
    while runner.run_due(seconds=0):
        pass
    job.refresh_from_db()
    return job.state, job.done, job.result, [error["code"] for error in job.errors]


def counts(changed: int, unchanged: int = 0, refused: int = 0) -> dict[str, int]:
    return {"changed": changed, "unchanged": unchanged, "refused": refused}


def in_stage(stage: str) -> list[str]:
    return list(Contact.unscoped.filter(stage=stage).order_by("pk").values_list("pk", flat=True))


def refusal(call: Any) -> str:
    with pytest.raises(DomainError) as refused:
        call()
    return str(refused.value.code)


@pytest.mark.parametrize(
    "filters", [{"filter": VIP}, {"tag": ["vip"]}, {"search": "vip"}, {"filter": {"any": [VIP]}, "stage": "new"}]
)
def test_stage_of_everybody_who_matches(
    tenants: Tenants, people: list[str], filters: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    Contact.unscoped.filter(pk=people[3]).update(stage="new")
    job = bulk.start_bulk(tenants.actor(), bulk.STAGE, filters, {"stage": "won"})
    assert (job.total, run(job)) == (5, ("done", 5, counts(5), []))
    assert in_stage("won") == people
    assert job.params == {"action": "stage"}
    entry = AuditEntry.unscoped.get(action="contact.bulk_started")
    assert (entry.target, entry.data) == (job.pk, {"what": "stage", "contacts": 5})


def test_chosen_contacts_are_changed_and_those_of_others_are_not(tenants: Tenants, people: list[str]) -> None:
    theirs = Contact.unscoped.get(workspace=tenants.other).pk
    job = bulk.start_bulk(tenants.actor(), bulk.STAGE, {"ids": [people[0], theirs]}, {"stage": "won"})
    assert run(job) == ("done", 1, counts(1), [])
    assert in_stage("won") == people[:1]


def test_job_goes_on_behind_its_last_contact(tenants: Tenants, people: list[str], monkeypatch: Any) -> None:
    """The change moves contacts out of the filter."""
    monkeypatch.setitem(bulk.actions, bulk.TAGS, replace(bulk.actions[bulk.TAGS], batch=2))
    job = bulk.start_bulk(tenants.actor(), bulk.TAGS, {"filter": VIP}, {"add": ["gold"], "remove": ["vip"]})
    assert runner.run_due(seconds=0) == 1
    job.refresh_from_db()
    assert (job.state, job.done) == ("running", 2)
    assert run(job) == ("done", 5, counts(5), [])
    assert Contact.unscoped.filter(tag_rows__name="gold").count() == 5


def test_canceled_job_forgets_whom_it_was_for(tenants: Tenants) -> None:
    job = bulk.start_bulk(tenants.actor(), bulk.TAGS, {"search": "vip"}, {"remove": ["vip"]})
    cancel_job(tenants.actor(), job.pk)
    assert run(job) == ("canceled", 0, {}, [])
    assert job.params == {"action": "tags"}


def test_refusals_are_counted_with_their_reasons(tenants: Tenants, people: list[str]) -> None:
    sequence = create(tenants.sandbox())
    upsert_contact(tenants.actor(), {"username": "user0", "opted_out": True})
    job = bulk.start_bulk(tenants.actor(), "enroll", {"filter": VIP}, {"sequence": sequence.pk})
    assert run(job) == ("done", 5, {"enrolled": 4, "skipped": {"contact_opted_out": 1}}, ["contact_opted_out"])
    again = bulk.start_bulk(tenants.actor(), "enroll", {"ids": people[1:3]}, {"sequence": sequence.pk})
    assert run(again) == ("done", 2, {"enrolled": 0, "skipped": {"already_enrolled": 2}}, ["already_enrolled"] * 2)
    assert Enrollment.unscoped.count() == 4


def test_erasure_of_everybody_in_a_filter_that_names_them(tenants: Tenants, people: list[str]) -> None:
    """The filter loses the people that it names one after another."""
    names = {"field": "username", "op": "in", "value": ["user0", "user3", "bystander"]}
    segment = Segment.unscoped.create(workspace=tenants.workspace, name="Named", filter=names)
    job = bulk.start_bulk(tenants.actor(), bulk.ERASE, {"segment": segment.pk}, expected=3)
    assert run(job) == ("done", 3, counts(3), [])
    left = Contact.unscoped.filter(workspace=tenants.workspace).order_by("username").values_list("username", flat=True)
    assert list(left) == ["user1", "user2", "user4"]
    segment.refresh_from_db()
    assert segment.filter["value"] == ["erased__"] * 3
    assert "user" not in str(job.params) + str(job.errors) + str(job.result)


def test_wrong_starts_are_refused(tenants: Tenants) -> None:
    actor = tenants.actor()
    assert refusal(lambda: bulk.start_bulk(actor, bulk.STAGE, {}, {"stage": "gone"})) == "validation_failed"
    assert refusal(lambda: bulk.start_bulk(actor, bulk.TAGS, {}, {})) == "validation_failed"
    assert refusal(lambda: bulk.start_bulk(actor, "enroll", {}, {"sequence": "seq_x"})) == "validation_failed"
    wrong = {"filter": {"field": "x", "op": "is", "value": 1}}
    assert refusal(lambda: bulk.start_bulk(actor, bulk.STAGE, wrong, {"stage": "won"})) == "invalid_parameter"
    assert refusal(lambda: bulk.start_bulk(actor, bulk.ERASE, {"search": "nobody"})) == "invalid_state"
    assert refusal(lambda: bulk.start_bulk(actor, bulk.ERASE, {"filter": VIP}, expected=4)) == "invalid_state"
    assert not Job.unscoped.exists()


def test_member_who_may_no_longer_write_changes_nobody_more(tenants: Tenants) -> None:
    membership = Membership.unscoped.get(user=tenants.member(Role.AGENT))
    agent = Actor.member(membership, tenants.workspace)
    first = bulk.start_bulk(agent, bulk.STAGE, {"filter": VIP}, {"stage": "won"})
    assert run(first)[0] == "done"
    second = bulk.start_bulk(agent, bulk.STAGE, {"filter": VIP}, {"stage": "lost"})
    Membership.unscoped.filter(pk=membership.pk).update(role=Role.VIEWER)
    assert run(second) == ("failed", 0, {}, ["forbidden"])
    assert in_stage("lost") == []
