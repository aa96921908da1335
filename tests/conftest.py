from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.hashers import get_hashers

from apikeys import limits
from tests.cast import Api, Cast


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> None:
    """The cast's users cost a second each with the real hasher, and no test here is about its strength."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    get_hashers.cache_clear()


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
