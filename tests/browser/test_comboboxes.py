"""The comboboxes, by keyboard: what is chosen, what a form then sends, and the same forms without a script."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NARROW, WIDE, Visitors
from tests.browser.looks import check_access
from tests.browser.product import Product

NEW = "/panel/live/contacts/new/"


@pytest.fixture
def page(visitors: Visitors, product: Product) -> Page:
    return visitors.open(product.session("people"))


def sent(field: str, page: Page) -> str:
    """The value of the field that the form sends."""
    return str(page.locator(f"[name={field}]").input_value())


def options(page: Page) -> Locator:
    return page.locator("main [role=option]")


def add_contact(page: Page, name: str, tags: str) -> None:
    page.goto(NEW)
    page.get_by_label(re.compile("^Name")).fill(name)
    page.get_by_label("Username").fill(f"@{name.lower()}_tagged")
    page.get_by_label("Tags").fill(tags)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_tags_are_suggested_added_and_removed_by_keyboard(page: Page) -> None:
    add_contact(page, "Ada", "service plan,")
    page.goto(NEW)
    tags = page.get_by_role("combobox", name=re.compile("Tags"))
    tags.press_sequentially("SERV")
    expect(options(page)).to_have_text([re.compile(r"service plan\s*1"), re.compile("New tag “SERV”")])
    expect(options(page).first.locator("b")).to_have_text("serv")
    expect(tags).to_have_attribute("aria-expanded", "true")
    check_access(page)
    page.keyboard.press("ArrowDown")
    expect(tags).to_have_attribute("aria-activedescendant", str(options(page).first.get_attribute("id")))
    page.keyboard.press("Enter")
    tags.press_sequentially("brand new")
    page.keyboard.press("Enter")
    tags.press_sequentially("gone")
    page.keyboard.press("Escape")
    expect(tags).to_have_value("")
    assert sent("tags", page) == "service plan, brand new"
    page.keyboard.press("Backspace")
    expect(page.get_by_role("status").filter(has_text="brand new removed")).to_be_attached()
    assert sent("tags", page) == "service plan"
    page.get_by_role("button", name="Remove service plan").click()
    assert sent("tags", page) == ""
    page.get_by_label(re.compile("^Name")).fill("Bea")
    page.get_by_label("Username").fill("@bea_tagged")
    tags.fill("left in the line")
    page.get_by_role("button", name="Add").click()  # what was typed counts without Enter
    expect(page.get_by_text("left in the line").first).to_be_visible()


def last_day(page: Page) -> Locator:
    page.goto("/panel/live/apikeys/apikey/add/")
    page.get_by_label("Expires").select_option("date")
    return page.get_by_role("combobox", name=re.compile("Last day"))


def test_words_are_read_as_days(page: Page) -> None:
    day = last_day(page)
    today = date.fromisoformat(str(page.locator("[name=last_day]").get_attribute("data-today")))
    for typed, expected in (
        ("2030-05-06", date(2030, 5, 6)),
        ("6 May 2030", date(2030, 5, 6)),
        ("may 6 2030", date(2030, 5, 6)),
        ("6.5.2030", date(2030, 5, 6)),
        ("today", today),
        ("Tomorrow", today + timedelta(days=1)),
        ("in 3 days", today + timedelta(days=3)),
        ("in 2 weeks", today + timedelta(days=14)),
        ("next Monday", today + timedelta(days=7 - today.weekday())),
    ):
        day.fill(typed)
        page.keyboard.press("Enter")
        assert sent("last_day", page) == expected.isoformat(), typed
        expect(day).to_have_value(f"{expected:%-d %b %Y}")
    for typed in ("31.2.2030", "soon", "13"):
        day.fill(typed)
        page.keyboard.press("Tab")
        # It stays, and the form is not sent: the field says why.
        assert sent("last_day", page) == typed
        assert day.evaluate("each => each.validity.customError")


def test_day_is_chosen_in_the_calendar_by_keyboard(page: Page) -> None:
    day = last_day(page)
    day.fill("28 Feb 2028")
    expect(page.get_by_role("grid", name="February 2028")).to_be_visible()
    check_access(page)
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "PageDown", "Home"):
        page.keyboard.press(key)
    expect(page.get_by_role("gridcell", name="Monday, 3 April 2028")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(day).to_have_value("3 Apr 2028")
    assert sent("last_day", page) == "2028-04-03"
    expect(page.get_by_role("grid")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert sent("last_day", page) == "2028-04-03"


def test_time_zone_is_found_by_its_city(page: Page) -> None:
    page.goto("/panel/live/workspace/")
    zone = page.get_by_role("combobox", name="Time zone")
    zone.fill("sao p")
    expect(options(page)).to_have_text([re.compile(r"Sao Paulo\s*America \d\d:\d\d")])
    page.keyboard.press("Enter")
    expect(zone).to_have_value("America/Sao_Paulo")
    zone.fill("mars")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Correct")).to_have_count(0)
    expect(page.locator(".cs-error")).to_be_visible()
    expect(zone).to_be_focused()
    check_access(page)


@pytest.mark.parametrize(("typed", "hour"), [("9", "09:00"), ("930", "09:30"), ("9:15", "09:15"), ("5 pm", "17:00")])
def test_hours_are_read_as_they_are_typed(page: Page, typed: str, hour: str) -> None:
    page.goto("/panel/live/sequences/sequence/add/")
    page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    opens = page.get_by_role("combobox", name="From")
    opens.fill(typed)
    expect(page.get_by_role("main").get_by_role("listbox").get_by_role("option", selected=True)).to_have_text(hour)
    page.keyboard.press("Tab")
    expect(opens).to_have_value(hour)
    assert sent("opens", page) == hour


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_without_a_script_they_are_plain_fields(visitors: Visitors, product: Product, width: int) -> None:
    page = visitors.open(product.session("people"), width=width, javascript=False)
    page.goto(NEW)
    page.get_by_label("Username").fill(f"@plain_{width}")
    page.get_by_label("Tags").fill("vip, plain")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("plain", exact=True).first).to_be_visible()
    expect(page.locator("main [role=combobox]")).to_have_count(0)
