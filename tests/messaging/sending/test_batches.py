"""Messages are claimed, sent and settled many at a time, and no message stops the others of its batch."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from crmsolid.events.models import Event
from messaging.models import Account, Message
from messaging.representations import MessageOut
from messaging.sending import claiming, dispatch, settlement, slots
from messaging.sending.gateway import Delivered, SendError
from messaging.sending.settlement import Attempt
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import (
    Ring,
    ScriptedGateway,
    attempts,
    events,
    send,
    stored,
    stored_account,
)
from tests.tenants import Tenants
from tests.threads import run_together_catching
from tests.waiting import wait_until


def statements(run: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        run()
    return len(captured)


def test_number_of_statements_does_not_depend_on_the_number_of_messages(tenants: Tenants) -> None:
    def fill(per_account: int) -> None:
        for account in accounts:
            for number in range(per_account):
                send(account, f"@person_{account.pk}_{number}", "hello {username}")

    accounts = [tenants.sandbox() for _ in range(3)]
    fill(1)
    few = statements(dispatch.dispatch)
    fill(10)
    assert statements(dispatch.dispatch) == few
    assert Message.unscoped.filter(status="sent").count() == 33


def test_events_of_a_batch_belong_to_the_workspaces_of_their_messages(tenants: Tenants) -> None:
    messages = [send(tenants.sandbox(workspace)) for workspace in (tenants.workspace, tenants.twin, tenants.other)]
    assert dispatch.dispatch() == 3
    sent = {event["data"]["message"]["id"]: event["id"] for event in events("message.sent")}
    for message in messages:
        assert Event.unscoped.get(pk=sent[message.pk]).workspace_id == message.workspace_id


def test_message_waits_while_an_earlier_one_of_its_thread_is_being_sent(
    sandbox: Account, frozen_time: FrozenTime, rings: list[Ring]
) -> None:
    first = send(sandbox, "@alice", "first")
    claimed = claiming.claim(first.pk)
    assert claimed is not None
    second, other = send(sandbox, "@alice", "second"), send(sandbox, "@bobby")
    rings.clear()
    assert dispatch.dispatch() == 1
    assert (stored(second).status, stored(other).status) == ("queued", "sent")
    assert rings == [Ring("messaging.dispatch", None, dispatch.RETRY_SECONDS)]
    assert len(settlement.settle([Attempt(claimed, Delivered(7), 5)])) == 1
    assert dispatch.dispatch() == 1
    assert stored(second).status == "sent"


def test_message_whose_lease_expired_is_sent_before_the_later_ones_of_its_thread(
    sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = ScriptedGateway().install(monkeypatch)
    claiming.claim(send(sandbox, "@alice", "first").pk)
    frozen_time.forward(seconds=31)
    send(sandbox, "@alice", "second")
    assert dispatch.dispatch() == 2
    assert [outgoing.text for outgoing in gateway.requests] == ["first", "second"]


def test_messages_after_a_flood_wait_are_queued_as_they_were(sandbox: Account, frozen_time: FrozenTime) -> None:
    send(sandbox, "@flood_wait_40")
    second = send(sandbox, "@bobby")
    before = stored(second)
    frozen_time.forward(seconds=1)
    assert dispatch.dispatch() == 1
    after = stored(second)
    assert (after.status, after.eta, after.slot_at, after.attempts) == ("queued", before.eta, before.slot_at, 0)
    assert (after.lease, after.lease_until, after.unsettled_since) == ("", None, None)
    assert attempts(second) == []
    frozen_time.forward(seconds=40)
    assert dispatch.dispatch() == 2
    assert attempts(second) == [(1, "sent", "")]


def test_untried_message_that_may_have_arrived_before_keeps_its_slot(
    sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    flood = SendError("flood_wait", retry_after=60)
    ScriptedGateway([SendError("connection_lost"), flood]).install(monkeypatch)
    message, attempted_at = send(sandbox, "@alice"), frozen_time.now
    dispatch.dispatch()
    send(sandbox, "@bobby")
    frozen_time.forward(seconds=5)
    dispatch.dispatch()  # the flood wait of the message to @bobby, which was due first, stops the account
    row = stored(message)
    assert (row.status, row.slot_at, row.unsettled_since, row.attempts) == ("queued", attempted_at, attempted_at, 1)


def test_message_that_cannot_be_claimed_does_not_stop_the_others(
    sandbox: Account, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sent = send(sandbox, "@alice", "{username}"), send(sandbox, "@bobby")
    Contact.unscoped.filter(pk=broken.contact_id).update(custom_fields={"size": ["not", "a", "value"]})
    with caplog.at_level(logging.ERROR, "crmsolid.messaging"):
        assert dispatch.dispatch() == 1
    assert (stored(broken).status, stored(broken).attempts, stored(sent).status) == ("queued", 0, "sent")
    assert [record.message for record in caplog.records] == [
        "a batch failed, and each account of it is tried alone",
        "a batch failed, and each message of it is tried alone",
        "this message failed alone",
    ]


def test_account_whose_messages_cannot_be_claimed_does_not_hold_up_others(
    tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "BATCH", 2)
    monkeypatch.setattr(dispatch, "ACCOUNTS_BATCH", 2)
    broken_account, account = tenants.sandbox(), tenants.sandbox()
    broken = [send(broken_account, f"@alice{number}", "{username}") for number in range(3)]
    Contact.unscoped.filter(pk__in=[each.contact_id for each in broken]).update(custom_fields={"size": ["no", "value"]})
    sent = send(account, "@bobby")
    assert dispatch.dispatch() == 1
    assert [stored(each).status for each in (*broken, sent)] == ["queued", "queued", "queued", "sent"]


def test_attempt_that_cannot_be_settled_does_not_stop_the_others(
    sandbox: Account, monkeypatch: pytest.MonkeyPatch, frozen_time: FrozenTime
) -> None:
    broken, sent = send(sandbox, "@alice"), send(sandbox, "@bobby")
    render = MessageOut.render

    def fail_for_one(row: Any, **values: Any) -> dict[str, Any]:
        if row.id == broken.id:
            raise ZeroDivisionError("bug")
        return render(row, **values)

    monkeypatch.setattr(MessageOut, "render", fail_for_one)
    assert dispatch.dispatch() == 2
    assert (stored(broken).status, stored(sent).status) == ("sending", "sent")
    monkeypatch.undo()
    Message.unscoped.filter(pk=broken.pk).update(lease_until=frozen_time.now - timedelta(seconds=1))
    dispatch.dispatch()
    assert attempts(broken) == [(1, "lost", "lease_expired"), (2, "duplicate", "")]


def test_batch_that_cannot_be_settled_does_not_stop_the_next_one(
    tenants: Tenants, monkeypatch: pytest.MonkeyPatch, frozen_time: FrozenTime
) -> None:
    monkeypatch.setattr(dispatch, "ACCOUNTS_BATCH", 1)
    ScriptedGateway([SendError("connection_lost"), SendError("connection_lost")]).install(monkeypatch)
    broken, requeued, sent = (send(tenants.sandbox()) for _ in range(3))
    find_slot = slots.next_free_slot

    def fail_for_one(account: Account, *arguments: Any, **options: Any) -> slots.Slot:
        if account.pk == broken.account_id:
            raise ZeroDivisionError("bug")
        return find_slot(account, *arguments, **options)

    monkeypatch.setattr(slots, "next_free_slot", fail_for_one)
    assert dispatch.dispatch() == 3
    assert [stored(message).status for message in (broken, requeued, sent)] == ["sending", "queued", "sent"]


def test_account_is_paused_before_its_untried_messages_are_queued_again(
    sandbox: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise another worker could send them during the flood wait."""
    states: list[str] = []
    release = settlement.release

    def record_state(claims: Any) -> None:
        states.append(stored_account(sandbox).state)
        release(claims)

    monkeypatch.setattr(settlement, "release", record_state)
    send(sandbox, "@flood_wait_40")
    send(sandbox, "@bobby")
    dispatch.dispatch()
    assert states == ["paused"]


def test_accounts_take_turns(sandbox: Account, tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long queue of one account does not hold back the messages of another."""
    monkeypatch.setattr(dispatch, "BATCH", 4)
    gateway = ScriptedGateway().install(monkeypatch)
    for number in range(10):
        send(sandbox, f"@person_{number}")
    late = send(tenants.sandbox())
    assert dispatch.dispatch() == 11
    assert late.pk in [outgoing.message_id for outgoing in gateway.requests[:4]]


@pytest.mark.django_db(transaction=True)
def test_locked_account_does_not_hold_back_the_others(tenants: Tenants, rings: list[Ring]) -> None:
    """As when a worker stands still in the middle of a claim."""
    locked, free = tenants.sandbox(), tenants.sandbox()
    waiting, sent = send(locked), send(free)
    is_locked, may_end = threading.Event(), threading.Event()

    @transaction.atomic
    def stand_still() -> None:
        Account.unscoped.select_for_update().get(pk=locked.pk)
        is_locked.set()
        assert may_end.wait(20)

    def dispatch_meanwhile() -> int:
        assert is_locked.wait(20)
        rings.clear()
        try:
            return dispatch.dispatch()
        finally:
            may_end.set()

    assert run_together_catching([stand_still, dispatch_meanwhile]) == [None, 1]
    assert (stored(waiting).status, stored(sent).status) == ("queued", "sent")
    assert rings == [Ring("messaging.dispatch", None, dispatch.RETRY_SECONDS)]
    assert dispatch.dispatch() == 1


@pytest.mark.django_db(transaction=True)
def test_account_that_is_locked_for_a_moment_is_waited_for(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when clients send through one account all the time: then its lock is never found free."""
    monkeypatch.setattr(dispatch, "LOCK_SECONDS", 20)
    account = tenants.sandbox()
    message = send(account)
    is_locked = threading.Event()

    @transaction.atomic
    def hold_until_somebody_waits() -> None:
        Account.unscoped.select_for_update().get(pk=account.pk)
        is_locked.set()
        with connection.cursor() as cursor:

            def somebody_waits() -> bool:
                cursor.execute(
                    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
                )
                return bool(cursor.fetchone()[0])

            wait_until(somebody_waits, "the dispatcher waits for the account")

    def dispatch_meanwhile() -> int:
        assert is_locked.wait(20)
        return dispatch.dispatch()

    assert run_together_catching([hold_until_somebody_waits, dispatch_meanwhile]) == [None, 1]
    assert stored(message).status == "sent"


@pytest.mark.django_db(transaction=True)
def test_concurrent_dispatchers_share_many_accounts(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "BATCH", 8)
    accounts = [tenants.sandbox() for _ in range(6)]
    messages = [send(account, f"@person_{number}") for number in range(10) for account in accounts]
    tried = run_together_catching([dispatch.dispatch] * 4)
    assert all(isinstance(number, int) for number in tried), tried
    dispatch.dispatch()
    assert {stored(message).status for message in messages} == {"sent"}
    assert {tuple(attempts(message)) for message in messages} == {((1, "sent", ""),)}
    assert len(events("message.sent")) == 60
    assert {stored_account(account).state for account in accounts} == {"connected"}


@pytest.mark.parametrize("reason", ["daily_limit", "account_paused"])
def test_claim_says_why_it_moved_a_message(tenants: Tenants, frozen_time: FrozenTime, reason: str) -> None:
    account = tenants.sandbox(daily_limit=2)
    send(account)
    dispatch.dispatch()
    message = send(account)
    until = frozen_time.now + timedelta(minutes=5)
    changes: dict[str, dict[str, Any]] = {
        "daily_limit": {"daily_limit": 1},
        "account_paused": {"state": "paused", "paused_until": until},
    }
    Account.unscoped.filter(pk=account.pk).update(**changes[reason])
    assert claiming.claim(message.pk) is None
    row = stored(message)
    assert (row.status, row.delayed_by) == ("queued", reason)
    assert row.eta == (frozen_time.now + timedelta(hours=24) if reason == "daily_limit" else until)
