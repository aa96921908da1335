"""A change of a contact after which a message, accepted before it, would reach somebody else or say something else."""

from datetime import timedelta
from typing import Any

import pytest

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.limits import reading
from crmsolid.limits.models import BudgetUse
from crmsolid.workspaces.limits import Approval
from sequences import services as sequences
from sequences.models import Enrollment, Sequence
from tests.limits.writes import World, call, contents, furnish
from tests.mcp.helpers import write_in
from tests.sequences.helpers import contact, create, edit, enroll
from tests.tenants import Tenants


@pytest.fixture
def world(tenants: Tenants) -> World:
    """A key that has read text of alice."""
    world = furnish(tenants, Approval.UNTRUSTED)
    edit(Contact.unscoped.get(pk=world.alice.id), custom_fields={"plan": "pro"})
    reading.record(world.key, [world.alice.id])
    return world


def change(world: World, **fields: Any) -> Any:
    return call(world.key, "update_contact", {"contact_id": world.alice.id, **fields})


def enrolled_in(world: World, text: str) -> Any:
    sequence = create(world.account, name="Slow", steps=[{"id": "later", "delay": "PT1H", "text": text}])
    return call(world.key, "enroll_contact", {"sequence_id": sequence.pk, "contact_id": world.alice.id})


@pytest.mark.parametrize("fields", [{"username": "somebody_else"}, {"phone": "+491234567"}, {"username": None}])
def test_change_of_address_after_an_enrollment_waits(world: World, fields: dict[str, Any]) -> None:
    assert enrolled_in(world, "Hello").status == 201
    before = contents()
    held = change(world, **fields)
    assert (held.status, held.data["reason"], held.data["contact"]["id"]) == (202, "changed_address", world.alice.id)
    assert contents() == before


def test_change_of_address_by_an_upsert_waits(world: World) -> None:
    edit(Contact.unscoped.get(pk=world.alice.id), email="alice@example.com")
    held = call(world.key, "create_contact", {"email": "alice@example.com", "username": "somebody_else"})
    assert (held.status, held.data["reason"]) == (202, "changed_address")
    assert Contact.unscoped.get(pk=world.alice.id).username == "alice"


def test_same_address_does_not_wait(world: World) -> None:
    assert change(world, username="@Alice", stage="won").status == 200


def test_change_of_address_is_done_where_nothing_was_read(tenants: Tenants) -> None:
    world = furnish(tenants, Approval.UNTRUSTED)
    assert change(world, username="somebody_else").status == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"custom_fields": {"plan": "https://evil.example/x"}},
        {"name": "evil.example/x"},
        {"first_name": "evil.example/x"},
        {"last_name": "evil.example/x"},
        {"email": "pay@evil.example"},
    ],
)
def test_new_link_in_a_field_that_texts_name_waits(world: World, fields: dict[str, Any]) -> None:
    before = contents()
    held = change(world, **fields)
    assert (held.status, held.data["reason"]) == (202, "new_link")
    assert contents() == before


def test_link_of_the_conversation_may_be_put_into_a_field(world: World) -> None:
    write_in(world.account, "alice", "We are https://alice.example/shop")
    assert change(world, custom_fields={"plan": "alice.example/shop"}, name="Alice").status == 200


def test_value_that_completes_a_link_of_an_accepted_message_waits(world: World) -> None:
    at = (clock.now() + timedelta(hours=1)).isoformat()
    arguments = {"account_id": world.account.pk, "contact_id": world.alice.id, "text": "Hi {plan}.com/x", "send_at": at}
    write_in(world.account, "alice", "pro.com/x")
    assert call(world.key, "send_message", arguments).status == 200
    before = contents()
    held = change(world, custom_fields={"plan": "evil"})
    assert (held.status, held.data["reason"]) == (202, "new_link")
    assert contents() == before


def test_value_that_completes_a_link_of_a_step_waits(world: World) -> None:
    enroll(
        create(world.account, name="Links", steps=[{"id": "later", "delay": "PT1H", "text": "team.example/{plan}"}]),
        contact(world.account.workspace, "alice"),
    )
    held = change(world, custom_fields={"plan": "secret"})
    assert (held.status, held.data["reason"]) == (202, "new_link")


def test_enrollment_waits_for_a_link_that_a_field_puts_into_a_step(world: World) -> None:
    edit(Contact.unscoped.get(pk=world.alice.id), custom_fields={"plan": "evil.example/x"})
    held = enrolled_in(world, "See {plan} and team.example")
    assert (held.status, held.data["reason"]) == (202, "new_link")
    assert not Enrollment.unscoped.filter(sequence__name="Slow").exists()


def test_resumed_sequence_counts_the_messages_left(tenants: Tenants) -> None:
    world = furnish(tenants, Approval.NONE, daily_sends=3)
    active = Sequence.unscoped.get(pk=world.ids["active"])  # alice and bobby are at the first of two steps
    sequences.pause_sequence(tenants.actor(), active.pk)
    before = contents()
    with pytest.raises(DomainError) as refused:
        call(world.key, "resume_sequence", {"sequence_id": active.pk})
    assert refused.value.code == "key_budget"
    assert contents() == before
    call(world.key, "resume_sequence", {"sequence_id": world.ids["paused_sequence"]})  # nobody is in it
    [use] = BudgetUse.unscoped.all()
    assert (use.sends, use.changes) == (0, 1)


@pytest.mark.parametrize("name", ["resume_broadcast", "resume_enrollment"])
def test_nothing_is_resumed_without_messages_left(tenants: Tenants, name: str) -> None:
    world = furnish(tenants, Approval.NONE, daily_sends=1)
    id = (
        {"broadcast_id": world.ids["paused_broadcast"]}
        if "broadcast" in name
        else {"enrollment_id": world.alice.paused}
    )
    before = contents()
    with pytest.raises(DomainError) as refused:
        call(world.key, name, id)
    assert refused.value.code == "key_budget"
    assert contents() == before
