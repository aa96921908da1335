import pytest
from django.test import Client

from tests.oauth.flow import Assistant
from tests.panel import browser
from tests.tenants import Tenants


@pytest.fixture
def assistant(db: None) -> Assistant:
    return Assistant()


@pytest.fixture
def owner(tenants: Tenants) -> Client:
    """The browser of the owner of ``tenants.workspace``."""
    return browser(tenants.owner)
