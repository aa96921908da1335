"""The command palette by the keyboard alone."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NARROW, WIDE, SignIn, Visitors
from tests.browser.looks import check_access
from tests.browser.product import Product
from tests.browser.seed import PASSWORD
from tests.browser.test_inbox import write_to
from tests.browser.test_people import log_in


@pytest.fixture
def thread(product: Product) -> str:
    return write_to(product, "paula", "The amber lamp on the boiler")


def palette(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Search and commands")


def field(page: Page) -> Locator:
    return palette(page).get_by_role("combobox")


def chosen(page: Page) -> Locator:
    return palette(page).locator("[aria-selected='true']")


def test_it_opens_finds_a_message_and_gives_the_focus_back(thread: str, sign_in: SignIn) -> None:
    page = sign_in("inbox")
    page.goto("/panel/live/contacts/")
    before = page.get_by_role("link", name="reply_paula").first
    before.focus()
    page.keyboard.press("Control+k")
    expect(field(page)).to_be_focused()
    expect(chosen(page)).to_have_count(1)
    check_access(page)
    page.keyboard.press("Escape")
    expect(palette(page)).not_to_be_visible()
    expect(before).to_be_focused()

    page.keyboard.press("/")
    page.keyboard.type("amber la")
    group = palette(page).get_by_role("group", name="Messages")
    expect(group.get_by_role("option").first).to_contain_text("amber lamp on the boiler")
    expect(group.locator("mark").first).to_have_text("amber")
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    check_access(page)
    while (
        chosen(page).get_attribute("data-does") != "open the conversation" or "boiler" not in chosen(page).inner_text()
    ):
        page.keyboard.press("ArrowDown")
    expect(field(page)).to_have_attribute("aria-activedescendant", str(chosen(page).get_attribute("id")))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert f"/inbox/{thread}/" in page.url
    expect(page.locator("article:target")).to_contain_text("amber lamp on the boiler")


@pytest.mark.parametrize(("width", "stage"), [(WIDE, "Won"), (NARROW, "Lost")])
def test_what_is_open_is_changed_in_two_steps(thread: str, sign_in: SignIn, width: int, stage: str) -> None:
    page = sign_in("inbox", width=width)
    page.goto(f"/panel/live/inbox/{thread}/")
    page.keyboard.press("Control+k")
    page.keyboard.type(">stage")
    expect(chosen(page)).to_contain_text("Change the stage…")
    page.keyboard.press("Enter")
    expect(palette(page).get_by_role("group", name="Change the stage to")).to_be_visible()
    expect(field(page)).to_have_value("")
    check_access(page)
    page.keyboard.press("Escape")  # one step back
    expect(palette(page).get_by_role("group", name="Go to")).to_be_visible()
    page.keyboard.type(">stage")
    page.keyboard.press("Enter")  # waits for the list of what was typed
    expect(palette(page).get_by_role("group", name="Change the stage to")).to_be_visible()
    page.keyboard.type(stage.lower())
    expect(chosen(page)).to_contain_text(stage)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".cs-toast")).to_contain_text("stage")
    expect(palette(page)).not_to_be_visible()


def test_what_was_opened_is_there_again_until_the_member_logs_out(
    product: Product, thread: str, visitors: Visitors
) -> None:
    page = visitors.open()  # with a session of its own, because it ends
    page.goto(f"/panel/login/?next=/panel/live/inbox/{thread}/")
    log_in(page, product.seeded["workspaces"]["inbox"]["emails"]["agent"], PASSWORD)
    expect(page.get_by_role("log", name="Messages")).to_be_visible()
    page.goto("/panel/live/")
    page.keyboard.press("Control+k")
    recent = palette(page).get_by_role("group", name="Recent")
    expect(recent.get_by_role("option")).to_contain_text(["paula"])
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert thread in kept and "paula" not in kept
    while "paula" not in chosen(page).inner_text():
        page.keyboard.press("ArrowDown")
    with page.context.expect_page() as opened:
        page.keyboard.press("Control+Enter")
    assert f"/inbox/{thread}/" in opened.value.url
    opened.value.close()
    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.evaluate("document.querySelector('[data-logs-out]').requestSubmit()")
    assert thread not in page.evaluate("JSON.stringify(localStorage)")
    assert page.evaluate("sessionStorage.length") == 0  # nor what the list of the inbox was searched for


def test_without_javascript_the_page_of_the_search_does_the_same(thread: str, sign_in: SignIn) -> None:
    page = sign_in("inbox", javascript=False)
    page.goto(f"/panel/live/inbox/{thread}/")
    page.get_by_role("link", name="Ctrl K Search").click()
    page.get_by_role("link", name="Add a tag…").click()
    page.get_by_label("Search everything").fill("from the page")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("button", name="from the page").click()
    expect(page.get_by_text("The tag was added.")).to_be_visible()
    assert f"/inbox/{thread}/" in page.url
