"""Databases with all tables: copies of a template, because migrating takes ten seconds.

The template is made once for each state of the migrations, for all test processes and later runs. Each checkout removes
what it made for an earlier state; two checkouts may run at once. ``TEST_MIGRATED_FROM`` names a database of an earlier
state with which the template begins.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import psycopg

from tests.plugins.services import CHECKOUT, TEMPLATES
from tests.servers import clean_environment, create_database, drop_database

ROOT = Path(__file__).resolve().parents[1]
APPS = ("apikeys", "contacts", "crmsolid", "messaging", "sequences", "webhooks")
PACKAGES = ("django", "django-oauth-toolkit")  # those with migrations
LOCK = int(CHECKOUT, 16)


def create_migrated_database(server: str, name: str) -> str:
    """As :func:`tests.servers.create_database`, with all tables."""
    template = TEMPLATES + schema_state()
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        with _lock(connection):
            found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [TEMPLATES])
            existing = {row[0] for row in found.fetchall()}
            if template not in existing:
                for outdated in existing:
                    drop_database(server, outdated)
                start = os.environ.get("TEST_MIGRATED_FROM", "template1")
                _migrate(create_database(server, f"{TEMPLATES}new", start))
                connection.execute(f'ALTER DATABASE "{TEMPLATES}new" RENAME TO "{template}"')
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        if connection.execute("SHOW fsync").fetchone() == ("on",):
            connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')  # no test waits for the disk
    return f"{server}/{name}"


@cache
def schema_state() -> str:
    """A name for what decides the tables: the migrations, the modules that they import, and the packages."""
    migrations = sorted(file for app in APPS for file in (ROOT / app).rglob("migrations/*.py"))
    names = {name for file in migrations for name in re.findall(r"^(?:from|import) ([\w.]+)", file.read_text(), re.M)}
    imported = [ROOT / f"{name.replace('.', '/')}.py" for name in sorted(names)]
    digest = sha256(" ".join(f"{package} {version(package)}" for package in PACKAGES).encode())
    for file in migrations + [file for file in imported if file.exists()]:
        digest.update(f"\0{file.relative_to(ROOT)}\0".encode() + sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


@contextmanager
def _lock(connection: "psycopg.Connection[tuple[object, ...]]") -> Iterator[None]:
    """Held by one process at a time."""
    connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _migrate(database: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = clean_environment() | {"CRMSOLID_DATA": folder, "DATABASE_URL": database}
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, timeout=300)
