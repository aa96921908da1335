"""The base of the endpoint and delivery pages: pages with their own templates, whose rows only services change."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import capfirst

from crmsolid.core.errors import DomainError
from crmsolid.workspaces.admin_base import TenantAdmin
from webhooks import services
from webhooks.purging import retention


@contextmanager
def not_found_as_404() -> Iterator[None]:
    """Answer 404 where a service raises ``not_found``."""
    try:
        yield
    except DomainError as error:
        if error.code == "not_found":
            raise Http404 from None
        raise


class WebhookAdmin(TenantAdmin):
    """Adds the notices about endpoints to the lists, and helpers for the pages."""

    services_audit = True
    actions = None
    list_before_template = "panel/webhook_before_list.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self.check_allowed(self.has_view_permission(request))
        context = {
            "webhook_alerts": services.endpoint_alerts(self.actor(request)),
            "webhook_log_days": retention().days,
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def check_allowed(self, allowed: bool) -> None:
        """403 unless ``allowed``."""
        if not allowed:
            raise PermissionDenied

    def show_error(self, request: HttpRequest, error: DomainError) -> None:
        """A service's refusal as a message on the next page."""
        messages.error(request, capfirst(error.detail))
