"""The inbox: an answer arrives while the page is open, and is answered, with and without JavaScript."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import NARROW, WIDE, SignIn, Visitors, stop_clock
from tests.browser.looks import TWO_FRAMES, check_page
from tests.browser.product import Product
from tests.browser.seed import PASSWORD
from tests.browser.test_people import log_in
from tests.waiting import wait_until


def write_to(product: Product, name: str, text: str, workspace: str = "inbox") -> str:
    """Send a message to a sandbox recipient that answers. Returns the id of the conversation once it has. No other test
    of the workspace sends this text: by the answer to it the conversation is found."""
    seeded = product.seeded["workspaces"][workspace]
    body = {"account_id": seeded["account"], "to": f"@reply_{name}", "text": text}
    status, _ = product.call("POST", "/v1/messages/send", seeded["token"], body)
    assert status == 200

    def answered() -> Any:
        _, messages = product.call("GET", "/v1/messages?limit=10", seeded["token"])
        said = [each for each in messages["data"] if each["text"] == f"You said: {text}"]
        return said and said[0]["thread_id"]

    return str(wait_until(answered, "the recipient has answered"))


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_an_answer_arrives_live_and_is_answered(product: Product, sign_in: SignIn, width: int) -> None:
    name = f"anna{width}"
    thread = write_to(product, name, f"Good morning, {name}")
    page = sign_in("inbox", "agent", width=width)
    page.goto("/panel/live/inbox/")
    page.get_by_role("link", name=f"reply_{name}").first.click()
    messages = page.get_by_role("log", name="Messages")
    expect(messages).to_contain_text(f"You said: Good morning, {name}")
    assert page.url.partition("?")[0].endswith(f"/inbox/{thread}/")

    page.evaluate("window.isTheSamePage = true")
    page.get_by_label("Your answer").fill("A draft that must stay")
    write_to(product, name, f"Are you there, {name}?")
    expect(messages).to_contain_text(f"You said: Are you there, {name}?")  # without loading the page again
    assert page.evaluate("window.isTheSamePage") is True
    expect(page.get_by_label("Your answer")).to_have_value("A draft that must stay")

    # What has been on the page for a second was seen, so no answer crosses it.
    shown = page.locator("[form=composer][name=answer_seen]").get_attribute("value")
    assert shown
    expect(page.locator("#composer")).to_have_attribute("data-answer-seen", shown)
    answer(page, "Yes, I am here.")
    expect(messages).to_contain_text("You said: Yes, I am here.")  # the sandbox answers this one too


def answer(page: Page, text: str) -> None:
    page.get_by_label("Your answer").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("log", name="Messages")).to_contain_text(text)
    expect(page.get_by_label("Your answer")).to_have_value("")


def test_addresses_in_messages_are_links_that_fit_the_screen(product: Product, sign_in: SignIn) -> None:
    long = "https://example.com/" + "long" * 60
    thread = write_to(product, "linus", f"See {long}, or t.me/crmsolid_news.")
    page = sign_in("inbox")
    for address in (f"/panel/live/inbox/{thread}/", contact_of(page, thread)):
        page.goto(address)
        links = page.get_by_role("main").get_by_role("link", name="t.me/crmsolid_news", exact=True)
        expect(links).to_have_count(2)  # what was sent, and the echo of it
        expect(links.first).to_have_attribute("href", "https://t.me/crmsolid_news")
        expect(links.first).to_have_attribute("rel", "noopener noreferrer nofollow")
        expect(page.get_by_role("link", name=long, exact=True).last).to_have_attribute("href", long)
        check_page(page)


def contact_of(page: Page, thread: str) -> str:
    page.goto(f"/panel/live/inbox/{thread}/")
    return str(page.locator("#inbox-card-title a").get_attribute("href"))


def test_a_failed_message_is_corrected_and_sent_again(product: Product, sign_in: SignIn) -> None:
    seeded = product.seeded["workspaces"]["inbox"]
    body = {"account_id": seeded["account"], "to": "@fail_notfound", "text": "Hello again"}
    assert product.call("POST", "/v1/messages/send", seeded["token"], body)[0] == 200
    page = sign_in("inbox")
    page.goto("/panel/live/inbox/?view=failed")
    page.get_by_role("link", name="fail_notfound").first.click()
    log = page.get_by_role("log", name="Messages")
    expect(log.get_by_text("Nobody has this username.")).to_be_visible()
    log.get_by_role("link", name="Correct the username").click()
    expect(page.get_by_label("Username")).to_be_focused()
    page.get_by_label("Username").fill("@reply_corrected")
    with page.expect_navigation():  # back to the conversation
        page.keyboard.press("Enter")
    log.get_by_role("button", name="Try again").click()
    expect(log).to_contain_text("You said: Hello again")
    check_page(page)


def covers(one: Locator, other: Locator) -> bool:
    """Whether the two overlap on the page."""
    a, b = one.bounding_box(), other.bounding_box()
    assert a is not None and b is not None
    beside = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
    above = a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
    return not beside and not above


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_an_answer_is_planned_for_later(product: Product, sign_in: SignIn, width: int) -> None:
    name = f"gina{width}"
    thread = write_to(product, name, f"Good evening, {name}")
    page = sign_in("inbox", "agent", width=width)
    page.goto(f"/panel/live/inbox/{thread}/")
    day, next_day = (date.today() + timedelta(days=days) for days in (30, 31))
    composer, send = page.locator("#composer"), page.locator("#composer [value=send]")
    later, chosen = composer.locator("summary", has_text="Send later"), composer.locator("#composer-planned")
    expect(chosen).to_be_hidden()
    page.get_by_label("Your answer").fill("Tomorrow, I am here.")
    later.click()
    page.get_by_label("Send at").fill(f"{day}T09:30")
    assert not covers(composer.locator("details[open] .cs-pop"), send)
    later.click()
    expect(page.get_by_label("Send at")).to_be_hidden()
    expect(chosen).to_have_text(f"{day:%-d %b %Y} 09:30 UTC")
    expect(send).to_have_text("Send later")
    composer.get_by_role("button", name="Remove the time").click()
    expect(chosen).to_be_hidden()
    expect(send).to_have_text("Send")
    later.click()
    page.get_by_label("Send at").fill("2100-01-01T09:30")
    later.click()
    page.get_by_label("Your answer").press("Control+Enter")
    expect(page.get_by_label("Send at")).to_be_focused()  # it was refused
    page.get_by_label("Send at").fill(f"{next_day}T09:30")
    send.click()
    expect(page.get_by_role("log", name="Messages")).to_contain_text(f"Planned for {next_day:%-d %b %Y} 09:30")
    page.goto("/panel/live/inbox/?view=waiting")
    row = page.locator(f"#row-{thread}")
    expect(row).to_contain_text(f"Answer planned for {next_day:%-d %b %Y} 09:30")


def test_it_is_read_and_answered_without_javascript(product: Product, sign_in: SignIn) -> None:
    thread = write_to(product, "boris", "Hello Boris")
    page = sign_in("inbox", javascript=False)
    page.goto("/panel/live/inbox/")
    page.get_by_role("link", name="reply_boris").first.click()
    answer(page, "Plain HTML is enough.")
    assert thread in page.url


def test_a_viewer_reads_and_has_no_composer(product: Product, sign_in: SignIn) -> None:
    thread = write_to(product, "clara", "Hello Clara")
    page = sign_in("inbox", "viewer")
    page.goto(f"/panel/live/inbox/{thread}/")
    expect(page.get_by_role("log", name="Messages")).to_contain_text("You said: Hello Clara")
    expect(page.get_by_label("Your answer")).to_have_count(0)


def test_what_another_member_does_shows_up(product: Product, sign_in: SignIn) -> None:
    thread = write_to(product, "dora", "Hello Dora")
    page, other = sign_in("inbox", "agent"), sign_in("inbox", "admin")
    for each in (page, other):
        each.goto(f"/panel/live/inbox/{thread}/")
    page.evaluate("window.isTheSamePage = true")
    page.get_by_label("Your answer").fill("A draft that must stay")
    page.locator("summary", has_text="Snooze").click()
    page.get_by_label("Until a date").fill("2030-01-01T09:00")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    other.locator("summary", has_text="Assign").click()
    other.locator("#inbox-assign").get_by_role("button", name="agent").click()
    expect(other.get_by_role("log", name="Messages")).to_contain_text("assigned this to")
    expect(page.locator(f"#row-{thread}")).to_contain_text("Mine")
    expect(page.get_by_role("link", name="Mine 1")).to_be_visible()
    # A menu that is open stays as it is, until it is closed.
    assert [url for url in asked if "part=list" in url] and not [url for url in asked if "part=head" in url]
    expect(page.get_by_label("Until a date")).to_have_value("2030-01-01T09:00")
    page.locator("summary", has_text="Snooze").click()
    expect(page.locator("#inbox-head")).to_contain_text("Assigned to agent")

    other.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    expect(page.locator(f"#row-{thread}")).to_have_count(0)
    assert page.evaluate("window.isTheSamePage") is True
    expect(page.get_by_label("Your answer")).to_have_value("A draft that must stay")


def test_logging_out_removes_drafts(product: Product, visitors: Visitors) -> None:
    thread = write_to(product, "fiona", "Hello Fiona")
    page = visitors.open()  # with a session of its own, because it ends
    page.goto(f"/panel/login/?next=/panel/live/inbox/{thread}/")
    log_in(page, product.seeded["workspaces"]["inbox"]["emails"]["agent"], PASSWORD)
    page.wait_for_url(f"**/inbox/{thread}/")  # until its scripts run
    page.get_by_label("Your answer").fill("A draft")
    wait_until(lambda: "A draft" in page.evaluate("JSON.stringify(localStorage)"), "the draft is kept")
    page.locator(".cs-user-menu summary").click()
    visitors.expect(403)  # of the stream of alerts, which the server ends and the page opens again before it is left
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="You are logged out")).to_be_visible()
    wait_until(lambda: page.evaluate("localStorage.length") == 0, "the script of the page has removed the draft")


def test_conversation_of_an_erased_contact_says_so(product: Product, sign_in: SignIn, visitors: Visitors) -> None:
    visitors.expect(404)
    thread = write_to(product, "emil", "Hello Emil")
    page = sign_in("inbox", "agent")
    page.goto(f"/panel/live/inbox/{thread}/")
    page.get_by_label("Your answer").fill("A draft")
    elsewhere = sign_in("inbox", "agent")
    elsewhere.goto(f"/panel/live/inbox/{thread}/")
    elsewhere.get_by_label("Your answer").fill("A draft")
    elsewhere.goto("/panel/live/")
    token = product.seeded["workspaces"]["inbox"]["token"]
    _, messages = product.call("GET", f"/v1/threads/{thread}/messages", token)
    status, _ = product.call("DELETE", f"/v1/contacts/{messages['data'][0]['contact_id']}", token)
    assert status == 204
    expect(page.get_by_role("heading", name="This conversation was deleted.")).to_be_visible()
    expect(page.get_by_role("log", name="Messages")).to_have_count(0)
    expect(page.get_by_role("complementary")).to_have_count(0)
    expect(page.locator(f"#row-{thread}")).to_have_count(0)
    page.get_by_role("link", name="Back to the inbox").click()
    expect(page.get_by_text("No conversation is open")).to_be_visible()
    assert thread not in page.url
    elsewhere.goto("/panel/live/inbox/")
    for each in (page, elsewhere):
        forgets = "!JSON.stringify(localStorage).includes('A draft')"
        wait_until(partial(each.evaluate, forgets), "the browser has forgotten the draft")


def test_next_is_who_waits_and_what_was_sent_is_announced(product: Product, sign_in: SignIn) -> None:
    threads = [write_to(product, name, f"Hello {name}", "waiting") for name in ("nina", "nora", "nele")]
    page = sign_in("waiting", "agent")
    page.goto(f"/panel/live/inbox/{threads[0]}/")
    composer = page.get_by_label("Your answer")
    composer.fill("Yes")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#inbox-live")).to_have_text("Sent.")
    expect(composer).to_be_focused()
    page.keyboard.type("and n, which is no key here")
    page.keyboard.press("Escape")
    for thread in (threads[1], threads[2]):
        page.keyboard.press("w")
        page.wait_for_url(f"**/{thread}/?*")
    page.goto(f"/panel/live/inbox/{threads[0]}/")
    expect(composer).to_have_value("and n, which is no key here")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Who has waited longest")


def test_phone_shows_the_newest_message_and_nothing_jumps(product: Product, sign_in: SignIn) -> None:
    thread = write_to(product, "paula", "Hello\n" * 30)
    page = sign_in("inbox", "agent", width=NARROW)
    scripts: list[Route] = []
    page.route("**/*.js?*", lambda route: scripts.append(route))
    page.add_init_script(SHIFTS)
    for address in ("/panel/live/inbox/", "/panel/live/inbox/new/", f"/panel/live/inbox/{thread}/"):
        # The scripts come late, as over a slow connection: what they change is seen to change.
        page.goto(address, wait_until="commit")
        wait_until(partial(page.evaluate, "document.readyState === 'interactive'"), "the page is there")
        page.evaluate(TWO_FRAMES)
        while scripts:
            scripts.pop().continue_()
        page.wait_for_load_state("load")
        page.evaluate(TWO_FRAMES)
        assert page.evaluate("shifted") <= 0.05, address
    last = page.get_by_role("log", name="Messages").get_by_role("article").last
    assert last.evaluate("node => node.getBoundingClientRect().bottom <= innerHeight")
    answer(page, "The newest of all")
    sent = page.get_by_role("article").filter(has_text="The newest of all")
    expect(sent.first).to_be_in_viewport(ratio=1)
    expect(page.get_by_label("Your answer")).to_be_in_viewport(ratio=1)


def test_what_is_typed_before_the_scripts_are_there_is_sent(product: Product, sign_in: SignIn) -> None:
    thread = write_to(product, "early", "Hello, are you fast?")
    page = sign_in("inbox", "agent")
    page.goto(f"/panel/live/inbox/{thread}/")
    page.get_by_label("Your answer").fill("From before.")
    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value("From before.")
    with held_scripts(page):
        page.goto(f"/panel/live/inbox/{thread}/", wait_until="commit")
        page.get_by_label("Your answer").fill("I am.")
    expect(page.get_by_label("Your answer")).to_have_value("From before.\n\nI am.")
    page.get_by_label("Your answer").press("Control+Enter")
    expect(page.get_by_role("log", name="Messages")).to_contain_text("You said: From before. I am.")
    expect(page.get_by_label("Your answer")).to_have_value("")
    with held_scripts(page):  # that of notes is loaded now
        page.keyboard.press("Escape")
        page.keyboard.press("n")
        page.locator("#note-new textarea").fill("Is fast")
        page.keyboard.press("Control+Enter")
    expect(page.get_by_role("log", name="Messages")).to_contain_text("Is fast")
    expect(page.locator("#note-new textarea")).to_have_value("")


@contextmanager
def held_scripts(page: Page) -> Iterator[None]:
    """The scripts come late, as over a slow connection."""
    held: list[Route] = []
    is_held = True
    page.route("**/*.js?*", lambda route: held.append(route) if is_held else route.continue_())
    yield
    is_held = False
    while held:
        held.pop().continue_()
    page.unroute_all(behavior="wait")


SHIFTS = """
    window.shifted = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""


def test_focus_is_never_covered_at_a_zoom_of_400_percent(product: Product, sign_in: SignIn) -> None:
    thread = write_to(product, "zita", "Hello\n" * 10)
    page = sign_in("inbox", "agent", width=320)
    page.set_viewport_size({"width": 320, "height": 256})
    page.goto(f"/panel/live/inbox/{thread}/")
    page.locator("body").evaluate("node => { window.scrollTo(0, 0); document.activeElement.blur(); }")
    covered, stops = [], 0
    while (stop := focus_next(page)) is not None:
        stops += 1
        covered += [stop["name"]] if stop["is_covered"] else []
    assert covered == [] and stops > 10


def focus_next(page: Page) -> Any:
    """Press Tab. What has the focus then, and whether something else is in front of it; None at the end of the page."""
    page.keyboard.press("Tab")
    return page.evaluate(
        """() => {
            const node = document.activeElement;
            if (node === document.body) return null;
            const box = node.getBoundingClientRect();
            const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
            const found = document.elementFromPoint(box.left + box.width / 2, (top + bottom) / 2);
            const isCovered = !found || !(node.contains(found) || found.contains(node));
            return { name: node.outerHTML.slice(0, 100), is_covered: isCovered || bottom <= top };
        }"""
    )


def test_first_conversation_is_three_keys_from_home(product: Product, sign_in: SignIn) -> None:
    write_to(product, "helga", "Hello Helga", "waiting")
    page = sign_in("waiting", "owner")
    page.goto("/panel/live/")
    stop_clock(page)
    page.keyboard.press("g")
    with page.expect_navigation():
        page.keyboard.press("i")
    page.keyboard.press("j")
    expect(page.locator("#inbox-list").get_by_role("link").first).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("#inbox-list").get_by_role("link").first).to_be_focused()


def test_keys_insert_a_field_assign_and_open_the_details(product: Product, sign_in: SignIn, visitors: Visitors) -> None:
    visitors.expect_outages()
    thread = write_to(product, "kurt", "Hello Kurt")
    page = sign_in("inbox", "agent")
    page.goto(f"/panel/live/inbox/{thread}/")
    composer, row = page.get_by_label("Your answer"), page.locator(f"#row-{thread}")
    page.keyboard.press("r")
    page.keyboard.type("Hi {")
    expect(page.get_by_role("button", name="{first_name}")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(composer).to_have_value("Hi {last_name}")
    page.keyboard.type(", {no")  # whoever goes on typing goes on in the text
    expect(composer).to_have_value("Hi {last_name}, {no")
    expect(composer).to_be_focused()
    page.keyboard.press("Escape")
    page.evaluate("window.isTheSamePage = true")
    page.keyboard.press("a")
    page.keyboard.press("m")
    expect(page.locator(".cs-toast")).to_contain_text("Assigned to agent.")
    expect(row).to_contain_text("Mine")
    expect(page.locator("#inbox-head summary[data-key='a']")).to_be_focused()
    expect(page.get_by_role("log", name="Messages")).to_contain_text("assigned this to themselves")
    page.route("**/inbox/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.keyboard.press("z")
    expect(page.locator("#inbox-live")).to_contain_text("Try again")
    page.unroute("**/inbox/**")
    page.keyboard.press("z")
    expect(page.locator(".cs-toast")).to_contain_text("Nobody looks after it now.")
    expect(row).not_to_contain_text("Mine")
    stage, note = page.get_by_label("Stage"), page.get_by_label("New note")
    stage.select_option("won")
    expect(page.locator(".cs-toast").first).to_contain_text("The stage was changed.")
    note.fill("Half a note")
    stage.focus()
    page.locator(".cs-toast").first.get_by_role("button", name="Undo").click()
    expect(stage).to_have_value("replied")
    expect(note).to_have_value("Half a note")
    with page.expect_response(lambda answer: "stage" in (answer.request.post_data or "")) as answered:
        stage.select_option("lost")  # it knows what is stored now
    assert answered.value.status == 302
    assert page.evaluate("window.isTheSamePage") is True
    page.set_viewport_size({"width": 1024, "height": 800})
    details = page.get_by_role("complementary")
    expect(details).to_be_hidden()
    page.keyboard.press("t")
    expect(details).to_be_visible()
    expect(details.get_by_label("Tags")).to_be_focused()
    check_page(page)
    page.keyboard.press("Escape")
    expect(details).to_be_hidden()
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyS', key: 'ы', bubbles: true}))")
    expect(details.get_by_label("Stage")).to_be_focused()
    page.set_viewport_size({"width": NARROW, "height": 800})
    page.evaluate("document.querySelector('#toasts').replaceChildren()")
    stage.select_option("won")
    page.locator(".cs-toast").get_by_role("button", name="Undo").click()  # nothing covers it
    expect(stage).to_have_value("lost")
