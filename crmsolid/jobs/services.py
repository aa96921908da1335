"""Services of jobs: list them, follow one, cancel it. The services of the apps start them."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from crmsolid.api.pagination import Page, page
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.ids import first_id
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.jobs.kinds import kind_of, label_of
from crmsolid.jobs.models import OPEN_JOB_STATES, Job, JobState
from crmsolid.jobs.runner import end
from crmsolid.limits import checks
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.authors import author_of
from crmsolid.workspaces.purging import ENDED_KEPT


def list_jobs(actor: Actor, *, limit: int = 50, cursor: str | None = None, **filters: str) -> Page:
    """One page of the jobs, newest first, that calls with scopes of the actor began. ``filters`` are ``kind`` and
    ``state``. Errors: ``invalid_cursor``."""
    rows = Job.objects.for_workspace(actor.workspace).filter(scope__in=actor.scopes, **filters)
    # The cursor of another key, with other scopes, goes on in the list of this one.
    return page(rows, sort="-created_at", limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters=filters)


def get_job(actor: Actor, job_id: str) -> Job:
    """One job. Errors: ``not_found``; ``scope_missing`` without the scope of the call that began the job."""
    return _find(actor, job_id, Job.objects.for_workspace(actor.workspace))


@unit_of_work()
def cancel_job(actor: Actor, job_id: str) -> Job:
    """End a job before it is done. What it has done stays. Waits for the chunk in progress.

    Errors: as :func:`get_job`; ``invalid_state`` if it has ended or cannot be canceled.
    """
    job = _find(actor, job_id, Job.objects.for_workspace(actor.workspace).select_for_update())
    if job.state not in OPEN_JOB_STATES:
        raise DomainError("invalid_state", f"the job has ended: it is {job.state}")
    if not kind_of(job).cancelable:
        raise DomainError("invalid_state", f"{label_of(job)} cannot be canceled")
    checks.write_about_many(actor)  # that it has not ended is all that matters
    end(job, JobState.CANCELED, by=author_of(actor))
    audit.record(actor, "job.canceled", job.pk, kind=job.kind)
    return job


def _find(actor: Actor, job_id: str, jobs: Any) -> Job:
    job: Job = jobs.get_or_not_found(job_id)
    actor.require(Scope(job.scope))
    return job


def past_retention() -> QuerySet[Job]:
    """The jobs that began longer ago than jobs are kept, and whose end could be read for a day."""
    now = clock.now()
    oldest_kept = first_id("job", now - timedelta(days=settings.JOB_DAYS))
    ended = Job.unscoped.filter(pk__lt=oldest_kept, next_run_at__isnull=True, finished_at__lt=now - ENDED_KEPT)
    return ended.order_by("pk")
