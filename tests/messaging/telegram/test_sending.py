"""What becomes of a send that Telegram refuses, loses or leaves hanging: exactly one message, or none and a reason."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from crmsolid.core import clock
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, Message, PeerHash, TelegramSession
from messaging.telegram.account_worker import Owner
from tests.cast import Cast
from tests.messaging.telegram.accounts import ANNA, BOB, SHOP, connect_account
from tests.messaging.telegram.sends import attempts, make_due, send, status, texts, tried
from tests.telegram_server import TelegramServer
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("no_gap")


@pytest.mark.parametrize("duplicates", ["original", "error"])
def test_a_lost_answer_sends_nothing_twice(
    duplicates: str, shop: Account, owner: Owner, server: TelegramServer, actor: Actor
) -> None:
    server.configure(duplicates=duplicates)
    server.lose("messages.sendMessage", when="after")
    owner.start()
    sent = status(send(actor, shop), "sent", seconds=20)
    assert texts(server) == ["Hello"]
    assert sent.telegram_message_id == server.sent(SHOP)[0].id
    assert attempts(sent) == [("duplicate", "")]
    assert Message.unscoped.count() == 1


def test_a_repetition_counts_as_sent_though_its_number_is_not_told(
    shop: Account, owner: Owner, server: TelegramServer, actor: Actor
) -> None:
    """Not as a wait, which would say that the message certainly did not arrive."""
    server.configure(duplicates="error")
    server.lose("messages.sendMessage", when="after")
    server.fail("messages.getHistory", "FLOOD_WAIT_30")
    owner.start()
    sent = status(send(actor, shop), "sent", seconds=20)
    assert (texts(server), attempts(sent)) == (["Hello"], [("duplicate", "")])
    assert server.faults_left() == 0
    # The account also hears of its own message from outside, which tells the number if it comes after the settlement.
    assert sent.telegram_message_id in (None, server.sent(SHOP)[0].id)
    shop.refresh_from_db()
    assert shop.state == "connected"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_send_that_hangs_is_given_up_and_made_good(
    when: str, shop: Account, owner: Owner, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    settings.TELEGRAM_SEND_SECONDS = 1.0
    server.hang("messages.sendMessage", 60, when=when)
    owner.start()
    message = tried(send(actor, shop), "retry")
    assert (message.status, message.error, message.slot_at) == ("queued", "timeout", message.unsettled_since)
    assert message.unsettled_since is not None
    make_due(message)
    sent = status(message, "sent", seconds=20)
    assert texts(server) == ["Hello"]
    assert [outcome for outcome, _ in attempts(sent)] == ["retry", "sent" if when == "before" else "duplicate"]
    assert Message.unscoped.count() == 1


def test_a_flood_wait_puts_back_and_pauses_this_account_alone(
    shop: Account, owner: Owner, server: TelegramServer, cast: Cast, actor: Actor
) -> None:
    server.create_user(BOB, username="bob_x")
    second = connect_account(actor, server.authorize(BOB), server.find(BOB).id, name="Bob")
    server.fail("messages.sendMessage", "FLOOD_WAIT_30", phone=SHOP)
    owner.start()
    held = send(actor, shop)
    held = tried(held, "retry")
    assert (held.status, held.error) == ("queued", "flood_wait")
    shop.refresh_from_db()
    assert shop.state == "paused" and held.eta == shop.paused_until == held.slot_at
    assert isinstance(held.eta, datetime)
    assert 29 < (held.eta - clock.now()).total_seconds() <= 30
    status(send(actor, second, text="from Bob"), "sent")
    assert texts(server) == ["from Bob"]
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
def test_a_permanent_refusal_fails_the_message(
    error: str, code: str, shop: Account, owner: Owner, server: TelegramServer, actor: Actor
) -> None:
    server.fail("messages.sendMessage", error)
    owner.start()
    failed = status(send(actor, shop), "failed")
    assert (failed.error, texts(server)) == (code, [])
    assert Event.unscoped.filter(type="message.failed").count() == 1
    shop.refresh_from_db()
    assert shop.state == "connected"


def test_a_username_of_nobody_fails(shop: Account, owner: Owner, server: TelegramServer, actor: Actor) -> None:
    owner.start()
    failed = status(send(actor, shop, to="@nobody_here"), "failed")
    assert (failed.error, server.count("messages.sendMessage")) == ("recipient_not_found", 0)


def test_an_id_nobody_met_fails_unasked(shop: Account, owner: Owner, server: TelegramServer, actor: Actor) -> None:
    owner.start()
    failed = status(send(actor, shop, to="4242"), "failed")
    assert (failed.error, server.count("messages.sendMessage")) == ("recipient_not_found", 0)


def test_an_id_that_wrote_is_answered(shop: Account, owner: Owner, server: TelegramServer, actor: Actor) -> None:
    owner.start()
    server.deliver(ANNA, SHOP, "Hi")
    until(lambda: PeerHash.unscoped.exists() and Message.unscoped.filter(direction="in").exists())
    status(send(actor, shop, to=str(server.find(ANNA).id)), "sent")
    assert (texts(server), server.count("contacts.resolveUsername")) == (["Hello"], 0)


def test_a_username_that_changed_hands_gets_nothing(
    shop: Account, owner: Owner, server: TelegramServer, actor: Actor
) -> None:
    message = send(actor, shop)
    message.contact.telegram_id = 999
    message.contact.save()
    owner.start()
    failed = status(message, "failed")
    assert (failed.error, texts(server)) == ("recipient_changed", [])


def test_a_name_is_asked_for_once(shop: Account, owner: Owner, server: TelegramServer, actor: Actor) -> None:
    owner.start()
    for text in ("one", "two", "three"):
        status(send(actor, shop, text=text), "sent")
    assert (texts(server), server.count("contacts.resolveUsername")) == (["one", "two", "three"], 1)


def test_peer_flood_holds_back_first_messages_not_answers(
    shop: Account, owner: Owner, server: TelegramServer, actor: Actor
) -> None:
    server.create_user(BOB, username="bob_x")
    owner.start()
    server.deliver(BOB, SHOP, "I wrote first")
    until(lambda: Message.unscoped.filter(direction="in").exists())
    server.fail("messages.sendMessage", "PEER_FLOOD")
    held = tried(send(actor, shop), "retry")
    session = TelegramSession.unscoped.get()
    assert session.strangers_after is not None and held.eta is not None
    assert abs(session.strangers_after - clock.now() - timedelta(hours=24)) < timedelta(seconds=10)
    assert abs(held.eta - session.strangers_after) < timedelta(seconds=10)
    shop.refresh_from_db()
    assert (held.error, shop.state) == ("peer_flood", "connected")
    other = tried(send(actor, shop, to="@new_person"), "retry")
    assert (other.error, server.count("contacts.resolveUsername")) == ("peer_flood", 1)
    status(send(actor, shop, to="@bob_x", text="an answer"), "sent")
    assert (texts(server, BOB), texts(server)) == (["an answer"], [])


@pytest.mark.parametrize("when", ["before", "after"])
def test_trouble_at_telegram_is_tried_again(
    when: str, shop: Account, owner: Owner, server: TelegramServer, actor: Actor
) -> None:
    """A 500 says nothing of whether the message went out."""
    server.fail("messages.sendMessage", "RPC_CALL_FAIL", code=500, when=when)
    owner.start()
    message = tried(send(actor, shop), "retry")
    assert (message.status, message.error, message.unsettled_since is not None) == ("queued", "telegram_trouble", True)
    make_due(message)
    sent = status(message, "sent")
    assert texts(server) == ["Hello"]
    assert attempts(sent)[1] == ("sent" if when == "before" else "duplicate", "")


def test_an_address_that_has_gone_stale_is_asked_for_again(
    shop: Account, owner: Owner, server: TelegramServer, actor: Actor
) -> None:
    owner.start()
    status(send(actor, shop, text="one"), "sent")
    PeerHash.unscoped.update(access_hash=1)
    status(send(actor, shop, text="two"), "sent")
    assert (texts(server), server.count("contacts.resolveUsername")) == (["one", "two"], 2)


@pytest.mark.parametrize("arrived", [True, False])
def test_an_old_attempt_is_looked_for_in_the_history(
    arrived: bool, shop: Account, owner: Owner, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    """Telegram has forgotten the random_id: only the conversation can tell."""
    settings.TELEGRAM_SEND_SECONDS = 1.0
    server.hang("messages.sendMessage", 60, when="after" if arrived else "before")
    owner.start()
    message = tried(send(actor, shop), "retry")
    server.forget_random_ids(SHOP)
    Message.unscoped.filter(pk=message.pk).update(unsettled_since=clock.now() - timedelta(minutes=11))
    make_due(message)
    sent = status(message, "sent", seconds=20)
    assert texts(server) == ["Hello"]
    assert sent.telegram_message_id == server.sent(SHOP)[0].id
    assert attempts(sent)[1] == ("duplicate" if arrived else "sent", "")
    assert server.count("messages.sendMessage") == (1 if arrived else 2)


def test_an_attempt_of_before_a_new_login_is_looked_for(
    shop: Account, owner: Owner, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    settings.TELEGRAM_SEND_SECONDS = 1.0
    server.hang("messages.sendMessage", 60, when="after")
    owner.start()
    message = tried(send(actor, shop), "retry")
    server.forget_random_ids(SHOP)
    TelegramSession.unscoped.update(logged_in_at=clock.now())
    make_due(message)
    sent = status(message, "sent", seconds=20)
    assert (texts(server), sent.telegram_message_id) == (["Hello"], server.sent(SHOP)[0].id)


def test_a_refusal_after_a_lost_answer_is_no_failure(
    shop: Account, owner: Owner, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    """It arrived; then the recipient blocked the account, and the second attempt is refused."""
    settings.TELEGRAM_SEND_SECONDS = 1.0
    server.hang("messages.sendMessage", 60, when="after")
    owner.start()
    message = tried(send(actor, shop), "retry")
    server.fail("messages.sendMessage", "USER_IS_BLOCKED")
    make_due(message)
    sent = status(message, "sent", seconds=20)
    assert (texts(server), attempts(sent)[1]) == (["Hello"], ("duplicate", ""))


def test_the_same_text_twice_is_two_messages(shop: Account, owner: Owner, server: TelegramServer, actor: Actor) -> None:
    owner.start()
    first, second = status(send(actor, shop), "sent"), status(send(actor, shop), "sent")
    assert texts(server) == ["Hello", "Hello"]
    assert first.telegram_message_id != second.telegram_message_id


def test_a_queue_with_gaps_goes_out_in_its_order(
    shop: Account, owner: Owner, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    settings.TELEGRAM_GAP_SECONDS = 0.2
    messages = [send(actor, shop, text=f"number {number}") for number in range(5)]
    owner.start()
    for message in messages:
        status(message, "sent")
    assert texts(server) == [f"number {number}" for number in range(5)]
