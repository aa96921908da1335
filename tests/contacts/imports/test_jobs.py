"""The job of an import: its chunks, what happens beside it, and what is left afterwards."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from contacts import services as contacts
from contacts.imports import erasure, jobs, reading, services, writing
from contacts.models import (
    Contact,
    ContactImport,
    ContactTag,
    CustomField,
    ImportChunk,
    ImportDraft,
    ImportFailure,
    ScoringRule,
    StageChange,
)
from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.events.models import Event
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from crmsolid.jobs.services import cancel_job
from tests.contacts.imports.crashing_worker import POINTS
from tests.crashing import kill_worker_at, run_worker
from tests.tenants import Tenants
from tests.threads import run_together

WORKER = "tests.contacts.imports.crashing_worker"


@pytest.fixture
def start(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Job]:
    """Start an import of this file, in chunks of two rows."""

    def start(text: str, chunk_rows: int = 2, **options: Any) -> Job:
        monkeypatch.setattr(reading, "CHUNK_ROWS", chunk_rows)
        with reading.read(io.BytesIO(text.encode())) as staged:
            return services.import_contacts(tenants.actor(), staged, **options)

    return start


def counts(job: Job) -> list[int]:
    job.refresh_from_db()
    return [job.result[name] for name in ("created", "updated", "unchanged", "invalid")]


def people(number: int, **more: str) -> str:
    cells = "".join(f",{value}" for value in more.values())
    return "\n".join([",".join(["username", *more]), *(f"person_{each}{cells}" for each in range(number))])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_half_way_loses_and_doubles_nothing(start: Callable[..., Job], point: str) -> None:
    job = start(people(5, tags="a"))
    kill_worker_at(WORKER, point)
    assert Contact.unscoped.count() == 2
    run_worker(WORKER, "end")
    assert (counts(job), job.state, job.done) == ([5, 0, 0, 0], "done", 5)
    assert Contact.unscoped.count() == ContactTag.unscoped.count() == 5
    for event, number in (("contact.created", 5), ("contact.tagged", 5), ("job.completed", 1)):
        assert Event.unscoped.filter(type=event).count() == number
    assert not ImportChunk.unscoped.exists()


@pytest.mark.django_db(transaction=True)
def test_a_call_that_is_faster_is_found_and_nothing_is_lost(
    tenants: Tenants, start: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start(people(4, name="Imported", tags="imported"), chunk_rows=10)
    write = writing.write

    def after_a_call(*args: Any) -> None:
        monkeypatch.setattr(writing, "write", write)
        fields = {"username": "person_2", "name": "Called", "tags": ["called"]}
        run_together([lambda: contacts.upsert_contact(tenants.actor(), fields)])
        write(*args)

    monkeypatch.setattr(writing, "write", after_a_call)
    runner.run_due()
    assert counts(job) == [3, 1, 0, 0]
    contact = Contact.unscoped.get(username_key="person_2")
    assert (contact.name, set(contact.tag_rows.values_list("name", flat=True))) == ("Imported", {"imported", "called"})
    assert Event.unscoped.filter(type="contact.created").count() == Contact.unscoped.count() == 4
    assert Event.unscoped.filter(type="contact.tagged").count() == 5


@pytest.mark.django_db(transaction=True)
def test_imports_and_calls_about_the_same_people_agree_on_one_contact_each(
    tenants: Tenants, start: Callable[..., Job]
) -> None:
    jobs = [start(people(30, tags=f"file {number}"), chunk_rows=7) for number in range(2)]

    def call() -> None:
        for number in range(30):
            contacts.upsert_contact(tenants.actor(), {"username": f"person_{number}", "tags": ["called"]})

    calls: list[Callable[[], object]] = [runner.run_due, runner.run_due, call]
    run_together(calls)
    Job.unscoped.filter(next_run_at__isnull=False).update(next_run_at=clock.now())
    runner.run_due()
    assert [sum(counts(job)) for job in jobs] == [30, 30]
    assert Contact.unscoped.count() == Event.unscoped.filter(type="contact.created").count() == 30
    assert ContactTag.unscoped.count() == Event.unscoped.filter(type="contact.tagged").count() == 90


def test_an_identity_that_one_row_gives_up_goes_to_the_next(tenants: Tenants, start: Callable[..., Job]) -> None:
    for name in ("adaa", "bobb"):
        contacts.upsert_contact(tenants.actor(), {"username": name, "email": f"{name}@x.example"})
    text = "username,email\nlater,adaa@x.example\nadaa,bobb@x.example\nnobody,bobb@x.example\nbobb,new@x.example\n"
    tried, done = start(text, chunk_rows=10, dry_run=True), start(text, chunk_rows=10)
    runner.run_due()
    assert counts(tried) == counts(done) == [1, 3, 0, 0]
    pairs = Contact.unscoped.order_by("email_key").values_list("email_key", "username_key")
    assert list(pairs) == [("adaa@x.example", "later"), ("bobb@x.example", "nobody"), ("new@x.example", "bobb")]


def test_a_chunk_takes_the_same_few_statements_for_any_number_of_rows(
    tenants: Tenants, start: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    def measured(number: int) -> tuple[int, int]:
        start(people(number, email="", tags="a;b", name="x"), chunk_rows=500)
        seen: list[int] = []

        def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            seen.append(len(params or ()))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(record):
            runner.run_due()
        Contact.unscoped.all().delete()
        return len(seen), max(seen)

    few, _ = measured(3)
    many, most = measured(300)
    assert most <= 5000
    assert many - few <= 2  # events are written at once, and no longer with the end of the transaction


def test_a_canceled_import_keeps_what_it_did_and_no_rows(tenants: Tenants, start: Callable[..., Job]) -> None:
    job = start(people(5))
    runner.run_due(seconds=0)
    cancel_job(tenants.actor(), job.pk)
    assert (counts(job), job.state, Contact.unscoped.count()) == ([2, 0, 0, 0], "canceled", 2)
    assert not ImportChunk.unscoped.exists()
    assert runner.run_due() == 0


def test_a_dry_run_leaves_no_drafts(start: Callable[..., Job]) -> None:
    job = start(people(5), dry_run=True)
    runner.run_due(seconds=0)
    assert ImportDraft.unscoped.count() == 2
    runner.run_due()
    assert (counts(job), ImportDraft.unscoped.count(), Contact.unscoped.count()) == ([5, 0, 0, 0], 0, 0)


def test_an_import_never_undoes_an_opt_out(tenants: Tenants, start: Callable[..., Job]) -> None:
    actor = tenants.actor()
    for name in ("erased_one", "known_one"):
        opted_out = contacts.upsert_contact(actor, {"username": name, "opted_out": True})
        if name == "erased_one":
            contacts.erase_contact(actor, opted_out.contact.id)
    contacts.upsert_contact(actor, {"email": "joins@x.example"})
    gone = contacts.upsert_contact(actor, {"username": "erased_two", "opted_out": True})
    contacts.erase_contact(actor, gone.contact.id)
    start("username,email,opted_out\nerased_one,,false\nknown_one,,false\nerased_two,joins@x.example,no\n")
    runner.run_due()
    assert set(Contact.unscoped.values_list("username_key", "opted_out")) == {
        *[("erased_one", True), ("known_one", True), ("erased_two", True)]
    }


def test_erasing_a_person_deletes_their_failed_rows_and_files_that_wait(
    tenants: Tenants, start: Callable[..., Job]
) -> None:
    actor = tenants.actor()
    person = contacts.upsert_contact(actor, {"username": "sarah", "email": "s@x.example"}).contact
    start("username,email,stage\nsarah,,nonsense\n,S@x.example,nonsense\nadaa,,nonsense\n")
    runner.run_due()
    kept = contacts.personal_data(actor, person.id)["failed_imports"]
    assert [(row["line"], row["cells"]) for row in kept] == [
        *[(2, ["sarah", "", "nonsense"]), (3, ["", "S@x.example", "nonsense"])]
    ]
    with reading.read(io.BytesIO(b"username\nsarah\n")) as staged:
        waiting = services.upload_contacts(actor, staged, name="people.csv")
    contacts.erase_contact(actor, person.id)
    assert list(ImportFailure.unscoped.values_list("line", flat=True)) == [4]
    assert not ImportChunk.unscoped.filter(contact_import=waiting).exists()


def test_a_person_erased_while_the_import_runs_is_passed_over(tenants: Tenants, start: Callable[..., Job]) -> None:
    actor = tenants.actor()
    sarah = contacts.upsert_contact(actor, {"username": "sarah"}).contact
    job = start("username\nadaa\nbobb\nsarah\ncarl\n")
    runner.run_due(seconds=0)
    contacts.erase_contact(actor, sarah.id)
    runner.run_due()
    assert counts(job) == [3, 0, 0, 1]
    assert job.errors == [{"line": 4, "field": "", "reason": "this person was erased after the upload"}]
    assert not Contact.unscoped.filter(username_key="sarah").exists()
    assert not ImportFailure.unscoped.exists()


def test_an_invalid_row_about_a_person_erased_meanwhile_is_not_kept(
    tenants: Tenants, start: Callable[..., Job]
) -> None:
    actor = tenants.actor()
    sarah = contacts.upsert_contact(actor, {"username": "sarah"}).contact
    job = start("username,stage\nadaa,\nbobb,\n'@Sarah ,nonsense\ncarl,nonsense\n")
    runner.run_due(seconds=0)
    contacts.erase_contact(actor, sarah.id)
    runner.run_due()
    assert counts(job) == [2, 0, 0, 2]
    assert list(ImportFailure.unscoped.values_list("line", flat=True)) == [5]


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_chunk_is_done_again_if_a_person_was_erased_meanwhile(
    tenants: Tenants, start: Callable[..., Job], monkeypatch: pytest.MonkeyPatch, dry_run: bool
) -> None:
    sarah = contacts.upsert_contact(tenants.actor(), {"username": "sarah"}).contact
    job = start("username,stage\nsarah,nonsense\nadaa,\n", dry_run=dry_run)
    record = jobs._record

    def erase_first(*arguments: Any) -> None:
        if Contact.unscoped.filter(pk=sarah.pk, username_key="sarah").exists():
            contacts.erase_contact(tenants.actor(), sarah.id)
        record(*arguments)

    monkeypatch.setattr(jobs, "_record", erase_first)
    runner.run_due()
    job.refresh_from_db()
    assert (job.state, job.failures, ImportFailure.unscoped.count()) == ("queued", 1, 0)


def test_a_draft_is_deleted_with_the_person_who_has_its_identity(tenants: Tenants, start: Callable[..., Job]) -> None:
    job = start("username\nsarah\nadaa\nbobb\n", dry_run=True)
    runner.run_due(seconds=0)
    sarah = contacts.upsert_contact(tenants.actor(), {"username": "sarah"}).contact
    contacts.erase_contact(tenants.actor(), sarah.id)
    assert list(ImportDraft.unscoped.values_list("job", "username_key")) == [(job.pk, "adaa")]


def test_a_dry_run_ends_although_a_contact_gets_the_identity_of_a_draft(
    tenants: Tenants, start: Callable[..., Job]
) -> None:
    job = start("username,email,name\n,x@x.example,\nadaa,,\nsarah,,Sarah\n", dry_run=True)
    runner.run_due(seconds=0)
    contacts.upsert_contact(tenants.actor(), {"username": "sarah", "email": "x@x.example"})
    runner.run_due()
    assert (counts(job), job.state) == ([2, 1, 0, 0], "done")


def test_cells_behind_the_last_column_are_not_kept(start: Callable[..., Job]) -> None:
    start("username\nadaa,much,more\n")
    runner.run_due()
    assert ImportFailure.unscoped.get().cells == ["adaa"]


def test_what_uploads_leave_behind_is_deleted_in_time(tenants: Tenants, start: Callable[..., Job]) -> None:
    start("username\nx\n")
    runner.run_due()
    with reading.read(io.BytesIO(b"username\nsarah\n")) as staged:
        services.upload_contacts(tenants.actor(), staged, name="people.csv")
    assert erasure.purge() == 0
    with clock.simulated(clock.now() + timedelta(days=1, minutes=1)):
        assert erasure.purge() == 1
    assert (ContactImport.unscoped.count(), ImportChunk.unscoped.count()) == (2, 0)
    with clock.simulated(clock.now() + timedelta(days=7, minutes=1)):
        assert erasure.purge() == 3
    assert not ImportFailure.unscoped.exists() and not ContactImport.unscoped.exists()


BODIES: list[list[dict[str, Any]]] = [
    [{"username": "https://t.me/Sarah", "name": "Sarah  Miller", "tags": ["b", "a", "b"], "phone": "+49 1"}],
    [{"email": "Jürgen@BÜCHER.example", "last_name": "Müller", "stage": "won", "time_zone": "Europe/Berlin"}],
    [{"username": "sarah", "opted_out": True}, {"username": "sarah", "email": "s@x.example", "tags": ["c"]}],
    [{"username": "sarah", "first_name": "Sally", "company": "Acme", "seats": 3}, {"username": "SARAH", "seats": 4}],
    [
        {"username": "sarah", "stage": "replied"},
        {"username": "sarah", "stage": "won"},
        {"username": "sarah", "stage": "lost"},
    ],
    [{"email": "s@x.example", "tags": ["a"]}, {"email": "S@x.example", "username": "sarah", "tags": ["a", "b"]}],
]


RULES = (("tag", 30), ("field", 20), ("stage", 10))


@pytest.mark.parametrize("bodies", BODIES, ids=str)
@pytest.mark.parametrize("rules", [(), RULES], ids=["", "scores"])
def test_a_row_leaves_the_contact_and_the_events_that_a_call_leaves(
    tenants: Tenants, start: Callable[..., Job], bodies: list[dict[str, Any]], rules: Sequence[tuple[str, int]]
) -> None:
    for workspace in (tenants.workspace, tenants.twin):
        for trigger, points in rules:
            more = {"value": "seats" if trigger == "field" else "", "times": "each"}
            ScoringRule.unscoped.create(workspace=workspace, name=trigger, trigger=trigger, points=points, **more)
        for key, field_type in (("company", "text"), ("seats", "number")):
            CustomField.unscoped.create(workspace=workspace, key=key, label=key, type=field_type)
    names = list(dict.fromkeys(name for body in bodies for name in body))
    text = io.StringIO()
    rows = [{**body, "tags": ";".join(body.get("tags", []))} for body in bodies]
    writer = csv.DictWriter(text, list(dict.fromkeys([*names, "tags"])))
    writer.writeheader()
    writer.writerows(rows)
    start(text.getvalue(), chunk_rows=10)
    runner.run_due()
    for body in bodies:
        own = {name: body[name] for name in body if name not in ("company", "seats")}
        custom = {name: body[name] for name in ("company", "seats") if name in body}
        contacts.upsert_contact(tenants.actor(tenants.twin), {**own, "custom_fields": custom})
    histories = [
        list(StageChange.objects.for_workspace(each).order_by("id").values_list("from_stage", "stage", "is_first"))
        for each in (tenants.workspace, tenants.twin)
    ]
    assert histories[0] == histories[1]
    volatile = ("id", "workspace_id", "created_at", "updated_at", "cause")
    left = [
        [
            {name: value for name, value in row.items() if name not in volatile}
            for row in Contact.objects.for_workspace(workspace).values()
        ]
        for workspace in (tenants.workspace, tenants.twin)
    ]
    assert left[0] == left[1] and len(left[0]) == 1
    events = [
        [
            (row.type, _without(json.loads(bytes(row.body))["data"], volatile))
            for row in Event.objects.for_workspace(workspace).exclude(type="job.completed").order_by("id")
        ]
        for workspace in (tenants.workspace, tenants.twin)
    ]
    assert events[0] == events[1]


def _without(data: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    kept = {name: value for name, value in data.items() if name not in names}
    return {**kept, "contact": {name: value for name, value in data["contact"].items() if name not in names}}


@pytest.mark.django_db
def test_a_row_with_an_id_as_its_username_is_left_out(tenants: Tenants, start: Callable[..., Job]) -> None:
    row_id = new_id("con")
    job = start(f"username,name\n{row_id},Ghost\ngrace,Grace\n")
    runner.run_due()
    assert counts(job) == [1, 0, 0, 1]
    assert [failure.reason for failure in ImportFailure.unscoped.all()] == [
        "this is the id of a contact, not a username"
    ]
    assert Contact.unscoped.get().username == "grace"
