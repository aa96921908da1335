"""The list of contacts: search, segments, filters, columns, and what is done with many of them at once."""

import time
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.text import capfirst

from contacts import bulk, custom_fields, services
from contacts.forms import FilterForm
from contacts.models import Segment, Stage, name_of
from contacts.panel.actions import BulkChoice, bulk_choices
from contacts.panel.person import STAGE_COLOURS, display_value
from contacts.panel.query import (
    MAX_FILTER,
    Column,
    ContactsQuery,
    available_columns,
    choose_columns,
    chosen_columns,
    filter_text,
)
from contacts.repository import ContactWithTags
from contacts.segments import services as segments
from contacts.segments.conditions import ConditionErrors, describe, load_condition
from contacts.segments.matching import SECONDS, ContactCount
from crmsolid.core.errors import DomainError, FieldError
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.tenant_page import TenantPage, error_text
from crmsolid.workspaces.actor import EVERYONE

PER_PAGE = 50
# Counting stops here; the list itself never needs the number.
COUNT_LIMIT = 10_000
# So many segments are offered by name; an address may name any.
MAX_SEGMENTS = 50
MAX_TAGS = 4
LIST = "contacts_contact_changelist"

SORTABLE = ("name", "score", "created_at", "updated_at")
SORT_NAMES = {
    "-created_at": "Newest first",
    "created_at": "Oldest first",
    "-updated_at": "Changed last",
    "updated_at": "Longest unchanged",
    "name": "By name",
    "-name": "By name, Z to A",
    "-score": "Highest score",
    "score": "Lowest score",
}


def count_text(count: ContactCount) -> str:
    """A number that may stand for all above the limit, or be an estimate."""
    if count.is_estimate:
        return f"about {count.number:,}"
    return f"{count.number:,}" if count.number <= COUNT_LIMIT else f"{COUNT_LIMIT:,}+"


class ContactListPage(TenantPage):
    name = LIST
    title = "Contacts"
    template = "panel/contacts.html"
    may_be_slow = True

    def get(self, request: Any) -> HttpResponseBase:
        began = time.monotonic()
        query = ContactsQuery.read(request.GET)
        definitions = custom_fields.by_key(self.workspace)
        shown = chosen_columns(self.actor, available_columns(definitions))
        error = ""
        people: list[ContactWithTags] = []
        cursor, after = request.GET.get("cursor") or None, None
        try:
            page = services.list_contacts(self.actor, query.filters, sort=query.sort, limit=PER_PAGE, cursor=cursor)
            people, after = page.rows, page.next_cursor
        except DomainError as refused:
            if refused.code == "invalid_cursor":
                return HttpResponseRedirect(f"{panel_url(LIST)}?{query.encoded}")
            error = _why(refused)
        saved = self._segments(query)
        count = self._count(query, began) if query.is_narrowed and not error else None
        return self.render(
            query=query,
            error=error,
            count=count_text(count) if count else "",
            is_counted=count is not None and not count.is_estimate,
            rows=[
                (each.contact.id, name_of(each.contact), [cell(each, column) for column in shown]) for each in people
            ],
            headers=[(column, self._sort_link(query, column)) for column in shown],
            name_sort=self._sort_link(query, Column("name", "Name")),
            after=f"?{query.encoded}&cursor={after}" if after else "",
            is_later=cursor is not None,
            first=f"?{query.encoded}",
            segments=saved,
            segment=next((each for each in saved if each.pk == query.segment), None),
            filter_words=self._words(query),
            filter_address=f"{panel_url(FilterPage.name)}?{query.encoded}",
            sort_names=SORT_NAMES.items(),
            choices=list(bulk_choices.values()) if self.may_change else [],
            export_address=f"{panel_url(ExportPage.name)}?{query.encoded}",
        )

    def _segments(self, query: ContactsQuery) -> list[Segment]:
        rows = self.rows(Segment).order_by("name").only("id", "name", "workspace")
        offered = list(rows[:MAX_SEGMENTS])
        if query.segment and all(each.pk != query.segment for each in offered):
            offered += rows.filter(pk=query.segment)
        return offered

    def _count(self, query: ContactsQuery, began: float) -> ContactCount | None:
        """None if it takes too long, beside the list that has been read since ``began``."""
        left = max(0.2, SECONDS - (time.monotonic() - began))
        with suppress(DomainError):
            return services.estimate_contacts(self.actor, query.filters, at_most=COUNT_LIMIT + 1, seconds=left)
        return None

    def _words(self, query: ContactsQuery) -> str:
        if query.filter is None:
            return ""
        try:
            return describe(load_condition(self.workspace, query.filter))
        except ConditionErrors:
            return "a filter that uses a custom field that is gone"

    def _sort_link(self, query: ContactsQuery, column: Column) -> dict[str, str] | None:
        """The address that sorts by the column, the other way round if it is sorted by already; None if it cannot."""
        field = column.name
        if field not in SORTABLE:
            return None
        direction = {field: "ascending", f"-{field}": "descending"}.get(query.sort, "none")
        falls_first = field != "name"
        wanted = f"-{field}" if (direction == "ascending") or (direction == "none" and falls_first) else field
        pairs = [(name, value) for name, value in query.pairs if name != "sort"]
        return {"query": urlencode([*pairs, ("sort", wanted)]), "direction": direction}


def _why(refused: DomainError) -> str:
    """Why the list cannot be shown as its address asks, as a sentence."""
    return f"{capfirst((refused.errors[0] if refused.errors else refused).detail).rstrip('.')}."


def cell(person: ContactWithTags, column: Column) -> dict[str, Any]:
    """A value of the list: its kind, for the template, and what to draw."""
    contact = person.contact
    if column.key:
        value = contact.custom_fields.get(column.key)
        return {"kind": "text", "value": "" if value is None else display_value(value), "label": column.label}
    value = getattr(contact, column.name, None)
    kind = "text"
    match column.name:
        case "stage":
            kind, value = "label", (STAGE_COLOURS.get(contact.stage, ""), Stage(contact.stage).label)
        case "tags":
            names = sorted(person.tags)
            kind, value = "tags", (names[:MAX_TAGS], len(names) - MAX_TAGS)
        case "opted_out":
            kind, value = "label", ("danger", "Opted out") if contact.opted_out else None
        case "username":
            value = f"@{contact.username}" if contact.username else ""
        case "created_at" | "updated_at" | "last_in_at" | "last_out_at":
            kind = "time"
    return {"kind": kind, "value": value, "label": column.label}


class FilterPage(TenantPage):
    """Rows of conditions that make a filter of the list, or a segment."""

    name = "contacts_contact_filter"
    title = "Filter contacts"
    template = "panel/contact_filter.html"
    may_be_slow = True
    # Who may only read filters too; saving as a segment asks the service.
    changers = EVERYONE
    needs_plan = False

    def get(self, request: Any) -> HttpResponseBase:
        query = ContactsQuery.read(request.GET)
        filter, name = query.filter, ""
        if filter is None and query.segment:
            segment = self.row(Segment, query.segment)
            filter, name = segment.filter, ""
        try:
            load_condition(self.workspace, filter) if filter is not None else None
        except ConditionErrors:
            filter = None
        form = FilterForm(self.workspace, initial={"filter": filter or {"all": []}, "name": name})
        return self._page(form, filter or {"all": []})

    def post(self, request: Any) -> HttpResponseBase:
        form = FilterForm(self.workspace, request.POST)
        form.is_valid()
        filter = form.cleaned_data.get("filter", {"all": []})
        do = request.POST.get("do", "")
        if not form.was_stepped and do in ("show", "save"):
            try:
                return self._show(form, filter) if do == "show" else self._save(form, filter)
            except DomainError as error:
                form.add_domain_error(error)
        return self._page(form, filter, failed=not form.was_stepped and do in ("show", "save"))

    def _show(self, form: FilterForm, filter: Any) -> HttpResponseBase:
        services.count_contacts(self.actor, {"filter": filter}, at_most=1)
        text = filter_text(filter)
        if len(text) > MAX_FILTER:
            raise DomainError(
                "validation_failed",
                errors=[FieldError("name", "max_length", "a filter this long has to be saved; give it a name")],
            )
        return self.redirect(LIST, filter=text)

    def _save(self, form: FilterForm, filter: Any) -> HttpResponseBase:
        name = form.cleaned_data.get("name", "")
        if not name:
            raise DomainError("validation_failed", errors=[FieldError("name", "required", "give the segment a name")])
        if not self.actor_may_save:
            raise PermissionDenied
        saved = segments.create_segment(self.actor, name=name, filter=filter)
        self.say(f"The segment {saved.segment.name} is saved.")
        return self.redirect(LIST, segment=saved.segment.pk)

    @property
    def actor_may_save(self) -> bool:
        """Whether this member may save segments now."""
        return self.panel.has_role(TenantPage.changers) and not self.panel.is_expired

    def _page(self, form: FilterForm, filter: Any, failed: bool = False) -> HttpResponseBase:
        count, words = "", ""
        try:
            # What was refused has taken its time already.
            seconds = 0.5 if failed else SECONDS
            number = services.estimate_contacts(
                self.actor, {"filter": filter}, at_most=COUNT_LIMIT + 1, seconds=seconds
            )
            count = count_text(number)
            words = describe(load_condition(self.workspace, filter))
        except DomainError as error:
            if form.is_bound and not form.was_stepped:
                form.add_domain_error(error)
        status = 422 if failed else 200
        return self.render(form=form, count=count, words=words, may_save=self.actor_may_save, status=status)


class ColumnsPage(TenantPage):
    name = "contacts_contact_columns"
    title = "Columns of the list"
    template = "panel/contact_columns.html"
    changers = EVERYONE
    needs_plan = False

    def get(self, request: Any) -> HttpResponseBase:
        known = available_columns(custom_fields.by_key(self.workspace))
        chosen = chosen_columns(self.actor, known)
        others = [each for each in known.values() if each not in chosen]
        return self.render(columns=[(each, True) for each in chosen] + [(each, False) for each in others])

    def post(self, request: Any) -> HttpResponseBase:
        names = request.POST.getlist("column")
        order = {name: _number(request.POST.get(f"order-{name}", "")) for name in names}
        choose_columns(self.actor, sorted(names, key=lambda name: order[name]))
        self.say("The list has these columns from now on.")
        return self.redirect(LIST)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 999


class ExportPage(TenantPage):
    """The contacts that match, as a file to save. It is streamed, so nothing of it is kept here."""

    name = "contacts_contact_export"
    title = "Export"
    template = ""
    may_be_slow = True

    def get(self, request: Any) -> HttpResponseBase:
        query = ContactsQuery.read(request.GET)
        try:
            rows = services.export_contacts(self.actor, query.filters, format="csv")
        except DomainError as error:
            self.show_error(error)
            return self.redirect(LIST)
        headers = {"Content-Disposition": 'attachment; filename="contacts.csv"'}
        return StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8", headers=headers)


class BulkPage(TenantPage):
    """Asks for the rest of a change of many contacts, says how many they are, and starts it."""

    name = "contacts_contact_bulk"
    title = "Change contacts"
    template = "panel/contact_bulk.html"
    may_be_slow = True
    viewers = TenantPage.changers

    def get(self, request: Any) -> HttpResponseBase:
        query, do = _of(request.GET), request.GET.get("do", "")
        if do not in bulk_choices and do != "export":
            return self._refuse("choose what to do")
        if query is None:
            return self._refuse("choose at least one contact")
        if do == "export":
            return HttpResponseRedirect(f"{panel_url(ExportPage.name)}?{query.encoded}")
        return self._page(bulk_choices[do], query)

    def post(self, request: Any) -> HttpResponseBase:
        query, choice = _of(request.POST), bulk_choices.get(request.POST.get("do", ""))
        if choice is None:
            return self._refuse("choose what to do")
        if query is None:
            return self._refuse("choose at least one contact")
        shown = request.POST.get("number", "")
        expected = int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 12 else None
        form = choice.form(self.workspace, request.POST)
        if not form.is_valid():
            return self._page(choice, query, form=form)
        if expected is None:
            return self._page(choice, query, form=form, error="Look at the number first. Nothing was changed.")
        typed = request.POST.get("typed", "").replace(",", "").strip()
        if choice.dangerous and typed != str(expected):
            return self._page(choice, query, form=form, error="Type the number to confirm. Nothing was changed.")
        try:
            arguments = choice.arguments(form.cleaned_data)
            # Contacts arrive all the time; only what cannot be undone has to be for exactly as many as were shown.
            exactly = expected if choice.dangerous else None
            job = bulk.start_bulk(self.actor, choice.action, query.filters, arguments, expected=exactly)
        except DomainError as error:
            return self._page(choice, query, form=form, error=error_text(error))
        return self.redirect("workspaces_job_change", job.pk)

    @property
    def _data(self) -> Any:
        return self.request.POST if self.request.method == "POST" else self.request.GET

    @property
    def _back(self) -> str:
        """The list as it was, with nobody ticked."""
        return f"{panel_url(LIST)}?{replace(ContactsQuery.read(self._data), ids=()).encoded}"

    def _refuse(self, reason: str) -> HttpResponseBase:
        self.show_error(DomainError("validation_failed", reason))
        return HttpResponseRedirect(self._back)

    def _page(self, choice: BulkChoice, query: ContactsQuery, *, form: Any = None, error: str = "") -> HttpResponseBase:
        try:
            number = services.count_contacts(self.actor, query.filters)
        except DomainError as refused:
            self.show_error(refused)
            return HttpResponseRedirect(self._back)
        people = "1 contact" if number == 1 else f"{number:,} contacts"
        return self.render(
            status=422 if error or (form is not None and form.errors) else 200,
            title=f"{choice.title}: {people}",
            page_label=f"{choice.title}: {people}",
            choice=choice,
            form=form or choice.form(self.workspace),
            number=number,
            people=people,
            who=self._data["who"],
            pairs=ContactsQuery.read(self._data).pairs,
            everybody=not query.is_narrowed,
            error=error,
            back=self._back,
        )


def _of(data: Any) -> ContactsQuery | None:
    """The contacts that were chosen, or all that match: the button says which. None if none of them is ticked, which
    must never mean everybody."""
    query = ContactsQuery.read(data)
    match data.get("who"):
        case "all":
            return replace(query, ids=())
        case "chosen" if query.ids:
            return ContactsQuery(ids=query.ids)
    return None
