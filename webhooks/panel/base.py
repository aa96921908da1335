"""What the endpoint and delivery pages share: their base, and the texts and colours for statuses and error codes."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import capfirst

from crmsolid.core.errors import DomainError
from crmsolid.panel.components.admin_base import TenantAdmin
from crmsolid.workspaces.actor import Actor
from webhooks import services
from webhooks.purging import retention

T = TypeVar("T")

STATUS_COLOURS = {
    "pending": "info",
    "sending": "info",
    "succeeded": "success",
    "failed": "danger",
    "exhausted": "danger",
    "canceled": "",
}
ERRORS = {
    "timeout": "No complete answer within 10 seconds",
    "dns_failed": "The host name was not found",
    "address_refused": "The host is not on the public internet",
    "connection_failed": "No connection to the host",
    "tls_failed": "The certificate was not accepted",
    "connection_lost": "The connection was cut before the answer was complete",
    "answer_invalid": "The answer was not valid HTTP",
    "url_refused": "Sending to this address is not allowed",
    "lost": "Our process ended before it recorded the result",
}


class WebhookAdmin(TenantAdmin):
    """Pages with their own templates, whose rows only services change. The lists have notices about endpoints."""

    services_audit = True
    actions: Any = None
    list_before_template = "panel/webhook_before_list.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            "webhook_alerts": services.endpoint_alerts(self.actor(request)),
            "webhook_log_days": retention().days,
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def read_or_404(self, request: HttpRequest, allowed: bool, service: Callable[[Actor, str], T], object_id: str) -> T:
        """What the service finds by this (quoted) id; 403 unless ``allowed``, 404 if it is not in this workspace."""
        if not allowed:
            raise PermissionDenied
        if "\0" in (pk := unquote(object_id)):  # no id has one, and PostgreSQL would raise an error
            raise Http404
        try:
            return service(self.actor(request), pk)
        except DomainError as error:
            if error.code == "not_found":
                raise Http404 from None
            raise

    def show_error(self, request: HttpRequest, error: DomainError) -> None:
        """A service's refusal as a message on the next page."""
        messages.error(request, capfirst(error.detail))
