# Generated from _async/resources/jobs.py by tools/generate_sync.py; do not edit.
"""Jobs: work that goes on after the call that began it was answered."""

from __future__ import annotations

import time

from ... import models
from ..._requests import read, write
from ...errors import WaitTimeoutError
from ..download import Download
from ..pages import Pages
from .base import Resource

ENDED = frozenset({"done", "failed", "canceled"})
LONGEST_PAUSE = 10.0


class Jobs(Resource):
    def list(
        self,
        *,
        kind: str | None = None,
        state: models.JobStateIn | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Pages[models.Job]:
        """The jobs that calls with the scopes of the key began, newest first."""
        return self._pages(read("/v1/jobs", kind=kind, state=state, limit=limit, cursor=cursor), models.Job)

    def get(self, job_id: str) -> models.Job:
        """A job as it is now."""
        return self._transport.model(read("/v1/jobs/{}", job_id), models.Job)

    def wait(self, job_id: str, timeout: float = 600.0) -> models.Job:
        """The job once its ``state`` is done, failed or canceled. WaitTimeoutError after ``timeout`` seconds; the job
        goes on then."""
        ends_at = time.monotonic() + timeout
        pause = 0.25
        while True:
            job = self.get(job_id)
            if job.state in ENDED:
                return job
            left = ends_at - time.monotonic()
            if left <= 0:
                raise WaitTimeoutError(f"{job_id} is still {job.state} after {timeout:g} s ({job.done} of {job.total})")
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def cancel(self, job_id: str, *, idempotency_key: str | None = None) -> models.Job:
        """End a job before it is done. What it has done stays."""
        call = write("POST", "/v1/jobs/{}/cancel", job_id, idempotency_key=idempotency_key)
        return self._transport.model(call, models.Job)

    def failed_rows(self, job_id: str) -> Download:
        """The rows of an import that were refused, as a CSV file: their own columns, their line, and the reason."""
        return Download(self._transport, read("/v1/jobs/{}/failed-rows", job_id, accept="text/csv"))
