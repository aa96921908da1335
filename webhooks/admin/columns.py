"""What the pages of webhooks share."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst

from crmsolid.core.errors import DomainError
from crmsolid.workspaces.admin_base import TenantAdmin
from webhooks.endpoint_alerts import troubles
from webhooks.purging import retention


class WebhookPages(TenantAdmin):
    """Pages of our own around rows that only services change."""

    services_audit = True
    actions = None
    list_before_template = "panel/webhook_before_list.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        told = {"webhook_troubles": troubles(self.current_workspace(request)), "webhook_log_days": retention().days}
        return super().changelist_view(request, {**told, **(extra_context or {})})

    def must(self, allowed: bool) -> None:
        if not allowed:
            raise PermissionDenied

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """The row of this workspace that has this (quoted) id, or None."""
        return self.get_object(request, unquote(object_id))

    def visible(self, request: HttpRequest, object_id: str) -> Any:
        """The row for a page that reads; None if it is not in this workspace."""
        self.must(self.has_view_permission(request))
        return self.found(request, object_id)

    def writable(self, request: HttpRequest, object_id: str) -> Any:
        """The row for a POST; 403 for who may not change it, 404 if it is not in this workspace."""
        self.must(self.has_change_permission(request))
        found = self.found(request, object_id)
        if found is None:
            raise Http404
        return found

    def missing(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)

    def tell(self, request: HttpRequest, error: DomainError) -> None:
        """A service's refusal as a message."""
        messages.error(request, capfirst(error.detail))

    def page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        request.current_app = self.admin_site.name
        whole = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media, **context}
        return TemplateResponse(request, template, whole)
