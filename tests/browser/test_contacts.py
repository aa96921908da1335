"""Contacts, as an agent plays them: an import, a person's page, a segment, many at once, erasing."""

import re

from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import NARROW, SignIn, Visitors
from tests.browser.looks import check_page
from tests.browser.product import Product

LIST = "/panel/live/contacts/"
# The next request of the page's scripts waits until goOn() is called. What it sends is settled by then.
HOLD_NEXT_FETCH = """() => {
  const now = window.fetch;
  window.fetch = async (...request) => {
    if (request[1]?.method !== "POST") return now(...request);
    window.fetch = now;
    await new Promise((go) => { window.goOn = go; });
    return now(...request);
  };
}"""
FILE = """Имя;Telegram;E-Mail;Tags
Анна Каренина 🌸;@anna_karenina;anna@example.com;vip;
Лев Толстой;lev_tolstoy;;"vip;🎉 гость"
Без адреса;;;vip
"""


def people_csv() -> FilePayload:
    # As a spreadsheet saves it, with a byte order mark.
    return {"name": "люди.csv", "mimeType": "text/csv", "buffer": FILE.encode("utf-8-sig")}


def add(product: Product, username: str, **fields: str) -> str:
    """A contact of the workspace of these tests; returns its id."""
    token = product.seeded["workspaces"]["contacts"]["token"]
    status, contact = product.call("POST", "/v1/contacts", token, {"username": username, **fields})
    assert status == 201
    return str(contact["id"])


def fact(page: Page, name: str) -> str:
    """What the page says beside this name."""
    return page.locator(f"dt:text-is('{name}') + dd").inner_text()


def test_a_file_is_imported_with_a_mapping_and_a_bad_row(visitors: Visitors, sign_in: SignIn) -> None:
    visitors.expect(422)
    page = sign_in("contacts", "agent")
    page.goto(LIST)
    page.locator("main").get_by_role("link", name="Import").first.click()
    page.get_by_label("CSV file").set_input_files(people_csv())
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="2. Say what each column is for")).to_be_visible()
    expect(page.get_by_label("Telegram")).to_have_value("username")
    expect(page.get_by_role("row", name=re.compile("Имя"))).to_contain_text("Анна Каренина 🌸")
    page.get_by_label("Имя").select_option("email")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("alert")).to_have_text("Two columns are for email. Nothing was started.")
    page.get_by_label("Имя").select_option("name")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="3. What the import would do")).to_be_visible()
    assert [fact(page, f"Rows that {what}") for what in ("add a contact", "cannot be imported")] == ["2", "1"]
    expect(page.get_by_text("Line 4", exact=True)).to_be_visible()
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_role("heading", name="What the import did")).to_be_visible()
    assert fact(page, "Added") == "2"
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the failed rows").click()
    assert "Без адреса,,,vip" in download.value.path().read_text()

    page.goto(f"{LIST}?q=карен")
    page.get_by_role("link", name="Анна Каренина 🌸").click()
    expect(page.locator("#tags")).to_contain_text("vip")


def test_a_new_contact_is_added_and_changed_in_place_on_a_phone(sign_in: SignIn) -> None:
    page = sign_in("contacts", "agent", width=NARROW)
    page.goto(LIST)
    page.get_by_role("link", name="New contact").first.click()
    page.get_by_label("Username").fill("@grace_hopper")
    page.get_by_label(re.compile("^Name")).fill("Grace Hopper")
    page.get_by_role("button", name="Add the contact").click()
    expect(page.get_by_text("The contact is added.")).to_be_visible()

    page.get_by_label("Tags").fill("compiler")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Tagged compiler.")).to_be_visible()
    page.get_by_role("button", name="Qualified").click()
    expect(page.locator("[aria-current=step]")).to_have_text(re.compile("Qualified"))
    page.get_by_label("Note", exact=True).fill("Prefers to be called on Mondays.")
    page.keyboard.press("Enter")
    expect(page.locator("#timeline").get_by_text("Prefers to be called on Mondays.")).to_be_visible()
    expect(page.locator("#timeline").get_by_text("Tagged compiler")).to_be_visible()
    page.get_by_role("button", name="Opt out").click()
    expect(page.get_by_text("Nothing is sent to this person from now on.")).to_be_visible()
    page.get_by_role("button", name="Allow messages again").click()
    expect(page.get_by_text("Messages can be sent to this person again.")).to_be_visible()


def test_stage_that_was_changed_in_another_tab_is_replaced_only_when_it_is_sent_again(
    product: Product, visitors: Visitors, sign_in: SignIn
) -> None:
    visitors.expect(422)
    address = f"/panel/live/contacts/{add(product, 'two_tabs')}/"
    first, second = sign_in("contacts", "agent"), sign_in("contacts", "owner")
    for page in (first, second):
        page.goto(address)
    first.get_by_role("button", name="Lost").click()
    expect(first.locator("[aria-current=step]")).to_have_text(re.compile("Lost"))

    second.get_by_role("button", name="Contacted").click()
    said = "Changed meanwhile to “Lost”. Save again to replace it with yours."
    expect(second.get_by_role("alert")).to_have_text(said)
    first.reload()
    expect(first.locator("[aria-current=step]")).to_have_text(re.compile("Lost"))

    second.get_by_role("button", name="Save again").click()
    expect(second.get_by_role("alert")).to_have_count(0)
    first.reload()
    expect(first.locator("[aria-current=step]")).to_have_text(re.compile("Contacted"))


def test_facts_are_saved_where_they_stand(product: Product, visitors: Visitors, sign_in: SignIn) -> None:
    visitors.expect(422)
    contact = add(product, "stands_here", name="Stands Here")
    address = f"/panel/live/contacts/{contact}/"
    page = sign_in("contacts", "agent")
    page.goto(address)
    phone, email, zone = (page.locator(f"#facts [id=id_{name}]") for name in ("phone", "email", "time_zone"))
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_hidden()
    phone.fill("12")
    page.keyboard.press("Escape")
    expect(phone).to_have_value("")
    phone.fill("123")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press("Enter")
    expect(page.locator("#timeline").get_by_text("changed phone")).to_be_visible()
    email.fill("no address")
    page.keyboard.press("Tab")
    expect(page.locator("#facts .cs-error").first).to_be_visible()
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_have_value("no address")
    email.fill("stands@example.com")
    zone.fill("Tokyo")
    page.keyboard.press("Enter")
    expect(page.locator("#facts .cs-error")).to_have_count(0)
    expect(zone).to_have_value("Asia/Tokyo")
    expect(page.locator("#timeline").get_by_text("changed time zone")).to_be_visible()
    token = product.seeded["workspaces"]["contacts"]["token"]
    _, stored = product.call("GET", f"/v1/contacts/{contact}", token)
    assert [stored[name] for name in ("phone", "email", "time_zone")] == ["123", "stands@example.com", "Asia/Tokyo"]
    check_page(page)

    plain = visitors.open(product.session("contacts", "agent"), width=NARROW, javascript=False)
    plain.goto(address)
    plain.locator("#facts [name=phone]").fill("456")
    plain.get_by_role("button", name="Save", exact=True).click()
    plain.get_by_label("Tags").fill("one\ntwo")
    plain.get_by_role("button", name="Save the tags").click()
    expect(plain.locator("#timeline").get_by_text("Tagged two")).to_be_visible()
    expect(plain.locator("#facts [name=phone]")).to_have_value("456")
    assert product.call("GET", f"/v1/contacts/{contact}", token)[1]["tags"] == ["one", "two"]


def test_a_fact_that_is_typed_while_another_is_saved_replaces_nothing_that_somebody_else_stored(
    product: Product, visitors: Visitors, sign_in: SignIn
) -> None:
    visitors.expect(422)
    contact = add(product, "typed_late", email="early@example.com")
    address = f"/panel/live/contacts/{contact}/"
    token = product.seeded["workspaces"]["contacts"]["token"]
    page = sign_in("contacts", "agent")
    page.goto(address)
    phone, email = (page.locator(f"#facts [id=id_{name}]") for name in ("phone", "email"))
    page.evaluate(HOLD_NEXT_FETCH)
    phone.fill("123")
    email.focus()
    email.fill("ours@example.com")
    product.call("POST", "/v1/contacts", token, {"username": "typed_late", "email": "late@example.com"})
    page.evaluate("() => goOn()")
    said = "Changed meanwhile to “late@example.com”. Save again to replace it with yours."
    expect(page.locator("#facts .cs-error")).to_have_text(said)
    stored = product.call("GET", f"/v1/contacts/{contact}", token)[1]
    assert (stored["phone"], stored["email"]) == ("123", "late@example.com")
    email.press("Escape")
    expect(email).to_have_value("late@example.com")
    expect(page.locator("#facts .cs-error")).to_have_count(0)
    # A tag of somebody else that comes with an answer is not taken away by what is added next.
    page.evaluate(HOLD_NEXT_FETCH)
    tags = page.get_by_label("Tags")
    tags.fill("one")
    tags.press("Enter")
    tags.fill("two")
    tags.press("Enter")
    product.call("POST", "/v1/contacts", token, {"username": "typed_late", "tags": ["theirs"]})
    page.evaluate("() => goOn()")
    expect(page.locator("#timeline").get_by_text("Tagged two")).to_be_visible()
    assert product.call("GET", f"/v1/contacts/{contact}", token)[1]["tags"] == ["one", "theirs", "two"]


def test_a_filter_of_groups_is_built_and_opened(product: Product, sign_in: SignIn) -> None:
    add(product, "group_won", name="Won Person", stage="won")
    add(product, "group_lost", name="Lost Person", stage="lost")
    page = sign_in("contacts", "agent")
    page.goto(LIST)
    page.locator("summary", has_text="Filter").click()
    page.get_by_role("link", name="Groups").click()
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("Field of condition 1").select_option(label="Stage")
    # The row is another one once the field is chosen: its value is a list then.
    page.locator("select[name='filter:0:value']").select_option("won")
    expect(page.locator("#people")).to_contain_text("1 contact")
    page.get_by_role("button", name="Show these contacts").click()
    expect(page.get_by_role("link", name="Won Person")).to_be_visible()
    expect(page.get_by_role("link", name="Lost Person")).to_have_count(0)


def test_chips_count_while_typing_and_are_saved_as_a_list(product: Product, sign_in: SignIn) -> None:
    for number, score in ((1, "won"), (2, "won"), (3, "lost")):
        add(product, f"chip_person_{number}", name=f"Chip Person {number}", stage=score)
    page = sign_in("contacts", "agent")
    page.goto(LIST)
    page.get_by_label("Search by name").fill("chip_person")
    expect(page).to_have_url(re.compile("q=chip_person"))
    expect(page.locator("tbody tr")).to_have_count(3)
    page.locator("summary", has_text="Filter").click()
    page.get_by_role("link", name="Username").click()
    page.get_by_label("How Username is compared").select_option("starts_with")
    page.get_by_label("Value of Username").fill("chip_person_")
    expect(page.get_by_text("3 contacts")).to_be_visible()
    page.get_by_label("Value of Username").press("Enter")
    page.locator("summary", has_text="Filter").click()
    page.get_by_role("link", name="Stage", exact=True).click()
    page.get_by_label("Value of Stage").select_option("won")
    expect(page.get_by_text("2 contacts")).to_be_visible()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.get_by_label("Search by name")).to_have_value("chip_person")
    page.get_by_label("Search by name").fill("")
    expect(page).not_to_have_url(re.compile("q=chip_person"))

    page.locator("summary", has_text="Save list").click()
    page.get_by_label("Name of the list").fill("Chips that won")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Chips that won")).to_be_visible()
    page.get_by_role("link", name="Remove the filter Stage is Won").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_role("navigation", name="People").get_by_role("link", name="Chips that won").click()
    expect(page.locator("tbody tr")).to_have_count(2)


def test_cells_are_edited_where_they_stand_and_a_change_of_somebody_else_is_not_lost(
    product: Product, visitors: Visitors, sign_in: SignIn
) -> None:
    visitors.expect(422)
    add(product, "cell_person", name="Cell Person", email="cell@example.com")
    page, other = sign_in("contacts", "agent"), sign_in("contacts", "owner")
    for each in (page, other):
        each.goto(f"{LIST}?q=cell_person")
    page.get_by_role("link", name="Cell Person").focus()
    for key in ("ArrowRight", "F2"):
        page.keyboard.press(key)
    stage = page.get_by_label("Stage of Cell Person")
    expect(stage).to_be_focused()
    # Arrows pass other stages on their way: none of them is saved.
    stage.press("ArrowDown")
    expect(stage).to_have_value("contacted")
    page.keyboard.press("Escape")
    expect(page.get_by_role("cell", name="New", exact=True)).to_be_focused()
    page.keyboard.press("F2")
    stage.select_option("won")
    expect(page.get_by_role("cell", name="Won", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    for tag in ("vip", "cells"):
        page.get_by_label("Tags of Cell Person").fill(tag)
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("cell", name="cells vip")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_label("Tags of Cell Person").fill("nothing of it")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_role("cell", name="cells vip")).to_be_focused()

    for each in (other, page):
        each.goto(f"{LIST}columns/")
        each.get_by_role("checkbox", name="E-mail").check()
        each.get_by_role("button", name="Show these columns").click()
        each.goto(f"{LIST}?q=cell_person")
        each.locator("td[data-edit=email]").click()
        expect(each.get_by_label("E-mail of Cell Person")).to_be_focused()
    other.get_by_label("E-mail of Cell Person").fill("theirs@example.com")
    other.keyboard.press("Enter")
    expect(other.locator("td[data-edit=email]")).to_have_text("theirs@example.com")
    email = page.get_by_label("E-mail of Cell Person")
    email.fill("ours@example.com")
    email.press("Enter")
    said = "Changed meanwhile to “theirs@example.com”. Save again to replace it with yours."
    expect(page.get_by_role("alert")).to_have_text(said)
    email.press("Enter")
    expect(page.locator("td[data-edit=email]")).to_have_text("ours@example.com")
    # Whoever goes on to another cell comes back to one that was refused.
    page.locator("td[data-edit=email]").click()
    email.fill("nonsense")
    page.locator("td[data-edit=tags]").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(email).to_be_focused()
    expect(page.get_by_label("Tags of Cell Person")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("td[data-edit=email]")).to_have_text("ours@example.com")


def test_columns_are_chosen_and_moved_by_button_and_by_pointer(sign_in: SignIn, product: Product) -> None:
    add(product, "column_person")
    page = sign_in("contacts", "agent")
    page.goto(LIST)

    def headers() -> list[str]:
        return page.locator("thead th").all_inner_texts()[1:4]

    assert headers() == ["Name", "Stage", "Tags"]
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("button", name="Move Tags up").click()
    expect(page.locator("thead th").nth(2)).to_have_text("Tags")
    page.get_by_role("checkbox", name="Stage").uncheck()
    expect(page.locator("thead th").nth(3)).to_have_text("Owner")
    grip = page.locator(".cs-column-menu li", has_text="Score").locator("> svg")
    grip.hover()
    page.mouse.down()
    page.locator(".cs-column-menu li").first.hover()
    page.mouse.up()
    expect(page.locator("thead th").nth(2)).to_have_text("Score")
    page.reload()
    assert headers() == ["Name", "Score", "Tags"]


def test_list_is_filtered_and_its_contacts_changed_without_a_script(product: Product, visitors: Visitors) -> None:
    for number in (1, 2, 3):
        add(
            product, f"plain_person_{number}", name=f"Plain Person {number}", stage="qualified" if number < 3 else "new"
        )
    page = visitors.open(product.session("contacts", "agent"), javascript=False)
    page.goto(f"{LIST}?q=plain_person")
    page.locator("summary", has_text="Filter").click()
    page.get_by_role("link", name="Stage", exact=True).click()
    page.get_by_label("Value of Stage").select_option("qualified")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("checkbox", name="Phone").check()
    page.get_by_role("button", name="Show these columns").click()
    expect(page.get_by_role("columnheader", name="Phone")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label("Choose all on this page").check()
    bar = page.get_by_role("toolbar", name="With those who are chosen")
    bar.get_by_label("All 2").check()
    bar.get_by_role("button", name="Stage").click()
    expect(page.get_by_role("heading", name="2 contacts", exact=True)).to_be_visible()


def test_two_chosen_contacts_are_tagged_and_nobody_else(product: Product, sign_in: SignIn) -> None:
    for number in (1, 2, 3):
        add(product, f"bulk_person_{number}", name=f"Bulk Person {number}")
    page = sign_in("contacts", "agent")
    page.goto(f"{LIST}?q=bulk_person")
    bar = page.get_by_role("toolbar", name="With those who are chosen")
    expect(bar).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(bar).to_contain_text("2 chosen")
    bar.get_by_role("button", name="Tag", exact=True).click()
    expect(page.get_by_role("heading", name="2 contacts", exact=True)).to_be_visible()
    page.get_by_label("Add these tags").fill("together")
    page.get_by_role("button", name="Add or remove tags: 2 contacts").click()
    expect(page.locator("main").get_by_text("Done", exact=True)).to_be_visible()
    assert fact(page, "Changed") == "2"
    page.goto(f"{LIST}?tag=together")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label("Choose all on this page").check()
    bar.get_by_label("All 2").check()
    bar.get_by_role("button", name="Stage").click()
    expect(page.get_by_role("heading", name="2 contacts", exact=True)).to_be_visible()


def test_erasing_says_what_goes_and_asks_for_a_word(visitors: Visitors, product: Product, sign_in: SignIn) -> None:
    contact = add(product, "erased_person", name="Erased Person")
    visitors.expect(404, 422)
    page = sign_in("contacts", "agent")
    page.goto(f"{LIST}{contact}/")
    page.get_by_role("link", name="Erase").click()
    expect(page.get_by_role("heading", name="What goes, for good")).to_be_visible()
    expect(page.get_by_role("heading", name="What stays")).to_be_visible()
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("alert")).to_have_text("Type erase to confirm. Nothing was erased.")
    page.get_by_label("Type erase").fill("erase")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("The person is erased.")).to_be_visible()
    answer = page.goto(f"{LIST}{contact}/")
    assert answer is not None and answer.status == 404
