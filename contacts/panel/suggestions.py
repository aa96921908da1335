"""Suggestions for the comboboxes of tags and people, as JSON."""

from typing import Any, ClassVar

from django.http import HttpRequest, JsonResponse

from contacts.models import Contact
from contacts.suggestions import name_people, suggest_people, suggest_tags
from crmsolid.panel.components.admin_base import MAX_SEARCH_LENGTH
from crmsolid.panel.components.comboboxes import LIMIT
from crmsolid.panel.components.tenant_page import TenantPage

# So many contacts are named at once, for a list of ids.
MAX_NAMED = 200


class Suggestions(TenantPage):
    """What fits ``text``, in the order of the list."""

    template: ClassVar[str] = ""

    def get(self, request: HttpRequest) -> JsonResponse:
        text = request.GET.get("text", "").replace("\0", "").strip()[:MAX_SEARCH_LENGTH]
        return JsonResponse({"options": self.suggest(text)})

    def suggest(self, text: str) -> list[dict[str, Any]]:
        raise NotImplementedError


class TagSuggestions(Suggestions):
    name, title = "suggest_tags", "Tags"

    def suggest(self, text: str) -> list[dict[str, Any]]:
        found = suggest_tags(self.actor, text, limit=LIMIT)
        return [{"value": each.name, "text": each.name, "detail": each.count_text} for each in found]


class PeopleSuggestions(Suggestions):
    """With ``value`` the contacts that have these ids instead."""

    name, title = "suggest_people", "People"

    def suggest(self, text: str) -> list[dict[str, Any]]:
        if ids := self.request.GET.getlist("value"):
            return [_person(each) for each in name_people(self.actor, ids[:MAX_NAMED])]
        return [_person(each) for each in suggest_people(self.actor, text, limit=LIMIT)]


def _person(contact: Contact) -> dict[str, Any]:
    address = f"@{contact.username}" if contact.username else contact.email
    return {"value": contact.pk, "text": str(contact), "detail": address if contact.name else ""}
