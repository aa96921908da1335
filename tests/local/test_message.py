import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from crmsolid.local import message
from crmsolid.local.demo import Demo
from tests.servers import short_folder

FIRST = Demo(["cs_live_aaaa"], ["cs_test_bbbb"], 7421, "the password", "cs_live_aaaa_x", "cs_test_bbbb_y")


def test_first_start_shows_login_password_and_keys() -> None:
    text = message.message("http://127.0.0.1:8000", FIRST)
    for shown in (
        "http://127.0.0.1:8000/panel/",
        "http://127.0.0.1:8000/docs/",
        "owner@example.com",
        "the password",
        "cs_test_bbbb_y",
    ):
        assert shown in text
    assert 'Authorization: Bearer cs_live_aaaa_x"' in text


def test_later_start_shows_key_prefixes_and_how_to_create_a_key() -> None:
    text = message.message("http://127.0.0.1:8000", Demo(["cs_live_aaaa"], ["cs_test_bbbb"]))
    assert "cs_live_aaaa_…" in text and "cs_test_bbbb_…" in text
    assert "manage.py create_api_key --workspace demo --name mine --scopes all" in text
    assert "curl" not in text


def test_production_names_no_demo_login() -> None:
    text = message.message("http://127.0.0.1:8000", None)
    assert "create_workspace SLUG --owner EMAIL" in text and "owner@example.com" not in text


def test_both_folders_with_data_are_named_where_root_has_two(settings: Any) -> None:
    text = message.message("http://127.0.0.1:8000", None)
    assert f"all that it keeps is in {settings.DATA_DIR}\n" in text
    with short_folder() as settings.DATA_DIR:
        (settings.DATA_DIR / "postgresql").symlink_to("/var/lib/of-the-database")
        text = message.message("http://127.0.0.1:8000", None)
        assert f"all that it keeps is in {settings.DATA_DIR} and /var/lib/of-the-database\n" in text


def test_first_request_is_the_one_of_the_api_guide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/uuidgen")
    request = message.first_request("http://localhost:9000", "cs_live_aaaa_x", 7421)
    assert request.startswith("curl -X POST http://localhost:9000/v1/messages/send \\\n")
    assert '-H "Idempotency-Key: $(uuidgen)"' in request
    body = json.loads(request.partition("-d '")[2].removesuffix("'"))
    assert (body["account_id"], body["to"]) == (7421, "@sarah_miller")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert "uuidgen" not in message.first_request("http://localhost:9000", "cs_live_aaaa_x", 7421)


def test_manage_command_names_the_data_folder_and_the_database_but_no_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "my data"
    monkeypatch.setenv("CRMSOLID_DATA", str(folder))
    monkeypatch.setattr(sys, "executable", "/opt/my tools/bin/python")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    shown = message.manage_command()
    assert shlex.split(shown) == [f"CRMSOLID_DATA={folder}", "/opt/my tools/bin/python", "manage.py"]
    monkeypatch.setenv("DATABASE_URL", "postgres://crm:secret@db/crm")
    shown = message.manage_command()
    assert 'DATABASE_URL="${DATABASE_URL:?}"' in shown
    assert "secret" not in shown
