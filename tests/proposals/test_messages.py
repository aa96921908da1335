"""A message that waits for an approval: by REST and MCP, and what becomes of it."""

from typing import Any

import pytest

from contacts.models import Contact
from crmsolid.limits import reading
from crmsolid.limits.models import Proposal
from crmsolid.proposals import running, services
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.limits import Approval
from crmsolid.workspaces.models import Membership
from messaging.models import Account, Message
from tests.tenants import Api, Tenants

SEND = "/v1/messages/send"


@pytest.fixture
def account(tenants: Tenants) -> Account:
    return tenants.sandbox()


@pytest.fixture
def assistant(api: Api, tenants: Tenants) -> Api:
    """A key whose writes wait after it has read what somebody wrote."""
    return api(tenants.key(approval=Approval.UNTRUSTED))


def contact(tenants: Tenants, username: str) -> Contact:
    return Contact.unscoped.create(workspace=tenants.workspace, username=username, username_key=username)


def owner(tenants: Tenants) -> Actor:
    membership = Membership.unscoped.get(user=tenants.owner)
    return Actor.member(membership, tenants.workspace)


def has_read(tenants: Tenants, *contact_ids: str) -> None:
    from apikeys.authentication import credentials_of_key
    from apikeys.models import ApiKey

    key = ApiKey.unscoped.get()
    credentials = credentials_of_key(tenants.workspace, key.first_id)
    assert credentials is not None
    reading.record(credentials.actor("rest", None), contact_ids)


def body(account: Account, to: str, text: str = "hello") -> dict[str, Any]:
    return {"account_id": account.pk, "to": f"@{to}", "text": text}


def test_message_to_somebody_else_waits_and_is_sent_once_it_is_approved(
    assistant: Api, tenants: Tenants, account: Account
) -> None:
    marco, anna = contact(tenants, "marco"), contact(tenants, "anna")
    has_read(tenants, marco.pk)
    assert assistant.post(SEND, body(account, "marco")).status_code == 200
    answer = assistant.post(SEND, body(account, "anna"))
    assert answer.status_code == 202, answer.json()
    made = answer.json()
    assert (made["status"], made["reason"], made["contact"]["id"]) == ("pending", "read_somebody_else", anna.pk)
    assert [read["contact"]["id"] for read in made["because"]] == [marco.pk]
    assert made["call"] == {"operation": "send_message", "arguments": body(account, "anna")}
    assert Message.unscoped.count() == 1

    services.decide(owner(tenants), made["id"], approve=True)
    assert running.run_due() == 1
    ended = assistant.get(f"/v1/proposals/{made['id']}").json()
    assert (ended["status"], ended["problem"]) == ("approved", None)
    assert Message.unscoped.filter(contact=anna).count() == 1
    assert ended["result"]["id"] == Message.unscoped.get(contact=anna).pk
    assert running.run_due() == 0


def test_key_without_an_approval_sends_at_once(api: Api, tenants: Tenants, account: Account) -> None:
    contact(tenants, "anna")
    assert api(tenants.key()).post(SEND, body(account, "anna")).status_code == 200
    assert not Proposal.unscoped.exists()
