"""The REST endpoints of imports."""

from typing import Any, NamedTuple

from django.http import HttpRequest, StreamingHttpResponse

from contacts.imports import reading, services
from contacts.imports.reading import StagedFile
from crmsolid.api.endpoint import ApiResponse, Raw, endpoint
from crmsolid.api.fields import QueryBoolean, QuerySerializer, StrictSerializer, Text
from crmsolid.api.large_uploads import LargeUpload
from crmsolid.api.representations import UNKNOWN
from crmsolid.api.uploads import FileBody, Upload
from crmsolid.api.views import WorkspaceView
from crmsolid.core import strictjson
from crmsolid.core.errors import invalid
from crmsolid.jobs.models import Job
from crmsolid.jobs.representations import JobOut
from crmsolid.serving.interface import MEBIBYTE
from crmsolid.workspaces.actor import WRITERS, Actor, Scope

API_PATH = "/v1/contacts/import"
MAX_FILE_BYTES = 50 * MEBIBYTE

FORM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "The CSV file."},
        "mapping": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "A JSON object, column to field. Columns that it does not name are left out.",
        },
    },
}
CSV_FILE = FileBody("text/csv", MAX_FILE_BYTES, FORM_SCHEMA)


class ImportQuery(QuerySerializer):
    dry_run = QueryBoolean(
        required=False,
        help_text="True: count what the import would do, and change nothing. A form may have it as a part instead.",
    )


class ImportRequest(NamedTuple):
    staged: StagedFile
    mapping: dict[str, Any] | None
    dry_run: bool


class KeptImportIn(StrictSerializer):
    import_id = Text(help_text="The file that was kept.")


def _started(job: Job) -> ApiResponse:
    return ApiResponse(JobOut.render(job), status=202, headers={"Location": f"/v1/jobs/{job.id}"})


class KeptImportView(WorkspaceView):
    """Import contacts from a CSV file that was kept until a member has approved its import. No route leads here."""

    @endpoint(scopes=(Scope.WRITE_CONTACTS,), body=KeptImportIn, responses={202: JobOut})
    def post(self) -> ApiResponse:
        return _started(services.import_kept(self.actor, **self.body))


class ImportView(WorkspaceView):
    """Import contacts from a CSV file."""

    as_proposal = KeptImportView

    @endpoint(
        scopes=(Scope.WRITE_CONTACTS,),
        query=ImportQuery,
        file_body=CSV_FILE,
        responses={202: JobOut},
        operation_id="import_contacts",
    )
    def post(self) -> ApiResponse:
        """Import contacts from a CSV file.

        The header names the columns: fields of POST /v1/contacts, or the keys of custom fields; `tags` holds several,
        separated by `;`. An empty cell keeps what is there. Each row is created or updated as by POST /v1/contacts.
        `result` of the job counts `created`, `updated`, `unchanged` and `invalid` rows, `errors` says why of the first
        100, and `failed_rows_url` has all of them, to mend and send again.
        """
        request: ImportRequest = self.file
        dry_run = request.dry_run or self.query.get("dry_run", False)
        job = services.import_contacts(self.actor, request.staged, mapping=request.mapping, dry_run=dry_run)
        return _started(job)

    def keep_file(self) -> dict[str, Any]:
        request: ImportRequest = self.file
        kept = services.keep_for_approval(self.actor, request.staged, mapping=request.mapping)
        return {"import_id": kept.pk}

    def read_file(self, request: HttpRequest, upload: Upload) -> ImportRequest:
        fields = upload.fields
        unknown = next((name for name in fields if name not in ("mapping", "dry_run")), None)
        if unknown is not None:
            raise invalid(unknown[:100], "unknown_field", "the fields of the form are file, mapping and dry_run")
        if fields.get("dry_run", "false") not in ("true", "false"):
            raise invalid("dry_run", "invalid_choice", "give true or false")
        mapping = _mapping(fields)
        staged = self.cleanup.enter_context(reading.read(upload.file))
        return ImportRequest(staged, mapping, fields.get("dry_run") == "true")


def _mapping(fields: dict[str, str]) -> dict[str, Any] | None:
    if "mapping" not in fields:
        return None
    try:
        mapping = strictjson.loads(fields["mapping"].encode("utf-8", "replace"))
    except strictjson.StrictJSONError as error:
        raise invalid("mapping", "invalid", f"not JSON: {error.detail}") from None
    if not isinstance(mapping, dict):
        raise invalid("mapping", "not_a_dict", "give a JSON object, column to field")
    return mapping


FAILED_ROWS = "username,failed_line,failed_reason\r\na b,3,not a username\r\n"


class FailedRowsView(WorkspaceView):
    """The rows of an import that failed, as CSV: their own columns, the line they were in, and the reason."""

    @endpoint(
        scopes=(Scope.WRITE_CONTACTS,),
        responses={200: Raw({"text/csv": FAILED_ROWS}, headers=("Content-Disposition",), text_of=UNKNOWN)},
        negotiates=False,
        operation_id="get_failed_rows",
        slow=True,
    )
    def get(self, job_id: str) -> StreamingHttpResponse:
        return failed_rows_response(self.actor, job_id)


def failed_rows_response(actor: Actor, job_id: str) -> StreamingHttpResponse:
    """The rows as a file to save, in the API and in the panel."""
    rows = services.failed_rows(actor, job_id)
    disposition = 'attachment; filename="failed-rows.csv"'
    return StreamingHttpResponse(
        rows, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )


UPLOADS = LargeUpload(API_PATH, "contacts_contactimport_add", MAX_FILE_BYTES, Scope.WRITE_CONTACTS, WRITERS)
