"""Two members, or two devices of one, in the same conversation: answers that cross, and drafts."""

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import NARROW, SignIn, Visitors
from tests.browser.product import Product
from tests.browser.test_outbox import answer, composer, log_of, open_thread, pending, talk, written
from tests.waiting import wait_until


def crossing(page: Page) -> Locator:
    return page.locator("#composer-crossing")


def answer_by_client(product: Product, name: str, text: str) -> None:
    seeded = product.seeded["workspaces"]["outages"]
    body = {"account_id": seeded["account"], "to": f"@reply_{name}", "text": text}
    assert product.call("POST", "/v1/messages/send", seeded["token"], body)[0] == 200


# --- Answers that cross -----------------------------------------------------------------------------------------------
def test_answer_that_crosses_a_colleagues_is_asked_about(product: Product, sign_in: SignIn, visitors: Visitors) -> None:
    visitors.expect_outages()
    thread = talk(product, "crossing")
    mine, hers = sign_in("outages", "agent"), sign_in("outages", "admin")
    for page in (mine, hers):
        open_thread(page, thread)
    mine.context.set_offline(True)
    answer(mine, "Mine")
    answer(hers, "Hers")
    wait_until(lambda: written(product, thread) == ["Hers"], "the colleague's answer is stored")
    mine.context.set_offline(False)
    expect(crossing(mine)).to_contain_text("answered at")
    expect(crossing(mine)).to_contain_text("“Hers”")
    expect(log_of(mine)).to_contain_text("Hers")
    expect(pending(mine).get_by_role("article")).to_contain_text("Not sent.")
    # It is asked about after a reload, too; nothing is sent before somebody says so.
    mine.reload()
    expect(crossing(mine)).to_contain_text("“Hers”")
    assert written(product, thread) == ["Hers"]
    crossing(mine).get_by_role("button", name="Edit").click()
    expect(composer(mine)).to_have_value("Mine")
    expect(crossing(mine)).to_be_hidden()
    expect(pending(mine)).to_be_empty()
    answer(mine, "Mine, after hers")
    expect(pending(mine)).to_be_empty()
    assert written(product, thread) == ["Hers", "Mine, after hers"]

    # What has been on the page for a second was seen, so this one asks nothing; the colleague has not seen it.
    expect(log_of(hers)).to_contain_text("Mine, after hers")
    hers.context.set_offline(True)
    answer(hers, "Hers again")
    answer_by_client(product, "crossing", "By a client")
    hers.context.set_offline(False)
    expect(crossing(hers)).to_contain_text("“By a client”")
    crossing(hers).get_by_role("button", name="Send anyway").click()
    expect(pending(hers)).to_be_empty()
    assert written(product, thread)[2:] == ["By a client", "Hers again"]


def test_crossed_answer_is_told_of_on_other_pages(product: Product, sign_in: SignIn, visitors: Visitors) -> None:
    visitors.expect_outages()
    thread = talk(product, "elsewhere")
    page = sign_in("outages", "agent", width=NARROW)
    open_thread(page, thread)
    page.context.set_offline(True)
    answer(page, "Mine")
    answer_by_client(product, "elsewhere", "By a client")
    page.context.set_offline(False)
    expect(crossing(page)).to_be_visible()
    page.goto("/panel/live/")
    notice = page.locator("#outbox")
    expect(notice).to_contain_text("was not sent")
    notice.get_by_role("link", name="Look at it").click()
    expect(crossing(page)).to_contain_text("“By a client”")
    pending(page).get_by_role("button", name="Discard").click()
    expect(crossing(page)).to_be_hidden()
    assert written(product, thread) == ["By a client"]


# --- Drafts -----------------------------------------------------------------------------------------------------------
def kept(page: Page) -> str:
    """The text of the draft that the server has."""
    address = (
        f"{page.url.partition('?')[0]}?part=draft&workspace={page.locator('#outbox').get_attribute('data-workspace')}"
    )
    draft = page.request.get(address).json()["draft"]
    return str(draft["fields"]["text"]) if draft else ""


def wait_until_kept(page: Page, text: str) -> None:
    wait_until(lambda: kept(page) == text, f"the server has {text!r}")


def test_draft_is_the_same_on_another_device_and_goes_when_it_is_sent(
    product: Product, sign_in: SignIn, visitors: Visitors
) -> None:
    visitors.expect_outages()
    thread = talk(product, "device")
    desk, phone = sign_in("outages", "agent"), sign_in("outages", "agent", width=NARROW)
    open_thread(desk, thread)
    composer(desk).press_sequentially("Half of it")
    wait_until_kept(desk, "Half of it")
    # Another device has it, in the list and in the composer, and each sees what the other writes.
    phone.goto("/panel/live/inbox/")
    row = phone.locator(f"#row-{thread}")
    expect(row).to_contain_text("Draft: Half of it")
    row.get_by_role("link").click()
    expect(composer(phone)).to_have_value("Half of it")
    composer(phone).press("End")
    composer(phone).press_sequentially(", and more")
    expect(composer(desk)).to_have_value("Half of it, and more")
    # Without a network both are written on: no text is lost.
    desk.context.set_offline(True)
    composer(desk).fill("Written at the desk")
    composer(phone).fill("Written on the phone")
    wait_until_kept(phone, "Written on the phone")
    desk.context.set_offline(False)
    both = "Written on the phone\n\nWritten at the desk"
    expect(composer(desk)).to_have_value(both)
    expect(composer(phone)).to_have_value(both)
    desk.reload()
    expect(composer(desk)).to_have_value(both)
    # Sent on one, it is gone on both.
    desk.keyboard.press("r")
    desk.keyboard.press("Control+Enter")
    expect(log_of(phone)).to_contain_text("Written at the desk")
    expect(composer(phone)).to_have_value("")
    assert written(product, thread) == [both]
    assert kept(desk) == ""
    phone.reload()
    expect(composer(phone)).to_have_value("")


def test_draft_is_the_same_in_two_tabs_and_is_kept_when_the_page_is_left(product: Product, sign_in: SignIn) -> None:
    thread = talk(product, "tabs")
    page = sign_in("outages", "agent")
    other = page.context.new_page()
    for each in (page, other):
        open_thread(each, thread)
    composer(page).press_sequentially("In the first tab")
    expect(composer(other)).to_have_value("In the first tab")
    for _ in "tab":
        composer(page).press("Backspace")
    expect(composer(other)).to_have_value("In the first ")
    wait_until_kept(page, "In the first ")
    composer(other).press("End")
    composer(other).press_sequentially("or the second")
    expect(composer(page)).to_have_value("In the first or the second")
    composer(other).press_sequentially("!")
    other.goto("/panel/live/inbox/")  # at once
    wait_until_kept(page, "In the first or the second!")
    expect(composer(page)).to_have_value("In the first or the second!")
    # Emptied in one, it is gone everywhere.
    page.reload()
    expect(composer(page)).to_have_value("In the first or the second!")
    composer(page).fill("")
    wait_until_kept(page, "")
    expect(other.locator(f"#row-{thread}")).not_to_contain_text("Draft:")


def test_what_another_tab_typed_is_kept_when_that_tab_is_closed_and_stays_away_once_it_is_emptied(
    product: Product, sign_in: SignIn, visitors: Visitors
) -> None:
    visitors.expect_outages()
    thread = talk(product, "closed")
    page = sign_in("outages", "agent")
    open_thread(page, thread)
    other = page.context.new_page()
    late: list[Route] = []
    other.route(f"**/inbox/{thread}/", lambda route: keep_later(route, late))
    open_thread(other, thread)
    composer(other).press_sequentially("In the other tab")
    composer(other).blur()
    while not late:
        other.wait_for_timeout(50)
    # The tab that has it keeps it, as the request of the one that typed it does not arrive.
    wait_until_kept(page, "In the other tab")
    composer(page).fill("")
    wait_until_kept(page, "")
    assert late[0].fetch().status == 200
    other.close()
    assert kept(page) == ""
    page.reload()
    expect(composer(page)).to_have_value("")


def keep_later(route: Route, late: list[Route]) -> None:
    if route.request.method == "POST" and "action=keep" in (route.request.post_data or ""):
        late.append(route)
    else:
        route.continue_()


# Put before the scripts of a page: it hears of what other tabs write only when ``hearAll`` is called.
DEAF = """
const heard = [];
let isDeaf = true;
window.addEventListener("storage", (event) => {
  if (!isDeaf) return;
  event.stopImmediatePropagation();
  heard.push(event);
});
window.hearAll = () => {
  isDeaf = false;
  for (const { key, newValue } of heard) dispatchEvent(new StorageEvent("storage", { key, newValue }));
};
"""


def test_texts_that_two_tabs_write_at_the_same_moment_both_stay(product: Product, sign_in: SignIn) -> None:
    thread = talk(product, "moment")
    page = sign_in("outages", "agent")
    other = page.context.new_page()
    other.add_init_script(DEAF)
    for each in (page, other):
        open_thread(each, thread)
    composer(page).press_sequentially("In the first tab")
    composer(other).press_sequentially("In the second")
    expect(composer(page)).to_have_value("In the second")
    other.evaluate("hearAll()")
    both = "In the first tab\n\nIn the second"
    for each in (page, other):
        expect(composer(each)).to_have_value(both)
    wait_until_kept(page, both)
    composer(page).press("Control+Enter")
    for each in (page, other):
        expect(log_of(each)).to_contain_text("In the second")
        expect(composer(each)).to_have_value("")
        expect(pending(each)).to_be_empty()
    assert written(product, thread) == [both]
    wait_until_kept(page, "")


def test_draft_that_is_kept_late_does_not_bring_back_what_was_sent(product: Product, sign_in: SignIn) -> None:
    thread = talk(product, "late")
    page = sign_in("outages", "agent")
    open_thread(page, thread)
    answer(page, "Sent before it was kept")
    expect(pending(page)).to_be_empty()
    composer(page).press_sequentially("The next one")
    wait_until_kept(page, "The next one")
    answer(page, "The next one, sent")
    expect(pending(page)).to_be_empty()
    assert written(product, thread) == ["Sent before it was kept", "The next one, sent"]
    wait_until_kept(page, "")
    page.reload()
    expect(composer(page)).to_have_value("")


# --- Who else is there ------------------------------------------------------------------------------------------------
def test_members_see_who_has_the_conversation_open_and_writes(
    product: Product, sign_in: SignIn, visitors: Visitors
) -> None:
    thread = talk(product, "presence")
    mine, hers, viewer = (sign_in("outages", role) for role in ("agent", "admin", "viewer"))
    open_thread(viewer, thread)
    open_thread(mine, thread)
    present = mine.locator("#inbox-present")
    expect(present).to_have_count(0)
    open_thread(hers, thread)
    expect(present).to_contain_text("admin has it open too.")
    expect(hers.locator("#inbox-present")).to_contain_text("agent has it open too.")
    # Writing is seen at the composer and in the list, also by a page that opens now, and ends by itself.
    composer(hers).press_sequentially("Let me look")
    expect(mine.locator("#composer-writing")).to_have_text("admin is writing…")
    expect(mine.locator(f"#row-{thread} .cs-snip")).to_have_attribute("data-typing", "admin is writing…")
    expect(mine.locator("#composer-writing")).to_be_empty()
    expect(hers.locator("#composer-writing")).to_be_empty()
    composer(hers).press_sequentially(" at it")
    mine.reload()
    expect(mine.locator("#composer-writing")).to_have_text("admin is writing…")
    # An answer ends it at once.
    hers.keyboard.press("Control+Enter")
    expect(log_of(mine)).to_contain_text("Let me look at it")
    expect(mine.locator("#composer-writing")).to_be_empty()
    for role in ("viewer", "agent"):
        expect(viewer.get_by_text(f"{role} has it open too")).to_have_count(0)
    hers.close()
    expect(mine.locator("#inbox-present")).to_have_count(0)
