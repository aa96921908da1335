"""A Telegram account, from its phone number to the log-out, with a person on the other side."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import HEIGHT, NARROW, WIDE, SignIn
from tests.browser.looks import check_page
from tests.browser.test_inbox import answer
from tests.telegram_server import TelegramServer

SHOP, ANNA = "+15550101", "+15550102"
KIOSK, STALL, BOOTH = "+15550103", "+15550104", "+15550105"
PASSWORD = "a two-step password"
LIST = "/panel/live/messaging/account/"


def add_account(page: Page, telegram: TelegramServer) -> None:
    """All three steps, with a wrong code and a wrong password first. Leaves the page of the finished login open."""
    page.goto(LIST)
    page.get_by_role("link", name="Add account").first.click()
    page.get_by_role("link", name="Phone number").click()
    page.get_by_label("Phone number").fill("+1 555 0101")
    check_page(page)
    page.get_by_role("button", name="Send code").click()

    page.get_by_label("Code", exact=True).fill("1")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_label("Code", exact=True)).to_have_accessible_description(re.compile("The code is wrong."))
    check_page(page)
    page.get_by_label("Code", exact=True).fill(telegram.login_code(SHOP))
    page.get_by_role("button", name="Log in").click()

    page.get_by_label("Two-step password").fill("not this one")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("The password is wrong.")).to_be_visible()
    check_page(page)
    page.get_by_label("Two-step password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Corner Shop is connected").first).to_be_visible()


def shown_address(page: Page) -> str:
    """The address in the QR code that the page shows, which the link for phones has, too."""
    expect(page.get_by_role("img", name="QR code that logs the account in")).to_be_visible()
    return str(page.locator("a[href^='tg://login']").get_attribute("href"))


def open_account(page: Page) -> None:
    page.goto(LIST)
    page.get_by_role("link", name="Corner Shop").click()


def test_an_account_is_added_used_paused_and_logged_out(sign_in: SignIn, telegram: TelegramServer) -> None:
    telegram.create_user(SHOP, first_name="Corner", last_name="Shop", password=PASSWORD)
    telegram.create_user(ANNA, first_name="Anna", last_name="Ek")
    page = sign_in("telegram", width=NARROW)
    add_account(page, telegram)
    check_page(page)

    page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    row = page.get_by_role("row", name=re.compile("Corner Shop"))
    page.goto(LIST)
    expect(row).to_contain_text("Connected")
    expect(row).to_contain_text("0 of 50")
    telegram.wait(lambda: telegram.connected(SHOP) == 1, seconds=30)

    page.goto("/panel/live/inbox/")
    telegram.deliver(ANNA, SHOP, "Are you open on Sunday?")
    page.get_by_role("link", name=re.compile("Anna Ek")).click()
    expect(page.get_by_role("log", name="Messages")).to_contain_text("Are you open on Sunday?")
    answer(page, "Yes, from ten.")
    telegram.wait(lambda: [each.text for each in telegram.received(ANNA)] == ["Yes, from ten."], seconds=30)
    telegram.deliver(ANNA, SHOP, "See you then.")
    expect(page.get_by_role("log", name="Messages")).to_contain_text("See you then.")
    page.goto(LIST)
    expect(row).to_contain_text("1 of 50")
    expect(row.locator("meter")).to_have_attribute("value", "1")

    open_account(page)
    page.get_by_role("button", name="Pause account").click()
    expect(page.get_by_text("Corner Shop is paused.")).to_be_visible()
    page.goto("/panel/live/inbox/")
    page.get_by_role("link", name=re.compile("Anna Ek")).click()
    expect(page.get_by_text("Corner Shop is paused. What you send waits until it can send again.")).to_be_visible()
    answer(page, "We have cake too.")
    telegram.deliver(ANNA, SHOP, "With tea?")  # still arrives
    expect(page.get_by_role("log", name="Messages")).to_contain_text("With tea?")
    assert len(telegram.received(ANNA)) == 1
    open_account(page)
    page.get_by_role("button", name="Resume account").click()
    expect(page.get_by_text("Corner Shop sends again.")).to_be_visible()
    telegram.wait(lambda: len(telegram.received(ANNA)) == 2, seconds=30)
    assert telegram.received(ANNA)[1].text == "We have cake too."

    open_account(page)
    expect(page.get_by_role("button", name="Log out")).to_be_disabled()
    page.get_by_label("Log Corner Shop out").check()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("Corner Shop is logged out. Its messages wait for the next login.")).to_be_visible()
    expect(row).to_contain_text("Logged out")
    telegram.wait(lambda: telegram.connected(SHOP) == 0, seconds=30)
    open_account(page)
    expect(page.get_by_role("heading", name="Log in again")).to_be_visible()


def test_an_account_is_added_by_qr_code_on_a_desk(sign_in: SignIn, telegram: TelegramServer) -> None:
    telegram.create_user(KIOSK, first_name="Kiosk", password=PASSWORD)
    page = sign_in("telegram", width=WIDE)
    page.goto(LIST)
    page.get_by_role("link", name="Add account").first.click()
    check_page(page)
    page.get_by_role("button", name="Show QR code").click()
    address = shown_address(page)
    expect(page.get_by_role("link", name="Open Telegram")).to_be_hidden()
    check_page(page)
    page.reload()  # check_page() stops what the page was loading
    expect(page.get_by_text("A new code replaces it in")).to_be_visible()
    telegram.scan_login_token(address, KIOSK)
    page.get_by_label("Two-step password").fill(PASSWORD)  # the page has led on by itself
    check_page(page)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Kiosk is connected").first).to_be_visible()


def test_an_account_is_added_by_qr_code_on_a_phone_in_the_dark(sign_in: SignIn, telegram: TelegramServer) -> None:
    telegram.create_user(STALL, first_name="Stall")
    page = sign_in("telegram", width=NARROW, dark=True)
    page.goto(f"{LIST}add/")
    page.get_by_role("button", name="Show QR code").click()
    expect(page.get_by_role("link", name="Open Telegram")).to_be_visible()
    frame = page.get_by_role("img", name="QR code that logs the account in")
    assert frame.locator("path").first.get_attribute("fill") == "#fff"  # dark on white, or no phone reads it
    box = frame.bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= NARROW
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Show QR code")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("This code is over")).to_be_visible()
    page.get_by_role("button", name="New code").click()
    telegram.scan_login_token(shown_address(page), STALL)
    expect(page.get_by_role("heading", name="Stall is connected").first).to_be_visible()


def test_an_account_is_added_by_qr_code_without_scripts(sign_in: SignIn, telegram: TelegramServer) -> None:
    telegram.create_user(BOOTH, first_name="Booth")
    page = sign_in("telegram", javascript=False)
    page.goto(f"{LIST}add/")
    page.get_by_role("link", name="Phone number").click()
    expect(page.get_by_label("Phone number")).to_be_visible()
    page.get_by_role("link", name="QR code").click()
    page.get_by_role("button", name="Show QR code").click()
    telegram.scan_login_token(shown_address(page), BOOTH)  # the page loads itself again every five seconds
    expect(page.get_by_role("heading", name="Booth is connected").first).to_be_visible()
