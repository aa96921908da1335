"""The addresses of the pages of contacts and tags."""

from django.urls import register_converter
from django.urls.converters import StringConverter

from contacts.panel import cells, lists, many, person, suggestions, tags, undoing
from crmsolid.panel.components.tenant_page import page_path


class ContactIdConverter(StringConverter):
    """The id of a contact, so that the pages of other models below ``contacts/`` are found too."""

    regex = "con_[0-9A-Z]{26}"


register_converter(ContactIdConverter, "contact")

urlpatterns = [
    page_path("suggest/tags/", suggestions.TagSuggestions),
    page_path("suggest/people/", suggestions.PeopleSuggestions),
    page_path("contacts/", lists.ContactListPage),
    page_path("contacts/new/", person.NewContactPage),
    page_path("contacts/filter/", lists.FilterPage),
    page_path("contacts/columns/", lists.ColumnsPage),
    page_path("contacts/change/", many.ChangePage),
    page_path("contacts/export/", many.ExportPage),
    page_path("contacts/save/", lists.SaveListPage),
    page_path("contacts/chip/", lists.ChipPage),
    page_path("contacts/assistants/", undoing.AssistantChangesPage),
    page_path("contacts/tags/", tags.TagListPage),
    page_path("contacts/tags/change/", tags.TagPage),
    page_path("contacts/<contact:contact_id>/", person.ContactPage),
    page_path("contacts/<contact:contact_id>/cell/", cells.CellPage),
    page_path("contacts/<contact:contact_id>/data/", person.ContactDataPage),
    page_path("contacts/<contact:contact_id>/erase/", person.EraseContactPage),
    page_path("contacts/<contact:contact_id>/history/", person.ContactHistoryPage),
]
