"""Settings > Events: the event log."""

import json

from django.contrib import admin
from django.db.models import F
from django.utils.safestring import SafeString

from crmsolid.events.catalogue import event_names
from crmsolid.events.models import Event
from crmsolid.panel.components.admin_base import TenantAdmin
from crmsolid.panel.components.admin_columns import column, datetime_column, field_column, fixed_filter, pretty_json
from crmsolid.workspaces.actor import ADMINS


@admin.register(Event)
class EventAdmin(TenantAdmin):
    """For admins and owners, because events contain contacts' data."""

    viewers = ADMINS
    list_display = ("made", "type", "id", "contact_id")
    list_filter = (fixed_filter("type", event_names), "created_at")
    search_fields = ("id__exact", "contact_id__exact")
    search_help_text = "Id of an event or of a contact"
    # The order of the log, of which there is an index, and one for each type. Events without a position come first.
    ordering = (F("position").desc(nulls_first=True), "-id")
    sortable_by = ()
    fields = ("type", "made", "contact_id", "request_id", "shown_body", "id")
    readonly_fields = ("made", "contact_id", "request_id", "shown_body")
    keeps_history = False
    empty_text = "Each message, each new contact and each tag is an event: what webhooks deliver."
    made = datetime_column("made", "created_at")
    contact_id = field_column("contact", "contact_id")
    request_id = field_column("request", "request_id")

    def label_of(self, obj: Event) -> str:
        return obj.type

    @column("body")
    def shown_body(self, event: Event) -> SafeString:
        body = bytes(event.body)
        return pretty_json(json.loads(body) if body else None)
