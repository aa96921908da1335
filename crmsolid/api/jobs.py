"""GET /v1/jobs/{id}: how far long work has come. Jobs are begun by the calls of the apps, which also run them."""

from rest_framework import serializers

from crmsolid.api.endpoint import ApiResponse, endpoint
from crmsolid.api.representations import Representation
from crmsolid.api.views import WorkspaceView
from crmsolid.events.catalogue import declare
from crmsolid.workspaces.models import JobState
from crmsolid.workspaces.services import get_job


class JobOut(Representation):
    """Long work; the event `job.completed` carries the same object."""

    id = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=JobState.values)
    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    errors = serializers.ListField(child=serializers.DictField())  # type: ignore[assignment]
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


JOB_COMPLETED = declare("job.completed", "Long work has ended, done or failed.", job=JobOut.data_schema())


class JobView(WorkspaceView):
    """Follow a job.

    `done` of `total` counts what has been worked on; `errors` names what could not be done and why. The event
    `job.completed` carries the same object once `state` is `done` or `failed`.
    """

    @endpoint(
        scopes=(),
        responses={200: JobOut},
        error_codes=("scope_missing",),
        scope_text="that of the call which began the job",
    )
    def get(self, job_id: str) -> ApiResponse:
        return ApiResponse(JobOut.render(get_job(self.actor, job_id)))
