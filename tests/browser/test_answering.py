"""An answer is in the conversation as soon as it is sent, and stays where it is when it is stored."""

from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.product import Product
from tests.browser.test_inbox import write_to
from tests.browser.test_outbox import answer, answer_refused, composer, log_of, pending
from tests.waiting import wait_until

# From now on, with each frame: where the bubbles with this text are, and how the two of a conversation are ordered.
WATCH = """
(text) => {
  const frames = window.frames_ = [];
  const look = () => {
    if (frames !== window.frames_) return;
    const isIt = (each) => each.querySelector(".cs-kept")?.textContent === text;
    const found = [...document.querySelectorAll(".cs-bubble")].filter(isIt);
    if (found.length || frames.length) frames.push(found.map((each) => {
      const { left, top, width, height } = each.getBoundingClientRect();
      const face = each.closest(".cs-msg").querySelector(".cs-av").textContent;
      return { rect: [left, top, width, height].map(Math.round).join(), isStored: each.id.startsWith("m-"), face };
    }));
    requestAnimationFrame(look);
  };
  look();
}
"""


def frames(page: Page) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = page.evaluate("window.frames_")
    return found


def test_bubble_appears_at_once_and_settles_where_it_is(product: Product, sign_in: SignIn) -> None:
    seeded = product.seeded["workspaces"]["inbox"]
    body = {"account_id": seeded["account"], "to": "@lena_is_silent", "text": "Good morning, Lena"}
    sent = product.call("POST", "/v1/messages/send", seeded["token"], body)[1]
    thread = product.call("GET", f"/v1/messages/{sent['id']}", seeded["token"])[1]["thread_id"]
    page = sign_in("inbox", "agent")
    page.goto(f"/panel/live/inbox/{thread}/")
    # The first begins a run of its own, the second goes on with it.
    for text in ("First of two, which is as long as a line of the conversation, or maybe a little longer", "Second"):
        page.evaluate(WATCH, text)
        with page.expect_response(lambda response: response.request.method == "POST"):
            answer(page, text)
        expect(log_of(page).get_by_text(text, exact=True)).to_be_visible()
        wait_until(lambda: frames(page)[-1][0]["isStored"], "a frame has the stored message")
        seen = frames(page)
        assert {len(each) for each in seen} == {1}, f"it is there once, in each frame: {seen}"
        assert {each["face"] for [each] in seen} == {"A"}
        settled = next(at for at, [each] in enumerate(seen) if each["isStored"])
        assert {each["rect"] for [each] in seen[: settled + 1]} == {seen[0][0]["rect"]}, "it has not moved"
        expect(pending(page)).to_be_empty()
        expect(composer(page)).to_be_focused()


def test_answers_stand_in_the_order_in_which_they_were_sent(product: Product, sign_in: SignIn) -> None:
    thread = write_to(product, "mona", "Good morning, Mona")
    page = sign_in("inbox", "agent")
    page.goto(f"/panel/live/inbox/{thread}/")
    texts = [f"Line {number}" for number in range(6)]
    for text in texts:
        composer(page).fill(text)
        page.keyboard.press("Control+Enter")
    expect(pending(page)).to_be_empty()
    expect(log_of(page)).to_contain_text("You said: Line 5")
    shown = log_of(page).locator(".is-out .cs-kept").all_inner_texts()
    assert shown == ["Good morning, Mona", *texts]
    # The list says so too, and nobody waits after the answer.
    answer(page, "The last one")
    row = page.locator(f"#row-{thread}")
    expect(row).to_contain_text("You: The last one")
    expect(row.locator(".cs-wait")).not_to_contain_text("Waits")


def test_refused_answer_goes_back_into_the_composer(product: Product, sign_in: SignIn) -> None:
    thread = write_to(product, "nora", "Good morning, Nora")
    page = sign_in("inbox", "agent")
    page.goto(f"/panel/live/inbox/{thread}/")
    before = log_of(page).get_by_role("article").count()
    answer_refused(page, "Hello {nobody}", "There is no contact field for {nobody}")
    expect(pending(page)).to_be_empty()
    expect(composer(page)).to_be_focused()
    expect(page.locator(f"#row-{thread}")).not_to_contain_text("Hello {nobody}")
    assert log_of(page).get_by_role("article").count() == before


def test_planned_answer_is_changed_and_canceled_in_the_conversation(product: Product, sign_in: SignIn) -> None:
    thread = write_to(product, "olga", "Good morning, Olga")
    page = sign_in("inbox", "agent")
    page.goto(f"/panel/live/inbox/{thread}/")
    page.evaluate("window.isTheSamePage = true")
    at, later = (date.today() + timedelta(days=days) for days in (30, 31))
    page.locator("summary", has_text="Send later").click()
    page.get_by_label("Send at").fill(f"{at}T09:30")
    composer(page).fill("See you tomorrow")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#composer-send-at")).to_be_hidden()
    expect(log_of(page)).to_contain_text(f"Planned for {at:%-d %b %Y} 09:30")
    log_of(page).get_by_text("Change", exact=True).click()
    form = log_of(page).locator(".cs-replan form")
    form.get_by_label("Text").fill("Hello {nobody}")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("There is no contact field for {nobody}").first).to_be_visible()
    expect(form.get_by_label("Text")).to_have_value("Hello {nobody}")
    form.get_by_label("Text").fill("See you the day after")
    form.get_by_label("Send at").fill(f"{later}T10:15")
    form.get_by_role("button", name="Save").click()
    expect(log_of(page)).to_contain_text(f"Planned for {later:%-d %b %Y} 10:15")
    expect(log_of(page)).to_contain_text("See you the day after")
    log_of(page).get_by_role("button", name="Cancel", exact=True).click()
    expect(log_of(page)).to_contain_text("Canceled")
    assert page.evaluate("window.isTheSamePage") is True
