"""Daily work without a mouse: a key is made, a conversation answered and closed, a contact added."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SignIn, stop_clock
from tests.browser.product import Product
from tests.browser.test_inbox import write_to

MAX_STOPS = 120


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(MAX_STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"Tab does not lead to {target}")


def leave(page: Page, key: str) -> None:
    """Press a key that leads to another page, and wait for that one and its scripts."""
    with page.expect_navigation():
        page.keyboard.press(key)


def follow(page: Page, name: str) -> None:
    """Go to the link with this name and open it."""
    tab_to(page, page.get_by_role("link", name=name, exact=True).first)
    leave(page, "Enter")


def press(page: Page, name: str) -> None:
    tab_to(page, page.get_by_role("button", name=name, exact=True))
    leave(page, "Enter")


def test_a_key_is_made(sign_in: SignIn) -> None:
    page = sign_in("keys")
    page.goto("/panel/live/")
    follow(page, "Settings")
    follow(page, "API Keys")
    expect(page.get_by_role("heading", name="API Keys", exact=True)).to_be_visible()
    follow(page, "New key")
    tab_to(page, page.get_by_label("Name"))
    page.keyboard.type("By keyboard")
    tab_to(page, page.get_by_label("Read only"))
    page.keyboard.press("Space")
    press(page, "Create key")
    assert page.get_by_label("API key", exact=True).input_value().startswith("cs_live_")
    follow(page, "I have copied it")
    expect(page.get_by_role("link", name="By keyboard")).to_be_visible()


def test_a_conversation_is_answered_and_closed(product: Product, sign_in: SignIn) -> None:
    write_to(product, "kira", "Hello Kira")
    page = sign_in("inbox")
    page.goto("/panel/live/")
    stop_clock(page)
    page.keyboard.press("g")
    leave(page, "i")
    page.goto("/panel/live/inbox/?q=kira")
    expect(page.get_by_role("link", name="reply_kira")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="reply_kira")).to_be_focused()
    leave(page, "Enter")
    messages = page.get_by_role("log", name="Messages")
    expect(messages).to_contain_text("You said: Hello Kira")
    page.keyboard.press("r")
    expect(page.get_by_label("Your answer")).to_be_focused()
    page.keyboard.type("Just the keys.")
    page.keyboard.press("Control+Enter")
    expect(messages).to_contain_text("You said: Just the keys.")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.get_by_text("The conversation is closed.")).to_be_visible()
    expect(page.get_by_role("heading", name="No conversation is open")).to_be_visible()  # no other one is found
    page.goto("/panel/live/inbox/?view=closed")
    expect(page.get_by_role("link", name="reply_kira")).to_be_visible()


def test_a_contact_is_added(sign_in: SignIn) -> None:
    page = sign_in("inbox")
    page.goto("/panel/live/")
    follow(page, "People")
    expect(page.get_by_role("heading", name="Contacts", exact=True)).to_be_visible()
    follow(page, "New contact")
    tab_to(page, page.get_by_label("Username"))
    page.keyboard.type("@emil_keys")
    press(page, "Add the contact")
    expect(page.get_by_role("heading", name="emil_keys")).to_be_visible()
