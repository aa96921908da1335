"""Proposals and members for tests."""

from datetime import timedelta
from typing import Any

from apikeys.models import ApiKey
from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.limits.models import Proposal
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.limits import Approval
from crmsolid.workspaces.models import Membership, Role, User, Workspace
from messaging.models import Account
from tests.tenants import Tenants


def member(tenants: Tenants, role: Role, name: str) -> Actor:
    user = User.objects.create_user(email=f"{name.lower()}@example.com", password="a long password", name=name)
    row = Membership.unscoped.create(workspace=tenants.workspace, user=user, role=role)
    return Actor.member(row, tenants.workspace)


def proposal(
    tenants: Tenants,
    account: Account,
    contact: Contact,
    *,
    workspace: Workspace | None = None,
    operation: str = "send_message",
    text: str = "Hello",
    hours: float = 24,
    **values: Any,
) -> Proposal:
    """One that a key has asked for, which waits."""
    workspace = workspace or tenants.workspace
    key = ApiKey.unscoped.filter(workspace=workspace).first()
    if key is None:
        tenants.key(approval=Approval.UNTRUSTED)
        key = ApiKey.unscoped.filter(workspace=workspace).get()
    now = clock.now()
    columns: dict[str, Any] = {
        "holder": key.first_id,
        "asker_kind": "key",
        "asker_id": key.pk,
        "asker_name": "Sales helper",
        "surface": "mcp",
        "arguments": {"account_id": account.pk, "contact_id": contact.pk, "text": text},
        "scopes": ["write:messages"],
        "contact_id": contact.pk,
        "reason": "read_somebody_else",
        "created_at": now,
        "expires_at": now + timedelta(hours=hours),
        **values,
    }
    return Proposal.unscoped.create(workspace=workspace, operation=operation, **columns)
