"""The one base of every panel page: it cannot show, offer or touch a row of another workspace.

Django's admin takes rows from default managers in many places besides the list: form choices, related filters,
autocomplete, raw ids, inlines, the history. Each is narrowed here, once, or refused at start. What a member may do
follows from their role, never from Django's permissions.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin import FieldListFilter, RelatedFieldListFilter, ShowFacets
from django.contrib.admin.options import BaseModelAdmin, IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path, unquote
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.core.paginator import EmptyPage, InvalidPage, Page, Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from unfold.admin import ModelAdmin, TabularInline
from unfold.views import ChangeList

from crmsolid.core.errors import DomainError
from crmsolid.workspaces import audit
from crmsolid.workspaces.models import AuditEntry, Role, User, Workspace
from crmsolid.workspaces.panel_context import Seat, seat_of
from crmsolid.workspaces.scoping import WorkspaceModel

Roles = frozenset[str]
EVERYONE: Roles = frozenset({Role.VIEWER, Role.AGENT, Role.ADMIN, Role.OWNER})
WRITERS: Roles = EVERYONE - {Role.VIEWER}
ADMINS: Roles = frozenset({Role.ADMIN, Role.OWNER})
OWNERS: Roles = frozenset({Role.OWNER})
NOBODY: Roles = frozenset()


class TenantRelatedFilter(RelatedFieldListFilter):
    """A filter by a related row that offers only this workspace's."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        rows = model_admin.get_field_queryset(None, field, request)
        ordering = self.field_admin_ordering(field, request, model_admin)
        return [(row.pk, str(row)) for row in (rows.order_by(*ordering) if ordering else rows)]


class LookAheadPage(Page):  # type: ignore[type-arg]
    """One page of a list, which knows whether another follows. ``total`` is known on the last page only, else None."""

    def __init__(self, rows: list[Any], number: int, paginator: "LookAheadPaginator") -> None:
        super().__init__(rows[: paginator.per_page], number, paginator)
        self.start = (number - 1) * paginator.per_page
        self.end = self.start + len(self.object_list)
        self.total = self.end if len(rows) <= paginator.per_page else None

    def has_next(self) -> bool:
        return self.total is None and self.number < self.paginator.num_pages


class LookAheadPaginator(Paginator):  # type: ignore[type-arg]
    """Pages without counting the rows, which takes seconds in a table of millions.

    Each page reads one row more than it shows; that row tells whether there is a next page.
    """

    num_pages = 10_000  # the database walks over all earlier pages, so there is an end to them

    @property
    def count(self) -> int:
        raise NotImplementedError("a list of the panel does not know how many rows it has")

    def page(self, number: int | str) -> LookAheadPage:
        """The rows of page ``number``; ``InvalidPage`` where there are none, except on page 1 of an empty list."""
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        rows = list(self.object_list[start : start + self.per_page + 1])
        if not rows and number > 1:
            raise EmptyPage(self.error_messages["no_results"])
        return LookAheadPage(rows, number, self)


class LookAheadChangeList(ChangeList):
    """A changelist that counts nothing. ``page`` is what ``unfold/helpers/pagination.html`` shows."""

    def get_results(self, request: HttpRequest) -> None:
        paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        try:
            self.page = paginator.page(self.page_num)
        except InvalidPage:
            raise IncorrectLookupParameters from None
        self.paginator = paginator
        self.result_list = self.page.object_list
        self.result_count = len(self.result_list)
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = True
        self.can_show_all = False
        self.multi_page = self.page.has_other_pages()


class TenantForm(forms.ModelForm):  # type: ignore[type-arg]
    """A model form that knows its workspace, so what must be unique in it is judged before the database refuses."""

    workspace: ClassVar[Workspace]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.instance.workspace = self.workspace
        for field in self.fields.values():
            field.help_text = capfirst(str(field.help_text))

    def _get_validation_exclusions(self) -> set[str]:
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return exclusions - {"workspace"}


class TenantRules(BaseModelAdmin):  # type: ignore[type-arg]
    """What pages and inlines have in common. The role sets say who may see, add, change and delete."""

    viewers: ClassVar[Roles] = EVERYONE
    adders: ClassVar[Roles] = NOBODY
    changers: ClassVar[Roles] = NOBODY
    deleters: ClassVar[Roles] = NOBODY
    needs_plan = True  # an expired workspace is read-only, except where this is False

    def seat(self, request: HttpRequest) -> Seat:
        """The user's seat; every page behind ``admin_view`` has one."""
        seat = seat_of(request)
        if seat is None:
            raise ImproperlyConfigured("a panel page was reached without a seat")
        return seat

    def home(self, request: HttpRequest) -> Workspace:
        """The workspace whose rows this page shows."""
        return self.seat(request).workspace

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).filter(workspace=self.home(request))

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> models.QuerySet[Any]:
        """Choices of every relation, in forms, filters and autocomplete fields."""
        model = db_field.remote_field.model
        if issubclass(model, WorkspaceModel):
            rows: models.QuerySet[Any] = model.objects.for_workspace(self.home(request))
            return rows
        if issubclass(model, User):
            return User.objects.filter(memberships__workspace=self.seat(request).live)
        raise ImproperlyConfigured(f"{db_field} leads out of the workspace; no page may offer its rows")

    def _may(self, request: HttpRequest, roles: Roles, obj: Any, *, writing: bool = True) -> bool:
        seat = seat_of(request)
        if seat is None or not seat.has_role(roles):
            return False
        if writing and self.needs_plan and seat.is_expired:
            return False
        owner = getattr(obj, "workspace_id", None)
        return owner is None or owner == self.home(request).pk

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.viewers, obj, writing=False)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.adders, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.changers, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.deleters, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


class TenantInline(TenantRules, TabularInline):
    """Rows of the same workspace under a parent. Read-only unless its role sets say otherwise."""

    extra = 0
    hide_title = True
    show_change_link = True


class TenantAdmin(TenantRules, ModelAdmin):
    """The base of every ``ModelAdmin`` of the panel."""

    form = TenantForm
    object_history_template = "panel/history.html"
    paginator = LookAheadPaginator
    show_full_result_count = False
    list_per_page = 50
    compressed_fields = True
    show_facets = ShowFacets.NEVER  # a count for each choice of each filter, over the whole table
    keeps_history = True  # False for what is never changed, so that no button leads to an empty page
    empty_text = ""  # what to do about an empty list
    services_audit = False  # True where the services called here write the audit log themselves

    def __init__(self, model: type[models.Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)  # type: ignore[call-arg]
        if not issubclass(model, WorkspaceModel):
            raise ImproperlyConfigured(f"{model.__name__} belongs to no workspace")
        if self.raw_id_fields:
            raise ImproperlyConfigured(f"{model.__name__}: raw ids look rows up in every workspace")
        if self.date_hierarchy:
            raise ImproperlyConfigured(f"{model.__name__}: a date hierarchy reads the dates of all rows")

    # --- Lists ------------------------------------------------------------------------------------------------
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LookAheadChangeList

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [self._safe_filter(spec) for spec in super().get_list_filter(request)]

    def _safe_filter(self, spec: Any) -> Any:
        """A filter by relation becomes ours; one that reaches through a relation is refused."""
        if isinstance(spec, type):
            return spec
        path, chosen = spec if isinstance(spec, list | tuple) else (spec, None)
        if "__" in path:
            raise ImproperlyConfigured(f"the filter {path} reads rows of every workspace")
        if not get_fields_from_path(self.model, path)[-1].is_relation:
            return spec
        if chosen is None:
            return (path, TenantRelatedFilter)
        if isinstance(chosen, type) and issubclass(chosen, TenantRelatedFilter):
            return spec
        raise ImproperlyConfigured(f"the filter by {path} must be a TenantRelatedFilter")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Only what a filter of the page asks; a lookup typed into the address cannot probe hidden columns."""
        asked = lookup.split("__")[0]
        return asked in self._filter_names(request) and super().lookup_allowed(lookup, value, request)

    def _filter_names(self, request: HttpRequest) -> set[str]:
        names = set()
        for spec in self.get_list_filter(request):
            if isinstance(spec, type) and not issubclass(spec, FieldListFilter):
                names.add(spec.parameter_name)  # type: ignore[attr-defined]
            else:
                names.add(spec if isinstance(spec, str) else spec[0])
        return names

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = {"title": capfirst(str(self.opts.verbose_name_plural))}
        return self._guarded(request, super().changelist_view, request, {**title, **(extra_context or {})})

    def label_of(self, obj: Any) -> str:
        """What a row's page is called."""
        return str(obj)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        obj = context.get("original")
        label = self.label_of(obj) if obj is not None else f"New {self.opts.verbose_name}"
        said = {"title": label, "page_label": label, "subtitle": None, "show_history": self.keeps_history}
        return super().render_change_form(request, {**context, **said}, *args, **kwargs)

    # --- Forms ------------------------------------------------------------------------------------------------
    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.workspace = self.home(request)
        return form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        return self._guarded(request, super().changeform_view, request, object_id, form_url, extra_context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        return self._guarded(request, super().delete_view, request, object_id, extra_context)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """404, as on every other surface: a row of another workspace is like none at all."""
        raise Http404

    def _guarded(self, request: HttpRequest, view: Any, *args: Any) -> HttpResponse:
        """A refusal by a service is a message on the same page; its transaction is rolled back by then."""
        try:
            response: HttpResponse = view(*args)
        except DomainError as error:
            messages.error(request, capfirst(error.detail))
            return HttpResponseRedirect(request.get_full_path())
        return response

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.workspace = self.home(request)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            row.workspace = form.instance.workspace
            row.save()
        for row in formset.deleted_objects:
            row.delete()

    # --- The audit log, instead of Django's own, which knows no workspace and keeps people's names ----------------
    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return [] if form is None else sorted(form.changed_data)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        self._audit(request, "created", obj, fields=message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        self._audit(request, "changed", obj, fields=message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        for obj in queryset:
            self._audit(request, "deleted", obj)

    def _audit(self, request: HttpRequest, verb: str, obj: Any, **data: Any) -> None:
        if not self.services_audit:
            actor = self.seat(request).actor(request, self.home(request))
            audit.record(actor, f"{self.opts.model_name}.{verb}", str(obj.pk), **data)

    def history_entries(self, request: HttpRequest, object_id: str) -> models.QuerySet[AuditEntry]:
        """What the audit log has about this row. Numbers are unique in their table only, so the kind counts too."""
        entries = AuditEntry.objects.for_workspace(self.home(request)).filter(target=object_id)
        if object_id.isdigit():
            entries = entries.filter(action__startswith=f"{self.opts.model_name}.")
        ordered: models.QuerySet[AuditEntry] = entries.order_by("-at", "-id")
        return ordered

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        pages = LookAheadPaginator(self.history_entries(request, str(obj.pk)), self.list_per_page)
        try:
            page = pages.page(request.GET.get("p", 1))
        except InvalidPage:
            raise Http404 from None
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {self.label_of(obj)}",
            "object": obj,
            "opts": self.opts,
            "shows_addresses": self.seat(request).has_role(ADMINS),
            "page": page,
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.object_history_template, context)
