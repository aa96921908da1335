"""What the API and the event ``job.completed`` show of a job."""

from typing import Any, ClassVar

from rest_framework import serializers

from crmsolid.api.examples import TIME
from crmsolid.api.fields import Choice, PageQuery, Text
from crmsolid.api.people import AuthorOut
from crmsolid.api.representations import UNKNOWN, ObjectField, Representation
from crmsolid.events.catalogue import declare
from crmsolid.jobs.kinds import kinds
from crmsolid.jobs.models import Job, JobState
from crmsolid.workspaces.authors import kept_author


class CountOrCounts(serializers.Field[Any, Any, Any, Any]):
    """How many, or how many of each kind."""

    def json_schema(self) -> dict[str, Any]:
        count = {"type": "integer"}
        return {"anyOf": [count, {"type": "object", "additionalProperties": count}]}


class JobResultOut(Representation):
    """What a job has done. Which of these are there depends on its `kind`; more kinds may bring more."""

    created = serializers.IntegerField(required=False, help_text="Contacts that an import has added.")
    updated = serializers.IntegerField(required=False, help_text="Contacts that an import has changed.")
    unchanged = serializers.IntegerField(required=False, help_text="Contacts that were as asked for already.")
    invalid = serializers.IntegerField(required=False, help_text="Rows of the file that could not be imported.")
    dry_run = serializers.BooleanField(required=False, help_text="Whether the import has only counted.")
    ignored_columns = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Columns of the file that were left out."
    )
    failed_rows_url = serializers.CharField(
        required=False, allow_null=True, help_text="Where the invalid rows are as a file; null until there are any."
    )
    changed = serializers.IntegerField(required=False, help_text="Contacts that were changed.")
    refused = serializers.IntegerField(required=False, help_text="Contacts that could not be changed.")
    moved = serializers.IntegerField(required=False, help_text="Contacts whose score a rule would change.")
    up = serializers.IntegerField(required=False, help_text="How many of them to a higher score.")
    down = serializers.IntegerField(required=False, help_text="How many of them to a lower score.")
    audience = serializers.IntegerField(required=False, help_text="Contacts in the audience of a broadcast.")
    pending = serializers.IntegerField(required=False, help_text="Recipients who have not got the message yet.")
    sent = serializers.IntegerField(required=False, help_text="Recipients who have got the message.")
    failed = serializers.IntegerField(required=False, help_text="Recipients to whom sending has failed.")
    skipped = CountOrCounts(
        required=False, help_text="Who was left out: of a broadcast how many, of an enrollment how many by reason."
    )
    enrolled = serializers.IntegerField(required=False, help_text="Contacts that were enrolled in a sequence.")
    needs_attention = serializers.IntegerField(
        required=False, help_text="Recipients of whom it is not known whether they have got the message."
    )
    canceled = serializers.IntegerField(required=False, help_text="Recipients whose message was canceled.")


class JobErrorOut(Representation):
    """Why a job has failed, or a part of it."""

    reason = serializers.CharField(help_text="What is wrong, in words.")
    code = serializers.CharField(required=False, help_text="The stable code of the error; a row of a file has none.")
    contact_id = serializers.CharField(required=False, help_text="The contact it is about.")
    line = serializers.IntegerField(required=False, help_text="The line of the file it is about, from 1.")
    field = serializers.CharField(required=False, help_text="The column of the file it is about.")


class JobOut(Representation):
    """Long work; the event `job.completed` carries the same object."""

    untrusted: ClassVar[tuple[str, ...]] = ("result", "errors")  # columns and rows of a file
    text_of = UNKNOWN
    example = {"kind": "import", "state": "done", "done": 3, "total": 3, "finished_at": TIME}

    id = serializers.CharField(help_text="The job's id.")
    kind = serializers.CharField(help_text="What is done, such as `import`.")
    object_id = serializers.CharField(allow_null=True, help_text="What it works on, such as a broadcast.")
    state = serializers.ChoiceField(choices=JobState.values, help_text="How far it has come.")
    done = serializers.IntegerField(help_text="How many of `total` are done.")
    total = serializers.IntegerField(
        allow_null=True, help_text="How many there are to do; null while that is not known."
    )
    result = ObjectField(JobResultOut, help_text="What it has done so far.")
    errors = serializers.ListField(child=ObjectField(JobErrorOut), help_text="What went wrong, the first 100.")  # type: ignore[assignment]
    created_at = serializers.DateTimeField(help_text="When it was begun.")
    finished_at = serializers.DateTimeField(allow_null=True, help_text="When it ended; null until then.")
    author = AuthorOut(allow_null=True, help_text="Who began it; null for the product itself.")

    @staticmethod
    def read_author(job: Job) -> dict[str, Any] | None:
        return AuthorOut.of(kept_author(job))


class KindField(Text):
    """One of the kinds that the apps have registered."""

    default_error_messages = {"invalid_choice": "give one of: {known}"}

    def to_internal_value(self, data: Any) -> str:
        if data not in kinds:
            self.fail("invalid_choice", known=", ".join(sorted(kinds)))
        return str(data)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": sorted(kinds)}


class JobQuery(PageQuery):
    kind = KindField(required=False, help_text="What it does.")
    state = Choice(required=False, choices=JobState.values)


JOB_COMPLETED = declare("job.completed", "Long work has ended: done, failed or canceled.", job=JobOut.data_schema())
