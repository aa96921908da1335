"""Notes about contacts: who may write and delete them, and that they go with the person."""

from collections.abc import Callable

import pytest

from contacts import notes, services
from contacts.models import Contact, ContactNote
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry, Membership, Role
from tests.tenants import Tenants

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
    assert (notes.may_delete(own, agent), notes.may_delete(foreign, agent)) == (True, False)
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
    assert not notes.may_delete(note, viewer)
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
