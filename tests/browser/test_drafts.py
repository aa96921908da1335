"""An assistant is connected that only writes drafts; members send, change and dismiss them in the conversation."""

import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SignIn, Visitors
from tests.browser.looks import check_page
from tests.browser.product import Product
from tests.browser.test_outbox import composer, log_of
from tests.mcp.helpers import ACCEPT, MODERN, message
from tests.oauth.flow import VERIFIER, challenge


def workspace(product: Product) -> dict[str, Any]:
    found: dict[str, Any] = product.seeded["workspaces"]["approvals"]
    return found


def posted(product: Product, path: str, body: Any, **headers: str) -> Any:
    """The JSON of the answer; ``body`` is sent as JSON, or as a form if it is one already."""
    kind = "application/x-www-form-urlencoded" if isinstance(body, str) else "application/json"
    raw = body if isinstance(body, str) else json.dumps(body)
    sent = {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
    answer = product.request("POST", path, sent, raw.encode())
    assert answer.status in (200, 201), answer.body
    return json.loads(answer.body)


def connect(product: Product, page: Page) -> str:
    """The token of an assistant that the member of the page connects, and that only writes drafts."""
    callback = f"{product.url}/callback"
    registered = {
        "client_name": "Helper",
        "redirect_uris": [callback],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }
    client_id = posted(product, "/oauth/register/", registered)["client_id"]
    parameters = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": callback,
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
        "scope": "read:messages write:messages",
        "resource": f"{product.url}/mcp",
    }
    page.goto(f"/oauth/authorize/?{urlencode(parameters)}")
    worst = page.locator("[data-at-worst]")
    expect(worst).to_have_text("At worst: it reads conversations.")
    page.get_by_role("radio", name="Approvals").first.check()
    page.get_by_role("checkbox", name="write:messages").check()
    expect(worst).to_contain_text("any number of messages to anybody;")
    page.get_by_role("checkbox", name="It only writes drafts").check()
    expect(worst).to_contain_text("any number of messages to anybody, each only once a member sends it;")
    check_page(page)
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("**/callback?*")
    exchange = {
        "grant_type": "authorization_code",
        "code": parse_qs(urlsplit(page.url).query)["code"][0],
        "client_id": client_id,
        "redirect_uri": callback,
        "code_verifier": VERIFIER,
    }
    return str(posted(product, "/oauth/token/", urlencode(exchange))["access_token"])


@pytest.fixture
def token(product: Product, sign_in: SignIn, visitors: Visitors) -> str:
    visitors.expect(404)  # the client's own page, to which the member is sent with the code
    return connect(product, sign_in("approvals"))


def write(product: Product, token: str, thread: dict[str, str], text: str) -> str:
    """The assistant writes in the conversation; returns the id of the proposal."""
    arguments = {"account_id": workspace(product)["account"], "contact_id": thread["contact"], "text": text}
    headers = {"Authorization": f"Bearer {token}", "Accept": ACCEPT, "MCP_Protocol_Version": MODERN}
    body = message("tools/call", name="send_message", arguments=arguments)
    headers |= {"Mcp_Method": "tools/call", "Mcp_Name": "send_message"}
    made = posted(product, "/mcp", body, **headers)["result"]["structuredContent"]
    assert (made["status"], made["reason"]) == ("pending", "draft")
    return str(made["id"])


def begin(product: Product, name: str) -> dict[str, str]:
    """A conversation with a new contact: the ids of both."""
    key, username = workspace(product)["token"], f"{name.lower()}_{uuid4().hex[:6]}"
    status, contact = product.call("POST", "/v1/contacts", key, {"username": username, "name": name})
    assert status == 201
    body = {"account_id": workspace(product)["account"], "to": f"@{username}", "text": "Good morning"}
    status, first = product.call("POST", "/v1/messages/send", key, body)
    assert status == 200, first
    _, found = product.call("GET", f"/v1/threads?contact_id={contact['id']}", key)
    return {"contact": contact["id"], "thread": found["data"][0]["id"]}


def proposed(page: Page, proposal_id: str) -> Locator:
    return page.locator(f"#proposed-{proposal_id}")


def test_draft_comes_in_and_is_sent_as_it_is(product: Product, sign_in: SignIn, token: str) -> None:
    thread = begin(product, "Anna")
    page = sign_in("approvals", "agent")
    page.goto(f"/panel/live/inbox/{thread['thread']}/")
    expect(page.locator("#alerts[data-connected]")).to_be_attached()
    badge = page.locator(".cs-rail [data-approvals]").first.text_content()
    draft = write(product, token, thread, "We have it in blue.")
    bubble = proposed(page, draft)
    expect(bubble).to_contain_text("drafted, not sent")
    check_page(page)
    page.reload()  # what the server counts, whatever has come in live
    expect(page.locator(".cs-rail [data-approvals]").first).to_have_text(badge or "")
    bubble.get_by_role("button", name="Send it").click()
    expect(page.locator("#toasts")).to_contain_text("Sent: Send Anna a message")
    expect(bubble).to_have_count(0)
    expect(log_of(page)).to_contain_text("We have it in blue.")


def test_draft_is_changed_in_the_composer(product: Product, sign_in: SignIn, token: str) -> None:
    thread = begin(product, "Bert")
    draft = write(product, token, thread, "We have it in blue.")
    page = sign_in("approvals", "agent")
    page.goto(f"/panel/live/inbox/{thread['thread']}/")
    proposed(page, draft).get_by_role("link", name="Edit").click()
    expect(composer(page)).to_have_value("We have it in blue.")
    composer(page).fill("We have it in green.")
    page.locator("#composer [value=send]").click()
    expect(log_of(page)).to_contain_text("We have it in green.")
    expect(proposed(page, draft)).to_have_count(0)
    page.goto(f"/panel/live/approvals/{draft}/")
    expect(page.locator("main")).to_contain_text("Answered by")
    admin = sign_in("approvals", "admin")
    admin.goto("/panel/live/oauth/grant/")
    admin.get_by_role("link", name="Helper").first.click()
    drafts = admin.get_by_role("region", name="Its drafts and what was sent")
    expect(drafts.get_by_role("row").last).to_contain_text("1 (kept 80 % of the words)")
    check_page(admin)


def test_draft_is_dismissed(product: Product, sign_in: SignIn, token: str) -> None:
    thread = begin(product, "Carl")
    draft = write(product, token, thread, "We have it in blue.")
    page = sign_in("approvals", "agent")
    page.goto(f"/panel/live/inbox/{thread['thread']}/")
    proposed(page, draft).get_by_role("button", name="Dismiss").click()
    expect(page.locator("#toasts")).to_contain_text("Dismissed: Send Carl a message")
    expect(proposed(page, draft)).to_have_count(0)
    expect(log_of(page)).not_to_contain_text("We have it in blue.")
