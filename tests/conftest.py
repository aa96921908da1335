import threading
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.hashers import get_hashers
from django.db import connection

from apikeys import limits
from crmsolid.core import doorbell
from crmsolid.core.doorbell import Doorbell
from tests.cast import Api, Cast
from tests.servers import empty_redis


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for a minute begins first: at the end, the other processes would wait for it."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> None:
    """The cast's users cost a second each with the real hasher, and no test here is about its strength."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    get_hashers.cache_clear()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite in a file, as it is used: in memory, threads lock each other out where the real one makes them wait."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


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


@pytest.fixture(autouse=True, scope="session")
def unheard_rings() -> None:
    """Nobody takes a test's rings off the broker: they would wait there for the next worker that a test starts."""
    doorbell._bell = Doorbell(lambda name, queue: None)


@pytest.fixture
def heard_rings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """For tests with workers of their own: rings reach the broker, and none of them outlives the test."""
    bell = Doorbell()
    monkeypatch.setattr(doorbell, "_bell", bell)
    yield
    silence(bell)
    empty_redis()


def silence(bell: Doorbell) -> None:
    """From here on it rings nothing, those included that wait for their moment."""
    silent = threading.Event()
    bell._ringer = lambda name, queue: silent.set()
    bell.ring("silence")
    assert silent.wait(20)  # one thread rings: what it was at has ended


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


@pytest.fixture
def api() -> Api:
    return Api()
