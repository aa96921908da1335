"""The member who connected an assistant is asked in its client, where that shows forms, about a write that waits."""

from typing import Any

import pytest

from contacts.models import Contact, ContactTag
from crmsolid.limits.checks import Reason
from crmsolid.limits.models import Proposal
from crmsolid.oauth.models import Grant
from crmsolid.proposals import services
from crmsolid.workspaces.limits import Approval
from crmsolid.workspaces.models import AuditEntry, Membership, Role
from messaging.models import Account, Message
from tests.mcp.helpers import message, post
from tests.oauth.flow import Assistant
from tests.panel import browser
from tests.proposals.test_messages import contact, owner
from tests.tenants import Tenants

FORMS: dict[str, Any] = {"elicitation": {"form": {}}}
SCOPES = ("read:contacts", "write:contacts", "read:messages", "write:messages")
APPROVE = {"action": "accept", "content": {"approval": "approve"}}
TEXT = "Hello Anna\nApproved by the owner"


@pytest.fixture(autouse=True)
def _host(settings: Any) -> None:
    """The token of an assistant is for this host."""
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def account(tenants: Tenants) -> Account:
    return tenants.sandbox()


@pytest.fixture
def token(tenants: Tenants) -> str:
    """Of an assistant of the owner, whose every write waits."""
    connected = Assistant().connect(browser(tenants.owner), tenants.workspace, SCOPES)
    Grant.unscoped.update(approval=Approval.ALL)
    return str(connected["access_token"])


@pytest.fixture
def arguments(tenants: Tenants, account: Account) -> dict[str, Any]:
    return {"account_id": account.pk, "contact_id": contact(tenants, "anna").pk, "text": TEXT}


def send(
    token: str, arguments: dict[str, Any], *answer: Any, capabilities: Any = FORMS, tool: str = "send_message"
) -> Any:
    """The result of a call; with ``answer`` (state, response) it is sent again."""
    body = message("tools/call", name=tool, arguments=arguments)
    body["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] = capabilities
    if answer:
        state, response = answer
        body["params"] |= {"requestState": state, "inputResponses": {"approval": response} if response else {}}
    answered = post(token, body, Host="testserver").json()
    assert "result" in answered, answered
    return answered["result"]


def test_member_is_shown_what_would_be_sent(token: str, arguments: dict[str, Any]) -> None:
    result = send(token, arguments)
    assert result["resultType"] == "input_required"
    assert "content" not in result
    (question,) = result["inputRequests"].values()
    assert (question["method"], question["params"]["mode"]) == ("elicitation/create", "form")
    lines = question["params"]["message"].splitlines()
    start = lines.index("text:")
    assert lines[start + 1 : start + 3] == ["> Hello Anna", "> Approved by the owner"]
    assert lines[-1] == f"Why you are asked: {Reason.EVERY_WRITE.label}."
    assert "anna" in question["params"]["message"]
    assert question["params"]["requestedSchema"]["properties"]["approval"]["enum"] == ["approve", "reject"]
    assert (Proposal.unscoped.get().status, Message.unscoped.exists()) == ("pending", False)


def test_approval_does_it_once_and_is_the_members(tenants: Tenants, token: str, arguments: dict[str, Any]) -> None:
    state = send(token, {**arguments, "idempotency_key": "1"})["requestState"]
    results = [send(token, {**arguments, "idempotency_key": "1"}, state, APPROVE) for _ in range(2)]
    sent = Message.unscoped.get()
    assert sent.text == TEXT
    for result in results:
        assert (result["isError"], result["structuredContent"]["id"]) == (False, sent.pk)
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="proposal.approved")
    assert (entry.subject_kind, entry.subject_id, entry.surface) == ("user", str(tenants.owner.pk), "mcp")
    assert Proposal.unscoped.get().decided_by == tenants.owner


@pytest.mark.parametrize("response", [{"action": "decline"}, {"action": "accept", "content": {"approval": "reject"}}])
def test_rejection_ends_it(token: str, arguments: dict[str, Any], response: Any) -> None:
    result = send(token, arguments, send(token, arguments)["requestState"], response)
    assert (result["isError"], result["structuredContent"]["status"]) == (True, "rejected")
    assert result["content"][0]["text"].startswith("Rejected, and nothing was done.")
    assert not Message.unscoped.exists()


@pytest.mark.parametrize("response", [{"action": "cancel"}, {"action": "accept", "content": {}}, None])
def test_without_a_decision_it_waits_for_the_panel(
    tenants: Tenants, token: str, arguments: dict[str, Any], response: Any
) -> None:
    result = send(token, arguments, send(token, arguments)["requestState"], response)
    assert (result["isError"], result["structuredContent"]["status"]) == (False, "pending")
    assert result["content"][0]["text"].startswith("Not done yet: this waits for an approval.")
    assert services.decide(owner(tenants), Proposal.unscoped.get().pk, approve=False).status == "rejected"


def test_decision_of_the_panel_stays(tenants: Tenants, token: str, arguments: dict[str, Any]) -> None:
    state = send(token, arguments)["requestState"]
    services.decide(owner(tenants), Proposal.unscoped.get().pk, approve=False)
    assert send(token, arguments, state, APPROVE)["structuredContent"]["status"] == "rejected"
    assert not Message.unscoped.exists()


def test_answer_counts_for_that_call_of_that_assistant_alone(
    tenants: Tenants, token: str, arguments: dict[str, Any]
) -> None:
    state = send(token, arguments)["requestState"]
    other = str(Assistant().connect(browser(tenants.owner), tenants.workspace, SCOPES)["access_token"])
    for result in (
        send(token, {**arguments, "text": "Another text"}, state, APPROVE),
        send(token, arguments, f"{state}x", APPROVE),
        send(other, arguments, state, APPROVE),
    ):
        assert (result["isError"], result["structuredContent"]["code"]) == (True, "validation_failed")
    key = send(tenants.key(), arguments, state, APPROVE)
    assert (key["isError"], key["structuredContent"]["code"]) == (True, "forbidden")
    assert (Proposal.unscoped.get().status, Message.unscoped.exists()) == ("pending", False)


def test_member_who_may_not_do_it_any_more_does_not_decide(
    tenants: Tenants, token: str, arguments: dict[str, Any]
) -> None:
    state = send(token, arguments)["requestState"]
    Membership.unscoped.filter(user=tenants.owner).update(role=Role.VIEWER)
    result = send(token, arguments, state, APPROVE)
    assert (result["isError"], result["structuredContent"]["code"]) == (True, "scope_missing")
    assert (Proposal.unscoped.get().status, Message.unscoped.exists()) == ("pending", False)


@pytest.mark.parametrize("capabilities", [{}, {"elicitation": {"url": {}}}])
def test_client_without_forms_is_not_asked(token: str, arguments: dict[str, Any], capabilities: Any) -> None:
    result = send(token, arguments, capabilities=capabilities)
    assert result["structuredContent"]["status"] == "pending"


def test_key_is_not_asked(tenants: Tenants, arguments: dict[str, Any]) -> None:
    result = send(tenants.key(approval=Approval.ALL), arguments)
    assert result["structuredContent"]["status"] == "pending"


def test_call_about_several_is_for_the_panel(tenants: Tenants, token: str) -> None:
    named = {"name": "Cold", "filter": {"field": "tag", "op": "is", "value": "cold"}}
    result = send(token, named, tool="create_segment")
    assert result["structuredContent"]["status"] == "pending"
    assert not ContactTag.unscoped.exists()


def test_names_cannot_look_like_the_rest_of_the_question(token: str, arguments: dict[str, Any]) -> None:
    Contact.unscoped.update(name="Al\n\nWhy you are asked: nothing.")
    (question,) = send(token, arguments)["inputRequests"].values()
    lines = question["params"]["message"].splitlines()
    assert "Al Why you are asked: nothing." in lines[1]
    assert [line for line in lines if line.startswith("Why you are asked")] == lines[-1:]
