"""Settings > Telegram accounts: the list, one account, logging out, and who may what."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crmsolid.core import clock
from crmsolid.workspaces.models import AuditEntry, Role, Workspace
from messaging.models import Account, AccountOwner, LoginAttempt, Message, TelegramSession, Thread
from tests.cast import Cast
from tests.messaging.helpers import send
from tests.messaging.telegram.accounts import ANNA, SHOP, connect_account
from tests.messaging.telegram.panel_steps import ADD, LIST, at, begin, connect, text
from tests.panel import browser, furnish
from tests.telegram_server import TelegramServer

NOWHERE = "01J00000000000000000000000"


def test_the_list_tells_what_one_needs_to_know(client: Client, server: TelegramServer, cast: Cast) -> None:
    account = connect(client, server, SHOP)
    AccountOwner.objects.create(id="telegram1@host/abcd")
    page = text(client.get(LIST))
    for wanted in (f">{account}<", "Shop", "+15550001", "0 of 50", "50 left", "Connected", "Add account"):
        assert wanted in page, wanted
    assert "cs-notice" not in page
    assert "15550001" not in text(browser(cast.owner, cast.twin).get(LIST))


def test_what_waits_is_counted_so_that_the_line_adds_up(client: Client, cast: Cast) -> None:
    account = cast.sandbox()
    send(account)
    assert "1 of 50" in text(client.get(LIST)) and "waiting" not in text(client.get(LIST))
    for minutes in (1, 2):
        send(account, send_at=clock.now() + timedelta(minutes=minutes))
    page = text(client.get(LIST))
    assert "1 of 50" in page and "2 waiting, 47 left" in page


def test_a_longer_list_takes_no_more_queries(client: Client, cast: Cast, server: TelegramServer) -> None:
    def add(phone: str, **fields: Any) -> None:
        server.create_user(phone, first_name=phone)
        account = connect_account(cast.actor(), server.authorize(phone), server.find(phone).id, name=phone)
        Account.unscoped.filter(pk=account.pk).update(**fields)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(LIST).status_code == 200
        return len(found)

    add("+15560000", state="needs_login")
    add("+15560099", state="connected")
    few = queries()
    for number in range(1, 12):
        add(f"+1556{number:04}", state=["needs_login", "banned", "connected"][number % 3])
    assert queries() == few


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"state": "needs_login"}, "Telegram has ended its session"),
        ({"state": "banned"}, "Telegram has closed or frozen this account"),
        ({"state": "paused", "paused_until": None}, "Its messages wait."),
    ],
)
def test_an_account_in_trouble_is_announced(
    client: Client, server: TelegramServer, cast: Cast, fields: dict[str, Any], said: str
) -> None:
    account = connect(client, server, SHOP)
    Account.unscoped.filter(pk=account).update(**fields)
    AuditEntry.unscoped.create(
        workspace=cast.workspace, action=f"telegram.{fields['state']}", target=str(account), data={"reason": "SO_IT_IS"}
    )
    assert said in text(client.get(LIST))
    page = text(client.get(at("change", account)))
    assert said in page and "(&#x27;" not in page
    assert ("Log Shop out" in page) is (fields["state"] == "paused")
    assert ("SO_IT_IS" in page, "Send code" in page) == ((fields["state"] != "paused"),) * 2
    assert "needs you" in text(client.get(reverse("admin:index"))) or fields["state"] == "paused"


@pytest.mark.parametrize(("kind", "why"), [("telegram", "Telegram asked for a pause"), ("sandbox", "It acts out")])
def test_a_pause_is_announced_with_its_end_and_its_cause(
    client: Client, server: TelegramServer, kind: str, why: str
) -> None:
    account = connect(client, server, SHOP)
    until = datetime(2126, 11, 25, 12, 5, tzinfo=UTC)
    Account.unscoped.filter(pk=account).update(state="paused", paused_until=until, kind=kind)
    page = text(client.get(LIST))
    assert "Shop: Paused until 25 Nov 12:05 UTC." in page
    assert why in page


def test_a_pause_that_is_over_is_not_announced(client: Client, server: TelegramServer) -> None:
    account = connect(client, server, SHOP)
    AccountOwner.objects.create(id="telegram1@host/abcd")
    Account.unscoped.filter(pk=account).update(state="paused", paused_until=clock.now())
    assert "cs-notice" not in text(client.get(LIST))


def test_accounts_that_no_worker_holds_are_announced(client: Client, server: TelegramServer) -> None:
    assert "No worker holds Telegram accounts" not in text(client.get(LIST))
    connect(client, server, SHOP)
    assert "No worker holds Telegram accounts" in text(client.get(LIST))


def test_logging_out_wants_a_confirmation(client: Client, server: TelegramServer) -> None:
    account = connect(client, server, SHOP)
    unsure = client.post(at("logout", account), follow=True)
    assert "Tick the box" in text(unsure) and server.count("auth.logOut") == 0
    sure = client.post(at("logout", account), {"confirm": "on"}, follow=True)
    assert "Shop is logged out." in text(sure) and "Logged out" in text(sure)
    assert (server.count("auth.logOut"), Account.unscoped.get(pk=account).state) == (1, "needs_login")
    assert bytes(TelegramSession.unscoped.get().auth_key) == b""
    assert "has ended its session" not in text(client.get(LIST))
    again = client.post(at("logout", account), {"confirm": "on"}, follow=True)
    assert "The account is not logged in." in text(again)


def test_a_logout_that_telegram_does_not_hear_says_what_to_do(client: Client, server: TelegramServer) -> None:
    account = connect(client, server, SHOP)
    server.fail("auth.logOut", "AUTH_KEY_UNREGISTERED")
    answer = client.post(at("logout", account), {"confirm": "on"}, follow=True)
    assert "Telegram could not be told" in text(answer)
    assert bytes(TelegramSession.unscoped.get().auth_key) == b""


def test_logging_in_again_keeps_the_account(client: Client, server: TelegramServer) -> None:
    account = connect(client, server, SHOP)
    client.post(at("logout", account), {"confirm": "on"})
    step = client.post(at("login", account))["Location"]
    assert "Code for +15550001" in text(client.get(step))
    answer = client.post(step, {"code": server.login_code(SHOP)})
    assert answer["Location"] == at("connected", account)
    assert Account.unscoped.get(kind="telegram").state == "connected"
    row = TelegramSession.unscoped.get()
    assert (row.login_epoch, row.phone, bool(row.auth_key)) == (3, "15550001", True)


def test_a_refused_new_login_is_told_on_the_accounts_page(client: Client, server: TelegramServer) -> None:
    account = connect(client, server, SHOP)
    Account.unscoped.filter(pk=account).update(state="needs_login")
    server.fail("auth.sendCode", "FLOOD_WAIT_90")
    answer = client.post(at("login", account), follow=True)
    assert answer.redirect_chain == [(at("change", account), 302)]
    assert "Telegram allows no further try for 90 seconds." in text(answer)


def test_name_and_limit_are_edited_nothing_else(client: Client, server: TelegramServer) -> None:
    account = connect(client, server, SHOP)
    form = {"name": "Sales", "daily_limit": "20", "state": "banned", "kind": "sandbox", "id": "1"}
    assert client.post(at("change", account), form).status_code == 302
    found = Account.unscoped.get(pk=account)
    assert (found.name, found.daily_limit, found.state, found.kind) == ("Sales", 20, "connected", "telegram")
    assert client.post(at("change", account), {**form, "daily_limit": "0"}).status_code == 200
    assert Account.unscoped.get(pk=account).daily_limit == 20


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_settings_are_for_admins_and_owners(server: TelegramServer, cast: Cast, role: Role) -> None:
    step = begin(browser(cast.owner), SHOP)
    account = connect(browser(cast.owner), server, ANNA)
    client = browser(cast.member(role))
    assert "/messaging/account/" not in text(client.get(reverse("admin:index")))
    gets = [LIST, ADD, step, at("change", account), at("connected", account)]
    assert [client.get(address).status_code for address in gets] == [403] * 5
    posts = [ADD, step, f"{step}resend/", f"{step}cancel/", at("login", account), at("logout", account)]
    form = {"phone": SHOP, "code": server.login_code(SHOP), "confirm": "on"}
    assert [client.post(address, form).status_code for address in posts] == [403] * 6
    assert (server.count("auth.sendCode"), server.count("auth.signIn"), server.count("auth.logOut")) == (2, 1, 0)
    assert LoginAttempt.unscoped.count() == 1


@pytest.mark.parametrize(("role", "linked"), [(Role.AGENT, False), (Role.ADMIN, True)])
def test_an_account_is_linked_for_those_who_may_see_its_page(cast: Cast, role: Role, linked: bool) -> None:
    made = furnish(cast.workspace, "acme")
    client = browser(cast.member(role))
    for name, row in (("thread", made.of(Thread)), ("message", made.of(Message))):
        page = text(client.get(reverse(f"admin:messaging_{name}_change", args=[row.pk])))
        assert "acme account" in page
        assert (at("change", made.of(Account).pk) in page) is linked


def test_an_expired_workspace_may_log_out_and_not_in(client: Client, server: TelegramServer, cast: Cast) -> None:
    account = connect(client, server, SHOP)
    Workspace.objects.filter(pk=cast.workspace.pk).update(plan="trial", trial_ends_at=clock.now())
    assert client.get(ADD).status_code == 403
    assert client.post(at("login", account)).status_code == 403
    client.post(at("logout", account), {"confirm": "on"})
    assert Account.unscoped.get(pk=account).state == "needs_login"


def test_another_workspaces_login_and_account_are_like_none(client: Client, server: TelegramServer, cast: Cast) -> None:
    theirs = browser(cast.stranger)
    step, absent = begin(theirs, SHOP), at("step", f"log_{NOWHERE}")
    account = connect(theirs, server, ANNA)

    def told(method: str, address: str, form: dict[str, str]) -> Any:
        answer = getattr(client, method)(address, form, follow=True)
        said = [str(each).replace(str(account), "N").replace("999", "N") for each in answer.context["messages"]]
        return answer.status_code, answer.redirect_chain, said

    form = {"code": server.login_code(SHOP), "confirm": "on"}
    for method, suffix in (("get", ""), ("post", ""), ("post", "resend/"), ("post", "cancel/")):
        assert told(method, step + suffix, form) == told(method, absent + suffix, form)
    for verb, method in (("connected", "get"), ("login", "post"), ("logout", "post")):
        assert told(method, at(verb, account), form) == told(method, at(verb, 999), form)
    assert (server.count("auth.signIn"), server.count("auth.logOut"), LoginAttempt.unscoped.count()) == (1, 0, 1)


@pytest.mark.parametrize("verb", ["login", "logout"])
def test_actions_are_posts_with_a_csrf_token(client: Client, server: TelegramServer, cast: Cast, verb: str) -> None:
    account, step = connect(client, server, ANNA), begin(client, SHOP)
    assert client.get(at(verb, account)).status_code == 405
    assert [client.get(f"{step}{verb}/").status_code for verb in ("resend", "cancel")] == [405, 405]
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.owner)
    form = {"confirm": "on", "phone": SHOP, "code": server.login_code(SHOP)}
    for address in (at(verb, account), ADD, step, f"{step}resend/", f"{step}cancel/"):
        assert strict.post(address, form).status_code == 403
    assert (server.count("auth.sendCode"), server.count("auth.signIn"), server.count("auth.logOut")) == (2, 1, 0)
