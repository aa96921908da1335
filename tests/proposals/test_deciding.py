"""What members decide: one, several, edited ones; who may; the events of it; and what a race is answered."""

import json
from typing import Any

import pytest

from contacts.models import Contact
from crmsolid.core.errors import DomainError
from crmsolid.events.models import Event
from crmsolid.limits import waiting
from crmsolid.limits.models import Proposal, ProposalStatus
from crmsolid.proposals import running, services
from crmsolid.proposals.wording import summary_of
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.limits import Approval
from crmsolid.workspaces.models import Membership, Role
from messaging.models import Account, Message
from tests.proposals.helpers import member, proposal
from tests.tenants import Api, Tenants


@pytest.fixture
def account(tenants: Tenants) -> Account:
    return tenants.sandbox()


@pytest.fixture
def anna(tenants: Tenants) -> Contact:
    return Contact.unscoped.create(workspace=tenants.workspace, name="Anna", username="anna", username_key="anna")


def owner(tenants: Tenants) -> Actor:
    return Actor.member(Membership.unscoped.get(user=tenants.owner), tenants.workspace)


def events() -> list[tuple[str, dict[str, Any]]]:
    rows = Event.unscoped.filter(type__startswith="proposal.").order_by("created_at", "id")
    return [(row.type, json.loads(bytes(row.body))["data"]["proposal"]) for row in rows]


def test_decision_is_published_with_its_contact(tenants: Tenants, account: Account, anna: Contact) -> None:
    row = proposal(tenants, account, anna)
    services.decide(owner(tenants), row.pk, approve=False, note=" Not how we speak ")
    [(type, shown)] = events()
    assert (type, shown["status"], shown["note"]) == ("proposal.decided", "rejected", "Not how we speak")
    event = Event.unscoped.get(type=type)
    assert (event.contact_id, event.account_id) == (anna.pk, account.pk)
    assert json.loads(bytes(event.body))["actor"]["type"] == "member"


def test_what_was_approved_is_published_once_it_is_carried_out(
    tenants: Tenants, account: Account, anna: Contact
) -> None:
    row = proposal(tenants, account, anna)
    services.decide(owner(tenants), row.pk, approve=True)
    running.run_due()
    assert [(type, shown["status"]) for type, shown in events()] == [
        ("proposal.decided", "approved"),
        ("proposal.ended", "approved" if Message.unscoped.exists() else "stale"),
    ]


def test_expired_one_is_published(tenants: Tenants, account: Account, anna: Contact) -> None:
    proposal(tenants, account, anna, hours=-1)
    assert running.expire() == 1
    assert [(type, shown["status"]) for type, shown in events()] == [("proposal.decided", "expired")]


def test_second_member_is_told_who_was_faster(tenants: Tenants, account: Account, anna: Contact) -> None:
    row = proposal(tenants, account, anna)
    nina = member(tenants, Role.AGENT, "Nina")
    services.decide(nina, row.pk, approve=False)
    with pytest.raises(DomainError) as refused:
        services.decide(owner(tenants), row.pk, approve=True)
    assert (refused.value.code, refused.value.detail) == ("invalid_state", "Nina has rejected this a moment ago")
    assert Proposal.unscoped.get().status == ProposalStatus.REJECTED
    assert running.run_due() == 0


def test_viewer_decides_nothing(tenants: Tenants, account: Account, anna: Contact) -> None:
    row = proposal(tenants, account, anna)
    viewer = member(tenants, Role.VIEWER, "Vera")
    for decision in (
        lambda: services.decide(viewer, row.pk, approve=True),
        lambda: services.decide_many(viewer, [row.pk], approve=True),
        lambda: services.edit_and_approve(viewer, row.pk, {"text": "x"}),
        lambda: services.list_waiting(viewer),
    ):
        with pytest.raises(DomainError) as refused:
            decision()
        assert refused.value.code == "forbidden"
    assert Proposal.unscoped.get().status == ProposalStatus.PENDING
    assert waiting.count_waiting(tenants.workspace, Role.VIEWER).count == 0


def test_agent_is_counted_nothing_that_an_agent_could_not_do(tenants: Tenants, account: Account, anna: Contact) -> None:
    row = proposal(tenants, account, anna, operation="delete_webhook", scopes=["manage:webhooks"])
    assert waiting.count_waiting(tenants.workspace, Role.AGENT).count == 0
    assert waiting.count_waiting(tenants.workspace, Role.ADMIN).count == 1
    with pytest.raises(DomainError) as refused:
        services.decide(member(tenants, Role.AGENT, "Nina"), row.pk, approve=True)
    assert refused.value.code == "scope_missing"


def test_edited_one_is_a_new_proposal_and_both_are_kept(
    api: Api, tenants: Tenants, account: Account, anna: Contact
) -> None:
    body = {"account_id": account.pk, "to": "@anna", "text": "Hello Ana"}
    made = api(tenants.key(approval=Approval.ALL)).post("/v1/messages/send", body).json()
    edited = services.edit_and_approve(owner(tenants), made["id"], {"text": "Hello Anna"})
    first = Proposal.unscoped.get(pk=made["id"])
    assert (first.status, first.note, first.arguments["text"]) == ("rejected", services.EDITED_NOTE, "Hello Ana")
    assert (edited.status, edited.edited_from, edited.arguments["text"]) == ("approved", first.pk, "Hello Anna")
    assert edited.arguments["account_id"] == account.pk
    assert [(type, shown["id"]) for type, shown in events()] == [
        ("proposal.created", first.pk),
        ("proposal.decided", first.pk),
        ("proposal.created", edited.pk),
        ("proposal.decided", edited.pk),
    ]
    running.run_due()
    edited.refresh_from_db()
    assert edited.problem == ""
    assert Message.unscoped.get().text == "Hello Anna"


@pytest.mark.parametrize("arguments", [{"to": "@bob"}, {"text": "x" * 30_000}, {"send_at": "never"}, {"text": 1}])
def test_edit_that_is_refused_changes_nothing(
    tenants: Tenants, account: Account, anna: Contact, arguments: dict[str, Any]
) -> None:
    row = proposal(tenants, account, anna)
    with pytest.raises(DomainError) as refused:
        services.edit_and_approve(owner(tenants), row.pk, arguments)
    assert refused.value.code == "validation_failed"
    assert Proposal.unscoped.get().status == ProposalStatus.PENDING
    assert not events()


def test_what_was_decided_cannot_be_edited(tenants: Tenants, account: Account, anna: Contact) -> None:
    row = proposal(tenants, account, anna)
    services.decide(owner(tenants), row.pk, approve=False)
    with pytest.raises(DomainError) as refused:
        services.edit_and_approve(owner(tenants), row.pk, {"text": "x"})
    assert (refused.value.code, refused.value.detail) == ("invalid_state", "you have rejected this a moment ago")
    assert Proposal.unscoped.count() == 1


def test_several_are_decided_together_and_those_that_were_decided_are_counted(
    tenants: Tenants, account: Account, anna: Contact
) -> None:
    rows = [proposal(tenants, account, anna, text=f"{number}") for number in range(3)]
    services.decide(owner(tenants), rows[0].pk, approve=False)
    decided = services.decide_many(owner(tenants), [row.pk for row in rows], approve=True)
    assert decided == services.Decided(done=2, over=1)
    assert sorted(Proposal.unscoped.values_list("status", flat=True)) == ["approved", "approved", "rejected"]


def test_different_ones_are_not_decided_together(tenants: Tenants, account: Account, anna: Contact) -> None:
    rows = [proposal(tenants, account, anna), proposal(tenants, account, anna, holder="key:other")]
    for ids in ([row.pk for row in rows], [], ["prp_x"] * 1 + [f"prp_{number}" for number in range(100)]):
        with pytest.raises(DomainError) as refused:
            services.decide_many(owner(tenants), ids, approve=True)
        assert refused.value.code == "validation_failed"
    assert Proposal.unscoped.filter(status=ProposalStatus.PENDING).count() == 2


@pytest.mark.parametrize(
    ("operation", "arguments", "summary"),
    [
        ("send_message", {"text": "Hi"}, "Send Anna a message from Sales: “Hi”"),
        ("send_message", {"attachments": ["fil_1"]}, "Send Anna a file from Sales"),
        ("update_contact", {"email": "a@b.c", "stage": "won"}, "Change the e-mail and the stage of Anna"),
        (
            "tag_contact",
            {"add": ["vip"], "remove": ["a", "b"]},
            "Tag Anna with vip and take the tags a and b from them",
        ),
        ("delete_contact", {}, "Erase Anna for good"),
        ("start_broadcast", {"name": "Spring"}, "Start the broadcast Spring"),
        ("enroll_contact", {"sequence_id": "seq_1", "contact_ids": ["1", "2"]}, "Enroll 2 people in a sequence"),
        ("update_thread", {"state": "closed"}, "Close the conversation with Anna"),
        ("invented_call", {}, "Invented call (Anna)"),
    ],
)
def test_proposal_in_words(
    tenants: Tenants, account: Account, anna: Contact, operation: str, arguments: dict[str, Any], summary: str
) -> None:
    row: Any = proposal(tenants, account, anna, operation=operation, arguments=arguments)
    row.contact, row.names = anna, {"account_id": "Sales"} if operation == "send_message" else {}
    assert summary_of(row) == summary


def test_every_write_of_the_api_has_words(tenants: Tenants, account: Account, anna: Contact) -> None:
    from crmsolid.proposals.operations import operations

    without_words = []
    for operation in operations():
        row: Any = proposal(tenants, account, anna, operation=operation, arguments={})
        row.contact, row.names = anna, {}
        if summary_of(row) == f"{operation.replace('_', ' ').capitalize()} (Anna)":
            without_words.append(operation)
    assert without_words == ["create_file", "cancel_proposal"]
