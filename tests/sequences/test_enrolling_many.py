"""POST /v1/sequences/{id}/enroll for many: a job that enrolls each of them once."""

from typing import Any

import pytest

from contacts import bulk
from contacts.models import Contact
from contacts.services import erase_contact
from crmsolid.core.ids import new_id
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from crmsolid.jobs.services import cancel_job
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry
from messaging.models import Account
from sequences import services
from sequences.models import Enrollment, Sequence
from tests.api.assertions import assert_problem
from tests.sequences.helpers import actor, contact, create, enroll, events, texts, work
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db

VIP = {"field": "tag", "op": "is", "value": "vip"}


@pytest.fixture
def ours(tenants: Tenants) -> Api:
    return Api(tenants.key())


@pytest.fixture
def people(account: Account) -> list[Contact]:
    """Five vips, one of whom has opted out, and a bystander."""
    found = [contact(account.workspace, f"user{index}", tags=["vip"]) for index in range(5)]
    contact(account.workspace, "user4", opted_out=True)
    contact(account.workspace, "bystander")
    return found


@pytest.fixture
def two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    action = bulk.actions[services.ENROLL]
    small = bulk.BulkAction(**{name: getattr(action, name) for name in action.__slots__} | {"batch": 2})
    monkeypatch.setitem(bulk.actions, services.ENROLL, small)


def enrolled() -> list[str]:
    return list(Enrollment.unscoped.order_by("contact__username").values_list("contact__username", flat=True))


def run(ours: Api, job: Any) -> dict[str, Any]:
    """Run the job to its end; the job as GET answers it."""
    while runner.run_due(seconds=0):
        pass
    shown: dict[str, Any] = ours.get(f"/v1/jobs/{job['id']}").json()
    return shown


def result(enrolled: int, **skipped: int) -> dict[str, Any]:
    return {"enrolled": enrolled, "skipped": skipped}


@pytest.mark.parametrize("whom", ["segment_id", "filter", "contact_ids"])
def test_job_enrolls_those_who_may_be_and_counts_the_others_by_reason(
    ours: Api, account: Account, people: list[Contact], whom: str
) -> None:
    sequence = create(account)
    enroll(sequence, people[0])
    body: dict[str, Any] = {
        "segment_id": ours.post("/v1/segments", {"name": "Vips", "filter": VIP}).json()["id"],
        "filter": {"all": [VIP]},
        "contact_ids": [each.pk for each in reversed(people)] * 2,
    }
    path = f"/v1/sequences/{sequence.pk}/enroll"
    answer = ours.post(path, {whom: body[whom]}, X_Request_Id="many-1")
    job = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (202, f"/v1/jobs/{job['id']}")
    assert (job["kind"], job["object_id"], job["state"], job["total"]) == ("sequences.enroll", sequence.pk, "queued", 5)
    assert enrolled() == ["user0"]
    done = run(ours, job)
    assert (done["state"], done["done"], done["result"]) == (
        "done", 5, result(3, already_enrolled=1, contact_opted_out=1)
    )  # fmt: skip
    assert sorted(error["code"] for error in done["errors"]) == ["already_enrolled", "contact_opted_out"]
    assert enrolled() == ["user0", "user1", "user2", "user3"]
    started = events("sequence.started")
    assert len(started) == 4
    shown = {each["data"]["enrollment"]["id"]: each["data"]["enrollment"] for each in started}
    listed = ours.get(f"/v1/sequences/{sequence.pk}/enrollments").json()["data"]
    assert {each["id"]: each for each in listed} == shown
    assert set(Enrollment.unscoped.values_list("request_id", flat=True)) == {"", "many-1"}
    (ended,) = events("job.completed")
    assert ended["data"]["job"]["result"] == done["result"]
    assert Job.unscoped.get().params == {"action": "enroll"}
    entry = AuditEntry.unscoped.get(action="contact.bulk_started")
    assert (entry.target, entry.data) == (job["id"], {"what": "enroll", "contacts": 5})
    work()
    assert texts(people[3]) == [("sent", "Hello")]


def test_ids_of_nobody_and_of_others_are_counted_as_not_found(
    ours: Api, tenants: Tenants, account: Account, people: list[Contact]
) -> None:
    theirs, unknown = contact(tenants.other, "theirs").pk, new_id("con")
    sequence = create(account)
    ids = [people[0].pk, theirs, unknown, people[1].pk]
    job = ours.post(f"/v1/sequences/{sequence.pk}/enroll", {"contact_ids": ids}).json()
    erase_contact(actor(account.workspace), people[1].pk)
    assert run(ours, job)["result"] == result(1, not_found=3)
    assert enrolled() == ["user0"]


def test_nobody_is_enrolled_where_nobody_matches(ours: Api, account: Account) -> None:
    sequence = create(account)
    job = ours.post(f"/v1/sequences/{sequence.pk}/enroll", {"filter": VIP})
    assert (job.status_code, job.json()["total"]) == (202, 0)
    assert run(ours, job.json())["state"] == "done"


def test_a_second_run_and_a_repeated_call_enroll_nobody_twice(
    ours: Api, account: Account, people: list[Contact]
) -> None:
    path, body = f"/v1/sequences/{create(account).pk}/enroll", {"filter": VIP}
    first, again = (ours.post(path, body, idempotency_key="many") for _ in range(2))
    assert (again.content, Job.unscoped.count()) == (first.content, 1)
    assert run(ours, first.json())["result"] == result(4, contact_opted_out=1)
    second = run(ours, ours.post(path, body).json())
    assert second["result"] == result(0, already_enrolled=4, contact_opted_out=1)
    assert (Enrollment.unscoped.count(), len(events("sequence.started"))) == (4, 4)


def test_who_comes_into_the_segment_before_their_turn_is_enrolled(
    ours: Api, account: Account, people: list[Contact], two_at_a_time: None
) -> None:
    """And who leaves it before is not."""
    segment = ours.post("/v1/segments", {"name": "Vips", "filter": VIP}).json()
    job = ours.post(f"/v1/sequences/{create(account).pk}/enroll", {"segment_id": segment["id"]}).json()
    assert runner.run_due(seconds=0) == 1
    assert len(enrolled()) == 2
    ours.patch(f"/v1/contacts/{people[3].pk}", {"tags": []})
    contact(account.workspace, "late", tags=["vip"])
    assert run(ours, job)["result"] == result(4, contact_opted_out=1)
    assert enrolled() == ["late", "user0", "user1", "user2"]


def test_job_goes_on_where_it_was_after_a_crash(
    ours: Api, account: Account, people: list[Contact], two_at_a_time: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ours.post(f"/v1/sequences/{create(account).pk}/enroll", {"filter": VIP}).json()
    assert runner.run_due(seconds=0) == 1

    def crash(*arguments: Any) -> None:
        raise OSError("the process is gone")

    with monkeypatch.context() as patch:
        patch.setattr("sequences.services.publish_all", crash)  # behind the enrollments of the chunk
        runner.run_due(seconds=0)
    assert (len(enrolled()), Job.unscoped.get().failures) == (2, 1)
    Job.unscoped.update(next_run_at=Job.unscoped.get().created_at)
    assert run(ours, job)["result"] == result(4, contact_opted_out=1)
    assert (len(enrolled()), len(events("sequence.started"))) == (4, 4)


def test_canceled_job_leaves_those_who_are_enrolled(
    ours: Api, tenants: Tenants, account: Account, people: list[Contact], two_at_a_time: None
) -> None:
    job = ours.post(f"/v1/sequences/{create(account).pk}/enroll", {"filter": VIP}).json()
    runner.run_due(seconds=0)
    cancel_job(tenants.actor(), job["id"])
    assert run(ours, job)["state"] == "canceled"
    assert len(enrolled()) == 2


def test_job_fails_when_the_sequence_is_paused_and_another_enrolls_the_rest(
    ours: Api, account: Account, people: list[Contact], two_at_a_time: None
) -> None:
    sequence = create(account)
    path = f"/v1/sequences/{sequence.pk}"
    job = ours.post(f"{path}/enroll", {"filter": VIP}).json()
    runner.run_due(seconds=0)
    ours.post(f"{path}/pause")
    failed = run(ours, job)
    assert (failed["state"], failed["result"], failed["errors"][-1]["code"]) == (
        "failed", result(2), "sequence_not_active"
    )  # fmt: skip
    ours.post(f"{path}/resume")
    assert run(ours, ours.post(f"{path}/enroll", {"filter": VIP}).json())["result"] == result(
        2, already_enrolled=2, contact_opted_out=1
    )


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "contact_id", "required"),
        ({"contact_id": "con_1", "filter": VIP}, "contact_id", "one_of"),
        ({"contact_ids": []}, "contact_ids", "empty"),
        ({"contact_ids": ["con_1"]}, "contact_ids[0]", "pattern"),
        ({"contact_ids": [new_id("con") for _ in range(1001)]}, "contact_ids", "max_length"),
        ({"filter": {"all": [VIP, {"field": "tag", "op": "gt", "value": 1}]}}, "filter.all[1].op", "op_not_allowed"),
    ],
    ids=["nobody", "twice", "no ids", "no id", "too many", "wrong filter"],
)
def test_wrong_bodies_are_refused(ours: Api, account: Account, body: dict[str, Any], field: str, code: str) -> None:
    answer = ours.post(f"/v1/sequences/{create(account).pk}/enroll", body)
    (error,) = assert_problem(answer, "validation_failed")["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert not Job.unscoped.exists()


def test_refused_calls_start_no_job(ours: Api, tenants: Tenants, account: Account, people: list[Contact]) -> None:
    draft, sequence = create(account, name="Draft", start=False), create(account)
    theirs = Api(tenants.key(workspace=tenants.other)).post("/v1/segments", {"name": "Vips", "filter": VIP}).json()
    path = f"/v1/sequences/{sequence.pk}/enroll"
    assert_problem(ours.post(f"/v1/sequences/{draft.pk}/enroll", {"filter": VIP}), "sequence_not_active")
    assert_problem(ours.post(f"/v1/sequences/{new_id('seq')}/enroll", {"filter": VIP}), "not_found")
    assert_problem(ours.post(path, {"segment_id": theirs["id"]}), "not_found")
    only = Api(tenants.key([Scope.MANAGE_SEQUENCES]))
    problem = assert_problem(only.post(path, {"filter": VIP}), "scope_missing")
    assert problem["required_scope"] == "read:contacts"
    assert not Job.unscoped.exists()
    assert only.post(path, {"contact_id": people[0].pk}).status_code == 201


def test_erased_person_goes_out_of_the_filter_of_a_job(ours: Api, account: Account, people: list[Contact]) -> None:
    names = {"field": "username", "op": "in", "value": ["user1", "user2"]}
    job = ours.post(f"/v1/sequences/{create(account).pk}/enroll", {"filter": names}).json()
    erase_contact(actor(account.workspace), people[1].pk)
    assert "user1" not in str(Job.unscoped.get().params)
    assert run(ours, job)["result"] == result(1)
    assert Sequence.unscoped.get().enrollments.get().contact_id == people[2].pk
