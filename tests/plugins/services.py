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
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing, suppress
from hashlib import sha256
from pathlib import Path

import psycopg
import redis

from crmsolid.data_folder import postgresql_url, valkey_socket, valkey_url
from crmsolid.local.services import (
    SYSTEM_FOLDER,
    CannotStart,
    Processes,
    processes_in,
    programs,
    start_postgresql,
    start_valkey,
)

ROOT = Path(__file__).resolve().parents[2]
CHECKOUT = sha256(str(ROOT).encode()).hexdigest()[:8]
TEMPLATES = f"crmsolid_migrated_{CHECKOUT}_"  # how the names of the databases of tests/migrated.py begin
OLDEST_POSTGRESQL = 150_000
HIGHEST = 15  # Redis has the databases 0 to 15
VALKEY_SECONDS = 30  # on a busy machine; it takes a moment
# A developer's settings, which would change what the tests see.
SETTINGS = ("CRMSOLID_ENV", "DEBUG", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "ALLOWED_HOSTS")
# Nothing is lost when the server is killed, only when the machine is.
FAST = ("--fsync=off", "--full_page_writes=off", "--max_connections=400")
# The PostgreSQL that this process has started, and its folder. No other process uses it.
RUN = "a run of the tests"
started: tuple[Processes, Path] | None = None


def pytest_addoption() -> None:
    """The first hook that pytest calls."""
    _keep_bytecode()
    if worker := os.environ.get("PYTEST_XDIST_WORKER", ""):
        _take_redis_database(int(re.sub(r"\D", "", worker)))
        return
    services = ExitStack()
    atexit.register(services.close)
    provide(services)
    _take_redis_database(0)


def _keep_bytecode() -> None:
    """Python keeps what it has compiled, here and in all processes that tests start. Where the environment forbids it,
    each of them would compile the whole product anew, and each run all tests."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def provide(services: ExitStack) -> None:
    """Set ``DATABASE_URL`` and ``REDIS_URL`` in the environment, and a data folder. ``services`` ends what was
    started."""
    for name in SETTINGS:
        os.environ.pop(name, None)
    folder = Path(tempfile.mkdtemp(prefix="crmsolid-tests-"))
    services.callback(shutil.rmtree, folder, ignore_errors=True)
    os.environ["CRMSOLID_DATA"] = str(folder / "data")
    try:
        os.environ["DATABASE_URL"] = _postgresql(services)
        os.environ["REDIS_URL"] = _redis(services, folder)
        paths = [os.environ["PATH"], str(programs())]  # psql and pg_dump; those of the machine fit its own server
        os.environ["PATH"] = os.pathsep.join(reversed(paths) if started else paths)
    except CannotStart as error:
        sys.exit(f"the tests need PostgreSQL and Redis: {error}")


def _postgresql(services: ExitStack) -> str:
    if given := os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL"):
        return given
    server = "postgres://postgres@127.0.0.1:5432"
    if not (_may_use_what_answers() and _is_postgresql(server)):
        server = _start_postgresql(services)
    return f"{server}/crmsolid_{CHECKOUT}"


def _may_use_what_answers() -> bool:
    return os.environ.get("TEST_SERVICES") != "wheels"


def _is_postgresql(server: str) -> bool:
    try:
        with psycopg.connect(f"{server}/postgres", connect_timeout=2) as connection:
            return connection.info.server_version >= OLDEST_POSTGRESQL
    except psycopg.OperationalError:
        return False


def _start_postgresql(services: ExitStack) -> str:
    """Its data is kept for the next run of this checkout, which finds the template there. A run beside another one has
    data of its own."""
    data = Path(tempfile.gettempdir()) / f"crmsolid-tests-{CHECKOUT}"
    if not _is_ours(data):
        data = Path(tempfile.mkdtemp(prefix="crmsolid-tests-"))
        services.callback(_delete, data)
    try:
        processes = services.enter_context(processes_in(data, RUN))
    except CannotStart:  # another run uses it
        data = Path(tempfile.mkdtemp(prefix="crmsolid-tests-"))
        services.callback(_delete, data)
        processes = services.enter_context(processes_in(data, RUN))
    try:
        start_postgresql(processes, data, *FAST)
    except CannotStart:  # what is kept is of another version, or damaged: nothing waits for the disk
        _delete_database(data)
        start_postgresql(processes, data, *FAST)
    global started
    started = processes, data
    server = postgresql_url(data).rsplit("/", 1)[0]
    _drop_what_a_killed_run_left(server)
    return server


def _is_ours(folder: Path) -> bool:
    """Whether nobody else can change this folder, which is made if it does not exist. Any user may make one of this
    name where all have their temporary files."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077


def _delete(data: Path) -> None:
    _delete_database(data)
    shutil.rmtree(data, ignore_errors=True)


def _delete_database(data: Path) -> None:
    home = data / "postgresql"
    if home.resolve().parent == SYSTEM_FOLDER.resolve():  # as root it is a link to there
        shutil.rmtree(home.resolve(), ignore_errors=True)
    if home.is_symlink():
        home.unlink()
    shutil.rmtree(home, ignore_errors=True)


def _drop_what_a_killed_run_left(server: str) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        left = "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' AND datname !~ %s"
        for (name,) in connection.execute(left, [f"^{TEMPLATES}"]).fetchall():
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def kill_postgresql() -> None:
    """Kill the PostgreSQL that was started for this run, and start it again."""
    assert started
    processes, data = started
    processes.running["postgresql"].kill()
    processes.running["postgresql"].wait()
    start_postgresql(processes, data, *FAST)


def _redis(services: ExitStack, folder: Path) -> str:
    if given := os.environ.get("TEST_REDIS_URL") or os.environ.get("REDIS_URL"):
        return given
    url = f"redis://127.0.0.1:6379/{HIGHEST}"
    if _may_use_what_answers() and _is_redis(url):
        return url
    processes = services.enter_context(processes_in(folder, RUN))
    start_valkey(processes, folder)
    url = f"{valkey_url(folder)}?db={HIGHEST}"
    deadline = time.monotonic() + VALKEY_SECONDS
    while not _is_redis(url):
        if processes.running["valkey"].poll() is not None or time.monotonic() > deadline:
            log = valkey_socket(folder).parent / "log"  # it is deleted with the folder
            raise CannotStart(f"Valkey does not start: {log.read_text() if log.exists() else 'it has no log'}")
        time.sleep(0.01)
    return url


def _is_redis(url: str) -> bool:
    with closing(redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def _take_redis_database(process: int) -> None:
    """Each process has an empty Redis database, so that the rate limits of one test do not count in another."""
    number, url = HIGHEST - process, os.environ["REDIS_URL"]
    if url.startswith("unix:"):
        url = re.sub(r"\?db=\d+$", "", url) + f"?db={number}"
    else:
        url = re.sub(r"/\d*$", "", url) + f"/{number}"
    with closing(redis.Redis.from_url(url)) as client:
        client.flushdb()
    os.environ["REDIS_URL"] = url


def main(command: list[str]) -> int:
    with ExitStack() as services:
        provide(services)
        return subprocess.run(command).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
