"""Keys that pages declare, the list of them, and what is said after something was done, with its Undo."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NARROW, WIDE, SignIn, stop_clock
from tests.browser.looks import check_access, check_page
from tests.browser.product import Product
from tests.browser.test_inbox import write_to


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def keep(toast: Locator) -> None:
    """However long the checks take: it has just begun to count its seconds."""
    toast.evaluate("each => { each.dataset.seconds = -3600; }")


def test_g_and_a_second_key_go_to_a_page(sign_in: SignIn) -> None:
    page = sign_in("keys")
    page.goto("/panel/live/")
    stop_clock(page)
    with page.expect_navigation():
        press(page, "g", "p")
    assert page.url.endswith("/panel/live/contacts/")
    with page.expect_navigation():  # a Russian keyboard: the same keys have other letters
        for code, letter in (("KeyG", "п"), ("KeyI", "ш")):
            event = {"code": code, "key": letter, "bubbles": True, "cancelable": True}
            page.evaluate("event => document.body.dispatchEvent(new KeyboardEvent('keydown', event))", event)
    assert page.url.endswith("/panel/live/inbox/")


def test_list_of_keys_has_those_of_the_page_and_of_all_pages(sign_in: SignIn) -> None:
    page = sign_in("keys")
    page.goto("/panel/live/")
    press(page, "?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys.get_by_role("link", name="Contacts")).to_be_visible()
    check_access(page)
    with page.expect_navigation():
        keys.get_by_role("link", name="Contacts").click()
    page.evaluate(
        """() => {
            const own = document.createElement("button");
            own.textContent = "Do it";
            own.onclick = () => (document.title = "done");
            own.dataset.key = "y";
            document.querySelector("main").append(own);
        }"""
    )
    press(page, "?")
    here = keys.locator("#keys-here")
    expect(here).to_contain_text("Y")
    expect(here).to_contain_text("Do it")
    press(page, "y")
    assert page.title() != "done"  # the dialog is above the page
    press(page, "Escape")
    expect(keys).to_be_hidden()
    press(page, "Shift+Y")
    assert page.title() != "done"
    press(page, "y")
    expect(page).to_have_title("done")


def test_single_keys_do_nothing_in_a_field_and_can_be_switched_off(sign_in: SignIn) -> None:
    page = sign_in("keys", "agent")
    page.goto("/panel/profile/")
    page.get_by_label("Your name").focus()
    press(page, "g", "p", "?")
    expect(page.get_by_label("Your name")).to_have_value("gp?")
    page.reload()
    page.get_by_label("Single keys").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("saved")
    press(page, "?", "g", "p")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_label("Single keys").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html[data-no-single-keys]")).to_have_count(0)
    stop_clock(page)
    with page.expect_navigation():
        press(page, "g", "p")
    assert page.url.endswith("/contacts/")


def test_conversation_is_worked_on_by_keys(product: Product, sign_in: SignIn) -> None:
    """Each key of the inbox from the list, and the list of keys names them."""
    for name in ("keys_one", "keys_two"):
        write_to(product, name, f"Hello {name}")
    page = sign_in("inbox")
    page.goto("/panel/live/inbox/?view=all&q=keys_")
    stop_clock(page)
    rows = page.locator("#inbox-list [data-key-item]")
    expect(rows).to_have_count(2)
    press(page, "j", "j")
    expect(rows.nth(1)).to_be_focused()
    press(page, "k")
    address = rows.first.get_attribute("href")
    with page.expect_navigation(url=lambda url: url.endswith(str(address))):
        press(page, "o")
    stop_clock(page)
    press(page, "?")
    here = page.get_by_role("dialog", name="Keys").locator("#keys-here")
    for keys in ("J K", "O Enter", "R", "E", "A", "H", "S", "T #", "U", "I", "/", ".", "C", "Ctrl Enter"):
        expect(here.locator("dt").filter(has_text=re.compile(rf"^{re.escape(keys)}\s*$"))).to_have_count(1)
    press(page, "Escape")
    expect(here).to_be_hidden()  # the browser closes a dialog some time after the key
    press(page, "r")
    text = page.locator("#composer-text")
    expect(text).to_be_focused()
    press(page, "Escape")
    expect(text).not_to_be_focused()
    press(page, "#")
    expect(page.locator("[data-key-or='#']")).to_be_focused()
    press(page, "Escape")
    page.locator("#inbox-scroll").focus()
    press(page, ".")
    expect(page.locator("#inbox-head details[open] > [data-key='.']")).to_have_count(1)
    press(page, "Escape", "a")
    expect(page.locator("#inbox-assign button").first).to_be_focused()
    press(page, "Escape", "e")
    expect(page.locator("#toasts")).to_contain_text("The conversation is closed")


def test_what_was_done_is_taken_back_by_its_button(product: Product, sign_in: SignIn) -> None:
    thread = write_to(product, "undo", "Hello")
    page = sign_in("inbox")
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"/panel/live/inbox/{thread}/")
        page.evaluate("document.querySelector(\"[name='action'][value='close']\").click()")
        toast = page.locator(".cs-toast")
        expect(toast).to_contain_text("The conversation is closed")
        reopen = page.locator("#inbox-verbs [value='reopen']")
        keep(toast)
        expect(reopen).to_have_count(0)  # the next conversation is open, or the list
        check_page(page)
        press(page, "z")
        expect(toast).to_contain_text("The conversation is open again")
        assert page.url.partition("?")[0].endswith(f"/inbox/{thread}/")
        expect(reopen).to_have_count(0)


def test_toast_goes_but_not_while_somebody_is_at_it(sign_in: SignIn) -> None:
    page = sign_in("keys", "agent")
    page.clock.install()
    page.goto("/panel/profile/")
    page.get_by_label("Your name").fill("Toast")
    page.get_by_role("button", name="Save").click()
    toast = page.locator(".cs-toast")
    expect(toast).to_be_visible()
    keep(toast)
    check_page(page)
    toast.hover()
    toast.evaluate("each => { each.dataset.seconds = 0; }")
    page.clock.run_for(20_000)
    expect(toast).to_be_visible()
    page.mouse.move(600, 300)
    page.clock.run_for(10_000)
    expect(toast).to_have_count(0)


def test_without_javascript_it_is_a_strip_on_the_page(sign_in: SignIn) -> None:
    page = sign_in("keys", "agent", javascript=False)
    page.goto("/panel/profile/")
    page.get_by_label("Your name").fill("Strip")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your profile is saved.")).to_be_visible()
    assert page.locator("#toasts").evaluate("node => getComputedStyle(node).position") == "static"
