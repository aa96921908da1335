"""Settings > Deliveries: the delivery log, the page of one delivery, and replaying it."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.events.catalogue import event_names
from crmsolid.workspaces.admin_base import ADMINS, TenantAdmin, TenantRelatedFilter
from crmsolid.workspaces.admin_columns import column, datetime_column, fixed_filter, milliseconds_column, pretty_json
from webhooks import replays, services
from webhooks.admin.base import WebhookAdmin, not_found_as_404
from webhooks.admin.labels import STATUS_COLOURS, attempt_result, delivery_summary, shown_time
from webhooks.models import Attempt, Delivery, DeliveryStatus, Endpoint

ATTEMPTS_SHOWN = 50
# How long the page of a due delivery reloads itself; nobody may be working on the queue.
_RELOAD_FOR = timedelta(minutes=1)


class CreatedFilter(admin.SimpleListFilter):
    """By the time the delivery was made."""

    title = "made"
    parameter_name = "made"
    spans: ClassVar[Mapping[str, tuple[str, timedelta]]] = {
        "1h": ("In the last hour", timedelta(hours=1)),
        "24h": ("In the last 24 hours", timedelta(hours=24)),
        "7d": ("In the last 7 days", timedelta(days=7)),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, text) for key, (text, _) in self.spans.items()]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        span = self.spans.get(self.value() or "")
        return queryset.filter(created_at__gte=clock.now() - span[1]) if span else queryset


@admin.register(Delivery)
class DeliveryAdmin(WebhookAdmin):
    """Without the deliveries of deleted endpoints."""

    viewers, changers = ADMINS, ADMINS
    list_display = ("made", "event_type", "shown_endpoint", "status_label", "attempts", "next_attempt")
    list_select_related = ("endpoint",)
    list_filter = (
        ("endpoint", TenantRelatedFilter),
        fixed_filter("status", DeliveryStatus.values),
        fixed_filter("event_type", event_names),
        CreatedFilter,
    )
    search_fields = ("id", "event__id")
    search_help_text = "Id of a delivery or of an event"
    # An id contains the time it was made, and there is an index on workspace and id; ordering by created_at would sort
    # the whole table.
    ordering = ("-id",)
    empty_text = "Each event that goes to a webhook endpoint is listed here."

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).filter(endpoint__deleted_at__isnull=True)

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_field_queryset(db, db_field, request)
        return rows.filter(deleted_at__isnull=True) if rows.model is Endpoint else rows

    # --- List -------------------------------------------------------------------------------------------------
    @column("made", ordering="id")
    def made(self, delivery: Delivery) -> SafeString:
        return format_html('<span class="cs-nowrap">{}</span>', f"{delivery.created_at:%d %b %Y %H:%M:%S} UTC")

    @column("endpoint")
    def shown_endpoint(self, delivery: Delivery) -> SafeString:
        return format_html('<span class="cs-url">{}</span>', delivery.endpoint.url)

    @column("status", ordering="status", label=STATUS_COLOURS)
    def status_label(self, delivery: Delivery) -> tuple[str, str]:
        return delivery.status, delivery.get_status_display()

    @column("next attempt", ordering="next_attempt_at")
    def next_attempt(self, delivery: Delivery) -> SafeString:
        return format_html('<span class="cs-nowrap">{}</span>', shown_time(delivery.next_attempt_at))

    # --- Pages ------------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        replay = self.admin_site.admin_view(require_POST(self.replay_view))
        return [path("<path:object_id>/replay/", replay, name="webhooks_delivery_replay"), *super().get_urls()]

    def get_delivery(self, request: HttpRequest, object_id: str, *, allowed: bool) -> Delivery:
        """The delivery with this (quoted) id; 403 unless ``allowed``, 404 if it is not in this workspace."""
        self.check_allowed(allowed)
        with not_found_as_404():
            return services.get_delivery(self.actor(request), unquote(object_id))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The body and the latest attempts. The page reloads itself while the delivery is being sent."""
        delivery = self.get_delivery(request, object_id, allowed=self.has_view_permission(request))
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        attempts = services.list_attempts(self.actor(request), delivery, newest=ATTEMPTS_SHOWN + 1)
        in_progress = _in_progress(delivery)
        response = self.render_page(
            request,
            "panel/webhook_delivery.html",
            title=f"{delivery.event_type} to {delivery.endpoint.url}",
            page_label=delivery.event_type,
            original=delivery,
            delivery=delivery,
            status={"type": STATUS_COLOURS[delivery.status], "text": delivery.get_status_display()},
            summary=delivery_summary(delivery),
            body=_shown_body(delivery),
            attempts=[_shown_attempt(attempt) for attempt in attempts[:ATTEMPTS_SHOWN]],
            more_attempts=len(attempts) > ATTEMPTS_SHOWN,
            in_progress=in_progress,
            may_change=self.has_change_permission(request),
        )
        if in_progress:
            response.headers["Refresh"] = "2"
        return response

    def replay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        delivery = self.get_delivery(request, object_id, allowed=self.has_change_permission(request))
        try:
            replays.replay_delivery(self.actor(request), delivery.pk)
        except DomainError as error:
            self.show_error(request, error)
        else:
            messages.success(request, "It is being sent again, with the same bytes and id.")
        return HttpResponseRedirect(reverse("admin:webhooks_delivery_change", args=[delivery.pk]))


def _in_progress(delivery: Delivery) -> bool:
    if delivery.status == DeliveryStatus.SENDING:
        return True
    due = delivery.next_attempt_at
    return delivery.status == DeliveryStatus.PENDING and due is not None and due > clock.now() - _RELOAD_FOR


def _shown_body(delivery: Delivery) -> SafeString | None:
    body = bytes(delivery.event.body)
    return pretty_json(json.loads(body)) if body else None


def _shown_attempt(attempt: Attempt) -> dict[str, Any]:
    succeeded = not attempt.error and attempt.status is not None and 200 <= attempt.status <= 299
    return {
        "row": attempt,
        "result": attempt_result(attempt),
        "colour": "success" if succeeded else "danger",
    }


@admin.register(Attempt)
class AttemptAdmin(TenantAdmin):
    """Every request with the receiver's answer; linked from its delivery."""

    viewers = ADMINS
    list_display = ("made", "delivery", "number", "status", "error", "took")
    list_select_related = ("delivery",)
    ordering = ("-id",)
    fields = (
        "delivery",
        "number",
        "made",
        "url",
        "shown_request",
        "signed_with",
        "status",
        "error",
        "took",
        "shown_answer",
        "answer_body",
        "answer_truncated",
    )
    readonly_fields = ("made", "took", "shown_request", "shown_answer")
    keeps_history = False
    empty_text = "Each attempt at delivering an event is listed here."
    made = datetime_column("made", "at")
    took = milliseconds_column("took", "duration_ms")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).filter(delivery__endpoint__deleted_at__isnull=True)

    @column("request headers")
    def shown_request(self, attempt: Attempt) -> SafeString:
        return pretty_json(attempt.request_headers)

    @column("answer headers")
    def shown_answer(self, attempt: Attempt) -> SafeString:
        return pretty_json(attempt.answer_headers)
