"""Settings > Telegram accounts > Add: phone, code and password, against a real MTProto server."""

import logging
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection
from django.test import Client

from apikeys.limiter import LocalLimiter
from crmsolid.core import clock
from crmsolid.workspaces.models import AuditEntry, Role
from messaging.models import Account, LoginAttempt
from messaging.telegram import login, services
from tests.messaging.telegram.helpers import SHOP
from tests.messaging.telegram.helpers import begin as begin_login
from tests.messaging.telegram.panel_login import ACCOUNT_LIST, ADD, begin, connect, field_error, page_of, text
from tests.panel import browser
from tests.telegram_server import TelegramServer
from tests.tenants import Tenants

SAFE, PASSWORD = "+15550009", "swordfish 5"


def test_phone_and_code_connect_an_account(client: Client, server: TelegramServer, tenants: Tenants) -> None:
    step = begin(client, "+1 555 0001")
    page = text(client.get(step))
    assert "Code for +15550001" in page and "the account&#x27;s own app" in page
    done = client.post(step, {"code": server.login_code(SHOP)[:3] + "-" + server.login_code(SHOP)[3:]})
    account = Account.objects.for_workspace(tenants.workspace).get(kind="telegram")
    assert (account.name, account.state, done["Location"]) == ("Shop", "connected", page_of("connected", account.pk))
    page = text(client.get(done["Location"]))
    assert f"&quot;account_id&quot;: {account.pk}" in page and "http://testserver/v1/messages/send" in page
    assert "+15550001" in page and "50 messages" in page
    assert LoginAttempt.unscoped.count() == 0
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="telegram.logged_in")
    assert (entry.surface, entry.subject_label, entry.target) == ("panel", "owner@acme.example", str(account.pk))
    assert "logged the Telegram account" in text(client.get(page_of("history", account.pk)))


def test_two_step_password_is_asked_for_on_the_same_path(client: Client, server: TelegramServer) -> None:
    server.create_user(SAFE, first_name="Safe", password=PASSWORD)
    step = begin(client, SAFE)
    assert client.post(step, {"code": server.login_code(SAFE)})["Location"] == step
    assert "Two-step password of +15550009" in text(client.get(step))
    assert field_error(client.post(step, {"password": "wrong"}), "password") == "The password is wrong."
    assert Account.unscoped.filter(kind="telegram").count() == 0
    assert client.post(step, {"password": PASSWORD}).status_code == 302
    assert Account.unscoped.get(kind="telegram").name == "Safe"


def test_every_step_may_run_in_another_process(server: TelegramServer, tenants: Tenants) -> None:
    """Each step comes from a new browser session, after all connections to Telegram were closed."""
    server.create_user(SAFE, first_name="Safe", password=PASSWORD)
    step = begin(browser(tenants.owner), SAFE)
    server.disconnect()
    browser(tenants.owner).post(step, {"code": server.login_code(SAFE)})
    server.disconnect()
    answer = browser(tenants.owner).post(step, {"password": PASSWORD})
    assert answer["Location"] == page_of("connected", Account.unscoped.get(kind="telegram").pk)


def test_code_and_password_are_neither_shown_nor_logged_nor_stored(
    client: Client, server: TelegramServer, tenants: Tenants, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.create_user(SAFE, first_name="Safe", password=PASSWORD)
    step = begin(client, SAFE)
    code = server.login_code(SAFE)
    wrong = client.post(step, {"code": "98765"})
    client.post(step, {"code": code})
    refused = client.post(step, {"password": "wrong password"})
    account = int(client.post(step, {"password": PASSWORD})["Location"].rstrip("/").split("/")[-2])
    assert "98765" not in text(wrong) and "wrong password" not in text(refused)
    pages = [
        client.get(address) for address in (page_of("connected", account), page_of("change", account), ACCOUNT_LIST)
    ]
    pages.append(client.get(page_of("history", account)))
    stored = [str(row) for row in AuditEntry.unscoped.values()] + [
        str(each.get_decoded()) for each in Session.objects.all()
    ]
    logged = [str(vars(record)) for record in caplog.records]  # of the product, Django, asyncio and Telethon
    for secret in (code, "98765", PASSWORD, "wrong password"):
        # Telethon's message ids and the timestamps of log records can contain any five digits.
        pattern = re.compile(rf"(?<![0-9.]){re.escape(secret)}(?![0-9])")
        shown = [text(page) for page in pages]
        assert [line for line in shown + stored + logged if pattern.search(line)] == []
    assert code not in step and SAFE[1:] not in step


def test_pages_of_a_login_are_not_cached(client: Client, server: TelegramServer) -> None:
    step = begin(client, SHOP)
    wrong = client.post(step, {"code": "1"})
    for page in (client.get(ADD), client.get(step), wrong):
        assert "no-store" in page["Cache-Control"]
        assert (
            page["Referrer-Policy"] == "same-origin"
        )  # without a referrer a browser's POST has no origin and is answered with 403
    assert 'autocomplete="one-time-code"' in text(wrong)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("FLOOD_WAIT_77", "Telegram allows no further try for 77 seconds."),
        ("FLOOD_WAIT_80000", "Telegram allows no further try for 23 hours."),
        ("PHONE_NUMBER_BANNED", "Telegram has banned this phone number."),
        ("PHONE_NUMBER_INVALID", "Telegram knows no such phone number."),
        ("API_ID_INVALID", "Telegram refuses TELEGRAM_API_ID and TELEGRAM_API_HASH: API_ID_INVALID."),
    ],
)
def test_refused_phone_is_explained(client: Client, server: TelegramServer, error: str, message: str) -> None:
    server.fail("auth.sendCode", error)
    answer = client.post(ADD, {"phone": SHOP})
    assert field_error(answer, "phone") == message
    assert 'value="+15550001"' in text(answer)
    assert LoginAttempt.unscoped.count() == 0


@pytest.mark.parametrize("phone", ["", "hello", "+1"])
def test_invalid_phone_is_refused(client: Client, server: TelegramServer, phone: str) -> None:
    assert field_error(client.post(ADD, {"phone": phone}), "phone")
    assert LoginAttempt.unscoped.count() == 0


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("PHONE_CODE_INVALID", "The code is wrong."),
        (
            "PHONE_CODE_EXPIRED",
            "The code has expired; start again. Mind that a code that was passed on in a Telegram chat, even to "
            "oneself, is void.",
        ),
        ("FLOOD_WAIT_300", "Telegram allows no further try for 5 minutes."),
        ("USER_DEACTIVATED_BAN", "Telegram has banned this account."),
    ],
)
def test_refused_code_is_explained_and_may_be_tried_again(
    client: Client, server: TelegramServer, error: str, message: str
) -> None:
    step = begin(client, SHOP)
    server.fail("auth.signIn", error)
    assert field_error(client.post(step, {"code": server.login_code(SHOP)}), "code") == message
    assert Account.unscoped.filter(kind="telegram").count() == 0
    assert client.post(step, {"code": server.login_code(SHOP)}).status_code == 302


def test_phone_without_telegram_is_explained(client: Client, server: TelegramServer) -> None:
    step = begin(client, "+15557777")
    message = field_error(client.post(step, {"code": server.login_code("+15557777")}), "code")
    assert "no Telegram account" in message
    assert Account.unscoped.filter(kind="telegram").count() == 0


def test_unreachable_telegram_is_explained(client: Client, server: TelegramServer, settings: Any) -> None:
    settings.TELEGRAM_TEST_DC = "2@127.0.0.1:1"
    assert "cannot be reached" in field_error(client.post(ADD, {"phone": SHOP}), "phone")


def test_new_code_replaces_the_old_one(client: Client, server: TelegramServer) -> None:
    step = begin(client, SHOP)
    old = server.login_code(SHOP)
    again = client.post(f"{step}resend/", follow=True)
    assert "A new code is on its way" in text(again)
    assert server.count("auth.resendCode") == 1
    if old != server.login_code(SHOP):  # one code in 100,000 is the same
        assert field_error(client.post(step, {"code": old}), "code") == "The code is wrong."
    assert client.post(step, {"code": server.login_code(SHOP)}).status_code == 302


def test_first_code_stays_valid_if_no_other_can_be_sent(client: Client, server: TelegramServer) -> None:
    step = begin(client, SHOP)
    server.fail("auth.resendCode", "SEND_CODE_UNAVAILABLE")
    assert "no other way to send a code" in text(client.post(f"{step}resend/", follow=True))
    assert client.post(step, {"code": server.login_code(SHOP)}).status_code == 302


def test_starting_over_deletes_the_login(client: Client, server: TelegramServer) -> None:
    step = begin(client, SHOP)
    assert client.post(f"{step}cancel/")["Location"] == ADD
    assert LoginAttempt.unscoped.count() == 0
    answer = client.post(step, {"code": server.login_code(SHOP)}, follow=True)
    assert "That login is over" in text(answer)
    assert server.count("auth.signIn") == 0


def test_expired_login_starts_again(client: Client, server: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> None:
    step = begin(client, SHOP)
    later = clock.now() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    answer = client.post(step, {"code": server.login_code(SHOP)}, follow=True)
    assert answer.redirect_chain == [(ADD, 302)] and "The login has expired" in text(answer)
    assert server.count("auth.signIn") == 0


def test_sixth_code_within_a_minute_is_refused(
    client: Client, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    within_a_minute = LocalLimiter(clock=lambda: 0.0)  # asking for five codes takes longer on a busy machine
    monkeypatch.setattr(services, "limiter", lambda: within_a_minute)
    for _ in range(5):
        begin(client, SHOP)
    assert "Too many codes; wait" in field_error(client.post(ADD, {"phone": SHOP}), "phone")
    assert server.count("auth.sendCode") == 5


def test_posting_a_finished_step_again_does_nothing(client: Client, server: TelegramServer) -> None:
    step = begin(client, SHOP)
    code = server.login_code(SHOP)
    client.post(step, {"code": code})
    again = client.post(step, {"code": code}, follow=True)
    assert again.redirect_chain == [(ACCOUNT_LIST, 302)] and "Shop" in text(again)
    assert (server.count("auth.signIn"), Account.unscoped.filter(kind="telegram").count()) == (1, 1)


def test_posting_the_code_twice_asks_for_the_password(client: Client, server: TelegramServer) -> None:
    server.create_user(SAFE, first_name="Safe", password=PASSWORD)
    step = begin(client, SAFE)
    code = server.login_code(SAFE)
    client.post(step, {"code": code})
    again = client.post(step, {"code": code})
    assert again.context["form"].errors == {} and "Two-step password" in text(again)
    assert server.count("auth.signIn") == 1


@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_concurrent_clicks_asks_telegram(
    client: Client, server: TelegramServer, tenants: Tenants
) -> None:
    step = begin(client, SHOP)
    code = server.login_code(SHOP)
    server.hang("auth.signIn", 20)
    first_answer: list[Any] = []

    def click() -> None:
        try:
            first_answer.append(browser(tenants.owner).post(step, {"code": code}))
        finally:
            connection.close()

    first = threading.Thread(target=click)
    first.start()
    server.wait(lambda: server.count("auth.signIn") == 1)
    second = client.post(step, {"code": code})
    server.resume_hanging()
    first.join()
    assert "Telegram is being asked already" in field_error(second, "code")
    assert first_answer[0]["Location"] == page_of("connected", Account.unscoped.get(kind="telegram").pk)
    assert server.count("auth.signIn") == 1


@pytest.mark.django_db(transaction=True)
def test_telegram_is_asked_outside_of_transactions(
    client: Client, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_transaction: list[bool] = []
    run_step = login._run_step

    def watch(*args: Any) -> Any:
        in_transaction.append(connection.in_atomic_block)
        return run_step(*args)

    monkeypatch.setattr(login, "_run_step", watch)
    server.create_user(SAFE, first_name="Safe", password=PASSWORD)
    account = connect(client, server, SAFE, PASSWORD)
    client.post(page_of("logout", account), {"confirm": "on"})
    assert in_transaction == [False] * 4


def test_test_workspace_has_no_telegram(server: TelegramServer, tenants: Tenants) -> None:
    client = browser(tenants.owner, tenants.twin)
    for answer in (client.get(ADD), client.post(ADD, {"phone": SHOP})):
        assert answer.status_code == 200 and "sandbox accounts only" in text(answer)
        assert "<form" not in text(answer).partition('class="cs-form"')[2].partition("</main>")[0]
    assert server.count("auth.sendCode") == 0


@pytest.mark.parametrize(
    ("configured", "missing"),
    [({}, ["TELEGRAM_API_ID", "TELEGRAM_API_HASH"]), ({"TELEGRAM_API_ID": 7}, ["TELEGRAM_API_HASH"])],
)
def test_missing_settings_are_named(
    client: Client, tenants: Tenants, settings: Any, configured: dict[str, Any], missing: list[str]
) -> None:
    settings.TELEGRAM_TEST_DC, settings.TELEGRAM_API_ID, settings.TELEGRAM_API_HASH = "", 0, ""
    for name, value in configured.items():
        setattr(settings, name, value)
    for answer in (client.get(ADD), client.post(ADD, {"phone": SHOP})):
        page = text(answer)
        assert [name for name in ("TELEGRAM_API_ID", "TELEGRAM_API_HASH") if name in page] == missing
        assert "my.telegram.org" in page
    assert LoginAttempt.unscoped.count() == 0


def test_admin_may_add_accounts(server: TelegramServer, tenants: Tenants) -> None:
    connect(browser(tenants.member(Role.ADMIN)), server, SHOP)
    assert Account.objects.for_workspace(tenants.workspace).filter(kind="telegram").count() == 1


def test_lease_of_a_step_whose_process_died_expires(
    client: Client, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = begin(client, SHOP)
    LoginAttempt.unscoped.update(step_lease_until=clock.now() + services.STEP_LEASE)
    assert "being asked already" in field_error(client.post(step, {"code": server.login_code(SHOP)}), "code")
    later = clock.now() + services.STEP_LEASE
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.post(step, {"code": server.login_code(SHOP)}).status_code == 302


def test_two_concurrent_logins_of_one_user_create_one_account(
    server: TelegramServer, tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other login creates the account between our SELECT and our INSERT."""
    actor = tenants.actor()
    first, second = (begin_login(actor) for _ in range(2))
    store = services._store_account
    created: list[Any] = []

    def store_second(*args: Any) -> Any:
        if not created:
            created.append(store(args[0], first, *args[2:]))
            raise IntegrityError("the other login was first")
        return store(*args)

    monkeypatch.setattr(services, "_store_account", store_second)
    account = services.submit_code(actor, attempt_id=second.id, code=server.login_code(SHOP))
    assert isinstance(account, Account) and account.pk == created[0].pk
    assert list(Account.unscoped.filter(kind="telegram").values_list("pk", flat=True)) == [account.pk]
