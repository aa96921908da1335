import re
import shlex
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apikeys.models import ApiKey
from crmsolid.local import setup
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import User, Workspace
from messaging.accounts import create_sandbox_account
from messaging.models import Account, Message
from tests.servers import short_folder
from tests.tenants import Api, Tenants

BASE = "http://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def no_chosen_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(setup.PASSWORD_VARIABLE, raising=False)


def shown(name: str, text: str) -> str:
    return re.findall(rf"^  {name} +(.*)$", text, re.M)[0]


def send_as_shown(text: str) -> Any:
    """The response to the request that the message shows for a shell."""
    words = shlex.split(text[text.index("curl") : text.index("Ctrl-C")])
    headers = dict(word.split(": ") for option, word in pairwise(words) if option == "-H")
    path = words[words.index("POST") + 1].removeprefix(BASE)
    return Client().post(path, words[words.index("-d") + 1], headers.pop("Content-Type"), headers=headers)


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
    sent = [send_as_shown(text).json() for _ in range(2)]
    message = Message.objects.for_workspace(live).get()
    assert [each["id"] for each in sent] == [str(message)] * 2 and message.account_id == 7421


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
    send_as_shown(text)
    assert account.pk != 7421 and Message.unscoped.get().account_id == account.pk


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
