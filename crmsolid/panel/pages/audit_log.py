"""The audit log."""

from typing import Any, get_args

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from crmsolid.panel.components.admin_base import LookAheadChangeList, TenantAdmin
from crmsolid.panel.components.admin_columns import column, datetime_column, field_column, fixed_filter, pretty_json
from crmsolid.panel.components.context import panel_context
from crmsolid.panel.pages.audit_sentences import KINDS, SURFACES, Description, describe
from crmsolid.workspaces.actor import ADMINS, Surface
from crmsolid.workspaces.models import AuditEntry, Membership

OTHERS = {"key": "API keys", "grant": "Assistants", "command": "Commands", "system": "CRM Solid itself"}


class WhoFilter(admin.SimpleListFilter):
    """By member, or by another kind of subject."""

    title = parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        panel = panel_context(request)
        assert panel is not None  # only members see lists
        members = Membership.objects.for_workspace(panel.live)
        people = members.order_by("user__email").values_list("user_id", "user__name", "user__email")[:200]
        return [*((f"user:{pk}", name or email) for pk, name, email in people), *OTHERS.items()]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        kind, _, subject_id = (self.value() or "").partition(":")
        queryset = queryset.filter(subject_kind=kind) if kind else queryset
        return queryset.filter(subject_id=subject_id) if subject_id else queryset


class KindFilter(admin.SimpleListFilter):
    """By what the entries are about."""

    title, parameter_name = "about", "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, label) for value, (label, _) in KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.value() not in KINDS:
            return queryset
        _, beginnings = KINDS[str(self.value())]
        condition = models.Q()
        for beginning in beginnings:
            condition |= models.Q(action__startswith=beginning)
        return queryset.filter(condition)


class AuditList(LookAheadChangeList):
    """The entries of a page get their sentences together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        for description in describe(self.result_list):
            description.entry.description = description  # type: ignore[attr-defined]


@admin.register(AuditEntry)
class AuditEntryAdmin(TenantAdmin):
    """The audit log. Its entries never change."""

    viewers = ADMINS
    list_display = ("when", "sentence", "details", "surface_name", "address")
    list_filter = (
        "at",
        WhoFilter,
        KindFilter,
        fixed_filter("surface", get_args(Surface), title="interface", labels=SURFACES),
    )
    search_fields = ("action", "subject_label", "target")
    search_help_text = "Person, key, or id of what was changed"
    keeps_history = False
    empty_text = "What people, keys and commands do here is recorded on this page."
    ordering = ("-at", "-id")
    fields = ("when", "sentence", "details", "surface_name", "address", "by", "action", "about", "data_json")
    when = datetime_column("when", "at")
    by = field_column("signed in as", "subject_label")
    about = field_column("id", "target")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[AuditList]:
        return AuditList

    def label_of(self, obj: AuditEntry) -> str:
        return _described(obj).plain

    @column("what happened")
    def sentence(self, entry: AuditEntry) -> SafeString:
        return format_html("{} {}", _described(entry).who, _described(entry).what)

    @column("interface", ordering="surface")
    def surface_name(self, entry: AuditEntry) -> str:
        return _described(entry).interface

    @column("details")
    def details(self, entry: AuditEntry) -> SafeString:
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in _described(entry).details))

    @column("IP address")
    def address(self, entry: AuditEntry) -> str:
        return entry.ip or ""

    @column("as it is stored")
    def data_json(self, entry: AuditEntry) -> SafeString:
        return pretty_json(entry.data)


def _described(entry: Any) -> Description:
    """What :class:`AuditList` has set; a page of one entry asks for itself."""
    if not hasattr(entry, "description"):
        [entry.description] = describe([entry])
    found: Description = entry.description
    return found
