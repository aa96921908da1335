"""What the API and the event ``job.completed`` show of a job."""

from rest_framework import serializers

from crmsolid.api.examples import TIME
from crmsolid.api.representations import Representation
from crmsolid.events.catalogue import declare
from crmsolid.jobs.models import JobState


class JobOut(Representation):
    """Long work; the event `job.completed` carries the same object."""

    example = {"kind": "import", "state": "done", "done": 3, "total": 3, "finished_at": TIME}

    id = serializers.CharField()
    kind = serializers.CharField()
    object_id = serializers.CharField(allow_null=True, help_text="What it works on, such as a broadcast.")
    state = serializers.ChoiceField(choices=JobState.values)
    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    result = serializers.DictField()
    errors = serializers.ListField(child=serializers.DictField())  # type: ignore[assignment]
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


JOB_COMPLETED = declare("job.completed", "Long work has ended: done, failed or canceled.", job=JobOut.data_schema())
