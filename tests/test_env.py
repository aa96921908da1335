"""Settings are read strictly from the environment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from crmsolid.env import env_choice, env_database, env_int, local_secret, make_private, private_file

NAME = "CRMSOLID_TEST_VALUE"


def refusal_of_int() -> str:
    with pytest.raises(ImproperlyConfigured) as refused:
        env_int(NAME, 7, least=1)
    return str(refused.value)


@pytest.mark.parametrize(("text", "number"), [(None, 7), ("", 7), (" 12 ", 12), ("1", 1)])
def test_whole_number_is_read(monkeypatch: pytest.MonkeyPatch, text: str | None, number: int) -> None:
    if text is not None:
        monkeypatch.setenv(NAME, text)
    assert env_int(NAME, 7, least=1) == number


@pytest.mark.parametrize("text", ["-1", "0", "two", "1.5", "0x10", "١"])
def test_other_text_than_a_whole_number_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(NAME, text)
    assert refusal_of_int() == f"{NAME} is {text!r}; give a whole number, 1 or more"


def test_choice_defaults_to_the_first_and_refuses_unknown_values(monkeypatch: pytest.MonkeyPatch) -> None:
    choices = ["development", "production"]
    assert env_choice(NAME, choices) == "development"
    monkeypatch.setenv(NAME, "production")
    assert env_choice(NAME, choices) == "production"
    monkeypatch.setenv(NAME, "Production")
    with pytest.raises(ImproperlyConfigured, match=f"{NAME} is 'Production'; give development or production"):
        env_choice(NAME, choices)


@pytest.mark.parametrize("url", ["nonsense", "mysql://u:secret@h/n", "://", "/var/db.sqlite3"])
def test_url_of_an_unknown_database_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv(NAME, url)
    with pytest.raises(ImproperlyConfigured) as refused:
        env_database(NAME)
    assert str(refused.value) == f"{NAME} is no address we know; give postgres://user:password@host:5432/name"


def test_database_url_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "postgresql://crm:secret@db:5433/crm")
    database = env_database(NAME)
    assert (database["HOST"], database["PORT"], database["NAME"], database["PASSWORD"]) == ("db", 5433, "crm", "secret")
    monkeypatch.setenv(NAME, "sqlite:////tmp/crm.sqlite3")
    assert env_database(NAME)["NAME"] == "/tmp/crm.sqlite3"


def test_start_with_an_invalid_setting_prints_one_line(tmp_path: Path) -> None:
    environment = {**os.environ, "CRMSOLID_DATA": str(tmp_path), "TRUSTED_PROXIES": "-1"}
    command = [sys.executable, "-m", "crmsolid.serving", "--port", "0"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    message = "cannot start: TRUSTED_PROXIES is '-1'; give a whole number, 0 or more\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", message)


def mode(path: Path) -> str:
    return f"{path.stat().st_mode & 0o777:o}"


def run_with_data_in(folder: Path, program: str) -> str:
    """Run a program with Django set up, with the usual umask and nothing set but the data folder. Returns what it
    prints on standard error."""
    hidden = ("DATABASE", "REDIS", "CRMSOLID", "SECRET", "FIELD")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    environment |= {"CRMSOLID_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "crmsolid.settings"}
    command = [sys.executable, "-c", f"import django\ndjango.setup()\n{program}"]
    return subprocess.run(
        command, env=environment, umask=0o022, capture_output=True, text=True, timeout=60, check=True
    ).stderr


WRITE = (
    "import os\n"
    "from django.db import connection\n"
    "with connection.cursor() as cursor: cursor.execute('CREATE TABLE IF NOT EXISTS a (b)')\n"
    "os._exit(0)"  # leaves the files of the write-ahead log
)


def test_new_data_folder_and_its_files_are_private(tmp_path: Path) -> None:
    run_with_data_in(tmp_path / "data", WRITE)
    names = ["crmsolid.sqlite3", "crmsolid.sqlite3-shm", "crmsolid.sqlite3-wal", "field_encryption_key", "secret_key"]
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == names
    assert mode(tmp_path / "data") == "700"
    assert {mode(path) for path in (tmp_path / "data").iterdir()} == {"600"}


def test_next_start_makes_an_existing_data_folder_private(tmp_path: Path) -> None:
    run_with_data_in(tmp_path, WRITE)
    for path in tmp_path.iterdir():
        path.chmod(0o644)
    tmp_path.chmod(0o755)
    run_with_data_in(tmp_path, WRITE)
    assert mode(tmp_path) == "700"
    assert {mode(path) for path in tmp_path.iterdir()} == {"600"}


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


def test_private_file_is_created_and_keeps_a_file_that_exists(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("data")
    private_file(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "data"
    private_file(tmp_path / "new")
    assert mode(tmp_path / "new") == "600"
    private_file(tmp_path / "missing" / "file")
    assert not (tmp_path / "missing").exists()
