"""The search at the top of each page of the panel."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Contact
from crmsolid.workspaces.models import Role
from tests.panel import browser, furnish
from tests.tenants import Tenants

SEARCH = reverse("admin:search")


def titles(answer: Any) -> dict[str, list[str]]:
    return {title: [each.text for each in found] for title, found in answer.context["groups"]}


def test_it_finds_contacts_what_has_a_name_and_pages(tenants: Tenants) -> None:
    furnish(tenants.workspace, "acme")
    furnish(tenants.other, "acmerival")
    client = browser(tenants.owner)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(SEARCH, {"q": "acme"})
    assert titles(answer) == {
        "Contacts": ["acme Person"],
        "Sequences": ["acme sequence"],
        "Broadcasts": ["acme broadcast"],
        "Segments": ["acme segment"],
    }
    assert len(queries) <= 9
    assert titles(browser(tenants.owner).get(SEARCH, {"q": "webh"})) == {"Pages": ["Webhooks"]}
    assert titles(browser(tenants.member(Role.VIEWER)).get(SEARCH, {"q": "webh"})) == {}


def test_it_answers_whatever_is_typed(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    for words in ("", " ", "\0", "%", "a" * 5000, "<script>", "☃"):
        assert client.get(SEARCH, {"q": words}).status_code == 200


def test_there_are_a_few_of_each_kind(tenants: Tenants) -> None:
    for number in range(20):
        name = f"Sarah {number}"
        Contact.unscoped.create(workspace=tenants.workspace, name=name, search=name.lower())
    assert len(titles(browser(tenants.owner).get(SEARCH, {"q": "sarah"}))["Contacts"]) == 8
