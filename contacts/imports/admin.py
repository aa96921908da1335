"""People > Imports: upload a file, say what its columns are for, try it, import it."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import FileUploadHandler
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern
from django.utils.text import Truncator
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from contacts.custom_fields import by_key
from contacts.imports import services, staging
from contacts.imports.columns import FIELDS
from contacts.imports.views import MAX_FILE_BYTES, failed_rows_response
from contacts.models import ContactImport, ImportChunk
from crmsolid.api.uploads import TemporaryFileHandler, check_size
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.admin_columns import column, datetime_column
from crmsolid.workspaces.admin_pages import PageAdmin
from crmsolid.workspaces.models import Job
from crmsolid.workspaces.panel_urls import panel_url
from crmsolid.workspaces.roles import WRITERS

SAMPLE_ROWS = 5
LABELS = {"email": "E-mail", "opted_out": "Opted out", "time_zone": "Time zone"}


@admin.register(ContactImport)
class ContactImportAdmin(PageAdmin):
    viewers = WRITERS
    adders = WRITERS
    list_display = ("shown_name", "rows", "uploaded")
    search_fields = ("name",)
    search_help_text = "Name of the file"
    ordering = ("-created_at", "-id")
    keeps_history = False
    empty_text = "Upload a CSV file to add many contacts at once. You can try it before anything is changed."
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
            title = "Import contacts"
            return self.render_page(request, "panel/import_upload.html", title=title, page_label=title)
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
        with staging.read(uploaded.file) as staged:
            file = services.upload_contacts(self.actor(request), staged, name=str(uploaded.name))
        return self.page_of(file)

    # --- One file ---------------------------------------------------------------------------------------------
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        file: ContactImport = self.row(request, object_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        workspace = self.current_workspace(request)
        chunk = ImportChunk.objects.for_workspace(workspace).filter(contact_import=file).order_by("number").first()
        sample = staging.unpack(bytes(chunk.data))[:SAMPLE_ROWS] if chunk is not None else []
        choices = {name: LABELS.get(name, name.replace("_", " ").capitalize()) for name in FIELDS}
        choices |= {key: field.label for key, field in by_key(workspace).items()}
        columns = [
            {
                "number": number,
                "name": name,
                "field": file.mapping.get(name, ""),
                "cells": [Truncator(row.cells[number] if number < len(row.cells) else "").chars(60) for row in sample],
            }
            for number, name in enumerate(file.columns)
            if name
        ]
        jobs = Job.objects.for_workspace(workspace).filter(object_id=file.pk).order_by("-created_at", "-pk")[:10]
        return self.render_page(
            request,
            "panel/import.html",
            title=str(file),
            page_label=str(file),
            file=file,
            columns=columns,
            choices=choices.items(),
            jobs=jobs,
            may_import=chunk is not None and self.has_change_permission(request),
        )

    def start_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        file: ContactImport = self.row(request, object_id, to_change=True)
        mapping = {name: request.POST.get(f"column-{number}", "") for number, name in enumerate(file.columns) if name}
        try:
            job = services.start_import(
                self.actor(request), file.pk, mapping=mapping, dry_run="dry_run" in request.POST
            )
        except DomainError as error:
            self.show_error(request, error)
            return self.page_of(file)
        return HttpResponseRedirect(panel_url("workspaces_job_change", job.pk))

    def failed_rows_view(self, request: HttpRequest, job_id: str) -> Any:
        """The rows of an import that failed, as the API answers them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return failed_rows_response(self.actor(request), job_id)
        except DomainError as error:
            raise Http404 from error
