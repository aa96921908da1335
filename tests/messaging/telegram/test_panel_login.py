"""Settings > Telegram accounts > Add: phone, code and password, against a real MTProto server."""

import json
import logging
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection
from django.test import Client

from crmsolid.core import clock
from crmsolid.workspaces.models import AuditEntry, Role
from messaging.models import Account, LoginAttempt
from messaging.telegram import login, services
from tests.cast import Cast
from tests.messaging.telegram.accounts import SHOP
from tests.messaging.telegram.panel_steps import ADD, LIST, at, begin, connect, problem, text
from tests.panel import browser
from tests.telegram_server import TelegramServer

SAFE, PASSWORD = "+15550009", "swordfish 5"


def test_phone_and_code_connect_an_account(client: Client, server: TelegramServer, cast: Cast) -> None:
    step = begin(client, "+1 555 0001")
    page = text(client.get(step))
    assert "Code for +15550001" in page and "the account's own app" in page
    done = client.post(step, {"code": server.login_code(SHOP)[:3] + "-" + server.login_code(SHOP)[3:]})
    account = Account.objects.for_workspace(cast.workspace).get(kind="telegram")
    assert (account.name, account.state, done["Location"]) == ("Shop", "connected", at("connected", account.pk))
    page = text(client.get(done["Location"]))
    assert f"&quot;account_id&quot;: {account.pk}" in page and "http://testserver/v1/messages/send" in page
    assert "+15550001" in page and "50 messages" in page
    assert LoginAttempt.unscoped.count() == 0
    entry = AuditEntry.objects.for_workspace(cast.workspace).get(action="telegram.logged_in")
    assert (entry.surface, entry.subject_label, entry.target) == ("panel", "owner@acme.example", str(account.pk))
    assert "telegram.logged_in" in text(client.get(at("history", account.pk)))


def test_a_second_factor_is_asked_for_on_the_same_address(client: Client, server: TelegramServer) -> None:
    server.create_user(SAFE, first_name="Safe", password=PASSWORD)
    step = begin(client, SAFE)
    assert client.post(step, {"code": server.login_code(SAFE)})["Location"] == step
    assert "Two-step password of +15550009" in text(client.get(step))
    assert problem(client.post(step, {"password": "wrong"}), "password") == "The password is wrong."
    assert Account.unscoped.filter(kind="telegram").count() == 0
    assert client.post(step, {"password": PASSWORD}).status_code == 302
    assert Account.unscoped.get(kind="telegram").name == "Safe"


def test_every_step_may_be_made_by_another_process(server: TelegramServer, cast: Cast) -> None:
    """Nothing is kept but rows: each step by a browser that has only its cookie, after all connections have gone."""
    server.create_user(SAFE, first_name="Safe", password=PASSWORD)
    step = begin(browser(cast.owner), SAFE)
    server.disconnect()
    browser(cast.owner).post(step, {"code": server.login_code(SAFE)})
    server.disconnect()
    answer = browser(cast.owner).post(step, {"password": PASSWORD})
    assert answer["Location"] == at("connected", Account.unscoped.get(kind="telegram").pk)


def test_neither_code_nor_password_is_anywhere(
    client: Client, server: TelegramServer, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.create_user(SAFE, first_name="Safe", password=PASSWORD)
    step = begin(client, SAFE)
    code = server.login_code(SAFE)
    wrong = client.post(step, {"code": "98765"})
    client.post(step, {"code": code})
    refused = client.post(step, {"password": "not it at all"})
    account = int(client.post(step, {"password": PASSWORD})["Location"].rstrip("/").split("/")[-2])
    assert "98765" not in text(wrong) and "not it at all" not in text(refused)
    pages = [client.get(address) for address in (at("connected", account), at("change", account), LIST)]
    pages.append(client.get(at("history", account)))
    kept = [str(row) for row in AuditEntry.unscoped.values()] + [
        str(each.get_decoded()) for each in Session.objects.all()
    ]
    # asyncio and Telethon write bytes of the wire at DEBUG nowhere; the records are ours, Django's and theirs.
    told = [text(page) for page in pages] + kept + [str(vars(record)) for record in caplog.records]
    for secret in (code, "98765", PASSWORD, "not it at all"):
        # Telethon's message numbers and the records' clocks are long enough to have any five digits in them.
        alone = re.compile(rf"(?<![0-9.]){re.escape(secret)}(?![0-9])")
        assert [line for line in told if alone.search(line)] == []
    assert code not in step and SAFE[1:] not in step


def test_no_page_of_a_login_is_kept_by_anybody(client: Client, server: TelegramServer) -> None:
    step = begin(client, SHOP)
    wrong = client.post(step, {"code": "1"})
    for page in (client.get(ADD), client.get(step), wrong):
        assert "no-store" in page["Cache-Control"]
        assert page["Referrer-Policy"] == "same-origin"  # without a referrer a browser's POST has no origin: 403
    assert 'autocomplete="one-time-code"' in text(wrong)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("FLOOD_WAIT_77", "Telegram allows no further try for 77 seconds."),
        ("FLOOD_WAIT_80000", "Telegram allows no further try for 23 hours."),
        ("PHONE_NUMBER_BANNED", "Telegram has banned this phone number."),
        ("PHONE_NUMBER_INVALID", "Telegram knows no such phone number."),
        ("API_ID_INVALID", "Telegram refuses TELEGRAM_API_ID and TELEGRAM_API_HASH: API_ID_INVALID."),
    ],
)
def test_a_refused_phone_is_explained(client: Client, server: TelegramServer, error: str, said: str) -> None:
    server.fail("auth.sendCode", error)
    answer = client.post(ADD, {"phone": SHOP})
    assert problem(answer, "phone") == said
    assert 'value="+15550001"' in text(answer)
    assert LoginAttempt.unscoped.count() == 0


@pytest.mark.parametrize("phone", ["", "hello", "+1"])
def test_a_phone_that_is_none_is_refused(client: Client, server: TelegramServer, phone: str) -> None:
    assert problem(client.post(ADD, {"phone": phone}), "phone")
    assert LoginAttempt.unscoped.count() == 0


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("PHONE_CODE_INVALID", "The code is wrong."),
        ("PHONE_CODE_EXPIRED", "The code has expired; start again."),
        ("FLOOD_WAIT_300", "Telegram allows no further try for 5 minutes."),
        ("USER_DEACTIVATED_BAN", "Telegram has banned this account."),
    ],
)
def test_a_refused_code_is_explained_and_may_be_tried_again(
    client: Client, server: TelegramServer, error: str, said: str
) -> None:
    step = begin(client, SHOP)
    server.fail("auth.signIn", error)
    assert problem(client.post(step, {"code": server.login_code(SHOP)}), "code") == said
    assert Account.unscoped.filter(kind="telegram").count() == 0
    assert client.post(step, {"code": server.login_code(SHOP)}).status_code == 302


def test_a_phone_without_telegram_is_told_so(client: Client, server: TelegramServer) -> None:
    step = begin(client, "+15557777")
    said = problem(client.post(step, {"code": server.login_code("+15557777")}), "code")
    assert "no Telegram account" in said
    assert Account.unscoped.filter(kind="telegram").count() == 0


def test_telegram_out_of_reach_is_told(client: Client, server: TelegramServer, settings: Any) -> None:
    settings.TELEGRAM_TEST_DC = "2@127.0.0.1:1"
    assert "cannot be reached" in problem(client.post(ADD, {"phone": SHOP}), "phone")


def test_a_new_code_replaces_the_old_one(client: Client, server: TelegramServer) -> None:
    step = begin(client, SHOP)
    old = server.login_code(SHOP)
    again = client.post(f"{step}resend/", follow=True)
    assert "A new code is on its way" in text(again)
    assert server.count("auth.resendCode") == 1
    if old != server.login_code(SHOP):  # one in 100,000 is the same
        assert problem(client.post(step, {"code": old}), "code") == "The code is wrong."
    assert client.post(step, {"code": server.login_code(SHOP)}).status_code == 302


def test_a_code_that_cannot_be_sent_again_leaves_the_first_one_good(client: Client, server: TelegramServer) -> None:
    step = begin(client, SHOP)
    server.fail("auth.resendCode", "SEND_CODE_UNAVAILABLE")
    assert "no other way to send a code" in text(client.post(f"{step}resend/", follow=True))
    assert client.post(step, {"code": server.login_code(SHOP)}).status_code == 302


def test_starting_over_forgets_the_login(client: Client, server: TelegramServer) -> None:
    step = begin(client, SHOP)
    assert client.post(f"{step}cancel/")["Location"] == ADD
    assert LoginAttempt.unscoped.count() == 0
    answer = client.post(step, {"code": server.login_code(SHOP)}, follow=True)
    assert "That login is over" in text(answer)
    assert server.count("auth.signIn") == 0


def test_a_login_that_took_too_long_starts_again(
    client: Client, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = begin(client, SHOP)
    later = clock.now() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    answer = client.post(step, {"code": server.login_code(SHOP)}, follow=True)
    assert answer.redirect_chain == [(ADD, 302)] and "The login has expired" in text(answer)
    assert server.count("auth.signIn") == 0


def test_more_codes_than_anybody_types_are_not_asked_for(client: Client, server: TelegramServer) -> None:
    for _ in range(5):
        begin(client, SHOP)
    assert "Too many codes; wait" in problem(client.post(ADD, {"phone": SHOP}), "phone")
    assert server.count("auth.sendCode") == 5


def test_sending_a_finished_step_again_does_nothing(client: Client, server: TelegramServer) -> None:
    step = begin(client, SHOP)
    code = server.login_code(SHOP)
    client.post(step, {"code": code})
    again = client.post(step, {"code": code}, follow=True)
    assert again.redirect_chain == [(LIST, 302)] and "Shop" in text(again)
    assert (server.count("auth.signIn"), Account.unscoped.filter(kind="telegram").count()) == (1, 1)


def test_the_code_sent_twice_asks_for_the_password(client: Client, server: TelegramServer) -> None:
    server.create_user(SAFE, first_name="Safe", password=PASSWORD)
    step = begin(client, SAFE)
    code = server.login_code(SAFE)
    client.post(step, {"code": code})
    again = client.post(step, {"code": code})
    assert again.context["form"].errors == {} and "Two-step password" in text(again)
    assert server.count("auth.signIn") == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_once_one_asks_telegram(client: Client, server: TelegramServer, cast: Cast) -> None:
    step = begin(client, SHOP)
    code = server.login_code(SHOP)
    server.hang("auth.signIn", 20)
    found: list[Any] = []

    def click() -> None:
        try:
            found.append(browser(cast.owner).post(step, {"code": code}))
        finally:
            connection.close()

    first = threading.Thread(target=click)
    first.start()
    server.wait(lambda: server.count("auth.signIn") == 1)
    second = client.post(step, {"code": code})
    server.let_go()
    first.join()
    assert "Telegram is being asked already" in problem(second, "code")
    assert found[0]["Location"] == at("connected", Account.unscoped.get(kind="telegram").pk)
    assert server.count("auth.signIn") == 1


@pytest.mark.django_db(transaction=True)
def test_telegram_is_asked_outside_of_transactions(
    client: Client, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[bool] = []
    really = login._run

    def watched(*args: Any) -> Any:
        inside.append(connection.in_atomic_block)
        return really(*args)

    monkeypatch.setattr(login, "_run", watched)
    server.create_user(SAFE, first_name="Safe", password=PASSWORD)
    account = connect(client, server, SAFE, PASSWORD)
    client.post(at("logout", account), {"confirm": "on"})
    assert inside == [False] * 4


def test_the_test_side_has_no_telegram(server: TelegramServer, cast: Cast) -> None:
    client = browser(cast.owner, cast.twin)
    for answer in (client.get(ADD), client.post(ADD, {"phone": SHOP})):
        assert answer.status_code == 200 and "sandbox accounts only" in text(answer)
        assert "<form" not in text(answer).partition('class="cs-form"')[2]
    assert server.count("auth.sendCode") == 0


@pytest.mark.parametrize(
    ("given", "named"),
    [({}, ["TELEGRAM_API_ID", "TELEGRAM_API_HASH"]), ({"TELEGRAM_API_ID": 7}, ["TELEGRAM_API_HASH"])],
)
def test_settings_that_are_missing_are_named(
    client: Client, cast: Cast, settings: Any, given: dict[str, Any], named: list[str]
) -> None:
    settings.TELEGRAM_TEST_DC, settings.TELEGRAM_API_ID, settings.TELEGRAM_API_HASH = "", 0, ""
    for name, value in given.items():
        setattr(settings, name, value)
    for answer in (client.get(ADD), client.post(ADD, {"phone": SHOP})):
        page = text(answer)
        assert [name for name in ("TELEGRAM_API_ID", "TELEGRAM_API_HASH") if name in page] == named
        assert "my.telegram.org" in page
    assert LoginAttempt.unscoped.count() == 0


def test_an_admin_may_add_accounts(server: TelegramServer, cast: Cast) -> None:
    connect(browser(cast.member(Role.ADMIN)), server, SHOP)
    assert Account.objects.for_workspace(cast.workspace).filter(kind="telegram").count() == 1


def test_a_claim_that_died_with_its_process_frees_the_login(
    client: Client, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = begin(client, SHOP)
    LoginAttempt.unscoped.update(step_until=clock.now() + services.STEP_TTL)
    assert "being asked already" in problem(client.post(step, {"code": server.login_code(SHOP)}), "code")
    later = clock.now() + services.STEP_TTL
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.post(step, {"code": server.login_code(SHOP)}).status_code == 302


def test_two_logins_of_one_user_at_once_are_one_account(
    server: TelegramServer, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one makes the account between our look and our insert."""
    actor = cast.actor()
    first, second = (services.begin_login(actor, phone=SHOP) for _ in range(2))
    store = services._store
    raced: list[Any] = []

    def late(*args: Any) -> Any:
        if not raced:
            raced.append(store(args[0], first, *args[2:]))
            raise IntegrityError("the other login was first")
        return store(*args)

    monkeypatch.setattr(services, "_store", late)
    account = services.submit_code(actor, attempt_id=second.id, code=server.login_code(SHOP))
    assert isinstance(account, Account) and account.pk == raced[0].pk
    assert json.dumps(list(Account.unscoped.filter(kind="telegram").values_list("pk", flat=True))) == f"[{account.pk}]"
