"""What the product sets for every page and answer, in production as it starts there."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import global_settings, settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client

import crmsolid.settings
from tests.tenants import Api, Tenants

ROOT = Path(settings.BASE_DIR)
COOKIE = ("NAME", "SECURE", "HTTPONLY", "SAMESITE", "PATH", "DOMAIN", "AGE")
NAMES = [
    *(f"SESSION_COOKIE_{name}" for name in COOKIE),
    *("CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_SAMESITE", "SECURE_HSTS_SECONDS", "DEBUG"),
]


def settings_with(tmp_path: Path, **environment: str) -> dict[str, Any]:
    """The settings of a process that is started with this environment alone."""
    values = f"{{n: getattr(s, n) for n in {NAMES}}}"
    return printed(f"from django.conf import settings as s; print(json.dumps({values}))", tmp_path, **environment)


def printed(code: str, tmp_path: Path, **environment: str) -> Any:
    """The JSON that this code prints in a process of its own."""
    own = {"PATH": "/usr/bin", "CRMSOLID_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "crmsolid.settings"}
    done = subprocess.run(
        [sys.executable, "-c", f"import json; {code}"],
        env={**own, **environment},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return json.loads(done.stdout)


def test_a_process_of_production_leaves_no_core_dump(tmp_path: Path) -> None:
    code = "import resource, crmsolid.settings; print(json.dumps(resource.getrlimit(resource.RLIMIT_CORE)))"
    assert printed(code, tmp_path, CRMSOLID_ENV="production") == [0, 0]


def test_cookies_of_production_are_for_this_host_and_https_alone(tmp_path: Path) -> None:
    found = settings_with(tmp_path, CRMSOLID_ENV="production", CRMSOLID_SESSION_HOURS="12")
    assert found == {
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_COOKIE_DOMAIN": None,
        "SESSION_COOKIE_AGE": 12 * 3600,
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SECURE_HSTS_SECONDS": 31_536_000,
        "DEBUG": False,
    }


@pytest.mark.parametrize("path", ["/v1/me", "/v1/contacts", "/v1/nothing", "/mcp"])
@pytest.mark.parametrize("has_key", [True, False])
def test_no_answer_of_the_api_is_kept_or_read_as_another_type(
    api: Api, tenants: Tenants, path: str, has_key: bool
) -> None:
    answer = api(tenants.key() if has_key else None).get(path)
    assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == ("no-store", "nosniff")


@pytest.mark.parametrize("path", ["/panel/login/", "/docs/", "/swagger", "/oauth/authorize/", "/nowhere", "/readyz"])
def test_pages_are_not_read_as_another_type_nor_framed_nor_named_to_others(db: None, path: str) -> None:
    answer = Client().get(path)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY" or "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["Referrer-Policy"] in ("same-origin", "no-referrer")


@pytest.mark.parametrize("path", ["/panel/login/", "/docs/", "/nowhere", "/readyz"])
def test_pages_name_their_character_set(db: None, path: str) -> None:
    kind = Client().get(path)["Content-Type"]
    assert kind == "application/json" or kind.endswith("charset=utf-8")  # JSON is always UTF-8 (RFC 8259)


def test_passwords_are_hashed_slowly() -> None:
    """With what Django proposes. The tests themselves use a cheap one."""
    assert not hasattr(crmsolid.settings, "PASSWORD_HASHERS")
    assert global_settings.PASSWORD_HASHERS[0].endswith(".PBKDF2PasswordHasher")
    assert PBKDF2PasswordHasher.iterations >= 600_000
