"""Settings > Webhooks and Events: endpoints, their log, and what was published, byte for byte."""

import json

from django.contrib import admin
from django.utils.safestring import SafeString

from crmsolid.workspaces.admin_base import ADMINS, TenantAdmin
from crmsolid.workspaces.admin_parts import column, fixed_filter, pretty_json
from webhooks.models import Attempt, Delivery, DeliveryStatus, Endpoint, Event
from webhooks.publishing import EVENT_TYPES


@admin.register(Event)
class EventAdmin(TenantAdmin):
    """For admins and owners: an event shows people's data."""

    viewers = ADMINS
    list_display = ("created_at", "type", "id", "person")
    list_filter = (fixed_filter("type", EVENT_TYPES), "created_at")
    search_fields = ("id", "person")
    ordering = ("-created_at", "-id")
    fields = ("id", "type", "created_at", "person", "shown_body")
    readonly_fields = ("shown_body",)

    @column("body")
    def shown_body(self, event: Event) -> SafeString:
        body = bytes(event.body)
        return pretty_json(json.loads(body) if body else None)


@admin.register(Endpoint)
class EndpointAdmin(TenantAdmin):
    """Never a secret: only when the previous one ends, and which of the two the receiver checks with."""

    viewers = ADMINS
    list_display = ("url", "enabled", "disabled_reason", "failing_since", "created_at")
    ordering = ("-created_at", "-id")
    fields = (
        "id",
        "url",
        "events",
        "enabled",
        "disabled_reason",
        "disabled_at",
        "failing_since",
        "previous_secret_until",
        "verified_with",
        "created_at",
        "updated_at",
    )


@admin.register(Delivery)
class DeliveryAdmin(TenantAdmin):
    """The delivery log."""

    viewers = ADMINS
    list_display = ("created_at", "event_type", "endpoint", "status", "attempts", "next_attempt_at", "id")
    list_select_related = ("endpoint",)
    list_filter = (fixed_filter("status", DeliveryStatus.values), fixed_filter("event_type", EVENT_TYPES))
    search_fields = ("id", "event__id")
    ordering = ("-created_at", "-id")
    fields = (
        "id",
        "event",
        "event_type",
        "endpoint",
        "status",
        "reason",
        "attempts",
        "failures",
        "next_attempt_at",
        "created_at",
    )


@admin.register(Attempt)
class AttemptAdmin(TenantAdmin):
    """Every request with what came back."""

    viewers = ADMINS
    list_display = ("at", "delivery", "number", "status", "error", "duration_ms")
    ordering = ("-id",)
    fields = (
        "delivery",
        "number",
        "at",
        "url",
        "shown_request",
        "signed_with",
        "status",
        "error",
        "duration_ms",
        "shown_answer",
        "answer_body",
        "answer_truncated",
    )
    readonly_fields = ("shown_request", "shown_answer")

    @column("request headers")
    def shown_request(self, attempt: Attempt) -> SafeString:
        return pretty_json(attempt.request_headers)

    @column("answer headers")
    def shown_answer(self, attempt: Attempt) -> SafeString:
        return pretty_json(attempt.answer_headers)
