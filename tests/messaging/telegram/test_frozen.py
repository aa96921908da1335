"""An account that Telegram has frozen: it receives, its messages wait, and it sends again once the freeze is over."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry
from messaging.models import Account, Message, TelegramSession
from messaging.sending import settlement
from messaging.telegram import health
from messaging.telegram.account_worker import AccountWorker
from tests.messaging.telegram.helpers import ANNA, SHOP, received_texts, send, wait_for_attempt, wait_for_status
from tests.messaging.telegram.panel_login import ACCOUNT_LIST, page_of, text
from tests.telegram_server import TelegramServer
from tests.tenants import Api, Tenants
from tests.waiting import wait_until

UNTIL = datetime(2126, 12, 24, 12, 0, tzinfo=UTC)
URL = "https://t.me/spambot?start=appeal"
DAY = 24 * 3600.0

pytestmark = pytest.mark.usefixtures("no_gap")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was refused is tried again at once, if at all."""
    monkeypatch.setattr(settlement, "FIRST_RETRY_SECONDS", 0.01)


def freeze(server: TelegramServer, **values: Any) -> None:
    server.freeze(SHOP, until=int(UNTIL.timestamp()), appeal_url=URL, **values)


def state_of(account: Account) -> str:
    return Account.unscoped.get(pk=account.pk).state


def deliver_and_wait(server: TelegramServer, text: str) -> None:
    server.deliver(ANNA, SHOP, text)
    wait_until(lambda: Message.unscoped.filter(direction="in", text=text).exists(), seconds=60)


def actions() -> list[str]:
    return list(
        AuditEntry.unscoped.filter(action__startswith="telegram.").order_by("pk").values_list("action", flat=True)
    )


def test_frozen_account_receives_and_its_messages_wait(
    shop: Account,
    worker: AccountWorker,
    server: TelegramServer,
    actor: Actor,
    tenants: Tenants,
    api: Api,
    client: Client,
) -> None:
    freeze(server)
    worker.start()
    message = wait_for_attempt(send(actor, shop), "retry")
    dates = TelegramSession.unscoped.filter(account=shop, frozen_until=UNTIL, appeal_url=URL)
    wait_until(dates.exists, "the dates of the freeze", seconds=60)
    ours = api(tenants.key())
    shown = ours.get(f"/v1/accounts/{shop.pk}").json()
    assert (shown["state"], shown["frozen_until"], shown["appeal_url"]) == ("frozen", "2126-12-24T12:00:00Z", URL)
    assert (shown["last_error"]["code"], shown["last_error"]["message"]) == (
        "account_frozen",
        "Telegram has frozen the account: FROZEN_METHOD_INVALID",
    )
    assert ours.get(f"/v1/messages/{message.pk}").json()["waiting_for"] == "account_frozen"
    assert actions() == ["telegram.frozen"]
    for page in (ACCOUNT_LIST, page_of("change", shop.pk)):
        shown = text(client.get(page))
        assert "Telegram has frozen this account: it receives, and cannot write; its messages wait." in shown, page
        assert f'href="{URL}"' in shown and "24 Dec 2126" in shown, page
    assert "Telegram has frozen it: it cannot write." in text(client.get(reverse("admin:index")))
    deliver_and_wait(server, "Are you there?")
    assert (received_texts(server), state_of(shop), server.connected(SHOP)) == ([], "frozen", 1)


def test_lifted_freeze_is_noticed_at_the_next_connection(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    freeze(server)
    Account.unscoped.filter(pk=shop.pk).update(state="frozen")
    message = send(actor, shop)
    worker.start()
    wait_until(TelegramSession.unscoped.filter(frozen_until=UNTIL).exists, seconds=60)
    assert (state_of(shop), actions()) == ("frozen", [])
    server.thaw(SHOP)
    server.disconnect(SHOP)  # Telethon reconnects by itself, which is no new connection of ours
    deliver_and_wait(server, "one")
    assert state_of(shop) == "frozen"
    worker.stop()
    restarted = AccountWorker("tests")
    restarted.start()
    try:
        wait_for_status(message, "sent", seconds=60)
        deliver_and_wait(server, "two")
    finally:
        restarted.stop()
    row = TelegramSession.unscoped.get()
    assert (state_of(shop), row.frozen_until, row.appeal_url) == ("connected", None, "")
    assert (received_texts(server), actions()) == (["Hello"], ["telegram.unfrozen"])


def test_lifted_freeze_is_noticed_within_a_day(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert health.PROBE_SECONDS == DAY
    monkeypatch.setattr(health, "PROBE_SECONDS", 0.2)
    freeze(server)
    worker.start()
    message = wait_for_attempt(send(actor, shop), "retry")
    wait_until(lambda: server.count("help.getAppConfig") >= 3, seconds=60)
    assert state_of(shop) == "frozen"
    server.thaw(SHOP)
    wait_for_status(message, "sent", seconds=60)
    deliver_and_wait(server, "Thanks")
    assert received_texts(server) == ["Hello"]


def test_freeze_without_dates_does_not_begin_a_circle_of_attempts(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    """Telegram refuses to send, and does not say that the account is frozen."""
    server.freeze(SHOP, since=0)
    worker.start()
    wait_for_attempt(send(actor, shop), "retry")
    wait_until(lambda: server.count("help.getAppConfig") == 1, seconds=60)
    deliver_and_wait(server, "Are you there?")
    assert (state_of(shop), server.count("messages.sendMessage")) == ("frozen", 1)


def test_frozen_account_is_resumed_by_hand(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, client: Client
) -> None:
    server.freeze(SHOP, since=0)
    worker.start()
    message = wait_for_attempt(send(actor, shop), "retry")
    server.thaw(SHOP)
    page = text(client.get(page_of("change", shop.pk)))
    assert "Resume account" in page and "Log Shop out" in page and "Send code" not in page
    client.post(page_of("resume", shop.pk))
    wait_for_status(message, "sent", seconds=60)
    deliver_and_wait(server, "Thanks")
    assert state_of(shop) == "connected"


def test_nothing_is_asked_of_an_account_that_is_not_frozen(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    worker.start()
    wait_for_status(send(actor, shop), "sent", seconds=60)
    deliver_and_wait(server, "Thanks")
    assert server.count("help.getAppConfig") == 0


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://t.me/" + "a" * 200, ""])
def test_address_of_the_appeal_is_a_link_or_not_shown(
    shop: Account, worker: AccountWorker, server: TelegramServer, client: Client, url: str
) -> None:
    server.freeze(SHOP, until=int(UNTIL.timestamp()), appeal_url=url)
    Account.unscoped.filter(pk=shop.pk).update(state="frozen")
    worker.start()
    wait_until(TelegramSession.unscoped.filter(frozen_until=UNTIL).exists, seconds=60)
    page = text(client.get(page_of("change", shop.pk)))
    assert "Appeal in the account&#x27;s Telegram app." in page or "Appeal in the account's Telegram app." in page
    assert "javascript:" not in page
    deliver_and_wait(server, "Are you there?")
