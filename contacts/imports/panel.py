"""People > Imports: upload a file, say what its columns are for, check it, import it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import FileUploadHandler
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern
from django.utils.text import Truncator, capfirst
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from contacts.custom_fields import by_key
from contacts.imports import reading, services
from contacts.imports.columns import FIELDS
from contacts.imports.reading import MAX_ROWS, Row
from contacts.imports.views import MAX_FILE_BYTES, failed_rows_response
from contacts.models import ContactImport, ImportChunk
from crmsolid.api.uploads import TemporaryFileHandler, check_size
from crmsolid.core.errors import DomainError
from crmsolid.jobs.admin import REFRESH_SECONDS
from crmsolid.jobs.models import OPEN_JOB_STATES, Job, JobState
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_columns import column, datetime_column
from crmsolid.panel.components.admin_pages import PageAdmin
from crmsolid.serving.interface import MEBIBYTE
from crmsolid.workspaces.actor import WRITERS

SAMPLE_ROWS = 3
SHOWN_PROBLEMS = 10  # the file of failed rows has all of them
LABELS = {"email": "E-mail", "opted_out": "Opted out", "time_zone": "Time zone"}


class ContactImportAdmin(PageAdmin):
    viewers = WRITERS
    adders = WRITERS
    list_display = ("shown_name", "rows", "uploaded")
    search_fields = ("name",)
    search_help_text = "Name of the file"
    ordering = ("-created_at", "-id")
    keeps_history = False
    empty_text = "Upload a CSV file to add many contacts at once. You see what it would do before anything is changed."
    add_label = "Upload a file"
    uploaded = datetime_column("uploaded", "created_at")

    @column("file", ordering="name")
    def shown_name(self, file: ContactImport) -> str:
        return str(file)

    @column("rows")
    def rows(self, file: ContactImport) -> str:
        return f"{file.row_count:,}"

    def get_urls(self) -> list[URLPattern]:
        start = require_POST(self.start_view)
        return [
            self.own_url("<path:object_id>/start/", start, "start"),
            self.own_url("failed-rows/<str:job_id>/", self.failed_rows_view, "failed_rows"),
            *super().get_urls(),
        ]

    # --- Upload -----------------------------------------------------------------------------------------------
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            title, fields = "Import contacts", by_key(self.current_workspace(request)).values()
            limits = {"max_mebibytes": MAX_FILE_BYTES // MEBIBYTE, "max_rows": MAX_ROWS}
            context = {"title": title, "page_label": title, "fields": FIELDS, "custom_fields": fields, **limits}
            return self.render_page(request, "panel/import_upload.html", **context)
        handler = TemporaryFileHandler(MAX_FILE_BYTES)
        # Before the form is read for the first time, which is when its token is checked.
        handlers: list[FileUploadHandler] = [handler]
        request.upload_handlers = handlers
        try:
            check_size(request, MAX_FILE_BYTES)
            response: HttpResponse = csrf_protect(self._upload)(request)
            return response
        except DomainError as error:
            self.show_error(request, error)
            return HttpResponseRedirect(panel_url("contacts_contactimport_add"))
        finally:
            handler.close()

    # Checked by ``csrf_protect`` above.
    add_view.csrf_exempt = True  # type: ignore[attr-defined]

    def _upload(self, request: HttpRequest) -> HttpResponse:
        uploaded = request.FILES.get("file")
        if uploaded is None or uploaded.file is None:
            messages.error(request, "Choose a file.")
            return HttpResponseRedirect(panel_url("contacts_contactimport_add"))
        with reading.read(uploaded.file) as staged:
            file = services.upload_contacts(self.actor(request), staged, name=str(uploaded.name))
        return self.page_of(file)

    # --- One file ---------------------------------------------------------------------------------------------
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        file: ContactImport = self.row(request, object_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, file, file.mapping)

    def start_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        file: ContactImport = self.row(request, object_id, to_change=True)
        mapping = {name: request.POST.get(f"column-{number}", "") for number, name in enumerate(file.columns) if name}
        try:
            services.start_import(self.actor(request), file.pk, mapping=mapping, dry_run="dry_run" in request.POST)
        except DomainError as error:
            text = error.errors[0].detail if error.errors else error.detail
            return self._page(request, file, mapping, error=f"{capfirst(text)}.")
        return self.page_of(file)

    def _page(
        self, request: HttpRequest, file: ContactImport, mapping: Mapping[str, str], *, error: str = ""
    ) -> HttpResponse:
        """What the columns are for, and what the last job with the file did; ``error`` is why none was started."""
        workspace = self.current_workspace(request)
        chunk = ImportChunk.objects.for_workspace(workspace).filter(contact_import=file).order_by("number").first()
        choices = {name: LABELS.get(name, name.replace("_", " ").capitalize()) for name in FIELDS}
        choices |= {key: field.label for key, field in by_key(workspace).items()}
        jobs = Job.objects.for_workspace(workspace).filter(object_id=file.pk).order_by("-created_at", "-pk")[:10]
        job, *earlier = [*jobs] or [None]
        is_open = job is not None and job.state in OPEN_JOB_STATES
        response = self.render_page(
            request,
            "panel/import.html",
            title=str(file),
            page_label=str(file),
            file=file,
            columns=_columns(file, mapping, choices, reading.unpack(bytes(chunk.data)) if chunk is not None else ()),
            choices=choices.items(),
            error=error,
            job=job,
            is_open=is_open,
            is_checked=job is not None and job.state == JobState.DONE and job.result["dry_run"],
            problems=_problems(job, choices) if job is not None else (),
            earlier=earlier,
            may_import=chunk is not None and not is_open and self.has_change_permission(request),
        )
        response.status_code = 422 if error else 200
        if is_open and not error:
            response.headers["Refresh"] = str(REFRESH_SECONDS)
        return response

    def failed_rows_view(self, request: HttpRequest, job_id: str) -> Any:
        """The rows of an import that failed, as the API answers them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return failed_rows_response(self.actor(request), job_id)
        except DomainError as error:
            raise Http404 from error


def _columns(
    file: ContactImport, mapping: Mapping[str, str], labels: Mapping[str, str], rows: Sequence[Row]
) -> list[dict[str, Any]]:
    """The columns that have a name, each with the field that it is for and its first values."""
    sample = rows[:SAMPLE_ROWS]
    return [
        {
            "number": number,
            "name": name,
            "field": mapping.get(name, ""),
            "label": labels.get(mapping.get(name, ""), ""),
            "checked": file.mapping.get(name, ""),  # what the last job went by
            "cells": [Truncator(row.cells[number] if number < len(row.cells) else "").chars(60) for row in sample],
        }
        for number, name in enumerate(file.columns)
        if name
    ]


def _problems(job: Job, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Why the first rows that failed did, with the fields as the page calls them."""
    errors = job.errors[:SHOWN_PROBLEMS]
    return [{**error, "field": labels.get(error.get("field", ""), "")} for error in errors]
