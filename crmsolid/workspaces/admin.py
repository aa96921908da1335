"""Settings > Members and the audit log."""

from typing import Any, get_args

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from crmsolid.workspaces.actor import Surface
from crmsolid.workspaces.admin_base import TenantAdmin
from crmsolid.workspaces.admin_columns import column, datetime_column, field_column, fixed_filter, pretty_json
from crmsolid.workspaces.models import AuditEntry, Membership, Workspace
from crmsolid.workspaces.roles import ADMINS, OWNERS
from crmsolid.workspaces.services import remove_member, set_role

SUBJECTS = ("key", "user", "grant", "command", "system")
ROLES_HELP = (
    "A viewer reads. An agent also writes messages and changes contacts. An admin also sees Settings. "
    "Only an owner changes members and the plan."
)


@admin.register(Membership)
class MembershipAdmin(TenantAdmin):
    """The members of the live workspace, also while its test twin is shown. They join by invitation."""

    viewers, changers, deleters = ADMINS, OWNERS, OWNERS
    needs_plan = False
    services_audit = True
    list_display = ("email", "name", "role_label", "since")
    list_filter = ("role",)
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    search_help_text = "Name or e-mail"
    ordering = ("user__email",)
    fields = ("email", "name", "role", "since")
    readonly_fields = ("email", "name", "since")
    delete_confirmation_template = "panel/member_delete.html"
    actions = None
    email = field_column("e-mail", "user__email")
    name = field_column("name", "user__name")
    since = datetime_column("member since", "created_at")

    @column("role", ordering="role", label={"owner": "primary", "admin": "info", "agent": "success"})
    def role_label(self, member: Membership) -> tuple[str, str]:
        return member.role, member.get_role_display()

    def label_of(self, obj: Membership) -> str:
        return str(obj.user)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "role" in form.base_fields:
            form.base_fields["role"].help_text = ROLES_HELP
        return form

    def current_workspace(self, request: HttpRequest) -> Workspace:
        return self.panel_context(request).live

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        set_role(self.actor(request), obj.pk, form.cleaned_data["role"])

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        remove_member(self.actor(request), obj.pk)


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
