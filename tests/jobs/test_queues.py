"""Whose job is next: workspaces take turns, one chunk of each at a time, and slow ones are served less often."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from crmsolid.core import clock
from crmsolid.core.postgresql.statement_timeout import StatementTimeout
from crmsolid.jobs import kinds, runner
from crmsolid.jobs.kinds import JobKind
from crmsolid.jobs.models import Job, JobQueue
from crmsolid.jobs.runner import start_job
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry, Workspace
from tests.tenants import Tenants
from tests.threads import in_background, run_together
from tests.waiting import wait_until

Run = Callable[[Job], datetime | None]


@pytest.fixture
def served(tenants: Tenants) -> list[str]:
    """The slugs of the workspaces whose chunks have run, in order."""
    return []


@pytest.fixture
def start(tenants: Tenants, served: list[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Job]:
    """Start a job of so many chunks in a workspace. Each calls ``during`` first."""

    def start(workspace: Workspace, *, chunks: int = 3, during: Callable[[], None] = lambda: None) -> Job:
        def run(job: Job) -> datetime | None:
            during()
            served.append(job.workspace.slug)
            job.done += 1
            return clock.now() if job.done < chunks else None

        kind = JobKind(f"tests.{len(kinds.kinds)}", "Test", run)
        monkeypatch.setitem(kinds.kinds, kind.name, kind)
        with transaction.atomic():
            return start_job(tenants.actor(workspace), kind, Scope.WRITE_CONTACTS, total=chunks)

    return start


@pytest.fixture
def equal_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """All chunks count as if they had taken no time."""
    served = runner.served
    monkeypatch.setattr(runner, "served", lambda workspace_id, seconds: served(workspace_id, 0))


@pytest.mark.usefixtures("equal_chunks")
def test_workspaces_take_turns_however_many_jobs_one_of_them_has(
    tenants: Tenants, start: Callable[..., Job], served: list[str]
) -> None:
    for _ in range(4):
        start(tenants.workspace)
    start(tenants.other)
    JobQueue.objects.bulk_create([JobQueue(live=each) for each in (tenants.workspace, tenants.other)])
    runner.run_due()
    assert sorted(served[:2]) == sorted(served[2:4]) == sorted(served[4:6]) == ["acme", "rival"]
    assert served[6:] == ["acme"] * 9


@pytest.mark.usefixtures("equal_chunks")
def test_a_test_twin_has_no_turns_of_its_own(tenants: Tenants, start: Callable[..., Job], served: list[str]) -> None:
    start(tenants.workspace, chunks=2)
    start(tenants.twin, chunks=2)
    start(tenants.other, chunks=4)
    runner.run_due()
    assert [served[number : number + 2].count("rival") for number in range(0, 8, 2)] == [1, 1, 1, 1]
    assert set(JobQueue.objects.values_list("live", flat=True)) == {tenants.workspace.pk, tenants.other.pk}


def test_a_workspace_whose_chunk_was_slow_lets_the_others_go_first_for_as_long(
    tenants: Tenants, start: Callable[..., Job], served: list[str]
) -> None:
    start(tenants.workspace)
    start(tenants.other)
    runner.create_missing_queues(runner.due_jobs())
    runner.served(tenants.workspace.pk, 60)
    runner.run_due()
    assert served == ["rival"] * 3 + ["acme"] * 3


def test_a_chunk_that_fails_has_used_the_turn_too(
    tenants: Tenants, start: Callable[..., Job], served: list[str]
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    for _ in range(3):
        start(tenants.workspace, during=fail)
    start(tenants.other, chunks=1)
    JobQueue.objects.create(live=tenants.workspace, served_until=clock.now() - timedelta(hours=2))
    JobQueue.objects.create(live=tenants.other, served_until=clock.now() - timedelta(hours=1))
    runner.run_due(seconds=0)
    assert (Job.unscoped.filter(failures=1).count(), served) == (1, [])
    runner.run_due(seconds=0)
    assert (Job.unscoped.filter(failures=1).count(), served) == (1, ["rival"])


@pytest.mark.django_db(transaction=True)
def test_a_chunk_that_fails_ends_no_run(tenants: Tenants, start: Callable[..., Job], served: list[str]) -> None:
    def fail() -> None:
        raise kinds.JobFailed("invalid_state", "it cannot go on")

    failed = start(tenants.workspace, during=fail)
    start(tenants.other, chunks=2)
    JobQueue.objects.create(live=tenants.workspace, served_until=clock.now() - timedelta(hours=2))
    JobQueue.objects.create(live=tenants.other, served_until=clock.now() - timedelta(hours=1))
    assert runner.run_due() == 3
    assert (Job.unscoped.get(pk=failed.pk).state, served) == ("failed", ["rival", "rival"])
    assert JobQueue.objects.get(live=tenants.workspace).served_until > clock.now() - timedelta(minutes=1)


def test_a_filter_that_is_too_costly_ends_the_job_at_once_and_nothing_is_changed(
    tenants: Tenants, start: Callable[..., Job]
) -> None:
    def fail() -> None:
        AuditEntry.unscoped.create(workspace=tenants.workspace, action="tests.chunk", subject_kind="system")
        raise StatementTimeout

    job = start(tenants.workspace, during=fail)
    assert runner.run_due() == 1
    job.refresh_from_db()
    assert (job.state, job.done, [error["code"] for error in job.errors]) == ("failed", 0, ["filter_too_costly"])
    assert "ask for less" in job.errors[0]["reason"]
    assert not AuditEntry.unscoped.filter(action="tests.chunk").exists()


@pytest.mark.django_db(transaction=True)
def test_statements_of_a_chunk_have_a_short_timeout(tenants: Tenants, start: Callable[..., Job]) -> None:
    timeouts: list[str] = []

    def look() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            timeouts.append(cursor.fetchone()[0])

    look()
    start(tenants.workspace, chunks=1, during=look)
    runner.run_due()
    look()
    assert timeouts == [timeouts[0], f"{runner.STATEMENT_SECONDS}s", timeouts[0]]
    assert timeouts[0] != timeouts[1]


@pytest.mark.django_db(transaction=True)
def test_a_workspace_has_one_chunk_at_a_time_and_others_go_on_beside_it(
    tenants: Tenants, start: Callable[..., Job], served: list[str]
) -> None:
    began, may_end = threading.Event(), threading.Event()

    def wait() -> None:
        began.set()
        assert may_end.wait(20)

    slow = start(tenants.workspace, chunks=1, during=wait)
    with ExitStack() as stack:
        first = stack.enter_context(in_background(lambda: runner.run_due(seconds=0)))
        stack.callback(may_end.set)
        wait_until(began.is_set)
        for workspace in (tenants.workspace, tenants.twin, tenants.other):
            start(workspace, chunks=2)
        assert runner.run_due() == 2
        assert served == ["rival", "rival"]
        may_end.set()
        assert first.result(20) == 1
    slow.refresh_from_db()
    assert slow.state == "done"
    assert runner.run_due() == 4


@pytest.mark.django_db(transaction=True)
def test_workers_never_run_two_chunks_of_a_workspace_at_once(
    tenants: Tenants, start: Callable[..., Job], served: list[str]
) -> None:
    running, most = list[int](), list[int]()

    def count() -> None:
        running.append(1)
        most.append(len(running))
        running.pop()

    for _ in range(3):
        start(tenants.workspace, chunks=10, during=count)
        start(tenants.twin, chunks=10, during=count)
    run_together([runner.run_due] * 4)
    runner.run_due()
    assert (len(served), max(most)) == (60, 1)
    assert set(Job.unscoped.values_list("state", flat=True)) == {"done"}


@pytest.mark.django_db(transaction=True)
def test_workers_that_find_a_new_workspace_at_once_make_one_queue(tenants: Tenants, start: Callable[..., Job]) -> None:
    start(tenants.workspace)
    run_together([lambda: runner.create_missing_queues(runner.due_jobs())] * 4)
    assert [queue.live_id for queue in JobQueue.objects.all()] == [tenants.workspace.pk]
