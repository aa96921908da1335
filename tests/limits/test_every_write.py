"""What holds for every write that a key or an assistant can call: it says whom it is about, waits where it must and
changes nothing then, and can be carried out once it was approved."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from apikeys.models import ApiKey
from crmsolid.core.errors import DomainError
from crmsolid.limits import checks, reading
from crmsolid.limits.checks import Review
from crmsolid.limits.models import BudgetUse, Proposal
from crmsolid.proposals import running, services
from crmsolid.proposals.operations import operations
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.limits import Approval, Limits
from crmsolid.workspaces.models import Membership
from tests.limits.writes import (
    ABOUT,
    MANY,
    NEW,
    OTHERS,
    REFUSED,
    World,
    arguments_of,
    call,
    contents,
    furnish,
    latest_proposal,
    operation_of,
)
from tests.tenants import Tenants

ALL = sorted({**ABOUT, **MANY, **NEW})
PROPOSED = [name for name in ALL if name not in REFUSED]


@pytest.fixture(scope="module")
def furnished_once(rows_of_module: None) -> World:
    return furnish(Tenants(), Approval.UNTRUSTED, daily_sends=1_000, daily_changes=1_000)


@pytest.fixture
def world(db: None, furnished_once: World) -> World:
    return deepcopy(furnished_once)


def with_approval(world: World, approval: Approval) -> Actor:
    """The key as if it had this one. The key in the database is changed too."""
    ApiKey.unscoped.update(approval=approval)
    return replace(world.key, limits=replace(world.key.limits, approval=approval))


def owner(world: World) -> Actor:
    return Actor.member(Membership.unscoped.get(user=world.tenants.owner), world.tenants.workspace)


def test_each_write_is_here() -> None:
    assert {name.partition("+")[0] for name in ALL} | OTHERS == set(operations())


@pytest.mark.parametrize("name", ALL)
def test_write_that_waits_changes_nothing(world: World, name: str) -> None:
    key, before = with_approval(world, Approval.ALL), contents()
    if name in REFUSED:
        with pytest.raises(DomainError) as refused:
            call(key, name, arguments_of(world, name))
        assert refused.value.code == "approval_needed"
        assert not Proposal.unscoped.exists()
    else:
        response = call(key, name, arguments_of(world, name))
        assert (response.status, response.data["reason"]) == (202, "every_write")
        assert response.data["status"] == "pending"
        about = response.data["contact"]
        assert (about and about["id"]) == (world.alice.id if name in ABOUT else None)
    assert contents() == before
    assert not BudgetUse.unscoped.exists()


@pytest.mark.parametrize("name", ALL)
def test_service_says_whom_it_is_about(world: World, name: str) -> None:
    """A service that says nothing waits as one about many does: safe, and wrong for its users."""
    tool, review = operation_of(name), Review(approved=True)
    arguments = tool.parse(arguments_of(world, name), world.key.workspace)
    view = tool.view()
    view.actor = replace(with_approval(world, Approval.UNTRUSTED), review=review)
    view.query = view.body = arguments.values
    tool.handler(view, **arguments.ids)
    assert review.said
    expected = [world.alice.id] if name in ABOUT else [checks.NEW_CONTACT] if name in NEW else []
    assert (review.contact_ids, review.many) == (expected, name in MANY)


@pytest.mark.parametrize("name", sorted(ABOUT))
def test_who_has_read_one_contact_writes_about_them_alone(world: World, name: str) -> None:
    key = with_approval(world, Approval.UNTRUSTED)
    reading.record(key, [world.alice.id])
    before = contents()
    response = call(key, name, arguments_of(world, name, world.bobby))
    assert (response.status, response.data["reason"]) == (202, "read_somebody_else")
    assert response.data["contact"]["id"] == world.bobby.id
    assert contents() == before
    done = call(key, name, arguments_of(world, name, world.alice))
    assert done.data is None or "reason" not in done.data or "because" not in done.data
    assert Proposal.unscoped.count() == 1
    assert contents() != before


@pytest.mark.parametrize("name", sorted({**MANY, **NEW}))
def test_who_has_read_something_writes_about_nobody_else(world: World, name: str) -> None:
    key = with_approval(world, Approval.UNTRUSTED)
    reading.record(key, [world.alice.id])
    before = contents()
    if name in REFUSED:
        with pytest.raises(DomainError) as refused:
            call(key, name, arguments_of(world, name))
        assert refused.value.code == "approval_needed"
    else:
        response = call(key, name, arguments_of(world, name))
        reason = "many" if name in MANY else "read_somebody_else"
        assert (response.status, response.data["reason"], response.data["contact"]) == (202, reason, None)
    assert contents() == before


STEPS = 2
# (messages, changes) that the budgets count, where it is not one change. Two contacts are in the segment.
COUNTED = {
    "send_message": (1, 0),
    "send_message+new": (1, 0),
    "enroll_contact": (STEPS, 0),
    "enroll_contact+": (2 * STEPS, 0),
    "enroll_contact+segment": (2 * STEPS, 0),
    "start_broadcast": (2, 0),
    "retry_failed_broadcast": (1, 0),
    "resume_broadcast": (2, 0),
    "resume_enrollment": (STEPS, 0),
    "rename_tag": (0, 2),
    "delete_tag": (0, 2),
    "tag_segment": (0, 2),
}


@pytest.mark.parametrize("approval", [Approval.NONE, Approval.UNTRUSTED])
@pytest.mark.parametrize("name", ALL)
def test_write_is_done_at_once_and_counted_where_nothing_was_read(world: World, name: str, approval: Approval) -> None:
    key, before = with_approval(world, approval), contents()
    if approval is Approval.NONE:
        reading.record(replace(key, limits=replace(key.limits, approval=Approval.UNTRUSTED)), [world.bobby.id])
    call(key, name, arguments_of(world, name))
    assert not Proposal.unscoped.exists()
    assert contents() != before
    [use] = BudgetUse.unscoped.all()
    assert (use.sends, use.changes) == COUNTED.get(name, (0, 1))


@pytest.mark.parametrize("name", PROPOSED)
def test_proposal_that_was_approved_is_carried_out_once(world: World, name: str) -> None:
    with transaction.atomic():
        direct = call(replace(world.key, limits=Limits()), name, arguments_of(world, name))
        transaction.set_rollback(True)
    call(with_approval(world, Approval.ALL), name, arguments_of(world, name))
    proposal = latest_proposal()
    before = contents()
    services.decide(owner(world), proposal.pk, approve=True)
    assert running.run_due() == 1
    after = contents()
    assert after != before
    ended = Proposal.unscoped.filter(pk=proposal.pk).first()
    if name == "delete_contact":  # with everything about the person
        assert ended is None or ended.problem == ""
    else:
        assert ended is not None
        assert (ended.status, ended.problem) == ("approved", "")
        assert shape_of(ended.result) == shape_of(direct.data)
    assert running.run_due() == 0
    assert contents() == after


def shape_of(value: Any) -> Any:
    return sorted(value) if isinstance(value, dict) else value
