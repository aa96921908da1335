"""What waits is decided by keys, one by one and several at once, and the page follows what comes in."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.product import Product


def workspace(product: Product) -> dict[str, Any]:
    found: dict[str, Any] = product.seeded["workspaces"]["approvals"]
    return found


def propose(product: Product, *texts: str) -> list[str]:
    """Messages that wait; returns the ids of the proposals."""
    ids = []
    for text in texts:
        username = text.lower().replace(" ", "_")[:30]
        status, _ = product.call("POST", "/v1/contacts", workspace(product)["token"], {"username": username})
        assert status in (200, 201)
        body = {"account_id": workspace(product)["account"], "to": f"@{username}", "text": text}
        status, answer = product.call("POST", "/v1/messages/send", workspace(product)["held"], body)
        assert status == 202, answer
        ids.append(answer["id"])
    return ids


def state_of(product: Product, proposal_id: str) -> dict[str, Any]:
    status, answer = product.call("GET", f"/v1/proposals/{proposal_id}", workspace(product)["held"])
    assert status == 200
    return dict(answer)


def open_first(page: Page, ids: list[str]) -> None:
    page.goto(f"/panel/live/approvals/{ids[0]}/")
    expect(page.get_by_role("group", name="What would be done")).to_be_visible()


def test_one_by_one_with_keys(product: Product, sign_in: SignIn) -> None:
    page = sign_in("approvals", "agent")
    ids = propose(product, "Keys one", "Keys two", "Keys three")
    open_first(page, ids)
    page.keyboard.press("j")
    page.wait_for_url(f"**/{ids[1]}/")
    page.keyboard.press("k")
    page.wait_for_url(f"**/{ids[0]}/")
    page.keyboard.press("a")
    page.wait_for_url(f"**/{ids[1]}/")
    expect(page.locator("#toasts")).to_contain_text("Approved: Send")
    page.keyboard.press("r")
    reason = page.get_by_label("Reason, which Sales helper is told")
    expect(reason).to_be_focused()
    reason.fill("Not how we speak")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{ids[2]}/")
    page.keyboard.press("e")
    text = page.get_by_label("Text")
    expect(text).to_be_focused()
    text.fill("Keys three, edited")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("Approved as you edited it")
    states = [state_of(product, each) for each in ids]
    assert [each["status"] for each in states] == ["approved", "rejected", "rejected"]
    assert states[1]["note"] == "Not how we speak"


def test_those_that_are_alike_are_approved_together(product: Product, sign_in: SignIn) -> None:
    page = sign_in("approvals", "agent")
    ids = propose(product, "Together one", "Together two")
    open_first(page, ids)
    page.keyboard.press("x")
    expect(page.locator("#chosen")).to_contain_text("1 chosen")
    page.keyboard.press("*")
    for each in ids:
        expect(page.locator(f"[name='ids'][value='{each}']")).to_be_checked()
    page.keyboard.press("a")
    expect(page.locator("#toasts")).to_contain_text("were approved.")
    assert {state_of(product, each)["status"] for each in ids} == {"approved"}


def test_page_and_badge_follow_what_comes_in(product: Product, sign_in: SignIn) -> None:
    page = sign_in("approvals", "admin")
    page.goto("/panel/live/approvals/?show=waiting")
    expect(page.locator("#alerts[data-connected]")).to_be_attached()
    propose(product, "It comes in while the page is open")
    expect(page.locator("#approvals-list")).to_contain_text("It comes in while the page is open")
    expect(page.locator(".cs-rail [data-approvals]").first).not_to_be_empty()
