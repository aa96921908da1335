"""Databases with all tables, for the tests that start the whole product: migrating takes ten seconds each time.

One is made for each state of the code of the product, which migrations import, and copied from then on, by all test
processes and later runs. Each checkout removes what it made for an earlier state; two checkouts may run at once.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path

import psycopg

from tests.servers import create_database, drop_database

ROOT = Path(__file__).resolve().parents[1]
APPS = ("apikeys", "contacts", "crmsolid", "messaging", "sequences", "webhooks")
CHECKOUT = sha256(str(ROOT).encode()).hexdigest()[:8]
PREFIX = f"crmsolid_migrated_{CHECKOUT}_"


def copy_migrated_sqlite(data: Path) -> None:
    """Put a database with all tables into ``data``, a folder for ``CRMSOLID_DATA`` that does not exist yet."""
    file = Path(tempfile.gettempdir()) / f"{PREFIX}{_state()}.sqlite3"
    data.mkdir(mode=0o700, parents=True)
    with _lock():
        if not file.exists():
            for outdated in file.parent.glob(f"{PREFIX}*.sqlite3"):
                outdated.unlink()
            with tempfile.TemporaryDirectory() as folder:
                _migrate({"CRMSOLID_DATA": folder})
                shutil.move(Path(folder) / "crmsolid.sqlite3", file)
        shutil.copyfile(file, data / "crmsolid.sqlite3")
    (data / "crmsolid.sqlite3").chmod(0o600)


def create_migrated_database(server: str, name: str) -> str:
    """As :func:`tests.servers.create_database`, with all tables."""
    template = PREFIX + _state()
    with _lock(), psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        existing = {row[0] for row in found.fetchall()}
        if template not in existing:
            for outdated in existing:
                drop_database(server, outdated)
            new = f"{PREFIX}new"
            with tempfile.TemporaryDirectory() as folder:
                _migrate({"CRMSOLID_DATA": folder, "DATABASE_URL": create_database(server, new)})
            connection.execute(f'ALTER DATABASE "{new}" RENAME TO "{template}"')
        drop_database(server, name)
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"{server}/{name}"


@cache
def _state() -> str:
    """A name for what the product's code and the installed packages are now."""
    files = [*(file for app in APPS for file in sorted((ROOT / app).rglob("*.py"))), ROOT / "requirements.lock"]
    digest = sha256()
    for file in files:
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


@contextmanager
def _lock() -> Iterator[None]:
    """Held by one process at a time."""
    with (Path(tempfile.gettempdir()) / f"{PREFIX}lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _migrate(settings: dict[str, str]) -> None:
    hidden = re.compile("DATABASE|REDIS|PYTEST|CRMSOLID")
    environment = {name: value for name, value in os.environ.items() if not hidden.match(name)}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, env={**environment, **settings}, cwd=ROOT, check=True, capture_output=True, timeout=300)
