"""Answers are written once, whatever the network, the server, the session or the browser does meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.browser.conftest import SignIn, Visitors
from tests.browser.product import Product
from tests.browser.seed import PASSWORD
from tests.browser.test_inbox import write_to
from tests.browser.test_people import log_in
from tests.waiting import wait_until

OFFLINE_WITHIN_MS = 2000


def talk(product: Product, name: str, workspace: str = "outages") -> str:
    """A conversation in which somebody waits for an answer."""
    return write_to(product, name, f"Good morning, {name}", workspace)


def written(product: Product, thread: str, workspace: str = "outages") -> list[str]:
    """The texts that were sent in the conversation after its first one, the oldest first."""
    # The newest first: a list by time that ascends leaves out what is too new to be followed by nothing older.
    token, query, found = product.seeded["workspaces"][workspace]["token"], "limit=100", []
    while query:
        status, page = product.call("GET", f"/v1/threads/{thread}/messages?{query}", token)
        assert status == 200, page
        found += [each["text"] for each in page["data"] if each["direction"] == "out"]
        cursor = page["next_cursor"]
        query = f"limit=100&cursor={cursor}" if cursor else ""
    return found[-2::-1]


def open_thread(page: Page, thread: str) -> None:
    page.goto(f"/panel/live/inbox/{thread}/")


def composer(page: Page) -> Locator:
    return page.get_by_label("Your answer")


def answer(page: Page, text: str) -> None:
    composer(page).fill(text)
    page.keyboard.press("Control+Enter")
    expect(composer(page)).to_have_value("")
    expect(composer(page)).to_be_focused()


def log_of(page: Page) -> Locator:
    return page.get_by_role("log", name="Messages")


def pending(page: Page) -> Locator:
    return page.locator("#inbox-pending")


def notice(page: Page) -> Locator:
    return page.locator("#outbox")


@contextmanager
def refusing(page: Page, handle: Callable[[Route], Any]) -> Iterator[None]:
    """Forms that this browser sends are handled so; everything else goes through."""

    def forms(route: Route) -> Any:
        return handle(route) if route.request.method == "POST" else route.continue_()

    page.context.route("**/inbox/**", forms)
    yield
    page.context.unroute_all(behavior="wait")


def lose_answer(route: Route) -> None:
    """The server gets the request; nobody gets its answer."""
    route.fetch()
    route.abort()


def test_answers_without_a_network_are_sent_once_it_is_back(
    product: Product, sign_in: SignIn, visitors: Visitors
) -> None:
    visitors.expect_outages()
    thread = talk(product, "anna")
    page = sign_in("outages", "agent")
    open_thread(page, thread)
    page.context.set_offline(True)
    expect(notice(page)).to_contain_text("You are offline", timeout=OFFLINE_WITHIN_MS)
    answer(page, "First")
    answer(page, "Second")
    for text in ("First", "Second"):
        bubble = pending(page).get_by_role("article").filter(has_text=text)
        expect(bubble).to_contain_text("You are offline. It is sent when the connection is back.")
    expect(pending(page).get_by_role("article").last).to_be_in_viewport()
    # What waits can be changed.
    pending(page).get_by_role("article").last.get_by_role("button", name="Change").click()
    expect(composer(page)).to_have_value("Second")
    answer(page, "Second, changed")
    assert written(product, thread) == []
    page.context.set_offline(False)
    expect(log_of(page)).to_contain_text("Second, changed")
    expect(notice(page)).to_be_empty()
    expect(pending(page)).to_be_empty()
    assert written(product, thread) == ["First", "Second, changed"]

    # The browser ends before the network is back. Any page sends what it had kept, and drafts are still there.
    page.context.set_offline(True)
    answer(page, "Third")
    composer(page).fill("Not sent yet")
    state = page.context.storage_state()
    page.context.close()
    context: BrowserContext = visitors.browser.new_context(base_url=product.url, storage_state=state)
    visitors.problems.watch(context)
    visitors.contexts.append(context)
    page = context.new_page()
    page.goto("/panel/live/")
    wait_until(lambda: written(product, thread)[2:] == ["Third"], "Home has sent the answer")
    open_thread(page, thread)
    expect(composer(page)).to_have_value("Not sent yet")
    expect(pending(page)).to_be_empty()


def test_answer_is_written_once_when_going_back_and_in_two_tabs(product: Product, sign_in: SignIn) -> None:
    thread = talk(product, "berta")
    page = sign_in("outages", "agent")
    page.goto("/panel/live/inbox/")
    open_thread(page, thread)
    answer(page, "Only once")
    expect(page.locator("#inbox-live")).to_have_text("Sent.")
    page.goto("/panel/live/")
    page.go_back()
    expect(log_of(page)).to_contain_text("Only once")
    expect(composer(page)).to_have_value("")

    other = page.context.new_page()
    open_thread(other, thread)
    composer(page).fill("Written in one tab")
    expect(composer(other)).to_have_value("Written in one tab")
    # Both send at the same time: neither has heard of the other.
    for each in (page, other):
        each.evaluate("document.querySelector('#composer').requestSubmit(document.querySelector('[value=send]'))")
    for each in (page, other):
        expect(log_of(each)).to_contain_text("Written in one tab")
        expect(composer(each)).to_have_value("")
        expect(pending(each)).to_be_empty()
    assert written(product, thread) == ["Only once", "Written in one tab"]


def test_answer_whose_result_is_unknown_is_sent_again_under_the_same_id(
    product: Product, sign_in: SignIn, visitors: Visitors
) -> None:
    visitors.expect_outages()
    visitors.expect(503)
    thread = talk(product, "carla")
    page = sign_in("outages", "agent")
    open_thread(page, thread)
    with refusing(page, lose_answer):
        answer(page, "Arrived unseen")
        expect(pending(page)).to_contain_text("The server does not answer. It is sent as soon as it does.")
        wait_until(lambda: written(product, thread) == ["Arrived unseen"], "the server has stored it")
    expect(pending(page)).to_be_empty()
    expect(log_of(page)).to_contain_text("Arrived unseen")
    with refusing(page, lambda route: route.fulfill(status=503, body="Down")):
        answer(page, "After a failure")
        expect(notice(page)).to_contain_text("The server does not answer. 1 message is sent as soon as it does.")
    expect(pending(page)).to_be_empty()
    assert written(product, thread) == ["Arrived unseen", "After a failure"]

    # It was changed after an attempt that had arrived: what was stored is said, and the new text is another answer.
    with refusing(page, lose_answer):
        answer(page, "As it was")
        expect(pending(page)).to_contain_text("The server does not answer.")
        wait_until(lambda: written(product, thread)[2:] == ["As it was"], "the server has stored it")
        pending(page).get_by_role("button", name="Change").click()
    answer_refused(page, "As it is now", "This answer was sent before, as “As it was”.")
    assert written(product, thread)[2:] == ["As it was"]
    page.keyboard.press("Control+Enter")
    expect(log_of(page)).to_contain_text("As it is now")
    assert written(product, thread)[2:] == ["As it was", "As it is now"]


def answer_refused(page: Page, text: str, reason: str) -> None:
    composer(page).fill(text)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text(reason)
    expect(composer(page)).to_have_value(text)
    expect(composer(page)).to_have_attribute("aria-invalid", "true")


def test_refused_answer_is_kept_beside_a_newer_one(product: Product, sign_in: SignIn, visitors: Visitors) -> None:
    visitors.expect_outages()
    thread = talk(product, "dora")
    page = sign_in("outages", "agent")
    open_thread(page, thread)
    answer_refused(page, "Hello {nobody}", "There is no contact field for {nobody}")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(composer(page)).to_have_value("")
    composer(page).fill("A newer one")
    page.context.set_offline(False)
    expect(pending(page)).to_contain_text("Not sent. There is no contact field for {nobody}")
    expect(composer(page)).to_have_value("A newer one")
    other = page.context.new_page()
    other.goto("/panel/live/")
    expect(notice(other)).to_contain_text("A message to @reply_dora was refused.")
    answer(page, "A newer one")
    pending(page).get_by_role("button", name="Discard").click()
    expect(pending(page)).to_be_empty()
    expect(notice(other)).to_be_empty()
    expect(log_of(page)).to_contain_text("A newer one")
    assert written(product, thread) == ["A newer one"]


def test_answer_waits_for_the_log_in_and_for_a_right_token(
    product: Product, sign_in: SignIn, visitors: Visitors
) -> None:
    visitors.expect(401, 403)
    thread = talk(product, "edda")
    page = sign_in("outages", "admin")
    open_thread(page, thread)
    page.context.clear_cookies(name="csrftoken")
    answer(page, "With a new token")
    expect(log_of(page)).to_contain_text("With a new token")
    page.context.clear_cookies(name="sessionid")
    answer(page, "After the session")
    expect(pending(page)).to_contain_text("You are logged out. It is sent when you have logged in again.")
    assert written(product, thread) == ["With a new token"]
    notice(page).get_by_role("link", name="Log in").click()
    log_in(page, product.seeded["workspaces"]["outages"]["emails"]["admin"], PASSWORD)
    expect(log_of(page)).to_contain_text("After the session")
    expect(notice(page)).to_be_empty()
    assert thread in page.url
    assert written(product, thread) == ["With a new token", "After the session"]


def test_answer_of_another_workspace_waits_for_it(product: Product, sign_in: SignIn, visitors: Visitors) -> None:
    visitors.expect_outages()
    visitors.expect(409, 404)
    thread = talk(product, "frida", "sides")
    page = sign_in("sides", "owner")
    open_thread(page, thread)
    with refusing(page, lambda route: route.abort()):
        answer(page, "To the right one")
        expect(pending(page)).to_contain_text("The server does not answer.")
        other = page.context.new_page()
        other.goto("/panel/live/")
        switch(other, "Keys")
    expect(notice(page)).to_contain_text("Another workspace or member is open here by now.")
    expect(notice(other)).to_have_text("1 message is sent when you open Sides again.")
    assert written(product, thread, "sides") == []
    switch(other, "Sides")
    wait_until(lambda: written(product, thread, "sides") == ["To the right one"], "it was sent")
    expect(notice(other)).to_be_empty()


def switch(page: Page, name: str) -> None:
    page.locator(".cs-switcher summary").click()
    page.locator(".cs-switcher").get_by_role("button", name=name).click()
    expect(page.locator(".cs-switcher summary")).to_contain_text(name)


def test_new_message_is_kept_and_sent_once(product: Product, sign_in: SignIn, visitors: Visitors) -> None:
    visitors.expect_outages()
    page = sign_in("outages", "agent")
    page.goto("/panel/live/inbox/new/")
    page.get_by_label("To").fill("not a name")
    page.get_by_label("Message", exact=True).fill("Hello there")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("Give a username")
    expect(page.get_by_label("To")).to_be_focused()
    expect(page.get_by_label("Message", exact=True)).to_have_value("Hello there")
    page.reload()
    expect(page.get_by_label("To")).to_have_value("not a name")
    page.get_by_label("To").fill("@gerda_new")
    page.context.set_offline(True)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("You are offline. It is sent when the connection is back.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="gerda_new", level=2).first).to_be_visible()
    expect(log_of(page)).to_contain_text("Hello there")
    page.goto("/panel/live/inbox/new/")
    expect(page.get_by_label("Message", exact=True)).to_have_value("")
