"""Settings > Deliveries: the delivery log, the page of one delivery, and replaying it."""

import json
import shlex
from collections import Counter
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.events.catalogue import event_names
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_base import TenantAdmin, TenantRelatedFilter
from crmsolid.panel.components.admin_columns import (
    column,
    datetime_column,
    fixed_filter,
    format_time,
    milliseconds_column,
    pretty_json,
    time_text,
)
from crmsolid.panel.components.context import panel_context
from crmsolid.panel.components.template_tags import moment_seconds
from crmsolid.workspaces.actor import ADMINS
from webhooks import replays, services
from webhooks.models import Attempt, Delivery, DeliveryStatus, Endpoint
from webhooks.panel.base import ERRORS, STATUS_COLOURS, WebhookAdmin
from webhooks.querysets import status_conditions, without_deleted_endpoints

ATTEMPTS_SHOWN = 50
MAX_CHOSEN = 100  # deliveries that are replayed at once
ANSWERS = (400, 401, 403, 404, 410, 429, 500, 502, 503, 504)
_NOT_COPIED = {"content-length", "host", "connection", "accept-encoding"}  # curl sets them
# How long the page of a due delivery reloads itself; nobody may be working on the queue.
_RELOAD_FOR = timedelta(minutes=1)
_CANCELED = {
    "endpoint_disabled": "Its endpoint was disabled before it was delivered.",
    "endpoint_deleted": "Its endpoint was deleted before it was delivered.",
    "erased": "The person it was about was erased before it was delivered.",
}


class CreatedFilter(admin.SimpleListFilter):
    """By the time the delivery was made."""

    title = parameter_name = "made"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1h", "In the last hour"), ("24h", "In the last 24 hours"), ("7d", "In the last 7 days")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        hours = {"1h": 1, "24h": 24, "7d": 7 * 24}.get(self.value() or "")
        return queryset.filter(created_at__gte=clock.now() - timedelta(hours=hours)) if hours else queryset


class StatusFilter(fixed_filter("status", DeliveryStatus.values)):  # type: ignore[misc]
    """By status, through the indexes of the rare ones."""

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return queryset.filter(**status_conditions(self.value())) if self.value() else queryset


class AnswerFilter(admin.SimpleListFilter):
    """By what the receiver answered last. Looks at the newest deliveries only: no index knows the codes."""

    title, parameter_name = "last answer", "answer"
    newest = 5_000

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = [("2xx", "Accepted (2xx)"), ("3xx", "Redirect (3xx)"), ("4xx", "Refused (4xx)"), ("5xx", "Error (5xx)")]
        return [*kinds, ("none", "No answer"), *((str(code), str(code)) for code in ANSWERS)]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        value = self.value()
        if value not in dict(self.lookup_choices):
            return queryset
        panel = panel_context(request)
        assert panel is not None  # only members see lists
        attempts = Attempt.objects.for_workspace(panel.workspace)
        last = attempts.filter(delivery=models.OuterRef("pk"), number=models.OuterRef("attempts"))
        if value == "none":
            last = last.filter(status=None).exclude(error="")
        elif value.isdigit():
            last = last.filter(status=int(value))
        else:
            last = last.filter(status__gte=int(value[0]) * 100, status__lt=int(value[0]) * 100 + 100)
        # Read first: with a subquery PostgreSQL sorts all deliveries of the workspace to find the newest.
        oldest = list(queryset.order_by("-id").values_list("pk", flat=True)[self.newest - 1 : self.newest])
        return queryset.filter(models.Exists(last), **({"pk__gte": oldest[0]} if oldest else {}))


class DeliveryAdmin(WebhookAdmin):
    """Without the deliveries of deleted endpoints."""

    viewers, changers = ADMINS, ADMINS
    list_display = ("made", "event_type", "shown_endpoint", "status_label", "attempts", "next_attempt")
    list_select_related = ("endpoint",)
    list_filter = (
        ("endpoint", TenantRelatedFilter),
        StatusFilter,
        fixed_filter("event_type", event_names),
        AnswerFilter,
        CreatedFilter,
    )
    actions = ("replay_chosen",)
    opens_drawer = True
    search_fields = ("id__exact", "event__exact")
    search_help_text = "Id of a delivery or of an event"
    # An id contains the time it was made, and there is an index on workspace and id; ordering by created_at would sort
    # the whole table.
    ordering = ("-id",)
    sortable_by = ("made",)
    empty_text = "Each event that goes to a webhook endpoint is listed here."

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return without_deleted_endpoints(super().get_queryset(request), self.current_workspace(request), "endpoint")

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_field_queryset(db, db_field, request)
        return rows.filter(deleted_at__isnull=True) if rows.model is Endpoint else rows

    @column("made", ordering="id")
    def made(self, delivery: Delivery) -> SafeString | str:
        return moment_seconds(delivery.created_at)

    @column("endpoint")
    def shown_endpoint(self, delivery: Delivery) -> SafeString:
        return format_html('<span class="cs-url">{}</span>', delivery.endpoint.url)

    @column("status", ordering="status", label=STATUS_COLOURS)
    def status_label(self, delivery: Delivery) -> tuple[str, str]:
        return delivery.status, delivery.get_status_display()

    @column("next attempt", ordering="next_attempt_at")
    def next_attempt(self, delivery: Delivery) -> SafeString | str:
        return format_time(delivery.next_attempt_at)

    def get_urls(self) -> list[URLPattern]:
        replay = self.admin_site.admin_view(require_POST(self.replay_view))
        return [path("<path:object_id>/replay/", replay, name="webhooks_delivery_replay"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The body and the latest attempts. The page reloads itself while the delivery is being sent."""
        delivery = self.read_or_404(request, self.has_view_permission(request), services.get_delivery, object_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        attempts = services.list_attempts(self.actor(request), delivery, newest=ATTEMPTS_SHOWN + 1)
        body, due = bytes(delivery.event.body), delivery.next_attempt_at
        in_progress = delivery.status == DeliveryStatus.SENDING or (
            delivery.status == DeliveryStatus.PENDING and due is not None and due > clock.now() - _RELOAD_FOR
        )
        response = self.render_page(
            request,
            "panel/webhook_delivery.html",
            title=f"{delivery.event_type} to {delivery.endpoint.url}",
            page_label=delivery.event_type,
            original=delivery,
            delivery=delivery,
            status={"type": STATUS_COLOURS[delivery.status], "text": delivery.get_status_display()},
            summary=_summary(delivery),
            body=pretty_json(json.loads(body)) if body else None,
            attempts=[_shown_attempt(attempt) for attempt in attempts[:ATTEMPTS_SHOWN]],
            curl=_curl(delivery, attempts[0], body) if attempts and body else "",
            more_attempts=len(attempts) > ATTEMPTS_SHOWN,
            in_progress=in_progress,
            may_change=self.has_change_permission(request),
        )
        if in_progress:
            response.headers["Refresh"] = "2"
        return response

    @admin.action(description="Send them again", permissions=["change"])
    def replay_chosen(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        ids = list(queryset.values_list("pk", flat=True)[:MAX_CHOSEN])
        sent, refused = replays.replay_deliveries(self.actor(request), ids)
        if sent:
            messages.success(request, f"{sent} {'delivery is' if sent == 1 else 'deliveries are'} being sent again.")
        for reason, number in Counter(capfirst(error.detail) for error in refused).items():
            messages.error(request, f"{number} not sent again. {reason}.")

    def replay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        delivery = self.read_or_404(request, self.has_change_permission(request), services.get_delivery, object_id)
        try:
            replays.replay_delivery(self.actor(request), delivery.pk)
        except DomainError as error:
            self.show_error(request, error)
        else:
            messages.success(request, "It is being sent again, with the same bytes and id.")
        return HttpResponseRedirect(panel_url("webhooks_delivery_change", delivery.pk))


def _curl(delivery: Delivery, attempt: Attempt, body: bytes) -> str:
    """The request of this attempt as a command for a shell. It has the signature that was sent, never the secret."""
    headers = {name: text for name, text in attempt.request_headers.items() if name.lower() not in _NOT_COPIED}
    parts = [f"curl -X POST {shlex.quote(attempt.url or delivery.endpoint.url)}"]
    parts += [f"-H {shlex.quote(f'{name}: {text}')}" for name, text in headers.items()]
    return " \\\n  ".join([*parts, f"--data-raw {shlex.quote(body.decode())}"])


def _shown_attempt(attempt: Attempt) -> dict[str, Any]:
    if attempt.error:
        return {"row": attempt, "result": ERRORS.get(attempt.error, attempt.error), "colour": "danger"}
    succeeded = attempt.status is not None and 200 <= attempt.status <= 299
    return {"row": attempt, "result": f"HTTP {attempt.status}", "colour": "success" if succeeded else "danger"}


def _summary(delivery: Delivery) -> str:
    """A sentence about the delivery's status and what happens next."""
    match delivery.status:
        case DeliveryStatus.PENDING:
            return "It is about to be sent."
        case DeliveryStatus.SENDING:
            return "It is being sent at this moment."
        case DeliveryStatus.SUCCEEDED:
            return "The receiver has accepted it."
        case DeliveryStatus.FAILED:
            return f"It has not been accepted yet. The next attempt is at {time_text(delivery.next_attempt_at)}."
        case DeliveryStatus.CANCELED:
            return _CANCELED.get(delivery.reason, delivery.reason)
    return "It is not tried again automatically: all attempts have failed, or the receiver answered 410 Gone."


class AttemptAdmin(TenantAdmin):
    """Every request with the receiver's answer; linked from its delivery."""

    viewers = ADMINS
    list_display = ("made", "delivery", "number", "status", "error", "took")
    list_select_related = ("delivery",)
    ordering = ("-id",)
    sortable_by = ()
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
        "kept",
    )
    readonly_fields = ("made", "took", "shown_request", "shown_answer", "kept")
    keeps_history = False
    empty_text = "Each attempt at delivering an event is listed here."
    made = datetime_column("made", "at")
    took = milliseconds_column("took", "duration_ms")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows, workspace = super().get_queryset(request), self.current_workspace(request)
        return without_deleted_endpoints(rows, workspace, "delivery__endpoint")

    def label_of(self, obj: Attempt) -> str:
        return f"Attempt {obj.number} of {obj.delivery.event_type}"

    @column("answer kept")
    def kept(self, attempt: Attempt) -> str:
        if attempt.status is None:
            return ""
        return "Its beginning: it was longer" if attempt.answer_truncated else "All of it"

    @column("request headers")
    def shown_request(self, attempt: Attempt) -> SafeString:
        return pretty_json(attempt.request_headers)

    @column("answer headers")
    def shown_answer(self, attempt: Attempt) -> SafeString:
        return pretty_json(attempt.answer_headers)
