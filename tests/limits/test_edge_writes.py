"""Every write of the API, called by keys that are narrowed to a segment or to accounts, about what is beyond them."""

from copy import deepcopy
from typing import Any

import pytest

from apikeys.models import ApiKey
from contacts.models import ContactTag
from contacts.segments.services import create_segment
from crmsolid.api.endpoint import Narrowed
from crmsolid.core.errors import DomainError
from crmsolid.limits.models import Proposal
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.limits import Approval
from tests.limits import writes
from tests.limits.test_edge_operations import TABLE
from tests.tenants import Tenants

TAG = "trial"


@pytest.fixture(scope="module")
def furnished_once(rows_of_module: None) -> writes.World:
    tenants = Tenants()
    made = writes.furnish(tenants, Approval.NONE)
    ContactTag.unscoped.create(workspace=tenants.workspace, contact_id=made.alice.id, name=TAG, folded=TAG)
    condition = {"field": "tag", "op": "is", "value": TAG}
    made.ids["edge"] = create_segment(tenants.actor(), name="Edge", filter=condition).segment.pk
    made.ids["free account"] = tenants.sandbox(name="Free").pk
    return made


@pytest.fixture
def furnished(db: None, furnished_once: writes.World) -> writes.World:
    return deepcopy(furnished_once)


def narrowed_key(world: writes.World, approval: Approval, **limits: Any) -> Actor:
    world.tenants.key(approval=approval, name="narrowed", **limits)
    return writes.actor_of(ApiKey.unscoped.get(name="narrowed"))


def refusal(actor: Actor, world: writes.World, name: str, who: writes.Person | None = None) -> str:
    with pytest.raises(DomainError) as refused:
        writes.call(actor, name, writes.arguments_of(world, name, who))
    return refused.value.code


@pytest.mark.parametrize("name", sorted(writes.ABOUT))
def test_no_write_about_somebody_outside_the_segment_does_anything(furnished: writes.World, name: str) -> None:
    key = narrowed_key(furnished, Approval.NONE, segment_id=furnished.ids["edge"])
    before = writes.contents()
    assert refusal(key, furnished, name, furnished.bobby) == "not_found"
    assert writes.contents() == before
    if not name.endswith("_note"):  # notes are changed by who wrote them
        assert writes.call(key, name, writes.arguments_of(furnished, name, furnished.alice)).status < 300


@pytest.mark.parametrize("name", sorted(writes.ABOUT))
def test_held_write_about_somebody_outside_is_refused_before_it_waits(furnished: writes.World, name: str) -> None:
    key = narrowed_key(furnished, Approval.ALL, segment_id=furnished.ids["edge"])
    before = writes.contents()
    assert refusal(key, furnished, name, furnished.bobby) == "not_found"
    assert writes.contents() == before
    assert not Proposal.unscoped.exists()


OF_ACCOUNTS = [
    *("send_message", "update_message", "delete_message", "cancel_message", "reactions_message", "update_thread"),
    *("load_thread_history", "read_thread", "mark_thread_unread", "pause_enrollment", "resume_enrollment"),
    *("stop_enrollment", "enroll_contact", "delete_contact"),
]


@pytest.mark.parametrize("name", OF_ACCOUNTS)
def test_no_write_through_another_account_does_anything(furnished: writes.World, name: str) -> None:
    key = narrowed_key(furnished, Approval.NONE, account_ids=[furnished.ids["free account"]])
    before = writes.contents()
    code = "outside_limits" if name in ("enroll_contact", "delete_contact") else "not_found"
    assert refusal(key, furnished, name) == code
    assert writes.contents() == before


@pytest.mark.parametrize("name", sorted({**writes.MANY, **writes.NEW}))
def test_no_write_about_many_goes_beyond_the_edge(furnished: writes.World, name: str) -> None:
    key = narrowed_key(furnished, Approval.NONE, segment_id=furnished.ids["edge"], account_ids=[furnished.account.pk])
    before, operation = writes.contents(), name.partition("+")[0]
    if TABLE[operation] is Narrowed.SERVED and operation == name:
        assert writes.call(key, name, writes.arguments_of(furnished, name)).status < 300
        return
    assert refusal(key, furnished, name) == ("not_found" if name == "send_message+new" else "outside_limits")
    assert writes.contents() == before
