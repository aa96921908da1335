"""The REST endpoints of files."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from crmsolid.api.endpoint import ApiResponse, Narrowed, Raw, endpoint
from crmsolid.api.large_uploads import LargeUpload
from crmsolid.api.openapi_components import IF_MATCH, IF_NONE_MATCH
from crmsolid.api.representations import RECORDED
from crmsolid.api.uploads import FORM, FileBody, Upload
from crmsolid.api.views import WorkspaceView
from crmsolid.core.errors import invalid
from crmsolid.workspaces.actor import WRITERS, Scope
from messaging.files import services, storage
from messaging.files.answers import content_answer, thumbnail_answer
from messaging.files.representations import FileOut, FileStateOut
from messaging.files.services import MAX_FILE_BYTES, Staged

API_PATH = "/v1/files"
FORM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {"file": {"type": "string", "format": "binary", "description": "The file, with its filename."}},
}
UPLOADS = LargeUpload(API_PATH, "file_upload", MAX_FILE_BYTES, Scope.WRITE_MESSAGES, WRITERS)

_SERVED = ("ETag", "Content-Disposition", "Accept-Ranges")
CONTENT = Raw({"*/*": "…"}, "The content, in its media type.", _SERVED, RECORDED)
PART = Raw({"*/*": "…"}, "The part that Range asks for.", (*_SERVED, "Content-Range"), RECORDED)
THUMBNAIL = Raw({"image/jpeg": "…", "image/webp": "…"}, "A picture of at most 320 pixels.", _SERVED, RECORDED)
UNCHANGED = Raw({}, "If-None-Match names the ETag of the content: it is as you have it.", ("ETag",))
RANGE = {
    "name": "Range",
    "in": "header",
    "description": "One range of bytes, such as `bytes=0-1023`; with If-Range for the entity tag it belongs to.",
    "schema": {"type": "string"},
}


class FilesView(WorkspaceView):
    """Upload a file."""

    @endpoint(
        scopes=(Scope.WRITE_MESSAGES,),
        file_body=FileBody(FORM, MAX_FILE_BYTES, FORM_SCHEMA),
        responses={201: FileOut},
        error_codes=("file_quota_exceeded", "storage_full"),
        narrowed=Narrowed.SERVED,
    )
    def post(self) -> ApiResponse:
        """Upload a file.

        A form (multipart/form-data) with one part, `file`, of at most 100 MiB. Name its id as one of the `attachments`
        of a message; a file that nothing uses within 24 hours is deleted.
        """
        file = services.keep(self.actor, self.file)
        headers = {"Location": f"{API_PATH}/{file.pk}"}
        return ApiResponse(FileOut.render(file), status=201, headers=headers, may_name_people=True)

    def read_file(self, request: HttpRequest, upload: Upload) -> Staged:
        if upload.fields:
            raise invalid(next(iter(upload.fields))[:100], "unknown_field", "the form has one part, `file`")
        staged = services.stage(self.actor, upload.file, upload.name)
        self.cleanup.callback(storage.discard, staged.storage_name)  # unless it is kept by then
        return staged


class FileView(WorkspaceView):
    """The content of a file."""

    @endpoint(
        scopes=(Scope.READ_MESSAGES,),
        responses={200: CONTENT, 202: FileStateOut, 206: PART, 304: UNCHANGED},
        request_headers=(RANGE, IF_MATCH, IF_NONE_MATCH),
        error_codes=("file_too_large", "file_gone", "precondition_failed", "range_not_satisfiable"),
        negotiates=False,
        narrowed=Narrowed.SERVED,
    )
    def get(self, file_id: str) -> HttpResponseBase:
        """The content of a file.

        202 means that it is being fetched from Telegram: ask again after `Retry-After` seconds.
        """
        return content_answer(self.actor, self.request._request, file_id)


class ThumbnailView(WorkspaceView):
    """A small picture of a file."""

    @endpoint(
        scopes=(Scope.READ_MESSAGES,),
        responses={200: THUMBNAIL, 206: PART, 304: UNCHANGED},
        request_headers=(RANGE, IF_MATCH, IF_NONE_MATCH),
        error_codes=("file_gone", "precondition_failed", "range_not_satisfiable"),
        negotiates=False,
        operation_id="get_file_thumbnail",
        narrowed=Narrowed.SERVED,
    )
    def get(self, file_id: str) -> HttpResponseBase:
        return thumbnail_answer(self.actor, self.request._request, file_id)
