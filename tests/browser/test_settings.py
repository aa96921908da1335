"""Settings, as an admin plays them: a key that is made, used, rotated and refused; a webhook that fails and is sent
again."""

import json
import re
import socket
import urllib.request
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, SignIn, Visitors
from tests.browser.looks import check_page
from tests.browser.product import Product
from tests.browser.seed import PASSWORD
from tests.waiting import wait_until
from tests.webhooks.receiver import OK, Receiver, answering


def open_from_sidebar(page: Page, name: str) -> None:
    page.goto("/panel/")
    page.get_by_role("link", name="Settings", exact=True).click()
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
        wait_until(lambda: re.search(r"\b[1-9] attempts?\b", reloaded(page, address)), "the page shows the failure")
        page.goto("/panel/")
        expect(page.get_by_role("region", name="Needs a hand")).to_contain_text(f"Webhook to {receiver.url()} fails")

        page.goto(address)
        page.get_by_role("link", name="contact.created").first.click()
        expect(page.get_by_text("closed for repairs").first).to_be_visible()  # the last attempt is open
        receiver.behaviours["/hook"] = lambda post: OK
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


def register_assistant(product: Product, back: str) -> str:
    """The client id of an assistant that takes the browser to ``back``."""
    body = {"client_name": "Helper", "redirect_uris": [back], "token_endpoint_auth_method": "none"}
    data = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{product.url}/oauth/register/", data, headers)) as answer:
        return str(json.load(answer)["client_id"])


def consent_address(client_id: str, back: str) -> str:
    challenge = {"code_challenge": "A" * 43, "code_challenge_method": "S256"}
    asked = {"response_type": "code", "client_id": client_id, "redirect_uri": back, "scope": "read:contacts"}
    return f"/oauth/authorize/?{urlencode(asked | challenge)}"


def test_an_assistant_is_connected_and_disconnected_by_its_member(product: Product, sign_in: SignIn) -> None:
    page, back = sign_in("keys"), f"{product.url}/docs/"
    consent = consent_address(register_assistant(product, back), back)
    page.goto(f"/panel/confirm/?{urlencode({'next': consent})}")  # where a log-in of long ago leads
    check_page(page)
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Helper asks for access to CRM Solid")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Allow").click()
    expect(page).to_have_url(re.compile(r"/docs/\?code="))
    wait_until(lambda: "An assistant was connected to CRM Solid" in product.output.read_text())

    page.goto("/panel/profile/")
    page.get_by_role("link", name="Connected assistants").click()
    expect(page.get_by_role("main").get_by_role("listitem").filter(has_text="Helper")).to_be_visible()
    check_page(page)
    page.goto("/panel/password_change/")
    expect(page.get_by_label("Keep the 1 connected assistant")).not_to_be_checked()
    check_page(page)
    page.goto("/panel/assistants/")
    page.get_by_role("button", name="Disconnect Helper").click()
    expect(page.get_by_text("Helper is disconnected: it is refused from now on.")).to_be_visible()
    expect(page.get_by_role("heading", name="You have connected no assistant")).to_be_visible()
    check_page(page)


def test_a_description_that_does_not_arrive_is_said(product: Product, sign_in: SignIn, visitors: Visitors) -> None:
    visitors.expect(400)
    page = sign_in("keys")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        page.goto(consent_address(f"https://localhost:{silent.getsockname()[1]}/helper.json", f"{product.url}/docs/"))
        expect(page.get_by_role("heading", name="One moment")).to_be_visible()
        expect(page.get_by_role("heading", name="This assistant cannot be connected")).to_be_visible()
        expect(page.get_by_text("it did not arrive completely within 10 s")).to_be_visible()
        check_page(page)
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("heading", name="One moment")).to_be_visible()
        check_page(page)
