"""The base classes of every model page in the panel. A page on them never shows or changes rows of another workspace.

Django's admin reads rows through default managers in many places besides the list: form choices, filters by relation,
autocomplete, raw id fields, inlines, the history. Each of them is limited to the workspace here, or refused when the
process starts. What a member may do follows from the role, not from Django's permissions.
"""

import logging
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin import FieldListFilter, ModelAdmin, RelatedFieldListFilter, ShowFacets, TabularInline
from django.contrib.admin.options import BaseModelAdmin, IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path, unquote
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR, SEARCH_VAR, ChangeList, ChangeListSearchForm
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.core.paginator import EmptyPage, InvalidPage, Page, Paginator
from django.db import DataError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.views.generic import RedirectView

from crmsolid.core.errors import DomainError
from crmsolid.panel.components.context import PanelContext, panel_context
from crmsolid.panel.components.forms import EditForm, lock_row
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import ADMINS, EVERYONE, NOBODY, Actor, Roles
from crmsolid.workspaces.models import AuditEntry, User, Workspace
from crmsolid.workspaces.scoping import WorkspaceModel

logger = logging.getLogger("crmsolid.panel")

# What Django's filters append to the name of their field in the address of a list; "id" is that of a related row.
# Others (a regular expression, for example) would let a member ask the database for anything.
FILTER_LOOKUPS = frozenset({"exact", "isnull", "gte", "lt", "id"})
# Each word of a search is a condition of its own.
MAX_SEARCH_LENGTH = 200


class TenantRelatedFilter(RelatedFieldListFilter):
    """A filter by a related row that offers only rows of this workspace."""

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
    """Pages without counting rows, which takes seconds for millions: each reads one row more than it shows."""

    num_pages = 1_000  # the database walks over all earlier pages, so there is an end to them

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


class SearchForm(ChangeListSearchForm):
    """Refuses texts that nobody searches for; the list then says so and shows everything."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        too_long = f"This is the whole list: a search has at most {MAX_SEARCH_LENGTH} characters."
        self.fields[SEARCH_VAR] = forms.CharField(
            required=False, strip=False, max_length=MAX_SEARCH_LENGTH, error_messages={"max_length": too_long}
        )


class LookAheadChangeList(ChangeList):
    """A changelist that counts nothing. ``page`` is what ``admin/pagination.html`` shows."""

    search_form_class = SearchForm

    def get_results(self, request: HttpRequest) -> None:
        paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        try:
            self.page = paginator.page(self.page_num)
        except InvalidPage:
            raise IncorrectLookupParameters from None
        self.paginator = paginator
        self.result_list = self.page.object_list
        self.result_count = len(self.result_list)

    def get_ordering_field(self, field_name: Any) -> Any:
        """None for a column without a link to sort by it: an address does not sort a large table either."""
        return super().get_ordering_field(field_name) if field_name in (self.sortable_by or ()) else None

    @property
    def new_label(self) -> str:
        return f"New {self.opts.verbose_name}"

    @property
    def kept_params(self) -> dict[str, list[str]]:
        """What a new search keeps of the address: everything but the old search and the page."""
        return {name: values for name, values in self.filter_params.items() if name != SEARCH_VAR}

    def page_url(self, number: int) -> str:
        """The address of another page of this list."""
        return self.get_query_string({PAGE_VAR: number})

    @property
    def first_page_url(self) -> str:
        return self.page_url(1)

    @property
    def previous_page_url(self) -> str:
        return self.page_url(self.page.number - 1)

    @property
    def next_page_url(self) -> str:
        return self.page_url(self.page.number + 1)


class TenantForm(EditForm, forms.ModelForm):  # type: ignore[type-arg]
    """A model form that knows its workspace, so that it checks unique constraints which include the workspace."""

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
    """What pages and inlines have in common. The sets of roles say who may see, add, change and delete."""

    viewers: ClassVar[Roles] = EVERYONE
    adders: ClassVar[Roles] = NOBODY
    changers: ClassVar[Roles] = NOBODY
    deleters: ClassVar[Roles] = NOBODY
    needs_plan = True  # without a plan in force the page is read-only; False: it can be changed at any time
    may_be_slow: ClassVar[bool] = False  # as of ``TenantPage``, for all its pages

    def panel_context(self, request: HttpRequest) -> PanelContext:
        """The request's context; every page behind ``admin_view`` has one."""
        panel = panel_context(request)
        if panel is None:
            raise ImproperlyConfigured("a panel page was reached by somebody who is no member of a workspace")
        return panel

    def current_workspace(self, request: HttpRequest) -> Workspace:
        """The workspace whose rows this page shows."""
        return self.panel_context(request).workspace

    def actor(self, request: HttpRequest) -> Actor:
        """The user as an actor in the page's workspace, for the services."""
        return self.panel_context(request).actor(request, self.current_workspace(request))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).filter(workspace=self.current_workspace(request))

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> models.QuerySet[Any]:
        """The rows that a relation offers, in forms, filters and autocomplete fields."""
        model = db_field.remote_field.model
        if issubclass(model, WorkspaceModel):
            rows: models.QuerySet[Any] = model.objects.for_workspace(self.current_workspace(request))
            return rows
        if issubclass(model, User):
            return User.objects.filter(memberships__workspace=self.panel_context(request).live)
        raise ImproperlyConfigured(f"{db_field} leads out of the workspace, so no page may offer its rows")

    def _is_allowed(self, request: HttpRequest, roles: Roles, obj: Any, *, writes: bool = True) -> bool:
        panel = panel_context(request)
        if panel is None or not panel.has_role(roles):
            return False
        if writes and self.needs_plan and panel.is_expired:
            return False
        workspace_id = getattr(obj, "workspace_id", None)
        return workspace_id is None or workspace_id == self.current_workspace(request).pk

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_allowed(request, self.viewers, obj, writes=False)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_allowed(request, self.adders, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_allowed(request, self.changers, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_allowed(request, self.deleters, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


class TenantInline(TenantRules, TabularInline):  # type: ignore[type-arg]
    """Rows of the same workspace below a parent row, read-only."""

    extra = 0


class TenantAdmin(TenantRules, ModelAdmin):  # type: ignore[type-arg]
    """The base of every ``ModelAdmin`` in the panel."""

    form = TenantForm
    object_history_template = "panel/history.html"
    paginator = LookAheadPaginator
    list_per_page = 50
    show_facets = ShowFacets.NEVER  # facets count the whole table for each choice of each filter
    keeps_history = True  # False for rows that never change: no link leads to an empty history
    empty_text = ""  # what an empty list says, for example what creates its rows
    opens_drawer = False  # whether a wide window shows the page of a row beside the list
    add_label = ""  # of the button above the list; "New" and the name of the model without one
    # Templates that are shown above and below the list, and around the form of a row.
    list_before_template = list_after_template = form_before_template = form_after_template = ""
    audited_values: ClassVar[frozenset[str]] = frozenset()  # fields whose old and new values the audit log has
    services_audit = False  # True where the services called by the page write the audit log themselves

    def __init__(self, model: type[models.Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        if not issubclass(model, WorkspaceModel):
            raise ImproperlyConfigured(f"{model.__name__} rows belong to no workspace")
        if self.raw_id_fields:
            raise ImproperlyConfigured(f"{model.__name__}: raw id fields find rows of every workspace")
        if self.date_hierarchy:
            raise ImproperlyConfigured(f"{model.__name__}: a date hierarchy reads the dates of all rows")

    # --- Lists ------------------------------------------------------------------------------------------------
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LookAheadChangeList

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Use ``TenantRelatedFilter`` for a relation; refuse a filter that reaches through a relation."""
        return [self._tenant_filter(item) for item in super().get_list_filter(request)]

    def _tenant_filter(self, item: Any) -> Any:
        if isinstance(item, type):
            return item
        path, filter_class = item if isinstance(item, list | tuple) else (item, TenantRelatedFilter)
        if "__" in path:
            raise ImproperlyConfigured(f"the filter {path} reads rows of every workspace")
        if not get_fields_from_path(self.model, path)[-1].is_relation:
            return item
        if not (isinstance(filter_class, type) and issubclass(filter_class, TenantRelatedFilter)):
            raise ImproperlyConfigured(f"the filter by {path} must be a TenantRelatedFilter")
        return path, filter_class

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Only lookups by the page's own filters, so that nobody probes hidden columns through the address."""
        names = set()
        for item in self.get_list_filter(request):
            if isinstance(item, type) and not issubclass(item, FieldListFilter):
                names.add(item.parameter_name)  # type: ignore[attr-defined]
            else:
                names.add(item if isinstance(item, str) else item[0])
        name, *rest = lookup.split("__")
        return name in names and FILTER_LOOKUPS.issuperset(rest) and super().lookup_allowed(lookup, value, request)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list that the address asks for. Values that the database cannot compare with are an error of the address,
        which Django answers by showing the whole list. It is logged, because our own errors can look the same."""
        try:
            return super().get_changelist_instance(request)
        except (ValueError, OverflowError, DataError) as error:
            if not set(request.GET) - {ERROR_FLAG}:
                raise
            logger.warning("the list at %s cannot be shown as its address asks", request.path, exc_info=error)
            raise IncorrectLookupParameters from error

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if ERROR_FLAG in request.GET:
            messages.warning(request, "This is the whole list: the page or filter in the address does not exist.")
        title = {"title": capfirst(str(self.opts.verbose_name_plural))}
        return self._show_errors(super().changelist_view, request, {**title, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        """Django's own. The page of a row is at ``<id>/``; ``<id>/change/``, where it once was, leads there."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_change"
        urls = [url for url in super().get_urls() if url.name]
        [page] = [url for url in urls if url.name == name]
        urls.remove(page)
        before = RedirectView.as_view(pattern_name=f"admin:{name}", query_string=True)
        return [
            *urls,
            path("<str:object_id>/", page.callback, name=name),
            path("<str:object_id>/change/", self.admin_site.admin_view(before)),
        ]

    def label_of(self, obj: Any) -> str:
        """The title of a row's page."""
        return str(obj)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        obj = context.get("original")
        label = self.label_of(obj) if obj is not None else f"New {self.opts.verbose_name}"
        titles = {"title": label, "page_label": label, "subtitle": None, "show_history": self.keeps_history}
        return super().render_change_form(request, {**context, **titles}, *args, **kwargs)

    def render_page(self, request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
        """A page of its own, which is not Django's form, in the frame of the panel."""
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}
        return TemplateResponse(request, template, {**frame, **context})

    # --- Forms ------------------------------------------------------------------------------------------------
    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault(
            "choices",
            db_field.get_choices(
                include_blank=db_field.blank or not db_field.has_default(), blank_choice=[("", "Choose one")]
            ),
        )
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.workspace = self.current_workspace(request)  # type: ignore[attr-defined]
        return form

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        return self._show_errors(self._locked_changeform_view, request, object_id, form_url, extra_context)

    def _locked_changeform_view(self, request: HttpRequest, object_id: str | None, *args: Any) -> Any:
        """A form that is sent is checked and saved with its row locked, see :class:`EditForm`."""
        with transaction.atomic():
            obj = self.get_object(request, unquote(object_id)) if object_id and request.method == "POST" else None
            if obj is not None:
                lock_row(obj)
            return super().changeform_view(request, object_id, *args)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._show_errors(super().delete_view, request, *args, **kwargs)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row, or None; also for an id with a NUL, for which PostgreSQL would raise an error."""
        return None if "\0" in object_id else super().get_object(request, object_id, from_field)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Answer 404, as the API does: nothing tells whether another workspace has the row."""
        raise Http404

    def _show_errors(self, view: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show a service's error as a message on the same page. The transaction has been rolled back by then."""
        try:
            return view(request, *args, **kwargs)
        except DomainError as error:
            messages.error(request, capfirst(error.detail))
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=form.changed_data)  # the others may have been changed while the form was checked
        else:
            obj.workspace = self.current_workspace(request)
            super().save_model(request, obj, form, change)

    # --- The audit log, in place of Django's own log, which knows no workspace and keeps people's names ------------
    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """The data of the audit entry: old and new values of ``audited_values``, of other fields their names alone."""
        changed = [] if form is None else sorted(form.changed_data)
        told = [name for name in changed if name in self.audited_values and not add]
        data: dict[str, Any] = {"fields": [name for name in changed if name not in told]}
        if told:
            data["old"] = {name: form.initial[name] for name in told}
            data["new"] = {name: form.cleaned_data[name] for name in told}
        return data

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        self._audit(request, "created", obj, **message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        self._audit(request, "changed", obj, **message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:  # type: ignore[override]
        for obj in queryset:
            self._audit(request, "deleted", obj)

    def _audit(self, request: HttpRequest, verb: str, obj: Any, **data: Any) -> None:
        if not self.services_audit:
            audit.record(self.actor(request), f"{self.opts.model_name}.{verb}", str(obj.pk), **data)

    def history_entries(self, request: HttpRequest, object_id: str) -> models.QuerySet[AuditEntry]:
        """The audit entries about one row, newest first."""
        return audit.entries_about(self.current_workspace(request), object_id, kind=str(self.opts.model_name))

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
        shows_addresses = self.panel_context(request).has_role(ADMINS)
        context = {"title": f"History of {self.label_of(obj)}", "object": obj, "shows_addresses": shows_addresses}
        return self.render_page(request, self.object_history_template, **context, page=page, **(extra_context or {}))
