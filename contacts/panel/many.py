"""What is done with many contacts of the list at once: a change by a job, an export, a page of another app."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase

from contacts import bulk, services
from contacts.panel.actions import BulkChoice, BulkPage, bulk_choices, bulk_pages
from contacts.panel.query import ContactsQuery
from crmsolid.core.errors import DomainError
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.tenant_page import TenantPage, error_text

LIST = "contacts_contact_changelist"
EXPORT = "export"


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


class ChangePage(TenantPage):
    """Asks for the rest of a change of many contacts, says how many they are, and starts it."""

    name = "contacts_contact_bulk"
    title = "Change contacts"
    template = "panel/contact_bulk.html"
    may_be_slow = True
    viewers = TenantPage.changers

    def get(self, request: Any) -> HttpResponseBase:
        query, do = _of(request.GET), request.GET.get("do", "")
        if do not in bulk_choices and do not in bulk_pages and do != EXPORT:
            return self._refuse("choose what to do")
        if query is None:
            return self._refuse("choose at least one contact")
        if do == EXPORT:
            return HttpResponseRedirect(f"{panel_url(ExportPage.name)}?{query.encoded}")
        if do in bulk_pages:
            return self._leave(bulk_pages[do], query)
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

    def _leave(self, page: BulkPage, query: ContactsQuery) -> HttpResponseBase:
        address = page.address(query)
        if address is None:
            return self._refuse(page.refusal)
        return HttpResponseRedirect(address)

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
