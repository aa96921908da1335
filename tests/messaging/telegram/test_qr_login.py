"""Logging in by QR code: a web request starts it, an account worker holds it, and the page reads its row."""

import logging
from datetime import timedelta

import pytest

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry, Membership, Role
from messaging.models import Account, LoginAttempt, Message, TelegramSession
from messaging.tasks import end_sessions
from messaging.telegram import account_worker, qr_login, services
from messaging.telegram.account_worker import AccountWorker
from messaging.telegram.client import decrypt_session
from tests.messaging.telegram.helpers import ANNA, OTHER_DC, SHOP, connect_account
from tests.messaging.telegram.qr_codes import PREFIX, code, logged, page, wait_for_state
from tests.telegram_server import TelegramServer
from tests.tenants import Tenants
from tests.waiting import wait_until

SAFE, FAR, PASSWORD = "+15550009", "+15550008", "swordfish 5"


def receives(server: TelegramServer, phone: str, text: str = "Still there?") -> bool:
    """Whether the connected account hears what Anna writes."""
    server.deliver(ANNA, phone, text)
    return wait_until(lambda: Message.unscoped.filter(text=text, direction="in").exists(), "the message", seconds=60)


@pytest.mark.parametrize(("phone", "dc"), [(SHOP, 2), (FAR, OTHER_DC)])
def test_scanned_code_connects_an_account(
    running: AccountWorker, server: TelegramServer, member: Actor, phone: str, dc: int
) -> None:
    server.create_user(FAR, first_name="Far", dc_id=OTHER_DC)
    attempt = services.begin_qr_login(member)
    server.scan_login_token(code(member, attempt), phone)
    login = wait_for_state(member, attempt, "connected")
    account = Account.objects.for_workspace(member.workspace).get(pk=login.account_id)
    row = TelegramSession.unscoped.get(account=account)
    assert (account.kind, account.state, f"+{row.phone}", row.dc_id) == ("telegram", "connected", phone, dc)
    assert (row.host, row.port) == server.address(dc)
    assert (row.user_id, login.address, login.wanted_id) == (server.find(phone).id, "", None)
    entry = AuditEntry.unscoped.get(action="telegram.logged_in")
    assert (entry.surface, entry.subject_label, entry.target) == ("panel", "owner@acme.example", str(account.pk))
    assert receives(server, phone)
    assert server.connected(phone) == 1  # the login's own connection is closed


@pytest.mark.parametrize("dc", [2, OTHER_DC])
def test_password_is_asked_for_in_the_web(
    running: AccountWorker, server: TelegramServer, member: Actor, dc: int
) -> None:
    server.create_user(SAFE, first_name="Safe", dc_id=dc)
    server.set_password(SAFE, PASSWORD, hint="a fish")
    attempt = services.begin_qr_login(member)
    server.scan_login_token(code(member, attempt), SAFE)
    wait_for_state(member, attempt, "password")
    wait_until(lambda: LoginAttempt.unscoped.get().worker == "")
    step = services.login_in_progress(member, attempt_id=attempt.pk)
    assert (step.phone, step.needs_password, step.hint, step.is_qr) == ("", True, "a fish", True)
    with pytest.raises(DomainError, match="the password is wrong"):
        services.submit_password(member, attempt_id=attempt.pk, password="wrong")
    account = services.submit_password(member, attempt_id=attempt.pk, password=PASSWORD)
    login = page(member, attempt)
    assert (login.state, login.account_id, account.name) == ("connected", account.pk, "Safe")
    assert TelegramSession.unscoped.get(account=account).phone == SAFE[1:]
    assert receives(server, SAFE)


def test_code_is_renewed_when_it_expires_and_not_before(
    running: AccountWorker, server: TelegramServer, member: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = services.begin_qr_login(member)
    first = code(member, attempt)
    row = LoginAttempt.unscoped.get()
    left = (page(member, attempt).renewed_at - clock.now()).total_seconds()
    assert 10 < left <= 30
    assert server.count("auth.exportLoginToken") == 1
    services.cancel_login(member, attempt_id=attempt.pk)
    assert row.worker == running.id
    for name in ("MIN_SECONDS", "MAX_SECONDS"):
        monkeypatch.setattr(qr_login, name, 1.0)
    attempt = services.begin_qr_login(member)
    second = code(member, attempt)
    third = code(member, attempt, after=second)
    assert len({first, second, third}) == 3
    with pytest.raises(Exception, match="AUTH_TOKEN_INVALID"):
        server.scan_login_token(second, SHOP)
    server.expire_login_tokens()
    server.scan_login_token(code(member, attempt, after=third), SHOP)
    assert wait_for_state(member, attempt, "connected").account_id


def test_token_that_expires_on_the_way_to_the_other_data_center_is_replaced(
    running: AccountWorker, server: TelegramServer, member: Actor
) -> None:
    server.create_user(FAR, first_name="Far", dc_id=OTHER_DC)
    server.fail("auth.importLoginToken", "AUTH_TOKEN_EXPIRED")
    attempt = services.begin_qr_login(member)
    first = code(member, attempt)
    server.scan_login_token(first, FAR)
    server.wait(lambda: server.count("auth.importLoginToken") == 1, seconds=30)
    server.scan_login_token(code(member, attempt, after=first), FAR)
    assert wait_for_state(member, attempt, "connected").account_id


@pytest.mark.parametrize("error", ["AUTH_TOKEN_EXPIRED", "AUTH_TOKEN_EXCEPTION", "AUTH_TOKEN_INVALIDX"])
def test_token_that_is_void_is_replaced_three_times_and_no_more(
    running: AccountWorker, server: TelegramServer, member: Actor, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    monkeypatch.setattr(qr_login, "RETRY_SECONDS", 0.01)
    server.fail("auth.exportLoginToken", error, times=3)
    attempt = services.begin_qr_login(member)
    server.scan_login_token(code(member, attempt), SHOP)
    assert wait_for_state(member, attempt, "connected").account_id
    asked = server.count("auth.exportLoginToken")
    server.fail("auth.exportLoginToken", error, times=4)
    attempt = services.begin_qr_login(member)
    assert error in wait_for_state(member, attempt, "failed").error
    assert server.count("auth.exportLoginToken") == asked + 4
    assert receives(server, SHOP)


def test_known_account_that_scans_gets_the_new_session(
    running: AccountWorker, server: TelegramServer, member: Actor
) -> None:
    account = connect_account(member, server.authorize(SHOP), server.find(SHOP).id)
    before = TelegramSession.unscoped.get()
    attempt = services.begin_qr_login(member)
    server.scan_login_token(code(member, attempt), SHOP)
    assert wait_for_state(member, attempt, "connected").account_id == account.pk
    row = TelegramSession.unscoped.get()
    assert (row.login_epoch, bytes(row.auth_key) != bytes(before.auth_key)) == (before.login_epoch + 1, True)
    assert receives(server, SHOP)


def held_connections(server: TelegramServer) -> int:
    return len(server.connections)


def test_cancelled_login_leaves_nothing(running: AccountWorker, server: TelegramServer, member: Actor) -> None:
    attempt = services.begin_qr_login(member)
    address = code(member, attempt)
    services.cancel_login(member, attempt_id=attempt.pk)
    server.wait(lambda: held_connections(server) == 0, seconds=30)
    server.scan_login_token(address, SHOP)  # too late: nobody redeems it
    assert (LoginAttempt.unscoped.count(), Account.unscoped.filter(kind="telegram").count()) == (0, 0)
    assert server.connected(SHOP) == 0
    assert server.state.authorizations_of(server.find(SHOP)) == []
    again = services.begin_qr_login(member)
    server.scan_login_token(code(member, again), SHOP)
    assert wait_for_state(member, again, "connected").account_id


def test_login_that_is_cancelled_while_it_is_stored_is_logged_out_at_telegram(
    running: AccountWorker, server: TelegramServer, member: Actor
) -> None:
    attempt = services.begin_qr_login(member)
    address = code(member, attempt)
    server.hang("updates.getState", 60)  # the last request of a login
    server.scan_login_token(address, SHOP)
    server.wait(lambda: server.count("updates.getState") == 1, seconds=30)
    services.cancel_login(member, attempt_id=attempt.pk)
    server.resume_hanging()
    server.wait(lambda: server.count("auth.logOut") == 1, seconds=30)
    server.wait(lambda: server.state.authorizations_of(server.find(SHOP)) == [], seconds=30)
    assert Account.unscoped.filter(kind="telegram").count() == 0


@pytest.mark.parametrize("column", ["expires_at", "seen_at"])
def test_login_ends_when_its_time_is_over_or_its_page_is_closed(
    running: AccountWorker, server: TelegramServer, member: Actor, column: str
) -> None:
    attempt = services.begin_qr_login(member)
    code(member, attempt)
    passed = {"expires_at": timedelta(0), "seen_at": qr_login.UNWATCHED}[column]
    LoginAttempt.unscoped.update(**{column: clock.now() - passed})
    server.wait(lambda: held_connections(server) == 0, seconds=30)
    wait_until(lambda: not LoginAttempt.unscoped.exists())
    with pytest.raises(DomainError) as over:
        page(member, attempt)
    assert over.value.code == "not_found"


def test_open_page_keeps_the_login(running: AccountWorker, server: TelegramServer, member: Actor) -> None:
    attempt = services.begin_qr_login(member)
    code(member, attempt)
    almost = clock.now() - qr_login.UNWATCHED / 2
    LoginAttempt.unscoped.update(seen_at=almost)
    page(member, attempt)
    assert LoginAttempt.unscoped.filter(seen_at__gt=almost + qr_login.UNWATCHED / 3).exists()


def test_next_worker_shows_a_new_code_for_the_same_session(
    running: AccountWorker, server: TelegramServer, member: Actor
) -> None:
    attempt = services.begin_qr_login(member)
    first = code(member, attempt)
    keys = len(server.state.authorizations)
    running.stop()
    server.wait(lambda: held_connections(server) == 0, seconds=30)
    assert LoginAttempt.unscoped.get().worker == ""
    second = AccountWorker("second")
    second.start()
    try:
        address = code(member, attempt, after=first)
        assert len(server.state.authorizations) == keys
        server.scan_login_token(address, SHOP)
        assert wait_for_state(member, attempt, "connected").account_id
        assert receives(server, SHOP)
    finally:
        second.stop()


def test_session_that_was_accepted_while_no_worker_held_it_is_connected(
    running: AccountWorker, server: TelegramServer, member: Actor
) -> None:
    attempt = services.begin_qr_login(member)
    address = code(member, attempt)
    running.stop()
    server.wait(lambda: held_connections(server) == 0, seconds=30)
    server.scan_login_token(address, SHOP)
    second = AccountWorker("second")
    second.start()
    try:
        assert wait_for_state(member, attempt, "connected").account_id
    finally:
        second.stop()


def test_worker_that_lost_its_lease_stores_nothing(
    running: AccountWorker, server: TelegramServer, member: Actor
) -> None:
    """It was suspended while another one took the login over. The session is the other one's by then."""
    attempt = services.begin_qr_login(member)
    address = code(member, attempt)
    server.hang("updates.getState", 60)
    server.scan_login_token(address, SHOP)
    server.wait(lambda: server.count("updates.getState") == 1, seconds=30)
    LoginAttempt.unscoped.update(worker="another")
    server.resume_hanging()
    server.wait(lambda: held_connections(server) == 0, seconds=30)
    assert (LoginAttempt.unscoped.get().worker, Account.unscoped.filter(kind="telegram").count()) == ("another", 0)
    assert server.count("auth.logOut") == 0
    assert len(server.state.authorizations_of(server.find(SHOP))) == 1


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ("FLOOD_WAIT_77", "Telegram allows no further try for 77 seconds"),
        ("API_ID_INVALID", "Telegram refuses TELEGRAM_API_ID and TELEGRAM_API_HASH: API_ID_INVALID"),
        ("USER_DEACTIVATED_BAN", "Telegram has banned this account"),
        (
            "UPDATE_APP_TO_LOGIN",
            "Telegram accepts no code from this version of the application; log in with the phone number instead, or "
            "update it",
        ),
    ],
)
def test_refusal_is_explained(
    running: AccountWorker, server: TelegramServer, member: Actor, error: str, text: str
) -> None:
    server.fail("auth.exportLoginToken", error)
    attempt = services.begin_qr_login(member)
    assert wait_for_state(member, attempt, "failed").error == text
    server.wait(lambda: held_connections(server) == 0, seconds=30)
    assert server.count("auth.exportLoginToken") == 1


def test_lost_connection_is_replaced(
    running: AccountWorker, server: TelegramServer, member: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_worker, "RECONNECT_SECONDS", 0.1)
    server.fail("auth.exportLoginToken", "RPC_CALL_FAIL", times=3)
    attempt = services.begin_qr_login(member)
    said = "Telegram is in trouble (RPC_CALL_FAIL); trying again"
    wait_until(lambda: page(member, attempt).error == said, "the reason", seconds=60)
    server.scan_login_token(code(member, attempt), SHOP)
    assert wait_for_state(member, attempt, "connected").error == ""


@pytest.mark.parametrize("request_name", ["auth.exportLoginToken", "updates.getState"])
def test_short_wait_is_waited_out(
    running: AccountWorker, server: TelegramServer, member: Actor, request_name: str
) -> None:
    """Before the scan, and after it: the login goes on where it was."""
    server.fail(request_name, "FLOOD_WAIT_3")
    attempt = services.begin_qr_login(member)
    if request_name == "auth.exportLoginToken":
        said = wait_until(lambda: page(member, attempt).error, "the reason", seconds=60)
        assert said == "Telegram allows no further try for 3 seconds; trying again"
    server.scan_login_token(code(member, attempt), SHOP)
    assert wait_for_state(member, attempt, "connected").error == ""
    assert receives(server, SHOP)


def test_codes_per_minute_are_bounded(
    running: AccountWorker, server: TelegramServer, member: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "QR_LOGINS_PER_MINUTE", 2)
    for _ in range(2):
        services.cancel_login(member, attempt_id=services.begin_qr_login(member).pk)
    with pytest.raises(DomainError, match="too many codes; wait") as refused:
        services.begin_qr_login(member)
    assert (refused.value.code, LoginAttempt.unscoped.count()) == ("rate_limited", 0)


def test_member_who_was_removed_meanwhile_connects_nothing(
    running: AccountWorker, server: TelegramServer, tenants: Tenants
) -> None:
    admin = Actor.member(Membership.unscoped.get(user=tenants.member(Role.ADMIN)), tenants.workspace)
    attempt = services.begin_qr_login(admin)
    address = code(admin, attempt)
    Membership.unscoped.filter(role=Role.ADMIN).delete()
    server.scan_login_token(address, SHOP)
    assert wait_for_state(admin, attempt, "failed").error == "who started this login is no longer a member"
    assert (server.count("auth.logOut"), Account.unscoped.filter(kind="telegram").count()) == (1, 0)


@pytest.mark.parametrize(("phone", "dc"), [(SHOP, 2), (FAR, OTHER_DC)])
def test_refusal_after_the_scan_leaves_no_session_at_telegram(
    running: AccountWorker, server: TelegramServer, member: Actor, phone: str, dc: int
) -> None:
    server.create_user(FAR, first_name="Far", dc_id=OTHER_DC)
    attempt = services.begin_qr_login(member)
    address = code(member, attempt)
    server.fail("updates.getState", "FLOOD_WAIT_77")  # the last request of a login
    server.scan_login_token(address, phone)
    assert wait_for_state(member, attempt, "failed").error == "Telegram allows no further try for 77 seconds"
    server.wait(lambda: len(server.connections) == 0, seconds=30)
    assert (end_sessions(), server.state.authorizations_of(server.find(phone))) == (1, [])
    again = services.begin_qr_login(member)
    server.scan_login_token(code(member, again), phone)
    assert wait_for_state(member, again, "connected").account_id
    assert receives(server, phone)


def test_codes_at_once_are_bounded(
    running: AccountWorker, server: TelegramServer, member: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_worker, "MOST_AT_ONCE", 2)
    attempts = [services.begin_qr_login(member) for _ in range(services.QR_LOGINS_AT_ONCE)]
    with pytest.raises(DomainError, match="too many QR codes are open"):
        services.begin_qr_login(member)
    for attempt in attempts[:2]:
        code(member, attempt)
    assert held_connections(server) == 2
    services.cancel_login(member, attempt_id=attempts[0].pk)
    code(member, attempts[2])
    assert page(member, attempts[4]).address == ""


def test_login_that_cannot_be_read_fails_alone(
    transactional_db: None, worker: AccountWorker, server: TelegramServer, member: Actor
) -> None:
    """It was begun before the keys of the installation were changed."""
    broken = qr_login.new(member, None)
    broken.encrypted_state = b"of another key"
    broken.save(force_insert=True)
    assert page(member, broken).address == ""
    attempt = qr_login.new(member, None)
    attempt.save(force_insert=True)
    worker.start()
    assert "keys of this installation have changed" in wait_for_state(member, broken, "failed").error
    server.scan_login_token(code(member, attempt), SHOP)
    assert wait_for_state(member, attempt, "connected").account_id
    assert receives(server, SHOP)


def test_code_waits_for_no_step_of_the_phone_login(
    running: AccountWorker, server: TelegramServer, member: Actor
) -> None:
    attempt = services.begin_qr_login(member)
    code(member, attempt)
    for step in (
        lambda: services.login_in_progress(member, attempt_id=attempt.pk),
        lambda: services.submit_code(member, attempt_id=attempt.pk, code="1"),
        lambda: services.resend_code(member, attempt_id=attempt.pk),
        lambda: services.submit_password(member, attempt_id=attempt.pk, password="1"),
    ):
        with pytest.raises(DomainError) as refused:
            step()
        assert refused.value.code == "not_found"
    assert server.counts().get("auth.signIn", 0) == 0


def test_address_and_session_are_encrypted_and_in_no_log_or_audit(
    running: AccountWorker, server: TelegramServer, member: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    attempt = services.begin_qr_login(member)
    address = code(member, attempt)
    row = LoginAttempt.unscoped.get()
    secret = address.removeprefix(PREFIX)
    assert secret.encode() not in bytes(row.encrypted_state)
    assert secret not in repr(page(member, attempt)) and secret not in f"{vars(row)}"
    server.scan_login_token(address, SHOP)
    wait_for_state(member, attempt, "connected")
    stored = [str(entry) for entry in AuditEntry.unscoped.values()]
    assert [line for line in logged(caplog) + stored if secret in line] == []
    kept = decrypt_session(LoginAttempt.unscoped.get())
    assert (kept[0].key, "address" in kept[1]) == (b"", False)
