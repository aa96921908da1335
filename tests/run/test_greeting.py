import json
import shutil

import pytest

from crmsolid.run import greeting
from crmsolid.run.demo import Demo

FIRST = Demo(
    "owner@example.com",
    ["cs_live_aaaa"],
    ["cs_test_bbbb"],
    True,
    7421,
    "the password",
    "cs_live_aaaa_x",
    "cs_test_bbbb_y",
)


def test_the_first_start_shows_everything_once() -> None:
    text = greeting.compose("http://127.0.0.1:8000", FIRST)
    for shown in ("http://127.0.0.1:8000/panel/", "owner@example.com", "the password", "cs_test_bbbb_y"):
        assert shown in text
    assert 'Authorization: Bearer cs_live_aaaa_x"' in text


def test_a_later_start_shows_prefixes_and_how_to_get_a_key() -> None:
    text = greeting.compose("http://127.0.0.1:8000", Demo("owner@example.com", ["cs_live_aaaa"], ["cs_test_bbbb"]))
    assert "cs_live_aaaa_…" in text and "cs_test_bbbb_…" in text
    assert "manage.py create_api_key --workspace demo --name mine --scopes all" in text
    assert "curl" not in text


def test_production_has_no_demo() -> None:
    text = greeting.compose("http://127.0.0.1:8000", None)
    assert "create_workspace SLUG --owner EMAIL" in text and "owner@example.com" not in text


def test_the_first_request_is_the_guides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/uuidgen")
    request = greeting.first_request("http://localhost:9000", "cs_live_aaaa_x", 7421)
    assert request.startswith("curl -X POST http://localhost:9000/v1/messages/send \\\n")
    assert '-H "Idempotency-Key: $(uuidgen)"' in request
    body = json.loads(request.partition("-d '")[2].removesuffix("'"))
    assert (body["account_id"], body["to"]) == (7421, "@sarah_miller")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert "uuidgen" not in greeting.first_request("http://localhost:9000", "cs_live_aaaa_x", 7421)
