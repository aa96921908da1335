"""People, as they play it: sign up, invite, two factors, a session that ends in the middle of a form."""

import base64
import re
import time

import pytest
from playwright.sync_api import Page, expect

from crmsolid.workspaces.two_factor import STEP_SECONDS, totp
from tests.browser.conftest import NARROW, WIDE, Visitors
from tests.browser.product import Product
from tests.browser.seed import PASSWORD

NEW = "a wholly new password"


def code(secret: str, offset: int = 0) -> str:
    """What an app with this key shows now, or ``offset`` steps later."""
    return totp(base64.b32decode(secret.replace(" ", "")), int(time.time()) // STEP_SECONDS + offset)


def log_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def set_up_two_factor(page: Page) -> tuple[str, list[str]]:
    """Returns the key of the app and the recovery codes."""
    secret = page.locator(".cs-steps code").inner_text()
    page.get_by_label("Code", exact=True).fill(code(secret))
    page.get_by_label("Your password").fill(NEW)
    page.get_by_role("button", name="Turn it on").click()
    codes = page.get_by_label("Recovery codes").input_value().split()
    assert len(codes) == 10
    page.get_by_role("link", name="I have kept them").click()
    return secret, codes


def test_people_sign_up_invite_and_log_in_with_two_factors(visitors: Visitors) -> None:
    owner = visitors.open()
    owner.goto("/panel/login/")
    owner.get_by_role("link", name="Sign up").click()
    owner.get_by_label("Your name").fill("Ada Lovelace")
    owner.get_by_label("E-mail").fill("ada@engines.example")
    owner.get_by_label("Password").fill(NEW)
    owner.get_by_label("Name of the workspace").fill("Engines")
    owner.get_by_role("button", name="Sign up").click()
    expect(owner).to_have_url(re.compile("/panel/live/$"))
    expect(owner.get_by_text("The trial of Engines ends in 14 days")).to_be_visible()

    owner.goto("/panel/two-factor/")
    secret, codes = set_up_two_factor(owner)
    owner.goto("/panel/live/members/")
    owner.get_by_role("button", name="Require it of all members").click()
    owner.get_by_label("E-mail").fill("grace@engines.example")
    owner.get_by_role("button", name="Invite", exact=True).click()
    link = owner.get_by_label("Link of the invitation").input_value()
    owner.goto("/panel/live/members/")
    assert link not in owner.content()

    visitors.expect(404)
    newcomer = visitors.open(width=NARROW, dark=True, javascript=False)
    newcomer.goto(link)
    newcomer.get_by_label("Password").fill(NEW)
    newcomer.get_by_role("button", name="Make an account and join").click()
    expect(newcomer.get_by_text("Engines requires two-factor authentication")).to_be_visible()
    newcomer.goto("/panel/live/contacts/contact/")
    expect(newcomer).to_have_url(re.compile("/panel/two-factor/$"))
    set_up_two_factor(newcomer)
    expect(newcomer).to_have_url(re.compile("/panel/live/$"))
    again = visitors.open()
    again.goto(link)
    expect(again.get_by_role("heading", name="This invitation is over")).to_be_visible()

    elsewhere = visitors.open()
    elsewhere.goto("/panel/live/members/")
    log_in(elsewhere, "ada@engines.example", NEW)
    elsewhere.get_by_label("Code", exact=True).fill(code(secret, 1))  # the one of now turned it on
    elsewhere.get_by_role("button", name="Log in").click()
    expect(elsewhere.get_by_role("row", name=re.compile("grace@engines.example"))).to_contain_text("On")

    owner.goto("/panel/sessions/")
    owner.get_by_role("button", name="Sign out everywhere else").click()
    elsewhere.reload()
    expect(elsewhere.get_by_role("heading", name="Log in")).to_be_visible()
    log_in(elsewhere, "ada@engines.example", NEW)
    elsewhere.get_by_label("Code", exact=True).fill(codes[0].lower())
    elsewhere.get_by_role("button", name="Log in").click()
    expect(elsewhere.get_by_text("9 are left")).to_be_visible()


@pytest.mark.parametrize(("width", "javascript"), [(WIDE, True), (NARROW, False)])
def test_a_form_survives_the_end_of_its_session(
    visitors: Visitors, product: Product, width: int, javascript: bool
) -> None:
    visitors.expect(401)
    email = product.seeded["workspaces"]["people"]["emails"]["owner"]
    page = visitors.open(width=width, javascript=javascript)
    page.goto("/panel/live/workspace/")
    log_in(page, email, PASSWORD)
    page.get_by_label("Name").fill(f"People {width}")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("You were signed out while this page was open")).to_be_visible()
    log_in(page, email, PASSWORD)
    expect(page.get_by_text(f"People {width}")).to_be_visible()
    page.get_by_role("button", name="Send it now").click()
    expect(page).to_have_url(re.compile("/panel/live/workspace/$"))
    expect(page.get_by_label("Name")).to_have_value(f"People {width}")
