"""Running jobs chunk by chunk: progress, turns, failures, cancellation, and workers that die or run at once."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, transaction

from crmsolid.core import clock, doorbell
from crmsolid.core.errors import DomainError
from crmsolid.events.models import Event
from crmsolid.jobs import kinds, runner
from crmsolid.jobs.kinds import JobFailed, JobKind
from crmsolid.jobs.models import Job, JobState
from crmsolid.jobs.runner import start_job
from crmsolid.jobs.services import cancel_job
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry
from tests.tenants import Tenants
from tests.threads import in_background, run_together
from tests.waiting import another_transaction_waits, wait_until

Run = Callable[[Job], datetime | None]


def counting(job: Job) -> datetime | None:
    """Works on one thing a chunk, until all are done."""
    job.done += 1
    return clock.now() if job.done < (job.total or 0) else None


@pytest.fixture
def start(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Job]:
    """Start a job of a kind that is registered for the test."""

    def start(
        run: Run = counting,
        *,
        total: int | None = 3,
        cancelable: bool = True,
        close: Callable[[Job], None] = lambda job: None,
        **fields: Any,
    ) -> Job:
        number = sum(name.startswith("tests.") for name in kinds.kinds)
        kind = JobKind(f"tests.{number}", "Test", run, close, cancelable=cancelable)
        monkeypatch.setitem(kinds.kinds, kind.name, kind)
        with transaction.atomic():
            return start_job(tenants.actor(), kind, Scope.WRITE_CONTACTS, total=total, **fields)

    return start


def completed() -> list[str]:
    return list(Event.unscoped.filter(type="job.completed").values_list("type", flat=True))


def test_a_job_runs_chunk_by_chunk_until_it_is_done(start: Callable[..., Job]) -> None:
    job = start()
    assert runner.run_due() == 3
    job.refresh_from_db()
    assert (job.state, job.done, job.next_run_at, completed()) == ("done", 3, None, ["job.completed"])
    assert job.finished_at is not None
    assert runner.run_due() == 0


def test_a_job_waits_for_the_time_it_asked_for(start: Callable[..., Job]) -> None:
    later = clock.now() + timedelta(hours=1)
    job = start(lambda job: later)
    planned = start(not_before=later)
    assert runner.run_due() == 1
    job.refresh_from_db()
    planned.refresh_from_db()
    assert (job.state, job.next_run_at, planned.state) == ("running", later, "queued")


def test_jobs_take_turns(start: Callable[..., Job]) -> None:
    order: list[str] = []

    def run(job: Job) -> datetime | None:
        order.append(job.kind)
        return counting(job)

    start(run)
    start(run)
    runner.run_due()
    assert order == ["tests.0", "tests.1"] * 3


def test_a_run_that_takes_too_long_asks_for_another_one(
    start: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    rings: list[str] = []
    monkeypatch.setattr(doorbell, "ring", lambda task, **options: rings.append(task))
    job = start()
    assert runner.run_due(seconds=0) == 1
    job.refresh_from_db()
    assert (job.state, job.done, rings) == ("running", 1, ["jobs.run"])


def test_a_chunk_that_fails_is_rolled_back_and_tried_again_later(start: Callable[..., Job]) -> None:
    def fail(job: Job) -> datetime | None:
        job.done = 2
        AuditEntry.unscoped.create(workspace_id=job.workspace_id, action="tests.chunk", subject_kind="system")
        raise ZeroDivisionError

    job, other = start(fail), start()
    before = clock.now()
    runner.run_due()
    job.refresh_from_db()
    other.refresh_from_db()
    assert (job.state, job.done, job.failures, job.errors) == ("queued", 0, 1, [])
    assert job.next_run_at is not None and job.next_run_at >= before + timedelta(seconds=5)
    assert not AuditEntry.unscoped.filter(action="tests.chunk").exists()
    assert other.state == "done"


def test_a_job_whose_statements_fail_holds_up_no_other(start: Callable[..., Job]) -> None:
    def fail(job: Job) -> datetime | None:
        raise OperationalError("canceling statement due to statement timeout")

    job, other = start(fail), start()
    runner.run_due()
    job.refresh_from_db()
    other.refresh_from_db()
    assert (job.state, job.failures, other.state) == ("queued", 1, "done")


def test_a_database_that_is_gone_is_no_failure_of_the_job(
    start: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(job: Job) -> datetime | None:
        monkeypatch.setattr(runner, "_lock", unreachable)
        raise OperationalError("the connection is lost")

    def unreachable(jobs: Any) -> Job | None:
        raise OperationalError("the connection is lost")

    job = start(fail)
    with pytest.raises(OperationalError):
        runner.run_due()
    job.refresh_from_db()
    assert (job.state, job.failures) == ("queued", 0)


def test_a_job_that_keeps_failing_ends_and_says_so(start: Callable[..., Job]) -> None:
    def fail(job: Job) -> datetime | None:
        raise ZeroDivisionError

    job = start(fail)
    for _ in range(runner.MAX_FAILURES):
        Job.unscoped.filter(next_run_at__isnull=False).update(next_run_at=clock.now())
        runner.run_due()
    job.refresh_from_db()
    assert (job.state, [error["code"] for error in job.errors]) == ("failed", ["internal_error"])
    assert completed() == ["job.completed"]


def test_a_job_that_cannot_be_ended_holds_up_no_other(start: Callable[..., Job]) -> None:
    def fail(job: Job) -> datetime | None:
        raise JobFailed("not_found", "it is gone")

    def broken(job: Job) -> None:
        AuditEntry.unscoped.update(action="tests.close")
        raise ZeroDivisionError

    job, other = start(fail, close=broken), start()
    runner.run_due()
    job.refresh_from_db()
    other.refresh_from_db()
    assert (job.state, other.state, completed()) == ("queued", "done", ["job.completed"])
    assert job.next_run_at is not None and job.next_run_at > clock.now() + timedelta(minutes=9)
    assert not AuditEntry.unscoped.filter(action="tests.close").exists()


def test_a_job_of_a_kind_that_this_version_does_not_know_ends(start: Callable[..., Job]) -> None:
    job = start()
    Job.unscoped.filter(pk=job.pk).update(kind="tests.unknown", failures=runner.MAX_FAILURES - 1)
    runner.run_due()
    job.refresh_from_db()
    assert (job.state, completed()) == ("failed", ["job.completed"])


def test_a_success_after_failures_starts_the_count_again(start: Callable[..., Job]) -> None:
    job = start()
    Job.unscoped.update(failures=runner.MAX_FAILURES - 1)
    runner.run_due(seconds=0)
    job.refresh_from_db()
    assert job.failures == 0


def test_a_job_that_cannot_go_on_fails_with_its_reason(start: Callable[..., Job]) -> None:
    def fail(job: Job) -> datetime | None:
        job.done = 2
        raise JobFailed("invalid_state", "the file is gone")

    job = start(fail)
    runner.run_due()
    job.refresh_from_db()
    assert (job.state, job.done) == ("failed", 0)
    assert job.errors == [{"code": "invalid_state", "reason": "the file is gone"}]


def test_a_canceled_job_does_nothing_more(tenants: Tenants, start: Callable[..., Job]) -> None:
    job = start()
    runner.run_due(seconds=0)
    canceled = cancel_job(tenants.actor(), job.pk)
    assert (canceled.state, canceled.done, completed()) == ("canceled", 1, ["job.completed"])
    assert runner.run_due() == 0
    assert AuditEntry.unscoped.filter(action="job.canceled", target=job.pk).count() == 1


def test_a_job_that_has_ended_or_cannot_be_canceled_stays_as_it_is(tenants: Tenants, start: Callable[..., Job]) -> None:
    ended, fixed = start(total=1), start(cancelable=False)
    runner.run_due(seconds=0)
    for job in (ended, fixed):
        with pytest.raises(DomainError) as refused:
            cancel_job(tenants.actor(), job.pk)
        assert refused.value.code == "invalid_state"
    assert list(Job.unscoped.order_by("pk").values_list("state", flat=True)) == ["done", "queued"]
    assert not AuditEntry.unscoped.filter(action="job.canceled").exists()


def test_a_job_whose_kind_is_gone_can_only_end(
    tenants: Tenants, start: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start()
    monkeypatch.delitem(kinds.kinds, job.kind)
    assert kinds.label_of(job) == job.kind
    with pytest.raises(DomainError, match="cannot be canceled"):
        cancel_job(tenants.actor(), job.pk)
    with transaction.atomic():
        runner.end(job, JobState.FAILED)
    assert completed() == ["job.completed"]


@pytest.mark.django_db(transaction=True)
def test_workers_share_the_jobs_and_no_two_work_on_the_same(start: Callable[..., Job]) -> None:
    jobs = [start(total=20) for _ in range(4)]
    chunks = run_together([runner.run_due] * 3)
    assert sum(chunks) == 80
    assert set(Job.unscoped.values_list("state", "done")) == {("done", 20)}
    assert len(completed()) == len(jobs)


@pytest.mark.django_db(transaction=True)
def test_a_cancel_waits_for_the_chunk_in_progress(tenants: Tenants, start: Callable[..., Job]) -> None:
    job = start()
    with pytest.raises(DomainError, match="has ended"), ExitStack() as after_commit, transaction.atomic():
        locked = Job.unscoped.select_for_update().get(pk=job.pk)
        after_commit.enter_context(in_background(lambda: cancel_job(tenants.actor(), job.pk)))
        wait_until(another_transaction_waits)
        runner.end(locked, JobState.DONE)
    assert Job.unscoped.get().state == "done"
