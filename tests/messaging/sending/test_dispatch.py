"""Sending queued messages: each change and each event happens once, and no message blocks another."""

import logging
from collections.abc import Sequence
from datetime import timedelta

import pytest

from contacts.models import Contact
from crmsolid.workspaces.models import Plan, Workspace
from messaging import account_workers, tasks
from messaging.models import (
    CANNOT_SEND,
    Account,
    AccountKind,
    AccountState,
    Direction,
    Message,
    SandboxDelivery,
    Thread,
)
from messaging.sending import claiming, dispatch
from messaging.sending.gateway import Delivered, Outgoing, SendError
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import Ring, ScriptedGateway, attempts, events, send, stored, stored_account
from tests.tenants import Tenants


def test_queued_message_is_sent_once(sandbox: Account, frozen_time: FrozenTime) -> None:
    message = send(sandbox, "@alice", "hello {username}")
    frozen_time.forward(seconds=1)
    assert dispatch.dispatch() == 1
    assert dispatch.dispatch() == 0
    row = stored(message)
    assert (row.status, row.text, row.sent_at, row.attempts) == ("sent", "hello alice", frozen_time.now, 1)
    assert (row.lease, row.lease_until, row.error) == ("", None, "")
    assert row.telegram_message_id == SandboxDelivery.unscoped.get().outgoing_id
    assert attempts(message) == [(1, "sent", "")]
    [event] = events("message.sent")
    assert event["data"]["message"]["id"] == message.pk
    assert event["data"]["message"]["status"] == "sent"
    assert event["data"]["message"]["text"] == "hello alice"
    contact = Contact.unscoped.get()
    assert (contact.stage, contact.last_out_at, contact.last_in_at) == ("contacted", frozen_time.now, None)
    assert Thread.unscoped.get().last_message_at == frozen_time.now


def test_message_is_not_sent_before_its_eta(sandbox: Account, frozen_time: FrozenTime) -> None:
    message = send(sandbox, send_at=frozen_time.now + timedelta(minutes=1))
    assert dispatch.dispatch() == 0
    frozen_time.forward(minutes=1)
    assert dispatch.dispatch() == 1
    assert stored(message).status == "sent"


def test_dispatch_asks_for_another_run_when_a_message_is_due_soon(
    sandbox: Account, frozen_time: FrozenTime, rings: list[Ring]
) -> None:
    send(sandbox, send_at=frozen_time.now + timedelta(seconds=1))
    send(sandbox, send_at=frozen_time.now + timedelta(minutes=1))
    dispatch.dispatch()
    assert rings == [Ring("messaging.dispatch", None, 1.0)]


def test_messages_are_sent_in_the_order_of_their_eta(
    sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = ScriptedGateway().install(monkeypatch)
    for minutes in (3, 1, 2):
        send(sandbox, text=f"{minutes}", send_at=frozen_time.now + timedelta(minutes=minutes))
    frozen_time.forward(minutes=5)
    dispatch.dispatch()
    assert [outgoing.text for outgoing in gateway.requests] == ["1", "2", "3"]


def test_text_is_rendered_once_at_the_first_claim(
    sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = ScriptedGateway([SendError("connection_lost")]).install(monkeypatch)
    message = send(sandbox, text="{{hi}} {first_name|there}")
    dispatch.dispatch()
    Contact.unscoped.update(name="Alice Smith")
    frozen_time.forward(seconds=5)
    dispatch.dispatch()
    assert [outgoing.text for outgoing in gateway.requests] == ["{hi} there"] * 2
    assert stored(message).text == "{hi} there"
    assert len({outgoing.random_id for outgoing in gateway.requests}) == 1


@pytest.mark.parametrize(
    ("to", "code"), [("@fail_privacy", "privacy_restricted"), ("@Fail_NotFound_9", "recipient_not_found")]
)
def test_permanent_error_fails_the_message(sandbox: Account, to: str, code: str) -> None:
    message = send(sandbox, to)
    assert dispatch.dispatch() == 1
    assert dispatch.dispatch() == 0
    assert (stored(message).status, stored(message).error) == ("failed", code)
    assert attempts(message) == [(1, "failed", code)]
    [event] = events("message.failed")
    assert (event["data"]["message"]["id"], event["data"]["message"]["error"]) == (message.pk, code)
    assert events("message.sent") == []
    assert Contact.unscoped.get().stage == "new"


@pytest.mark.parametrize(
    ("text", "code"),
    [("{first_name}", "template_unresolved"), ("{name|" + "x" * 4097 + "}", "text_length")],
)
def test_text_that_cannot_be_rendered_fails_the_message_unsent(
    sandbox: Account, monkeypatch: pytest.MonkeyPatch, text: str, code: str
) -> None:
    gateway = ScriptedGateway().install(monkeypatch)
    message = send(sandbox, text=text)
    dispatch.dispatch()
    assert (stored(message).status, stored(message).error, stored(message).text) == ("failed", code, text)
    assert gateway.requests == []
    assert [event["data"]["message"]["error"] for event in events("message.failed")] == [code]


def test_flood_wait_requeues_the_message_and_pauses_only_its_account(tenants: Tenants, frozen_time: FrozenTime) -> None:
    flooded, other = tenants.sandbox(), tenants.sandbox()
    first, second = send(flooded, "@flood_wait_40"), send(flooded, "@bobby")
    third = send(other, "@carol")
    dispatch.dispatch()
    until = frozen_time.now + timedelta(seconds=40)
    assert (stored(first).status, stored(first).eta, stored(first).error) == ("queued", until, "flood_wait")
    assert (stored_account(flooded).state, stored_account(flooded).paused_until) == ("paused", until)
    assert (stored(second).status, stored(third).status) == ("queued", "sent")
    assert attempts(first) == [(1, "retry", "flood_wait")]
    frozen_time.forward(seconds=39)
    assert dispatch.dispatch() == 0
    frozen_time.forward(seconds=1)
    assert dispatch.dispatch() == 2
    assert (stored(first).status, stored(second).status) == ("sent", "sent")
    assert len(events("message.sent")) == 3


def test_flood_wait_does_not_shorten_a_longer_pause(
    tenants: Tenants, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, end_of_pause = tenants.sandbox(), frozen_time.now + timedelta(hours=3)

    def pause(_: Outgoing) -> SendError:
        Account.unscoped.filter(pk=account.pk).update(state=AccountState.PAUSED, paused_until=end_of_pause)
        return SendError("flood_wait", retry_after=5)

    ScriptedGateway([pause]).install(monkeypatch)
    message = send(account)
    dispatch.dispatch()
    assert stored_account(account).paused_until == end_of_pause
    assert stored(message).eta == end_of_pause


def test_flood_wait_does_not_end_a_pause_without_an_end(
    tenants: Tenants, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = tenants.sandbox()

    def pause(_: Outgoing) -> SendError:
        Account.unscoped.filter(pk=account.pk).update(state=AccountState.PAUSED, paused_until=None)
        return SendError("flood_wait", retry_after=5)

    ScriptedGateway([pause]).install(monkeypatch)
    message = send(account)
    dispatch.dispatch()
    frozen_time.forward(days=1)
    assert dispatch.dispatch() == 0
    assert claiming.claim(message.pk) is None
    assert (stored_account(account).state, stored_account(account).paused_until) == ("paused", None)
    assert stored(message).status == "queued"


@pytest.mark.parametrize("state", CANNOT_SEND)
def test_messages_of_an_account_that_cannot_send_stay_queued(tenants: Tenants, state: AccountState) -> None:
    account = tenants.sandbox(state=state)
    message = send(account)
    assert dispatch.dispatch() == 0
    assert claiming.claim(message.pk) is None
    assert (stored(message).status, stored(message).attempts) == ("queued", 0)
    Account.unscoped.filter(pk=account.pk).update(state=AccountState.CONNECTED)
    assert dispatch.dispatch() == 1


def test_lost_login_stops_the_account_at_once(
    tenants: Tenants, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = ScriptedGateway([SendError("session_revoked", account_state="needs_login")]).install(monkeypatch)
    account = tenants.sandbox()
    first, second = send(account, "@alice"), send(account, "@bobby")
    dispatch.dispatch()
    assert len(gateway.requests) == 1
    assert stored_account(account).state == "needs_login"
    assert (stored(first).status, stored(first).error, stored(second).status) == ("queued", "session_revoked", "queued")


def test_messages_wait_while_the_plan_is_expired(tenants: Tenants, frozen_time: FrozenTime) -> None:
    live, test = send(tenants.sandbox()), send(tenants.sandbox(tenants.twin))
    foreign = send(tenants.sandbox(tenants.other))
    Workspace.objects.filter(pk=tenants.workspace.pk).update(plan=Plan.TRIAL, trial_ends_at=frozen_time.now)
    dispatch.dispatch()
    assert [stored(message).status for message in (live, test, foreign)] == ["queued", "queued", "sent"]
    Workspace.objects.filter(pk=tenants.workspace.pk).update(plan=Plan.PRO)
    assert dispatch.dispatch() == 2
    assert [stored(message).status for message in (live, test)] == ["sent", "sent"]


def test_transient_errors_are_retried_with_growing_delays(
    sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = ScriptedGateway([SendError("connection_lost") for _ in range(9)]).install(monkeypatch)
    message, waits = send(sandbox), []
    for _ in range(9):
        dispatch.dispatch()
        eta = stored(message).eta
        assert eta is not None
        waits.append((eta - frozen_time.now).total_seconds())
        frozen_time.now = eta
    assert waits == [5, 10, 20, 40, 80, 160, 320, 600, 600]
    dispatch.dispatch()
    assert (stored(message).status, stored(message).attempts, stored(message).error) == ("sent", 10, "")
    assert len(gateway.requests) == 10
    assert len(events("message.sent")) == 1


def test_first_attempt_with_unknown_result_is_remembered(
    sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    flood = SendError("flood_wait", retry_after=1200)
    gateway = ScriptedGateway([flood, SendError("connection_lost"), flood, Delivered(7, duplicate=True)]).install(
        monkeypatch
    )
    message = send(sandbox)
    for _ in range(4):
        eta = stored(message).eta
        assert eta is not None
        frozen_time.now = max(frozen_time.now, eta)
        dispatch.dispatch()
        if len(gateway.requests) == 2:
            unknown_since = frozen_time.now
    # After a flood wait it is certain that nothing arrived. After a lost connection it is not.
    assert [outgoing.previous_attempt_at for outgoing in gateway.requests] == [None, None, unknown_since, unknown_since]
    assert stored(message).status == "sent"
    assert stored(message).slot_at == unknown_since  # the attempt that had arrived
    assert attempts(message)[3] == (4, "duplicate", "")


def test_retry_that_delivers_takes_the_slot_of_its_own_time(
    sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ScriptedGateway([SendError("connection_lost"), Delivered(7)]).install(monkeypatch)
    message = send(sandbox)
    dispatch.dispatch()
    frozen_time.forward(seconds=5)
    dispatch.dispatch()
    assert stored(message).slot_at == frozen_time.now


def test_bug_in_the_gateway_does_not_stop_other_messages(
    sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # The batch fails, then the first message alone; the second one is sent.
    ScriptedGateway([ZeroDivisionError("bug"), ZeroDivisionError("bug")]).install(monkeypatch)
    first, second = send(sandbox, "@alice"), send(sandbox, "@bobby")
    with caplog.at_level(logging.ERROR, "crmsolid.messaging"):
        assert dispatch.dispatch() == 2
    assert (stored(first).status, stored(first).error) == ("queued", "internal_error")
    assert stored(second).status == "sent"
    assert [record.message for record in caplog.records] == ["the gateway failed unexpectedly"] * 2
    frozen_time.forward(seconds=5)
    dispatch.dispatch()
    assert stored(first).status == "sent"


def test_bug_after_the_send_does_not_stop_other_messages(sandbox: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(sent: Sequence[Outgoing]) -> None:
        raise ZeroDivisionError("bug")

    gateway = ScriptedGateway().install(monkeypatch)
    monkeypatch.setattr(gateway, "after_sent", broken)
    messages = [send(sandbox, f"@person_{number}") for number in range(3)]
    assert dispatch.dispatch() == 3
    assert {stored(message).status for message in messages} == {"sent"}


def test_messages_that_must_wait_do_not_block_later_ones(
    tenants: Tenants, frozen_time: FrozenTime, rings: list[Ring], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(account_workers.queues_of_kind, AccountKind.TELEGRAM, lambda account_ids: {"telegram.host-1"})
    monkeypatch.setattr(dispatch, "BATCH", 5)
    phone = Account.unscoped.create(workspace=tenants.workspace, name="Phone", kind=AccountKind.TELEGRAM)
    for _ in range(7):
        send(phone)
    frozen_time.forward(seconds=10)
    full = tenants.sandbox(daily_limit=7)
    for _ in range(7):
        send(full)
    Account.unscoped.filter(pk=full.pk).update(daily_limit=1)
    frozen_time.forward(seconds=1)
    last = send(tenants.sandbox())
    rings.clear()
    dispatch.dispatch()
    assert stored(last).status == "sent"
    assert rings == [Ring("messaging.send_for_account", "telegram.host-1", 0.0)]
    assert Message.unscoped.filter(account=phone, status="queued").count() == 7


def test_messages_wait_while_no_gateway_is_registered_for_the_account(
    tenants: Tenants, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(account_workers.queues_of_kind, AccountKind.TELEGRAM)
    phone = Account.unscoped.create(workspace=tenants.workspace, name="Phone", kind=AccountKind.TELEGRAM)
    waiting, sent = send(phone), send(tenants.sandbox())
    dispatch.dispatch()
    assert (stored(waiting).status, stored(sent).status) == ("queued", "sent")


def test_long_run_stops_and_asks_for_another_one(
    sandbox: Account, rings: list[Ring], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        send(sandbox, f"@person_{number}")
    rings.clear()
    monkeypatch.setattr(dispatch, "BATCH", 2)
    assert dispatch.dispatch(seconds=-1) == 2
    assert rings == [Ring("messaging.dispatch", None, 0.0)]


def test_contact_erased_during_the_send_leaves_no_message_and_no_event(
    sandbox: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def erase(_: Outgoing) -> Delivered:
        Contact.unscoped.all().delete()
        return Delivered(7)

    ScriptedGateway([erase]).install(monkeypatch)
    send(sandbox, "@alice")
    assert dispatch.dispatch() == 1
    assert Message.unscoped.count() == Thread.unscoped.count() == 0
    assert events("message.sent", "message.failed") == []


def test_message_whose_text_was_emptied_is_not_sent(
    sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = ScriptedGateway([SendError("connection_lost")]).install(monkeypatch)
    message = send(sandbox)
    dispatch.dispatch()
    Message.unscoped.update(text="")
    frozen_time.forward(seconds=5)
    dispatch.dispatch()
    assert len(gateway.requests) == 1
    assert (stored(message).status, stored(message).error) == ("failed", "text_length")


def test_sandbox_replies_once(sandbox: Account, frozen_time: FrozenTime) -> None:
    message = send(sandbox, "@reply_bot")
    tasks.sweep()
    tasks.sweep()
    answer = Message.unscoped.get(direction=Direction.IN)
    assert (answer.thread_id, answer.text, answer.status) == (message.thread_id, "You said: hello", "received")
    assert len(events("message.received")) == 1
    assert Contact.unscoped.get().stage == "replied"
    assert Thread.unscoped.get().unread_count == 1


def test_replies_to_other_messages_are_left_to_the_sweep(sandbox: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.sending.sandbox.send_pending_replies", lambda message_ids: 0)
    send(sandbox, "@reply_late")
    dispatch.dispatch()
    monkeypatch.undo()
    send(sandbox, "@reply_soon")
    dispatch.dispatch()
    assert [event["data"]["message"]["text"] for event in events("message.received")] == ["You said: hello"]
    assert tasks.sweep() == 1
    assert len(events("message.received")) == 2


def test_sweep_sends_the_reply_that_a_crash_prevented(sandbox: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.sending.sandbox.send_pending_replies", lambda message_ids: 0)
    send(sandbox, "@reply")
    dispatch.dispatch()
    assert events("message.received") == []
    monkeypatch.undo()
    assert tasks.sweep() == 1
    assert len(events("message.received")) == 1
