"""Notes about contacts: who may write and delete them, and that they go with the person."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from contacts import notes, services
from contacts.models import Contact, ContactNote
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Actor, Scope, Subject
from crmsolid.workspaces.authors import Author
from crmsolid.workspaces.models import AuditEntry, Membership, Role, User
from messaging.models import Account, Thread
from tests.tenants import Tenants
from tests.threads import run_together_catching

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(tenants: Tenants) -> Contact:
    contact: Contact = Contact.unscoped.create(workspace=tenants.workspace, name="Sarah")
    return contact


@pytest.fixture
def member(tenants: Tenants) -> Callable[[Role], Actor]:
    def member(role: Role) -> Actor:
        return Actor.member(Membership.unscoped.get(user=tenants.member(role)), tenants.workspace)

    return member


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refused:
        call()
    return str(refused.value.code)


def test_note_has_its_author_and_an_audit_entry_without_its_text(
    tenants: Tenants, contact: Contact, member: Callable[[Role], Actor]
) -> None:
    agent = member(Role.AGENT)
    note = notes.add_note(agent, contact.pk, text="  Called.\r\nWants a demo. ")
    assert (note.text, note.author_label) == ("Called.\nWants a demo.", agent.subject.label)
    assert [each.pk for each in notes.list_notes(agent, contact.pk).rows] == [note.pk]
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="contact.note_added")
    assert (entry.target, entry.data) == (contact.pk, {"note": note.pk})


@pytest.mark.parametrize(("text", "code"), [(" \n", "required"), ("x" * 4001, "max_length"), ("a\0b", "invalid")])
def test_text_that_is_no_note_is_refused(tenants: Tenants, contact: Contact, text: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        notes.add_note(tenants.actor(), contact.pk, text=text)
    assert [(error.field, error.code) for error in refused.value.errors] == [("text", code)]
    assert not ContactNote.unscoped.exists()


def test_agent_deletes_their_own_note_and_no_other(contact: Contact, member: Callable[[Role], Actor]) -> None:
    agent, other = member(Role.AGENT), member(Role.ADMIN)
    own, foreign = (notes.add_note(actor, contact.pk, text="x") for actor in (agent, other))
    assert (notes.may_change(own, agent), notes.may_change(foreign, agent)) == (True, False)
    assert refusal(lambda: notes.delete_note(agent, foreign.pk)) == "forbidden"
    notes.delete_note(agent, own.pk)
    notes.delete_note(other, foreign.pk)
    assert not ContactNote.unscoped.exists()
    assert AuditEntry.unscoped.filter(action="contact.note_deleted").count() == 2
    assert refusal(lambda: notes.delete_note(agent, own.pk)) == "not_found"


def test_author_who_may_no_longer_write_deletes_nothing(
    tenants: Tenants, contact: Contact, member: Callable[[Role], Actor]
) -> None:
    agent = member(Role.AGENT)
    note = notes.add_note(agent, contact.pk, text="x")
    viewer = Actor(tenants.workspace, agent.subject, frozenset(), Role.VIEWER, "panel")
    assert not notes.may_change(note, viewer)
    assert refusal(lambda: notes.delete_note(viewer, note.pk)) == "scope_missing"


def test_other_workspace_has_no_such_note_and_no_such_contact(tenants: Tenants, contact: Contact) -> None:
    note, stranger = notes.add_note(tenants.actor(), contact.pk, text="x"), tenants.actor(tenants.other)
    assert refusal(lambda: notes.list_notes(stranger, contact.pk)) == "not_found"
    assert refusal(lambda: notes.add_note(stranger, contact.pk, text="x")) == "not_found"
    assert refusal(lambda: notes.delete_note(stranger, note.pk)) == "not_found"


def test_person_is_shown_the_notes_and_takes_them_along(tenants: Tenants, contact: Contact) -> None:
    actor = tenants.actor()
    first, second = (notes.add_note(actor, contact.pk, text=text) for text in ("one", "two"))
    shown = services.personal_data(actor, contact.pk)["notes"]
    assert [(note["id"], note["text"]) for note in shown] == [(first.pk, "one"), (second.pk, "two")]
    services.erase_contact(actor, contact.pk)
    assert not ContactNote.unscoped.exists()


# --- Conversations, mentions, edits, other authors --------------------------------------------------------------------
@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[int]]]:
    """What watchers of mentions were told: the note and the users."""
    calls: list[tuple[str, list[int]]] = []
    monkeypatch.setitem(notes.mention_watchers, "test", lambda note, ids: calls.append((note.text, ids)))
    return calls


def named(tenants: Tenants, email: str, name: str = "", role: Role = Role.AGENT, workspace: Any = None) -> User:
    user = User.objects.create(email=email, name=name)
    Membership.unscoped.create(user=user, workspace=workspace or tenants.workspace, role=role)
    return user


def test_note_belongs_to_a_conversation_with_this_contact_only(tenants: Tenants, contact: Contact) -> None:
    account = Account.unscoped.create(workspace=tenants.workspace, name="Sales", kind="sandbox")
    other = Contact.unscoped.create(workspace=tenants.workspace, name="Noor")
    thread, foreign = (
        Thread.unscoped.create(workspace=tenants.workspace, account=account, contact=each, last_message_at=clock.now())
        for each in (contact, other)
    )
    for wrong in (foreign.pk, "thr_00000000000000000000000000", "x"):
        with pytest.raises(DomainError) as refused:
            notes.add_note(tenants.actor(), contact.pk, text="x", thread_id=wrong)
        assert refused.value.code == "not_found"
    assert not ContactNote.unscoped.exists()
    note = notes.add_note(tenants.actor(), contact.pk, text="x", thread_id=thread.pk)
    notes.add_note(tenants.actor(), contact.pk, text="of the person")
    assert [each.pk for each in notes.notes_in_conversation(tenants.actor(), contact.pk, thread.pk)] == [note.pk]


@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        ("@nina, look", ["nina"]),
        ("ask @NINA HART or (@ana)", ["nina", "ana"]),
        ("@nina hartley", ["nina"]),
        ("@Nina Hart-Smith", ["nina"]),
        ("@ana-maria and @ana.b", ["ana", "maria"]),
        ("nina@crm.example, t.me/@nina, @ninaa, @stranger, @outside, @left", []),
        ("@Alex", ["one", "other"]),
    ],
)
def test_members_are_mentioned_by_name_or_address_and_the_longest_name_counts(
    tenants: Tenants, contact: Contact, text: str, mentioned: list[str]
) -> None:
    users = {
        "nina": named(tenants, "nina@crm.example", "Nina Hart"),
        "ana": named(tenants, "ana@crm.example"),
        "maria": named(tenants, "ana-maria@crm.example"),
        "one": named(tenants, "a1@crm.example", "Alex"),
        "other": named(tenants, "a2@crm.example", "Alex", Role.VIEWER),
    }
    named(tenants, "outside@crm.example", workspace=tenants.other)
    User.objects.create(email="left@crm.example")
    note = notes.add_note(tenants.actor(), contact.pk, text=text)
    assert note.mentioned == sorted(users[each].pk for each in mentioned)


def test_edit_tells_those_alone_who_were_not_mentioned_before(
    tenants: Tenants, contact: Contact, told: list[tuple[str, list[int]]], member: Callable[[Role], Actor]
) -> None:
    nina, omar = named(tenants, "nina@crm.example"), named(tenants, "omar@crm.example")
    agent = member(Role.AGENT)
    myself = agent.subject.label.partition("@")[0]
    note = notes.add_note(agent, contact.pk, text=f"@nina @{myself}")
    edited = notes.edit_note(agent, note.pk, text="@nina @omar")
    notes.edit_note(agent, note.pk, text="@nina @omar")
    notes.edit_note(agent, note.pk, text="nobody")
    assert told == [(f"@nina @{myself}", [nina.pk]), ("@nina @omar", [omar.pk])]
    assert edited.edited_at is not None and edited.mentioned == [nina.pk, omar.pk]
    assert ContactNote.unscoped.get().mentioned == []
    assert AuditEntry.unscoped.filter(action="contact.note_edited").count() == 2


def test_id_of_a_note_about_somebody_else_is_refused(tenants: Tenants, contact: Contact) -> None:
    other = Contact.unscoped.create(workspace=tenants.other, name="Noor")
    theirs = notes.add_note(tenants.actor(tenants.other), other.pk, text="x")
    assert refusal(lambda: notes.add_note(tenants.actor(), contact.pk, text="y", note_id=theirs.pk)) == (
        "validation_failed"
    )
    assert [note.text for note in ContactNote.unscoped.all()] == ["x"]


def test_note_is_edited_by_its_author_and_admins(contact: Contact, member: Callable[[Role], Actor]) -> None:
    agent, admin = member(Role.AGENT), member(Role.ADMIN)
    own, foreign = (notes.add_note(actor, contact.pk, text="x") for actor in (agent, admin))
    assert refusal(lambda: notes.edit_note(agent, foreign.pk, text="y")) == "forbidden"
    assert refusal(lambda: notes.edit_note(agent, own.pk, text=" ")) == "validation_failed"
    assert set(ContactNote.unscoped.values_list("text", "edited_at")) == {("x", None)}
    assert notes.edit_note(admin, own.pk, text="y").text == "y"
    notes.delete_note(agent, own.pk)
    assert refusal(lambda: notes.edit_note(agent, own.pk, text="z")) == "not_found"


def test_authors_are_members_keys_and_assistants(tenants: Tenants, contact: Contact) -> None:
    owner, scopes = tenants.owner, frozenset(Scope)
    member = Actor.member(Membership.unscoped.get(user=owner), tenants.workspace)
    key = Actor(tenants.workspace, Subject("key", "key_1", "Zapier"), scopes, None, "rest")
    over_mcp = Actor(tenants.workspace, Subject("key", "key_1", "Zapier"), scopes, None, "mcp")
    grant = Actor(tenants.workspace, Subject("grant", "gra_1", "Claude"), scopes, None, "mcp")
    written = [notes.add_note(actor, contact.pk, text="x") for actor in (member, key, over_mcp, grant)]
    assert [notes.author_of(each) for each in written] == [
        Author("member", str(owner.pk), owner.shown_name),
        Author("key", "key_1", "Zapier"),
        Author("assistant", "key_1", "Zapier"),
        Author("assistant", "gra_1", "Claude"),
    ]
    other = Actor(tenants.workspace, Subject("key", "key_2", "Make"), scopes, None, "rest")
    assert refusal(lambda: notes.edit_note(other, written[1].pk, text="y")) == "forbidden"
    assert refusal(lambda: notes.delete_note(other, written[0].pk)) == "forbidden"
    assert notes.edit_note(key, written[1].pk, text="y").text == "y"


@pytest.mark.django_db(transaction=True)
def test_of_an_edit_and_a_deletion_at_once_both_end_and_the_note_is_gone(tenants: Tenants) -> None:
    actor = tenants.actor()
    contact = Contact.unscoped.create(workspace=tenants.workspace, name="Sarah")
    for number in range(5):
        note = notes.add_note(actor, contact.pk, text="x")
        edit = partial(notes.edit_note, actor, note.pk, text=f"edited {number}")
        calls: list[Callable[[], object]] = [edit, partial(notes.delete_note, actor, note.pk)]
        edited, deleted = run_together_catching(calls)
        assert deleted is None
        assert isinstance(edited, ContactNote) or (isinstance(edited, DomainError) and edited.code == "not_found")
    assert not ContactNote.unscoped.exists()
    assert AuditEntry.unscoped.filter(action="contact.note_deleted").count() == 5
