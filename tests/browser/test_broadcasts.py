"""Broadcasts, as they are played: written, previewed, started, paused, resumed, followed, tried again, downloaded."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, WIDE, SignIn, Visitors
from tests.browser.looks import check_page
from tests.browser.product import Product


def call(product: Product, method: str, path: str, body: Any = None) -> Any:
    status, answer = product.call(method, path, product.seeded["workspaces"]["broadcasts"]["token"], body)
    assert status in (200, 201), answer
    return answer


def contact(product: Product, username: str, tag: str, **fields: Any) -> str:
    body = {"username": username, "name": username.capitalize(), "tags": [tag], **fields}
    return str(call(product, "POST", "/v1/contacts", body)["id"])


def write(page: Page, name: str, tag: str, account: str = "Sandbox") -> None:
    page.goto("/panel/live/messaging/broadcast/")
    page.get_by_role("link", name="New broadcast").first.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Text").fill("Hello {first_name}")
    page.get_by_text("an account", exact=True).click()
    page.get_by_role("checkbox", name=account).check()
    page.keyboard.press("Escape")
    page.get_by_text("whom", exact=True).click()
    page.get_by_role("radio", name="Tags").check()
    page.get_by_role("combobox", name="Tags").fill(tag)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("#say-audience")).to_have_text(f"everybody with {tag}")


def is_same_page(page: Page) -> bool:
    """Whether the page was not loaded again since :func:`remember`."""
    return page.evaluate("window.isTheSamePage") is True


def remember(page: Page) -> None:
    page.evaluate("window.isTheSamePage = true")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_broadcast_is_previewed_while_it_is_written_and_tried_again_where_it_failed(
    product: Product, sign_in: SignIn, width: int
) -> None:
    tag, name = f"news{width}", f"News {width}"
    for each in ("ada", "ben"):
        contact(product, f"{each}{width}", tag)
    contact(product, f"cleo{width}", tag, opted_out=True)
    contact(product, f"nameless{width}", tag, name="")
    dora = contact(product, f"fail_privacy_dora{width}", tag, name="Dora")
    page = sign_in("broadcasts", "agent", width=width)
    write(page, name, tag)
    preview = page.locator("#preview")
    expect(preview).to_contain_text("3 of 5 contacts would get the message")
    expect(preview).to_contain_text("Opted out1")
    expect(preview).to_contain_text(f"Hello Ada{width}")
    page.get_by_label("Text").fill("Hello {first_name|there}")
    expect(preview).to_contain_text("4 of 5 contacts would get the message")
    page.get_by_label("Text").fill("Hello {nobody}")
    expect(preview).to_contain_text("There is no contact field for {nobody}")
    page.get_by_label("Text").fill("Hello {first_name}")
    expect(preview).to_contain_text("3 of 5 contacts would get the message")
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)
    check_page(page)

    page.get_by_role("button", name="Save and see the preview").click()
    contact(product, f"late{width}", tag)
    page.get_by_role("button", name="Send to 3 p").click()
    expect(page.get_by_text("Nothing was sent: in the preview it was for 3, and now it is for 4.")).to_be_visible()
    page.get_by_role("button", name="Send to 4 p").click()
    expect(page.get_by_text("The broadcast is started.")).to_be_visible()
    expect(page.get_by_text("6 of 6 are done.")).to_be_visible()
    row = page.get_by_role("row", name=re.compile("Dora"))
    expect(row).to_contain_text("They accept no messages from strangers.")

    call(product, "PATCH", f"/v1/contacts/{dora}", {"username": f"dora{width}"})
    page.get_by_role("button", name="Send again to those that failed").click()
    expect(page.get_by_text("Those whose message failed and certainly did not arrive get a new one.")).to_be_visible()
    expect(row).to_contain_text("Sent")
    expect(page.get_by_role("button", name="Send again to those that failed")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        statuses = [(line["username"], line["status"], line["reason"]) for line in csv.DictReader(file)]
    assert sorted(statuses) == [
        (f"ada{width}", "sent", ""),
        (f"ben{width}", "sent", ""),
        (f"cleo{width}", "skipped", "opted_out"),
        (f"dora{width}", "sent", ""),
        (f"late{width}", "sent", ""),
        (f"nameless{width}", "skipped", "missing_value"),
    ]


def test_what_is_written_is_kept_when_the_session_ends(product: Product, sign_in: SignIn, visitors: Visitors) -> None:
    visitors.expect(401)
    page = sign_in("broadcasts", "agent")
    write(page, "Kept news", "kept")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("There is nobody in the audience.")
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("Text").fill("Hello again")
    expect(preview).to_contain_text("You are logged out.")
    expect(page.get_by_label("Text")).to_have_value("Hello again")
    check_page(page)
    page.get_by_role("button", name="Save and see the preview").click()
    expect(page.get_by_role("alert")).to_have_text(
        "You were signed out while this page was open, so nothing was sent. Log in, and you can send what you typed."
    )


def test_a_broadcast_is_followed_paused_and_resumed_while_it_is_sent(product: Product, sign_in: SignIn) -> None:
    """Its limit an hour holds it back after each message, so it is being sent for as long as the test needs."""
    for each in ("evelyn", "finnegan", "gustav"):
        contact(product, each, "slow")
    page = sign_in("broadcasts", "agent")
    write(page, "Slow news", "slow")
    page.get_by_text("as fast as the accounts may", exact=True).click()
    page.get_by_label("Messages an hour").fill("2")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save and see the preview").click()
    page.get_by_role("button", name="Send to 3 p").click()
    remember(page)
    expect(page.get_by_text("1 of 3 are done; this page follows by itself.")).to_be_visible()
    expect(page.get_by_text("for its limit an hour, until ")).to_be_visible()
    assert is_same_page(page)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused. Nothing more is sent until it is resumed.").first).to_be_visible()
    expect(page.get_by_text("1 of 3 are done")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Resumed. It goes on where it was.")).to_be_visible()
    expect(page.get_by_text("for its limit an hour")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Canceled. Nobody else gets the message.")).to_be_visible()
    found = call(product, "GET", "/v1/broadcasts")["data"]
    [slow] = [each for each in found if each["name"] == "Slow news"]
    assert (slow["status"], slow["counts"]["sent"], slow["counts"]["canceled"]) == ("canceled", 1, 2)


def test_a_broadcast_that_stands_still_says_why_and_until_when(product: Product, sign_in: SignIn) -> None:
    """The account may send two of its messages in 24 hours."""
    name, tag = "Stalled", "stalled"
    for each in ("hanna", "idalia", "jonathan"):
        contact(product, each, tag)
    page = sign_in("broadcasts", "agent")
    write(page, name, tag, account="Small")
    page.get_by_role("button", name="Save and see the preview").click()
    page.get_by_role("button", name="Send to 3 p").click()
    why = re.compile("Nothing is sent at this moment. It waits for the daily limit of the accounts, until .+ UTC.")
    expect(page.get_by_text(why)).to_be_visible()
    check_page(page)
    page.goto("/panel/live/messaging/broadcast/")
    row = page.get_by_role("row", name=re.compile(name))
    expect(row).to_contain_text(re.compile("For the daily limit of the accounts, until .+ UTC"))
    check_page(page)
    page.goto("/panel/live/")
    running = page.get_by_role("region", name="Running")
    expect(running).to_contain_text(f"Broadcast: {name}")
    expect(running).to_contain_text("Waits for the daily limit of the accounts, until")
    check_page(page)


def test_a_draft_that_somebody_edits_after_the_preview_is_not_started_before_it_is_seen(
    product: Product, sign_in: SignIn
) -> None:
    contact(product, "ada_edited", "edited")
    owner, agent = sign_in("broadcasts", "owner"), sign_in("broadcasts", "agent")
    write(owner, "Edited", "edited")
    owner.get_by_role("button", name="Save and see the preview").click()
    expect(owner.get_by_text("Hello Ada_edited")).to_be_visible()
    agent.goto(owner.url.replace("/preview/", "/edit/"))
    agent.get_by_label("Text").fill("Buy now, {first_name}")
    agent.get_by_text("as fast as the accounts may", exact=True).click()
    agent.get_by_label("Messages an hour").fill("7")
    agent.get_by_role("button", name="Save and see the preview").click()
    expect(agent.get_by_text("Buy now, Ada_edited")).to_be_visible()
    owner.get_by_role("button", name="Send to 1 p").click()
    said = "Nothing was sent: the text and the limit of messages an hour have changed since this preview."
    expect(owner.get_by_text(said)).to_be_visible()
    expect(owner.get_by_text("Buy now, Ada_edited")).to_be_visible()
    check_page(owner)
    owner.get_by_role("button", name="Send to 1 p").click()
    expect(owner.get_by_text("The broadcast is started.")).to_be_visible()


def test_a_double_click_saves_one_draft(sign_in: SignIn) -> None:
    page = sign_in("broadcasts", "agent")
    write(page, "Saved once", "nobody")
    page.get_by_role("button", name="Save and see the preview").dblclick()
    expect(page).to_have_url(re.compile("/preview/$"))
    page.goto("/panel/live/messaging/broadcast/")
    expect(page.get_by_role("row", name=re.compile("Saved once"))).to_have_count(1)
