import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from apikeys.models import ApiKey
from crmsolid.local import setup
from crmsolid.workspaces.models import User, Workspace
from crmsolid.workspaces.scopes import Scope
from messaging.models import Account
from messaging.services import create_sandbox_account
from tests.servers import short_folder
from tests.tenants import Api, Tenants

BASE = "http://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def no_chosen_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(setup.PASSWORD_VARIABLE, raising=False)


def shown(name: str, text: str) -> str:
    return re.findall(rf"^  {name} +(.*)$", text, re.M)[0]


def test_first_start_creates_and_shows_what_the_api_guide_needs(db: None, api: Api) -> None:
    text = setup.message(BASE)
    assert f"Panel: {BASE}/panel/  Docs: {BASE}/docs/" in text
    live = Workspace.objects.get(slug="demo")
    account = Account.objects.for_workspace(live).get()
    assert (live.plan, account.pk, account.kind) == ("business", 7421, "sandbox")
    assert User.objects.get(email=shown("login", text)).check_password(shown("password", text))
    for mode in ("live", "test"):
        assert api(shown(f"{mode} key", text)).get("/v1/me").json()["mode"] == mode
    assert {tuple(key.scopes) for key in ApiKey.unscoped.all()} == {tuple(scope.value for scope in Scope)}
    assert shown("account", text) == "7421, a sandbox"
    assert f"{BASE}/docs/guide/getting-started" in text


def test_later_start_creates_nothing_and_knows_no_secret(db: None) -> None:
    first, again = setup.message(BASE), setup.message(BASE)
    assert ApiKey.unscoped.count() == 2
    for secret in ("password", "live key", "test key"):
        assert shown(secret, first) not in again
    assert "manage.py create_api_key --workspace demo --name mine --scopes all" in again


def test_password_can_come_from_the_environment(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(setup.PASSWORD_VARIABLE, "a chosen password")
    assert shown("password", setup.message(BASE)) == "as set in CRMSOLID_DEMO_PASSWORD"
    assert User.objects.get(email="owner@example.com").check_password("a chosen password")


def test_account_gets_another_number_where_7421_is_taken(tenants: Tenants) -> None:
    create_sandbox_account(tenants.actor(), name="Sandbox", account_id=7421)
    text = setup.message(BASE)
    account = Account.objects.for_workspace(Workspace.objects.get(slug="demo")).get()
    assert account.pk != 7421 and shown("account", text) == f"{account.pk}, a sandbox"


def test_production_makes_no_demo(db: None, settings: Any) -> None:
    settings.PRODUCTION = True
    text = setup.message(BASE)
    assert "create_workspace SLUG --owner EMAIL" in text and "owner@example.com" not in text
    assert not Workspace.objects.exists()


def test_both_folders_with_data_are_named_where_root_has_two(db: None, settings: Any) -> None:
    assert f"all that it keeps is in {settings.DATA_DIR}\n" in setup.message(BASE)
    with short_folder() as settings.DATA_DIR:
        (settings.DATA_DIR / "postgresql").symlink_to("/var/lib/of-the-database")
        assert f"all that it keeps is in {settings.DATA_DIR} and /var/lib/of-the-database\n" in setup.message(BASE)


def test_commands_name_the_data_folder_and_the_database_but_no_password(
    db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "my data"
    monkeypatch.setenv("CRMSOLID_DATA", str(folder))
    monkeypatch.setattr(sys, "executable", "/opt/my tools/bin/python")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    setup.message(BASE)
    python = ["/opt/my tools/bin/python", "manage.py", "changepassword", "owner@example.com"]
    assert [f"CRMSOLID_DATA={folder}", *python] in map(shlex.split, setup.message(BASE).splitlines())
    monkeypatch.setenv("DATABASE_URL", "postgres://crm:secret@db/crm")
    text = setup.message(BASE)
    assert 'DATABASE_URL="${DATABASE_URL:?}"' in text
    assert "secret" not in text
