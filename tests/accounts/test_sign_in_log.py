"""What is logged of log-ins: who, from where and how it ended, and nothing that was typed."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crmsolid.panel.account import sign_in_log
from crmsolid.workspaces.models import Role
from tests.accounts.test_two_factor import code, turn_on
from tests.panel import browser
from tests.tenants import PASSWORD, Tenants

LOGIN, STEP, CHANGE, LOGOUT = (
    reverse(f"account:{name}") for name in ("login", "second_step", "password_change", "logout")
)
NEW = "a wholly new password"
ADDRESS = "127.0.0.1"


@pytest.fixture(autouse=True)
def _nothing_logged_yet() -> None:
    sign_in_log.refusals.cache_clear()


def logged(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str, int | None, str]]:
    records: list[Any] = [record for record in caplog.records if record.name == "crmsolid.sign_in"]
    return [(record.levelname, record.outcome, record.user_id, record.ip) for record in records]


def log_in(client: Client, email: str = "owner@acme.example", password: str = PASSWORD) -> None:
    client.post(LOGIN, {"username": email, "password": password})


def test_each_step_of_a_session_is_logged(tenants: Tenants, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "crmsolid.sign_in")
    client, owner = Client(), tenants.owner.pk
    log_in(client)
    client.post(CHANGE, {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW})
    client.post(LOGOUT)
    client.post(LOGOUT)
    assert logged(caplog) == [
        ("INFO", "logged in", owner, ADDRESS),
        ("INFO", "password changed", owner, ADDRESS),
        ("INFO", "logged out", owner, ADDRESS),
    ]


def test_refusals_are_logged_without_what_was_typed(tenants: Tenants, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "crmsolid.sign_in")
    client = Client()
    log_in(client, password="mistyped secret")
    log_in(client, email="nobody@acme.example", password="mistyped secret")
    turn_on(tenants.owner)
    log_in(client)
    client.post(STEP, {"code": "00000x"})
    client.post(STEP, {"code": code(tenants.owner)})
    assert logged(caplog) == [
        ("WARNING", "log-in refused", tenants.owner.pk, ADDRESS),
        ("WARNING", "log-in refused", None, ADDRESS),
        ("WARNING", "second factor refused", tenants.owner.pk, ADDRESS),
        ("INFO", "logged in", tenants.owner.pk, ADDRESS),
    ]
    lines = [str(vars(record)) for record in caplog.records if record.name == "crmsolid.sign_in"]
    assert not [line for line in lines if "mistyped" in line or "acme.example" in line or "00000x" in line]


def test_page_that_the_role_may_not_open_is_logged_without_its_query(
    tenants: Tenants, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_log, "MAX_REFUSALS", 2)
    caplog.set_level("WARNING", "crmsolid.sign_in")
    members, page = [tenants.member(Role.AGENT), tenants.member(Role.VIEWER)], "/panel/live/plan/"
    for member in members:
        for _ in range(3):
            assert browser(member).get(page, {"q": "searched for"}).status_code == 403
    Client().get(page)
    assert logged(caplog) == [("WARNING", "page refused", member.pk, ADDRESS) for member in members for _ in range(2)]
    records: list[Any] = [record for record in caplog.records if record.name == "crmsolid.sign_in"]
    assert {record.page for record in records} == {f"GET {page}"}
    assert "searched" not in str([vars(record) for record in records])


def test_refusals_beyond_the_limit_are_not_logged(
    tenants: Tenants, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_log, "MAX_REFUSALS", 2)
    for _ in range(3):
        log_in(Client(), password="wrong")
    assert [outcome for _, outcome, *_ in logged(caplog)] == ["log-in refused"] * 2
