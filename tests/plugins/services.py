"""The PostgreSQL and the Redis of a test run, as a pytest plugin and as a command.

Each of the two is the one that ``TEST_DATABASE_URL`` or ``DATABASE_URL`` (``TEST_REDIS_URL`` or ``REDIS_URL``) names,
else the one that answers on 127.0.0.1, else one that is started from the installed wheels and stopped at the end.
``TEST_SERVICES=wheels`` leaves out what answers.

pytest loads it first (``addopts`` in pyproject.toml), before pytest-django reads the settings. With pytest-xdist the
first process finds or starts the services, and the others inherit their addresses.

``python -m tests.plugins.services COMMAND [ARGUMENT ...]`` runs a command with ``DATABASE_URL`` and ``REDIS_URL`` set.
"""

import atexit
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack, closing
from hashlib import sha256
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).resolve().parents[2]
CHECKOUT = sha256(str(ROOT).encode()).hexdigest()[:8]
OLDEST_POSTGRESQL = 150_000
HIGHEST = 15  # Redis has the databases 0 to 15
# A developer's settings, which would change what the tests see.
SETTINGS = ("CRMSOLID_ENV", "DEBUG", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "ALLOWED_HOSTS")


def pytest_addoption() -> None:
    """The first hook that pytest calls."""
    if worker := os.environ.get("PYTEST_XDIST_WORKER", ""):
        _take_redis_database(int(re.sub(r"\D", "", worker)))
        return
    services = ExitStack()
    atexit.register(services.close)
    provide(services)
    _take_redis_database(0)


def provide(services: ExitStack) -> None:
    """Set ``DATABASE_URL`` and ``REDIS_URL`` in the environment, and a data folder. ``services`` ends what was
    started."""
    for name in SETTINGS:
        os.environ.pop(name, None)
    folder = Path(tempfile.mkdtemp(prefix="crmsolid-tests-"))
    services.callback(shutil.rmtree, folder, ignore_errors=True)
    os.environ["CRMSOLID_DATA"] = str(folder / "data")
    os.environ["DATABASE_URL"] = _postgresql(services)
    os.environ["REDIS_URL"] = _redis(services)


def _postgresql(services: ExitStack) -> str:
    if given := os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL"):
        return given
    server = "postgres://postgres@127.0.0.1:5432"
    if not (_may_use_what_answers() and _is_postgresql(server)):
        from tests.plugins.wheels import start_postgresql

        server = start_postgresql(services)
    return f"{server}/crmsolid_{CHECKOUT}"


def _may_use_what_answers() -> bool:
    return os.environ.get("TEST_SERVICES") != "wheels"


def _is_postgresql(server: str) -> bool:
    try:
        with psycopg.connect(f"{server}/postgres", connect_timeout=2) as connection:
            return connection.info.server_version >= OLDEST_POSTGRESQL
    except psycopg.OperationalError:
        return False


def _redis(services: ExitStack) -> str:
    if given := os.environ.get("TEST_REDIS_URL") or os.environ.get("REDIS_URL"):
        return given
    url = f"redis://127.0.0.1:6379/{HIGHEST}"
    if _may_use_what_answers() and _is_redis(url):
        return url
    from tests.plugins.wheels import start_valkey

    return start_valkey(services)


def _is_redis(url: str) -> bool:
    with closing(redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def _take_redis_database(process: int) -> None:
    """Each process has an empty Redis database, so that the rate limits of one test do not count in another."""
    url = re.sub(r"/\d+$", "", os.environ["REDIS_URL"]) + f"/{HIGHEST - process}"
    with closing(redis.Redis.from_url(url)) as client:
        client.flushdb()
    os.environ["REDIS_URL"] = url


def main(command: list[str]) -> int:
    with ExitStack() as services:
        provide(services)
        return subprocess.run(command).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
