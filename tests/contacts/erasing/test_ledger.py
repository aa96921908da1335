"""When a person was erased last, by any identity, in one workspace."""

from datetime import datetime, timedelta

import pytest

from contacts.erasing import ledger
from contacts.models import Contact, Erasure
from crmsolid.core import clock
from crmsolid.workspaces.models import Workspace
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db


def erased(workspace: Workspace, at: datetime, **identities: str) -> None:
    ledger.record(workspace, Contact(workspace=workspace, **identities))
    Erasure.unscoped.filter(pk=Erasure.unscoped.latest("pk").pk).update(created_at=at)


def test_last_erasure_is_the_newest_of_any_identity_in_the_workspace(tenants: Tenants) -> None:
    ours, now = tenants.workspace, clock.now()
    erased(ours, now - timedelta(days=3), username_key="anna", email_key="anna@example.com")
    erased(ours, now - timedelta(days=2), email_key="anna@example.com")
    erased(ours, now - timedelta(days=1), username_key="boris")
    erased(tenants.other, now, username_key="anna", email_key="anna@example.com")
    for identities, days in (
        ({"username_key": "anna"}, 3),
        ({"username_key": "anna", "email_key": "anna@example.com"}, 2),
        ({"username_key": "boris", "email_key": "boris@example.com"}, 1),
    ):
        contact = Contact(workspace=ours, **identities)
        assert ledger.last_erasure(contact) == now - timedelta(days=days)


def test_whoever_was_never_erased_has_no_last_erasure(tenants: Tenants) -> None:
    erased(tenants.workspace, clock.now(), username_key="anna")
    for contact in (Contact(username_key="ann"), Contact(email_key="anna"), Contact()):
        contact.workspace = tenants.workspace
        assert ledger.last_erasure(contact) is None
