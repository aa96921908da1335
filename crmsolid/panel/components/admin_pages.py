"""The base of pages with templates of their own, whose rows only services change, and what such pages show alike."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from crmsolid.core.errors import DomainError
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_base import LookAheadChangeList, TenantAdmin
from crmsolid.panel.components.tenant_page import error_text
from crmsolid.workspaces.actor import WRITERS


class LoadingChangeList(LookAheadChangeList):
    """A changelist whose page loads what its rows show besides their columns, for all of them together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.model_admin.load_rows(self.result_list)  # type: ignore[attr-defined]


class PageAdmin(TenantAdmin):
    """Pages with their own templates, whose rows only services change."""

    changers = WRITERS
    services_audit = True
    actions = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[LookAheadChangeList]:
        return LoadingChangeList

    def load_rows(self, rows: list[Any]) -> None:
        """Load what the list shows of these rows."""

    def row(self, request: HttpRequest, object_id: str, *, to_change: bool = False) -> Any:
        """The row with this (quoted) id. 403 without the permission, 404 if it is not in this workspace."""
        if not (self.has_change_permission(request) if to_change else self.has_view_permission(request)):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        return row

    def own_url(self, route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
        """The URL of a page besides Django's own ones."""
        full_name = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
        return path(route, self.admin_site.admin_view(view), name=full_name)

    def action_view(self, act: Callable[[HttpRequest, Any], str]) -> Callable[..., HttpResponse]:
        """A view of POST requests that change a row with ``act``, which returns what to say then. It redirects to the
        row's page, which shows that, or the service's error."""

        @require_POST
        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            row = self.row(request, object_id, to_change=True)
            try:
                messages.success(request, act(request, row))
            except DomainError as error:
                self.show_error(request, error)
            return self.page_of(row)

        return view

    def page_of(self, row: Any) -> HttpResponse:
        """A redirect to the row's page."""
        return HttpResponseRedirect(panel_url(f"{self.opts.app_label}_{self.opts.model_name}_change", row.pk))

    def show_error(self, request: HttpRequest, error: DomainError) -> None:
        """A service's refusal as a message on the next page. One that says nothing itself says its first error."""
        messages.error(request, error_text(error))


class FormPageAdmin(PageAdmin):
    """Pages with one form for a new row and for an existing one."""

    def get_urls(self) -> list[URLPattern]:
        return [self.own_url("<path:object_id>/edit/", self.edit_view, "edit"), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self.form_view(request, None)

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.form_view(request, self.row(request, object_id, to_change=True))

    def form_view(self, request: HttpRequest, row: Any) -> HttpResponse:
        """The form of this row, or of a new one if it is None; the POST saves it."""
        raise NotImplementedError


def label_for(colours: Mapping[str, str], row: Any) -> dict[str, str]:
    """The row's status as the arguments of ``{% label %}``."""
    return {"type": colours[row.status], "text": row.get_status_display()}
