"""The list of contacts: search, filters, saved lists, columns."""

from contextlib import nullcontext, suppress
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.text import capfirst

from contacts import custom_fields, services
from contacts.forms import FilterForm
from contacts.models import Segment, pieces_of
from contacts.normalization import fold
from contacts.panel import cells
from contacts.panel.actions import bulk_choices, bulk_pages
from contacts.panel.chips import Chip, Chips, filter_to_save
from contacts.panel.many import LIST, ExportPage
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
from contacts.segments.matching import SECONDS, ContactCount, Counter
from crmsolid.core.errors import DomainError, invalid
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.tenant_page import TenantPage
from crmsolid.workspaces.actor import EVERYONE

PER_PAGE = 50
# Counting stops here; the list itself never needs the number.
COUNT_LIMIT = 10_000
# The page waits so long for the number of those who match; if that is not enough, its script asks for the number.
COUNT_SECONDS = 0.1
# A search that no index finds may take so long; the service limits filters.
SEARCH_SECONDS = 0.25
TOO_SHORT = "Too many contacts to look through: search for at least three letters or digits in a row."
# So many segments are offered by name; an address may name any.
MAX_SEGMENTS = 50

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


def count_text(count: ContactCount | None) -> str:
    """A number that may stand for all above the limit, or be an estimate; empty for None."""
    if count is None:
        return ""
    if count.is_estimate:
        return f"about {count.number:,}"
    return f"{count.number:,}" if count.number <= COUNT_LIMIT else f"{COUNT_LIMIT:,}+"


class ContactListPage(TenantPage):
    """The list. A chip of the filter sends its row here, which leads to the list with that filter."""

    name = LIST
    title = "Contacts"
    template = "panel/contacts.html"
    may_be_slow = True

    def get(self, request: Any) -> HttpResponseBase:
        query = ContactsQuery.read(request.GET)
        if request.GET.get("part") == "count":
            return HttpResponse(f"{count_text(self._count(query, SECONDS)) or 'Many'} contacts")
        return self._page(query)

    def _page(self, query: ContactsQuery, *, status: int = 200, **saving: str) -> HttpResponseBase:
        segment = self._segment(query)
        definitions = custom_fields.by_key(self.workspace)
        chips = Chips(self.workspace, query, definitions, segment)
        sent = chips.sent(self.request.GET)
        if sent is not None and not sent[0].errors:
            return self.redirect(LIST, **dict(sent[1].pairs))
        opened = sent[0] if sent else chips.new(self.request.GET.get("add", ""))
        shown, is_usual = chosen_columns(self.actor, available_columns(definitions))
        error = ""
        people: list[ContactWithTags] = []
        cursor, after = self.request.GET.get("cursor") or None, None
        is_short = bool(query.search) and not pieces_of(fold(query.search))
        try:
            with Counter(self.workspace).limit(SEARCH_SECONDS) if is_short else nullcontext():
                page = services.list_contacts(self.actor, query.filters, sort=query.sort, limit=PER_PAGE, cursor=cursor)
            people, after = page.rows, page.next_cursor
        except DomainError as refused:
            if refused.code == "invalid_cursor":
                return HttpResponseRedirect(f"{panel_url(LIST)}?{query.encoded}")
            error = TOO_SHORT if is_short and refused.code == "filter_too_costly" else _why(refused)
        rows = cells.rows(self.workspace, people, shown)
        # A page that holds all of them needs no query to count them.
        count = ContactCount(len(rows)) if after is None and cursor is None and not error else None
        if count is None and query.is_narrowed and not error:
            count = self._count(query, COUNT_SECONDS)
        return self.render(
            status=status,
            query=query,
            error=error,
            count=count_text(count),
            is_counted=count is not None and not count.is_estimate,
            rows=rows,
            is_usual=is_usual,
            headers=[(column, self._sort_link(query, column)) for column in shown],
            name_sort=self._sort_link(query, Column("name", "Name")),
            after=f"?{query.encoded}&cursor={after}" if after else "",
            is_later=cursor is not None,
            first=f"?{query.encoded}",
            segment=segment,
            saved_lists=self._saved_lists(query),
            chips=_with_open(chips.all(), opened),
            is_segment_shown=chips.is_segment,
            field_menu=chips.menu,
            filter_address=f"{panel_url(FilterPage.name)}?{query.encoded}",
            sorts=[(title, self._sorted(query, sort), sort == query.sort) for sort, title in SORT_NAMES.items()],
            sort_name=SORT_NAMES[query.sort],
            choices=list(bulk_choices.values()) if self.may_change else [],
            pages=list(bulk_pages.items()) if self.may_change else [],
            column_menu=_column_menu(definitions, shown),
            export_address=f"{panel_url(ExportPage.name)}?{query.encoded}",
            sample_address=panel_url("sample", side="test"),
            **saving,
        )

    def _segment(self, query: ContactsQuery) -> Segment | None:
        found: Segment | None = self.rows(Segment).filter(pk=query.segment).first() if query.segment else None
        return found

    def _saved_lists(self, query: ContactsQuery) -> list[tuple[str, str, bool]]:
        """The segments by name, as title, address and whether it is the one that is shown."""
        found = self.rows(Segment).order_by("name").values_list("id", "name")[:MAX_SEGMENTS]
        return [(name, f"{panel_url(LIST)}?segment={pk}", pk == query.segment) for pk, name in found]

    def _count(self, query: ContactsQuery, seconds: float) -> ContactCount | None:
        """How many match; None if counting, and estimating, takes longer."""
        with suppress(DomainError):
            return services.estimate_contacts(self.actor, query.filters, at_most=COUNT_LIMIT + 1, seconds=seconds)
        return None

    def _sort_link(self, query: ContactsQuery, column: Column) -> dict[str, str] | None:
        """The address that sorts by the column, the other way round if it is sorted by already; None if it cannot."""
        field = column.name
        if field not in SORTABLE:
            return None
        direction = {field: "ascending", f"-{field}": "descending"}.get(query.sort, "none")
        falls_first = field != "name"
        wanted = f"-{field}" if (direction == "ascending") or (direction == "none" and falls_first) else field
        return {"address": self._sorted(query, wanted), "direction": direction}

    def _sorted(self, query: ContactsQuery, sort: str) -> str:
        pairs = [(name, value) for name, value in query.pairs if name != "sort"]
        return f"?{urlencode([*pairs, ('sort', sort)])}"


def _with_open(chips: list[Chip], opened: Chip | None) -> list[Chip]:
    """The chips, with the one that somebody works on in its place."""
    if opened is None:
        return chips
    opened.remove = chips[opened.at].remove if opened.at < len(chips) else ""
    return [*chips[: opened.at], opened, *chips[opened.at + 1 :]]


def _column_menu(definitions: Any, shown: list[Column]) -> list[tuple[Column, bool]]:
    """All columns and whether they are shown: first those that are, in their order."""
    others = [each for each in available_columns(definitions).values() if each not in shown]
    return [(each, True) for each in shown] + [(each, False) for each in others]


def _why(refused: DomainError) -> str:
    """Why the list cannot be shown, or saved, as a sentence."""
    return f"{capfirst((refused.errors[0] if refused.errors else refused).detail).rstrip('.')}."


class SaveListPage(ContactListPage):
    """Keeps the filter of the list as a segment; if that is refused, the list says why."""

    name = "contacts_contact_save"
    viewers = ContactListPage.changers

    def get(self, request: Any) -> HttpResponseBase:
        """To the list: the links of a refused form lead here."""
        return HttpResponseRedirect(f"{panel_url(LIST)}?{request.GET.urlencode()}")

    def post(self, request: Any) -> HttpResponseBase:
        query = ContactsQuery.read(request.POST)
        name = " ".join(request.POST.get("name", "").split())
        try:
            if not name:
                raise invalid("name", "required", "give the list a name")
            filter = filter_to_save(query, self._segment(query))
            saved = segments.create_segment(self.actor, name=name, filter=filter)
        except DomainError as error:
            return self._page(query, save_name=name, save_error=_why(error), status=422)
        self.say(f"The list {saved.segment.name} is saved.")
        return self.redirect(LIST, segment=saved.segment.pk)


class ChipPage(TenantPage):
    """A chip by itself, while somebody works on it, with the number of those who would match."""

    name = "contacts_contact_chip"
    title = "Filter"
    template = "panel/contact_chip.html"
    may_be_slow = True

    def get(self, request: Any) -> HttpResponseBase:
        query = ContactsQuery.read(request.GET)
        segment = self.rows(Segment).filter(pk=query.segment).first() if query.segment else None
        chips = Chips(self.workspace, query, custom_fields.by_key(self.workspace), segment)
        sent = chips.sent(request.GET)
        chip = sent[0] if sent else chips.new(request.GET.get("add", ""))
        if chip is None:
            raise Http404
        count, has_value = "", sent is not None and not chip.errors
        if sent is not None and has_value:
            with suppress(DomainError):
                found = services.estimate_contacts(self.actor, sent[1].filters, at_most=COUNT_LIMIT + 1)
                count = count_text(found)
        _with_open(chips.all(), chip)
        chip.errors = []  # whoever types has not sent anything yet
        return self.render(chip=chip, count=count)


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
            raise invalid("name", "max_length", "a filter this long has to be saved; give it a name")
        return self.redirect(LIST, filter=text)

    def _save(self, form: FilterForm, filter: Any) -> HttpResponseBase:
        name = form.cleaned_data.get("name", "")
        if not name:
            raise invalid("name", "required", "give the segment a name")
        if not self.actor_may_save:
            raise PermissionDenied
        saved = segments.create_segment(self.actor, name=name, filter=filter)
        self.say(f"The list {saved.segment.name} is saved.")
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
    """Which columns the member sees, and in which order."""

    name = "contacts_contact_columns"
    title = "Columns of the list"
    template = "panel/contact_columns.html"
    changers = EVERYONE
    needs_plan = False

    def get(self, request: Any) -> HttpResponseBase:
        definitions = custom_fields.by_key(self.workspace)
        shown, _ = chosen_columns(self.actor, available_columns(definitions))
        back = f"{panel_url(LIST)}?{ContactsQuery.read(request.GET).encoded}"
        return self.render(column_menu=_column_menu(definitions, shown), back=back, pairs=_pairs(request.GET))

    def post(self, request: Any) -> HttpResponseBase:
        names, move = request.POST.getlist("column"), request.POST.get("move", "")
        choose_columns(self.actor, _moved(names, *move.partition(":")[::2]))
        pairs = dict(_pairs(request.POST))
        if move:
            return self.redirect(self.name, **pairs)
        return self.redirect(LIST, **pairs)


def _pairs(data: Any) -> list[tuple[str, str]]:
    """The query of the list that the columns are of."""
    return [(name, value) for name, value in ContactsQuery.read(data).pairs if name != "id"]


def _moved(names: list[str], way: str, name: str) -> list[str]:
    """The names with one of them a place further up or down."""
    if name not in names:
        return names
    at = names.index(name)
    to = max(0, min(len(names) - 1, at + {"up": -1, "down": 1}.get(way, 0)))
    return [*(rest := [each for each in names if each != name])[:to], name, *rest[to:]]
