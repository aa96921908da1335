"""What makes a proposal stale, for each kind of write: the table of docs/approvals.md."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from contacts.models import Contact, ContactNote, CustomField, Segment
from crmsolid.limits.models import Proposal
from crmsolid.proposals import running, services
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.limits import Approval
from crmsolid.workspaces.models import Membership
from messaging.broadcasts.models import Broadcast, Recipient
from messaging.models import Message, Template, Thread
from sequences.models import Enrollment, Sequence
from tests.limits.writes import World, arguments_of, call, contents, furnish
from tests.mcp.helpers import write_in
from tests.sequences.helpers import contact, edit, publish
from tests.tenants import Tenants
from webhooks.models import Endpoint

Change = Callable[[World], object]


@pytest.fixture(scope="module")
def furnished_once(rows_of_module: None) -> World:
    return furnish(Tenants(), Approval.ALL)


@pytest.fixture
def world(db: None, furnished_once: World) -> World:
    return deepcopy(furnished_once)


def alice(**fields: Any) -> Change:
    return lambda world: edit(Contact.unscoped.get(pk=world.alice.id), **fields)


def rows(model: Any, which: str, **columns: Any) -> Change:
    """Other columns of the row with this id in the world, or of the person."""

    def change(world: World) -> object:
        pk = world.ids.get(which) or getattr(world.alice, which)
        return model.unscoped.filter(pk=pk).update(**columns)

    return change


def answer(world: World) -> object:
    return write_in(world.account, "alice", "No")


def somebody_else(world: World) -> object:
    return contact(world.account.workspace, "carol", tags=["cold"])


def another_version(world: World) -> object:
    sequence = Sequence.unscoped.get(pk=world.ids["nobody_in"])
    return publish(sequence, world.account, steps=[{"id": "hello", "text": "Another"}])


def somebody_looks_after_it(world: World) -> object:
    return Thread.unscoped.filter(pk=world.alice.thread).update(assignee=world.ids["member"])


def no_failure(world: World) -> object:
    return Recipient.unscoped.filter(broadcast=world.ids["failed"]).delete()


# A write, what happens before it is approved, and what the proposal says then.
STALE: list[tuple[str, Change, str]] = [
    ("send_message", answer, "the last message of the contact"),
    ("send_message", alice(opted_out=True), "contact_opted_out"),
    ("send_message", alice(username="other"), "how messages reach the contact"),
    ("send_message", alice(phone="+491234567"), "how messages reach the contact"),
    ("enroll_contact", alice(username="other"), "how messages reach the contact"),
    ("update_message", alice(username="other"), "how messages reach the contact"),
    ("resume_enrollment", alice(username="other"), "how messages reach the contact"),
    ("enroll_contact", answer, "the last message of the contact"),
    ("enroll_contact", another_version, "what the sequence says"),
    ("update_message", answer, "the last message of the contact"),
    ("update_message", rows(Message, "queued", text="Other"), "the message"),
    ("cancel_message", rows(Message, "queued", text="Other"), "the message"),
    ("reactions_message", rows(Message, "incoming", text="Other"), "the message"),
    ("delete_message", rows(Message, "sent", text="Other"), "the message"),
    ("update_thread", somebody_looks_after_it, "who looks after the conversation"),
    ("read_thread", answer, "the last message of the contact"),
    ("update_contact", alice(stage="lost"), "the field stage"),
    ("update_contact", alice(custom_fields={"plan": "free"}), "the field plan"),
    ("update_contact", alice(name="Somebody"), "the contact"),
    ("update_contact", alice(opted_out=True), "the opt-out"),
    ("create_contact", alice(tags=["cold", "vip"]), "the tags"),
    ("create_contact+new", lambda world: contact(world.account.workspace, "newcomer"), "the contact"),
    ("tag_contact", alice(tags=[]), "the tags"),
    ("delete_contact", answer, "the contact"),
    ("create_note", alice(username="other"), "the contact"),
    ("update_note", rows(ContactNote, "note", text="Other"), "the note"),
    ("delete_note", rows(ContactNote, "note", text="Other"), "the note"),
    ("pause_enrollment", rows(Enrollment, "enrolled", step_key="again"), "the enrollment"),
    ("resume_enrollment", rows(Enrollment, "paused", step_key="again"), "the enrollment"),
    ("stop_enrollment", rows(Enrollment, "enrolled", step_key="again"), "the enrollment"),
    ("start_broadcast", somebody_else, "the audience"),
    ("start_broadcast", alice(opted_out=True), "the audience"),
    ("cancel_broadcast", rows(Broadcast, "running", status="paused"), "the status of the broadcast"),
    ("tag_segment", somebody_else, "the contacts that match"),
    ("tag_segment", rows(Segment, "segment", filter={"field": "tag", "op": "is", "value": "warm"}), "the filter"),
    ("rename_tag", somebody_else, "the contacts that match"),
    ("delete_tag", somebody_else, "the contacts that match"),
    ("enroll_contact+segment", somebody_else, "the contacts that match"),
    ("enroll_contact+", another_version, "what the sequence says"),
    ("update_segment", rows(Segment, "segment", name="Other"), "the segment"),
    ("delete_segment", rows(Segment, "segment", name="Other"), "the segment"),
    ("update_custom_field", lambda world: CustomField.unscoped.update(label="Other"), "the custom field"),
    ("update_template", rows(Template, "template", text="Other"), "the template"),
    ("delete_template", rows(Template, "template", text="Other"), "the template"),
    ("update_sequence", rows(Sequence, "active", name="Other"), "what the sequence says"),
    ("pause_sequence", rows(Sequence, "active", name="Other"), "what the sequence says"),
    ("delete_webhook", rows(Endpoint, "webhook", url="https://other.example.com/"), "the webhook endpoint"),
]
# What changes nothing that the write is about.
GOES_ON: list[tuple[str, Change]] = [
    ("update_contact", answer),
    ("update_contact", alice(custom_fields={"size": 3}, time_zone="Europe/Berlin")),
    ("tag_contact", alice(tags=["cold", "other"])),
    ("create_note", answer),
    ("tag_contact", alice(stage="lost")),
    ("start_broadcast", lambda world: contact(world.account.workspace, "carol")),
    ("send_message", lambda world: write_in(world.account, "bobby", "Hello")),
]


def propose(world: World, name: str) -> Proposal:
    answered = call(world.key, name, arguments_of(world, name))
    assert answered.status == 202
    return Proposal.unscoped.get()


def approve(world: World, proposal: Proposal) -> Proposal:
    owner = Membership.unscoped.get(user=world.tenants.owner)
    services.decide(Actor.member(owner, world.tenants.workspace), proposal.pk, approve=True)
    assert running.run_due() == 1
    proposal.refresh_from_db()
    return proposal


@pytest.mark.parametrize(("name", "change", "words"), STALE, ids=[f"{name}: {words}" for name, _, words in STALE])
def test_changed_world_makes_it_stale(world: World, name: str, change: Change, words: str) -> None:
    proposal = propose(world, name)
    change(world)
    before = contents()
    ended = approve(world, proposal)
    assert (ended.status, ended.result) == ("stale", None), ended.problem
    assert words in ended.problem
    assert contents() == before


@pytest.mark.parametrize(
    ("name", "change"), GOES_ON, ids=[f"{name} {number}" for number, (name, _) in enumerate(GOES_ON)]
)
def test_other_changes_do_not_matter(world: World, name: str, change: Change) -> None:
    CustomField.unscoped.create(workspace=world.tenants.workspace, key="size", label="Size", type="number")
    proposal = propose(world, name)
    change(world)
    assert approve(world, proposal).problem == ""
    assert proposal.status == "approved"


def test_other_value_in_a_text_makes_it_stale(world: World) -> None:
    alice(custom_fields={"plan": "pro"})(world)
    arguments = {"account_id": world.account.pk, "contact_id": world.alice.id, "text": "You have {plan}"}
    proposal = Proposal.unscoped.get(pk=call(world.key, "send_message", arguments).data["id"])
    alice(custom_fields={"plan": "another"})(world)
    before = contents()
    ended = approve(world, proposal)
    assert ended.status == "stale"
    assert "the text with the values of the contact" in ended.problem
    assert contents() == before


def test_nobody_is_left_to_retry(world: World) -> None:
    proposal = propose(world, "retry_failed_broadcast")
    no_failure(world)
    assert approve(world, proposal).status == "stale"


def test_two_changes_of_one_contact_are_approved_one_after_the_other(world: World) -> None:
    first = call(world.key, "update_contact", {"contact_id": world.alice.id, "stage": "won"}).data["id"]
    second = call(world.key, "tag_contact", {"contact_id": world.alice.id, "add": ["vip"]}).data["id"]
    for each in (first, second):
        assert approve(world, Proposal.unscoped.get(pk=each)).problem == ""
