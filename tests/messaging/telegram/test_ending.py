"""No session is left behind at Telegram: replaced, cancelled, expired and logged-out ones are ended, also later."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from crmsolid.core import clock, crypto
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Actor
from messaging import erasure
from messaging.models import Account, AccountLease, LoginAttempt, SessionToEnd, TelegramSession
from messaging.tasks import end_sessions
from messaging.telegram import ending, login, services
from messaging.telegram.account_worker import AccountWorker
from tests.messaging.telegram.helpers import ANNA, SHOP, begin, ready_accounts, received_texts, send, wait_for_status
from tests.messaging.telegram.panel_login import begin as begin_in_panel
from tests.messaging.telegram.panel_login import connect, page_of, text
from tests.messaging.telegram.qr_codes import code, wait_for_state
from tests.telegram_server import TelegramServer
from tests.waiting import wait_until

CONFIRM = {"confirm": "on"}


def log_in(server: TelegramServer, actor: Actor, phone: str = SHOP) -> Account:
    account = services.submit_code(actor, attempt_id=begin(actor, phone).id, code=server.login_code(phone))
    assert isinstance(account, Account)
    return account


def sessions(server: TelegramServer, phone: str = SHOP) -> int:
    """How many devices Telegram lists for this user."""
    return server.run_in_loop(lambda: len(server.state.authorizations_of(server.find(phone))))


def later(monkeypatch: pytest.MonkeyPatch, **passed: int) -> None:
    now = clock.now() + timedelta(**passed)
    monkeypatch.setattr(clock, "now", lambda: now)


def test_session_that_a_second_login_replaces_is_ended(server: TelegramServer, actor: Actor) -> None:
    first = log_in(server, actor)
    assert log_in(server, actor).pk == first.pk
    assert (sessions(server), SessionToEnd.unscoped.count()) == (2, 1)
    assert end_sessions() == 1
    assert (sessions(server), SessionToEnd.unscoped.count()) == (1, 0)
    assert services.logout(actor, account_id=first.pk) == "ended"  # the one that is left is the account's own
    assert sessions(server) == 0


@pytest.mark.parametrize(
    ("state", "expected"),
    [("paused", "paused"), ("frozen", "frozen"), ("needs_login", "connected"), ("banned", "connected")],
)
def test_another_login_of_a_known_user_ends_no_pause(
    server: TelegramServer, actor: Actor, state: str, expected: str
) -> None:
    """A pause by hand, or because Telegram asked for it: else the messages that wait would go out at once."""
    account = log_in(server, actor)
    until = clock.now() + timedelta(hours=1)
    Account.unscoped.filter(pk=account.pk).update(state=state, paused_until=until)
    again = log_in(server, actor)
    account.refresh_from_db()
    assert (again.pk, account.state) == (account.pk, expected)
    assert account.paused_until == (until if state == expected else None)


def test_replaced_session_is_ended_after_its_worker_has_let_go(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, no_gap: None
) -> None:
    worker.start()
    server.wait(lambda: server.connected(SHOP) == 1, seconds=60)
    log_in(server, actor)
    wait_until(lambda: end_sessions() == 1, "the session that was ended", seconds=60)
    wait_until(lambda: shop.pk in ready_accounts(worker), seconds=60)
    assert (sessions(server), SessionToEnd.unscoped.count()) == (1, 0)
    message = send(actor, shop, "still here")
    wait_for_status(message, "sent", seconds=60)
    assert received_texts(server) == ["still here"]


def test_logging_out_opens_no_second_connection(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "RELEASE_SECONDS", 60.0)
    server.configure(allows_one_connection=True)
    server.configure_logins(gives_logout_tokens=True)
    worker.start()
    server.wait(lambda: server.connected(SHOP) == 1, seconds=60)
    assert services.logout(actor, account_id=shop.pk) == "ended"
    assert (server.peak_connected(SHOP), server.count("auth.logOut"), sessions(server)) == (1, 1, 0)
    assert TelegramSession.unscoped.get().future_auth_token  # a key that was used twice would have given none


def test_logout_does_not_wait_long_for_a_worker_that_hangs(
    client: Client, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "RELEASE_SECONDS", 0.2)
    account = connect(client, server, SHOP)
    lease = AccountLease.unscoped.filter(account_id=account)
    lease.update(worker="w/1", epoch=3, lease_until=clock.now() + timedelta(seconds=30))
    answer = client.post(page_of("logout", account), CONFIRM, follow=True)
    assert "Shop is logged out here. Telegram could not be told yet, which is tried again for 3 days." in text(answer)
    assert (server.count("auth.logOut"), end_sessions(), Account.unscoped.get(pk=account).state) == (
        0,
        0,
        "needs_login",
    )
    lease.update(worker="", epoch=3)
    assert (end_sessions(), sessions(server)) == (1, 0)


def test_lease_of_a_worker_that_died_delays_the_end_until_it_is_over(
    server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "RELEASE_SECONDS", 0.0)
    account = log_in(server, actor)
    lease = AccountLease.unscoped.filter(account=account)
    lease.update(worker="w/1", epoch=3, lease_until=clock.now() + timedelta(seconds=30))
    assert services.logout(actor, account_id=account.pk) == "pending"
    later(monkeypatch, seconds=39)
    assert end_sessions() == 0
    later(monkeypatch, seconds=2)
    assert (end_sessions(), sessions(server)) == (1, 0)


def test_worker_that_took_the_account_with_the_new_login_does_not_hold_the_old_session(
    server: TelegramServer, actor: Actor
) -> None:
    account = log_in(server, actor)
    log_in(server, actor)
    lease = AccountLease.unscoped.filter(account=account)
    lease.update(worker="w/1", epoch=1, lease_until=clock.now() + timedelta(seconds=30))
    assert (end_sessions(), sessions(server)) == (1, 1)


def test_cancelled_login_is_ended(client: Client, server: TelegramServer) -> None:
    """Telegram has accepted the code, and its answer was lost: the key is logged in, and we do not know."""
    step = begin_in_panel(client, SHOP)
    server.fail("auth.signIn", "FLOOD_WAIT_30", when="after")
    client.post(step, {"code": server.login_code(SHOP)})
    assert sessions(server) == 1
    client.post(f"{step}cancel/")
    assert (LoginAttempt.unscoped.count(), end_sessions(), sessions(server)) == (0, 1, 0)


@pytest.mark.parametrize("by", ["purge", "the next login"])
def test_expired_login_is_ended(by: str, server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = begin(actor)
    server.fail("auth.signIn", "FLOOD_WAIT_30", when="after")
    with pytest.raises(DomainError):
        services.submit_code(actor, attempt_id=attempt.id, code=server.login_code(SHOP))
    later(monkeypatch, minutes=6)
    if by == "purge":
        assert erasure.purge() == 1
    else:
        begin(actor, ANNA)
    assert not LoginAttempt.unscoped.filter(pk=attempt.pk).exists()
    assert (end_sessions(), sessions(server)) == (1, 0)


def test_login_that_is_cancelled_during_its_last_step_makes_no_account(
    server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step goes on at Telegram after the person has given up, so its session is ended after the step."""
    attempt = begin(actor)
    sign_in = login.sign_in

    def cancelled_meanwhile(*args: Any) -> Any:
        services.cancel_login(actor, attempt_id=attempt.id)
        assert end_sessions() == 0  # not before the step is over
        return sign_in(*args)

    monkeypatch.setattr(login, "sign_in", cancelled_meanwhile)
    with pytest.raises(DomainError, match="no such login"):
        services.submit_code(actor, attempt_id=attempt.id, code=server.login_code(SHOP))
    assert (Account.objects.for_workspace(actor.workspace).count(), sessions(server)) == (0, 1)
    later(monkeypatch, seconds=int(services.STEP_LEASE.total_seconds()) + 1)
    assert (end_sessions(), sessions(server)) == (1, 0)


def test_hint_of_the_password_is_shown_after_a_qr_code(
    running: AccountWorker, server: TelegramServer, member: Actor
) -> None:
    server.set_password(SHOP, "swordfish", hint="fish")
    attempt = services.begin_qr_login(member)
    server.scan_login_token(code(member, attempt), SHOP)
    wait_for_state(member, attempt, "password")
    assert services.login_in_progress(member, attempt_id=attempt.pk).hint == "fish"
    assert services.submit_password(member, attempt_id=attempt.pk, password="swordfish").state == "connected"


@pytest.mark.parametrize("gone", ["revoked", "key forgotten", "key used twice"])
def test_session_that_is_over_already_counts_as_ended(gone: str, client: Client, server: TelegramServer) -> None:
    account = connect(client, server, SHOP)
    if gone == "key forgotten":
        server.forget_keys(SHOP)
    else:
        server.revoke(SHOP, "AUTH_KEY_DUPLICATED" if gone == "key used twice" else "SESSION_REVOKED", is_pushed=False)
    answer = client.post(page_of("logout", account), CONFIRM, follow=True)
    assert "Shop is logged out. Its messages wait for the next login." in text(answer)
    assert (SessionToEnd.unscoped.count(), bytes(TelegramSession.unscoped.get().auth_key)) == (0, b"")


def test_outage_is_waited_out_for_days(server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    account = log_in(server, actor)
    server.fail("auth.logOut", "FLOOD_WAIT_30")
    assert services.logout(actor, account_id=account.pk) == "pending"
    assert (end_sessions(), sessions(server)) == (0, 1)  # not due yet
    later(monkeypatch, minutes=3)
    assert (end_sessions(), sessions(server), SessionToEnd.unscoped.count()) == (1, 0, 0)


def test_run_is_limited_in_time(server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        log_in(server, actor)
    monkeypatch.setattr(ending, "RUN_SECONDS", 0.0)
    assert (end_sessions(), sessions(server), SessionToEnd.unscoped.count()) == (1, 2, 1)
    assert (end_sessions(), sessions(server), SessionToEnd.unscoped.count()) == (1, 1, 0)


def test_session_waits_without_delay_while_the_process_is_busy(
    server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(server, actor)
    log_in(server, actor)
    before = SessionToEnd.unscoped.get()
    with monkeypatch.context() as patch:
        patch.setattr(login, "_concurrent_steps", threading.BoundedSemaphore(1))
        assert login._concurrent_steps.acquire()
        assert end_sessions() == 0
    after = SessionToEnd.unscoped.get()
    assert (after.attempts, after.not_before) == (before.attempts, before.not_before)
    assert (end_sessions(), sessions(server)) == (1, 1)


def test_session_that_cannot_be_ended_is_dropped_after_three_days(
    server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    account = log_in(server, actor)
    server.fail("auth.logOut", "FLOOD_WAIT_30", times=3)
    assert services.logout(actor, account_id=account.pk) == "pending"
    later(monkeypatch, days=2)
    assert (end_sessions(), SessionToEnd.unscoped.count()) == (0, 1)
    later(monkeypatch, days=1)
    assert (end_sessions(), SessionToEnd.unscoped.count()) == (0, 0)
    [line] = [each for each in caplog.records if each.levelname == "ERROR"]
    assert line.getMessage().startswith("a session stays open at Telegram, end it in a Telegram app: ")
    assert line.__dict__["account_id"] == account.pk


def test_key_of_a_session_to_end_is_encrypted_for_its_row(server: TelegramServer, actor: Actor) -> None:
    log_in(server, actor)
    key = crypto.decrypt(TelegramSession.unscoped.get(), "auth_key")
    log_in(server, actor)
    left = SessionToEnd.unscoped.get()
    assert key not in bytes(left.auth_key) and crypto.decrypt(left, "auth_key") == key
    left.pk = "log_another"
    with pytest.raises(crypto.Unreadable):
        crypto.decrypt(left, "auth_key")


# The next login after a logout


def logged_out(server: TelegramServer, client: Client) -> int:
    server.configure_logins(gives_logout_tokens=True)
    account = connect(client, server, SHOP)
    client.post(page_of("logout", account), CONFIRM)
    [(token, _)] = server.state.logout_tokens.items()
    row = TelegramSession.unscoped.get()
    assert row.future_auth_token is not None and token not in bytes(row.future_auth_token)
    assert crypto.decrypt(row, "future_auth_token") == token
    return account


def test_login_after_a_logout_needs_no_code(client: Client, server: TelegramServer) -> None:
    account = logged_out(server, client)
    answer = client.post(page_of("login", account))
    assert answer["Location"] == page_of("connected", account)
    row = TelegramSession.unscoped.get()
    assert (row.account.state, row.login_epoch, row.future_auth_token) == ("connected", 3, None)
    assert (LoginAttempt.unscoped.count(), sessions(server), server.count("auth.signIn")) == (0, 1, 1)


def test_login_after_a_logout_asks_for_the_password(client: Client, server: TelegramServer) -> None:
    server.set_password(SHOP, "swordfish", hint="fish")
    server.configure_logins(gives_logout_tokens=True)
    account = connect(client, server, SHOP, "swordfish")
    client.post(page_of("logout", account), CONFIRM)
    step = client.post(page_of("login", account))["Location"]
    page = text(client.get(step))
    assert "Two-step password of +15550001" in page and "<strong>fish</strong>" in page
    assert client.post(step, {"password": "swordfish"})["Location"] == page_of("connected", account)
    assert server.count("auth.signIn") == 1


def test_token_that_telegram_no_longer_knows_is_followed_by_a_code(client: Client, server: TelegramServer) -> None:
    account = logged_out(server, client)
    server.state.logout_tokens.clear()
    step = client.post(page_of("login", account))["Location"]
    assert client.post(step, {"code": server.login_code(SHOP)})["Location"] == page_of("connected", account)
    assert TelegramSession.unscoped.get().future_auth_token is None


def test_token_of_another_workspace_or_phone_is_not_used(client: Client, server: TelegramServer, tenants: Any) -> None:
    logged_out(server, client)
    begin(tenants.actor(tenants.other), SHOP)
    begin(tenants.actor(), ANNA)
    assert len(server.state.logout_tokens) == 1


def test_token_is_forgotten_after_thirty_days(
    client: Client, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged_out(server, client)
    later(monkeypatch, days=29)
    erasure.purge()
    assert TelegramSession.unscoped.get().future_auth_token is not None
    later(monkeypatch, days=2)
    erasure.purge()
    assert TelegramSession.unscoped.get().future_auth_token is None
