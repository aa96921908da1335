"""The next conversation opens after one is closed, and what was done is taken back from there."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.product import Product
from tests.browser.test_inbox import write_to


def open_first(page: Page, product: Product, *names: str) -> dict[str, str]:
    """Open the conversation with the first of these people among those who wait. Returns the ids of all by name."""
    threads = {name: write_to(product, name, f"Hello, {name}") for name in names}
    page.goto(f"/panel/live/inbox/{threads[names[0]]}/?view=waiting")
    return threads


def address_of(thread: str) -> re.Pattern[str]:
    return re.compile(rf"/inbox/{thread}/\?view=waiting")


def test_next_opens_after_closing_and_is_left_to_take_it_back(product: Product, sign_in: SignIn) -> None:
    page = sign_in("inbox", "agent")
    threads = open_first(page, product, "queue_one", "queue_two")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page).to_have_url(address_of(threads["queue_two"]))
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(address_of(threads["queue_one"]))
    expect(page.get_by_role("button", name="Close", exact=True)).to_be_visible()
    page.get_by_label("Your answer").fill("Here you are")
    page.keyboard.press("Control+Shift+Enter")
    expect(page).to_have_url(address_of(threads["queue_two"]))
    expect(page.locator("#toasts")).to_contain_text("Sent, and the conversation is closed.")
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(address_of(threads["queue_one"]))
    expect(page.get_by_role("log", name="Messages")).to_contain_text("Here you are")


def test_answer_leaves_the_conversation_open_where_the_next_opens_after_closing(
    product: Product, sign_in: SignIn
) -> None:
    page = sign_in("inbox", "agent")
    threads = open_first(page, product, "queue_three", "queue_four")
    page.get_by_label("Your answer").fill("Here you are")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("log", name="Messages")).to_contain_text("You said: Here you are")
    expect(page).to_have_url(address_of(threads["queue_three"]))


def test_snooze_by_keys_opens_the_next_and_is_taken_back(product: Product, sign_in: SignIn) -> None:
    page = sign_in("inbox", "agent")
    threads = open_first(page, product, "queue_five", "queue_six")
    page.keyboard.press("h")
    expect(page.get_by_role("button", name="Later today")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(address_of(threads["queue_six"]))
    expect(page.locator("#toasts")).to_contain_text("The conversation is snoozed.")
    page.keyboard.press("z")
    expect(page).to_have_url(address_of(threads["queue_five"]))
