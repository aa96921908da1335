"""The inbox: an answer arrives while the page is open, and is answered, with and without JavaScript."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, WIDE, SignIn
from tests.browser.product import Product
from tests.waiting import wait_until


def write_to(product: Product, name: str, text: str) -> str:
    """Send a message to a sandbox recipient that answers. Returns the id of the conversation once it has."""
    seeded = product.seeded["workspaces"]["inbox"]
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

    answer(page, "Yes, I am here.")
    expect(messages).to_contain_text("You said: Yes, I am here.")  # the sandbox answers this one too


def answer(page: Page, text: str) -> None:
    page.get_by_label("Your answer").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("log", name="Messages")).to_contain_text(text)
    expect(page.get_by_label("Your answer")).to_have_value("")


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
