"""A message belongs to one dispatcher at a time: leases, takeovers, and dispatchers at once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from contacts.models import Contact
from crmsolid.core import clock
from messaging.models import Account, Message, MessageAttempt, SandboxDelivery, Thread
from messaging.sending import dispatch, settlement
from messaging.sending.gateway import Delivered, Outgoing, SendError
from tests.cast import Cast
from tests.messaging.conftest import Hands
from tests.messaging.world import Scripted, account_now, again, at_once, attempts, events, needs_postgresql, send

LEASE = timedelta(seconds=30)


def test_a_dead_lease_is_taken_over_with_the_same_random_id(
    sandbox: Account, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = Scripted().install(monkeypatch)
    message = send(sandbox)
    claimed = dispatch.claim(message.pk)
    assert claimed is not None
    assert (again(message).status, again(message).lease_until) == ("sending", hands.now + LEASE)
    tried = hands.now
    hands.forward(seconds=30)
    assert dispatch.dispatch() == 0  # until its last moment the lease is good
    hands.forward(microseconds=1)
    assert dispatch.dispatch() == 1
    assert attempts(message) == [(1, "lost", "lease_expired"), (2, "sent", "")]
    [outgoing] = gateway.asked
    assert (outgoing.random_id, outgoing.attempt, outgoing.previous_attempt_at) == (message.random_id, 2, tried)


def test_who_lost_the_lease_settles_nothing(sandbox: Account, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    Scripted([Delivered(7)]).install(monkeypatch)
    message = send(sandbox)
    claimed = dispatch.claim(message.pk)
    assert claimed is not None
    hands.forward(seconds=31)
    dispatch.dispatch()
    before = again(message)
    results = (
        Delivered(99),
        SendError("privacy_restricted", permanent=True),
        SendError("flood_wait", retry_after=60),
    )
    for result in results:
        assert settlement.settle(claimed.message, claimed.account, result, 5) is False
    after = again(message)
    assert (after.status, after.telegram_message_id, after.sent_at) == ("sent", 7, before.sent_at)
    assert account_now(sandbox).state == "connected"
    assert len(events("message.sent", "message.failed")) == 1
    assert attempts(message) == [(1, "lost", "lease_expired"), (2, "sent", "")]


def test_a_dead_lease_without_a_free_slot_waits_and_stays_remembered(
    cast: Cast, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = Scripted().install(monkeypatch)
    account, started = cast.sandbox(daily_limit=2), hands.now
    message = send(account)
    dispatch.claim(message.pk)
    send(account, "@bobby", send_at=hands.now + timedelta(seconds=40))
    Account.unscoped.filter(pk=account.pk).update(daily_limit=1)
    hands.forward(seconds=60)
    assert dispatch.claim(message.pk) is None
    found = again(message)
    assert (found.status, found.slot_at, found.unsettled_since) == ("queued", started, started)
    assert found.eta == started + timedelta(hours=24, seconds=40)
    hands.now = found.eta
    Account.unscoped.filter(pk=account.pk).update(daily_limit=50)
    dispatch.attempt(message.pk, gateway)
    assert gateway.asked[-1].previous_attempt_at == started
    assert attempts(message) == [(1, "lost", "lease_expired"), (2, "sent", "")]


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_at_once_send_each_message_once(cast: Cast) -> None:
    needs_postgresql()
    account = cast.sandbox()
    messages = [send(account, f"@person_{number}") for number in range(30)]
    tried = at_once([dispatch.dispatch] * 4)
    assert all(isinstance(number, int) for number in tried), tried
    assert {again(message).status for message in messages} == {"sent"}
    assert sorted(SandboxDelivery.unscoped.values_list("message_id", flat=True)) == sorted(m.pk for m in messages)
    sent = [event["data"]["message"]["id"] for event in events("message.sent")]
    assert sorted(sent) == sorted(message.pk for message in messages)
    assert set(MessageAttempt.unscoped.values_list("number", "outcome")) == {(1, "sent")}


@pytest.mark.django_db(transaction=True)
def test_a_message_in_somebodys_hands_is_left_alone(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_postgresql()
    reached, go_on = threading.Event(), threading.Event()

    def hold(_: Outgoing) -> Delivered:
        reached.set()
        assert go_on.wait(20)
        return Delivered(1)

    gateway = Scripted([hold]).install(monkeypatch)
    message = send(cast.sandbox())

    def second() -> int:
        assert reached.wait(20)
        try:
            return dispatch.dispatch()
        finally:
            go_on.set()

    assert at_once([dispatch.dispatch, second]) == [1, 0]
    assert (len(gateway.asked), again(message).status) == (1, "sent")


@pytest.mark.django_db(transaction=True)
def test_sending_receiving_and_settling_at_once_never_deadlock(cast: Cast) -> None:
    needs_postgresql()
    from messaging.inbox import Incoming, receive

    account = cast.sandbox()
    for number in range(20):
        send(account, "@alice", f"{number}")

    def hear() -> int:
        for number in range(20):
            receive(
                account, Incoming(telegram_message_id=10_001 + number * 2, text="hi", at=clock.now(), username="alice")
            )
        return 20

    def speak() -> int:
        for number in range(20):
            send(account, "@alice", f"more {number}")
        return 20

    calls: list[Callable[[], Any]] = [dispatch.dispatch, dispatch.dispatch, hear, speak]
    found = at_once(calls)
    assert all(isinstance(answer, int) for answer in found), found
    dispatch.dispatch()
    assert Message.unscoped.filter(status="sent").count() == 40
    assert Thread.unscoped.get().unread_count == 20
    assert Contact.unscoped.get().stage == "replied"
