"""Tags for all contacts of a segment: by a job, in chunks, each contact once."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from contacts import repository
from contacts.models import Contact, ContactTag
from contacts.segments import services, tagging
from contacts.services import erase_contact, tag_contact, upsert_contact
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.events.models import Event
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from crmsolid.jobs.services import cancel_job
from crmsolid.workspaces.models import AuditEntry
from tests.api.assertions import assert_problem
from tests.contacts.conftest import Upsert
from tests.contacts.segments.test_rest import create
from tests.tenants import Api, Tenants
from tests.threads import run_together

VIP = {"field": "tag", "op": "is", "value": "vip"}
Start = Callable[..., Job]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagging, "BATCH", 2)


@pytest.fixture
def people(tenants: Tenants) -> list[str]:
    """Five vips and a bystander."""
    for index in range(5):
        upsert_contact(tenants.actor(), {"username": f"user{index}", "tags": ["vip"]})
    upsert_contact(tenants.actor(), {"username": "bystander"})
    Event.unscoped.all().delete()
    return list(Contact.unscoped.filter(tag_rows__name="vip").order_by("pk").values_list("pk", flat=True))


@pytest.fixture
def start(tenants: Tenants) -> Start:
    """Start a job for a new segment of this filter."""

    def start(filter: Any = VIP, **tags: list[str]) -> Job:
        segment = services.create_segment(tenants.actor(), name="Segment", filter=filter).segment
        return services.tag_segment(tenants.actor(), segment.pk, **tags)

    return start


def tagged(name: str) -> list[str]:
    return list(ContactTag.unscoped.filter(name=name).order_by("contact").values_list("contact_id", flat=True))


def finished(job: Job) -> tuple[str, int, dict[str, Any]]:
    runner.run_due()
    job.refresh_from_db()
    return job.state, job.done, job.result


def test_the_call_answers_a_job_that_tags_everybody_in_the_segment(ours: Api, people: list[str]) -> None:
    segment = create(ours)
    response = ours.post(
        f"/v1/segments/{segment['id']}/tags", {"add": [" 2026 "], "remove": ["vip"]}, X_Request_Id="tagging-1"
    )
    job = response.json()
    assert (response.status_code, response.headers["Location"]) == (202, f"/v1/jobs/{job['id']}")
    assert (job["kind"], job["object_id"], job["state"], job["total"]) == (
        "contacts.tag_segment",
        segment["id"],
        "queued",
        5,
    )
    assert finished(Job.unscoped.get()) == ("done", 5, {"changed": 5})
    assert (tagged("2026"), tagged("vip")) == (people, [])
    events = Event.unscoped.filter(type="contact.tagged").order_by("contact_id")
    assert [(event.contact_id, event.request_id) for event in events] == [(pk, "tagging-1") for pk in people]
    assert ours.get(f"/v1/segments/{segment['id']}").json()["count"] == 0
    assert AuditEntry.unscoped.filter(action="segment.tagged", target=segment["id"]).count() == 1


def test_each_contact_looks_as_if_it_was_tagged_alone(ours: Api, upsert: Upsert) -> None:
    alone, together = upsert(username="alone", tags=["b", "vip"]), upsert(username="together", tags=["b", "vip"])
    changes = {"add": ["Ä", "c"], "remove": ["b"]}
    ours.post(f"/v1/contacts/{alone['id']}/tags", changes)
    Event.unscoped.filter(contact_id=together["id"]).delete()
    segment = create(ours, {"field": "username", "op": "is", "value": "together"})
    ours.post(f"/v1/segments/{segment['id']}/tags", changes)
    runner.run_due()
    shown = ours.get(f"/v1/contacts/{together['id']}").json()
    assert shown["tags"] == ours.get(f"/v1/contacts/{alone['id']}").json()["tags"] == ["c", "vip", "Ä"]
    assert shown["updated_at"] > together["updated_at"]
    rows = ContactTag.unscoped.filter(contact_id=together["id"]).order_by("folded")
    assert [row.folded for row in rows] == ["c", "vip", "ä"]
    event = Event.unscoped.get(contact_id=together["id"], type="contact.tagged")
    assert json.loads(bytes(event.body))["data"] == {"contact": shown, "added": ["Ä", "c"]}


def test_whoever_has_the_tags_already_is_left_alone(tenants: Tenants, people: list[str], start: Start) -> None:
    tag_contact(tenants.actor(), people[0], add=["2026"])
    before = Contact.unscoped.get(pk=people[0]).updated_at
    Event.unscoped.all().delete()
    assert finished(start(add=["2026"], remove=["nothing"])) == ("done", 5, {"changed": 4})
    assert Contact.unscoped.get(pk=people[0]).updated_at == before
    assert Event.unscoped.filter(type="contact.tagged").count() == 4


@pytest.mark.parametrize(
    ("filter", "tags", "number"),
    [
        ({"not": VIP}, {"add": ["vip"]}, 1),  # they leave
        (VIP, {"remove": ["vip"]}, 5),
        ({"any": [VIP, {"field": "tag", "op": "is", "value": "new"}]}, {"add": ["new"], "remove": ["vip"]}, 5),
    ],
)
def test_the_tags_themselves_may_move_contacts_in_and_out(
    people: list[str], start: Start, filter: Any, tags: dict[str, list[str]], number: int
) -> None:
    assert finished(start(filter, **tags)) == ("done", number, {"changed": number})


def test_a_change_of_the_segment_does_not_change_a_job_that_has_begun(
    tenants: Tenants, people: list[str], start: Start
) -> None:
    job = start(add=["2026"])
    runner.run_due(seconds=0)
    services.update_segment(tenants.actor(), job.object_id, {"filter": {"any": []}})
    services.delete_segment(tenants.actor(), job.object_id)
    assert finished(job) == ("done", 5, {"changed": 5})
    assert job.params == {}


def test_whoever_left_or_was_erased_meanwhile_is_not_tagged(tenants: Tenants, people: list[str], start: Start) -> None:
    job = start(add=["2026"])
    runner.run_due(seconds=0)
    assert tagged("2026") == people[:2]
    erase_contact(tenants.actor(), people[2])
    tag_contact(tenants.actor(), people[3], remove=["vip"])
    assert finished(job) == ("done", 3, {"changed": 3})
    assert tagged("2026") == [people[0], people[1], people[4]]


def test_a_canceled_job_keeps_what_it_has_done(tenants: Tenants, people: list[str], start: Start) -> None:
    job = start(add=["2026"])
    runner.run_due(seconds=0)
    cancel_job(tenants.actor(), job.pk)
    assert finished(job) == ("canceled", 2, {"changed": 2})
    assert tagged("2026") == people[:2]


def test_a_chunk_that_dies_is_done_again_once(people: list[str], start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    job = start(add=["2026"])
    change_tags = repository.change_tags

    def die(*args: Any, **options: Any) -> Any:
        change_tags(*args, **options)
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(repository, "change_tags", die)
        runner.run_due()
    assert tagged("2026") == [] and not Event.unscoped.exists()
    Job.unscoped.update(next_run_at=job.created_at)
    assert finished(job) == ("done", 5, {"changed": 5})
    assert Event.unscoped.filter(type="contact.tagged").count() == 5


def test_tags_that_are_wrong_are_refused_and_no_job_is_made(ours: Api, people: list[str]) -> None:
    segment = create(ours)
    for body in ({"add": ["a"], "remove": ["a"]}, {"add": [" "]}, {"add": "x"}, {"tags": ["x"]}):
        assert_problem(ours.post(f"/v1/segments/{segment['id']}/tags", body), "validation_failed")
    assert not Job.unscoped.exists()


def test_the_number_of_statements_does_not_depend_on_that_of_contacts(
    people: list[str], start: Start, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    """Workspaces without a queue, the new queue with its savepoint, the next queue, the job, savepoint, the window,
    candidates, locks, those who are still in, their tags, contacts, tags removed and added, scoring rules, enrollments,
    events, the job, its queue, release; the statement timeouts, with their savepoints."""
    monkeypatch.setattr(tagging, "BATCH", 100)
    start(add=["a"], remove=["vip"])
    with django_assert_max_num_queries(31):
        runner.run_due(seconds=0)
    assert tagged("a") == people


@pytest.mark.django_db(transaction=True)
def test_tags_of_a_segment_and_of_single_contacts_at_once_are_all_applied(
    tenants: Tenants, people: list[str], start: Start
) -> None:
    job = start(add=["2026"])

    def tag(pk: str) -> Callable[[], Any]:
        def call() -> None:
            with unit_of_work():
                tag_contact(tenants.actor(), pk, add=["single"])

        return call

    run_together([*map(tag, people), runner.run_due, runner.run_due])
    assert finished(job) == ("done", 5, {"changed": 5})
    assert tagged("2026") == tagged("single") == people
    assert Event.unscoped.filter(type="contact.tagged").count() == 10
