"""People > Segments: the list, the page of one, its form, and tagging all contacts in it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString

from contacts.forms import FilterForm, TagsForm
from contacts.models import Segment
from contacts.segments import services
from contacts.segments.conditions import definitions_of, describe
from contacts.segments.matching import condition_of
from crmsolid.core.errors import DomainError
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_columns import column, datetime_column
from crmsolid.panel.components.admin_pages import FormPageAdmin
from crmsolid.panel.components.forms import lock_row
from crmsolid.workspaces.actor import WRITERS

LIST = "contacts_segment_changelist"
BROKEN = "The filter does not fit any more. Correct it."


class SegmentAdmin(FormPageAdmin):
    adders = WRITERS
    deleters = WRITERS
    may_be_slow = True
    list_display = ("name", "selects", "people", "changed")
    search_fields = ("name",)
    search_help_text = "Name"
    ordering = ("-created_at", "-id")
    add_label = "New segment"
    empty_text = "A segment is a saved filter of contacts, to list, export, tag or write to all of them. Make one."
    changed = datetime_column("changed", "updated_at")

    # --- List -------------------------------------------------------------------------------------------------
    def load_rows(self, rows: list[Any]) -> None:
        if not rows:
            return
        definitions = definitions_of(rows[0].workspace_id)
        for row, counted in zip(rows, services.count_all(rows[0].workspace_id, rows), strict=True):
            row.counted, row.words = counted, _in_words(row, definitions)

    @column("contacts where")
    def selects(self, segment: Any) -> str:
        return str(segment.words)

    @column("contacts")
    def people(self, segment: Any) -> SafeString | str:
        if segment.counted.count is None:
            return "not counted"
        number = f"{'about ' if segment.counted.is_estimate else ''}{segment.counted.count:,}"
        return format_html('<a class="cs-link" href="{}">{}</a>', contacts_address(segment), number)

    # --- One segment ------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        return [
            self.own_url("<path:object_id>/tags/", self.tags_view, "tags"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        segment = self.row(request, object_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        context: dict[str, Any] = {}
        try:
            context["preview"] = services.preview_segment(self.actor(request), filter=segment.filter)
        except DomainError as error:  # it takes too long, or does not fit any more, which the words say
            context["too_costly"] = error.detail if error.code == "filter_too_costly" else ""
        return self.render_page(
            request,
            "panel/segment.html",
            words=_in_words(segment),
            contacts_address=contacts_address(segment),
            may_change=self.has_change_permission(request),
            **context,
            **self._titles(segment, segment.name),
        )

    def _titles(self, segment: Segment | None, title: str) -> dict[str, Any]:
        return {"title": title, "page_label": title, "original": segment, "segment": segment}

    # --- The form ---------------------------------------------------------------------------------------------
    def form_view(self, request: HttpRequest, segment: Segment | None) -> HttpResponse:
        """The form. One button shows whom the filter selects, the other saves it; those of the rows change the rows."""
        actor, preview = self.actor(request), None
        saves = request.POST.get("do") == "save" and "filter:do" not in request.POST
        form = self._form(request, segment, saves)
        form.is_valid()
        filter = form.cleaned_data.get("filter") if form.is_bound else None
        try:
            if saves:
                with unit_of_work():
                    form = self._form(request, segment and lock_row(segment), saves)
                    if form.is_valid():
                        if segment is None:
                            saved = services.create_segment(actor, **form.cleaned_data)
                        else:
                            saved = services.update_segment(actor, segment.pk, form.cleaned_data)
                        messages.success(request, "The segment is saved.")
                        return self.page_of(saved.segment)
            preview = services.preview_segment(actor, filter=filter or form["filter"].initial)
        except DomainError as error:
            if not form.was_stepped:
                form.add_domain_error(error)
        title = "New segment" if segment is None else f"Edit {segment.name}"
        return self.render_page(
            request, "panel/segment_form.html", form=form, preview=preview, **self._titles(segment, title)
        )

    def _form(self, request: HttpRequest, segment: Segment | None, saves: bool) -> FilterForm:
        stored: dict[str, Any] = {"filter": {"all": []}}
        if segment is not None:
            stored["name"] = segment.name
            if _in_words(segment) != BROKEN:
                stored["filter"] = segment.filter
        data = request.POST if request.method == "POST" else None
        form = FilterForm(self.current_workspace(request), data, initial=stored)
        form.fields["name"].required = saves
        return form

    # --- Tags -------------------------------------------------------------------------------------------------
    def tags_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        segment = self.row(request, object_id, to_change=True)
        form = TagsForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                job = services.tag_segment(self.actor(request), segment.pk, **form.cleaned_data)
                return HttpResponseRedirect(panel_url("workspaces_job_change", job.pk))
            except DomainError as error:
                self.show_error(request, error)
        context = {**self._titles(segment, f"Tag the contacts in {segment.name}"), "form": form}
        return self.render_page(request, "panel/segment_tags.html", **context)

    # --- Deleting ---------------------------------------------------------------------------------------------
    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        segment = self.row(request, object_id)
        if not self.has_delete_permission(request, segment):
            raise PermissionDenied
        if request.method == "POST":
            services.delete_segment(self.actor(request), segment.pk)
            messages.success(request, "The segment is deleted. Its contacts stay as they are.")
            return HttpResponseRedirect(panel_url(LIST))
        return self.render_page(request, "panel/segment_delete.html", **self._titles(segment, f"Delete {segment.name}"))


def _in_words(segment: Segment, definitions: Any = None) -> str:
    try:
        return describe(condition_of(segment, definitions))
    except DomainError:
        return BROKEN


def contacts_address(segment: Segment) -> str:
    """The list of the contacts in the segment."""
    return panel_url("contacts_contact_changelist", query={"segment": segment.pk})
