"""Files in the panel: their contents for the pages of conversations, and the upload of the composer."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_protect

from crmsolid.api.uploads import TemporaryFileHandler, check_size
from crmsolid.core.errors import DomainError, invalid
from crmsolid.panel.components.tenant_page import TenantPage, error_text
from messaging.files import services
from messaging.files.answers import content_answer, thumbnail_answer
from messaging.files.models import File
from messaging.files.representations import FileOut
from messaging.files.services import MAX_FILE_BYTES


class FileUpload(TenantPage):
    """Takes one file, as the part ``file`` of a form, and answers with it as JSON, or with ``code`` and ``error`` of
    the refusal."""

    name = "file_upload"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)

    # Checked by ``csrf_protect`` below, once it is said where the file goes.
    dispatch.csrf_exempt = True  # type: ignore[attr-defined]

    def post(self, request: HttpRequest) -> HttpResponseBase:
        handler = TemporaryFileHandler(MAX_FILE_BYTES)
        # Before the form is read for the first time, which is when its token is checked.
        handlers: list[FileUploadHandler] = [handler]
        request.upload_handlers = handlers
        try:
            check_size(request, MAX_FILE_BYTES)
            answer: HttpResponseBase = csrf_protect(self._upload)(request)
            return answer
        except DomainError as error:
            return JsonResponse({"code": error.code, "error": error_text(error)}, status=error.status)
        finally:
            handler.close()

    def _upload(self, request: HttpRequest) -> HttpResponseBase:
        uploaded = request.FILES.get("file")
        if uploaded is None or uploaded.file is None:
            raise invalid("file", "required", "choose a file")
        file = services.upload(self.actor, uploaded.file, str(uploaded.name))
        return JsonResponse({**FileOut.render(file), "kind": file.kind}, status=201)


class FileContent(TenantPage):
    """The content of a file of the workspace. What is no more or not yet here is a plain answer with its status."""

    name = "file_content"
    model = File

    def get(self, request: HttpRequest, file_id: str) -> HttpResponseBase:
        try:
            return content_answer(self.actor, request, file_id)
        except DomainError as error:
            return refused(error)


class FileThumbnail(TenantPage):
    """The thumbnail of a file of the workspace."""

    name = "file_thumbnail"
    model = File

    def get(self, request: HttpRequest, file_id: str) -> HttpResponseBase:
        try:
            return thumbnail_answer(self.actor, request, file_id)
        except DomainError as error:
            return refused(error)


def refused(error: DomainError) -> HttpResponseBase:
    """A refusal for a script or an element of a page, which show no page of their own."""
    if error.code == "not_found":
        raise Http404
    answer = JsonResponse({"code": error.code, "error": error_text(error)}, status=error.status)
    for header, value in error.headers.items():
        answer.headers[header] = value
    return answer
