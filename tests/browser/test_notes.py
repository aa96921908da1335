"""Notes and templates in the inbox, by keyboard: members that "@" offers, and templates behind "/"."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NARROW, SignIn
from tests.browser.looks import check_access
from tests.browser.product import Product
from tests.browser.test_inbox import write_to


def open_thread(page: Page, product: Product, name: str) -> str:
    thread = write_to(product, name, f"Hello {name}")
    page.goto(f"/panel/live/inbox/{thread}/")
    page.evaluate("window.isTheSamePage = true")
    return thread


def notes_of(page: Page) -> Locator:
    return page.get_by_role("log", name="Messages").get_by_role("group")


def test_note_with_a_mention_is_written_edited_and_deleted_without_leaving_the_page(
    product: Product, sign_in: SignIn
) -> None:
    page, other = sign_in("inbox", "agent"), sign_in("inbox", "owner")
    thread = open_thread(page, product, "noted")
    other.goto(f"/panel/live/inbox/{thread}/")
    page.keyboard.press("n")
    field = page.get_by_label("Note", exact=True)
    expect(field).to_be_focused()
    field.press_sequentially("Ask @own")
    offered = page.get_by_role("listbox", name="Members").get_by_role("option")
    expect(offered).to_have_count(1)
    check_access(page)
    field.press("Enter")
    field.press_sequentially("first")
    field.press("Control+Enter")
    [note, theirs] = [notes_of(each) for each in (page, other)]
    expect(note).to_contain_text("only members see it")
    expect(note.locator("mark")).to_contain_text("@own")
    expect(theirs).to_contain_text("first")  # without loading the page again
    expect(theirs.get_by_role("link", name="Edit the note")).to_have_count(1)  # the owner may
    expect(page.get_by_label("Your answer")).to_be_focused()

    note.get_by_role("link", name="Edit the note").click()
    edited = note.get_by_label("Note", exact=True)
    expect(edited).to_be_focused()
    check_access(page)
    edited.press_sequentially(", and today")
    write_to(product, "noted", "One more")  # comes in meanwhile
    expect(page.get_by_role("log", name="Messages")).to_contain_text("You said: One more")
    expect(edited).to_be_focused()
    edited.press("Control+Enter")
    expect(note).to_contain_text("first, and today")
    expect(note).to_contain_text("edited")

    note.get_by_role("button", name="Delete the note").click()
    expect(note).to_have_count(0)
    assert page.evaluate("window.isTheSamePage") is True


def test_note_that_is_being_written_stays_after_the_page_is_loaded_again(product: Product, sign_in: SignIn) -> None:
    page = sign_in("inbox", "agent", width=NARROW)
    open_thread(page, product, "kept")
    page.get_by_role("link", name="Note", exact=True).click()
    expect(page.get_by_label("Note", exact=True)).to_be_focused()
    page.get_by_label("Note", exact=True).press_sequentially("Half a note")
    page.get_by_role("link", name="Reply", exact=True).click()
    expect(page.get_by_label("Your answer")).to_be_focused()
    expect(page.get_by_label("Your answer")).to_have_value("")
    page.reload()
    page.get_by_role("link", name="Note", exact=True).click()
    expect(page.get_by_label("Note", exact=True)).to_have_value("Half a note")


def keep_template(page: Page, name: str, text: str) -> None:
    page.goto("/panel/live/messaging/template/add/")
    page.get_by_label("Name", exact=True).fill(name)
    page.locator("textarea[name=text]").fill(text)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The template is saved.")).to_be_visible()


def test_template_is_found_by_its_text_and_put_in_filled_in(product: Product, sign_in: SignIn) -> None:
    page = sign_in("inbox", "agent")
    keep_template(page, "Prices", "Dear {first_name|friend}, the list of prices is online")
    keep_template(page, "Meeting", "Shall we meet, {email}? It takes half an hour")
    open_thread(page, product, "offered")
    text = page.get_by_label("Your answer")
    text.press_sequentially("Well, /pri")
    options = page.get_by_role("listbox", name="Templates").get_by_role("option")
    expect(options).to_have_count(1)
    expect(options).to_contain_text("the list of prices is online")
    check_access(page)
    text.press("Enter")
    expect(text).to_have_value("Well, Dear friend, the list of prices is online")
    expect(page.get_by_role("listbox", name="Templates")).to_be_hidden()

    text.fill("")
    text.press_sequentially("/hlaf")  # of the text, with two letters exchanged
    expect(options).to_contain_text("Meeting")
    text.press("Escape")
    expect(options).to_have_count(0)
    expect(text).to_have_value("/hlaf")
    text.fill("")
    text.press_sequentially("/")
    expect(options).to_have_count(2)
    text.press("ArrowDown")
    text.press("ArrowDown")  # from the last one to the first
    text.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="has no value for {email}")).to_be_visible()
    selected: Any = text.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert selected == "{email}"
