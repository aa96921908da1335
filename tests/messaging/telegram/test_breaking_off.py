"""A connection that breaks in the middle of something comes back by itself, however it was broken."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from messaging import inbox
from messaging.models import Account, AccountLease, Message
from messaging.telegram import accounts, connection, leases, peers, sending
from messaging.telegram.account_worker import Owner
from messaging.telegram.database import THREADS
from tests.messaging.telegram.accounts import ANNA, SHOP, connect_account
from tests.messaging.telegram.sends import make_due, outcomes, send, status, texts
from tests.telegram_server import TelegramServer
from tests.waiting import until


def test_a_send_given_up_during_the_catching_up_ends_not_the_account(
    shop: Account, owner: Owner, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    """Hanging up cancels what the connection is asking at that moment, and so whoever waits for it."""
    settings.TELEGRAM_SEND_SECONDS = 1.0
    server.hang("messages.getDialogs", 60)
    server.hang("messages.sendMessage", 60)
    owner.start()
    message = send(actor, shop)
    until(lambda: outcomes(message))
    make_due(message)
    status(message, "sent")
    assert texts(server) == ["Hello"]


def test_a_logged_out_session_is_noted_though_the_database_was_away(
    shop: Account, owner: Owner, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose, failures = accounts.lose, iter([OperationalError("gone")])

    def failing(*args: Any) -> Any:
        for failure in failures:
            raise failure
        return lose(*args)

    monkeypatch.setattr(accounts, "lose", failing)
    owner.start()
    until(lambda: owner.ready_accounts)
    server.revoke(SHOP)
    until(lambda: Account.unscoped.filter(pk=shop.pk, state="needs_login").exists())


def test_nothing_leaves_after_the_lease_is_over(
    shop: Account, owner: Owner, server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process stood still between the claim and the send, and others may have taken the account over."""
    prepare, pauses = sending.prepare, iter([True])

    def stand_still(*args: Any) -> Any:
        errand = prepare(*args)
        for _ in pauses:
            for held in owner._connections.values():
                held.stop_at = time.monotonic() - 1
        return errand

    monkeypatch.setattr(sending, "prepare", stand_still)
    owner.start()
    until(lambda: owner.ready_accounts)
    anna = server.find(ANNA)
    peers.save(shop, [peers.Peer(anna.id, server.world.access_hash(server.find(SHOP), anna))])
    message = send(actor, shop, to=str(anna.id))
    until(lambda: outcomes(message))
    assert (server.count("messages.sendMessage"), server.received(ANNA)) == (0, [])
    make_due(message)
    status(message, "sent")
    assert (outcomes(message), len(server.received(ANNA))) == (["retry", "sent"], 1)


def unreachable(*_: Any) -> None:
    raise OperationalError("the database is away")


def test_a_lease_that_is_back_is_used_at_once(
    shop: Account, owner: Owner, server: TelegramServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that was away is no reason to spare Telegram: the back-off is for connections that fail."""
    settings.TELEGRAM_LEASE_SECONDS = 4.5
    monkeypatch.setattr(connection, "FIRST_BACK_OFF", 60.0)
    owner.start()
    server.wait(lambda: server.connected(SHOP) == 1)
    with monkeypatch.context() as away:
        away.setattr(leases, "renew", unreachable)
        server.wait(lambda: server.connected(SHOP) == 0)
    until(lambda: owner.ready_accounts, seconds=5)


def test_a_crowded_database_does_not_cost_the_leases(
    owner: Owner, server: TelegramServer, actor: Actor, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a time away every account has a batch to store; the renewal must not wait behind all of them."""
    settings.TELEGRAM_LEASE_SECONDS = 4.5
    crowded, receive = threading.Event(), inbox.receive

    def slow(*args: Any) -> Any:
        crowded.wait(30)
        return receive(*args)

    monkeypatch.setattr(inbox, "receive", slow)
    for number in range(THREADS):
        phone = f"+1555100{number}"
        user = server.create_user(phone, first_name=f"Shop {number}")
        connect_account(actor, server.authorize(phone), user.id)
        server.deliver(ANNA, phone, f"hello {number}")
    owner.start()
    try:
        until(lambda: AccountLease.unscoped.exclude(owner="").count() == THREADS)
        later = clock.now() + timedelta(seconds=8)
        until(lambda: AccountLease.unscoped.filter(lease_until__gt=later).count() == THREADS)
        assert len(owner.ready_accounts) == THREADS
    finally:
        crowded.set()
    until(lambda: Message.unscoped.filter(direction="in").count() == THREADS)
