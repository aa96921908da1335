"""A message belongs to one dispatcher at a time: leases, their recovery, and concurrent dispatchers."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from contacts.models import Contact
from crmsolid.core import clock
from messaging.models import Account, Message, MessageAttempt, SandboxDelivery, Thread
from messaging.sending import claiming, dispatch, settlement
from messaging.sending.gateway import Delivered, Outgoing, SendError
from messaging.sending.settlement import Attempt
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import (
    ScriptedGateway,
    attempts,
    events,
    send,
    stored,
    stored_account,
)
from tests.tenants import Tenants
from tests.threads import run_together_catching

LEASE = timedelta(seconds=30)


def test_expired_lease_is_recovered_with_the_same_random_id(
    sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = ScriptedGateway().install(monkeypatch)
    message = send(sandbox)
    claimed = claiming.claim(message.pk)
    assert claimed is not None
    assert (stored(message).status, stored(message).lease_until) == ("sending", frozen_time.now + LEASE)
    claimed_at = frozen_time.now
    frozen_time.forward(seconds=30)
    assert dispatch.dispatch() == 0  # the lease is valid until then
    frozen_time.forward(microseconds=1)
    assert dispatch.dispatch() == 1
    assert attempts(message) == [(1, "lost", "lease_expired"), (2, "sent", "")]
    [outgoing] = gateway.requests
    assert (outgoing.random_id, outgoing.attempt, outgoing.previous_attempt_at) == (message.random_id, 2, claimed_at)


def test_attempt_that_lost_its_lease_settles_nothing(
    sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ScriptedGateway([Delivered(7)]).install(monkeypatch)
    message = send(sandbox)
    claimed = claiming.claim(message.pk)
    assert claimed is not None
    frozen_time.forward(seconds=31)
    dispatch.dispatch()
    before = stored(message)
    results = (
        Delivered(99),
        SendError("privacy_restricted", permanent=True),
        SendError("flood_wait", retry_after=60),
    )
    for result in results:
        assert settlement.settle([Attempt(claimed, result, 5)]) == []
    after = stored(message)
    assert (after.status, after.telegram_message_id, after.sent_at) == ("sent", 7, before.sent_at)
    assert stored_account(sandbox).state == "connected"
    assert len(events("message.sent", "message.failed")) == 1
    assert attempts(message) == [(1, "lost", "lease_expired"), (2, "sent", "")]


def test_expired_lease_without_a_free_slot_is_rescheduled(
    tenants: Tenants, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = ScriptedGateway().install(monkeypatch)
    account, started = tenants.sandbox(daily_limit=2), frozen_time.now
    message = send(account)
    claiming.claim(message.pk)
    send(account, "@bobby", send_at=frozen_time.now + timedelta(seconds=40))
    Account.unscoped.filter(pk=account.pk).update(daily_limit=1)
    frozen_time.forward(seconds=60)
    assert claiming.claim(message.pk) is None
    row = stored(message)
    assert (row.status, row.slot_at, row.unsettled_since) == ("queued", started, started)
    assert row.eta == started + timedelta(hours=24, seconds=40)
    frozen_time.now = row.eta
    Account.unscoped.filter(pk=account.pk).update(daily_limit=50)
    dispatch.dispatch()
    assert gateway.requests[-1].previous_attempt_at == started
    assert attempts(message) == [(1, "lost", "lease_expired"), (2, "sent", "")]


@pytest.mark.django_db(transaction=True)
def test_concurrent_dispatchers_send_each_message_once(tenants: Tenants) -> None:
    account = tenants.sandbox()
    messages = [send(account, f"@person_{number}") for number in range(30)]
    tried = run_together_catching([dispatch.dispatch] * 4)
    assert all(isinstance(number, int) for number in tried), tried
    assert {stored(message).status for message in messages} == {"sent"}
    assert sorted(SandboxDelivery.unscoped.values_list("message_id", flat=True)) == sorted(m.pk for m in messages)
    sent = [event["data"]["message"]["id"] for event in events("message.sent")]
    assert sorted(sent) == sorted(message.pk for message in messages)
    assert set(MessageAttempt.unscoped.values_list("number", "outcome")) == {(1, "sent")}


@pytest.mark.django_db(transaction=True)
def test_leased_message_is_not_claimed_by_another_dispatcher(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    sending, may_finish = threading.Event(), threading.Event()

    def block(_: Outgoing) -> Delivered:
        sending.set()
        assert may_finish.wait(20)
        return Delivered(1)

    gateway = ScriptedGateway([block]).install(monkeypatch)
    message = send(tenants.sandbox())

    def second() -> int:
        assert sending.wait(20)
        try:
            return dispatch.dispatch()
        finally:
            may_finish.set()

    assert run_together_catching([dispatch.dispatch, second]) == [1, 0]
    assert (len(gateway.requests), stored(message).status) == (1, "sent")


@pytest.mark.django_db(transaction=True)
def test_concurrent_sending_receiving_and_settling_do_not_deadlock(tenants: Tenants) -> None:
    account = tenants.sandbox()
    for number in range(20):
        send(account, "@alice", f"{number}")

    def receive_twenty() -> int:
        for number in range(20):
            receive(
                account, Incoming(telegram_message_id=10_001 + number * 2, text="hi", at=clock.now(), username="alice")
            )
        return 20

    def send_twenty() -> int:
        for number in range(20):
            send(account, "@alice", f"more {number}")
        return 20

    calls: list[Callable[[], Any]] = [dispatch.dispatch, dispatch.dispatch, receive_twenty, send_twenty]
    results = run_together_catching(calls)
    assert all(isinstance(result, int) for result in results), results
    dispatch.dispatch()
    assert Message.unscoped.filter(status="sent").count() == 40
    assert Thread.unscoped.get().unread_count == 20
    assert Contact.unscoped.get().stage == "replied"
