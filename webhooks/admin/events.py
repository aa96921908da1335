"""Settings > Events: what was published, byte for byte."""

import json

from django.contrib import admin
from django.utils.safestring import SafeString

from crmsolid.workspaces.admin_base import ADMINS, TenantAdmin
from crmsolid.workspaces.admin_parts import column, fixed_filter, pretty_json
from webhooks.models import Event
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
