"""Settings > Plan: who sees it, what it shows, and what a choice does."""

import re
from typing import Any

import pytest
from django.urls import reverse

from contacts.models import Contact
from crmsolid.workspaces.models import AuditEntry, Role, Workspace
from tests.panel import browser, furnish, stage_form
from tests.tenants import Api, Tenants
from tests.test_plans import audit_entries, plans, put_on, upgrades

HOME, PLAN = reverse("admin:index"), reverse("admin:plan")


def words(answer: Any) -> str:
    """The text of a page without tags, with one space between words."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def chosen(answer: Any) -> list[str]:
    """The plans whose radio button is checked."""
    return re.findall(r'value="(\w+)"[^>]*\bchecked', answer.content.decode())


def strip(answer: Any) -> str:
    found = re.search(r'<p class="cs-strip cs-expired-strip".*?</p>', answer.content.decode(), re.S)
    return found[0] if found else ""


@pytest.mark.parametrize(
    ("plan", "days_left", "says", "set_radio"),
    [
        (
            "trial",
            3,
            "Trial Every feature is on until the trial ends. Then nothing is sent, and nothing is deleted. "
            "The trial ends ",
            [],
        ),
        ("trial", -1, "Expired The trial has ended: the API refuses every call and nothing is sent.", []),
        ("pro", None, "Pro Every feature is on, without an end date. What differs", ["pro"]),
        ("business", None, "Business The same as Pro: every feature is on,", ["business"]),
    ],
)
def test_the_page_shows_the_plan_in_force(
    tenants: Tenants, plan: str, days_left: float | None, says: str, set_radio: list[str]
) -> None:
    put_on(tenants.workspace, plan, days_left)
    client = browser(tenants.owner)
    assert f'href="{PLAN}"' in client.get(reverse("admin:workspace")).content.decode()
    answer = client.get(PLAN)
    assert answer.status_code == 200
    assert f"Acme {says}" in words(answer)
    assert chosen(answer) == set_radio
    assert words(answer).count("in force") == len(set_radio)
    assert ("Messages that were held back are sent" in words(answer)) is (days_left == -1)
    ends = Workspace.objects.get(pk=tenants.workspace.pk).trial_ends_at
    assert (f"{ends:%-d %b %Y %H:%M}" in words(answer)) if ends else ("The trial end" not in words(answer))
    assert "Plan | Settings | CRM Solid" in words(answer)


def test_the_page_says_what_differs_between_the_plans_and_marks_the_one_in_force(tenants: Tenants) -> None:
    put_on(tenants.workspace, "trial", 3)
    text = words(browser(tenants.owner).get(PLAN))
    assert "Plan Trial, now After the trial Pro Business" in text
    assert "The API and assistants work Yes No Yes Yes" in text
    assert "Ends After 14 days When an owner chooses a plan Never Never" in text


def test_the_page_shows_what_is_used_of_each_limit_on_the_side_that_is_shown(tenants: Tenants) -> None:
    furnish(tenants.workspace, "acme")
    furnish(tenants.other, "rival")
    live, test = (words(browser(tenants.owner, side).get(PLAN)) for side in (tenants.workspace, tenants.twin))
    assert "Custom fields 1 of 200 Scoring rules 1 of 50 Webhooks 1 of 100" in live
    assert "Custom fields 0 of 200 Scoring rules 0 of 50 Webhooks 0 of 100" in test


@pytest.mark.parametrize("side", ["live", "test"])
def test_an_owner_chooses_a_plan_after_an_ended_trial(api: Api, tenants: Tenants, side: str) -> None:
    keyed = api(tenants.key())
    put_on(tenants.workspace, "trial", -1)
    assert keyed.get("/v1/me").json()["code"] == "plan_required"
    client = browser(tenants.owner, tenants.twin if side == "test" else tenants.workspace)
    answer = client.post(PLAN, {"plan": "pro"})
    assert (answer.status_code, answer["Location"]) == (302, PLAN.replace("live", side))
    page = client.get(PLAN)
    assert "Acme is on Pro." in words(page) and chosen(page) == ["pro"] and strip(page) == ""
    assert keyed.get("/v1/me").json()["plan"] == "pro"
    assert plans(tenants)[0] == ("pro", None)
    assert upgrades() == [(tenants.workspace.pk, {"old_plan": "expired", "plan": "pro"})]
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="plan.changed")
    assert (entry.subject_label, entry.surface, entry.ip) == ("owner@acme.example", "panel", "127.0.0.1")
    assert entry.data == {"old_plan": "expired", "plan": "pro"}


def test_a_form_sent_twice_changes_the_plan_once(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    assert [client.post(PLAN, {"plan": "pro"}).status_code for _ in range(2)] == [302, 302]
    assert audit_entries() == [(tenants.workspace.pk, "acme", {"old_plan": "business", "plan": "pro"})]


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({}, "Choose a plan."),
        ({"plan": "trial"}, "Choose one of these plans."),
        ({"plan": "expired"}, "Choose one of these plans."),
        ({"plan": "gold"}, "Choose one of these plans."),
    ],
)
def test_the_error_about_an_unknown_plan_is_beside_the_field(tenants: Tenants, form: dict[str, str], says: str) -> None:
    put_on(tenants.workspace, "trial", -1)
    before = plans(tenants)
    answer = browser(tenants.owner).post(PLAN, form)
    assert (answer.status_code, says in words(answer)) == (200, True)
    assert (plans(tenants), audit_entries(), upgrades()) == (before, [], [])


def test_after_an_ended_trial_owners_get_a_link_and_others_a_hint(tenants: Tenants) -> None:
    contact = furnish(tenants.workspace, "acme").of(Contact)
    put_on(tenants.workspace, "trial", -1)
    form, address = stage_form("won"), reverse("admin:contacts_contact_change", args=[contact.pk])
    owner, agent = browser(tenants.owner), browser(tenants.member(Role.AGENT))
    assert f'href="{PLAN}"' in strip(owner.get(HOME))
    refused = owner.post(address, form)
    assert refused.status_code == 403
    assert re.search(f'<a class="cs-button cs-primary" href="{PLAN}">', refused.content.decode())
    for answer in (agent.get(HOME), agent.post(address, form)):
        assert PLAN not in answer.content.decode() and "An owner can choose a plan." in words(answer)
