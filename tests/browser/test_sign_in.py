from tests.browser.conftest import NARROW, Visitors
from tests.browser.seed import PASSWORD


def test_a_member_signs_in_and_out_on_a_phone(visitors: Visitors) -> None:
    page = visitors.open(width=NARROW)
    page.goto("/panel/")
    page.fill("[name=username]", "owner@keys.example")
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    page.get_by_role("heading", name="Home").wait_for()
