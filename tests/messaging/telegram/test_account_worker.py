"""An account worker in this process that sends and receives through a real MTProto server."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection

from crmsolid.core import alive, clock
from crmsolid.events import watermark
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, AccountLease, Message, MessageAttempt, TelegramSession, WorkerHeartbeat
from messaging.sending import settlement
from messaging.sending.settlement import Attempt
from messaging.telegram import account_worker, celery_worker, database, leases, requested_history
from messaging.telegram.account_worker import AccountWorker
from messaging.threads import received
from messaging.threads.incoming import Incoming
from tests.messaging.telegram.helpers import ANNA, SHOP, log_in_again, ready_accounts, send, wait_for_status
from tests.telegram_server import TelegramServer
from tests.waiting import wait_until


def test_message_is_sent_once(shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor) -> None:
    worker.start()
    message = send(actor, shop, "Hello {first_name|there}")
    sent = wait_for_status(message, "sent")
    assert [(each.text, each.is_out) for each in server.received(ANNA)] == [("Hello there", False)]
    assert sent.telegram_message_id == server.sent(SHOP)[0].id
    assert server.sent(SHOP)[0].random_id == message.random_id
    assert list(MessageAttempt.unscoped.values_list("number", "outcome")) == [(1, "sent")]
    assert sent.contact.telegram_id == server.find(ANNA).id


def test_a_worker_whose_event_loop_hangs_does_not_show_that_it_lives(
    worker: AccountWorker, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, let_go = tmp_path / "alive", threading.Event()
    settings.ALIVE_FILE = str(file)
    monkeypatch.setattr(account_worker, "HUNG_SECONDS", 1.0)
    monkeypatch.setattr(celery_worker, "_account_worker", worker)

    def shows_alive() -> bool:
        file.unlink(missing_ok=True)
        alive.show_alive()
        return file.exists()

    worker.start()
    wait_until(shows_alive, "the loop runs")
    worker._loop.call_soon_threadsafe(let_go.wait)
    try:
        wait_until(lambda: not shows_alive(), "the loop hangs")
    finally:
        let_go.set()
    wait_until(shows_alive, "the loop runs again")


def test_nothing_is_leased_before_the_database_was_compared_and_leases_are_renewed_meanwhile(
    shop: Account, worker: AccountWorker, actor: Actor, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TELEGRAM_LEASE_SECONDS = 0.3
    may_end = threading.Event()

    def compare() -> bool:
        assert may_end.wait(60)
        return False

    monkeypatch.setattr(watermark, "check", compare)
    message = send(actor, shop)
    try:
        worker.start()
        first = wait_until(lambda: WorkerHeartbeat.objects.first())
        wait_until(lambda: WorkerHeartbeat.objects.get().seen_at > first.seen_at, "the leases are renewed again")
        assert AccountLease.unscoped.get().worker == ""
    finally:
        may_end.set()
    settings.TELEGRAM_LEASE_SECONDS = 30
    wait_for_status(message, "sent", seconds=60)


def test_reply_is_stored_in_the_thread(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    worker.start()
    message = wait_for_status(send(actor, shop), "sent")
    began = clock.now()
    server.deliver(ANNA, SHOP, "Yes, please")
    answer = wait_until(lambda: Message.unscoped.filter(direction="in").first())
    assert (answer.text, answer.status, answer.thread_id) == ("Yes, please", "received", message.thread_id)
    event = Event.unscoped.get(type="message.received")
    assert event.created_at - began < timedelta(seconds=2)
    answer.thread.refresh_from_db()
    assert answer.thread.unread_count == 1


def test_answer_that_comes_before_the_settlement_belongs_to_its_message(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, receive, stored = settlement.settle, received.receive, threading.Event()

    def settle_after_the_answer(attempts: Sequence[Attempt]) -> list[Attempt]:
        server.deliver(ANNA, SHOP, "I am away")
        stored.wait(0.5)  # must not happen in this time
        return settle(attempts)

    def receive_and_tell(account: Account, incoming: Incoming) -> Message | None:
        message = receive(account, incoming)
        stored.set()
        return message

    monkeypatch.setattr(settlement, "settle", settle_after_the_answer)
    monkeypatch.setattr(received, "receive", receive_and_tell)
    worker.start()
    message = wait_for_status(send(actor, shop), "sent")
    answer = wait_until(lambda: Message.unscoped.filter(direction="in").first())
    assert (answer.in_reply_to_id, answer.auto_reply) == (message.pk, True)


def test_messages_missed_while_not_running_arrive_after_the_start(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    for number in range(20):
        server.deliver(ANNA, SHOP, f"missed {number}")
    worker.start()
    wait_until(lambda: Message.unscoped.filter(direction="in").count() == 20)
    texts = list(Message.unscoped.order_by("telegram_message_id").values_list("text", flat=True))
    assert texts == [f"missed {number}" for number in range(20)]
    assert Event.unscoped.filter(type="message.received").count() == 20
    wait_until(lambda: TelegramSession.unscoped.get().pts == 21)


def test_worker_that_cannot_renew_disconnects_before_its_lease_ends(
    shop: Account,
    worker: AccountWorker,
    server: TelegramServer,
    actor: Actor,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.TELEGRAM_LEASE_SECONDS = 3.0
    worker.start()
    server.wait(
        lambda: server.connected(SHOP) == 1
    )  # the server learns whose account it is after the connection is made

    def unreachable(_: str) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(leases, "renew", unreachable)
    lease_until = AccountLease.unscoped.get().lease_until
    server.wait(lambda: server.connected(SHOP) == 0, 5)
    assert clock.now() < lease_until
    assert ready_accounts(worker) == set()
    message = send(actor, shop)
    worker.wake()
    time.sleep(0.5)  # nothing must happen, so there is nothing to wait for
    assert (Message.unscoped.get(pk=message.pk).status, server.sent(SHOP)) == ("queued", [])
    monkeypatch.undo()
    wait_for_status(message, "sent")


def test_new_login_replaces_the_connection(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    worker.start()
    wait_until(lambda: ready_accounts(worker))
    prepared = server.authorize(SHOP)
    session = log_in_again(TelegramSession.unscoped.get(), prepared)
    wait_until(lambda: server.state.authorizations[prepared.dc_id, session.auth_key.key_id].sessions)
    wait_until(lambda: ready_accounts(worker))
    assert server.connected(SHOP) == 1
    wait_for_status(send(actor, shop), "sent")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "look",
    [
        database.accounts_with_due_messages,
        database.seconds_until_next_message,
        requested_history.accounts_with_requests,
    ],
)
def test_statement_of_a_look_at_all_accounts_has_one_parameter_for_their_ids(look: Callable[[list[int]], Any]) -> None:
    statements: list[str] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        assert not look([1])
        assert not look([1, 2, 3])
    assert len(statements) == 2
    assert statements[0] == statements[1]
