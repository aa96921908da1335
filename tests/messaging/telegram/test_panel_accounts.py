"""Settings > Telegram accounts: the list, one account, logging out, and permissions."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crmsolid.core import clock
from crmsolid.workspaces.models import AuditEntry, Role, Workspace
from messaging.models import Account, LoginAttempt, Message, TelegramSession, Thread, WorkerHeartbeat
from tests.messaging.helpers import send
from tests.messaging.telegram.helpers import ANNA, SHOP, connect_account
from tests.messaging.telegram.panel_login import ACCOUNT_LIST, ADD, begin, connect, page_of, text
from tests.panel import browser, furnish
from tests.telegram_server import TelegramServer
from tests.tenants import Tenants

MISSING_ID = "01J00000000000000000000000"


def test_list_shows_phone_state_and_usage(client: Client, server: TelegramServer, tenants: Tenants) -> None:
    account = connect(client, server, SHOP)
    WorkerHeartbeat.objects.create(id="telegram1@host/abcd")
    page = text(client.get(ACCOUNT_LIST))
    for expected in (f">{account}<", "Shop", "+15550001", "0 of 50", "50 left", "Connected", "Add account"):
        assert expected in page, expected
    assert "cs-notice" not in page
    assert "15550001" not in text(browser(tenants.owner, tenants.twin).get(ACCOUNT_LIST))


def test_waiting_messages_are_shown_with_used_and_left(client: Client, tenants: Tenants) -> None:
    account = tenants.sandbox()
    send(account)
    page = text(client.get(ACCOUNT_LIST))
    assert "1 of 50" in page and "waiting, " not in page
    for minutes in (1, 2):
        send(account, send_at=clock.now() + timedelta(minutes=minutes))
    page = text(client.get(ACCOUNT_LIST))
    assert "1 of 50" in page and "2 waiting, 47 left" in page


def test_longer_list_takes_no_more_queries(client: Client, tenants: Tenants, server: TelegramServer) -> None:
    def add(phone: str, **fields: Any) -> None:
        server.create_user(phone, first_name=phone)
        account = connect_account(tenants.actor(), server.authorize(phone), server.find(phone).id, name=phone)
        Account.unscoped.filter(pk=account.pk).update(**fields)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(ACCOUNT_LIST).status_code == 200
        return len(captured)

    add("+15560000", state="needs_login")
    add("+15560099", state="connected")
    before = queries()
    for number in range(1, 12):
        add(f"+1556{number:04}", state=["needs_login", "banned", "connected"][number % 3])
    assert queries() == before


@pytest.mark.parametrize(
    ("fields", "notice", "at_home"),
    [
        ({"state": "needs_login"}, "Telegram has ended its session", "Shop needs a login"),
        ({"state": "banned"}, "Telegram has closed this account", "Shop is banned"),
        ({"state": "paused", "paused_until": None}, "Its messages wait until somebody resumes it.", "Shop is paused"),
    ],
)
def test_account_in_trouble_has_a_notice(
    client: Client, server: TelegramServer, tenants: Tenants, fields: dict[str, Any], notice: str, at_home: str
) -> None:
    account = connect(client, server, SHOP)
    Account.unscoped.filter(pk=account).update(**fields)
    AuditEntry.unscoped.create(
        workspace=tenants.workspace,
        action=f"telegram.{fields['state']}",
        target=str(account),
        data={"reason": "THE_REASON"},
    )
    assert notice in text(client.get(ACCOUNT_LIST))
    page = text(client.get(page_of("change", account)))
    assert notice in page and "(&#x27;" not in page
    assert ("Log Shop out" in page) is (fields["state"] == "paused")
    assert ("THE_REASON" in page, "Send code" in page) == ((fields["state"] != "paused"),) * 2
    assert at_home in text(client.get(reverse("admin:index")))


@pytest.mark.parametrize(
    ("kind", "cause"), [("telegram", "Telegram asked for a pause"), ("sandbox", "It simulates a pause")]
)
def test_notice_of_a_pause_has_its_end_and_cause(client: Client, server: TelegramServer, kind: str, cause: str) -> None:
    account = connect(client, server, SHOP)
    until = datetime(2126, 11, 25, 12, 5, tzinfo=UTC)
    Account.unscoped.filter(pk=account).update(state="paused", paused_until=until, kind=kind)
    page = text(client.get(ACCOUNT_LIST))
    assert "Shop: Paused until 25 Nov 2126 12:05 UTC." in page
    assert cause in page


def test_pause_that_is_over_has_no_notice(client: Client, server: TelegramServer) -> None:
    account = connect(client, server, SHOP)
    WorkerHeartbeat.objects.create(id="telegram1@host/abcd")
    Account.unscoped.filter(pk=account).update(state="paused", paused_until=clock.now())
    assert "cs-notice" not in text(client.get(ACCOUNT_LIST))


def test_notice_when_no_worker_is_running(client: Client, server: TelegramServer) -> None:
    assert "No worker runs for Telegram accounts" not in text(client.get(ACCOUNT_LIST))
    connect(client, server, SHOP)
    assert "No worker runs for Telegram accounts" in text(client.get(ACCOUNT_LIST))


def test_logout_must_be_confirmed(client: Client, server: TelegramServer) -> None:
    account = connect(client, server, SHOP)
    unconfirmed = client.post(page_of("logout", account), follow=True)
    assert "Tick the box" in text(unconfirmed) and server.count("auth.logOut") == 0
    confirmed = client.post(page_of("logout", account), {"confirm": "on"}, follow=True)
    assert "Shop is logged out." in text(confirmed) and "Logged out" in text(confirmed)
    assert (server.count("auth.logOut"), Account.unscoped.get(pk=account).state) == (1, "needs_login")
    assert bytes(TelegramSession.unscoped.get().auth_key) == b""
    assert "has ended its session" not in text(client.get(ACCOUNT_LIST))
    again = client.post(page_of("logout", account), {"confirm": "on"}, follow=True)
    assert "The account is not logged in." in text(again)


def test_logging_in_again_keeps_the_account(client: Client, server: TelegramServer) -> None:
    account = connect(client, server, SHOP)
    client.post(page_of("logout", account), {"confirm": "on"})
    step = client.post(page_of("login", account))["Location"]
    assert "Code for +15550001" in text(client.get(step))
    answer = client.post(step, {"code": server.login_code(SHOP)})
    assert answer["Location"] == page_of("connected", account)
    assert Account.unscoped.get(kind="telegram").state == "connected"
    row = TelegramSession.unscoped.get()
    assert (row.login_epoch, row.phone, bool(row.auth_key)) == (3, "15550001", True)


def test_refused_new_login_is_explained_on_the_account_page(client: Client, server: TelegramServer) -> None:
    account = connect(client, server, SHOP)
    Account.unscoped.filter(pk=account).update(state="needs_login")
    server.fail("auth.sendCode", "FLOOD_WAIT_90")
    answer = client.post(page_of("login", account), follow=True)
    assert answer.redirect_chain == [(page_of("change", account), 302)]
    assert "Telegram allows no further try for 90 seconds." in text(answer)


def test_only_name_and_limit_can_be_edited(client: Client, server: TelegramServer) -> None:
    account = connect(client, server, SHOP)
    form = {"name": "Sales", "daily_limit": "20", "state": "banned", "kind": "sandbox", "id": "1"}
    assert client.post(page_of("change", account), form).status_code == 302
    row = Account.unscoped.get(pk=account)
    assert (row.name, row.daily_limit, row.state, row.kind) == ("Sales", 20, "connected", "telegram")
    assert client.post(page_of("change", account), {**form, "daily_limit": "0"}).status_code == 200
    assert Account.unscoped.get(pk=account).daily_limit == 20


@pytest.mark.parametrize(("role", "linked"), [(Role.AGENT, False), (Role.ADMIN, True)])
def test_account_is_linked_only_for_members_who_may_see_its_page(tenants: Tenants, role: Role, linked: bool) -> None:
    rows = furnish(tenants.workspace, "acme")
    client = browser(tenants.member(role))
    account_page = page_of("change", rows.of(Account).pk)
    message = text(client.get(reverse("admin:messaging_message_change", args=[rows.of(Message).pk])))
    assert "acme account" in message and (account_page in message) is linked
    conversation = text(client.get(reverse("admin:inbox_thread", args=[rows.of(Thread).pk])))
    assert "acme account" in conversation and account_page not in conversation


def test_expired_workspace_may_log_out_but_not_in(client: Client, server: TelegramServer, tenants: Tenants) -> None:
    account = connect(client, server, SHOP)
    Workspace.objects.filter(pk=tenants.workspace.pk).update(plan="trial", trial_ends_at=clock.now())
    assert client.get(ADD).status_code == 403
    assert client.post(page_of("login", account)).status_code == 403
    client.post(page_of("logout", account), {"confirm": "on"})
    assert Account.unscoped.get(pk=account).state == "needs_login"


def test_login_and_account_of_another_workspace_look_like_missing_ones(
    client: Client, server: TelegramServer, tenants: Tenants
) -> None:
    other = browser(tenants.stranger)
    step, missing = begin(other, SHOP), page_of("step", f"log_{MISSING_ID}")
    account = connect(other, server, ANNA)

    def outcome(method: str, address: str, form: dict[str, str]) -> Any:
        answer = getattr(client, method)(address, form, follow=True)
        shown = [str(each).replace(str(account), "N").replace("999", "N") for each in answer.context["messages"]]
        return answer.status_code, answer.redirect_chain, shown

    form = {"code": server.login_code(SHOP), "confirm": "on"}
    for method, suffix in (("get", ""), ("post", ""), ("post", "resend/"), ("post", "cancel/")):
        assert outcome(method, step + suffix, form) == outcome(method, missing + suffix, form)
    for verb, method in (("connected", "get"), ("login", "post"), ("logout", "post")):
        assert outcome(method, page_of(verb, account), form) == outcome(method, page_of(verb, 999), form)
    assert (server.count("auth.signIn"), server.count("auth.logOut"), LoginAttempt.unscoped.count()) == (1, 0, 1)


@pytest.mark.parametrize("verb", ["login", "logout"])
def test_actions_need_a_post_with_a_csrf_token(
    client: Client, server: TelegramServer, tenants: Tenants, verb: str
) -> None:
    account, step = connect(client, server, ANNA), begin(client, SHOP)
    assert client.get(page_of(verb, account)).status_code == 405
    assert [client.get(f"{step}{verb}/").status_code for verb in ("resend", "cancel")] == [405, 405]
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(tenants.owner)
    form = {"confirm": "on", "phone": SHOP, "code": server.login_code(SHOP)}
    for address in (page_of(verb, account), ADD, step, f"{step}resend/", f"{step}cancel/"):
        assert strict.post(address, form).status_code == 403
    assert (server.count("auth.sendCode"), server.count("auth.signIn"), server.count("auth.logOut")) == (2, 1, 0)
