"""Settings > Members, the audit log and jobs."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from crmsolid.workspaces.admin_base import ADMINS, OWNERS, WRITERS, TenantAdmin
from crmsolid.workspaces.admin_parts import column, fixed_filter, pretty_json
from crmsolid.workspaces.models import AuditEntry, Job, Membership, Workspace
from crmsolid.workspaces.services import remove_member, set_role

SURFACES = ("rest", "mcp", "panel", "command", "system")
SUBJECTS = ("key", "user", "grant", "command", "system")


@admin.register(Membership)
class MembershipAdmin(TenantAdmin):
    """Members belong to the live workspace, whichever side is shown. They join by invitation."""

    viewers, changers, deleters = ADMINS, OWNERS, OWNERS
    needs_plan = False
    services_audit = True
    list_display = ("user", "shown_role", "since")
    list_filter = ("role",)
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    fields = ("user", "role", "created_at")
    readonly_fields = ("user", "created_at")
    actions = None

    @column("role", ordering="role", label={"owner": "primary", "admin": "info", "agent": "success"})
    def shown_role(self, member: Membership) -> tuple[str, str]:
        return member.role, member.get_role_display()

    @column("since", ordering="created_at")
    def since(self, member: Membership) -> datetime:
        return member.created_at

    def home(self, request: HttpRequest) -> Workspace:
        return self.seat(request).live

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        set_role(self.seat(request).actor(request, self.home(request)), obj, form.cleaned_data["role"])

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        remove_member(self.seat(request).actor(request, self.home(request)), obj)


@admin.register(AuditEntry)
class AuditEntryAdmin(TenantAdmin):
    """Who did what, when. Never changed."""

    viewers = ADMINS
    list_display = ("when", "action", "who", "surface", "target", "address")
    list_filter = (fixed_filter("surface", SURFACES), fixed_filter("subject_kind", SUBJECTS))
    search_fields = ("action", "subject_label", "target")
    date_hierarchy = "at"
    ordering = ("-at", "-id")
    fields = ("at", "action", "subject_label", "subject_kind", "surface", "ip", "target", "shown_data")
    readonly_fields = ("shown_data",)

    @column("when", ordering="at")
    def when(self, entry: AuditEntry) -> datetime:
        return entry.at

    @column("by")
    def who(self, entry: AuditEntry) -> str:
        return entry.subject_label

    @column("IP")
    def address(self, entry: AuditEntry) -> str:
        return entry.ip or ""

    @column("details")
    def shown_data(self, entry: AuditEntry) -> SafeString:
        return pretty_json(entry.data)


@admin.register(Job)
class JobAdmin(TenantAdmin):
    """Imports and other long work, with what went wrong row by row."""

    viewers = WRITERS
    list_display = ("id", "kind", "shown_state", "progress", "created_at", "finished_at")
    list_filter = ("kind", "state")
    search_fields = ("id", "kind")
    ordering = ("-created_at", "-id")
    fields = ("id", "kind", "state", "progress", "created_at", "finished_at", "shown_errors")
    readonly_fields = ("progress", "shown_errors")

    @column(
        "state",
        ordering="state",
        label={"queued": "info", "running": "warning", "done": "success", "failed": "danger"},
    )
    def shown_state(self, job: Job) -> tuple[str, str]:
        return job.state, job.get_state_display()

    @column("progress")
    def progress(self, job: Job) -> str:
        return f"{job.done} of {job.total}" if job.total is not None else str(job.done)

    @column("errors")
    def shown_errors(self, job: Job) -> SafeString:
        return pretty_json(job.errors)
