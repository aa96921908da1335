"""The sentence that says what a key or an assistant can do at worst."""

from itertools import chain, combinations
from typing import Any

import pytest

from contacts.models import Segment
from crmsolid.limits.choosing import AssistantLimits
from crmsolid.limits.wording import at_worst
from crmsolid.workspaces.actor import ALL_SCOPES, Scope
from crmsolid.workspaces.limits import Approval
from tests.tenants import Tenants

READS = {Scope.READ_CONTACTS, Scope.READ_MESSAGES, Scope.READ_ANALYTICS}
SEND, CHANGE = Scope.WRITE_MESSAGES, Scope.WRITE_CONTACTS


def said(tenants: Tenants, scopes: set[Scope], *, accounts: int = 0, segment: bool = False, **limits: Any) -> str:
    """The sentence, with so many accounts, Sales 1 and so on, and the segment "trial"."""
    if accounts:
        limits["account_ids"] = [tenants.sandbox(name=f"Sales {number + 1}").pk for number in range(accounts)]
    if segment:
        row = Segment.unscoped.create(workspace=tenants.workspace, name="trial", filter={"all": []})
        limits["segment_id"] = row.pk
    sentence = at_worst(scopes, AssistantLimits(**limits), tenants.workspace)
    assert sentence.startswith("At worst: ")
    return sentence.removeprefix("At worst: ")


@pytest.mark.parametrize(
    ("scopes", "limits", "expected"),
    [
        (
            {SEND},
            {"accounts": 1, "segment": True, "daily_sends": 20, "daily_changes": 0},
            "20 messages a day to people in the segment trial, from Sales 1.",
        ),
        ({SEND}, {"daily_sends": 1, "daily_changes": 0}, "1 message a day to anybody."),
        (
            {SEND},
            {"accounts": 2, "daily_sends": 1_000, "daily_changes": 1},
            "1,000 messages a day to anybody, from Sales 1 and Sales 2; 1 change a day of conversations.",
        ),
        ({SEND}, {}, "any number of messages to anybody; any number of changes of conversations."),
        (READS, {}, "it reads contacts, conversations and analytics."),
        (
            {Scope.READ_MESSAGES},
            {"accounts": 6, "segment": True},
            "it reads conversations of people in the segment trial, and of accounts only 6 accounts.",
        ),
        ({CHANGE}, {"daily_changes": 5, "daily_sends": 9}, "5 changes a day of contacts."),
        (
            {CHANGE, Scope.READ_CONTACTS},
            {"segment": True},
            "any number of changes of contacts of people in the segment trial; it reads contacts of these people.",
        ),
        (
            {SEND, CHANGE},
            {"daily_sends": 0, "daily_changes": 0},
            "nothing, because it may neither read nor send nor change anything.",
        ),
        (
            {Scope.MANAGE_SEQUENCES},
            {"daily_sends": 7},
            "7 messages a day to anybody; any number of changes of sequences with what they send.",
        ),
        (
            {Scope.MANAGE_WEBHOOKS},
            {},
            "any number of changes of webhooks; it reads events; it has the data of events sent to an address of its "
            "choice.",
        ),
        (READS, {"segment": True}, "it reads contacts and conversations of people in the segment trial."),
        ({Scope.MANAGE_WEBHOOKS}, {"segment": True}, "it reads events of people in the segment trial."),
        (
            {CHANGE},
            {"approval": Approval.ALL},
            "any number of changes of contacts; a member has to approve each message and change first.",
        ),
        (
            {CHANGE},
            {"approval": Approval.UNTRUSTED},
            "any number of changes of contacts; after reading what somebody wrote, it needs a member's approval for "
            "all about anybody else.",
        ),
        (READS, {"approval": Approval.ALL}, "it reads contacts, conversations and analytics."),
        (
            {SEND},
            {"accounts": 1, "only_drafts": True, "daily_changes": 0},
            "any number of messages to anybody, from Sales 1, each only once a member sends it.",
        ),
        ({CHANGE}, {"only_drafts": True}, "any number of changes of contacts."),
    ],
)
def test_sentence_says_the_worst(tenants: Tenants, scopes: set[Scope], limits: Any, expected: str) -> None:
    assert said(tenants, scopes, **limits) == expected


def test_every_set_of_scopes_is_named_completely(tenants: Tenants) -> None:
    words = {
        Scope.READ_CONTACTS: "it reads contacts",
        Scope.READ_MESSAGES: "conversations",
        Scope.READ_ANALYTICS: "analytics",
        Scope.WRITE_MESSAGES: "any number of messages to anybody",
        Scope.WRITE_CONTACTS: "changes of contacts",
        Scope.MANAGE_SEQUENCES: "sequences with what they send",
        Scope.MANAGE_WEBHOOKS: "an address of its choice",
    }
    assert words.keys() == ALL_SCOPES
    for scopes in chain.from_iterable(combinations(Scope, number) for number in range(1, len(words) + 1)):
        sentence = said(tenants, set(scopes))
        assert all(words[scope] in sentence for scope in scopes), (scopes, sentence)
        assert sentence.count(".") == 1
        assert "nothing" not in sentence


def test_deleted_segment_is_nobody(tenants: Tenants) -> None:
    sentence = said(tenants, {SEND}, segment_id="seg_gone", daily_changes=0)
    assert sentence == "any number of messages to nobody, because its segment was deleted."


def test_names_of_another_workspace_are_not_said(tenants: Tenants) -> None:
    account = tenants.sandbox(tenants.other, name="Theirs")
    segment = Segment.unscoped.create(workspace=tenants.other, name="theirs", filter={"all": []})
    sentence = said(tenants, {SEND}, account_ids=[account.pk], segment_id=segment.pk, daily_changes=0)
    assert "heirs" not in sentence
    assert f"from account {account.pk}" in sentence
