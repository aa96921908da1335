"""The base of the endpoint and delivery pages: pages with their own templates, whose rows only services change."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst

from crmsolid.core.errors import DomainError
from crmsolid.workspaces.admin_base import TenantAdmin
from webhooks.purging import retention
from webhooks.querysets import endpoint_alerts


class WebhookAdmin(TenantAdmin):
    """Adds the notices about endpoints to the lists, and helpers for the pages."""

    services_audit = True
    actions = None
    list_before_template = "panel/webhook_before_list.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"webhook_alerts": endpoint_alerts(self.home(request)), "webhook_log_days": retention().days}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def check_allowed(self, allowed: bool) -> None:
        """403 unless ``allowed``."""
        if not allowed:
            raise PermissionDenied

    def find(self, request: HttpRequest, object_id: str) -> Any:
        """The row of this workspace with this (quoted) id, or None."""
        return self.get_object(request, unquote(object_id))

    def find_readable(self, request: HttpRequest, object_id: str) -> Any:
        """The row for a page that only reads, or None; 403 for a role that may not see it."""
        self.check_allowed(self.has_view_permission(request))
        return self.find(request, object_id)

    def get_writable(self, request: HttpRequest, object_id: str) -> Any:
        """The row for a POST; 403 for a role that may not change it, 404 if it is not in this workspace."""
        self.check_allowed(self.has_change_permission(request))
        row = self.find(request, object_id)
        if row is None:
            raise Http404
        return row

    def not_found(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)

    def show_error(self, request: HttpRequest, error: DomainError) -> None:
        """A service's refusal as a message on the next page."""
        messages.error(request, capfirst(error.detail))

    def render(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        request.current_app = self.admin_site.name
        site_context = self.admin_site.each_context(request)
        return TemplateResponse(request, template, {**site_context, "opts": self.opts, "media": self.media, **context})
