"""``scripts/restore.sh`` on a small database; tests/local/test_start.py restores a real one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.servers import create_database, drop_database

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(shutil.which("psql") or "").parent
LEDGER = "copy erasures.jsonl of the data folder that the backup is from"
SCHEMA = """
    CREATE TABLE workspaces_installation (key text);
    CREATE TABLE contacts_erasure (id int);
    INSERT INTO workspaces_installation VALUES ('of-this-database');
"""


class Restore:
    """A database and its backup. The commands of manage.py do nothing, unless a test says what."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url, self.backup, self.data, self.programs = url, folder / "crm.dump", folder / "data", folder / "bin"
        self.data.mkdir()
        self.programs.mkdir()
        for name in ("secret_key", "field_encryption_key", "erasures.jsonl"):
            (self.data / name).touch()
        self.manage("")
        self.sql(SCHEMA)
        self.write()

    def sql(self, text: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(text)
            return cursor.fetchall() if cursor.description else []

    def write(self) -> None:
        subprocess.run([PROGRAMS / "pg_dump", "--format=custom", f"--file={self.backup}", self.url], check=True)

    def manage(self, script: str) -> None:
        python = self.programs / "python"
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)

    def run(self, replace: str = "1", nobody_erased: str = "", **settings: str) -> tuple[int, str]:
        """The exit status, and what it says of a failure."""
        known = conninfo_to_dict(self.url)
        environment = {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "PROGRAMS": str(PROGRAMS),
            "CRMSOLID_DATA": str(self.data),
            "DATABASE_URL": self.url,
            "PGHOST": str(known.get("host", "")),
            "PGPORT": str(known.get("port", "")),
            "PGUSER": str(known.get("user", "")),
            "PGPASSWORD": str(known.get("password", "")),
            "PGDATABASE": str(known["dbname"]),
        }
        command = ["bash", "scripts/restore.sh", str(self.backup), replace, nobody_erased]
        ended = subprocess.run(
            command, env=environment | settings, cwd=ROOT, capture_output=True, text=True, timeout=60
        )
        return ended.returncode, ended.stderr


@pytest.fixture
def restore(tmp_path: Path) -> Iterator[Restore]:
    server, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    name = f"crmsolid_restore_{uuid4().hex[:8]}"
    url = create_database(server, name)
    yield Restore(tmp_path, url)
    with psycopg.connect(f"{server}/postgres") as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{name}%"]).fetchall()
    for (each,) in found:
        drop_database(server, each)


def test_without_a_ledger_it_is_refused_unless_this_database_says_that_nobody_was_erased(restore: Restore) -> None:
    (restore.data / "erasures.jsonl").unlink()
    assert restore.run() == (0, "")
    restore.sql("INSERT INTO contacts_erasure VALUES (1)")
    status, text = restore.run()
    assert (status, LEDGER in text) == (1, True)
    assert restore.run(nobody_erased="1") == (0, "")
    assert restore.sql("SELECT * FROM contacts_erasure") == []


def test_without_a_ledger_the_backup_of_another_database_is_refused(restore: Restore) -> None:
    (restore.data / "erasures.jsonl").unlink()
    restore.sql("UPDATE workspaces_installation SET key = 'of another one'")
    status, text = restore.run()
    assert (status, LEDGER in text) == (1, True)
    restore.sql("DROP TABLE workspaces_installation, contacts_erasure")
    status, text = restore.run()
    assert (status, LEDGER in text) == (1, True)
    (restore.data / "erasures.jsonl").touch()
    assert restore.run() == (0, "")


def test_it_needs_no_file_of_a_key_that_is_a_setting(restore: Restore) -> None:
    (restore.data / "secret_key").unlink()
    (restore.data / "field_encryption_key").unlink()
    for settings, key in (({}, "secret_key"), ({"SECRET_KEY": "a"}, "field_encryption_key")):
        status, text = restore.run(**settings)
        assert (status, f"copy {key} of the data folder" in text) == (1, True)
    assert restore.run(SECRET_KEY="a", FIELD_ENCRYPTION_KEYS="b") == (0, "")


@pytest.mark.parametrize("replace", ["", "0"])
def test_data_is_replaced_only_when_asked_for(restore: Restore, replace: str) -> None:
    status, text = restore.run(replace)
    assert (status, "the database has data; with REPLACE=1" in text) == (1, True)


def test_database_has_its_name_even_if_the_last_step_fails(restore: Restore) -> None:
    restore.sql("INSERT INTO contacts_erasure VALUES (1)")
    name = conninfo_to_dict(restore.url)["dbname"]
    restore.manage(f'if [ "$2" = sending ]; then psql -q -d postgres -c "DROP DATABASE {name}_new"; fi')
    status, text = restore.run()
    assert (status, "does not exist" in text) == (1, True)
    assert restore.sql("SELECT id FROM contacts_erasure") == [(1,)]


def test_privileges_of_roles_that_are_not_here_are_left_out(restore: Restore) -> None:
    role = f"crmsolid_role_{uuid4().hex[:8]}"
    restore.sql(f"CREATE ROLE {role}")
    restore.sql(f"GRANT SELECT ON contacts_erasure TO {role}")
    restore.write()
    restore.sql(f"DROP OWNED BY {role}; DROP ROLE {role}")
    assert restore.run() == (0, "")
