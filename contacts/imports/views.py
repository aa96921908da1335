"""The REST endpoints of imports; and who may send a file, asked before more than an ordinary body of it has arrived."""

from io import BytesIO
from typing import Any, NamedTuple
from wsgiref.types import WSGIEnvironment

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from apikeys.limiter import limiter
from contacts.imports import reading, services
from contacts.imports.reading import StagedFile
from crmsolid.api.endpoint import ApiResponse, Raw, endpoint
from crmsolid.api.fields import QueryBoolean, QuerySerializer
from crmsolid.api.idempotency import parse_key
from crmsolid.api.middleware import is_api
from crmsolid.api.request_context import RequestContext
from crmsolid.api.uploads import MAX_FORM_BYTES, FileBody, Upload
from crmsolid.api.views import WorkspaceView
from crmsolid.core import strictjson
from crmsolid.core.errors import DATABASE_UNAVAILABLE, DomainError, invalid
from crmsolid.jobs.representations import JobOut
from crmsolid.panel.components.addresses import SIDES, panel_url
from crmsolid.panel.components.context import panel_context
from crmsolid.serving.interface import MEBIBYTE
from crmsolid.workspaces.actor import WRITERS, Actor, Scope

API_PATH = "/v1/contacts/import"
MAX_FILE_BYTES = 50 * MEBIBYTE

FORM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "The CSV file."},
        "mapping": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "A JSON object, column to field. Columns that it does not name are left out.",
        },
        "dry_run": {"type": "string", "enum": ["true", "false"]},
    },
}
CSV_FILE = FileBody("text/csv", MAX_FILE_BYTES, FORM_SCHEMA)


class ImportQuery(QuerySerializer):
    dry_run = QueryBoolean(required=False, help_text="True: count what the import would do, and change nothing.")


class ImportRequest(NamedTuple):
    staged: StagedFile
    mapping: dict[str, Any] | None
    dry_run: bool


class ImportView(WorkspaceView):
    """Import contacts from a CSV file."""

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
        return ApiResponse(JobOut.render(job), status=202, headers={"Location": f"/v1/jobs/{job.id}"})

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
        responses={200: Raw({"text/csv": FAILED_ROWS}, headers=("Content-Disposition",))},
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


# --- Before the body arrives ------------------------------------------------------------------------------------------
# Who is refused here is answered by the view, without the body: its own checks say why. They run again for everybody
# else.
def upload_limits() -> dict[str, int]:
    """The paths that take a file, with the bytes that a body may have there."""
    pages = (panel_url("contacts_contactimport_add", side=side) for side in SIDES)
    return dict.fromkeys((API_PATH, *pages), MAX_FILE_BYTES + MAX_FORM_BYTES)


def may_upload(environ: WSGIEnvironment) -> str | None:
    """The live workspace whose contacts, or whose test twin's, the caller may import; None if they may not. Counts
    against no limit."""
    close_old_connections()  # as Django does at the beginning of each request
    request = WSGIRequest({**environ, "CONTENT_LENGTH": "0", "wsgi.input": BytesIO()})
    try:
        return _workspace_of_key(request) if is_api(request.path_info) else _workspace_of_member(request)
    except (DomainError, *DATABASE_UNAVAILABLE):
        return None


def _workspace_of_key(request: WSGIRequest) -> str | None:
    context = RequestContext.begin(request)
    actor = context.authenticate(request)
    actor.require(Scope.WRITE_CONTACTS)
    parse_key(request)
    credentials = context.credentials
    if credentials is None or limiter().is_used_up(credentials.bucket, credentials.rate_limit):
        return None
    return str(actor.workspace.live_id or actor.workspace.pk)


def _workspace_of_member(request: WSGIRequest) -> str | None:
    for middleware in (SessionMiddleware, AuthenticationMiddleware):
        middleware(lambda request: HttpResponse()).process_request(request)
    panel = panel_context(request)
    if panel is None or panel.is_expired or not panel.has_role(WRITERS):
        return None
    return str(panel.live.pk)
