"""Settings > Webhooks, as it is read: the list of endpoints and the page of one."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from crmsolid.core import clock
from crmsolid.events.catalogue import EVENT_TYPES
from crmsolid.workspaces.admin_base import ADMINS
from crmsolid.workspaces.admin_columns import column
from webhooks import querysets, services
from webhooks.admin.columns import WebhookPages
from webhooks.admin.labels import ERRORS, STATE_COLOURS, STATUS_COLOURS, endpoint_state, shown_time
from webhooks.endpoint_health import FAILING_LIMIT
from webhooks.forms import ReplayForm, RotateForm
from webhooks.models import DeliveryStatus, Endpoint

DELIVERIES_SHOWN = 10


class EndpointPages(WebhookPages):
    """Never a secret: only when the previous one ends, and which of the two the receiver checks with."""

    viewers, adders, changers, deleters = ADMINS, ADMINS, ADMINS, ADMINS
    add_label = "New endpoint"
    list_display = ("address", "shown_events", "state_label", "failing", "last_delivery")
    search_fields = ("url",)
    search_help_text = "Part of the address"
    ordering = ("-created_at", "-id")
    empty_text = "An endpoint is an address of yours that is told what happens here."

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Without deleted ones, whose rows wait for their log to be purged."""
        rows = super().get_queryset(request).filter(deleted_at__isnull=True)
        return rows.annotate(**querysets.latest_deliveries(self.current_workspace(request)))

    # --- List -------------------------------------------------------------------------------------------------
    @column("address", ordering="url")
    def address(self, endpoint: Endpoint) -> SafeString:
        return format_html('<span class="cs-url">{}</span>', endpoint.url)

    @column("events")
    def shown_events(self, endpoint: Endpoint) -> SafeString:
        names = ["all events"] if takes_all(endpoint) else endpoint.events
        chips = format_html_join("", '<span class="cs-chip">{}</span>', ((name,) for name in names))
        return format_html('<span class="cs-chips">{}</span>', chips)

    @column("state", label=STATE_COLOURS)
    def state_label(self, endpoint: Endpoint) -> tuple[str, str]:
        return endpoint_state(endpoint)

    @column("failing since", ordering="failing_since")
    def failing(self, endpoint: Endpoint) -> SafeString:
        return format_html('<span class="cs-nowrap">{}</span>', shown_time(endpoint.failing_since))

    @column("last delivery")
    def last_delivery(self, endpoint: Any) -> SafeString | str:
        """The newest that was tried: how it stands, and what the receiver said."""
        if endpoint.last_delivery is None:
            return "None yet"
        said = ERRORS.get(endpoint.last_error, endpoint.last_error) or (
            f"HTTP {endpoint.last_answer}" if endpoint.last_answer else ""
        )
        return format_html(
            '<span class="cs-stack"><a class="cs-link" href="{}">{}{}</a><br>'
            '<span class="cs-muted cs-nowrap">{}</span></span>',
            reverse("admin:webhooks_delivery_change", args=[endpoint.last_delivery]),
            DeliveryStatus(endpoint.last_status).label,
            f" ({said})" if said else "",
            shown_time(endpoint.last_made_at),
        )

    # --- Page -----------------------------------------------------------------------------------------------
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        endpoint = self.visible(request, object_id)
        if endpoint is None:
            return self.missing(request, object_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self.endpoint_page(request, endpoint)

    def endpoint_page(self, request: HttpRequest, endpoint: Endpoint, **forms: Any) -> HttpResponse:
        colour, text = endpoint_state(endpoint)
        place, overlap = self.current_workspace(request), endpoint.previous_secret_until
        context = {
            "title": endpoint.url,
            "page_label": "Endpoint",
            "original": endpoint,
            "endpoint": endpoint,
            "state": {"type": STATE_COLOURS[colour], "text": text},
            "takes_all": takes_all(endpoint),
            "by_itself": colour == "switched off",
            "ends_at": endpoint.failing_since + FAILING_LIMIT if endpoint.failing_since else None,
            "in_overlap": overlap is not None and overlap > clock.now(),
            "waiting": querysets.waiting(place, endpoint),
            "deliveries": [
                (delivery, {"type": STATUS_COLOURS[delivery.status], "text": delivery.get_status_display()})
                for delivery in querysets.newest_deliveries(place, endpoint, DELIVERIES_SHOWN)
            ],
            "may_change": self.has_change_permission(request),
            "rotate_form": RotateForm(initial={"replaces": services.secret_mark(endpoint)}),
            "replay_form": ReplayForm(initial={"since": _since(request, endpoint)}),
            **forms,
        }
        return self.page(request, "panel/webhook.html", **context)


def takes_all(endpoint: Endpoint) -> bool:
    """Whether it gets every type there is today."""
    return set(EVENT_TYPES) <= set(endpoint.events)


def _since(request: HttpRequest, endpoint: Endpoint) -> Any:
    """What the replay form begins with: what the address says, when failing began, or yesterday."""
    asked = request.GET.get("since", "")
    try:
        given = parse_datetime(asked)
    except ValueError:
        given = None
    if given is not None and given.tzinfo is not None:  # ours says no zone: it is UTC
        given = None
    return given or endpoint.failing_since or clock.now() - timedelta(days=1)
