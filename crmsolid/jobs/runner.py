"""Runs jobs. The rows are the queue; one chunk of a job is one transaction, which saves the job's progress too.

A worker locks the row of a job for a chunk, and other workers pass over it, so no two work on the same job. There is
no lease: if a process dies or its connection is lost, the database rolls the chunk back and frees the row, and the next
worker does the same chunk. The database also ends a transaction whose process has stopped without dying
(``idle_in_transaction_session_timeout``).

Workspaces take turns (fair queueing), and within a workspace its jobs do. Each live workspace has a queue, for its jobs
and those of its test twin: a row that is locked while a chunk of one of them runs, so a workspace has at most one chunk
at a time, however many jobs and workers there are. The queue that was served the longest time ago is next, and a chunk
counts twice as long as it took: a workspace whose chunks are slow is served less often than one whose chunks are fast.
"""

import logging
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from crmsolid.core import clock, doorbell
from crmsolid.core.postgresql.statement_timeout import StatementTimeout
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.events.publishing import publish
from crmsolid.jobs.kinds import JobFailed, JobKind, kind_of
from crmsolid.jobs.models import OPEN_JOB_STATES, Job, JobQueue, JobState
from crmsolid.jobs.representations import JOB_COMPLETED, JobOut
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.authors import Author, author_of, columns_of, kept_author
from crmsolid.workspaces.models import Workspace

logger = logging.getLogger("crmsolid.jobs")

RUN_TASK = "jobs.run"
RUN_SECONDS = 20.0
# What wakes a job many times a second makes it run this often.
SOON = timedelta(seconds=0.25)
# Of each statement by which a kind does a chunk. Other workspaces wait for it where there is one worker.
STATEMENT_SECONDS = 5
# A chunk that fails is tried again after 5 s, 10 s, 20 s and so on up to 10 minutes; then the job has failed.
FIRST_RETRY_SECONDS = 5.0
MAX_RETRY_SECONDS = 600.0
MAX_FAILURES = 10
TOO_COSTLY = JobFailed(
    "filter_too_costly",
    "its filter takes too long even for fifty contacts; ask for less in it, above all for less with contains",
)

_LIVE = Coalesce(F("workspace__live_id"), F("workspace_id"))
_PROGRESS = ("state", "done", "total", "result", "errors", "params", "next_run_at", "failures")


def start_job(
    actor: Actor,
    kind: JobKind,
    scope: Scope,
    *,
    total: int | None = None,
    params: dict[str, Any] | None = None,
    object_id: str = "",
    not_before: datetime | None = None,
) -> Job:
    """Create a job in the caller's transaction; a worker runs it after the commit, or from ``not_before`` on.

    ``scope`` is that of the call, which a key needs to follow the job; the caller has checked it.
    """
    job = Job(
        workspace=actor.workspace,
        kind=kind.name,
        scope=scope,
        total=total,
        params=params or {},
        object_id=object_id,
        request_id=actor.request_id,
        next_run_at=not_before or clock.now(),
        **columns_of(author_of(actor)),
    )
    job.save(force_insert=True)
    transaction.on_commit(lambda: doorbell.ring(RUN_TASK))
    return job


def actor_of(job: Job, label: str) -> Actor:
    """The product itself, called ``label`` in the audit log, which works for whoever began the job. What the job does
    has it as its actor, so that events say who caused them, and carry the request id of the call that began it."""
    return Actor.system(job.workspace, label, request_id=job.request_id, works_for=kept_author(job))


def wake(workspace_id: int, job_id: str) -> bool:
    """Have the next chunk of an open job run now; whether the job is open.

    Waits for the chunk in progress and locks the job's row until the caller's transaction ends.
    """
    is_open = open_jobs().filter(workspace_id=workspace_id, pk=job_id).update(next_run_at=clock.now())
    transaction.on_commit(lambda: doorbell.ring(RUN_TASK))
    return bool(is_open)


def wake_soon(job_ids: Collection[str]) -> None:
    """Have the next chunks of these open jobs run within ``SOON``, as part of the caller's transaction.

    Never waits, so it does not matter what the caller has locked: a job whose chunk is in progress is passed over.
    """
    at = clock.now() + SOON
    rows = open_jobs().filter(pk__in=job_ids, next_run_at__gt=at).select_for_update(skip_locked=True)
    if late := list(rows.values_list("pk", flat=True)):
        Job.unscoped.filter(pk__in=late).update(next_run_at=at)
        transaction.on_commit(lambda: doorbell.ring(RUN_TASK, after=SOON.total_seconds()))


def run_due(*, seconds: float = RUN_SECONDS) -> int:
    """Run the jobs that are due, a chunk of each workspace in turn; returns the number of chunks.

    After ``seconds`` the run ends and asks for another one.
    """
    ends, chunks = time.monotonic() + seconds, 0
    while _run_next() is not None:
        chunks += 1
        if time.monotonic() > ends:
            doorbell.ring(RUN_TASK)
            return chunks
    _ring_for_next()
    return chunks


def open_jobs() -> "QuerySet[Job]":
    """The jobs of all workspaces that have not ended."""
    return Job.unscoped.filter(state__in=OPEN_JOB_STATES)


def due_jobs() -> "QuerySet[Job]":
    """The open jobs whose next chunk is due, the longest waiting first."""
    return open_jobs().filter(next_run_at__lte=clock.now()).order_by("next_run_at", "pk")


def _run_next() -> str | None:
    """Run one chunk of the next job, and return its id; None if no other is due and free."""
    create_missing_queues(due_jobs())
    found: tuple[Job, int] | None = None
    started = time.monotonic()
    try:
        with unit_of_work():
            found = _lock_next()
            if found is None:
                return None
            job, owner = found
            _run_chunk(job)
            served(owner, time.monotonic() - started)
    except Exception as error:
        if found is None:
            raise
        job, owner = found
        # A deadlock or a statement that takes too long is of this job alone. A database that cannot be reached fails
        # here too, and then nothing is counted.
        _record_failure(job.pk, error)
        served(owner, time.monotonic() - started)
    return job.pk


def _lock_next() -> tuple[Job, int] | None:
    """The job that has waited longest in the first live workspace that has a free one, and the id of the workspace; its
    queue is locked too."""
    for owner, jobs in lock_queues_in_order(due_jobs()):
        job = _lock(jobs)
        if job is not None:
            return job, owner
    return None


def create_missing_queues(due: "QuerySet[Job]") -> None:
    """Create the queues of the workspaces that have one of these jobs and no queue yet. Not for a transaction that goes
    on: another worker that creates the same one waits for the commit."""
    owners = due.order_by().annotate(owner=_LIVE).exclude(owner__in=JobQueue.objects.values("pk"))
    missing = owners.values_list("owner", flat=True).distinct()
    JobQueue.objects.bulk_create([JobQueue(live_id=each) for each in missing], ignore_conflicts=True)


def lock_queues_in_order(due: "QuerySet[Job]") -> "Iterator[tuple[int, QuerySet[Job]]]":
    """The live workspaces that have one of these jobs, in the order in which they are to be served, each with its jobs.
    The queue of each is locked. Those that another transaction has locked are left out."""
    passed: list[int] = []
    queues = JobQueue.objects.filter(pk__in=due.order_by().values(owner=_LIVE)).order_by("served_until", "pk")
    free = queues.select_for_update(skip_locked=True)
    while (queue := free.exclude(pk__in=passed).first()) is not None:
        passed.append(queue.pk)
        both = Workspace.objects.filter(Q(pk=queue.pk) | Q(live=queue.pk))
        yield queue.pk, due.filter(workspace__in=both.values("pk"))


def served(workspace_id: int, seconds: float) -> None:
    """Have others served before this live workspace, which had a chunk of that many seconds. Unless another worker has
    locked its queue meanwhile, and will do so."""
    with transaction.atomic(savepoint=False):  # after a chunk that failed there is none any more
        free = JobQueue.objects.filter(pk=workspace_id).select_for_update(skip_locked=True)
        queue = JobQueue.objects.filter(pk__in=free.values("pk"))
        queue.update(served_until=clock.now() + timedelta(seconds=seconds))


@contextmanager
def _limited_statements() -> Iterator[None]:
    """Let no statement of the block take longer than ``STATEMENT_SECONDS``."""
    setting = "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)"
    with connection.cursor() as cursor:
        cursor.execute(setting, [f"{STATEMENT_SECONDS}s"])
        before, _ = cursor.fetchone()
        yield
        cursor.execute(setting, [before])


def _lock(jobs: "QuerySet[Job]") -> Job | None:
    """The first of these jobs that no other transaction has locked, with its workspace."""
    return jobs.select_related("workspace").select_for_update(skip_locked=True, of=("self",)).first()


def _run_chunk(job: Job) -> None:
    job.state = JobState.RUNNING
    with _limited_statements():
        next_run_at = kind_of(job).run(job)
    job.failures = 0
    if next_run_at is None:
        end(job, JobState.DONE)
    else:
        job.next_run_at = next_run_at
        job.save(update_fields=_PROGRESS)


def _record_failure(job_id: str, error: Exception) -> None:
    """The chunk was rolled back: end the job, or try again later."""
    with unit_of_work():
        job = _lock(open_jobs().filter(pk=job_id))
        if job is None:
            return
        error = TOO_COSTLY if isinstance(error, StatementTimeout) else error
        if isinstance(error, JobFailed):
            job.errors = [*job.errors, {"code": error.code, "reason": error.reason}]
            _end_failed(job)
            return
        logger.error("a chunk of a job failed", extra={"job_id": job_id, "kind": job.kind}, exc_info=error)
        job.failures += 1
        if job.failures >= MAX_FAILURES:
            reason = "this was tried several times and failed; the log of the server has the cause"
            job.errors = [*job.errors, {"code": "internal_error", "reason": reason}]
            _end_failed(job)
            return
        wait = min(FIRST_RETRY_SECONDS * 2 ** (job.failures - 1), MAX_RETRY_SECONDS)
        job.next_run_at = clock.now() + timedelta(seconds=wait)
        job.save(update_fields=["failures", "next_run_at"])


def _end_failed(job: Job) -> None:
    """End the job as failed. If even that fails, put it off, so that it holds up no other."""
    try:
        with transaction.atomic():
            end(job, JobState.FAILED)
    except Exception:
        logger.exception("a job cannot be ended", extra={"job_id": job.pk, "kind": job.kind})
        open_jobs().filter(pk=job.pk).update(next_run_at=clock.now() + timedelta(seconds=MAX_RETRY_SECONDS))


def end(job: Job, state: JobState, by: Author | None = None) -> None:
    """End a job whose row is locked, and publish ``job.completed``: by whoever began it, unless somebody else ends it.
    Runs in the caller's transaction."""
    job.state, job.finished_at, job.next_run_at = state, clock.now(), None
    kind_of(job).close(job)
    job.save(update_fields=[*_PROGRESS, "finished_at"])
    data = {"job": JobOut.render(job)}
    publish(job.workspace_id, JOB_COMPLETED, data, request_id=job.request_id, by=by or kept_author(job))


def _ring_for_next() -> None:
    """Ask for a run when the next job becomes due, if that is before the next sweep."""
    now = clock.now()
    next_at = open_jobs().filter(next_run_at__gt=now).order_by("next_run_at").values_list("next_run_at", flat=True)
    first = next_at.first()
    if first is not None and first <= now + timedelta(seconds=settings.SWEEP_SECONDS):
        doorbell.ring(RUN_TASK, after=max(0.1, (first - now).total_seconds()))
