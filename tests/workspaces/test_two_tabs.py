"""Forms that two members have open at the same time: the second overwrites nothing that the first has saved."""

import html
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apikeys.services import create_key
from contacts.custom_fields import create_custom_field
from contacts.scoring.definition import read_definition
from contacts.scoring.services import create_rule
from contacts.segments.services import create_segment
from contacts.services import upsert_contact
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry, Membership, Role, Workspace
from messaging.broadcasts.definition import Definition
from messaging.broadcasts.services import save_draft
from messaging.models import Thread
from messaging.services import send_message
from messaging.texts import create_template
from sequences.models import Sequence
from sequences.versions import current_version
from tests.page_forms import PageForm, form_with
from tests.panel import browser, later
from tests.sequences.helpers import create
from tests.tenants import Tenants
from tests.threads import run_together
from webhooks.services import create_endpoint


@dataclass(frozen=True)
class Opened:
    """A form: where it is, what tells it from the others of its page, where it is sent to if not to its own address,
    and how what is stored is read."""

    address: str
    stored: Callable[[], Any]
    where: dict[str, str] = field(default_factory=dict)
    sent_to: str = ""


@dataclass(frozen=True)
class Case:
    """A field ``name`` that is ``first`` at first, which the two members change to ``theirs`` and ``ours``; what the
    page says of the former; and another field with another value. ``press`` is the button."""

    make: Callable[[Tenants], Opened]
    name: str
    theirs: str
    ours: str
    said: str = ""
    other: tuple[str, str] = ("", "")
    press: dict[str, str] = field(default_factory=dict)
    follow: Callable[[Client, Any], Any] = lambda client, answer: answer


def contact(tenants: Tenants) -> Opened:
    create_custom_field(tenants.actor(), key="city", label="City", type="text")
    fields = {"username": "sarah", "phone": "1", "custom_fields": {"city": "Bonn"}}
    made = upsert_contact(tenants.actor(), fields).contact
    return row("contacts_contact_change", made, "phone", "last_name", "stage", "custom_fields")


def conversation(tenants: Tenants) -> Opened:
    opened = contact(tenants)
    send_message(tenants.actor(), account_id=tenants.sandbox().pk, to="@sarah", text="Hello")
    return replace(opened, address=reverse("admin:inbox_thread", args=[Thread.unscoped.get().pk]))


def row(page: str, made: Any, *names: str, **where: str) -> Opened:
    """The form of a row on this page; ``names`` are its columns."""

    def stored() -> list[Any]:
        found = type(made)._base_manager.get(pk=made.pk)
        return [getattr(found, name) for name in names]

    return Opened(reverse(f"admin:{page}", args=[made.pk]), stored, where)


def segment(tenants: Tenants) -> Opened:
    filter = {"all": [{"field": "tag", "op": "is", "value": "vip"}]}
    made = create_segment(tenants.actor(), name="VIPs", filter=filter).segment
    return row("contacts_segment_edit", made, "name", "filter")


def template(tenants: Tenants) -> Opened:
    made = create_template(tenants.actor(), name="Greeting", text="Hello\nthere")
    return row("messaging_template_change", made, "name", "text")


def broadcast(tenants: Tenants) -> Opened:
    account = tenants.sandbox().pk
    definition = Definition("News", "Hello\nyou", (account,), {"tags": ["vip", "beta"]}, per_hour=10)
    return row("messaging_broadcast_edit", save_draft(tenants.actor(), definition), "name", "text", "per_hour")


def endpoint(tenants: Tenants) -> Opened:
    url = "https://receiver.example.com/old"
    made = create_endpoint(tenants.actor(), url=url, events=["contact.created"]).endpoint
    return row("webhooks_endpoint_edit", made, "url", "events")


def rule(tenants: Tenants) -> Opened:
    data = {"name": "VIP", "on": "tag", "value": "vip", "points": 10}
    made = create_rule(tenants.actor(), read_definition(tenants.workspace, data))
    return row("contacts_scoringrule_change", made, "name", "points", "value")


def save_previewed(client: Client, answer: Any) -> Any:
    """Confirm on the page that says whom the rule would move."""
    return client.post(answer["Location"]) if answer.status_code == 302 else answer


def custom_field(tenants: Tenants) -> Opened:
    made = create_custom_field(tenants.actor(), key="plan", label="Plan", type="choice", choices=["Free", "Pro"])
    return row("contacts_customfield_change", made, "label", "choices")


def account(tenants: Tenants) -> Opened:
    return row("messaging_account_change", tenants.sandbox(daily_limit=50), "name", "daily_limit")


def workspace(tenants: Tenants) -> Opened:
    opened = row("messaging_account_change", tenants.workspace, "name", "time_zone", "answer_aim_minutes")
    return replace(opened, address=reverse("admin:workspace"))


def plan(tenants: Tenants) -> Opened:
    Workspace.objects.filter(pk=tenants.workspace.pk).update(plan="trial", trial_ends_at=later(7))
    return replace(row("messaging_account_change", tenants.workspace, "plan"), address=reverse("admin:plan"))


def profile(tenants: Tenants) -> Opened:
    opened = row("messaging_account_change", tenants.owner, "name", "time_zone")
    return replace(opened, address=reverse("account:profile"))


def key(tenants: Tenants) -> Opened:
    made = create_key(tenants.actor(), name="Reports", scopes=[Scope.READ_CONTACTS]).key
    opened = row("apikeys_apikey_change", made, "name")
    return replace(opened, sent_to=reverse("admin:apikeys_apikey_rename", args=[made.pk]))


def member(tenants: Tenants) -> Opened:
    made = Membership.unscoped.get(user=tenants.member(Role.VIEWER))
    opened = row("messaging_account_change", made, "role")
    return replace(opened, address=reverse("admin:members"), where={"action": "role", "id": str(made.pk)})


def sequence(tenants: Tenants) -> Opened:
    made = create(tenants.sandbox(), start=False)

    def stored() -> list[Any]:
        found = current_version(Sequence.unscoped.get(pk=made.pk)).definition
        return [found.name, found.time_zone, *(step.text for step in found.steps)]

    return replace(row("sequences_sequence_edit", made), stored=stored)


SAVE = {"do": "save"}
CASES = {
    "contact": Case(
        contact, "phone", "2", "3", other=("last_name", "Miller"), press={"do": "edit"}
    ),
    "custom field of a contact": Case(
        contact, "custom.city", "Rome", "Oslo", other=("last_name", "Miller"), press={"do": "edit"}
    ),
    "stage": Case(contact, "stage", "lost", "contacted", "Lost", press={"do": "stage"}),
    "stage in the inbox": Case(conversation, "stage", "lost", "contacted", "Lost"),
    "fields in the inbox": Case(conversation, "custom.city", "Rome", "Oslo"),
    "segment": Case(segment, "name", "Gold", "Silver", other=("filter:0:value", "gold"), press=SAVE),
    "filter of a segment": Case(
        segment, "filter:0:value", "gold", "silver", "tag is gold", other=("name", "Gold"), press=SAVE
    ),
    "template": Case(template, "text", "Hi\r\nyou", "Hey", "Hi\nyou", other=("name", "Welcome"), press=SAVE),
    "broadcast": Case(broadcast, "text", "Hi", "Hey", other=("per_hour", "20"), press=SAVE),
    "webhook": Case(
        endpoint, "url", "https://receiver.example.com/a", "https://receiver.example.com/b",
        other=("events", "contact.tagged"),
    ),
    "rule": Case(rule, "points", "20", "30", other=("name", "Gold"), press={"do": "preview"}, follow=save_previewed),
    "definition of a field": Case(custom_field, "label", "Tariff", "Level", other=("choices", "Free\r\nPro\r\nMax")),
    "account": Case(account, "daily_limit", "20", "30", other=("name", "Sales")),
    "workspace": Case(workspace, "name", "Acme Ltd", "Acme Inc", other=("time_zone", "Europe/Berlin")),
    "plan": Case(plan, "plan", "business", "pro", "Business"),
    "profile": Case(profile, "name", "Ada", "Eve", other=("time_zone", "Europe/Berlin")),
    "key": Case(key, "name", "Figures", "Numbers"),
    "member": Case(member, "role", "admin", "agent", "Admin"),
    "sequence": Case(sequence, "name", "Hello", "Hi", other=("time_zone", "Europe/Paris"), press=SAVE),
    "steps of a sequence": Case(
        sequence, "step-0-text", "Hi", "Hey", "becomes “Hi”", other=("name", "Hello"), press=SAVE
    ),
}  # fmt: skip


@dataclass
class Tab:
    """A page that somebody has opened, with the form of the case."""

    case: Case
    opened: Opened
    client: Client
    form: PageForm

    @classmethod
    def open(cls, case: Case, opened: Opened, client: Client) -> "Tab":
        return cls(case, opened, client, cls.read(case, opened, client.get(opened.address)))

    @staticmethod
    def read(case: Case, opened: Opened, answer: Any) -> PageForm:
        return form_with(answer, case.name, **opened.where)

    def save(self, **changes: str) -> Any:
        data = self.form.filled(**changes) | self.case.press
        address = self.form.action or self.opened.sent_to or self.opened.address
        return self.case.follow(self.client, self.client.post(address.replace("?", ""), data))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_second_save_of_a_field_is_refused_until_it_is_repeated(tenants: Tenants, case: Case) -> None:
    opened, client = case.make(tenants), browser(tenants.owner)
    theirs, ours = Tab.open(case, opened, client), Tab.open(case, opened, client)
    before = opened.stored()
    assert theirs.save(**{case.name: case.theirs}).status_code == 302
    after = opened.stored()
    assert after != before
    entries = AuditEntry.unscoped.count()

    refused = ours.save(**{case.name: case.ours})
    assert (refused.status_code in (200, 422), opened.stored()) == (True, after)
    assert AuditEntry.unscoped.count() == entries
    said = case.said or f"Changed meanwhile to “{case.theirs}”"
    assert said in html.unescape(refused.content.decode())
    again = replace(ours, form=Tab.read(case, opened, refused))
    assert again.form.values[case.name] == [case.ours]

    assert again.save().status_code == 302
    assert opened.stored() != after
    assert Tab.open(case, opened, client).form.values[case.name] == [case.ours]


@pytest.mark.parametrize("case", [case for case in CASES.values() if case.other[0]], ids=lambda case: case.name)
def test_changes_of_different_fields_are_both_kept(tenants: Tenants, case: Case) -> None:
    opened, client = case.make(tenants), browser(tenants.owner)
    theirs, ours = Tab.open(case, opened, client), Tab.open(case, opened, client)
    name, value = case.other
    assert theirs.save(**{case.name: case.theirs}).status_code == 302
    assert ours.save(**{name: value}).status_code == 302
    now = Tab.open(case, opened, client).form.values
    assert (now[case.name], now[name]) == ([case.theirs], [value])


@pytest.mark.parametrize("case", [case for name, case in CASES.items() if name != "plan"], ids=lambda case: case.name)
def test_save_of_what_is_stored_already_changes_nothing(tenants: Tenants, case: Case) -> None:
    """Also over a change that the page does not show yet. (In a trial no plan is chosen at first.)"""
    opened, client = case.make(tenants), browser(tenants.owner)
    theirs, ours = Tab.open(case, opened, client), Tab.open(case, opened, client)
    assert theirs.save(**{case.name: case.theirs}).status_code == 302
    after = opened.stored()
    assert ours.save().status_code == 302
    assert opened.stored() == after
    same = ours.save(**{case.name: case.theirs})
    assert (same.status_code, opened.stored()) == (302, after)


def test_field_that_the_page_did_not_have_yet_is_not_emptied(tenants: Tenants) -> None:
    """Neither when the page is refused and shown again."""
    case = CASES["contact"]
    opened, client = case.make(tenants), browser(tenants.owner)
    tab = Tab.open(case, opened, client)
    create_custom_field(tenants.actor(), key="shoe", label="Shoe", type="number")
    upsert_contact(tenants.actor(), {"username": "sarah", "phone": "2", "custom_fields": {"shoe": 41}})
    refused = tab.save(phone="3")
    assert refused.status_code == 422
    assert replace(tab, form=Tab.read(case, opened, refused)).save().status_code == 302
    assert opened.stored() == ["3", "", "new", {"city": "Bonn", "shoe": 41}]


@pytest.mark.parametrize("name", ["stage", "template", "account", "member", "sequence"])
@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_the_same_moment_one_is_refused(tenants: Tenants, name: str) -> None:
    case = CASES[name]
    opened = case.make(tenants)
    tabs = [Tab.open(case, opened, browser(tenants.owner)) for _ in range(2)]
    wanted = (case.theirs, case.ours)
    saves = [partial(tab.save, **{case.name: value}) for tab, value in zip(tabs, wanted, strict=True)]
    statuses = [answer.status_code for answer in run_together(saves)]
    assert sorted(statuses) in ([200, 302], [302, 422])
    won = wanted[statuses.index(302)]
    assert Tab.open(case, opened, browser(tenants.owner)).form.values[case.name] == [won]
