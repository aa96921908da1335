"""Settings > Telegram accounts > Add by QR code, and log in again with it."""

import io
import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import segno
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from crmsolid.core import clock
from crmsolid.workspaces.models import AuditEntry, Membership, Role
from messaging.models import Account, LoginAttempt, SessionToEnd, TelegramSession, WorkerHeartbeat
from messaging.telegram import qr_login
from messaging.telegram.account_worker import AccountWorker
from tests.messaging.telegram.helpers import ANNA, SHOP, connect_account
from tests.messaging.telegram.panel_login import ACCOUNT_LIST, ADD, page_of, text
from tests.messaging.telegram.qr_codes import PREFIX
from tests.panel import browser
from tests.telegram_server import TelegramServer
from tests.tenants import Tenants
from tests.waiting import wait_until

START = reverse("admin:messaging_account_qr_start")
SAFE, PASSWORD = "+15550009", "swordfish 5"
HTMX = {"HX-Request": "true"}


def begin(client: Client, **form: Any) -> str:
    """Ask for a code; returns the path of its page."""
    answer = client.post(START, form)
    assert answer.status_code == 302
    assert answer["Location"].partition("?")[0].endswith("/qr/"), text(client.get(answer["Location"]))
    return str(answer["Location"])


def shown_code(client: Client, address: str) -> str:
    """The code's address, once the page has it."""

    def shown() -> str:
        found = re.search(r'href="(tg://login[^"]*)"', text(client.get(address)))
        return unescape(found[1]) if found else ""

    return wait_until(shown, "the code", seconds=60)


def led_to(client: Client, address: str) -> str:
    """Where the page leads, once it does."""
    return wait_until(lambda: client.get(address, headers=HTMX).headers.get("HX-Redirect", ""), "the lead", seconds=60)


def test_add_page_has_the_code_first_and_the_phone_second(client: Client, running: AccountWorker) -> None:
    page = text(client.get(ADD))
    assert "Show QR code" in page and "Phone number</a>" in page and 'name="phone"' not in page
    assert f'<a href="{ADD}" aria-current="page">QR code</a>' in page
    page = text(client.get(f"{ADD}?phone"))
    assert 'name="phone"' in page and "Show QR code" not in page
    assert f'<a href="{ADD}?phone" aria-current="page">Phone number</a>' in page


def test_scanned_code_leads_to_the_account(
    client: Client, running: AccountWorker, server: TelegramServer, tenants: Tenants
) -> None:
    address = begin(client)
    code = shown_code(client, address)
    answer = client.get(address)
    image = segno.make(code, error="m", micro=False).svg_inline(
        scale=6, light="#fff", border=4, svgclass="cs-qr", lineclass=None, omitsize=False
    )
    assert image in text(answer)
    assert "Waiting for the scan." in text(answer) and "Link Desktop Device" in text(answer)
    assert re.search(r"A new code replaces it in [1-3]?[0-9] s\.", text(answer))
    assert 'hx-trigger="every 2s"' in text(answer) and 'http-equiv="refresh" content="5"' in text(answer)
    assert "no-store" in answer["Cache-Control"]
    server.scan_login_token(code, SHOP)
    connected = led_to(client, address)
    account = Account.objects.for_workspace(tenants.workspace).get(kind="telegram")
    assert connected == page_of("connected", account.pk)
    assert client.get(address)["Location"] == connected  # without a script
    assert "Shop is connected" in text(client.get(connected))
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="telegram.logged_in")
    assert (entry.surface, entry.subject_label) == ("panel", "owner@acme.example")
    assert not AuditEntry.unscoped.filter(data__icontains=code.removeprefix(PREFIX)).exists()


def test_password_step_follows_the_scan(client: Client, running: AccountWorker, server: TelegramServer) -> None:
    server.create_user(SAFE, first_name="Safe", password=PASSWORD)
    address = begin(client)
    server.scan_login_token(shown_code(client, address), SAFE)
    step = led_to(client, address)
    assert step == address.removesuffix("qr/")
    assert "Two-step password</h2>" in text(client.get(step))
    assert "The password is wrong." in text(client.post(step, {"password": "wrong"}))
    answer = client.post(step, {"password": PASSWORD}, follow=True)
    account = Account.unscoped.get(kind="telegram")
    assert answer.redirect_chain == [(address, 302), (page_of("connected", account.pk), 302)]
    assert (account.name, TelegramSession.unscoped.get().phone) == ("Safe", SAFE[1:])


def test_another_user_is_not_taken_for_the_account_to_log_in_again(
    client: Client, running: AccountWorker, server: TelegramServer, tenants: Tenants
) -> None:
    account = connect_account(tenants.actor(), server.authorize(SHOP), server.find(SHOP).id)
    Account.unscoped.filter(pk=account.pk).update(state="needs_login")
    page = text(client.get(page_of("change", account.pk)))
    assert f'name="account" value="{account.pk}"' in page
    address = begin(client, account=account.pk)
    server.scan_login_token(shown_code(client, address), ANNA)
    answer = client.get(led_to(client, address))
    other = Account.unscoped.get(name="Anna Ek")
    assert answer.request["PATH_INFO"] == page_of("connected", other.pk)
    said = f"This is another Telegram user than Shop: Anna Ek (account {other.pk}) was connected instead."
    assert said in text(answer)
    assert Account.unscoped.get(pk=account.pk).state == "needs_login"
    again = begin(client, account=account.pk)
    server.scan_login_token(shown_code(client, again), SHOP)
    answer = client.get(led_to(client, again))
    assert answer.request["PATH_INFO"] == page_of("connected", account.pk)
    assert "another Telegram user" not in text(answer)
    assert Account.unscoped.get(pk=account.pk).state == "connected"


def test_page_says_at_once_that_no_worker_runs(client: Client, server: TelegramServer) -> None:
    page = text(client.get(ADD))
    assert "No worker runs for Telegram accounts" in page and "Show QR code" not in page
    answer = client.post(START, follow=True)
    assert answer.redirect_chain == [(ADD, 302)]
    assert "No worker runs for Telegram accounts; log in with the phone number." in text(answer)
    assert LoginAttempt.unscoped.count() == 0


def test_page_of_a_code_says_that_the_worker_has_stopped(client: Client, running: AccountWorker) -> None:
    address = begin(client)
    shown_code(client, address)
    running.stop()
    assert not WorkerHeartbeat.objects.exists()
    page = text(client.get(address))
    assert "No worker runs for Telegram accounts at the moment" in page and f"{ADD}?phone" in page


def test_refusal_and_expiry_offer_a_new_code(client: Client, running: AccountWorker, server: TelegramServer) -> None:
    server.fail("auth.exportLoginToken", "FLOOD_WAIT_77")
    address = begin(client)
    wait_until(lambda: "The login failed" in text(client.get(address)), seconds=60)
    page = text(client.get(address))
    assert "Telegram allows no further try for 77 seconds." in page and "New code" in page
    assert "hx-get" not in page and "refresh" not in page
    address = begin(client)
    shown_code(client, address)
    LoginAttempt.unscoped.filter(qr_state="waiting").update(expires_at=clock.now() - timedelta(seconds=1))
    page = text(client.get(address))
    assert "This code is over" in page and "New code" in page and "tg://" not in page


def test_new_code_is_for_the_account_that_was_to_log_in_again(
    shop: Account, client: Client, running: AccountWorker, server: TelegramServer
) -> None:
    address = begin(client, account=shop.pk)
    shown_code(client, address)
    LoginAttempt.unscoped.filter(qr_state="waiting").update(expires_at=clock.now() - timedelta(seconds=1))
    page = text(client.get(address))
    assert "This code is over" in page and f'name="account" value="{shop.pk}"' in page


def test_cancelled_code_is_over(client: Client, running: AccountWorker, server: TelegramServer) -> None:
    address = begin(client)
    shown_code(client, address)
    assert client.post(address.replace("/qr/", "/cancel/"))["Location"] == ADD
    server.wait(lambda: len(server.connections) == 0, seconds=30)
    page = text(client.get(address))
    assert "This code is over" in page and "tg://" not in page


def test_code_is_shown_to_nobody_else(
    client: Client, running: AccountWorker, server: TelegramServer, tenants: Tenants
) -> None:
    address = begin(client)
    code = shown_code(client, address)
    stranger, missing = browser(tenants.stranger), "/".join([*address.split("/")[:-3], "log_000", "qr", ""])
    pages = [re.sub(r"csrf\S+ value=\S+|log_\w+", "", text(stranger.get(each))) for each in (address, missing)]
    assert code not in pages[0] and pages[0] == pages[1]
    for role in (Role.VIEWER, Role.AGENT):
        member = browser(tenants.member(role))
        assert [member.get(address).status_code, member.post(START).status_code] == [403, 403]
    assert Client().get(address).status_code == 302
    assert Client().get(address, headers=HTMX).status_code == 401
    assert code in unescape(text(browser(tenants.member(Role.ADMIN)).get(address)))
    for listed in (ACCOUNT_LIST, page_of("step", address.split("/")[-3])):
        assert code not in unescape(text(client.get(listed, follow=True)))


def test_open_page_stops_when_its_reader_may_no_longer_log_in(
    client: Client, running: AccountWorker, server: TelegramServer, tenants: Tenants
) -> None:
    address = begin(client)
    shown_code(client, address)
    admin = tenants.member(Role.ADMIN)
    member = browser(admin)
    page = text(member.get(address, headers=HTMX))
    assert "tg://" in page and "panel/broadcast" in page  # the script reloads the page when the answer is another one
    Membership.unscoped.filter(user=admin).update(role=Role.VIEWER)
    answer = member.get(address, headers=HTMX)
    page = text(answer)
    assert (answer.status_code, "This code is over" in page, "hx-get" in page, "tg://" in page) == (
        200,
        True,
        False,
        False,
    )
    assert member.get(address).status_code == 403
    assert "tg://" in text(client.get(address))


def test_account_of_another_workspace_cannot_be_logged_in_again(
    client: Client, running: AccountWorker, server: TelegramServer, tenants: Tenants
) -> None:
    theirs = connect_account(tenants.actor(tenants.other), server.authorize(SHOP), server.find(SHOP).id)
    for account in (theirs.pk, 999):
        answer = client.post(START, {"account": account}, follow=True)
        assert answer.redirect_chain == [(ADD, 302)] and "No such account in this workspace." in text(answer)
    assert LoginAttempt.unscoped.count() == 0


class _Scanner(io.StringIO):
    """Standard error, watched by somebody who scans the code that is drawn there."""

    def __init__(self, server: TelegramServer, phone: str, codes: int = 1) -> None:
        super().__init__()
        self.drawn: list[str] = []
        self._server, self._phone, self._codes = server, phone, codes

    def write(self, drawing: str) -> int:
        if "Link Desktop Device" not in drawing:
            return super().write(drawing)
        (address,) = self._server.run_in_loop(lambda: list(self._server.state.login_tokens.addresses()))
        expected = io.StringIO()
        segno.make(address, error="m", micro=False).terminal(out=expected, compact=True)
        assert drawing.startswith(expected.getvalue())
        self.drawn.append(address)
        if len(self.drawn) == self._codes:
            self._server.scan_login_token(address, self._phone)
        return len(drawing)


def test_command_draws_the_code_and_prints_the_account(
    server: TelegramServer, tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first code expires, the second is scanned; then the password is asked for. No worker runs."""
    for name in ("MIN_SECONDS", "MAX_SECONDS"):
        monkeypatch.setattr(qr_login, name, 1.0)
    server.create_user(SAFE, first_name="Safe")
    server.set_password(SAFE, PASSWORD, hint="a fish")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    stdout, stderr = io.StringIO(), _Scanner(server, SAFE, codes=2)
    call_command("telegram_login", workspace="acme", qr=True, json=True, stdout=stdout, stderr=stderr)
    account = Account.objects.for_workspace(tenants.workspace).get()
    shown = {"id": account.pk, "name": "Safe", "kind": "telegram", "state": "connected", "workspace": "acme"}
    assert json.loads(stdout.getvalue()) == shown
    assert len(set(stderr.drawn)) == 2
    assert stderr.getvalue() == "Password (hint: a fish): \n"
    assert TelegramSession.unscoped.get().phone == SAFE[1:]
    assert AuditEntry.unscoped.get(action="telegram.logged_in").surface == "command"


def test_command_gives_up_when_nobody_scans(
    server: TelegramServer, tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qr_login, "RUN_SECONDS", 3.0)
    with pytest.raises(CommandError, match="nobody has scanned the code in time"):
        call_command("telegram_login", workspace="acme", qr=True, stderr=io.StringIO())
    with pytest.raises(CommandError, match="sandbox accounts only"):
        call_command("telegram_login", workspace="acme", qr=True, test=True, stderr=io.StringIO())
    with pytest.raises(CommandError, match="not allowed with argument"):
        call_command("telegram_login", "--workspace", "acme", "--qr", "--phone", SHOP)
    assert Account.objects.for_workspace(tenants.workspace).count() == 0


def test_command_that_fails_after_the_scan_leaves_no_session_at_telegram(
    server: TelegramServer, tenants: Tenants
) -> None:
    server.fail("updates.getState", "FLOOD_WAIT_77")  # the last request of a login
    with pytest.raises(CommandError, match="no further try for 77 seconds"):
        call_command("telegram_login", workspace="acme", qr=True, stderr=_Scanner(server, SHOP))
    assert (SessionToEnd.unscoped.count(), server.state.authorizations_of(server.find(SHOP))) == (0, [])
