"""The frame of the panel: the rail, the side of a place, and the drawer beside a list."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import HEIGHT, NARROW, SignIn

KEYS = "/panel/live/apikeys/apikey/"


def test_the_rail_stays_as_slim_as_it_was_left(sign_in: SignIn) -> None:
    page = sign_in("keys")
    page.goto(KEYS)
    rail, button = page.get_by_role("navigation", name="Menu"), page.get_by_role("button", name="Hide")
    before = rail.bounding_box()
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.reload()
    after = rail.bounding_box()
    assert before and after and after["width"] < before["width"] < 80
    expect(page.get_by_role("link", name="Inbox")).to_be_visible()  # its name is still there for a screen reader
    button.click()
    page.reload()
    assert rail.bounding_box() == before


def test_a_key_opens_beside_its_list_and_escape_leads_back(sign_in: SignIn) -> None:
    page = sign_in("keys")
    page.goto(KEYS)
    link = page.locator("tbody th a").first
    name = link.inner_text()
    link.press("Enter")
    drawer = page.get_by_role("complementary", name=name)
    expect(drawer.get_by_role("heading", name=name).first).to_be_focused()
    expect(drawer.get_by_role("button", name="Rename key")).to_be_visible()
    expect(page).to_have_url(re.compile(f"{KEYS}$"))
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(link).to_be_focused()
    page.set_viewport_size({"width": NARROW, "height": HEIGHT})
    link.click()  # no room for a drawer
    expect(page).to_have_url(re.compile(f"{KEYS}key_"))


def test_the_buttons_for_chosen_rows_appear_with_a_choice(page: Page) -> None:
    page.goto("/panel/live/webhooks/delivery/")
    button = page.get_by_role("button", name="Send them again")
    expect(button).to_be_hidden()
    page.locator(".action-select").first.check()
    expect(button).to_be_visible()


def test_a_phone_has_the_other_places_under_you(sign_in: SignIn) -> None:
    page = sign_in("keys", width=NARROW)
    page.goto("/panel/live/")
    page.get_by_text("You", exact=True).click()
    for name in ("Test", "Reports", "Settings", "Search"):
        expect(page.locator(".cs-user-menu").get_by_role("link", name=name)).to_be_visible()
    page.locator(".cs-user-menu").get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Settings: all pages").click()
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="API Keys").click()
    expect(page.get_by_role("heading", name="API Keys")).to_be_visible()
