"""A connection that breaks comes back by itself, whatever it was doing."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, AccountLease, Message
from messaging.telegram import connection, health, leases, mapping, sending
from messaging.telegram.account_worker import AccountWorker
from messaging.telegram.database import THREADS
from messaging.threads import received
from tests.messaging.telegram.helpers import (
    ANNA,
    SHOP,
    connect_account,
    make_due,
    outcomes,
    ready_accounts,
    received_texts,
    send,
    wait_for_status,
)
from tests.telegram_server import TelegramServer
from tests.waiting import wait_until


def test_send_that_times_out_while_history_is_read_does_not_stop_the_account(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    """Disconnecting cancels the requests in progress, and with them the task that waits for them."""
    settings.TELEGRAM_SEND_SECONDS = 1.0
    server.hang("messages.getDialogs", 60)
    server.hang("messages.sendMessage", 60)
    worker.start()
    message = send(actor, shop)
    wait_until(lambda: outcomes(message))
    make_due(message)
    wait_for_status(message, "sent")
    assert received_texts(server) == ["Hello"]


def test_end_of_session_is_recorded_after_a_database_error(
    shop: Account, worker: AccountWorker, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, failures = health.record_session_lost, iter([OperationalError("gone")])

    def failing(*args: Any) -> Any:
        for failure in failures:
            raise failure
        return record(*args)

    monkeypatch.setattr(health, "record_session_lost", failing)
    worker.start()
    wait_until(lambda: ready_accounts(worker))
    server.revoke(SHOP)
    wait_until(lambda: Account.unscoped.filter(pk=shop.pk, state="needs_login").exists())


def test_nothing_is_sent_after_the_lease_deadline(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process was suspended between claim and send, so another worker may hold the account by now."""
    prepare, suspensions = sending.prepare, iter([True])

    def prepare_slowly(*args: Any) -> Any:
        send = prepare(*args)
        for _ in suspensions:
            for each in worker._connections.values():
                each.lease_deadline = time.monotonic() - 1
        return send

    monkeypatch.setattr(sending, "prepare", prepare_slowly)
    worker.start()
    wait_until(lambda: ready_accounts(worker))
    anna = server.find(ANNA)
    mapping.save_peers(shop, [mapping.Peer(anna.id, server.state.access_hash(server.find(SHOP), anna))])
    message = send(actor, shop, to=str(anna.id))
    wait_until(lambda: outcomes(message))
    assert (server.count("messages.sendMessage"), server.received(ANNA)) == (0, [])
    make_due(message)
    wait_for_status(message, "sent")
    assert (outcomes(message), len(server.received(ANNA))) == (["retry", "sent"], 1)


def unreachable(*_: Any) -> None:
    raise OperationalError("the database cannot be reached")


def test_lease_that_is_renewed_again_is_used_at_once(
    shop: Account, worker: AccountWorker, server: TelegramServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backoff is for connections to Telegram that fail, not for a database that was away."""
    settings.TELEGRAM_LEASE_SECONDS = 4.5
    monkeypatch.setattr(connection, "FIRST_BACKOFF", 60.0)
    worker.start()
    server.wait(lambda: server.connected(SHOP) == 1)
    with monkeypatch.context() as outage:
        outage.setattr(leases, "renew", unreachable)
        server.wait(lambda: server.connected(SHOP) == 0)
    wait_until(lambda: ready_accounts(worker), seconds=5)


def test_leases_are_renewed_while_all_database_threads_are_busy(
    worker: AccountWorker, server: TelegramServer, actor: Actor, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an outage every account has a batch to store; the renewal must not wait for all of them."""
    settings.TELEGRAM_LEASE_SECONDS = 4.5
    proceed, receive = threading.Event(), received.receive

    def slow(*args: Any) -> Any:
        proceed.wait(30)
        return receive(*args)

    monkeypatch.setattr(received, "receive", slow)
    for number in range(THREADS):
        phone = f"+1555100{number}"
        user = server.create_user(phone, first_name=f"Shop {number}")
        connect_account(actor, server.authorize(phone), user.id)
        server.deliver(ANNA, phone, f"hello {number}")
    worker.start()
    try:
        wait_until(lambda: AccountLease.unscoped.exclude(worker="").count() == THREADS)
        later = clock.now() + timedelta(seconds=8)
        wait_until(lambda: AccountLease.unscoped.filter(lease_until__gt=later).count() == THREADS)
        assert len(ready_accounts(worker)) == THREADS
    finally:
        proceed.set()
    wait_until(lambda: Message.unscoped.filter(direction="in").count() == THREADS)
