import contextlib
from collections.abc import Iterator

import pytest
import redis

from apikeys.limiter import RedisLimiter
from crmsolid.core.redis import build_client
from tests.servers import REDIS_URL, fresh_prefix


@pytest.fixture
def client() -> Iterator[redis.Redis]:
    """With a long timeout, because the counts must not depend on how busy the machine is."""
    with contextlib.closing(build_client(REDIS_URL, budget=30)) as made:
        yield made


@pytest.fixture
def prefix(client: redis.Redis) -> Iterator[str]:
    made = fresh_prefix()
    yield made
    for key in client.scan_iter(made + "*"):
        client.delete(key)


@pytest.fixture
def shared(client: redis.Redis, prefix: str) -> RedisLimiter:
    return RedisLimiter(client, key_prefix=prefix)
