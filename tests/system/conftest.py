import os
from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.system.stack import Stack


@pytest.fixture(scope="module")
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """Web, worker and Redis in separate processes, for the tests of one module."""
    server = settings.DATABASE_URL.rsplit("/", 1)[0]
    stack = Stack(server, f"crmsolid_system_{os.getpid()}_{request.module.__name__.rsplit('_', 1)[-1]}")
    try:
        stack.start_web()
        stack.start_worker()
        yield stack
    finally:
        stack.stop()
