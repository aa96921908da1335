import pytest

from messaging.models import Account
from tests.tenants import Tenants


@pytest.fixture
def account(tenants: Tenants) -> Account:
    """An account whose limits no test reaches by accident."""
    return tenants.sandbox(daily_limit=1000)
