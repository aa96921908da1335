"""The search at the top of each page: pages of the menu, contacts, and what has a name."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from contacts.models import Segment
from contacts.services import list_contacts
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_base import MAX_SEARCH_LENGTH
from crmsolid.panel.components.tenant_page import TenantPage
from crmsolid.panel.pages.navigation import navigation
from messaging.broadcasts.models import Broadcast
from sequences.models import Sequence

AT_MOST = 8  # of each kind
NAMED: dict[str, tuple[Any, str]] = {
    "Sequences": (Sequence, "sequences_sequence_change"),
    "Broadcasts": (Broadcast, "messaging_broadcast_change"),
    "Segments": (Segment, "contacts_segment_change"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A line of the results."""

    text: str
    link: str
    detail: str = ""


class SearchPage(TenantPage):
    """What fits the words in ``q``, a few of each kind. An id of a contact finds it too."""

    name, title, template = "search", "Search", "panel/search.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        words = request.GET.get("q", "").replace("\0", "").strip()[:MAX_SEARCH_LENGTH]
        groups = [(title, found) for title, found in self._groups(words) if found] if words else []
        return self.render(searched_for=words, groups=groups)

    def _groups(self, words: str) -> Iterator[tuple[str, list[Found]]]:
        items = [item for place in navigation(self.request) for group in place["groups"] for item in group["items"]]
        fitting = [item for item in items if words.lower() in item["title"].lower()]
        yield "Pages", [Found(item["title"], item["link"]) for item in fitting]
        contacts: list[Any] = list_contacts(self.actor, {"search": words}, limit=AT_MOST).rows
        yield "Contacts", [_contact(each.contact) for each in contacts]
        for title, (model, page) in NAMED.items():
            rows = self.rows(model).filter(name__icontains=words).order_by("name", "id")[:AT_MOST]
            yield title, [Found(row.name, panel_url(page, row.pk)) for row in rows]


def _contact(contact: Any) -> Found:
    address = f"@{contact.username}" if contact.username else contact.email or ""
    return Found(
        contact.name or address, panel_url("contacts_contact_change", contact.id), address if contact.name else ""
    )
