"""Settings > Members, the audit log and jobs."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from crmsolid.workspaces.admin_base import ADMINS, OWNERS, WRITERS, TenantAdmin
from crmsolid.workspaces.admin_columns import column, fact, fixed_filter, moment, pretty_json
from crmsolid.workspaces.models import AuditEntry, Job, Membership, Workspace
from crmsolid.workspaces.services import remove_member, set_role

SURFACES = ("rest", "mcp", "panel", "command", "system")
SUBJECTS = ("key", "user", "grant", "command", "system")
ROLES = (
    "A viewer reads. An agent also writes to contacts and changes them. An admin also sees Settings. "
    "Only an owner changes members and the plan."
)
JOB_KINDS = {"webhooks.replay": "Webhook deliveries sent again"}


@admin.register(Membership)
class MembershipAdmin(TenantAdmin):
    """Members belong to the live workspace, whichever side is shown. They join by invitation."""

    viewers, changers, deleters = ADMINS, OWNERS, OWNERS
    needs_plan = False
    services_audit = True
    list_display = ("person", "person_name", "shown_role", "since")
    list_filter = ("role",)
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    search_help_text = "Name or e-mail"
    ordering = ("user__email",)
    fields = ("person", "person_name", "role", "since")
    readonly_fields = ("person", "person_name", "since")
    delete_confirmation_template = "panel/member_delete.html"
    actions = None
    since = moment("member since", "created_at")

    @column("e-mail", ordering="user__email")
    def person(self, member: Membership) -> str:
        return member.user.email

    @column("name", ordering="user__name")
    def person_name(self, member: Membership) -> str:
        return member.user.name

    @column("role", ordering="role", label={"owner": "primary", "admin": "info", "agent": "success"})
    def shown_role(self, member: Membership) -> tuple[str, str]:
        return member.role, member.get_role_display()

    def label_of(self, obj: Membership) -> str:
        return str(obj.user)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "role" in form.base_fields:
            form.base_fields["role"].help_text = ROLES
        return form

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
    list_display = ("when", "action", "who", "way_in", "about", "address")
    list_filter = (
        "at",
        fixed_filter("surface", SURFACES, title="way in"),
        fixed_filter("subject_kind", SUBJECTS, title="who"),
    )
    search_fields = ("action", "subject_label", "target")
    search_help_text = "Action, person or key, or the id of what it was about"
    keeps_history = False
    empty_text = "What people, keys and commands do here is written down on this page."
    ordering = ("-at", "-id")
    fields = ("when", "action", "who", "kind_of_who", "way_in", "address", "about", "shown_data")
    readonly_fields = ("when", "who", "kind_of_who", "way_in", "address", "about", "shown_data")
    when = moment("when", "at")
    who = fact("by", "subject_label")
    kind_of_who = fact("kind", "subject_kind")
    way_in = fact("way in", "surface")
    about = fact("about", "target")

    def label_of(self, obj: AuditEntry) -> str:
        return obj.action

    @column("IP address")
    def address(self, entry: AuditEntry) -> str:
        return entry.ip or ""

    @column("details")
    def shown_data(self, entry: AuditEntry) -> SafeString:
        return pretty_json(entry.data)


@admin.register(Job)
class JobAdmin(TenantAdmin):
    """Imports and other long work, with what went wrong row by row."""

    viewers = WRITERS
    list_display = ("what", "shown_state", "progress", "begun", "ended", "id")
    list_filter = ("state",)
    search_fields = ("id", "kind")
    search_help_text = "Id of a job"
    ordering = ("-created_at", "-id")
    fields = ("what", "told_state", "progress", "begun", "ended", "shown_errors", "id")
    readonly_fields = ("what", "told_state", "progress", "begun", "ended", "shown_errors", "id")
    keeps_history = False
    empty_text = "Long work shows here how far it is, such as sending again what a webhook endpoint has missed."
    begun = moment("begun", "created_at")
    ended = moment("ended", "finished_at")
    told_state = fact("state", "state")

    def label_of(self, obj: Job) -> str:
        return JOB_KINDS.get(obj.kind, obj.kind)

    @column("job", ordering="kind")
    def what(self, job: Job) -> str:
        return self.label_of(job)

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
    def shown_errors(self, job: Job) -> SafeString | str:
        return pretty_json(job.errors) if job.errors else "None"
