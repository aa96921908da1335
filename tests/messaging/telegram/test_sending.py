"""Sends that Telegram refuses, loses or leaves hanging end with exactly one message, or with none and a reason."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from crmsolid.core import clock
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, Message, PeerHash, TelegramSession
from messaging.telegram.account_worker import AccountWorker
from tests.messaging.telegram.helpers import (
    ANNA,
    BOB,
    SHOP,
    attempts,
    connect_account,
    make_due,
    received_texts,
    send,
    wait_for_attempt,
    wait_for_status,
)
from tests.telegram_server import TelegramServer
from tests.tenants import Tenants
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("no_gap")


@pytest.mark.parametrize("duplicates", ["original", "error"])
def test_lost_answer_does_not_send_twice(
    duplicates: str, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.configure(duplicates=duplicates)
    server.lose("messages.sendMessage", when="after")
    worker.start()
    sent = wait_for_status(send(actor, shop), "sent", seconds=60)
    assert received_texts(server) == ["Hello"]
    assert sent.telegram_message_id == server.sent(SHOP)[0].id
    assert attempts(sent) == [("duplicate", "")]
    assert Message.unscoped.count() == 1


def test_duplicate_counts_as_sent_although_its_id_cannot_be_read(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    """It must not become a wait, which would mean that the message certainly did not arrive."""
    server.configure(duplicates="error")
    server.lose("messages.sendMessage", when="after")
    server.fail("messages.getHistory", "FLOOD_WAIT_30")
    worker.start()
    sent = wait_for_status(send(actor, shop), "sent", seconds=60)
    assert (received_texts(server), attempts(sent)) == (["Hello"], [("duplicate", "")])
    assert server.faults_left() == 0
    # Telegram also reports the message to the account; if that comes after the settlement, the id is stored then.
    assert sent.telegram_message_id in (None, server.sent(SHOP)[0].id)
    shop.refresh_from_db()
    assert shop.state == "connected"


@pytest.mark.parametrize("when", ["before", "after"])
def test_send_that_hangs_times_out_and_is_sent_once(
    when: str, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    settings.TELEGRAM_SEND_SECONDS = 1.0
    server.hang("messages.sendMessage", 60, when=when)
    worker.start()
    message = wait_for_attempt(send(actor, shop), "retry")
    assert (message.status, message.error, message.slot_at) == ("queued", "timeout", message.unsettled_since)
    assert message.unsettled_since is not None
    make_due(message)
    sent = wait_for_status(message, "sent", seconds=60)
    assert received_texts(server) == ["Hello"]
    assert [outcome for outcome, _ in attempts(sent)] == ["retry", "sent" if when == "before" else "duplicate"]
    assert Message.unscoped.count() == 1


def test_flood_wait_requeues_the_message_and_pauses_only_this_account(
    shop: Account, worker: AccountWorker, server: TelegramServer, tenants: Tenants, actor: Actor
) -> None:
    server.create_user(BOB, username="bob_x")
    second = connect_account(actor, server.authorize(BOB), server.find(BOB).id, name="Bob")
    server.fail("messages.sendMessage", "FLOOD_WAIT_30", phone=SHOP)
    worker.start()
    held = wait_for_attempt(send(actor, shop), "retry")
    assert (held.status, held.error) == ("queued", "flood_wait")
    shop.refresh_from_db()
    assert shop.state == "paused" and held.eta == shop.paused_until == held.slot_at
    assert isinstance(held.eta, datetime)
    assert 29 < (held.eta - clock.now()).total_seconds() <= 30
    wait_for_status(send(actor, second, text="from Bob"), "sent")
    assert received_texts(server) == ["from Bob"]
    later = send(actor, shop, text="later")
    assert later.eta is not None and later.eta >= held.eta


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("USER_PRIVACY_RESTRICTED", "privacy_restricted"),
        ("USER_IS_BLOCKED", "blocked_by_recipient"),
        ("INPUT_USER_DEACTIVATED", "recipient_deleted"),
    ],
)
def test_permanent_refusal_fails_the_message(
    error: str, code: str, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.fail("messages.sendMessage", error)
    worker.start()
    failed = wait_for_status(send(actor, shop), "failed")
    assert (failed.error, received_texts(server)) == (code, [])
    assert Event.unscoped.filter(type="message.failed").count() == 1
    shop.refresh_from_db()
    assert shop.state == "connected"


def test_unused_username_fails(shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor) -> None:
    worker.start()
    failed = wait_for_status(send(actor, shop, to="@nobody_here"), "failed")
    assert (failed.error, server.count("messages.sendMessage")) == ("recipient_not_found", 0)


def test_unknown_id_fails_without_asking_telegram(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    worker.start()
    failed = wait_for_status(send(actor, shop, to="4242"), "failed")
    assert (failed.error, server.count("messages.sendMessage")) == ("recipient_not_found", 0)


def test_sender_can_be_answered_by_id(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    worker.start()
    server.deliver(ANNA, SHOP, "Hi")
    wait_until(lambda: PeerHash.unscoped.exists() and Message.unscoped.filter(direction="in").exists())
    wait_for_status(send(actor, shop, to=str(server.find(ANNA).id)), "sent")
    assert (received_texts(server), server.count("contacts.resolveUsername")) == (["Hello"], 0)


def test_username_that_now_belongs_to_somebody_else_gets_nothing(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    message = send(actor, shop)
    message.contact.telegram_id = 999
    message.contact.save()
    worker.start()
    failed = wait_for_status(message, "failed")
    assert (failed.error, received_texts(server)) == ("recipient_changed", [])


def test_username_is_resolved_once(shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor) -> None:
    worker.start()
    for text in ("one", "two", "three"):
        wait_for_status(send(actor, shop, text=text), "sent")
    assert (received_texts(server), server.count("contacts.resolveUsername")) == (["one", "two", "three"], 1)


def test_peer_flood_blocks_cold_messages_but_not_replies(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.create_user(BOB, username="bob_x")
    worker.start()
    server.deliver(BOB, SHOP, "I wrote first")
    wait_until(lambda: Message.unscoped.filter(direction="in").exists())
    server.fail("messages.sendMessage", "PEER_FLOOD")
    held = wait_for_attempt(send(actor, shop), "retry")
    session = TelegramSession.unscoped.get()
    assert session.cold_messages_blocked_until is not None and held.eta is not None
    assert abs(session.cold_messages_blocked_until - clock.now() - timedelta(hours=24)) < timedelta(seconds=10)
    assert abs(held.eta - session.cold_messages_blocked_until) < timedelta(seconds=10)
    shop.refresh_from_db()
    assert (held.error, shop.state) == ("peer_flood", "connected")
    other = wait_for_attempt(send(actor, shop, to="@new_person"), "retry")
    assert (other.error, server.count("contacts.resolveUsername")) == ("peer_flood", 1)
    wait_for_status(send(actor, shop, to="@bob_x", text="a reply"), "sent")
    assert (received_texts(server, BOB), received_texts(server)) == (["a reply"], [])


@pytest.mark.parametrize("when", ["before", "after"])
def test_server_error_is_tried_again(
    when: str, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    """After a 500 it is unknown whether the message was sent."""
    server.fail("messages.sendMessage", "RPC_CALL_FAIL", code=500, when=when)
    worker.start()
    message = wait_for_attempt(send(actor, shop), "retry")
    assert (message.status, message.error, message.unsettled_since is not None) == ("queued", "telegram_trouble", True)
    make_due(message)
    sent = wait_for_status(message, "sent")
    assert received_texts(server) == ["Hello"]
    assert attempts(sent)[1] == ("sent" if when == "before" else "duplicate", "")


def test_outdated_access_hash_is_resolved_again(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    worker.start()
    wait_for_status(send(actor, shop, text="one"), "sent")
    PeerHash.unscoped.update(access_hash=1)
    wait_for_status(send(actor, shop, text="two"), "sent")
    assert (received_texts(server), server.count("contacts.resolveUsername")) == (["one", "two"], 2)


@pytest.mark.parametrize("arrived", [True, False])
def test_old_attempt_is_searched_in_the_history(
    arrived: bool, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    """Telegram has forgotten the random_id, so only the conversation tells whether the message arrived."""
    settings.TELEGRAM_SEND_SECONDS = 1.0
    server.hang("messages.sendMessage", 60, when="after" if arrived else "before")
    worker.start()
    message = wait_for_attempt(send(actor, shop), "retry")
    server.forget_random_ids(SHOP)
    Message.unscoped.filter(pk=message.pk).update(unsettled_since=clock.now() - timedelta(minutes=11))
    make_due(message)
    sent = wait_for_status(message, "sent", seconds=60)
    assert received_texts(server) == ["Hello"]
    assert sent.telegram_message_id == server.sent(SHOP)[0].id
    assert attempts(sent)[1] == ("duplicate" if arrived else "sent", "")
    assert server.count("messages.sendMessage") == (1 if arrived else 2)


def test_attempt_before_a_new_login_is_searched_in_the_history(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    settings.TELEGRAM_SEND_SECONDS = 1.0
    server.hang("messages.sendMessage", 60, when="after")
    worker.start()
    message = wait_for_attempt(send(actor, shop), "retry")
    server.forget_random_ids(SHOP)
    TelegramSession.unscoped.update(logged_in_at=clock.now())
    make_due(message)
    sent = wait_for_status(message, "sent", seconds=60)
    assert (received_texts(server), sent.telegram_message_id) == (["Hello"], server.sent(SHOP)[0].id)


def test_refusal_after_a_lost_answer_is_not_a_failure(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    """The message arrived; then the recipient blocked the account, and the second attempt is refused."""
    settings.TELEGRAM_SEND_SECONDS = 1.0
    server.hang("messages.sendMessage", 60, when="after")
    worker.start()
    message = wait_for_attempt(send(actor, shop), "retry")
    server.fail("messages.sendMessage", "USER_IS_BLOCKED")
    make_due(message)
    sent = wait_for_status(message, "sent", seconds=60)
    assert (received_texts(server), attempts(sent)[1]) == (["Hello"], ("duplicate", ""))


def test_same_text_twice_is_two_messages(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    worker.start()
    first, second = wait_for_status(send(actor, shop), "sent"), wait_for_status(send(actor, shop), "sent")
    assert received_texts(server) == ["Hello", "Hello"]
    assert first.telegram_message_id != second.telegram_message_id


def test_queued_messages_are_sent_in_order(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    settings.TELEGRAM_GAP_SECONDS = 0.2
    messages = [send(actor, shop, text=f"number {number}") for number in range(5)]
    worker.start()
    for message in messages:
        wait_for_status(message, "sent")
    assert received_texts(server) == [f"number {number}" for number in range(5)]
