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

SAFE: dict[str, Any] = {
    "PRODUCTION": True,
    "DEBUG": False,
    "SECRET_KEY": "x" * 50,
    "FIELD_ENCRYPTION_KEYS": ["A" * 43 + "="],
    "ALLOWED_HOSTS": ["crm.example.com"],
    "WEBHOOK_ALLOW_PRIVATE": False,
    "WEB_PROCESSES": 1,
    "REDIS_URL": "",
    "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}},
}
POSTGRESQL = {"default": {"ENGINE": "django.db.backends.postgresql"}}
REDIS = "redis://redis:6379/0"
Found = Callable[..., list[str]]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """The errors' ids with these settings changed from safe ones."""

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
        ({"FIELD_ENCRYPTION_KEYS": ["A" * 43 + "=", "not one", "A" * 42 + "=="]}, ["crmsolid.E009", "crmsolid.E009"]),
        ({"DEBUG": True}, ["crmsolid.E004"]),
        ({"ALLOWED_HOSTS": []}, ["crmsolid.E005"]),
        ({"ALLOWED_HOSTS": ["crm.example.com", "*"]}, ["crmsolid.E005"]),
        ({"WEBHOOK_ALLOW_PRIVATE": True}, ["crmsolid.E006"]),
        ({"WEB_PROCESSES": 2, "REDIS_URL": REDIS}, ["crmsolid.E007"]),
        ({"WEB_PROCESSES": 2, "DATABASES": POSTGRESQL}, ["crmsolid.E008"]),
        ({"WEB_PROCESSES": 2, "DATABASES": POSTGRESQL, "REDIS_URL": REDIS}, []),
        ({"DEBUG": True, "SECRET_KEY": ""}, ["crmsolid.E001", "crmsolid.E004"]),
    ],
)
def test_each_unsafe_value_is_refused_by_its_own_error(
    found: Found, changes: dict[str, Any], expected: list[str]
) -> None:
    assert found(**changes) == expected


def test_development_refuses_nothing(found: Found) -> None:
    assert found(PRODUCTION=False, DEBUG=True, SECRET_KEY="", ALLOWED_HOSTS=[]) == []


def test_the_checks_are_registered(found: Found) -> None:
    found(DEBUG=True)
    assert [error.id for error in run_checks(tags=["crmsolid"])] == ["crmsolid.E004"]


def test_the_refusal_names_value_and_hint(found: Found, capsys: pytest.CaptureFixture[str]) -> None:
    found(DEBUG=True)
    with pytest.raises(SystemExit) as exit:
        checks.refuse_unsafe_start()
    assert exit.value.code == 3
    assert capsys.readouterr().err == (
        "refusing to start in production:\n"
        "  crmsolid.E004: DEBUG is on\n"
        "    hint: unset DEBUG: its error pages show settings and data to anybody\n"
    )


@pytest.mark.parametrize(
    "command",
    [
        ["-c", "import crmsolid.asgi"],
        ["-m", "celery", "-A", "crmsolid.celery", "worker", "-P", "threads"],
        ["-m", "celery", "-A", "crmsolid.celery", "beat", "-S", "celery.beat.Scheduler"],
        ["-m", "crmsolid.run", "web", "--port", "0"],
    ],
    ids=["asgi", "worker", "beat", "run web"],
)
def test_every_door_refuses_an_unsafe_production(command: list[str], tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL")
    } | {"CRMSOLID_ENV": "production", "CRMSOLID_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "crmsolid.settings"}
    ended = subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 3
    assert "crmsolid.E001: SECRET_KEY is not set" in ended.stderr
    assert "Traceback" not in ended.stderr
