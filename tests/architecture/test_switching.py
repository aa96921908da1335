"""The switches at the top of each page, to the other side and to another workspace, lead to the same page there or to
the nearest one, never to an error."""

import html
import re
from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from contacts.models import Contact, ContactTag
from crmsolid.workspaces.models import Membership, Role
from tests.architecture.test_access import EMPTY, Page, ids_of, pages
from tests.panel import browser, furnish
from tests.tenants import Tenants

SWITCH = re.compile(r'<nav class="[^"]*" aria-label="Live or test">(.*?)</nav>', re.S)
TAGS = reverse("admin:contacts_contacttag_changelist")
TAG = f"{reverse('admin:contacts_contacttag_edit')}?tag=trial%20%26%20more"


def links(answer: Any) -> dict[str, str]:
    """Where the switch of a page leads to, by its labels; empty for what is no page of a workspace."""
    is_page = answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
    switch = SWITCH.search(answer.content.decode()) if is_page and not answer.streaming else None
    found = re.findall(r'href="([^"]*)"[^>]*>(\w+)</a>', switch[1]) if switch else []
    return {label: html.unescape(address) for address, label in found}


def opened(client: Any, address: str, *, before: str) -> tuple[Any, str, str]:
    """What a browser shows that comes from the page ``before``, the address of that, and its text."""
    answer = client.get(address, follow=True, headers={"referer": f"http://testserver{before}"})
    shown = answer.redirect_chain[-1][0] if answer.redirect_chain else address
    return answer, shown, html.unescape(answer.content.decode())


def pages_with_a_switch(client: Any, ids: dict[str, str]) -> Iterator[tuple[Page, str, dict[str, str]]]:
    """Every page of the live side that is shown, its path and the links of its switch. A path without a query gets
    one."""
    for page in pages():
        path = page.path(ids)
        if not page.access.query:
            path += "?q=zebra"
        if page.name not in EMPTY and (found := links(client.get(path))):
            yield page, path, found


def names_row(page: Page) -> bool:
    return "{" in page.address or bool(page.access.query)


def test_every_page_leads_to_the_other_side_and_back(tenants: Tenants) -> None:
    tenants.member(Role.AGENT)
    client, ids = browser(tenants.owner), ids_of(furnish(tenants.workspace, "zebra"))
    furnish(tenants.twin, "zebratwin")
    wrong, same, nearest = [], 0, 0
    for page, path, switch in pages_with_a_switch(client, ids):
        there = path.replace("/live/", "/test/")
        assert switch == {"Live": path, "Test": there}, page.name
        answer, shown, text = opened(client, there, before=path)
        says_why = "What you looked at is not in the test workspace of Acme. This is the page" in text
        if answer.status_code != 200 or (shown == there) == says_why:
            wrong.append(f"{page.name}: {answer.status_code} at {shown}")
        if shown != there and not names_row(page):
            wrong.append(f"{page.name} is there, but {shown} is shown")
        same, nearest = same + (shown == there), nearest + (shown != there)
    assert wrong == []
    assert same > 25 and nearest > 20


def test_every_page_leads_to_another_workspace(tenants: Tenants) -> None:
    """As a member who sees less there."""
    Membership.unscoped.create(user=tenants.owner, workspace=tenants.other, role=Role.VIEWER)
    tenants.member(Role.AGENT)
    client, ids = browser(tenants.owner), ids_of(furnish(tenants.workspace, "zebra"))
    switch, wrong = reverse("account:switch"), []
    for page, path, _ in list(pages_with_a_switch(client, ids)):
        moved = client.post(switch, {"workspace": tenants.other.pk, "next": path})
        assert (moved.status_code, moved["Location"]) == (302, path), page.name
        answer, shown, text = opened(client, path, before=path)
        if answer.status_code != 200 or (shown != path) != ("in Rival. This is the page" in text):
            wrong.append(f"{page.name}: {answer.status_code} at {shown}")
        client.post(switch, {"workspace": tenants.workspace.pk, "next": path})
    assert wrong == []


def test_a_tag_that_the_other_side_lacks_leads_to_the_list_of_tags(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    contact = Contact.unscoped.create(workspace=tenants.workspace, email="a@example.com")
    ContactTag.unscoped.create(workspace=tenants.workspace, contact=contact, name="trial & more")
    switch = links(client.get(TAG))
    assert switch == {"Live": TAG, "Test": TAG.replace("/live/", "/test/")}
    answer, shown, text = opened(client, switch["Test"], before=TAG)
    assert (answer.status_code, shown) == (200, TAGS.replace("/live/", "/test/"))
    assert "What you looked at is not in the test workspace of Acme. This is the page Tags." in text
    assert opened(client, TAG, before=switch["Test"])[1] == TAG


def test_an_address_of_a_row_that_is_nowhere_stays_not_found(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    for before in ("", "/panel/live/", "/panel/login/", "https://other.example" + TAG):
        referer = before if before.startswith("https") else f"http://testserver{before}"
        assert client.get(TAG, headers={"referer": referer}).status_code == 404
    assert client.post(TAG, {"do": "delete"}, headers={"referer": f"http://testserver{TAG}"}).status_code == 404
