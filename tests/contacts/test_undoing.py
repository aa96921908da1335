"""What assistants change on contacts is written down, and a member can take it back where nobody changed it since."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from contacts import services
from contacts.models import AssistantChange, Contact, ContactTag
from contacts.undoing.services import undo
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.events.models import Event
from crmsolid.panel.pages.audit_log import describe
from crmsolid.workspaces.actor import ALL_SCOPES, Actor, Subject
from crmsolid.workspaces.models import AuditEntry, Membership, Role
from messaging.models import Thread
from messaging.threads.services.actions import assign_thread
from tests.panel import browser
from tests.tenants import Tenants
from tests.threads import run_together


@pytest.fixture
def assistant(tenants: Tenants) -> Actor:
    return Actor(tenants.workspace, Subject("grant", "grt_1", "Claude"), ALL_SCOPES, None, "mcp")


def member(tenants: Tenants, role: Role = Role.AGENT) -> Actor:
    user = tenants.member(role)
    return Actor.member(Membership.unscoped.get(user=user), tenants.workspace)


def person(tenants: Tenants, **columns: Any) -> Contact:
    fields = {"username": "marco", "name": "Marco", "email": "marco@example.com", "tags": ["old"], **columns}
    return services.upsert_contact(tenants.actor(), fields).contact


def tags_of(contact: Contact) -> set[str]:
    return set(ContactTag.unscoped.filter(contact=contact).values_list("name", flat=True))


def test_changes_of_an_assistant_are_taken_back_and_those_of_a_key_are_not_kept(
    tenants: Tenants, assistant: Actor
) -> None:
    contact = person(tenants)
    changes = {"email": "evil@example.com", "name": "Owned", "stage": "won", "tags": ["new"]}
    services.update_contact(assistant, contact.pk, changes)
    kept = {change.field: (change.old, change.new) for change in AssistantChange.unscoped.all()}
    assert kept == {
        "email": ("marco@example.com", "evil@example.com"),
        "name": ("Marco", "Owned"),
        "stage": ("new", "won"),
        "tags": (["old"], ["new"]),
    }
    [session] = set(AssistantChange.unscoped.values_list("session", flat=True))
    assert undo(member(tenants), session=session) == Counter(undone=4)
    contact.refresh_from_db()
    assert (contact.email, contact.email_key, contact.name, contact.stage) == (
        *("marco@example.com", "marco@example.com", "Marco", "new"),
    )
    assert tags_of(contact) == {"old"}
    assert AuditEntry.unscoped.filter(action="contact.change_undone", target=contact.pk).count() == 4
    services.update_contact(
        Actor(tenants.workspace, Subject("key", "key_1", "import"), ALL_SCOPES, None, "rest"), contact.pk, {"name": "K"}
    )
    assert AssistantChange.unscoped.count() == 4


def test_what_somebody_changed_since_stays(tenants: Tenants, assistant: Actor) -> None:
    contact = person(tenants)
    services.update_contact(assistant, contact.pk, {"name": "First", "phone": "+49 1"})
    services.update_contact(tenants.actor(), contact.pk, {"name": "By hand"})
    [session] = set(AssistantChange.unscoped.values_list("session", flat=True))
    assert undo(member(tenants), session=session) == Counter(undone=1, changed_since=1)
    contact.refresh_from_db()
    assert (contact.name, contact.phone) == ("By hand", "")
    assert list(AssistantChange.unscoped.filter(undone_at=None).values_list("field", flat=True)) == ["name"]


def test_chain_of_changes_goes_back_to_the_beginning(tenants: Tenants, assistant: Actor) -> None:
    contact = person(tenants)
    for name in ("One", "Two"):
        services.update_contact(assistant, contact.pk, {"name": name})
    session = AssistantChange.unscoped.first().session  # type: ignore[union-attr]
    assert undo(member(tenants), session=session) == Counter(undone=2)
    contact.refresh_from_db()
    assert contact.name == "Marco"


def test_changes_half_an_hour_apart_are_two_sessions(
    tenants: Tenants, assistant: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact, now = person(tenants), clock.now()
    services.update_contact(assistant, contact.pk, {"name": "One"})
    for minutes, name in ((29, "Two"), (60, "Three")):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: now + timedelta(minutes=minutes))
        services.update_contact(assistant, contact.pk, {"name": name})
    sessions = list(AssistantChange.unscoped.order_by("pk").values_list("session", flat=True))
    assert [each == sessions[0] for each in sessions] == [True, True, False]


def test_custom_field_and_assignment_are_taken_back(tenants: Tenants, assistant: Actor) -> None:
    contact = person(tenants)
    thread = Thread.unscoped.create(workspace=tenants.workspace, contact=contact, account=tenants.sandbox())
    agent = tenants.member(Role.AGENT)
    assign_thread(assistant, thread.pk, user_id=agent.pk)
    change = AssistantChange.unscoped.get()
    assert (change.field, change.old, change.new) == ("assignee", None, agent.pk)
    assert undo(member(tenants), change_id=change.pk) == Counter(undone=1)
    thread.refresh_from_db()
    assert thread.assignee_id is None


@pytest.mark.parametrize("days", [6.9, 7.1])
def test_it_works_for_seven_days(
    tenants: Tenants, assistant: Actor, monkeypatch: pytest.MonkeyPatch, days: float
) -> None:
    contact, now = person(tenants), clock.now()
    services.update_contact(assistant, contact.pk, {"name": "One"})
    change = AssistantChange.unscoped.get()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=days))
    if days < 7:
        assert undo(member(tenants), change_id=change.pk) == Counter(undone=1)
        return
    with pytest.raises(DomainError, match="not_found"):
        undo(member(tenants), change_id=change.pk)
    contact.refresh_from_db()
    assert contact.name == "One"


def test_who_may_not_write_contacts_takes_nothing_back(tenants: Tenants, assistant: Actor) -> None:
    contact = person(tenants)
    services.update_contact(assistant, contact.pk, {"name": "One"})
    change, events = AssistantChange.unscoped.get(), Event.unscoped.count()
    for actor in (member(tenants, Role.VIEWER), assistant):
        with pytest.raises(DomainError, match="forbidden"):
            undo(actor, change_id=change.pk)
    contact.refresh_from_db()
    assert (contact.name, Event.unscoped.count()) == ("One", events)


@pytest.mark.django_db(transaction=True)
def test_two_members_at_once_take_it_back_once() -> None:
    tenants = Tenants()
    contact = person(tenants)
    assistant = Actor(tenants.workspace, Subject("grant", "grt_1", "Claude"), ALL_SCOPES, None, "mcp")
    services.update_contact(assistant, contact.pk, {"name": "One"})
    change, actor = AssistantChange.unscoped.get(), member(tenants)

    def take_back() -> str:
        try:
            return next(iter(undo(actor, change_id=change.pk)))
        except DomainError as error:
            return error.code

    answers = run_together([take_back, take_back])
    assert sorted(answers)[-1] == "undone"
    assert answers.count("undone") == 1
    assert Event.unscoped.filter(type="contact.updated").count() == 2


def test_page_lists_a_session_and_takes_it_back(tenants: Tenants, assistant: Actor) -> None:
    contact = person(tenants)
    services.update_contact(assistant, contact.pk, {"name": "Owned <b>", "phone": "+49 1"})
    client = browser(tenants.member(Role.AGENT))
    page = client.get("/panel/live/contacts/assistants/").content.decode()
    assert "Claude" in page
    assert "Owned &lt;b&gt;" in page
    assert "Take all 2 back" in page
    session = AssistantChange.unscoped.first().session  # type: ignore[union-attr]
    answer = client.post("/panel/live/contacts/assistants/", {"session": session}, follow=True)
    assert "2 taken back." in answer.content.decode()
    contact.refresh_from_db()
    assert (contact.name, contact.phone) == ("Marco", "")


def test_audit_log_leads_to_the_changes_of_a_session(tenants: Tenants, assistant: Actor) -> None:
    contact, began = person(tenants), clock.now() - timedelta(hours=1)
    for minutes, name in ((0, "First"), (1, "First again"), (32, "Second")):
        with clock.simulated(began + timedelta(minutes=minutes)):
            services.update_contact(assistant, contact.pk, {"name": name})
    entries = AuditEntry.unscoped.filter(action="assistant.contacts_changed").order_by("pk")
    first, second = describe(entries)
    assert first.plain == second.plain == "The assistant Claude changed contacts"
    client = browser(tenants.member(Role.ADMIN))
    log = client.get("/panel/live/workspaces/auditentry/").content.decode()
    assert f'href="{first.address}"' in log
    page = client.get(first.address).content.decode()
    assert "→ <bdi>First again</bdi>" in page
    assert "→ <bdi>Second</bdi>" not in page
    assert "→ <bdi>Second</bdi>" in client.get(second.address).content.decode()


def test_tag_that_a_member_has_added_again_stays(tenants: Tenants, assistant: Actor) -> None:
    contact, agent = person(tenants), member(tenants)
    services.tag_contact(assistant, contact.pk, add=["vip"])
    services.tag_contact(agent, contact.pk, remove=["vip"])
    services.tag_contact(agent, contact.pk, add=["vip"])
    assert undo(agent, change_id=AssistantChange.unscoped.get().pk) == Counter(changed_since=1)
    assert tags_of(contact) == {"old", "vip"}


def test_tag_that_was_removed_and_is_there_again_stays_as_it_is(tenants: Tenants, assistant: Actor) -> None:
    contact, agent = person(tenants), member(tenants)
    services.tag_contact(assistant, contact.pk, add=["new"], remove=["old"])
    services.tag_contact(agent, contact.pk, add=["old"])
    assert undo(agent, change_id=AssistantChange.unscoped.get().pk) == Counter(changed_since=1)
    assert tags_of(contact) == {"old", "new"}


def test_chain_of_changes_of_a_tag_goes_back_to_the_beginning(tenants: Tenants, assistant: Actor) -> None:
    contact = person(tenants)
    services.tag_contact(assistant, contact.pk, add=["vip"])
    services.tag_contact(assistant, contact.pk, remove=["vip"])
    session = AssistantChange.unscoped.first().session  # type: ignore[union-attr]
    assert undo(member(tenants), session=session) == Counter(undone=2)
    assert tags_of(contact) == {"old"}
