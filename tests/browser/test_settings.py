"""Settings, as an admin plays them: a key that is made, used, rotated and refused; a webhook that fails and is sent
again."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, SignIn
from tests.browser.product import Product
from tests.waiting import wait_until
from tests.webhooks.receiver import OK, Receiver, answering


def open_from_sidebar(page: Page, name: str) -> None:
    page.goto("/panel/")
    page.get_by_role("link", name=name, exact=True).click()


def whoami(product: Product, token: str) -> int:
    """The status of the answer to a program with this key."""
    status, _ = product.call("GET", "/v1/me", token)
    return status


def test_a_key_is_made_used_rotated_and_refused(product: Product, sign_in: SignIn) -> None:
    page = sign_in("keys")
    open_from_sidebar(page, "API Keys")
    page.get_by_role("link", name=re.compile("New key|Add API key", re.I)).first.click()
    page.get_by_label("Name").fill("Website form")
    page.get_by_label("Choose scopes").check()
    page.get_by_label("read:contacts").check()
    page.get_by_role("button", name="Create key").click()
    first = page.get_by_label("API key", exact=True).input_value()
    assert first.startswith("cs_live_")
    assert whoami(product, first) == 200

    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("link", name="Website form").click()
    expect(page.get_by_text("from 127.0.0.1")).to_be_visible()  # when and from where it was used last
    assert first not in page.content()
    page.get_by_label("The old key works for another").select_option("0")
    page.get_by_role("button", name="Rotate key").click()
    second = page.get_by_label("API key", exact=True).input_value()
    expect(page.get_by_text("is refused from now on")).to_be_visible()
    assert [whoami(product, token) for token in (first, second)] == [401, 200]

    page.go_back()
    assert second not in page.content()


def test_a_key_is_revoked_after_a_confirmation_on_a_phone(product: Product, sign_in: SignIn) -> None:
    page = sign_in("keys", "admin", width=NARROW)
    token = product.seeded["workspaces"]["keys"]["token"]
    assert whoami(product, token) == 200
    page.goto("/panel/live/apikeys/apikey/")
    page.get_by_role("link", name="seeded key").click()
    revoke = page.get_by_role("button", name="Revoke key")
    expect(revoke).to_be_disabled()
    page.get_by_label("Nothing in use depends on seeded key").check()
    revoke.click()
    expect(page.get_by_text("seeded key is revoked: it is refused from now on.")).to_be_visible()
    assert whoami(product, token) == 401


def test_a_webhook_fails_is_mended_and_sent_again(product: Product, sign_in: SignIn) -> None:
    page = sign_in("webhooks")
    token = product.seeded["workspaces"]["webhooks"]["token"]
    with Receiver() as receiver:
        receiver.behaviours["/hook"] = answering(503, body=b"closed for repairs")
        open_from_sidebar(page, "Webhooks")
        page.get_by_role("link", name=re.compile("New endpoint|Add", re.I)).first.click()
        page.get_by_label(re.compile("URL|Address", re.I)).first.fill(receiver.url())
        page.get_by_label("All events").check()
        page.get_by_role("button", name="Create endpoint").click()

        assert page.get_by_label("Signing secret").input_value().startswith("whsec_")
        page.get_by_role("link", name="I have copied it").click()
        address = page.url

        assert product.call("POST", "/v1/contacts", token, {"username": "@sarah_miller"})[0] in (200, 201)
        wait_until(lambda: receiver.to("/hook"), "the receiver is called")
        wait_until(lambda: "1 attempt" in reloaded(page, address), "the page shows the failure")
        page.goto("/panel/")
        expect(page.get_by_role("heading", name="Webhooks that fail")).to_be_visible()

        receiver.behaviours["/hook"] = lambda post: OK
        page.goto(address)
        page.get_by_role("link", name="contact.created").first.click()
        expect(page.get_by_text("closed for repairs").first).to_be_visible()
        tried = len(receiver.to("/hook"))
        page.get_by_role("button", name="Replay").click()
        sent = wait_until(lambda: receiver.to("/hook")[tried:], "it is sent again")
        assert sent[0].body == receiver.to("/hook")[0].body
        delivery = page.url
        wait_until(lambda: "HTTP 200" in reloaded(page, delivery), "the page shows the success")
        page.goto("/panel/")
        expect(page.get_by_role("heading", name="Webhooks that fail")).to_have_count(0)


def reloaded(page: Page, address: str) -> str:
    page.goto(address)
    text: Any = page.inner_text("body")
    return str(text)
