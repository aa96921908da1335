"""What was approved is carried out once or not at all, whatever happens between the decision and its end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from apikeys.models import ApiKey
from apikeys.services import revoke_key
from contacts import services as contacts
from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.ids import new_id
from crmsolid.limits.models import Proposal, ProposalStatus
from crmsolid.proposals import making, running, services
from crmsolid.workspaces import purging
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.limits import Approval
from crmsolid.workspaces.models import Membership, Role
from messaging.models import Account, Message
from tests.crashing import kill_worker_at, run_worker
from tests.limits.writes import call, key_of
from tests.mcp.helpers import write_in
from tests.proposals.crashing_worker import POINTS
from tests.sequences.helpers import contact
from tests.tenants import Tenants
from tests.threads import run_together, run_together_catching

pytestmark = pytest.mark.django_db(transaction=True)

WORKER = "tests.proposals.crashing_worker"


@pytest.fixture
def account(tenants: Tenants) -> Account:
    return tenants.sandbox()


@pytest.fixture
def anna(tenants: Tenants) -> Contact:
    return contact(tenants.workspace, "anna")


@pytest.fixture
def proposal(tenants: Tenants, account: Account, anna: Contact) -> Proposal:
    """A message to Anna that waits."""
    key = key_of(tenants, Approval.ALL)
    answer = call(key, "send_message", {"account_id": account.pk, "to": "@anna", "text": "Hello"})
    assert answer.status == 202
    return Proposal.unscoped.get()


@pytest.fixture
def approved(tenants: Tenants, proposal: Proposal) -> Proposal:
    services.decide(member(tenants), proposal.pk, approve=True)
    return proposal


def member(tenants: Tenants, role: Role = Role.OWNER) -> Actor:
    user = tenants.owner if role == Role.OWNER else tenants.member(role)
    return Actor.member(Membership.unscoped.get(user=user), tenants.workspace)


def test_approval_is_not_carried_out_days_later(approved: Proposal) -> None:
    Proposal.unscoped.update(expires_at=clock.now() - timedelta(hours=24, minutes=1))
    assert running.run_due() == 1
    assert ended(approved) == ("stale", "it was approved, and could not be carried out for more than a day")
    assert sent() == 0


def test_those_that_ended_long_ago_are_deleted(proposal: Proposal) -> None:
    old, columns = clock.now() - timedelta(days=91), {}
    ways: list[dict[str, Any]] = [
        {"status": "rejected", "decided_at": old},
        {"status": "expired", "expires_at": old},
        {"status": "approved", "decided_at": old, "run_at": old},
        {"status": "stale", "decided_at": old, "run_at": clock.now() - timedelta(days=89)},
        {"status": "approved", "decided_at": old},
        {"status": "pending", "expires_at": old},
    ]
    columns = {each.attname: getattr(proposal, each.attname) for each in Proposal._meta.concrete_fields}
    rows = [Proposal(**{**columns, "id": new_id("prp"), **way}) for way in ways]
    Proposal.unscoped.bulk_create(rows)
    purging.purge()
    kept = {proposal.pk, *(row.pk for row in rows[3:])}
    assert set(Proposal.unscoped.values_list("pk", flat=True)) == kept


def test_so_many_wait_and_no_more(
    tenants: Tenants, account: Account, anna: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MAX_WAITING", 2)
    key = key_of(tenants, Approval.ALL)
    arguments = {"account_id": account.pk, "to": "@anna", "text": "Hello"}
    for _ in range(2):
        assert call(key, "send_message", arguments).status == 202
    with pytest.raises(DomainError) as refused:
        call(key, "send_message", arguments)
    assert refused.value.code == "rate_limited"
    assert (Proposal.unscoped.count(), sent()) == (2, 0)
    services.decide(member(tenants), Proposal.unscoped.all()[0].pk, approve=False)
    assert call(key, "send_message", arguments).status == 202


def sent() -> int:
    return Message.unscoped.filter(direction="out").count()


def ended(proposal: Proposal) -> tuple[str, str]:
    proposal.refresh_from_db()
    return proposal.status, proposal.problem


# --- Who decides first -----------------------------------------------------------------------------------------------
def codes(results: list[Any]) -> list[str]:
    return sorted(each.code if isinstance(each, DomainError) else each.status for each in results)


@pytest.mark.parametrize("second", [True, False], ids=["approved", "rejected"])
def test_of_two_decisions_at_once_one_counts(tenants: Tenants, proposal: Proposal, second: bool) -> None:
    by = member(tenants)
    results = run_together_catching(
        [
            lambda: services.decide(by, proposal.pk, approve=True),
            lambda: services.decide(by, proposal.pk, approve=second),
        ]
    )
    assert [isinstance(each, DomainError) for each in results].count(True) == 1
    assert "invalid_state" in codes(results)
    running.run_due()
    proposal.refresh_from_db()
    assert sent() == (1 if proposal.status == ProposalStatus.APPROVED else 0)


def test_what_its_asker_takes_back_at_once_with_the_decision_is_done_once_or_not_at_all(
    tenants: Tenants, proposal: Proposal
) -> None:
    from tests.limits.writes import actor_of

    by, asker = member(tenants), actor_of(ApiKey.unscoped.get())
    results = run_together_catching(
        [
            lambda: services.decide(by, proposal.pk, approve=True),
            lambda: services.cancel_proposal(asker, proposal.pk),
        ]
    )
    assert codes(results).count("invalid_state") == 1
    running.run_due()
    proposal.refresh_from_db()
    assert sent() == (1 if proposal.status == ProposalStatus.APPROVED else 0)


def test_decision_after_the_end_is_refused_also_while_it_expires(
    tenants: Tenants, proposal: Proposal, monkeypatch: pytest.MonkeyPatch
) -> None:
    by, after = member(tenants), proposal.expires_at + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: after)
    results = run_together_catching([lambda: services.decide(by, proposal.pk, approve=True), running.expire])
    assert isinstance(results[0], DomainError) and results[0].code == "invalid_state"
    assert (results[1], running.run_due(), sent()) == (1, 0, 0)
    assert ended(proposal) == ("expired", "")


def test_what_was_approved_in_time_is_done_although_it_is_late(
    approved: Proposal, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = approved.expires_at + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: after)
    results = run_together_catching([running.expire, running.run_due])
    assert (results, sent()) == ([0, 1], 1)
    assert ended(approved) == ("approved", "")


# --- Workers ---------------------------------------------------------------------------------------------------------
def test_workers_at_once_carry_it_out_once(approved: Proposal) -> None:
    results = run_together([running.run_due] * 4)
    assert sorted(results) == [0, 0, 0, 1]
    assert (sent(), ended(approved)) == (1, ("approved", ""))


@pytest.mark.parametrize("point", POINTS)
def test_worker_killed_at_any_point_carries_it_out_once(approved: Proposal, point: str) -> None:
    kill_worker_at(WORKER, point)
    assert (sent(), ended(approved)) == (0, ("approved", ""))
    assert approved.run_at is None
    run_worker(WORKER, "end")
    assert (sent(), ended(approved)) == (1, ("approved", ""))
    assert approved.run_at is not None and approved.result is not None


def test_lock_that_is_not_free_is_waited_for_at_the_next_sweep(
    approved: Proposal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any) -> None:
        raise DomainError("service_unavailable")

    with monkeypatch.context() as patch:
        patch.setattr(running, "_call", busy)
        assert running.run_due() == 0
        assert ended(approved) == ("approved", "")
    assert running.run_due() == 1
    assert (sent(), ended(approved)) == (1, ("approved", ""))


# --- What happens in between -----------------------------------------------------------------------------------------
def revoke(tenants: Tenants) -> None:
    revoke_key(tenants.actor(), ApiKey.unscoped.get().pk)


def take_scopes(tenants: Tenants) -> None:
    ApiKey.unscoped.update(scopes=["read:contacts"])


def lower_role(tenants: Tenants) -> None:
    Membership.unscoped.filter(user=tenants.owner).update(role=Role.VIEWER)


def remove(tenants: Tenants) -> None:
    Membership.unscoped.filter(user=tenants.owner).delete()


def opt_out(tenants: Tenants) -> None:
    Contact.unscoped.update(opted_out=True)


def answer(tenants: Tenants) -> None:
    write_in(Account.unscoped.get(workspace=tenants.workspace), "anna", "No, thank you")


def pass_the_username_on(tenants: Tenants) -> None:
    Contact.unscoped.update(username="annika", username_key="annika")
    contact(tenants.workspace, "anna")


def remove_account(tenants: Tenants) -> None:
    Account.unscoped.filter(workspace=tenants.workspace).delete()


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        (revoke, "stale", "has no access any more"),
        (take_scopes, "failed", "scope_missing"),
        (lower_role, "stale", "whoever approved it may not do this any more"),
        (remove, "stale", "whoever approved it may not do this any more"),
        (opt_out, "stale", "contact_opted_out"),
        (answer, "stale", "the last message of the contact"),
        (pass_the_username_on, "stale", "the contact"),
        (remove_account, "stale", "not_found"),
    ],
)
def test_change_in_between_is_told_and_nothing_is_done(
    tenants: Tenants, approved: Proposal, change: Callable[[Tenants], None], status: str, words: str
) -> None:
    change(tenants)
    people, before = Contact.unscoped.count(), sent()
    assert running.run_due() == 1
    is_status, problem = ended(approved)
    assert (is_status, words in problem) == (status, True), problem
    assert (Contact.unscoped.count(), sent()) == (people, before)
    assert running.run_due() == 0


def test_nothing_is_sent_to_somebody_who_was_erased(tenants: Tenants, approved: Proposal, anna: Contact) -> None:
    contacts.erase_contact(tenants.actor(), anna.pk)
    running.run_due()
    assert (sent(), Contact.unscoped.count()) == (0, 0)
    left = Proposal.unscoped.filter(pk=approved.pk).first()
    assert left is None or left.status == ProposalStatus.STALE


def test_erasure_at_once_with_the_worker(tenants: Tenants, approved: Proposal, anna: Contact) -> None:
    results = run_together_catching(
        [lambda: contacts.erase_contact(tenants.actor(), anna.pk), running.run_due],
    )
    assert not isinstance(results[0], Exception), results[0]
    running.run_due()
    assert (sent(), Contact.unscoped.count()) == (0, 0)


def test_contact_that_the_call_makes_is_made_once_it_is_approved(tenants: Tenants, account: Account) -> None:
    key = key_of(tenants, Approval.ALL)
    arguments = {"account_id": account.pk, "to": "@newcomer", "text": "Hello"}
    assert call(key, "send_message", arguments).data["contact"] is None
    assert not Contact.unscoped.exists()
    proposal = Proposal.unscoped.get()
    services.decide(member(tenants), proposal.pk, approve=True)
    assert running.run_due() == 1
    assert ended(proposal) == ("approved", "")
    assert (Contact.unscoped.get().username, sent()) == ("newcomer", 1)


def test_contact_that_somebody_else_has_made_meanwhile_is_another_one(tenants: Tenants, account: Account) -> None:
    key = key_of(tenants, Approval.ALL)
    call(key, "create_contact", {"username": "newcomer", "name": "Marked"})
    proposal = Proposal.unscoped.get()
    contact(tenants.workspace, "newcomer", name="Known")
    services.decide(member(tenants), proposal.pk, approve=True)
    assert running.run_due() == 1
    assert ended(proposal) == ("stale", "since it was proposed, this has changed: the contact")
    assert Contact.unscoped.get().name == "Known"
