"""Imports that are confirmed, canceled, purged and uploaded at the same time, by threads."""

import io
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from contacts.imports import erasure, reading, services, writing
from contacts.models import Contact, ContactImport, ImportChunk
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.events.models import Event
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from crmsolid.jobs.services import cancel_job
from crmsolid.workspaces.models import Workspace
from tests.tenants import Api, Tenants
from tests.threads import in_background, run_together, run_together_catching
from tests.waiting import another_transaction_waits, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 20
TRIES = 6


def upload(tenants: Tenants, rows: int = ROWS, workspace: Workspace | None = None) -> ContactImport:
    text = "username\n" + "".join(f"person_{number}\n" for number in range(rows))
    with reading.read(io.BytesIO(text.encode())) as staged:
        return services.upload_contacts(tenants.actor(workspace), staged, name="people.csv")


def start(tenants: Tenants, file: ContactImport, *, dry_run: bool = False) -> Job:
    return services.start_import(tenants.actor(), file.pk, mapping={"username": "username"}, dry_run=dry_run)


def codes(outcomes: list[Any]) -> list[str]:
    return sorted(each.code if isinstance(each, DomainError) else "ok" for each in outcomes)


def imported(job: Job) -> int:
    job.refresh_from_db()
    return int(job.result["created"] + job.result["updated"] + job.result["unchanged"])


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK_ROWS", 4)


def test_import_that_is_confirmed_several_times_at_once_runs_once(tenants: Tenants) -> None:
    file = upload(tenants)
    outcomes = run_together_catching([lambda: start(tenants, file)] * 4)
    assert codes(outcomes) == ["invalid_state"] * 3 + ["ok"]
    runner.run_due()
    assert [imported(job) for job in Job.unscoped.all()] == [ROWS]
    with pytest.raises(DomainError, match="are imported or gone"):
        start(tenants, file)
    assert Contact.unscoped.count() == ROWS


def test_check_and_import_that_are_confirmed_at_once_do_not_both_begin(tenants: Tenants) -> None:
    for _ in range(TRIES):
        file = upload(tenants)
        dry_runs = (True, False)
        outcomes = run_together_catching([partial(start, tenants, file, dry_run=each) for each in dry_runs])
        assert codes(outcomes) == ["invalid_state", "ok"]
        runner.run_due()


def test_rows_of_an_import_that_has_just_begun_are_not_purged(tenants: Tenants) -> None:
    file = upload(tenants)
    ContactImport.unscoped.update(created_at=clock.now() - timedelta(days=2))
    with transaction.atomic():
        job = start(tenants, file)
        purging = in_background(erasure.purge)
        purged = purging.__enter__()
        wait_until(another_transaction_waits)
    purging.__exit__(None, None, None)
    assert purged.result(20) == 0
    runner.run_due()
    assert (imported(job), job.state, Contact.unscoped.count()) == (ROWS, "done", ROWS)


def test_cancellation_waits_for_the_chunk_that_is_written(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    job = start(tenants, upload(tenants))
    write, is_writing, go_on = writing.write, threading.Event(), threading.Event()

    def slow(*arguments: Any) -> None:
        is_writing.set()
        assert go_on.wait(20)
        write(*arguments)

    monkeypatch.setattr(writing, "write", slow)
    with in_background(runner.run_due):
        assert is_writing.wait(20)
        with in_background(lambda: cancel_job(tenants.actor(), job.pk)) as canceled:
            assert not canceled.done()
            go_on.set()
    done = imported(job)
    assert job.state in ("canceled", "done")
    assert done == job.done == Contact.unscoped.count() == Event.unscoped.filter(type="contact.created").count()
    assert done >= 4
    assert not ImportChunk.unscoped.exists()


def test_cancellation_while_chunks_are_imported_counts_what_was_done_and_ends_once(tenants: Tenants) -> None:
    for _ in range(TRIES):
        before = Contact.unscoped.count(), Event.unscoped.filter(type="job.completed").count()
        job = start(tenants, upload(tenants))
        calls: list[Callable[[], Any]] = [
            runner.run_due,
            partial(cancel_job, tenants.actor(), job.pk),
            runner.run_due,
        ]
        outcomes = run_together_catching(calls)
        runner.run_due()
        assert all(isinstance(each, int | Job) or codes([each]) == ["invalid_state"] for each in outcomes), outcomes
        assert imported(job) == job.done
        assert job.state in ("canceled", "done")
        assert Event.unscoped.filter(type="job.completed").count() == before[1] + 1
        assert not ImportChunk.unscoped.exists()
        assert job.result["created"] == Contact.unscoped.count() - before[0]


def test_check_that_is_canceled_while_the_import_is_confirmed_leaves_the_rows(tenants: Tenants) -> None:
    for _ in range(TRIES):
        file = upload(tenants)
        check = start(tenants, file, dry_run=True)
        calls: list[Callable[[], Job]] = [
            partial(cancel_job, tenants.actor(), check.pk),
            partial(start, tenants, file),
        ]
        canceled, begun = run_together_catching(calls)
        assert isinstance(canceled, Job)
        job = begun if isinstance(begun, Job) else start(tenants, file)
        runner.run_due()
        assert (imported(job), job.state) == (ROWS, "done")


def test_file_that_replaces_one_which_is_imported_is_an_import_of_its_own(tenants: Tenants) -> None:
    first = start(tenants, upload(tenants, ROWS))
    calls: list[Callable[[], Any]] = [runner.run_due, lambda: start(tenants, upload(tenants, 2 * ROWS)), runner.run_due]
    _, second, _ = run_together(calls)
    runner.run_due()
    assert (imported(first), imported(second)) == (ROWS, 2 * ROWS)
    assert Contact.unscoped.count() == 2 * ROWS


def test_requests_with_one_key_at_once_begin_one_import(tenants: Tenants) -> None:
    api = Api(tenants.key())

    def send() -> tuple[int, str]:
        body = b"username\nada_l\nbob_m\n"
        answer = api.post("/v1/contacts/import", body, idempotency_key="one", Content_Type="text/csv")
        return answer.status_code, answer.json()["id"]

    assert set(run_together([send] * 4)) == {(202, Job.unscoped.get().pk)}
    assert ContactImport.unscoped.count() == 1


def test_uploads_at_once_keep_no_more_than_the_workspace_may(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(tenants)
    size = reading.kept_bytes(tenants.workspace)
    monkeypatch.setattr(services, "MAX_KEPT_BYTES", 3 * size + 1)
    where = (tenants.workspace, tenants.twin) * 2
    outcomes = run_together_catching([partial(upload, tenants, ROWS, each) for each in where])
    assert codes(outcomes) == ["ok", "ok", "validation_failed", "validation_failed"]
    assert reading.kept_bytes(tenants.workspace) == 3 * size
    assert ContactImport.unscoped.count() == 3
