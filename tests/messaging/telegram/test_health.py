"""What the API and the panel say of an account's connection: since when it stands, what was heard, the last error."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crmsolid.core import clock, crypto
from crmsolid.core.clock import rfc3339
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, AccountLease, Message, TelegramSession, WorkerHeartbeat
from messaging.telegram import client as client_module
from messaging.telegram import connection as connection_module
from messaging.telegram import health, leases
from messaging.telegram.account_worker import AccountWorker
from tests.messaging.telegram.helpers import ANNA, SHOP, connect_account, log_in_again, send, wait_for_status
from tests.messaging.telegram.panel_login import ACCOUNT_LIST, page_of, text
from tests.telegram_server import TelegramServer
from tests.tenants import Api, Tenants
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("no_gap")

HOME = reverse("admin:index")
NOTICE = "<strong>Shop:</strong>\n        Not connected"


@pytest.fixture
def fast_leases(settings: Any) -> None:
    """Leases are renewed, and what was heard is stored, several times a second."""
    settings.TELEGRAM_LEASE_SECONDS = 3.0


@pytest.fixture
def fast_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "RECONNECT_RETRIES", 1)
    monkeypatch.setattr(connection_module, "MAX_BACKOFF", 0.5)


class Shown:
    """An account in the API."""

    def __init__(self, tenants: Tenants, api: Api, account: Account) -> None:
        self._api, self._path = api(tenants.key()), f"/v1/accounts/{account.pk}"

    def get(self) -> dict[str, Any]:
        answer: dict[str, Any] = self._api.get(self._path).json()
        return answer

    def until(self, name: str, is_right: Any) -> Any:
        return wait_until(lambda: (value := self.get()[name], is_right(value))[1] and (value or True), name, seconds=60)


@pytest.fixture
def shown(shop: Account, tenants: Tenants, api: Api) -> Shown:
    return Shown(tenants, api, shop)


def deliver_and_wait(server: TelegramServer, text: str) -> None:
    server.deliver(ANNA, SHOP, text)
    wait_until(lambda: Message.unscoped.filter(direction="in", text=text).exists(), text, seconds=60)


def minutes_ago(account: Account, minutes: float) -> None:
    """As if the login and what is known of the connection were older."""
    ago = timedelta(minutes=minutes)
    for row in TelegramSession.unscoped.filter(account=account):
        for name in ("logged_in_at", "connected_at", "disconnected_at", "heard_at", "last_error_at"):
            at = getattr(row, name)
            setattr(row, name, at and at - ago)
        row.save()


def test_connection_and_what_was_heard_are_shown(
    shop: Account,
    worker: AccountWorker,
    server: TelegramServer,
    shown: Shown,
    client: Client,
    fast_leases: None,
) -> None:
    before = rfc3339(clock.now()) or ""
    assert (shown.get()["connected_at"], shown.get()["heard_at"], shown.get()["last_error"]) == (None, None, None)
    worker.start()
    connected_at = shown.until("connected_at", lambda value: value)
    assert connected_at > before
    deliver_and_wait(server, "one")
    first = shown.until("heard_at", lambda value: value)
    deliver_and_wait(server, "two")
    shown.until("heard_at", lambda value: value > first)
    assert shown.get()["connected_at"] == connected_at
    for page in (ACCOUNT_LIST, page_of("change", shop.pk)):
        assert "Connected since <time" in text(client.get(page)), page
        assert "Heard from Telegram <time" in text(client.get(page)), page
    worker.stop()
    assert shown.get()["connected_at"] is None
    assert "Connected since" not in text(client.get(ACCOUNT_LIST))


def test_updates_do_not_write_the_session_each_time(
    shop: Account, worker: AccountWorker, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[Mapping[int, datetime]] = []
    record = health.record_heard

    def count_and_record(heard: Mapping[int, datetime]) -> None:
        writes.append(heard)
        record(heard)

    monkeypatch.setattr(health, "record_heard", count_and_record)
    worker.start()
    for number in range(30):
        deliver_and_wait(server, f"{number}")
    assert len(writes) <= 6  # one with each renewal, which is every 10 s


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        ("API_ID_INVALID", "api_id_invalid", "Telegram refuses TELEGRAM_API_ID and TELEGRAM_API_HASH: correct the set"),
        ("UPDATE_APP_TO_LOGIN", "update_app_to_login", "Telegram wants a newer version of this product: update it"),
        ("INPUT_FETCH_FAIL", "input_fetch_fail", "Telegram answers INPUT_FETCH_FAIL"),
    ],
)
def test_refused_application_is_not_shown_as_connected(
    shop: Account,
    worker: AccountWorker,
    server: TelegramServer,
    shown: Shown,
    client: Client,
    fast_retries: None,
    error: str,
    code: str,
    sentence: str,
) -> None:
    server.refuse_clients(error)
    worker.start()
    last_error = shown.until("last_error", lambda value: value)
    assert (last_error["code"], last_error["message"][: len(sentence)]) == (code, sentence)
    assert shown.get()["connected_at"] is None
    for page in (ACCOUNT_LIST, page_of("change", shop.pk), HOME):
        assert "not connected" not in text(client.get(page)).lower(), page  # two minutes have not passed
    minutes_ago(shop, 2.1)
    for page in (ACCOUNT_LIST, page_of("change", shop.pk), HOME):
        assert sentence in text(client.get(page)), page
    assert NOTICE in text(client.get(ACCOUNT_LIST))
    server.refuse_clients(None)
    shown.until("connected_at", lambda value: value)
    deliver_and_wait(server, "There you are")
    assert "not connected" not in text(client.get(ACCOUNT_LIST))


async def test_server_that_is_down_is_said(
    shop: Account,
    worker: AccountWorker,
    server: TelegramServer,
    shown: Shown,
    client: Client,
    fast_retries: None,
    fast_leases: None,
) -> None:
    """Also while Telethon tries to reconnect by itself, and the connection is not given up yet."""

    @sync_to_async
    def before() -> None:
        worker.start()
        shown.until("connected_at", lambda value: value)

    @sync_to_async
    def meanwhile() -> None:
        shown.until("connected_at", lambda value: value is None)
        assert shown.until("last_error", lambda value: value)["code"] == "unreachable"
        minutes_ago(shop, 2.1)
        for page in (ACCOUNT_LIST, page_of("change", shop.pk), HOME):
            assert "Telegram cannot be reached from this server." in text(client.get(page)), page
        assert NOTICE in text(client.get(ACCOUNT_LIST))

    @sync_to_async
    def afterwards() -> None:
        shown.until("connected_at", lambda value: value)
        deliver_and_wait(server, "There you are")
        assert "Not connected" not in text(client.get(ACCOUNT_LIST))
        worker.stop()

    await before()
    await server.go_down()
    await meanwhile()
    await server.come_back()
    await afterwards()


def test_session_that_cannot_be_decrypted_is_said(
    shop: Account, worker: AccountWorker, server: TelegramServer, shown: Shown, fast_retries: None
) -> None:
    row = TelegramSession.unscoped.get(account=shop)
    key = bytes(row.auth_key)
    TelegramSession.unscoped.update(auth_key=b"not encrypted")
    worker.start()
    assert shown.until("last_error", lambda value: value)["code"] == "session_unreadable"
    TelegramSession.unscoped.update(auth_key=key)
    assert crypto.decrypt(row, "auth_key")
    shown.until("connected_at", lambda value: value)
    deliver_and_wait(server, "There you are")


def test_account_of_a_killed_worker_is_not_connected(shop: Account, shown: Shown, client: Client) -> None:
    leases.acquire("a/1", 1)
    health.record_connected("a/1", [shop.pk])
    WorkerHeartbeat.objects.create(id="b/1")
    assert shown.get()["connected_at"] is not None
    AccountLease.unscoped.update(lease_until=clock.now() - timedelta(seconds=20))
    assert shown.get()["connected_at"] is None
    minutes_ago(shop, 2.1)
    assert "not connected" not in text(client.get(ACCOUNT_LIST)).lower()
    AccountLease.unscoped.update(lease_until=clock.now() - timedelta(minutes=2.1))
    assert NOTICE in text(client.get(ACCOUNT_LIST))
    assert leases.acquire("b/1", 1) == 1
    assert shown.get()["connected_at"] is None  # what the killed worker has left counts no more
    health.record_disconnected("a/1", [shop.pk])
    health.record_connected("b/1", [shop.pk])
    connected_at = shown.get()["connected_at"]
    health.record_disconnected("a/1", [shop.pk])
    assert (connected_at is not None, shown.get()["connected_at"]) == (True, connected_at)


@pytest.mark.parametrize(
    ("fields", "has_notice"),
    [({}, True), ({"state": "paused"}, True), ({"state": "needs_login"}, False), ({"kind": "sandbox"}, False)],
)
def test_only_accounts_that_are_to_be_connected_have_the_notice(
    shop: Account, client: Client, fields: dict[str, str], has_notice: bool
) -> None:
    WorkerHeartbeat.objects.create(id="b/1")
    minutes_ago(shop, 2.1)
    Account.unscoped.filter(pk=shop.pk).update(**fields)
    assert (NOTICE in text(client.get(ACCOUNT_LIST))) is has_notice


def test_one_notice_says_that_no_worker_runs(shop: Account, client: Client) -> None:
    minutes_ago(shop, 2.1)
    page = text(client.get(ACCOUNT_LIST))
    assert "No worker runs for Telegram accounts" in page and NOTICE not in page
    assert "The reason is not known yet." in text(client.get(HOME))


def test_list_of_the_api_takes_no_more_queries_with_more_accounts(
    shop: Account, server: TelegramServer, tenants: Tenants, api: Api
) -> None:
    ours = api(tenants.key())

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ours.get("/v1/accounts").status_code == 200
        return len(captured)

    queries()
    before = queries()
    for number in range(5):
        phone = f"+1556{number:04}"
        server.create_user(phone)
        connect_account(tenants.actor(), server.authorize(phone), server.find(phone).id, name=phone)
    assert queries() == before


def test_error_is_cut_to_its_columns(shop: Account, shown: Shown) -> None:
    health.record_error(shop.pk, "c" * 50, "m" * 300)
    error = shown.get()["last_error"]
    assert (error["code"], error["message"]) == ("c" * 40, "m" * 200)


def test_new_login_forgets_the_error_of_the_old_one(
    shop: Account, worker: AccountWorker, server: TelegramServer, shown: Shown, actor: Actor
) -> None:
    server.revoke(SHOP, "SESSION_REVOKED")
    worker.start()
    assert shown.until("last_error", lambda value: value) | {"at": ""} == {
        "code": "login_lost",
        "message": "Telegram has ended the session: SESSION_REVOKED",
        "at": "",
    }
    log_in_again(TelegramSession.unscoped.get(), server.authorize(SHOP))
    Account.unscoped.filter(pk=shop.pk).update(state="connected")
    assert shown.get()["last_error"] is None
    wait_for_status(send(actor, shop), "sent", seconds=60)
    deliver_and_wait(server, "There you are")
