"""What a member is told on every page of the panel, and by the service worker while none is open."""

import json
import re
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, SignIn
from tests.browser.product import Product
from tests.waiting import wait_until

REGISTER = """
navigator.serviceWorker.register("/panel/service-worker.js").then(() => navigator.serviceWorker.ready).then(() => true)
"""
SIZE = """
(address) => new Promise((done) => {
    const image = new Image();
    image.onload = () => done(`${image.width}x${image.height}`);
    image.src = address;
})
"""
# A page that nobody sees, in a browser that may show notifications.
HIDDEN = """
Object.defineProperty(document, "hidden", { get: () => window.isHidden ?? true });
window.shown = [];
window.Notification = class { static permission = "granted"; constructor(...shown) { window.shown.push(shown); } };
"""


def write(product: Product) -> tuple[str, str]:
    """Somebody whom nobody looks after answers; returns their username and what they write."""
    seeded, who, text = product.seeded["workspaces"]["inbox"], f"@reply_{uuid4().hex[:8]}", f"Number {uuid4().hex[:8]}"
    body = {"account_id": seeded["account"], "to": who, "text": text}
    status, answer = product.call("POST", "/v1/messages/send", seeded["token"], body)
    assert status == 200, answer
    return who, f"You said: {text}"


def connected(page: Page, path: str) -> None:
    """Open a page, and wait for its stream of alerts."""
    with page.expect_request(lambda request: "/alerts/stream" in request.url):
        page.goto(path)
    expect(page.locator("#alerts")).to_have_attribute("data-connected", "yes")


def test_a_message_is_told_on_every_page(product: Product, sign_in: SignIn) -> None:
    page = sign_in("inbox", "admin")
    connected(page, "/panel/live/contacts/")
    page.locator("h1").click()  # browsers let no page sound that nobody has used
    who, text = write(product)
    toast = page.locator("#toasts .cs-toast", has_text=who)
    expect(toast).to_contain_text(text)
    expect(page.locator("#alerts")).to_have_attribute("data-sounded", re.compile("[1-9]"))
    expect(page.locator("#waiting")).to_contain_text(re.compile("[1-9]"))
    expect(page).to_have_title(re.compile(r"^\(\d+\+?\) "))
    dot = page.get_by_role("link", name="Inbox").locator(".cs-alert-dot")
    expect(dot).to_be_visible()
    toast.get_by_role("link", name="Open").click()
    expect(page).to_have_url(re.compile("/panel/live/inbox/thr_"))
    page.goto("/panel/live/alerts/")
    expect(page.get_by_role("link", name=who)).to_have_count(0)


def test_a_message_in_the_conversation_that_is_open_makes_no_alert(product: Product, sign_in: SignIn) -> None:
    page = sign_in("inbox", "admin")
    connected(page, "/panel/live/contacts/")
    who, _ = write(product)
    page.locator("#toasts .cs-toast", has_text=who).get_by_role("link", name="Open").click()
    page.locator("#composer textarea").fill("Anything else?")
    page.locator("#composer").get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#inbox-messages")).to_contain_text("You said: Anything else?")
    page.wait_for_timeout(1500)  # a stream that tells it would have done so
    page.goto("/panel/live/alerts/")
    expect(page.get_by_role("heading", name="What you are told of")).to_be_visible()
    expect(page.get_by_role("link", name=who)).to_have_count(0)


def test_a_page_that_nobody_sees_shows_a_notification_once(product: Product, sign_in: SignIn) -> None:
    page = sign_in("inbox", "agent")
    page.context.add_init_script(HIDDEN)
    connected(page, "/panel/live/")
    other = page.context.new_page()
    other.goto("/panel/live/contacts/")
    who, text = write(product)
    [[title, options]] = wait_until(lambda: page.evaluate("window.shown"), "what is shown")
    assert (title, options["body"]) == (who, text)
    assert re.fullmatch(r"/panel/live/alerts/\d+/", options["data"]["url"])
    assert other.evaluate("window.shown") == []
    expect(other.locator("#waiting")).to_contain_text(re.compile("[1-9]"))  # the tab that listens has told it


def test_what_is_pushed_is_shown_while_no_page_is_seen(product: Product, sign_in: SignIn) -> None:
    page = sign_in("inbox", "agent")
    page.goto("/panel/live/alerts/")
    with page.context.expect_event("serviceworker") as started:
        page.evaluate(REGISTER)
    worker = started.value
    worker.evaluate("void (self.registration.showNotification = async (...shown) => { self.shown = shown; })")
    deliver = pusher(page, product)
    push = {"title": "Alice", "body": "Hello", "url": "/panel/live/alerts/1/", "tag": "thr_1"}
    deliver(push)
    page.wait_for_timeout(500)
    assert worker.evaluate("self.shown ?? null") is None  # a page that is seen says it itself
    page.goto("about:blank")
    deliver(push)
    page.wait_for_timeout(500)
    title, options = worker.evaluate("self.shown")
    assert (title, options["body"], options["tag"], options["data"]) == (
        "Alice",
        "Hello",
        "thr_1",
        {"url": push["url"]},
    )
    opened = worker.evaluate(
        """(url) => new Promise((resolve) => {
            self.clients.openWindow = async (address) => resolve(address);
            const notification = { close() {}, data: { url } };
            self.dispatchEvent(Object.assign(new ExtendableEvent("notificationclick"), { notification }));
        })""",
        push["url"],
    )
    assert opened == f"{product.url}{push['url']}"


def pusher(page: Page, product: Product) -> Any:
    """What delivers a message to the service worker, as the browser does that has got one."""
    session, registrations = page.context.new_cdp_session(page), []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda told: registrations.extend(told["registrations"]))
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    mine = next(each for each in registrations if each["scopeURL"] == f"{product.url}/panel/")

    def deliver(message: dict[str, str]) -> None:
        told = {"origin": product.url, "registrationId": mine["registrationId"], "data": json.dumps(message)}
        session.send("ServiceWorker.deliverPushMessage", told)

    return deliver


def test_the_page_of_alerts_fits_a_phone_and_says_what_a_browser_can(sign_in: SignIn) -> None:
    page = sign_in("inbox", "viewer", width=NARROW)
    page.goto("/panel/live/alerts/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator("#push-state")).not_to_contain_text("need a browser with scripts")
    page.get_by_label("Messages in all conversations").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your alerts are saved.")).to_be_visible()
    expect(page.get_by_label("Messages in all conversations")).to_be_checked()


def test_the_panel_can_be_installed(product: Product, sign_in: SignIn) -> None:
    page = sign_in("inbox")
    page.goto("/panel/live/")
    address = page.locator("link[rel=manifest]").get_attribute("href")
    manifest = page.evaluate("(address) => fetch(address).then((answer) => answer.json())", address)
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/panel/", "/panel/", "standalone")
    for icon in manifest["icons"]:
        size = page.evaluate(SIZE, f"/static/panel/{icon['src']}")
        assert size == icon["sizes"]
    session = page.context.new_cdp_session(page)
    errors = session.send("Page.getAppManifest")["errors"]
    assert errors == []
