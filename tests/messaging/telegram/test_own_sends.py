"""Telegram tells which message is which send of ours: one bubble, one message.sent, one message at the recipient."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import QuerySet
from telethon.tl import types

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from messaging import held
from messaging.models import Account, Message, SentReport, TelegramSession, Thread
from messaging.sending import automatic, claiming, settlement
from messaging.sending.gateway import Delivered, SendError
from messaging.sending.settlement import Attempt, Claim
from messaging.services import cancel_message
from messaging.telegram import own_sends, sending
from messaging.telegram.account_worker import AccountWorker
from messaging.telegram.client import UpdateState
from messaging.telegram.receiving import Receiver
from tests.messaging.telegram.helpers import (
    ANNA,
    SHOP,
    attempts,
    make_due,
    received_texts,
    send,
    wait_for_attempt,
    wait_for_status,
)
from tests.telegram_server import TelegramServer
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("no_gap")

ANNA_ID = 1_000_002


def bubbles() -> list[tuple[str, str, int | None]]:
    """Text, source and Telegram's id of each outgoing message."""
    rows = Message.unscoped.filter(direction="out").order_by("telegram_message_id", "created_at")
    return list(rows.values_list("text", "source", "telegram_message_id"))


def count_sent() -> int:
    return Event.unscoped.filter(type="message.sent").count()


# Whatever the order in which Telegram's answer, its updates and the next attempt come


class Reports:
    """A receiver without a connection. Messages go to @anna_x."""

    def __init__(self, account: Account) -> None:
        self.receiver = Receiver(TelegramSession.unscoped.select_related("account__workspace").get(account=account))
        user = types.User(ANNA_ID, access_hash=7, username="anna_x", first_name="Anna")
        self.users = [user]

    def store(self, *updates: Any) -> None:
        self.receiver.store_updates(updates, self.users, UpdateState(1, 0, 1, 1))

    def message(self, telegram_id: int, text: str, *, minutes: float = 0, out: bool = True) -> Any:
        """A new message with Anna, dated so long ago."""
        date = clock.now() - timedelta(minutes=minutes)
        return types.UpdateNewMessage(types.Message(telegram_id, types.PeerUser(ANNA_ID), date, text, out=out), 2, 1)

    def settle(self, claim: Claim, result: Any) -> None:
        assert settlement.settle([Attempt(claim, result, 1)])
        self.receiver.review_reports()


@pytest.fixture
def reports(shop: Account) -> Reports:
    return Reports(shop)


def claim(message: Message) -> Claim:
    claimed = claiming.claim(message.pk)
    assert claimed is not None
    return claimed


def lose(message: Message) -> None:
    """As if the worker had died in its attempt."""
    claim(message)
    Message.unscoped.filter(pk=message.pk).update(lease_until=clock.now() - timedelta(seconds=1))


def test_message_whose_id_telegram_has_told_is_not_sent_again(reports: Reports, shop: Account, actor: Actor) -> None:
    message = send(actor, shop)
    lose(message)
    reports.store(types.UpdateMessageID(41, message.random_id))
    again = claim(message)
    result = sending.prepare(again.outgoing, shop)
    assert result == Delivered(41, duplicate=True)
    reports.settle(again, result)
    assert (bubbles(), count_sent()) == ([("Hello", "direct", 41)], 1)
    assert attempts(message) == [("lost", "lease_expired"), ("duplicate", "")]


def test_message_that_was_sent_counts_as_sent_although_the_contact_asked_for_no_more(
    reports: Reports, shop: Account, actor: Actor
) -> None:
    message = send(actor, shop)
    lose(message)
    reports.store(types.UpdateMessageID(41, message.random_id))
    message.contact.opted_out = True
    message.contact.save()
    again = claim(message)
    reports.settle(again, sending.prepare(again.outgoing, shop))
    assert Message.unscoped.get(pk=message.pk).status == "sent"


@pytest.mark.parametrize(
    "order",
    [
        ("report", "id", "answer"),
        ("id", "report", "answer"),
        ("report", "answer", "id"),
        ("answer", "report", "id"),
        ("answer", "id", "report"),
        ("id", "answer", "report"),
        ("batch", "answer"),
        ("answer", "batch"),
        ("report", "answer without id", "id"),
        ("answer without id", "id", "report"),
    ],
)
@pytest.mark.parametrize("text", ["Hello", "Unsupported characters"])
def test_one_message_in_every_order(
    order: tuple[str, ...], text: str, reports: Reports, shop: Account, actor: Actor
) -> None:
    message = send(actor, shop)
    claimed = claim(message)
    report, told = reports.message(41, text), types.UpdateMessageID(41, message.random_id)
    steps = {
        "report": lambda: reports.store(report),
        "id": lambda: reports.store(told),
        "batch": lambda: reports.store(report, told),  # as in a difference: new messages come first
        "answer": lambda: reports.settle(claimed, Delivered(41)),
        "answer without id": lambda: reports.settle(claimed, Delivered(None)),
    }
    for step in order:
        steps[step]()
    assert not SentReport.unscoped.exists()
    assert [(source, number) for _, source, number in bubbles()] == [("direct", 41)]
    if order != ("report", "answer without id", "id") or text == "Hello":
        assert count_sent() == 1


@pytest.mark.parametrize("text", ["Hello", "something else"])
def test_text_typed_on_the_phone_meanwhile_is_stored_when_the_id_tells(
    text: str, reports: Reports, shop: Account, actor: Actor
) -> None:
    """Even the same text as the one that waits for its retry."""
    message = send(actor, shop)
    lose(message)
    reports.store(reports.message(41, text))
    assert len(bubbles()) == 1
    reports.settle(claim(message), Delivered(42))
    assert (bubbles(), count_sent()) == ([(text, "phone", 41), ("Hello", "direct", 42)], 2)


def test_report_that_is_kept_while_others_are_taken_stays(
    reports: Reports, shop: Account, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed = claim(send(actor, shop))
    reports.store(reports.message(41, "one"))

    select_for_update = QuerySet.select_for_update

    def select_meanwhile(rows: Any, **options: Any) -> Any:
        """As if another transaction committed right after the rows were read and locked."""
        if rows.model is not SentReport:
            return select_for_update(rows, **options)
        monkeypatch.undo()
        found = list(rows)
        own_sends.recognize(shop, replace(own_sends._from_report(found[0]), telegram_message_id=42, text="two"))
        return found

    monkeypatch.setattr(QuerySet, "select_for_update", select_meanwhile)
    with transaction.atomic():
        taken = own_sends.take_reports(shop)
    assert [each.telegram_message_id for each in taken] == [41]
    assert list(SentReport.unscoped.values_list("telegram_message_id", "text")) == [(42, "two")]
    reports.settle(claimed, Delivered(43))
    assert ("two", "phone", 42) in bubbles()


def test_text_typed_on_the_phone_is_stored_when_the_send_was_canceled(
    reports: Reports, shop: Account, actor: Actor
) -> None:
    message = send(actor, shop)
    lose(message)
    reports.store(reports.message(41, "typed"))
    Message.unscoped.filter(pk=message.pk).update(status="canceled", lease="", lease_until=None)
    reports.store(reports.message(42, "Hi", out=False))
    assert ("typed", "phone", 41) in bubbles()


def test_text_typed_on_the_phone_is_not_kept_for_a_retry_that_waits_for_a_login(
    reports: Reports, shop: Account, actor: Actor
) -> None:
    message = send(actor, shop)
    lose(message)
    days_ago = clock.now() - timedelta(days=3)
    Message.unscoped.filter(pk=message.pk).update(status="queued", lease="", lease_until=None, eta=days_ago)
    reports.store(reports.message(41, "typed"))
    assert ("typed", "phone", 41) in bubbles()


def test_away_message_of_the_account_answers_nobody(reports: Reports, shop: Account, actor: Actor) -> None:
    """Not even if it comes while a send to the same person is unsettled."""
    claimed = claim(send(actor, shop))
    reports.store(reports.message(40, "Hi", out=False))
    assert Thread.unscoped.get().waiting_since is not None
    away = reports.message(41, "We are closed")
    away.message.offline = True
    reports.store(away)
    reports.settle(claimed, SendError("blocked_by_recipient", permanent=True))
    stored = Message.unscoped.get(telegram_message_id=41)
    assert (stored.source, stored.auto_reply) == ("phone", True)
    assert Thread.unscoped.get().waiting_since is not None


def test_what_is_no_private_message_costs_no_statement(
    reports: Reports, shop: Account, django_assert_num_queries: Any
) -> None:
    online = types.UpdateUserStatus(ANNA_ID, types.UserStatusOnline(clock.now()))
    with django_assert_num_queries(0):
        reports.store(online)
    reports.store(reports.message(41, "Hi", out=False))
    assert Message.unscoped.get().text == "Hi"


def test_message_whose_id_telegram_has_told_cannot_be_canceled(reports: Reports, shop: Account, actor: Actor) -> None:
    """It has arrived: canceled, it would be at the recipient and in no inbox."""
    message = send(actor, shop)
    reports.settle(claim(message), SendError("timeout"))
    reports.store(types.UpdateMessageID(41, message.random_id))
    with pytest.raises(DomainError, match="the message was sent"):
        cancel_message(actor, message.pk)
    with transaction.atomic():
        automatic.cancel_queued([message.pk], "stopped")
    held.cancel_messages(clock.now())
    make_due(message)
    again = claim(message)
    reports.settle(again, sending.prepare(again.outgoing, shop))
    assert (Message.unscoped.get().status, count_sent()) == ("sent", 1)


def test_old_send_without_an_id_does_not_swallow_what_is_typed_today(
    reports: Reports, shop: Account, actor: Actor
) -> None:
    message = send(actor, shop, "Thanks")
    reports.settle(claim(message), Delivered(None))
    long_ago = clock.now() - timedelta(days=90)
    Message.unscoped.filter(pk=message.pk).update(unsettled_since=long_ago, sent_at=long_ago, created_at=long_ago)
    reports.store(reports.message(41, "Thanks"))
    assert sorted(source for _, source, _ in bubbles()) == ["direct", "phone"]


@pytest.mark.parametrize("minutes", [-14.0, 0.0, 14.0])
@pytest.mark.parametrize("theirs", ["one\ntwo", "  one\r\ntwo ", "one two", "one\u200b\ntwo"])
def test_send_without_an_id_is_recognized_by_its_text_and_time(
    minutes: float, theirs: str, reports: Reports, shop: Account, actor: Actor
) -> None:
    reports.settle(claim(send(actor, shop, "one\ntwo")), Delivered(None))
    reports.store(reports.message(41, theirs, minutes=minutes))
    assert (bubbles(), count_sent()) == ([("one\ntwo", "direct", 41)], 1)


@pytest.mark.parametrize("theirs", ["Hello Anna (changed)", "Hello", "Anna"])
def test_changed_text_of_a_send_without_an_id_is_one_bubble(
    theirs: str, reports: Reports, shop: Account, actor: Actor
) -> None:
    reports.settle(claim(send(actor, shop, "Hello Anna")), Delivered(None))
    reports.store(reports.message(41, theirs))
    assert (bubbles(), count_sent()) == ([("Hello Anna", "direct", 41)], 1)


def test_text_with_a_part_of_a_word_is_another_message(reports: Reports, shop: Account, actor: Actor) -> None:
    reports.settle(claim(send(actor, shop, "Offer 1")), Delivered(None))
    reports.store(reports.message(41, "Offer 12"))
    assert sorted(text for text, _, _ in bubbles()) == ["Offer 1", "Offer 12"]


def test_message_is_not_kept_for_a_send_that_is_settled_meanwhile(
    reports: Reports, shop: Account, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would look at it again before the next message comes."""
    sending_now, keep = claim(send(actor, shop, "from here")), own_sends._keep

    def settle_and_keep(*arguments: Any) -> bool:
        reports.settle(sending_now, Delivered(41))
        return keep(*arguments)

    monkeypatch.setattr(own_sends, "_keep", settle_and_keep)
    reports.store(reports.message(42, "typed"))
    assert bubbles() == [("from here", "direct", 41), ("typed", "phone", 42)]


def test_message_held_back_as_a_first_one_is_due_when_the_person_writes(
    reports: Reports, shop: Account, actor: Actor
) -> None:
    """Others to the same person wait for it."""
    message = send(actor, shop)
    later = clock.now() + timedelta(hours=24)
    Message.unscoped.filter(pk=message.pk).update(eta=later, attempts=1, error="peer_flood")
    reports.store(reports.message(40, "Hi", out=False))
    due = Message.unscoped.get(pk=message.pk).eta
    assert due is not None and due <= clock.now()


# With the server


@pytest.mark.parametrize(
    "form",
    [
        "updateShortSentMessage",
        "updates",
        "updatesCombined",
        "updates without updateMessageID",
        "updateShort",
        "updateShort with updateMessageID",
    ],
)
@pytest.mark.parametrize("pushed", [False, True])
def test_id_is_learned_from_every_form_of_answer(
    form: str, pushed: bool, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.configure(answers=form, pushes_own_sends=pushed)
    worker.start()
    sent = wait_for_status(send(actor, shop), "sent", seconds=60)
    server.deliver(ANNA, SHOP, "Hi")
    wait_until(lambda: Message.unscoped.filter(direction="in", text="Hi").exists(), seconds=60)
    assert sent.telegram_message_id == server.sent(SHOP)[0].id
    assert (received_texts(server), len(bubbles()), count_sent()) == (["Hello"], 1, 1)


@pytest.mark.parametrize("duplicates", ["original", "error"])
def test_text_that_the_server_changes_is_one_bubble_after_a_lost_answer(
    duplicates: str, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    settings.TELEGRAM_SEND_SECONDS = 1.0
    server.configure(duplicates=duplicates)
    server.change_texts(SHOP)
    server.hang("messages.sendMessage", 60, when="after")
    worker.start()
    message = wait_for_attempt(send(actor, shop), "retry")
    server.deliver(ANNA, SHOP, "Hi")
    wait_until(lambda: Message.unscoped.filter(direction="in", text="Hi").exists(), seconds=60)
    make_due(message)
    wait_for_status(message, "sent", seconds=60)
    wait_until(lambda: not SentReport.unscoped.exists(), seconds=60)
    assert received_texts(server) == ["Hello (changed)"]
    assert (bubbles(), count_sent()) == ([("Hello", "direct", server.sent(SHOP)[0].id)], 1)


@pytest.mark.parametrize(
    ("typed", "known"), [("Something else", True), ("Hello there", False)], ids=["other text", "text of the message"]
)
def test_changed_text_is_told_from_what_was_typed_on_the_phone(
    typed: str, known: bool, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    """Neither the answer nor an update tells the id. Where two messages may be it, none is taken for it."""
    settings.TELEGRAM_SEND_SECONDS = 1.0
    server.configure(duplicates="error")
    server.change_texts(SHOP)
    server.hang("messages.sendMessage", 60, when="after")
    server.lose_pushes(SHOP, True)
    worker.start()
    message = send(actor, shop)
    server.wait(lambda: len(server.sent(SHOP)) == 1, seconds=60)
    server.hang(
        "updates.getDifference", 60, times=9
    )  # it would store what was typed, which then is no candidate any more
    server.deliver(SHOP, ANNA, typed)
    for copy in server.find(SHOP).mailbox.messages.values():
        copy.random_id = None
    message = wait_for_attempt(message, "retry")
    Message.unscoped.filter(pk=message.pk).update(telegram_message_id=None)
    make_due(message)
    sent = wait_for_status(message, "sent", seconds=60)
    assert received_texts(server) == ["Hello (changed)", typed]
    assert sent.telegram_message_id == (server.sent(SHOP)[0].id if known else None)


def test_message_is_sent_once_although_our_clock_is_fast_and_the_random_id_forgotten(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    """Our clock is 100 s fast: Telegram's copy is dated before our attempt."""
    settings.TELEGRAM_SEND_SECONDS = 1.0
    server.shift_clock(SHOP, -100)
    server.hang("messages.sendMessage", 60, when="after")
    worker.start()
    message = wait_for_attempt(send(actor, shop), "retry")
    server.forget_random_ids(SHOP)
    for copy in server.find(SHOP).mailbox.messages.values():
        copy.random_id = None  # no difference tells the id either
    Message.unscoped.filter(pk=message.pk).update(telegram_message_id=None)
    TelegramSession.unscoped.update(logged_in_at=clock.now())  # so the conversation is searched
    make_due(message)
    sent = wait_for_status(message, "sent", seconds=60)
    assert (received_texts(server), sent.telegram_message_id) == (["Hello"], server.sent(SHOP)[0].id)


@pytest.mark.parametrize("error", ["RPC_CALL_FAIL", "PEER_FLOOD"])
def test_messages_to_one_person_keep_their_order(
    error: str, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.create_user("+15550003", username="bob_x")
    server.fail("messages.sendMessage", error, code=500 if error == "RPC_CALL_FAIL" else None)
    first = send(actor, shop, "m0")
    second = send(actor, shop, "m1")
    other = send(actor, shop, "to Bob", to="@bob_x")
    worker.start()
    wait_for_attempt(first, "retry")
    TelegramSession.unscoped.update(cold_messages_blocked_until=None)
    # Its own attempt may have met the block, and sets when it is due.
    wait_until(lambda: Message.unscoped.get(pk=other.pk).lease == "", seconds=60)
    make_due(other)
    wait_for_status(other, "sent", seconds=60)
    assert Message.unscoped.get(pk=second.pk).attempts == 0
    make_due(first)
    wait_for_status(second, "sent", seconds=60)
    assert received_texts(server) == ["m0", "m1"]
