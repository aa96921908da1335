"""Logging in by phone, code and password, and logging out, against a real MTProto server."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from telethon.crypto import Factorization

from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry
from messaging.models import Account, AccountLease, LoginAttempt, TelegramSession
from messaging.telegram import config, services
from messaging.telegram import login as login_steps
from messaging.telegram.client import Session
from messaging.telegram.login import SentCode
from tests.messaging.telegram.helpers import ANNA, OTHER_DC, SHOP, begin
from tests.telegram_server import TelegramServer
from tests.telegram_server.primes import FACTOR_P, FACTOR_Q
from tests.tenants import Tenants


def login(server: TelegramServer, actor: Actor, phone: str = SHOP) -> Any:
    attempt = begin(actor, phone)
    return services.submit_code(actor, attempt_id=attempt.id, code=server.login_code(phone))


def test_login_by_code_creates_an_account(server: TelegramServer, actor: Actor) -> None:
    account = login(server, actor)
    row = TelegramSession.objects.for_workspace(actor.workspace).get(account=account)
    assert (account.name, account.kind, account.state) == ("Shop", "telegram", "connected")
    assert (row.dc_id, (row.host, row.port), row.login_epoch, row.pts) == (2, server.address(), 1, 1)
    assert (row.user_id, AccountLease.unscoped.get(account=account).worker) == (1_000_001, "")
    assert LoginAttempt.unscoped.count() == 0
    server.wait(lambda: server.connected(SHOP) == 0)


def test_phone_and_key_are_stored_encrypted(server: TelegramServer, actor: Actor) -> None:
    attempt = begin(actor, SHOP)
    assert b"15550001" not in bytes(LoginAttempt.unscoped.get().encrypted_state)
    services.submit_code(actor, attempt_id=attempt.id, code=server.login_code(SHOP))
    key = next(iter(server.state.authorizations.values())).auth_key.key
    assert key not in bytes(TelegramSession.unscoped.get().auth_key)
    audit = json.dumps(list(AuditEntry.unscoped.values_list("action", "target", "data")))
    assert "15550001" not in audit and "telegram.logged_in" in audit


def test_login_follows_to_the_data_center_of_the_account(server: TelegramServer, actor: Actor) -> None:
    server.create_user("+15550009", first_name="Far", dc_id=OTHER_DC)
    account = login(server, actor, "+15550009")
    row = TelegramSession.unscoped.get(account=account)
    assert (row.dc_id, (row.host, row.port)) == (OTHER_DC, server.address(OTHER_DC))


def test_third_concurrent_step_is_refused(server: TelegramServer) -> None:
    def send_code(phone: str) -> SentCode:
        answer = login_steps.send_code(Session(*config.first_data_center()), phone)
        assert isinstance(answer, SentCode)
        return answer

    server.hang("auth.sendCode", 20, times=2)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(send_code, phone) for phone in (SHOP, ANNA)]
        server.wait(lambda: server.count("auth.sendCode") == 2)
        with pytest.raises(DomainError, match="other logins are waiting for Telegram"):
            send_code(SHOP)
        server.resume_hanging()
        assert [each.result().channel for each in waiting] == ["app", "app"]
    assert send_code(SHOP).phone == SHOP[1:]
    assert server.count("auth.sendCode") == 3


def fake_factors(monkeypatch: pytest.MonkeyPatch, *results: tuple[int, int]) -> None:
    """Make Telethon's factorization answer these results first."""
    factorize, remaining = Factorization.factorize, list(results)
    monkeypatch.setattr(
        Factorization, "factorize", lambda product: remaining.pop(0) if remaining else factorize(product)
    )


def test_key_exchange_that_telegram_aborts_is_retried_once(
    server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_factors(monkeypatch, (1, FACTOR_P * FACTOR_Q))
    account = login(server, actor)
    assert (account.state, server.count("auth.sendCode")) == ("connected", 1)


def test_key_exchange_that_is_aborted_twice_is_service_unavailable(
    server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_factors(monkeypatch, *[(1, FACTOR_P * FACTOR_Q)] * 2)
    with pytest.raises(DomainError, match="Telegram cannot be reached: IncompleteReadError") as refused:
        services.begin_login(actor, phone=SHOP)
    assert refused.value.code == "service_unavailable"
    assert (LoginAttempt.unscoped.count(), server.count("auth.sendCode")) == (0, 0)


def test_login_that_telegram_has_forgotten_must_start_again(server: TelegramServer, actor: Actor) -> None:
    attempt = begin(actor, SHOP)
    code = server.login_code(SHOP)
    server.state.authorizations.clear()
    with pytest.raises(DomainError, match="no longer knows this login; start again") as refused:
        services.submit_code(actor, attempt_id=attempt.id, code=code)
    assert refused.value.code == "invalid_state"
    assert Account.objects.for_workspace(actor.workspace).count() == 0


def test_second_login_keeps_the_account_and_raises_the_epoch(server: TelegramServer, actor: Actor) -> None:
    first = login(server, actor)
    before = TelegramSession.unscoped.get()
    TelegramSession.unscoped.update(pts=5)
    Account.unscoped.filter(pk=first.pk).update(state="needs_login")
    assert login(server, actor).pk == first.pk
    row = TelegramSession.unscoped.get()
    assert (row.login_epoch, row.pts, Account.unscoped.get(pk=first.pk).state) == (2, 5, "connected")
    assert row.logged_in_at > before.logged_in_at and bytes(row.auth_key) != bytes(before.auth_key)


class _TypedInput(io.StringIO):
    """Standard input of a person who reads the code on the phone, then types the other lines."""

    def __init__(self, server: TelegramServer, phone: str, *other_lines: str) -> None:
        super().__init__()
        self._lines = iter([lambda: server.login_code(phone), *(lambda line=line: line for line in other_lines)])

    def readline(self, *_: Any) -> str:  # type: ignore[override]
        line = next(self._lines, None)
        return "" if line is None else f"{line()}\n"


def test_command_asks_for_code_and_password(
    server: TelegramServer, tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.create_user("+15550009", first_name="Safe", password="swordfish")
    monkeypatch.setattr("sys.stdin", _TypedInput(server, "+15550009", "swordfish"))
    stdout = io.StringIO()
    call_command("telegram_login", workspace="acme", phone="+15550009", json=True, stdout=stdout, stderr=io.StringIO())
    account = Account.objects.for_workspace(tenants.workspace).get()
    assert json.loads(stdout.getvalue()) == {
        "id": account.pk,
        "name": "Safe",
        "kind": "telegram",
        "state": "connected",
        "workspace": "acme",
    }


def test_command_says_that_the_code_is_missing(
    server: TelegramServer, tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(CommandError, match="no code on standard input"):
        call_command("telegram_login", workspace="acme", phone=ANNA, stderr=io.StringIO())
    assert Account.objects.for_workspace(tenants.workspace).count() == 0
