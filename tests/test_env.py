"""Settings are read strictly from the environment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from crmsolid.env import env_choice, env_database, env_int

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


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://u:secret@h/n",
        "mariadb:////var/db",
        "://",
        "/var/db",
        "postgres://u:50%off-secret@h/n",
        "postgres://u:se/cret@h/n",
        "postgres://u:secret@h",
    ],
)
def test_url_of_an_unknown_database_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv(NAME, url)
    with pytest.raises(ImproperlyConfigured) as refused:
        env_database(NAME)
    assert str(refused.value) == (
        f"{NAME} is no address we know; give postgres://user:password@host:5432/name, with special characters "
        "percent-encoded"
    )
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_database_url_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "postgresql://crm:secret@db:5433/crm")
    database = env_database(NAME)
    assert (database["HOST"], database["PORT"], database["NAME"], database["PASSWORD"]) == ("db", 5433, "crm", "secret")


@pytest.mark.parametrize("port", ["", ":5433"])
def test_host_may_be_the_folder_of_a_unix_socket(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv(NAME, f"postgres://crm:p%40ss@%2FHome%2FMy%20data{port}/crm?sslmode=disable")
    database = env_database(NAME)
    assert (database["HOST"], database["PORT"]) == ("/Home/My data", 5433 if port else "")
    assert (database["NAME"], database["PASSWORD"], database["OPTIONS"]) == ("crm", "p@ss", {"sslmode": "disable"})


def test_there_may_be_several_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "postgres://crm:secret@one:5432,two:5433/crm")
    database = env_database(NAME)
    assert (database["HOST"], database["PORT"]) == ("one,two", "5432,5433")


def test_start_with_an_invalid_setting_prints_one_line(tmp_path: Path) -> None:
    environment = {**os.environ, "CRMSOLID_DATA": str(tmp_path), "TRUSTED_PROXIES": "-1"}
    command = [sys.executable, "-m", "crmsolid.serving", "--port", "0"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    message = "cannot start: TRUSTED_PROXIES is '-1'; give a whole number, 0 or more\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", message)
