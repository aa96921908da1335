"""People: signing up, in and out, an invitation, two-factor authentication."""

import base64
import re
import time

from playwright.sync_api import Page, expect

from crmsolid.workspaces import two_factor
from tests.browser.conftest import NARROW, SignIn, Visitors
from tests.browser.looks import check_page
from tests.browser.seed import PASSWORD


def log_in(page: Page, email: str) -> None:
    page.goto("/panel/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def log_out(page: Page) -> None:
    page.locator("summary:visible").last.click()
    page.get_by_role("button", name="Log out").click()


def test_somebody_signs_up_on_a_phone_and_sees_the_first_steps(visitors: Visitors) -> None:
    page = visitors.open(width=NARROW)
    page.goto("/panel/login/")
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Your name").fill("Nora Lind")
    page.get_by_label("E-mail").fill("nora@fjord.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Name of the workspace").fill("Fjord")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    expect(page.get_by_text("14 days of the trial are left.")).to_be_visible()
    check_page(page)
    log_out(page)
    log_in(page, "nora@fjord.example")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()


def test_an_invitation_lets_somebody_in_once(sign_in: SignIn, visitors: Visitors) -> None:
    owner = sign_in("people")
    owner.goto("/panel/")
    owner.get_by_role("link", name="Members", exact=True).click()
    form = owner.locator("form", has=owner.get_by_role("heading", name="Invite somebody"))
    form.get_by_label("E-mail").fill("max@people.example")
    form.get_by_label("Role").select_option("agent")
    form.get_by_role("button", name="Invite").click()
    link = owner.locator("#invitation-link").inner_text()

    guest = visitors.open()
    guest.goto(link)
    expect(guest.get_by_text("to the workspace People as agent")).to_be_visible()
    check_page(guest)
    guest.get_by_label("Your name").fill("Max Orth")
    guest.get_by_label("Password").fill(PASSWORD)
    guest.get_by_role("button", name="Make an account and join").click()
    expect(guest.get_by_role("link", name="Inbox", exact=True)).to_be_visible()
    expect(guest.get_by_role("link", name="Members", exact=True)).to_have_count(0)  # an agent

    visitors.expect(404, 410)
    late = visitors.open()
    late.goto(link)
    expect(late.get_by_role("button", name=re.compile("join", re.I))).to_have_count(0)


def test_two_factor_is_set_up_and_asked_for(visitors: Visitors) -> None:
    page = visitors.open()
    log_in(page, "viewer@people.example")
    page.goto("/panel/two-factor/")
    check_page(page)
    secret = base64.b32decode(page.locator("code").first.inner_text().replace(" ", ""))
    step = int(time.time()) // 30
    page.get_by_role("textbox", name="Code").fill(two_factor.totp(secret, step))
    page.get_by_role("button", name="Turn it on").click()
    codes = page.locator("#codes").inner_text().split()
    assert len(codes) == 10
    page.get_by_role("link", name="I have kept them").click()

    log_out(page)
    log_in(page, "viewer@people.example")
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    check_page(page)
    page.get_by_role("textbox", name="Code").fill("000000")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("This code is not right")).to_be_visible()
    page.get_by_role("textbox", name="Code").fill(two_factor.totp(secret, step + 1))  # each code works once
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
