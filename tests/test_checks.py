import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.checks import run_checks

from crmsolid import checks

KEY = "A" * 43 + "="
SAFE: dict[str, Any] = {
    "PRODUCTION": True,
    "DEBUG": False,
    "SECRET_KEY": "x" * 50,
    "FIELD_ENCRYPTION_KEYS": [KEY],
    "ALLOWED_HOSTS": ["crm.example.com"],
    "WEBHOOK_ALLOW_PRIVATE": False,
    "LOCAL_SERVERS": [],
    "EXPOSED_PATHS": [],
    "EMAIL_HOST": "smtp.example.com",
}
ErrorIds = Callable[..., list[str]]


@pytest.fixture
def error_ids(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """A function that returns the ids of the errors, for safe settings with these changes."""

    def check(**changes: Any) -> list[str]:
        monkeypatch.setattr(checks, "settings", SimpleNamespace(**(SAFE | changes)))
        errors = checks.check_production()
        assert all(error.hint for error in errors)
        return [str(error.id) for error in errors]

    return check


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"SECRET_KEY": ""}, ["crmsolid.E001"]),
        ({"SECRET_KEY": "x" * 49}, ["crmsolid.E002"]),
        ({"FIELD_ENCRYPTION_KEYS": []}, ["crmsolid.E003"]),
        ({"FIELD_ENCRYPTION_KEYS": ["hunter2"]}, ["crmsolid.E009"]),
        ({"FIELD_ENCRYPTION_KEYS": [KEY, "A" * 40]}, ["crmsolid.E009"]),
        ({"FIELD_ENCRYPTION_KEYS": [KEY, "é" * 44]}, ["crmsolid.E009"]),
        ({"DEBUG": True}, ["crmsolid.E004"]),
        ({"ALLOWED_HOSTS": []}, ["crmsolid.E005"]),
        ({"ALLOWED_HOSTS": ["crm.example.com", "*"]}, ["crmsolid.E005"]),
        ({"WEBHOOK_ALLOW_PRIVATE": True}, ["crmsolid.E006"]),
        ({"LOCAL_SERVERS": ["DATABASE_URL"]}, ["crmsolid.E007"]),
        ({"LOCAL_SERVERS": ["REDIS_URL"]}, ["crmsolid.E008"]),
        ({"DEBUG": True, "SECRET_KEY": ""}, ["crmsolid.E001", "crmsolid.E004"]),
    ],
)
def test_each_unsafe_setting_has_its_own_error(
    error_ids: ErrorIds, changes: dict[str, Any], expected: list[str]
) -> None:
    assert error_ids(**changes) == expected


def test_development_refuses_nothing(error_ids: ErrorIds) -> None:
    assert error_ids(PRODUCTION=False, DEBUG=True, SECRET_KEY="", ALLOWED_HOSTS=[]) == []


def test_checks_are_registered_with_django(error_ids: ErrorIds) -> None:
    error_ids(DEBUG=True)
    assert [error.id for error in run_checks(tags=["crmsolid"])] == ["crmsolid.E004"]


def test_refusal_prints_setting_and_hint(error_ids: ErrorIds, capsys: pytest.CaptureFixture[str]) -> None:
    error_ids(DEBUG=True)
    with pytest.raises(SystemExit) as exit:
        checks.refuse_unsafe_start()
    assert exit.value.code == 3
    assert capsys.readouterr().err == (
        "refusing to start in production:\n"
        "  crmsolid.E004: DEBUG is on\n"
        "    hint: unset DEBUG: its error pages show settings and data to anybody\n"
    )


def test_data_folder_that_others_can_read_is_a_warning_and_starts(
    error_ids: ErrorIds, capsys: pytest.CaptureFixture[str]
) -> None:
    assert error_ids(EXPOSED_PATHS=[Path("/srv/data"), Path("/srv/data/secret_key")]) == []
    assert [message.id for message in run_checks(tags=["crmsolid"])] == ["crmsolid.W001"]
    checks.refuse_unsafe_start()
    assert capsys.readouterr().err == ""
    checks.print_warnings()
    assert capsys.readouterr().err == (
        "warning: crmsolid.W001: other users of this machine can read /srv/data, /srv/data/secret_key\n"
        "  hint: let CRMSOLID_DATA name a folder that belongs to the user who runs this, on a file system with modes\n"
    )


def test_invalid_encryption_key_is_numbered_and_not_shown(
    error_ids: ErrorIds, capsys: pytest.CaptureFixture[str]
) -> None:
    error_ids(FIELD_ENCRYPTION_KEYS=[KEY, "hunter2"])
    with pytest.raises(SystemExit):
        checks.refuse_unsafe_start()
    printed = capsys.readouterr().err
    assert "crmsolid.E009: FIELD_ENCRYPTION_KEYS: number 2 is no Fernet key" in printed
    assert "hunter2" not in printed


@pytest.mark.parametrize(
    "command",
    [
        ["-c", "import crmsolid.asgi"],
        ["-m", "celery", "-A", "crmsolid", "worker"],
        ["-m", "celery", "-A", "crmsolid", "worker", "--beat"],
        ["-m", "celery", "-A", "crmsolid", "beat"],
        ["-m", "crmsolid.serving", "--port", "0"],
    ],
    ids=["asgi", "worker", "worker with scheduler", "scheduler", "web"],
)
def test_every_process_refuses_unsafe_production_settings(command: list[str], tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL")
    } | {"CRMSOLID_ENV": "production", "CRMSOLID_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "crmsolid.settings"}
    ended = subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 3
    assert "crmsolid.E001: SECRET_KEY is not set" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_production_without_a_mail_server_is_a_warning(error_ids: ErrorIds) -> None:
    assert error_ids(EMAIL_HOST="") == []
    assert [message.id for message in run_checks(tags=["crmsolid"])] == ["crmsolid.W002"]
    assert error_ids(PRODUCTION=False, EMAIL_HOST="") == []
    assert run_checks(tags=["crmsolid"]) == []
