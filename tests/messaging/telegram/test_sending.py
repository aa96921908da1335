"""What becomes of a send that Telegram refuses, loses or leaves hanging: exactly one message, or none and a reason."""

import gc
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry
from messaging.models import Account, Message, MessageAttempt, PeerHash, Status, TelegramSession
from messaging.services import send_message
from messaging.telegram import accounts, sending
from messaging.telegram.owner import Owner
from tests.cast import Cast
from tests.messaging.telegram.accounts import ANNA, BOB, SHOP, connect_account
from tests.messaging.world import needs_postgresql
from tests.telegram_server import TelegramServer
from tests.waiting import somebody_waits, until
from webhooks.models import Event


def send(actor: Actor, account: Account, to: str = "@anna_x", text: str = "Hello") -> Message:
    return send_message(actor, account_id=account.pk, to=to, text=text)


def status(message: Message, *statuses: str, seconds: float = 10) -> Message:
    return until(lambda: Message.unscoped.filter(pk=message.pk, status__in=statuses).first(), seconds)


def tried(message: Message, outcome: str) -> Message:
    """The message once an attempt of it has ended so."""
    until(lambda: MessageAttempt.unscoped.filter(message=message, outcome=outcome).exists())
    return Message.unscoped.get(pk=message.pk)


def attempts(message: Message) -> list[tuple[str, str]]:
    rows = MessageAttempt.unscoped.filter(message=message).order_by("number")
    return list(rows.values_list("outcome", "error"))


def make_due(message: Message, **values: Any) -> None:
    """As if the time until the message's next attempt had passed."""
    Message.unscoped.filter(pk=message.pk, status=Status.QUEUED).update(eta=clock.now(), slot_at=clock.now(), **values)


def texts(server: TelegramServer, who: str = ANNA) -> list[str]:
    return [each.text for each in server.received(who)]


@pytest.fixture(autouse=True)
def no_gap(settings: Any) -> None:
    settings.TELEGRAM_GAP_SECONDS = 0.0


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
    needs_postgresql()
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
