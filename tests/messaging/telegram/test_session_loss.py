"""Telegram has ended a session: noticed by a send or while idle, and never mistaken for a newer login."""

import gc
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction

from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry
from messaging.models import Account, TelegramSession
from messaging.sending.gateway import SendError
from messaging.telegram import health, sending
from messaging.telegram.account_worker import AccountWorker
from messaging.telegram.leases import LeasedAccount
from tests.messaging.telegram.helpers import (
    SHOP,
    make_due,
    ready_accounts,
    received_texts,
    send,
    wait_for_attempt,
    wait_for_status,
)
from tests.telegram_server import TelegramServer
from tests.waiting import another_transaction_waits, wait_until

pytestmark = pytest.mark.usefixtures("no_gap")


@pytest.mark.parametrize(("error", "state"), [("SESSION_REVOKED", "needs_login"), ("USER_DEACTIVATED_BAN", "banned")])
def test_messages_wait_when_the_session_is_lost(
    error: str, state: str, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.fail("messages.sendMessage", error)
    worker.start()
    message = wait_for_attempt(send(actor, shop), "retry")
    shop.refresh_from_db()
    assert (message.status, message.unsettled_since, shop.state, received_texts(server)) == ("queued", None, state, [])
    entry = AuditEntry.unscoped.get(action=f"telegram.{state}")
    assert (entry.target, entry.data) == (str(shop.pk), {"reason": error})
    wait_until(lambda: server.connected(SHOP) == 0)


def test_refusal_of_an_older_login_does_not_change_the_new_one(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare, logins = sending.prepare, iter([2])

    def log_in_meanwhile(*args: Any) -> Any:
        for login_epoch in logins:
            TelegramSession.unscoped.update(login_epoch=login_epoch)
        return prepare(*args)

    monkeypatch.setattr(sending, "prepare", log_in_meanwhile)
    server.fail("messages.sendMessage", "SESSION_REVOKED")
    worker.start()
    message = wait_for_attempt(send(actor, shop), "retry")
    shop.refresh_from_db()
    assert (message.error, shop.state, AuditEntry.unscoped.filter(action="telegram.needs_login").count()) == (
        "login_lost",
        "connected",
        0,
    )
    make_due(message)
    wait_for_status(message, "sent")


@pytest.mark.django_db(transaction=True)
def test_login_being_stored_wins_over_the_end_of_the_old_session(shop: Account) -> None:
    leased = LeasedAccount(shop.pk, epoch=1, login_epoch=1)
    refusal = SendError("login_lost", "SESSION_REVOKED", account_state="needs_login")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            TelegramSession.unscoped.filter(account=shop).update(login_epoch=2)
            recording = pool.submit(closing, health.record_session_lost, leased, refusal)
            wait_until(another_transaction_waits)
            Account.unscoped.filter(pk=shop.pk).update(state="connected", paused_until=None)
        recording.result(10)
    shop.refresh_from_db()
    assert (shop.state, AuditEntry.unscoped.filter(action="telegram.needs_login").count()) == ("connected", 0)


def closing(function: Any, *args: Any) -> Any:
    """Call the function, then close the thread's database connections."""
    try:
        return function(*args)
    finally:
        connections.close_all()


@pytest.mark.parametrize("error", ["AUTH_KEY_UNREGISTERED", "AUTH_KEY_DUPLICATED", "USER_DEACTIVATED_BAN"])
def test_idle_account_notices_the_end_of_its_session(
    error: str, shop: Account, worker: AccountWorker, server: TelegramServer
) -> None:
    worker.start()
    server.wait(lambda: server.connected(SHOP) == 1)
    server.revoke(SHOP, error)
    state = "banned" if error == "USER_DEACTIVATED_BAN" else "needs_login"
    wait_until(lambda: Account.unscoped.filter(pk=shop.pk, state=state).exists())
    wait_until(lambda: not ready_accounts(worker))
    assert AuditEntry.unscoped.get(action=f"telegram.{state}").data == {"reason": error}


def test_key_that_telegram_has_lost_is_noticed(shop: Account, worker: AccountWorker, server: TelegramServer) -> None:
    server.forget_keys(SHOP)
    worker.start()
    wait_until(lambda: Account.unscoped.filter(pk=shop.pk, state="needs_login").exists())
    wait_until(lambda: not ready_accounts(worker))


def test_failed_connection_leaves_no_unretrieved_exception(
    shop: Account, worker: AccountWorker, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    """asyncio logs the exception of a future that nobody awaited when the future is collected."""
    server.forget_keys(SHOP)
    worker.start()
    wait_until(lambda: Account.unscoped.filter(pk=shop.pk, state="needs_login").exists())
    worker.stop()
    gc.collect()
    assert [record for record in caplog.records if record.name == "asyncio"] == []
