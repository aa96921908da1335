"""While sending is held, each page says so to owners and admins."""

import re

import pytest

from crmsolid.workspaces import sending_hold
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import HoldReason, Role
from tests.panel import browser, moment, words
from tests.tenants import Tenants

PAGES = ("/panel/live/", "/panel/test/", "/panel/live/members/", "/panel/live/contacts/")


def strips(tenants: Tenants, role: Role, page: str) -> list[str]:
    answer = browser(tenants.member(role)).get(page)
    assert answer.status_code == 200
    found = re.findall(r'<p class="cs-strip cs-held-strip">.*?</p>', answer.getvalue().decode(), re.S)
    return [re.sub(r"<svg.*?</svg>|<(?!time)[^>]+>", "", strip) for strip in found]


@pytest.mark.parametrize("page", PAGES)
def test_owners_and_admins_read_what_to_do_on_each_page(tenants: Tenants, page: str) -> None:
    assert strips(tenants, Role.OWNER, page) == []
    sending_hold.hold(HoldReason.RESTORED, "the event log ends at 8, 9 were seen on this host", Actor.system)
    for role in (Role.OWNER, Role.ADMIN):
        (said,) = strips(tenants, role, page)
        assert said.startswith("Sending is held since ")
        assert "the database is older than this host has seen it. Messages are accepted and wait" in said
        assert said.endswith("whoever runs the server then goes on with manage.py sending.")
        assert "9 were seen" not in said
    assert strips(tenants, Role.AGENT, PAGES[0]) == strips(tenants, Role.VIEWER, PAGES[0]) == []
    sending_hold.release(Actor.system, mode="resume")
    assert strips(tenants, Role.OWNER, page) == []


def test_the_reason_of_the_operator_is_shown_as_text(tenants: Tenants) -> None:
    sending_hold.hold(HoldReason.OPERATOR, "<b>moving</b>", Actor.system)
    answer = words(browser(tenants.owner).get(PAGES[0]))
    assert "whoever runs the server has asked for it (&lt;b&gt;moving&lt;/b&gt;)" in answer
    hold = sending_hold.current()
    assert hold is not None
    assert moment(hold.since) in answer
