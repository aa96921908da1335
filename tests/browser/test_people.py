"""People, as they play it: sign up, invite, two factors, a session that ends in the middle of a form."""

import base64
import re
import time

import pytest
from playwright.sync_api import Page, expect

from crmsolid.workspaces.two_factor import STEP_SECONDS, totp
from tests.browser.conftest import NARROW, WIDE, Visitors
from tests.browser.looks import check_page
from tests.browser.product import Product
from tests.browser.seed import PASSWORD
from tests.waiting import wait_until

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
    newcomer.goto("/panel/live/contacts/")
    expect(newcomer).to_have_url(re.compile("/panel/two-factor/$"))
    set_up_two_factor(newcomer)
    expect(newcomer).to_have_url(re.compile("/panel/live/$"))
    again = visitors.open()
    again.goto(link)
    expect(again.get_by_role("heading", name="This invitation no longer works")).to_be_visible()

    elsewhere = visitors.open()
    elsewhere.goto("/panel/live/members/")
    log_in(elsewhere, "ada@engines.example", NEW)
    elsewhere.get_by_label("Code", exact=True).fill(code(secret, 1))  # the one of now turned it on
    elsewhere.get_by_role("button", name="Log in").click()
    expect(elsewhere.get_by_role("listitem").filter(has_text="grace@engines.example")).to_contain_text("Two-factor")

    owner.goto("/panel/sessions/")
    owner.get_by_role("button", name="Sign out everywhere else").click()
    elsewhere.reload()
    expect(elsewhere.get_by_role("heading", name="Log in")).to_be_visible()
    log_in(elsewhere, "ada@engines.example", NEW)
    elsewhere.get_by_label("Code", exact=True).fill(codes[0].lower())
    elsewhere.get_by_role("button", name="Log in").click()
    expect(elsewhere.get_by_text("9 are left")).to_be_visible()


def mailed_link(product: Product, email: str) -> str:
    """The link of the last e-mail to this address, once it has been sent."""
    link = re.compile(rf"To: {re.escape(email)}\n.*?(http://\S+)", re.S)
    return wait_until(lambda: link.findall(product.output.read_text()), f"an e-mail to {email}")[-1]


def test_a_password_is_reset_on_a_phone(visitors: Visitors, product: Product) -> None:
    visitors.expect(404)
    email = product.seeded["workspaces"]["people"]["emails"]["viewer"]
    elsewhere = visitors.open(product.session("people", "viewer"))
    elsewhere.goto("/panel/live/contacts/")
    expect(elsewhere.get_by_role("heading", name="Contacts", exact=True)).to_be_visible()

    page = visitors.open(width=NARROW, dark=True)
    page.goto("/panel/login/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Check your e-mail")).to_be_visible()
    check_page(page)
    link = mailed_link(product, email)
    page.goto(link)
    check_page(page)
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("The new password again").fill(NEW)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("Your password is changed, all your sessions are signed out")).to_be_visible()
    log_in(page, email, NEW)
    expect(page.get_by_role("link", name="Home")).to_have_attribute("aria-current", "page")

    elsewhere.reload()
    expect(elsewhere.get_by_role("heading", name="Log in")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()
    check_page(page)


def test_who_has_an_account_joins_with_the_role_of_the_invitation(visitors: Visitors, product: Product) -> None:
    owner = visitors.open(product.session("people"), width=NARROW)
    owner.goto("/panel/live/members/")
    owner.get_by_label("E-mail").fill("owner@first.example")
    owner.get_by_label("Role", exact=True).select_option("viewer")
    owner.get_by_role("button", name="Invite", exact=True).click()
    check_page(owner)
    link = mailed_link(product, "owner@first.example")
    stranger = visitors.open()
    stranger.goto(link)
    check_page(stranger)
    guest = visitors.open(product.session("first"), width=NARROW)
    guest.goto(link)
    check_page(guest)
    guest.get_by_role("button", name="Join as owner@first.example").click()
    expect(guest.get_by_text("You are now a viewer in People")).to_be_visible()
    expect(guest.locator(".cs-switcher summary")).to_have_text(re.compile("People"))
    visitors.expect(403)
    guest.goto("/panel/live/members/")
    expect(guest.get_by_role("heading", name="Your role does not allow this")).to_be_visible()
    owner.goto("/panel/live/members/")
    expect(owner.get_by_role("listitem").filter(has_text="owner@first.example")).to_contain_text("Viewer")
    check_page(owner)


@pytest.mark.parametrize(("width", "javascript"), [(WIDE, True), (NARROW, False)])
def test_a_form_survives_the_end_of_its_session(
    visitors: Visitors, product: Product, width: int, javascript: bool
) -> None:
    # The stream of the page that is left: no session any more, or one that has shown no workspace yet.
    visitors.expect(401, 403)
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
