import pytest

from crmsolid.workspaces.actor import Actor
from messaging.models import Account
from tests.tenants import Tenants


@pytest.fixture
def actor(tenants: Tenants) -> Actor:
    return tenants.actor()


@pytest.fixture
def account(tenants: Tenants) -> Account:
    return tenants.sandbox()
