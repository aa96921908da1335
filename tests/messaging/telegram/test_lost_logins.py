"""A login that Telegram has ended: found out by a send or while idle, and never of a newer one."""

import gc
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction

from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry
from messaging.models import Account, TelegramSession
from messaging.telegram import accounts, sending
from messaging.telegram.account_worker import Owner
from tests.messaging.helpers import require_postgresql
from tests.messaging.telegram.accounts import SHOP
from tests.messaging.telegram.sends import make_due, send, status, texts, tried
from tests.telegram_server import TelegramServer
from tests.waiting import somebody_waits, until

pytestmark = pytest.mark.usefixtures("no_gap")


@pytest.mark.parametrize(("error", "state"), [("SESSION_REVOKED", "needs_login"), ("USER_DEACTIVATED_BAN", "banned")])
def test_a_lost_login_lets_the_messages_wait(
    error: str, state: str, shop: Account, owner: Owner, server: TelegramServer, actor: Actor
) -> None:
    server.fail("messages.sendMessage", error)
    owner.start()
    message = tried(send(actor, shop), "retry")
    shop.refresh_from_db()
    assert (message.status, message.unsettled_since, shop.state, texts(server)) == ("queued", None, state, [])
    noted = AuditEntry.unscoped.get(action=f"telegram.{state}")
    assert (noted.target, noted.data) == (str(shop.pk), {"reason": error})
    until(lambda: server.connected(SHOP) == 0)


def test_a_refusal_of_an_older_login_does_not_undo_the_new_one(
    shop: Account, owner: Owner, server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare, logins = sending.prepare, iter([2])

    def log_in_meanwhile(*args: Any) -> Any:
        for login_epoch in logins:
            TelegramSession.unscoped.update(login_epoch=login_epoch)
        return prepare(*args)

    monkeypatch.setattr(sending, "prepare", log_in_meanwhile)
    server.fail("messages.sendMessage", "SESSION_REVOKED")
    owner.start()
    message = tried(send(actor, shop), "retry")
    shop.refresh_from_db()
    assert (message.error, shop.state, AuditEntry.unscoped.filter(action="telegram.needs_login").count()) == (
        "login_lost",
        "connected",
        0,
    )
    make_due(message)
    status(message, "sent")


@pytest.mark.django_db(transaction=True)
def test_a_login_that_is_being_stored_outlives_the_old_one_s_end(shop: Account) -> None:
    require_postgresql()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            TelegramSession.unscoped.filter(account=shop).update(login_epoch=2)
            losing = pool.submit(closing, accounts.lose, shop.pk, 1, "needs_login", "SESSION_REVOKED")
            until(somebody_waits)
            Account.unscoped.filter(pk=shop.pk).update(state="connected", paused_until=None)
        losing.result(10)
    shop.refresh_from_db()
    assert (shop.state, AuditEntry.unscoped.filter(action="telegram.needs_login").count()) == ("connected", 0)


def closing(function: Any, *args: Any) -> Any:
    """Run in a thread that leaves no connection behind."""
    try:
        return function(*args)
    finally:
        connections.close_all()


@pytest.mark.parametrize("error", ["AUTH_KEY_UNREGISTERED", "AUTH_KEY_DUPLICATED", "USER_DEACTIVATED_BAN"])
def test_an_idle_account_notices_that_it_was_logged_out(
    error: str, shop: Account, owner: Owner, server: TelegramServer
) -> None:
    owner.start()
    server.wait(lambda: server.connected(SHOP) == 1)
    server.revoke(SHOP, error)
    state = "banned" if error == "USER_DEACTIVATED_BAN" else "needs_login"
    until(lambda: Account.unscoped.filter(pk=shop.pk, state=state).exists())
    until(lambda: not owner.ready_accounts)
    assert AuditEntry.unscoped.get(action=f"telegram.{state}").data == {"reason": error}


def test_a_key_that_telegram_has_lost_is_noticed(shop: Account, owner: Owner, server: TelegramServer) -> None:
    server.forget_keys(SHOP)
    owner.start()
    until(lambda: Account.unscoped.filter(pk=shop.pk, state="needs_login").exists())
    until(lambda: not owner.ready_accounts)


def test_a_connection_that_failed_leaves_no_error_behind(
    shop: Account, owner: Owner, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    """What is not looked at, asyncio logs once it is collected, with a traceback that leads nowhere."""
    server.forget_keys(SHOP)
    owner.start()
    until(lambda: Account.unscoped.filter(pk=shop.pk, state="needs_login").exists())
    owner.stop()
    gc.collect()
    assert [record for record in caplog.records if record.name == "asyncio"] == []
