from collections.abc import Iterator

import pytest

from messaging.models import Account
from tests.sequences.helpers import Clock, clock_of_test
from tests.tenants import Tenants


@pytest.fixture
def account(tenants: Tenants) -> Account:
    return tenants.sandbox()


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    with clock_of_test(monkeypatch) as moving:
        yield moving
