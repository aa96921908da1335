"""A form that was refused puts the focus on what is to be corrected, on every page with a form."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors
from tests.browser.looks import check_access
from tests.browser.markup import faults

# The page, what is filled in by the names of the fields, the button, and the name of the field that has the focus then.
FORMS = [
    ("messaging/broadcast/add/", {}, "Save and see the preview", "name"),
    ("messaging/broadcast/add/", {"name": "News"}, "Save and see the preview", "account_ids"),
    ("sequences/sequence/add/", {}, "Save draft", "name"),
    ("webhooks/endpoint/add/", {}, "Create endpoint", "url"),
    ("webhooks/endpoint/add/", {"url": "http://127.0.0.1:9/x"}, "Create endpoint", "events"),
    ("apikeys/apikey/add/", {}, "Create key", "name"),
    ("apikeys/apikey/add/", {"name": "Sync"}, "Create key", "access"),
    ("contacts/segment/add/", {}, "Save", "name"),
    ("contacts/new/", {}, "Add the contact", "username"),
    ("contacts/new/", {"email": "no address"}, "Add the contact", "email"),
    ("contacts/customfield/add/", {}, "Save", "label"),
    ("contacts/scoringrule/add/", {}, "Show whom it would move", "name"),
    ("messaging/template/add/", {}, "Save", "name"),
    ("messaging/optoutword/add/", {}, "Save", "word"),
    ("workspace/", {"name": " "}, "Save", "name"),
    ("workspace/", {"time_zone": "Moon/Base"}, "Save", ""),  # a combobox: the field with the name is hidden
    ("members/", {"email": "no address"}, "Invite", "email"),
]


def refuse(page: Page, path: str, fields: dict[str, str], button: str) -> None:
    """Send the form of a page, without the checks of the browser."""
    page.goto(path)
    for form in page.locator("main form").all():
        form.evaluate("form => { form.noValidate = true }")
    for name, value in fields.items():
        page.locator(f"main [name='{name}']").first.evaluate("(field, value) => { field.value = value }", value)
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=re.compile(f"^{button}")).last.click()


@pytest.mark.parametrize(("path", "fields", "button", "expected"), FORMS)
def test_the_first_wrong_field_has_the_focus(
    page: Page, owner: Visitors, path: str, fields: dict[str, str], button: str, expected: str
) -> None:
    owner.expect(422)
    refuse(page, f"/panel/live/{path}", fields, button)
    focused = page.locator("main :focus")
    expect(focused).to_be_visible()
    assert (focused.get_attribute("name") or "") == expected, focused.evaluate("each => each.outerHTML")
    assert focused.evaluate("each => each.matches('[aria-invalid=true], .cs-error, [role=alert], .cs-has-error *')")
    check_access(page)
    assert faults(page.content(), "zebralive") == []


def test_a_field_in_a_closed_part_is_opened(page: Page, owner: Visitors) -> None:
    page.goto("/panel/live/sequences/sequence/add/")
    page.get_by_label("Name", exact=True).fill("Closed")
    more = page.get_by_text("More:")
    more.click()
    number = page.locator("main [name='jitter_0'], main [name='jitter_number']")
    number.evaluate("field => { field.form.noValidate = true }")
    number.fill("-1")
    more.click()
    expect(number).not_to_be_visible()
    owner.expect(422)
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name="Save draft").last.click()
    expect(number).to_be_focused()


def test_a_preview_that_is_made_while_somebody_types_leaves_the_focus(page: Page) -> None:
    page.goto("/panel/live/messaging/broadcast/add/")
    page.get_by_label("Name").focus()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.type("News")
    expect(page.get_by_role("region", name="What they get")).to_contain_text("Text: Write the message.")
    expect(page.get_by_label("Name")).to_be_focused()


def test_a_page_without_a_mistake_leaves_the_focus(page: Page) -> None:
    page.goto("/panel/live/apikeys/apikey/add/")
    expect(page.locator("main :focus")).to_have_count(0)


def test_scopes_that_are_to_be_chosen_have_the_focus(page: Page) -> None:
    page.goto("/panel/live/apikeys/apikey/add/")
    page.get_by_label("Name").fill("Sync")
    page.get_by_label("Choose scopes").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Create key").click()
    expect(page.locator("main [name='scopes']").first).to_be_focused()
