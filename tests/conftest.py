from collections.abc import Iterator

import pytest
from django.conf import settings

from apikeys import limits
from tests.cast import Api, Cast


def pytest_configure() -> None:
    """A password hash that is slow on purpose would be most of the suite's time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    """Each test starts with full buckets."""
    limits.limiter.cache_clear()
    if settings.REDIS_URL:
        from crmsolid.core.redis import build_client

        client = build_client(settings.REDIS_URL)
        for key in client.scan_iter("crmsolid:rate:*"):
            client.delete(key)
    yield


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


@pytest.fixture
def api() -> Api:
    return Api()
