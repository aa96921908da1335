import os
from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.system.stack import Stack


@pytest.fixture(scope="module")
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """Web, worker and Redis in processes of their own, for the tests of one module."""
    if "postgres" not in settings.DATABASE_URL or not settings.REDIS_URL:
        pytest.skip("needs PostgreSQL and Redis: several processes")
    base = settings.DATABASE_URL.rsplit("/", 1)[0]
    found = Stack(base, f"crmsolid_system_{os.getpid()}_{request.module.__name__.rsplit('_', 1)[-1]}")
    try:
        found.start_web()
        found.start_worker()
        yield found
    finally:
        found.stop()
