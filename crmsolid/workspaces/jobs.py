"""What the outside sees of a job: one function for GET, the answer that began it, and ``job.completed``."""

from typing import Any

from crmsolid.core.clock import rfc3339
from crmsolid.workspaces.models import Job


def job_payload(job: Job) -> dict[str, Any]:
    """A job as ``GET /v1/jobs/{id}`` answers it. ``total`` is None until it has been counted."""
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "errors": job.errors,
        "created_at": rfc3339(job.created_at),
        "finished_at": rfc3339(job.finished_at),
    }


def job_location(job: Job) -> str:
    """Where it can be followed: the ``Location`` of the 202 that began it."""
    return f"/v1/jobs/{job.id}"
