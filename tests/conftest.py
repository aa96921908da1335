import gc
import threading
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.auth.hashers import get_hashers
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.test.signals import setting_changed
from pytest_django import DjangoDbBlocker
from xdist.scheduler import LoadScopeScheduling

from apikeys.authentication import token_lookups
from apikeys.limiter import limiter
from apikeys.uses import use_counter
from crmsolid.core import doorbell
from crmsolid.core.doorbell import Doorbell
from crmsolid.core.redis import build_client
from crmsolid.panel.account.sign_in import recent_attempts
from crmsolid.panel.pages.middleware import StaticFilesMiddleware
from tests.migrated import create_migrated_database
from tests.servers import REDIS_URL, drop_database, empty_redis
from tests.tenants import Api, Tenants

BROWSER = "tests/browser/"
SHARED_PRODUCTS = (BROWSER, "tests/integrations/", "tests/mcp/clients/", "tests/sdk/")
PATIENCE = " -c idle_in_transaction_session_timeout=120s"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes one process long starts first, so that the others do not wait for it at the end: the tests with the
    browser take minutes together, those that are marked a minute each."""
    items.sort(key=lambda item: (not item.nodeid.startswith(BROWSER), item.get_closest_marker("long") is None))


class PackageScheduling(LoadScopeScheduling):
    """Gives modules to the processes, and all modules of a folder that share a product to the same process: each
    product takes seconds to start."""

    def _split_scope(self, nodeid: str) -> str:
        shared = (folder for folder in SHARED_PRODUCTS if nodeid.startswith(folder))
        return next(shared, None) or super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    return PackageScheduling(config, log) if config.getvalue("dist") == "loadscope" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """The garbage collector leaves out what has been imported, which it would go through again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> None:
    """The real hasher takes about a second for each user, and no test is about its strength."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    get_hashers.cache_clear()  # type: ignore[attr-defined]


@pytest.fixture(autouse=True, scope="session")
def own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the product writes into its data folder goes to one of the tests."""
    settings.DATA_DIR = tmp_path_factory.mktemp("data")
    folder = str(settings.DATA_DIR / "files")
    files = {"BACKEND": "messaging.files.folder.PrivateFolder", "OPTIONS": {"location": folder}}
    settings.STORAGES = {**settings.STORAGES, "default": files}
    setting_changed.send(sender=None, setting="STORAGES", value=settings.STORAGES, enter=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """The database of this process is a copy. A test may keep its transaction open for longer than the product does: a
    busy machine takes its time."""
    connection.settings_dict["OPTIONS"]["options"] += PATIENCE
    server, test = settings.DATABASE_URL.rsplit("/", 1)[0], connection.settings_dict["TEST"]
    name = test["NAME"] = test["NAME"] or f"test_{connection.settings_dict['NAME']}"  # pytest-xdist has one for each
    create_migrated_database(server, name)
    yield
    drop_database(server, name)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Django takes the database as it is."""
    return True


@pytest.fixture(autouse=True, scope="session")
def tables_emptied_quickly() -> Iterator[None]:
    """After a test without a surrounding transaction, Django truncates all tables, which takes 0.3 s, and
    writes its content types and permissions again. Deleting what is there takes 10 ms."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _empty_tables)
        yield


def _empty_tables(_: TransactionTestCase) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # foreign keys are not checked
        cursor.execute(_deletions())


@cache
def _deletions() -> str:
    kept = {"django_content_type", "auth_permission"}
    tables = [name for name in connection.introspection.django_table_names(only_existing=True) if name not in kept]
    return "; ".join(f"DELETE FROM {connection.ops.quote_name(name)}" for name in tables)


@pytest.fixture(autouse=True, scope="session")
def static_files_found_once() -> None:
    """Each client of a test builds the middleware anew, which looks for all files of all packages."""
    find_files = StaticFilesMiddleware.add_files_from_finders
    found: dict[str, Any] = {}

    def add_files(middleware: StaticFilesMiddleware) -> None:
        if not found:
            find_files(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    StaticFilesMiddleware.add_files_from_finders = add_files


@pytest.fixture(autouse=True, scope="session")
def patient_limiter() -> Iterator[None]:
    """Where Redis does not answer within 0.1 s, as happens on a busy machine, the process would count for itself, from
    zero, and the limit that a test has used up would not hold."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("apikeys.limiter.build_client", partial(build_client, budget=30))
        yield


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """Each test starts with unused rate limits and without uses of keys that wait to be written."""
    limiter.cache_clear()
    token_lookups.cache_clear()
    use_counter.cache_clear()
    recent_attempts.cache_clear()
    client = _redis()
    for key in client.scan_iter("crmsolid:rate:*", count=1000):
        client.delete(key)


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(REDIS_URL)


@pytest.fixture(autouse=True, scope="session")
def silent_doorbell() -> None:
    """Rings are not sent: they would wait in the broker for a worker that another test starts."""
    doorbell.replace(Doorbell(lambda name, queue: None))


@pytest.fixture
def doorbell_reaches_broker() -> Iterator[None]:
    """For tests that start workers: rings are sent to the broker, and none of them after the test."""
    silenced, silent = threading.Event(), threading.Event()

    def send(name: str, queue: str | None) -> None:
        if silenced.is_set():
            silent.set()
        else:
            doorbell.send_task(name, queue)

    bell = Doorbell(send)
    before = doorbell.replace(bell)
    yield
    silenced.set()
    bell.ring("silenced")
    assert silent.wait(20)  # the one thread that sends has finished what it was sending
    doorbell.replace(before)
    empty_redis()


@pytest.fixture(scope="module")
def rows_of_module(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What fixtures of this scope write is there for all tests of the module, and what a test changes is undone after
    it. Such a module has no test with ``transaction=True``, whose other connections would see none of it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def tenants(db: None) -> Tenants:
    return Tenants()


@pytest.fixture
def api() -> Api:
    return Api()
