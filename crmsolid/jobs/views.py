"""The routes of jobs: list them, follow one, cancel it. The calls of the apps start jobs."""

from crmsolid.api.endpoint import ApiResponse, ListOf, endpoint
from crmsolid.api.views import WorkspaceView
from crmsolid.jobs import services
from crmsolid.jobs.representations import JobOut, JobQuery

SCOPE_TEXT = "that of the call which began the job"


class JobsView(WorkspaceView):
    """List jobs, newest first: those that calls with the scopes of the key began."""

    @endpoint(scopes=(), query=JobQuery, responses={200: ListOf(JobOut)})
    def get(self) -> ApiResponse:
        page = services.list_jobs(self.actor, **self.query)
        return ApiResponse(page.as_dict([JobOut.render(job) for job in page.rows]))


class JobView(WorkspaceView):
    """Follow a job.

    `done` of `total` counts what has been worked on; `errors` names what could not be done and why, `result` what came
    of it. The event `job.completed` carries the same object once `state` is `done`, `failed` or `canceled`.
    """

    @endpoint(scopes=(), responses={200: JobOut}, error_codes=("scope_missing",), scope_text=SCOPE_TEXT)
    def get(self, job_id: str) -> ApiResponse:
        return ApiResponse(JobOut.render(services.get_job(self.actor, job_id)))


class CancelJobView(WorkspaceView):
    """End a job before it is done.

    What it has done stays. `invalid_state` if it has ended, or cannot be canceled.
    """

    @endpoint(
        scopes=(),
        responses={200: JobOut},
        error_codes=("scope_missing", "invalid_state"),
        scope_text=SCOPE_TEXT,
        operation_id="cancel_job",
    )
    def post(self, job_id: str) -> ApiResponse:
        return ApiResponse(JobOut.render(services.cancel_job(self.actor, job_id)))
