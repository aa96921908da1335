"""The addresses of the pages of contacts and tags, and the ways to them from where these pages were before."""

from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import path, register_converter

from contacts.panel import lists, person, tags
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.tenant_page import page_path


class ContactIdConverter:
    """The id of a contact, so that the pages of other models below ``contacts/`` are found too."""

    regex = "con_[0-9A-Z]{26}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ContactIdConverter, "contact")


def _to(name: str) -> Any:
    """From an address of before to the page of this name, with the rest of the address."""

    def view(request: HttpRequest, **kwargs: str) -> HttpResponseRedirect:
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(f"{panel_url(name, *kwargs.values())}{'?' if query else ''}{query}")

    return view


urlpatterns = [
    page_path("contacts/", lists.ContactListPage),
    page_path("contacts/new/", person.NewContactPage),
    page_path("contacts/filter/", lists.FilterPage),
    page_path("contacts/columns/", lists.ColumnsPage),
    page_path("contacts/change/", lists.BulkPage),
    page_path("contacts/export/", lists.ExportPage),
    page_path("contacts/tags/", tags.TagListPage),
    page_path("contacts/tags/change/", tags.TagPage),
    page_path("contacts/<contact:contact_id>/", person.ContactPage),
    page_path("contacts/<contact:contact_id>/data/", person.ContactDataPage),
    page_path("contacts/<contact:contact_id>/erase/", person.EraseContactPage),
    page_path("contacts/<contact:contact_id>/history/", person.ContactHistoryPage),
    path("contacts/contact/", _to("contacts_contact_changelist")),
    path("contacts/contact/<contact:contact_id>/change/", _to("contacts_contact_change")),
    path("contacts/contact/<contact:contact_id>/history/", _to("contacts_contact_history")),
    path("contacts/contacttag/", _to("contacts_contacttag_changelist")),
]
