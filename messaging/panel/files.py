"""Files in the panel: their contents for the pages of conversations, and the uploads of the composer."""

from typing import Any
from urllib.parse import unquote

from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from crmsolid.api.uploads import FileBody, receive
from crmsolid.core.errors import DomainError
from crmsolid.core.ids import is_id
from crmsolid.panel.components.tenant_page import TenantPage, error_text
from messaging.files import services
from messaging.files.albums import MAX_TOGETHER
from messaging.files.answers import content_answer, thumbnail_answer
from messaging.files.models import File
from messaging.panel.media import shown
from messaging.panel.outbox import OutboxPage

CONTENT = FileBody("application/octet-stream", services.MAX_FILE_BYTES, {})


class FileUploadPage(OutboxPage):
    """Takes one file: the body is its content, the header ``X-File-Name`` its name, percent-encoded. Answers with the
    file as JSON, or with ``code`` and ``error`` of the refusal."""

    name = "file_upload"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """What files are called and what they are, in the order of their ids in the address."""
        ids = request.GET.getlist("id")[:MAX_TOGETHER]
        found = self.rows(File).in_bulk([each for each in ids if is_id("fil", each)])
        return JsonResponse({"files": [described(found[each]) for each in ids if each in found]})

    def post(self, request: HttpRequest) -> HttpResponseBase:
        try:
            with receive(request, CONTENT) as upload:
                file = services.upload(self.actor, upload.file, unquote(request.headers.get("X-File-Name", "")))
        except DomainError as error:
            return _refused(error)
        return JsonResponse(described(file), status=201)


def described(file: File) -> dict[str, Any]:
    """The file as the script of the composer shows it."""
    drawn = shown(file)
    return {"id": file.pk, "name": drawn.label, "kind": file.kind, "size": file.size, "thumbnail": drawn.thumbnail}


class FilePage(TenantPage):
    """The content of a file: what a browser may show within a page, else, and with ``download``, to be saved."""

    name = "file"
    model = File

    def get(self, request: HttpRequest, file_id: str) -> HttpResponseBase:
        try:
            return content_answer(self.actor, request, file_id, saved="download" in request.GET)
        except DomainError as error:
            return _refused(error)


class ThumbnailPage(TenantPage):
    """The thumbnail of a file."""

    name = "file_thumbnail"
    model = File

    def get(self, request: HttpRequest, file_id: str) -> HttpResponseBase:
        try:
            return thumbnail_answer(self.actor, request, file_id)
        except DomainError as error:
            return _refused(error)


def _refused(error: DomainError) -> HttpResponseBase:
    """A refusal for a script or an element of a page, which show no page of their own."""
    if error.code == "not_found":
        raise Http404
    answer = JsonResponse({"code": error.code, "error": error_text(error)}, status=error.status)
    for header, value in error.headers.items():
        answer.headers[header] = value
    return answer
