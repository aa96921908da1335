"""Settings > Plan: who sees it, what it shows, and what a choice does."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import Contact
from crmsolid.workspaces.models import AuditEntry, Role, Workspace
from tests.cast import Api, Cast
from tests.panel import browser, contact_form, furnish
from tests.test_plans import audit_entries, plans, put_on, upgrades

HOME, PLAN = reverse("admin:index"), reverse("admin:plan")
OTHERS = [Role.VIEWER, Role.AGENT, Role.ADMIN]


def words(answer: Any) -> str:
    """The text of a page without tags, with one space between words."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def chosen(answer: Any) -> list[str]:
    """The plans whose radio button is checked."""
    return re.findall(r'value="(\w+)"[^>]*\bchecked', answer.content.decode())


def strip(answer: Any) -> str:
    found = re.search(r'<div class="cs-expired-strip".*?</div>', answer.content.decode(), re.S)
    return found[0] if found else ""


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("days_left", [3, -1])
def test_only_owners_see_and_change_the_plan(cast: Cast, role: Role, days_left: float) -> None:
    put_on(cast.workspace, "trial", days_left)
    before = plans(cast)
    client = browser(cast.member(role))
    assert [client.get(PLAN).status_code, client.post(PLAN, {"plan": "pro"}).status_code] == [403, 403]
    assert (plans(cast), audit_entries(), upgrades()) == (before, [], [])
    assert PLAN not in client.get(HOME).content.decode()


def test_without_a_login_it_redirects_to_the_login_page(cast: Cast) -> None:
    for answer in (Client().get(PLAN), Client().post(PLAN, {"plan": "pro"})):
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, reverse("admin:login"))
    assert (audit_entries(), upgrades()) == ([], [])


def test_a_forged_session_changes_only_the_users_own_workspace(cast: Cast) -> None:
    assert browser(cast.stranger, cast.workspace).post(PLAN, {"plan": "pro"}).status_code == 302
    assert [plan for plan, _ in plans(cast)] == ["business", "", "pro", ""]


def test_a_post_without_a_csrf_token_changes_nothing(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.owner)
    assert client.post(PLAN, {"plan": "pro"}).status_code == 403
    assert browser(cast.owner).put(PLAN).status_code == 405
    assert (plans(cast)[0], audit_entries()) == (("business", None), [])


@pytest.mark.parametrize(
    ("plan", "days_left", "says", "set_radio"),
    [
        ("trial", 3, "Trial Everything is on, for 14 days. The trial ends ", []),
        ("trial", -1, "Expired The trial has ended: the API refuses every call and nothing is sent.", []),
        ("pro", None, "Pro Everything is on, without an end date. Choose a plan", ["pro"]),
        ("business", None, "Business The plan above Pro. Everything is on,", ["business"]),
    ],
)
def test_the_page_shows_the_plan_in_force(
    cast: Cast, plan: str, days_left: float | None, says: str, set_radio: list[str]
) -> None:
    put_on(cast.workspace, plan, days_left)
    client = browser(cast.owner)
    assert f'href="{PLAN}"' in client.get(HOME).content.decode()
    answer = client.get(PLAN)
    assert answer.status_code == 200
    assert f"Acme {says}" in words(answer)
    assert chosen(answer) == set_radio
    assert words(answer).count("in force") == len(set_radio)
    assert ("Messages that were held back are sent" in words(answer)) is (days_left == -1)
    ends = Workspace.objects.get(pk=cast.workspace.pk).trial_ends_at
    assert (f"{ends:%-d %b %Y %H:%M} UTC" in words(answer)) if ends else ("The trial end" not in words(answer))
    assert "Plan | Settings | CRM Solid" in words(answer)


@pytest.mark.parametrize("side", ["live", "test"])
def test_an_owner_chooses_a_plan_after_an_ended_trial(api: Api, cast: Cast, side: str) -> None:
    keyed = api(cast.key())
    put_on(cast.workspace, "trial", -1)
    assert keyed.get("/v1/me").json()["code"] == "plan_required"
    client = browser(cast.owner, cast.twin if side == "test" else cast.workspace)
    answer = client.post(PLAN, {"plan": "pro"})
    assert (answer.status_code, answer["Location"]) == (302, PLAN)
    page = client.get(PLAN)
    assert "Acme is on Pro." in words(page) and chosen(page) == ["pro"] and strip(page) == ""
    assert keyed.get("/v1/me").json()["plan"] == "pro"
    assert plans(cast)[0] == ("pro", None)
    assert upgrades() == [(cast.workspace.pk, {"old_plan": "expired", "plan": "pro"})]
    entry = AuditEntry.objects.for_workspace(cast.workspace).get(action="plan.changed")
    assert (entry.subject_label, entry.surface, entry.ip) == ("owner@acme.example", "panel", "127.0.0.1")
    assert entry.data == {"old_plan": "expired", "plan": "pro"}


def test_a_form_sent_twice_changes_the_plan_once(cast: Cast) -> None:
    client = browser(cast.owner)
    assert [client.post(PLAN, {"plan": "pro"}).status_code for _ in range(2)] == [302, 302]
    assert audit_entries() == [(cast.workspace.pk, "acme", {"old_plan": "business", "plan": "pro"})]


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({}, "Choose a plan."),
        ({"plan": "trial"}, "Choose one of these plans."),
        ({"plan": "expired"}, "Choose one of these plans."),
        ({"plan": "gold"}, "Choose one of these plans."),
    ],
)
def test_the_error_about_an_unknown_plan_is_beside_the_field(cast: Cast, form: dict[str, str], says: str) -> None:
    put_on(cast.workspace, "trial", -1)
    before = plans(cast)
    answer = browser(cast.owner).post(PLAN, form)
    assert (answer.status_code, says in words(answer)) == (200, True)
    assert (plans(cast), audit_entries(), upgrades()) == (before, [], [])


def test_after_an_ended_trial_owners_get_a_link_and_others_a_hint(cast: Cast) -> None:
    contact = furnish(cast.workspace, "acme").of(Contact)
    put_on(cast.workspace, "trial", -1)
    form, address = contact_form(stage="won"), reverse("admin:contacts_contact_change", args=[contact.pk])
    owner, agent = browser(cast.owner), browser(cast.member(Role.AGENT))
    assert f'href="{PLAN}"' in strip(owner.get(HOME))
    refused = owner.post(address, form)
    assert refused.status_code == 403
    assert re.search(f'<a class="cs-button cs-primary" href="{PLAN}">', refused.content.decode())
    for answer in (agent.get(HOME), agent.post(address, form)):
        assert PLAN not in answer.content.decode() and "An owner can choose a plan." in words(answer)
