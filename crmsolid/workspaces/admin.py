"""The audit log."""

from typing import get_args

from django.contrib import admin
from django.utils.safestring import SafeString

from crmsolid.workspaces.actor import Surface
from crmsolid.workspaces.admin_base import TenantAdmin
from crmsolid.workspaces.admin_columns import column, datetime_column, field_column, fixed_filter, pretty_json
from crmsolid.workspaces.models import AuditEntry
from crmsolid.workspaces.roles import ADMINS

SUBJECTS = ("key", "user", "grant", "command", "system")


@admin.register(AuditEntry)
class AuditEntryAdmin(TenantAdmin):
    """The audit log. Its entries never change."""

    viewers = ADMINS
    list_display = ("when", "action", "who", "surface_name", "about", "address")
    list_filter = (
        "at",
        fixed_filter("surface", get_args(Surface), title="interface"),
        fixed_filter("subject_kind", SUBJECTS, title="who"),
    )
    search_fields = ("action", "subject_label", "target")
    search_help_text = "Action, person, key or id of what was changed"
    keeps_history = False
    empty_text = "This page records what people, keys and commands do here."
    ordering = ("-at", "-id")
    fields = ("when", "action", "who", "subject_kind_name", "surface_name", "address", "about", "data_json")
    when = datetime_column("when", "at")
    who = field_column("by", "subject_label")
    subject_kind_name = field_column("kind", "subject_kind")
    surface_name = field_column("interface", "surface")
    about = field_column("about", "target")

    def label_of(self, obj: AuditEntry) -> str:
        return obj.action

    @column("IP address")
    def address(self, entry: AuditEntry) -> str:
        return entry.ip or ""

    @column("details")
    def data_json(self, entry: AuditEntry) -> SafeString:
        return pretty_json(entry.data)
