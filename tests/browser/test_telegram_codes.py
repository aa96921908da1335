"""The pages of a login for each way in which Telegram sends a code, wide and narrow, light and dark."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.looks import check_page
from tests.telegram_server import TelegramServer

PHONE = "+15550301"
PASSWORD = "a two-step password"

WAYS: list[tuple[str, dict[str, Any], str]] = [
    ("App", {"length": 5}, "look for the chat “Telegram”"),
    ("SmsPhrase", {"beginning": "The quick"}, "beginning with “The quick”"),
    ("MissedCall", {"prefix": "+49", "length": 6}, "the last 6 digits of the caller's number"),
    ("EmailCode", {"email_pattern": "a***z@example.org", "length": 6, "reset_available_period": 604800}, "a***z@"),
    ("FragmentSms", {"url": "https://fragment.com/login", "length": 5}, "fragment.com"),
]


def ask_for_code(page: Page) -> None:
    page.goto("/panel/live/messaging/account/add/?phone")
    page.get_by_label("Phone number").fill(PHONE)
    page.get_by_role("button", name="Send code").click()
    expect(page.get_by_role("heading", name=f"Code for {PHONE}")).to_be_visible()


@pytest.fixture(autouse=True, scope="module")
def user(telegram: TelegramServer) -> None:
    telegram.create_user(PHONE, first_name="Every", last_name="Way", password=PASSWORD)
    telegram.set_password(PHONE, PASSWORD, hint="the usual one, in capitals")


def test_each_way_has_its_page(sign_in: SignIn, telegram: TelegramServer) -> None:
    page = sign_in("keys")  # five codes a minute
    for kind, fields, said in WAYS:
        telegram.send_codes_by(PHONE, kind, fields, code="The quick brown", next_type="Sms")
        ask_for_code(page)
        expect(page.get_by_text(said)).to_be_visible()
        expect(page.get_by_text("Never send the code by Telegram to anybody")).to_be_visible()
        check_page(page)
        page.get_by_role("button", name="Start over").click()


def test_a_new_code_after_the_countdown_words_and_the_hint(sign_in: SignIn, telegram: TelegramServer) -> None:
    phrase: dict[str, Any] = {"beginning": "The"}
    telegram.send_codes_by(PHONE, "SmsPhrase", phrase, next_type="Call", timeout=300, code="The quick brown")
    page = sign_in("webhooks")
    page.clock.install()
    ask_for_code(page)
    button = page.get_by_role("button", name=re.compile("Send the code by call instead"))
    expect(button).to_be_disabled()
    expect(button).to_have_text(re.compile(r"\(in \d:\d\d\)"))
    check_page(page)
    page.clock.fast_forward("05:00")
    expect(button).to_have_text("Send the code by call instead")
    button.click()  # the clock of the browser was wrong
    expect(page.get_by_text("Telegram sends another code in")).to_be_visible()

    telegram.send_codes_by(PHONE, "SmsPhrase", phrase, next_type="Call", code="The quick brown")
    ask_for_code(page)
    expect(button).to_be_enabled()
    button.click()
    expect(page.get_by_text("A new code is on its way.")).to_be_visible()
    expect(page.get_by_text("Telegram calls this number and reads it out.")).to_be_visible()
    expect(page.get_by_text("Telegram has no other way to send a code now.")).to_be_visible()
    check_page(page)
    page.get_by_label("Code", exact=True).fill(telegram.login_code(PHONE))
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("the usual one, in capitals")).to_be_visible()
    check_page(page)
    page.get_by_label("Two-step password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Every Way is connected").first).to_be_visible()
    expect(page.get_by_text("confirm it there")).to_be_visible()
    check_page(page)


def test_a_refusal_says_to_use_the_qr_code(sign_in: SignIn, telegram: TelegramServer) -> None:
    telegram.send_codes_by(PHONE, "PaymentRequired")
    page = sign_in("webhooks")
    page.goto("/panel/live/messaging/account/add/?phone")
    page.get_by_label("Phone number").fill(PHONE)
    page.get_by_role("button", name="Send code").click()
    expect(page.get_by_text("Telegram asks to be paid for an SMS to this number")).to_be_visible()
    expect(page.get_by_label("Phone number")).to_have_accessible_description(re.compile("log in by QR code instead"))
    check_page(page)
