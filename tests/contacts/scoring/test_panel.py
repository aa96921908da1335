"""Settings > Scoring, and the score on a contact's page."""

import pytest
from django.urls import reverse

from contacts import services as contacts
from contacts.models import ScoreEntry, ScoringRule
from contacts.scoring.definition import read_definition
from contacts.scoring.services import create_rule
from crmsolid.jobs.models import Job
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Role
from tests.contacts.scoring.helpers import rule, run_jobs, score_of
from tests.page_forms import form_with
from tests.panel import browser, flash_messages
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db

LIST, ADD = "admin:contacts_scoringrule_changelist", "admin:contacts_scoringrule_add"
NONE = {
    f"{name}_{part}": value for name in ("half_life", "silence") for part, value in (("number", ""), ("unit", "days"))
}
FORM = {"name": "VIP", "on": "tag", "tag": "vip", "points": "20", "times": "once", "daily_cap": "", **NONE}


def test_a_rule_is_saved_after_a_look_at_whom_it_would_move(tenants: Tenants, actor: Actor) -> None:
    contacts.upsert_contact(actor, {"username": "anna", "name": "Anna", "tags": ["vip"]})
    client = browser(tenants.owner)
    text = client.post(reverse(ADD), {**FORM, "on": "silence", "points": "0"}).content.decode()
    assert "Give at least a minute" in text and "Give a number of points other than 0" in text
    address = client.post(reverse(ADD), FORM)["Location"]
    waiting = client.get(address)
    assert waiting.headers["Refresh"] == "2" and "Counting" in waiting.content.decode()
    run_jobs()
    text = client.get(address).content.decode()
    assert "<strong>1</strong> of 1 contacts" in text and "Anna" in text and "0 → 20" in text
    assert not ScoringRule.unscoped.exists() and score_of("anna") == 0
    saved = client.post(address)
    assert flash_messages(saved) == ["The rule is saved. A job scores the contacts again."]
    run_jobs()
    assert score_of("anna") == 20
    assert "+20 points the first time the contact gets the tag vip" in client.get(reverse(LIST)).content.decode()
    vip = ScoringRule.unscoped.get()
    change = reverse("admin:contacts_scoringrule_change", args=[vip.pk])
    address = client.post(change, {**FORM, "half_life_number": "30"})["Location"]
    stale = [client.post(change, data)["Location"] for data in ({**FORM, "points": "50"}, {"do": "delete"})]
    client.post(address)
    refused, deleted = (client.post(other) for other in stale)
    assert "Nothing was saved: the rule was changed meanwhile. It is VIP now: +20 points" in flash_messages(refused)[-1]
    assert "The rule was changed meanwhile; look again" in flash_messages(deleted)[-1]
    vip.refresh_from_db()
    assert (vip.version, vip.half_life and vip.half_life.days, vip.archived_at) == (2, 30, None)
    address = client.post(change, {"do": "delete"})["Location"]
    run_jobs()
    assert "1 a lower one" in client.get(address).content.decode()
    assert flash_messages(client.post(address)) == ["The rule is deleted. A job takes back what it gave."]
    run_jobs()
    assert score_of("anna") == 0
    assert client.get(change).status_code == 404


def test_rule_that_was_renamed_after_the_preview_keeps_its_name_until_it_is_saved_again(
    tenants: Tenants,
) -> None:
    client = browser(tenants.owner)
    definition = read_definition(tenants.workspace, {"name": "VIP", "on": "reply", "points": 10})
    vip = create_rule(tenants.actor(), definition)
    change = reverse("admin:contacts_scoringrule_change", args=[vip.pk])
    ours = client.post(change, form_with(client.get(change), "points").filled(points="50"))["Location"]
    theirs = client.post(change, form_with(client.get(change), "points").filled(name="Gold"))["Location"]
    client.post(theirs)
    refused = client.post(ours)
    vip.refresh_from_db()
    assert (vip.name, vip.points) == ("Gold", 10)
    again = form_with(refused, "points")
    assert (again.action, again.values["name"], again.values["points"]) == (change, ["VIP"], ["50"])
    client.post(client.post(again.action, again.values)["Location"])
    vip.refresh_from_db()
    assert (vip.name, vip.points) == ("VIP", 50)


@pytest.mark.parametrize(
    ("filled", "on", "value"),
    [
        ({"on": "reply"}, "reply", ""),
        ({"on": "tag", "tag": ""}, "tag", ""),
        ({"on": "stage", "stage": "won"}, "stage", "won"),
        ({"on": "sequence_completed", "sequence": "Trial"}, "sequence_completed", "Trial"),
        ({"on": "silence", "silence_number": "3"}, "silence", "P3D"),
        ({"on": "field", "field": "company"}, "field", "company"),
        ({"on": "field", "field": "company", "field_value": "Acme"}, "field", "company=Acme"),
    ],
)
def test_the_form_has_a_field_for_what_each_trigger_is_about(
    tenants: Tenants, actor: Actor, custom_fields: None, filled: dict[str, str], on: str, value: str
) -> None:
    client = browser(tenants.owner)
    client.post(client.post(reverse(ADD), {**FORM, **filled})["Location"])
    saved = ScoringRule.unscoped.get()
    assert (saved.trigger, saved.value) == (on, value)
    shown = client.get(reverse("admin:contacts_scoringrule_change", args=[saved.pk])).context["form"]
    name, expected = list(filled.items())[-1]
    assert shown["silence" if on == "silence" else name].value() == ("P3D" if on == "silence" else expected)


def test_a_rule_about_a_field_names_one(tenants: Tenants, custom_fields: None) -> None:
    text = browser(tenants.owner).post(reverse(ADD), {**FORM, "on": "field"}).content.decode()
    assert "Choose a custom field." in text and "key of a custom field" not in text
    assert not ScoringRule.unscoped.exists() and not Job.unscoped.exists()


def test_only_admins_and_owners_see_and_change_rules(tenants: Tenants, actor: Actor) -> None:
    existing = rule(actor, "VIP", "tag", "vip")
    job = Job.unscoped.create(workspace=tenants.workspace, kind="contacts.score_preview", scope="read:contacts")
    client = browser(tenants.member(Role.AGENT))
    change = reverse("admin:contacts_scoringrule_change", args=[existing.pk])
    preview = reverse("admin:contacts_scoringrule_preview", args=[job.pk])
    for address in (reverse(LIST), reverse(ADD), change, preview):
        assert client.get(address).status_code == 403
        assert client.post(address, FORM).status_code == 403
    assert Job.unscoped.count() == 2
    stranger = browser(tenants.stranger)
    assert stranger.get(change).status_code == stranger.get(preview).status_code == 404


def test_rules_are_copied_to_test_with_the_custom_fields(tenants: Tenants, actor: Actor, custom_fields: None) -> None:
    rule(actor, "VIP", "tag", "vip", 20)
    rule(actor, "Acme", "field", "company=Acme", 5)
    client = browser(tenants.owner)
    copy = reverse("admin:contacts_scoringrule_copy")
    assert copy in client.get(reverse(LIST)).content.decode()
    assert flash_messages(client.post(copy)) == ["Rules in test mode: 2 created."]
    assert flash_messages(client.post(copy)) == ["Rules in test mode: 2 created.", "Rules in test mode: 2 unchanged."]
    copied = ScoringRule.objects.for_workspace(tenants.twin).order_by("name")
    assert [(each.name, each.value) for each in copied] == [("Acme", "company=Acme"), ("VIP", "vip")]
    in_test = browser(tenants.owner, tenants.twin)
    assert copy not in in_test.get(reverse(LIST)).content.decode()
    assert in_test.post(copy).status_code == 403
    assert browser(tenants.member(Role.AGENT)).post(copy).status_code == 403


def test_a_contacts_page_shows_why_the_score_is_what_it_is_and_changes_it(tenants: Tenants, actor: Actor) -> None:
    rule(actor, "VIP", "tag", "vip", 20)
    anna = contacts.upsert_contact(actor, {"username": "anna", "tags": ["vip"], "stage": "qualified"}).contact
    page = reverse("admin:contacts_contact_change", args=[anna.pk])
    client = browser(tenants.owner)
    changed = client.post(page, {"do": "score", "points": "-5", "note": "no budget"})
    assert flash_messages(changed) == ["The score is 15 now."]
    assert client.post(page, {"do": "score", "points": "0"}).status_code == 302
    text = client.get(page).content.decode()
    assert "Score 15" in text and "tag vip" in text and "manual: no budget" in text and "Qualified" in text
    for number in range(20):
        client.post(page, {"do": "score", "points": "1", "note": f"note {number}"})
    text = client.get(page).content.decode()
    assert "note 19" in text and 'href="?show=Changes#timeline"' in text
    scores = client.get(page, {"show": "Changes"}).content.decode()
    assert "tag vip" in scores
    viewer = browser(tenants.member(Role.VIEWER))
    assert "Change the score" not in viewer.get(page).content.decode()
    assert viewer.post(page, {"do": "score", "points": "1"}).status_code == 403
    assert browser(tenants.stranger).post(page, {"do": "score", "points": "1"}).status_code == 404
    assert ScoreEntry.unscoped.count() == 22
