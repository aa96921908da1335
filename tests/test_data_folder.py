"""The data folder is private, and tells where the servers of ``make run`` are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from psycopg import conninfo

from crmsolid.data_folder import data_folder, local_secret, make_private, postgresql_url, valkey_url

ROOT = Path(__file__).resolve().parents[1]


def mode(path: Path) -> str:
    return f"{path.stat().st_mode & 0o777:o}"


def environment(folder: Path, **given: str) -> dict[str, str]:
    """Nothing is set but the data folder and what is given."""
    hidden = ("DATABASE", "REDIS", "CRMSOLID", "SECRET", "FIELD")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    return inherited | {"CRMSOLID_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "crmsolid.settings"} | given


def run_with_data_in(folder: Path, program: str, **given: str) -> str:
    """Run a program with Django set up and with the usual umask. Returns what it prints on standard error."""
    command = [sys.executable, "-c", f"import django\ndjango.setup()\n{program}"]
    return subprocess.run(
        command,
        env=environment(folder, **given),
        umask=0o022,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stderr


def test_new_data_folder_and_its_files_are_private(tmp_path: Path) -> None:
    run_with_data_in(tmp_path / "data", "")
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["field_encryption_key", "secret_key"]
    assert mode(tmp_path / "data") == "700"
    assert {mode(path) for path in (tmp_path / "data").iterdir()} == {"600"}


def test_next_start_makes_an_existing_data_folder_private(tmp_path: Path) -> None:
    run_with_data_in(tmp_path, "")
    for name in ("running.lock", "postgresql.log", "watermark.json", "erasures.jsonl", "postgresql_password"):
        (tmp_path / name).write_text("")
    (tmp_path / "postgresql").mkdir()
    (tmp_path / "valkey").mkdir()
    for path in tmp_path.iterdir():
        path.chmod(0o755 if path.is_dir() else 0o644)
    tmp_path.chmod(0o755)
    run_with_data_in(tmp_path, "")
    assert mode(tmp_path) == "700"
    assert {mode(path) for path in tmp_path.iterdir()} == {"600", "700"}


def test_what_the_product_did_not_make_and_a_shared_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o1777)
    (tmp_path / "data" / "notes").write_text("")
    (tmp_path / "data" / "notes").chmod(0o664)
    secret = tmp_path / "data" / "secret_key"
    secret.write_text("")
    secret.chmod(0o644)
    assert make_private(tmp_path / "data") == [tmp_path / "data"]
    assert (tmp_path / "data").stat().st_mode & 0o7777 == 0o1777
    assert (mode(tmp_path / "data" / "notes"), mode(secret)) == ("664", "600")


def test_what_cannot_be_made_private_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = local_secret(tmp_path, "secret_key")
    (tmp_path / "secret_key").chmod(0o640)
    tmp_path.chmod(0o750)

    def refuse(path: Path, mode: int) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)  # of another owner
    assert make_private(tmp_path) == [tmp_path, tmp_path / "secret_key"]
    monkeypatch.setattr(Path, "chmod", lambda path, mode: None)  # no modes
    assert make_private(tmp_path) == [tmp_path, tmp_path / "secret_key"]
    assert local_secret(tmp_path, "secret_key") == secret


def test_secret_is_written_through_no_link(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / f"secret_key.{os.getpid()}").symlink_to(tmp_path / "file")
    assert len(local_secret(tmp_path, "secret_key")) == 44
    assert (tmp_path / "file").read_text() == "kept"


def test_folder_is_beside_the_packages_unless_it_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CRMSOLID_DATA", raising=False)
    assert data_folder() == ROOT / ".data"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRMSOLID_DATA", "data")
    assert data_folder() == tmp_path / "data"


def test_addresses_lead_to_sockets_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "My data?"
    folder.mkdir()
    (folder / "postgresql_password").write_text("p@ss/word=\n")
    assert conninfo.conninfo_to_dict(postgresql_url(folder)) == {
        "user": "crmsolid",
        "password": "p@ss/word=",
        "host": str(folder / "postgresql"),
        "port": "5432",
        "dbname": "crmsolid",
    }
    with redis.Redis.from_url(valkey_url(folder)) as client:
        assert client.connection_pool.connection_kwargs["path"] == str(folder / "valkey" / "socket")


def settings_with(folder: Path, **given: str) -> list[str]:
    program = "from django.conf import settings as s; import sys; print(s.DATABASE_URL, s.REDIS_URL, s.LOCAL_SERVERS, "
    program += "s.DATABASES['default']['HOST'], file=sys.stderr)"
    return run_with_data_in(folder, program, **given).split()


def test_each_address_that_is_not_given_leads_into_the_data_folder(tmp_path: Path) -> None:
    local = [postgresql_url(tmp_path), valkey_url(tmp_path)]
    given = {"DATABASE_URL": "postgres://crm@db/crm", "REDIS_URL": "redis://redis/1"}
    assert settings_with(tmp_path) == [*local, "['DATABASE_URL',", "'REDIS_URL']", f"{tmp_path}/postgresql"]
    assert settings_with(tmp_path, **given) == [*given.values(), "[]", "db"]
    assert settings_with(tmp_path, REDIS_URL=given["REDIS_URL"])[:3] == [
        local[0],
        given["REDIS_URL"],
        "['DATABASE_URL']",
    ]


def test_command_without_a_running_postgresql_says_how_to_start_it(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "list_api_keys", "--workspace", "demo"]
    own = environment(tmp_path, PGSERVICE="nowhere", PGHOSTADDR="127.0.0.1")  # which would lead to another server
    ended = subprocess.run(command, env=own, cwd=ROOT, capture_output=True, text=True, timeout=60)
    text = f"no PostgreSQL runs in {tmp_path}: start it with `make run`, or set DATABASE_URL\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", text)
