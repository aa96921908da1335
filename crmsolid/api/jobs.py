"""GET /v1/jobs/{id}: how far long work has come. Jobs are begun by the calls of the apps, which also run them."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request

from crmsolid.api.responses import Answer
from crmsolid.api.views import WorkspaceView
from crmsolid.core.errors import not_found
from crmsolid.workspaces.jobs import job_payload
from crmsolid.workspaces.models import Job, JobState
from crmsolid.workspaces.scopes import Scope


class JobOut(serializers.Serializer[Any]):
    """Long work; the event `job.completed` carries the same object."""

    id = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=JobState.values)
    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    errors = serializers.ListField(child=serializers.DictField())  # type: ignore[assignment]
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class JobView(WorkspaceView):
    """Follow a job.

    `done` of `total` counts what has been worked on; `errors` names what could not be done and why. The event
    `job.completed` carries the same object once `state` is `done` or `failed`.
    """

    scopes: ClassVar = {"GET": ()}
    scope_text: ClassVar = "that of the call which began the job"
    refusals: ClassVar = {"GET": ("scope_missing",)}
    answers: ClassVar = {"GET": {200: JobOut}}

    def get(self, request: Request, job_id: str) -> Answer:
        job: Job | None = Job.objects.for_workspace(self.workspace).filter(pk=job_id).first()
        if job is None:
            raise not_found("job")
        self.actor.require(Scope(job.scope))
        return Answer(job_payload(job))
