"""Files, formats, quotes and changes in the inbox, as a browser shows and sends them."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import NARROW, WIDE, SignIn, Visitors
from tests.browser.link import running_link
from tests.browser.looks import check_page
from tests.browser.media import picture
from tests.browser.product import Product
from tests.browser.test_inbox import write_to
from tests.waiting import wait_until

MIB = 1024 * 1024
# In the middle of an upload.
SOME_PERCENT = re.compile(r"(?<!\d)[1-9]\d? %")
PUT = """([kind, name, type, data]) => {
    const files = new DataTransfer();
    files.items.add(new File([Uint8Array.from(atob(data), (each) => each.charCodeAt(0))], name, { type }));
    const text = document.querySelector("#composer-text");
    const options = { bubbles: true, cancelable: true };
    if (kind === "paste") text.dispatchEvent(new ClipboardEvent("paste", { clipboardData: files, ...options }));
    const drop = (name) => text.dispatchEvent(new DragEvent(name, { dataTransfer: files, ...options }));
    if (kind === "drop") ["dragenter", "dragover", "drop"].forEach(drop);
}"""


def put(page: Page, kind: str, name: str, media_type: str, content: bytes) -> None:
    """Paste or drop a file."""
    page.evaluate(PUT, [kind, name, media_type, b64encode(content).decode()])


def messages_of(product: Product, thread: str) -> list[Any]:
    token = product.seeded["workspaces"]["inbox"]["token"]
    return list(product.call("GET", f"/v1/threads/{thread}/messages?limit=100", token)[1]["data"])


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_pasted_picture_is_sent_once_and_opens_large(product: Product, sign_in: SignIn, width: int) -> None:
    thread = write_to(product, f"ines{width}", f"Hello Ines {width}")
    page = sign_in("inbox", "agent", width=width)
    page.goto(f"/panel/live/inbox/{thread}/")
    composer = page.get_by_label("Your answer")
    composer.fill("Look")
    put(page, "paste", "image.png", "image/png", picture(400, 300, format="PNG"))
    chip = page.locator(".cs-chip-file")
    expect(chip).to_contain_text("Screenshot ")
    expect(chip).to_contain_text("KB")  # it is there
    composer.press("Control+Enter")
    log = page.get_by_role("log", name="Messages")
    expect(log.locator("img")).to_be_visible()
    expect(chip).to_have_count(0)
    [sent] = [each for each in messages_of(product, thread) if each["text"] == "Look"]
    assert [each["kind"] for each in sent["attachments"]] == ["photo"]
    log.locator("[data-view]").focus()
    page.keyboard.press("Enter")
    viewer = page.get_by_role("dialog", name="Picture")
    expect(viewer.locator("img")).to_be_visible()
    expect(viewer.get_by_role("link", name="Download")).to_have_attribute(
        "href", f"/panel/live/files/{sent['attachments'][0]['id']}/?download=1"
    )
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    check_page(page)


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_picture_is_taken_once_while_the_tools_are_loaded(product: Product, sign_in: SignIn, kind: str) -> None:
    """The script of files is there, and the composer still waits for that of formats."""
    thread = write_to(product, f"ada_{kind}", "Hello Ada")
    page = sign_in("inbox", "agent")
    held: list[Route] = []
    page.route(re.compile(r"/formatting[^/]*\.js"), lambda route: held.append(route))
    page.goto(f"/panel/live/inbox/{thread}/")
    page.get_by_label("Your answer").focus()
    wait_until(lambda: page.evaluate("Boolean(window.attachments)") and held, "the script of files is there")
    put(page, kind, "image.png", "image/png", picture(400, 300, format="PNG"))
    for route in held:
        route.continue_()
    loaded = "document.querySelector('#composer').dataset.tools.split(' ').map((each) => import(each))"
    page.evaluate(f"Promise.all({loaded}).then(() => null)")
    chips = page.locator(".cs-chip-file")
    expect(chips.first).to_contain_text("KB")
    expect(chips).to_have_count(1)


def test_an_upload_that_is_cut_off_begins_again_and_is_sent_once(
    product: Product, visitors: Visitors, tmp_path: Path
) -> None:
    visitors.expect_outages()
    thread = write_to(product, "kurt", "Hello Kurt")
    plan = tmp_path / "plan.pdf"
    plan.write_bytes(b"%PDF-1.4".ljust(10 * MIB, b"x"))
    with running_link(product.port, large=2 * MIB) as link:
        visitors.reach(replace(product, port=link.port))
        page = visitors.open(product.session("inbox", "agent"))
        page.goto(f"/panel/live/inbox/{thread}/")
        composer = page.get_by_label("Your answer")
        composer.fill("With the plan")
        page.get_by_label("Attach files").set_input_files(plan)
        chip = page.locator(".cs-chip-file")
        expect(chip).to_contain_text(SOME_PERCENT)
        composer.press("Control+Enter")
        link.tell("cut")  # again and again: Chromium itself tries once more on a new connection
        expect(chip).to_contain_text("No connection. It is uploaded when it is back.")
        expect(page.get_by_role("button", name="Waits for the files")).to_be_visible()
        link.tell("hold")
        expect(chip).to_contain_text(SOME_PERCENT)  # it has begun again
        link.tell("go on")
        expect(page.get_by_role("log", name="Messages")).to_contain_text("plan.pdf")
        expect(composer).to_have_value("")
    sent = [each for each in messages_of(product, thread) if each["text"] == "With the plan"]
    assert [[file["size"] for file in each["attachments"]] for each in sent] == [[10 * MIB]]


def test_a_reply_is_formatted_by_keys_and_then_changed(product: Product, sign_in: SignIn) -> None:
    thread = write_to(product, "mona", "Hello Mona")
    page = sign_in("inbox", "agent")
    page.goto(f"/panel/live/inbox/{thread}/")
    log, composer = page.get_by_role("log", name="Messages"), page.get_by_label("Your answer")
    menus = log.get_by_role("button", name="Reply, react, more")
    menus.last.focus()
    expect(page.locator("#message-menu")).to_be_attached()  # the keys of messages are there
    page.keyboard.press("r")
    expect(page.locator("#composer-quoting")).to_contain_text("You said: Hello Mona")
    expect(composer).to_be_focused()
    page.keyboard.type("2 * 3 is ")
    wait_until(partial(page.evaluate, "Boolean(window.attachments)"), "the tools of the composer are there")
    page.keyboard.press("Control+b")
    page.keyboard.type("six")
    expect(composer).to_have_value(r"2 \* 3 is **six**")
    page.keyboard.press("Control+Enter")
    ours = log.locator(".is-out").get_by_role("article").filter(has_text="2 * 3 is")
    expect(ours.locator("b", has_text="six")).to_be_visible()
    expect(ours.locator(".cs-quote")).to_contain_text("You said: Hello Mona")

    expect(ours).to_have_attribute("data-may", re.compile(r"\bedit\b"))
    composer.press("ArrowUp")
    expect(page.locator("#composer-quoting")).to_contain_text("Change the message")
    expect(composer).to_have_value(r"2 \* 3 is **six**")
    composer.fill(r"2 \* 3 is **seven**, no")
    composer.press("Control+Enter")
    expect(ours).to_contain_text("2 * 3 is seven, no")
    expect(ours).to_contain_text("edited")
    expect(composer).to_have_value("")


def test_a_reaction_and_a_deletion_by_keyboard(product: Product, sign_in: SignIn) -> None:
    thread = write_to(product, "nils", "Hello Nils")
    page = sign_in("inbox", "agent")
    page.goto(f"/panel/live/inbox/{thread}/")
    log = page.get_by_role("log", name="Messages")
    menus = log.get_by_role("button", name="Reply, react, more")
    menus.last.focus()
    expect(page.locator("#message-menu")).to_be_attached()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="React with 👍")).to_be_focused()
    page.keyboard.press("Enter")
    reaction = log.locator("[data-react='👍']")
    expect(reaction).to_have_attribute("aria-pressed", "true")
    check_page(page)
    reaction.click()
    expect(reaction).to_have_count(0)

    menus.last.focus()
    page.keyboard.press("ArrowUp")  # to the message of ours
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("dialog", name="Delete this message for both sides?").get_by_role(
        "button", name="Delete it"
    ).click()
    ours = log.locator(".is-out").get_by_role("article").filter(has_text="Hello Nils")
    expect(ours).to_contain_text("deleted")


def open_media(product: Product, page: Page) -> Locator:
    """The messages of somebody who has sent files of many kinds."""
    page.goto(f"/panel/live/inbox/{product.seeded['workspaces']['inbox']['media']}/")
    return page.get_by_role("log", name="Messages")


def test_an_album_is_looked_through(product: Product, sign_in: SignIn) -> None:
    page = sign_in("inbox", "agent")
    log = open_media(product, page)
    check_page(page)
    log.get_by_role("link", name="two.jpg").click()
    viewer = page.get_by_role("dialog", name="Picture")
    expect(viewer).to_contain_text("2 of 3")
    page.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("three.jpg")
    page.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("1 of 3")
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()


def wait_until_it_plays(media: Locator) -> None:
    expect(media).to_have_js_property("paused", False)
    wait_until(lambda: media.evaluate("each => each.currentTime") > 0, "it plays")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_voice_messages_are_heard_one_at_a_time(product: Product, sign_in: SignIn, width: int) -> None:
    log = open_media(product, sign_in("inbox", "agent", width=width))
    sounds = log.locator("audio")
    log.get_by_role("button", name="Play voice message, 0:24").click()
    wait_until_it_plays(sounds.first)
    log.get_by_role("button", name="Play voice message, 0:12").click()
    wait_until_it_plays(sounds.last)
    expect(log.get_by_role("button", name="Pause voice message, 0:12")).to_be_visible()
    expect(log.get_by_role("button", name="Play voice message, 0:24")).to_be_visible()


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_videos_are_played(product: Product, sign_in: SignIn, width: int) -> None:
    page = sign_in("inbox", "agent", width=width)
    log = open_media(product, page)
    video, round_video = (log.get_by_label(each, exact=True) for each in ("Video 0:20", "Video message 0:20"))
    expect(video).to_have_js_property("controls", True)
    video.focus()
    page.keyboard.press("Space")
    wait_until_it_plays(video)
    log.get_by_role("button", name="Play video message, 0:20").click()
    wait_until_it_plays(round_video)
    log.get_by_role("button", name="Pause video message, 0:20").click()
    expect(round_video).to_have_js_property("paused", True)


def test_files_of_a_draft_outlive_the_page(product: Product, sign_in: SignIn) -> None:
    thread = write_to(product, "olga", "Hello Olga")
    page = sign_in("inbox", "agent")
    page.goto(f"/panel/live/inbox/{thread}/")
    put(page, "drop", "plan.pdf", "application/pdf", b"%PDF-1.4")
    expect(page.locator(".cs-chip-file")).to_contain_text("8 bytes")
    page.reload()
    expect(page.locator(".cs-chip-file")).to_contain_text("plan.pdf")
    stored = json.loads(page.evaluate("JSON.stringify(Object.values(localStorage))"))
    assert any('"attachments":"fil_' in each for each in stored)
    page.get_by_role("button", name="Remove plan.pdf").click()
    expect(page.locator(".cs-chip-file")).to_have_count(0)


def test_a_file_is_sent_without_javascript(product: Product, sign_in: SignIn) -> None:
    thread = write_to(product, "paul", "Hello Paul")
    page = sign_in("inbox", "agent", javascript=False)
    page.goto(f"/panel/live/inbox/{thread}/")
    page.get_by_label("Your answer").fill("Plain HTML")
    page.get_by_label("Attach files").set_input_files(
        {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    )
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("log", name="Messages")).to_contain_text("plan.pdf")


SEE_TYPING = """() => {
    window.seen = [];
    const said = (each) => window.seen.push(each.dataset.typing);
    const see = () => document.querySelectorAll("[data-typing]").forEach(said);
    const what = { subtree: true, childList: true, attributeFilter: ["data-typing"] };
    new MutationObserver(see).observe(document.body, what);
}"""


def test_a_contact_who_types_is_seen_while_our_own_message_arrives(product: Product, sign_in: SignIn) -> None:
    seeded = product.seeded["workspaces"]["inbox"]
    body = {"account_id": seeded["account"], "to": "@typing_nora", "text": "Hello Nora"}
    sent = product.call("POST", "/v1/messages/send", seeded["token"], body)[1]["id"]
    thread = product.call("GET", f"/v1/messages/{sent}", seeded["token"])[1]["thread_id"]
    page = sign_in("inbox", "agent")
    page.goto(f"/panel/live/inbox/{thread}/")
    page.evaluate(SEE_TYPING)
    composer = page.get_by_label("Your answer")
    composer.fill("Are you there?")
    composer.press("Control+Enter")
    wait_until(lambda: "typing…" in page.evaluate("window.seen"), "it is said that the contact types")
