"""Tabs, sides and people: what is opened in one place never lands in another, and who may not see a page does not."""

import gzip
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from crmsolid.panel.components.addresses import Side
from tests.browser.conftest import SignIn, Visitors
from tests.browser.pages import Address, panel_addresses
from tests.browser.product import Answer, Product
from tests.browser.test_pages import is_page

ENDPOINTS = "/panel/{}/webhooks/endpoint/"
MARK, MARK_OF_TEST = "zebralive", "zebratest"  # one is in every text of the furnished workspace
# The names of the addresses of Settings.
SETTINGS = re.compile(
    r"admin:((apikeys|events|oauth|webhooks|workspaces_auditentry|contacts_(customfield|scoringrule))_"
    r"|messaging_(account|optoutword|template)_|member|plan$|workspace$)"
)
# Everybody may send these forms: they are about the user.
OWN_FORMS = re.compile(
    r"^/panel/(logout|switch|password|account|sessions|profile|two-factor|confirm|assistants|time-zone|live/alerts/|live/contacts/(columns|filter)/)"
)


def fill_endpoint(page: Page, side: str, url: str) -> None:
    page.goto(f"{ENDPOINTS.format(side)}add/")
    page.get_by_label(re.compile("URL|Address", re.I)).first.fill(url)
    page.get_by_label("All events").check()


def test_two_tabs_on_two_sides_cannot_harm_each_other(sign_in: SignIn) -> None:
    live = sign_in("sides")
    test = live.context.new_page()
    fill_endpoint(live, "live", "http://127.0.0.1:9/live")
    fill_endpoint(test, "test", "http://127.0.0.1:9/test")  # what is shown last is test
    for page in (live, test):
        page.get_by_role("button", name="Create endpoint").click()
        page.get_by_role("link", name="I have copied it").click()
    for side, page in (("live", live), ("test", test)):
        page.wait_for_url(re.compile(f"{ENDPOINTS.format(side)}whk_"))
        page.goto(ENDPOINTS.format(side))
        expect(page.get_by_role("link", name=f"http://127.0.0.1:9/{side}")).to_be_visible()
        expect(page.get_by_text("http://127.0.0.1:9/")).to_have_count(1)


def test_a_form_left_open_in_one_workspace_is_not_sent_in_another(sign_in: SignIn, visitors: Visitors) -> None:
    left_open = sign_in("sides")
    fill_endpoint(left_open, "live", "http://127.0.0.1:9/left-open")
    other = left_open.context.new_page()
    other.goto("/panel/live/")
    other.locator(".cs-switcher summary").click()
    other.get_by_role("button", name="Keys").click()
    expect(other.locator(".cs-switcher summary")).to_contain_text("Keys")
    visitors.expect(403)
    left_open.get_by_role("button", name="Create endpoint").click()
    expect(left_open.get_by_role("heading", name="This page is too old to be sent")).to_be_visible()
    for workspace in ("Keys", "Sides"):
        other.locator(".cs-switcher summary").click()
        other.get_by_role("button", name=workspace).click()
        expect(other.locator(".cs-switcher summary")).to_contain_text(workspace)
        other.goto(ENDPOINTS.format("live"))
        expect(other.get_by_text("left-open")).to_have_count(0)


def test_the_switch_keeps_the_page_or_says_that_it_is_not_there(sign_in: SignIn) -> None:
    page = sign_in("furnished")
    switch = page.get_by_role("navigation", name="Live or test")
    page.goto("/panel/live/contacts/?q=zebra")
    switch.get_by_role("link", name="Test").click()
    expect(page).to_have_url(re.compile(r"/panel/test/contacts/\?q=zebra$"))
    expect(page.locator("#searchbar")).to_have_value("zebra")
    page.goto("/panel/live/contacts/tags/")
    page.get_by_role("link", name="Rename, merge or delete").first.click()
    expect(page).to_have_url(re.compile(r"/panel/live/contacts/tags/change/\?tag=zebralive"))
    switch.get_by_role("link", name="Test").click()
    expect(page.get_by_role("heading", name="Tags", level=1)).to_be_visible()
    said = re.compile(r"What you looked at is not in the test workspace of \w+\. This is the page Tags\.")
    expect(page.get_by_text(said)).to_be_visible()


def answers(
    product: Product, session: str, addresses: list[Address], side: Side = "live"
) -> Iterator[tuple[str, Answer, str]]:
    """The path, the answer and its text, for each of these addresses with the rows of the furnished workspace."""
    for address in addresses:
        path = address.path(product.seeded["rows"][side]).replace("/panel/live/", f"/panel/{side}/")
        answer = product.get(path, session)
        body = gzip.decompress(answer.body) if answer.headers.get("content-encoding") == "gzip" else answer.body
        yield path, answer, body.decode(errors="replace")


def test_who_is_signed_out_sees_nothing(product: Product) -> None:
    for path, answer, text in answers(product, "", panel_addresses()):
        # A stream is refused without a page to log in.
        assert answer.status in ((403,) if path.endswith("/stream") else (200, 302, 404, 405)), path
        assert MARK not in text, path
        if path.startswith("/panel/live/") and not path.endswith("/stream"):
            assert (answer.status, answer.headers["location"].partition("?")[0]) == (302, "/panel/login/"), path


def test_the_owner_of_another_workspace_sees_none_of_its_rows(product: Product) -> None:
    for path, answer, text in answers(product, product.session("new"), panel_addresses()):
        assert MARK not in text, path
        if re.search(r"/[a-z]{3}_[0-9A-Z]{26}/", path):
            assert answer.status in (404, 405), path


def test_no_page_of_the_test_side_leads_to_the_live_side(product: Product) -> None:
    seen = 0
    for path, answer, text in answers(product, product.session("furnished"), panel_addresses(), "test"):
        if path.startswith("/panel/test/") and is_page(answer):
            content = text[text.index("<main") : text.index("</main>")]
            # What is set up once, on the live side, for both.
            content = re.sub(r'<section class="cs-card cs-first".*?</section>', "", content, flags=re.S)
            assert re.findall(r'(?:href|action)="/panel/live/[^"]*"', content) == [], path
            seen += MARK_OF_TEST in content
    assert seen > 20


def can_be_sent(form: str) -> bool:
    return 'method="post"' in form.partition(">")[0] and ("<button" in form or 'type="submit"' in form)


def action_of(form: str) -> str:
    found = re.search(r'action="([^"]*)"', form.partition(">")[0])
    return found[1] if found else ""


def test_a_viewer_has_no_form_that_changes_anything(product: Product) -> None:
    seen = 0
    for path, answer, text in answers(product, product.session("furnished", "viewer"), panel_addresses()):
        if not is_page(answer):
            continue
        seen += MARK in text
        actions = [
            action_of(form) or path for form in re.findall(r"<form\b.*?</form>", text, re.S) if can_be_sent(form)
        ]
        assert [action for action in actions if not OWN_FORMS.match(action)] == [], path
    assert seen > 5


@pytest.mark.parametrize("role", ["viewer", "agent"])
def test_no_page_of_settings_is_shown_below_admins(product: Product, role: str) -> None:
    pages = [address for address in panel_addresses() if SETTINGS.match(address.name)]
    for path, answer, text in answers(product, product.session("furnished", role), pages):
        if role == "agent" and "/messaging/template/" in path:  # agents keep templates of their own
            continue
        assert answer.status in (403, 405), path
        assert MARK not in text, path
    assert len(pages) > 60


@pytest.mark.parametrize("role", ["viewer", "agent"])
def test_settings_are_for_admins(sign_in: SignIn, visitors: Visitors, role: str) -> None:
    page = sign_in("furnished", role)
    page.goto("/panel/live/")
    expect(page.get_by_role("link", name="API Keys")).to_have_count(0)
    visitors.expect(403)
    page.goto("/panel/live/apikeys/apikey/")
    expect(page.get_by_role("heading", name="Your role does not allow this")).to_be_visible()
    assert MARK not in page.inner_text("main")
