"""Jobs: work that goes on after the call that began it was answered."""

from __future__ import annotations

import asyncio
import time

from ... import models
from ..._requests import read, write
from ...errors import WaitTimeoutError
from ..download import AsyncDownload
from ..pages import AsyncPages
from .base import AsyncResource

ENDED = frozenset({"done", "failed", "canceled"})
LONGEST_PAUSE = 10.0


class AsyncJobs(AsyncResource):
    def list(
        self,
        *,
        kind: str | None = None,
        state: models.JobStateIn | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[models.Job]:
        """The jobs that calls with the scopes of the key began, newest first."""
        return self._pages(read("/v1/jobs", kind=kind, state=state, limit=limit, cursor=cursor), models.Job)

    async def get(self, job_id: str) -> models.Job:
        """A job as it is now."""
        return await self._transport.model(read("/v1/jobs/{}", job_id), models.Job)

    async def wait(self, job_id: str, timeout: float = 600.0) -> models.Job:
        """The job once its ``state`` is done, failed or canceled. WaitTimeoutError after ``timeout`` seconds; the job
        goes on then."""
        ends_at = time.monotonic() + timeout
        pause = 0.25
        while True:
            job = await self.get(job_id)
            if job.state in ENDED:
                return job
            left = ends_at - time.monotonic()
            if left <= 0:
                raise WaitTimeoutError(f"{job_id} is still {job.state} after {timeout:g} s ({job.done} of {job.total})")
            await asyncio.sleep(min(pause, left))
            pause = min(pause * 1.5, LONGEST_PAUSE)

    async def cancel(self, job_id: str, *, idempotency_key: str | None = None) -> models.Job:
        """End a job before it is done. What it has done stays."""
        call = write("POST", "/v1/jobs/{}/cancel", job_id, idempotency_key=idempotency_key)
        return await self._transport.model(call, models.Job)

    def failed_rows(self, job_id: str) -> AsyncDownload:
        """The rows of an import that were refused, as a CSV file: their own columns, their line, and the reason."""
        return AsyncDownload(self._transport, read("/v1/jobs/{}/failed-rows", job_id, accept="text/csv"))
