"""The first steps of an empty workspace, each taken from its link, and what waits for somebody."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.product import Product
from tests.telegram_server import TelegramServer
from tests.waiting import wait_until

HOME = "/panel/live/"
PHONE = "+15550201"


def take(page: Page, title: str, done: int) -> None:
    """Take a first step on the home page, on which so many are done."""
    page.goto(HOME)
    steps = page.get_by_role("region", name=re.compile("First steps|It works"))
    expect(steps.get_by_text(f"{done} of 4 done")).to_be_visible()
    step = steps.get_by_role("listitem").filter(has_text=title)
    step.get_by_role("link").or_(step.get_by_role("button")).click()


def test_the_first_steps_are_ticked_as_they_are_taken(sign_in: SignIn, telegram: TelegramServer) -> None:
    telegram.create_user(PHONE, first_name="First")
    page = sign_in("first")

    take(page, "Try it with the sandbox", 1)  # its owner has colleagues already
    conversation = page.get_by_role("log", name="Messages")
    expect(conversation).to_contain_text("What does it cost")
    page.get_by_role("textbox", name="Your answer").fill("From 20 a month, and today.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(conversation).to_contain_text("It works. See what comes next")  # without loading the page again

    take(page, "Connect a Telegram account", 2)
    page.get_by_role("link", name="Phone number").click()
    page.get_by_label("Phone number").fill(PHONE)
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("Code", exact=True).fill(telegram.login_code(PHONE))
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="First is connected").first).to_be_visible()

    take(page, "Make an API key", 3)
    page.get_by_label("Name").fill("First key")
    page.get_by_label("Read only").check()
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_label("API key", exact=True)).to_be_visible()

    page.goto(HOME)
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    expect(page.get_by_text("Make an API key")).to_have_count(0)


def test_a_sandbox_account_ticks_no_first_step(sign_in: SignIn) -> None:
    page = sign_in("furnished")
    page.goto("/panel/live/messaging/account/")
    expect(page.get_by_role("link", name=re.compile("^zebraliveaccount"))).to_be_visible()
    page.goto("/panel/live/")
    step = page.get_by_role("listitem")
    expect(step.filter(has_text="Make an API key")).to_contain_text("Done")
    expect(step.filter(has_text="Connect a Telegram account")).not_to_contain_text("Done")


def test_a_broadcast_that_needs_somebody_is_to_be_done(product: Product, sign_in: SignIn) -> None:
    seeded = product.seeded["workspaces"]["broadcasts"]
    accounts = "/panel/live/messaging/account/"
    page = sign_in("broadcasts", "admin")
    page.goto(f"{accounts}{seeded['account']}/")
    page.get_by_role("button", name="Pause").click()
    contact = {"username": "waits_at_home", "tags": ["home"]}
    news = {"name": "Home news", "text": "Hello", "account_ids": [seeded["account"]], "audience": {"tags": ["home"]}}
    for path, body in (("/v1/contacts", contact), ("/v1/broadcasts", news)):
        status, answer = product.call("POST", path, seeded["token"], body)
        assert status == 201, answer

    def waits_for_the_account() -> bool:
        _, found = product.call("GET", f"/v1/broadcasts/{answer['id']}", seeded["token"])
        return bool(found["waiting_for"] == "account_paused")

    wait_until(waits_for_the_account, "the broadcast waits for the account")
    page.goto(HOME)
    to_do = page.get_by_role("region", name="Needs a hand").get_by_role("listitem").filter(has_text="Home news")
    expect(to_do).to_contain_text("An account is paused. An admin can resume it.")
    to_do.get_by_role("link", name="Home news waits for somebody", exact=True).click()
    expect(page.get_by_text("Nothing is sent at this moment. It waits for an account that is paused.")).to_be_visible()
    page.goto(f"{accounts}{seeded['account']}/")
    page.get_by_role("button", name="Resume").click()
