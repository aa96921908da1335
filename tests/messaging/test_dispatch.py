"""Claim, send, settle: each change once, each event once, and no message in another one's way."""

import logging
from datetime import timedelta

import pytest

from contacts.models import Contact
from crmsolid.workspaces.models import Plan, Workspace
from messaging import tasks
from messaging.models import (
    Account,
    AccountKind,
    AccountState,
    Direction,
    Message,
    SandboxDelivery,
    Thread,
)
from messaging.sending import dispatch
from messaging.sending import gateway as gateways
from messaging.sending.gateway import Delivered, Outgoing, SendError
from tests.cast import Cast
from tests.messaging.conftest import Hands
from tests.messaging.world import Ring, Scripted, account_now, again, attempts, events, send


def test_a_queued_message_is_sent_once(sandbox: Account, hands: Hands) -> None:
    message = send(sandbox, "@alice", "hello {username}")
    hands.forward(seconds=1)
    assert dispatch.dispatch() == 1
    assert dispatch.dispatch() == 0
    found = again(message)
    assert (found.status, found.text, found.sent_at, found.attempts) == ("sent", "hello alice", hands.now, 1)
    assert (found.lease, found.lease_until, found.error) == ("", None, "")
    assert found.telegram_message_id == SandboxDelivery.unscoped.get().outgoing_id
    assert attempts(message) == [(1, "sent", "")]
    [event] = events("message.sent")
    assert event["data"]["message"]["id"] == message.pk
    assert event["data"]["message"]["status"] == "sent"
    assert event["data"]["message"]["text"] == "hello alice"
    contact = Contact.unscoped.get()
    assert (contact.stage, contact.last_out_at, contact.last_in_at) == ("contacted", hands.now, None)
    assert Thread.unscoped.get().last_message_at == hands.now


def test_what_is_not_due_waits(sandbox: Account, hands: Hands) -> None:
    message = send(sandbox, send_at=hands.now + timedelta(minutes=1))
    assert dispatch.dispatch() == 0
    hands.forward(minutes=1)
    assert dispatch.dispatch() == 1
    assert again(message).status == "sent"


def test_what_is_due_within_seconds_is_rung_for(sandbox: Account, hands: Hands, rings: list[Ring]) -> None:
    send(sandbox, send_at=hands.now + timedelta(seconds=1))
    send(sandbox, send_at=hands.now + timedelta(minutes=1))
    dispatch.dispatch()
    assert rings == [Ring("messaging.dispatch", None, 1.0)]


def test_the_oldest_eta_goes_first(sandbox: Account, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = Scripted().install(monkeypatch)
    for minutes in (3, 1, 2):
        send(sandbox, text=f"{minutes}", send_at=hands.now + timedelta(minutes=minutes))
    hands.forward(minutes=5)
    dispatch.dispatch()
    assert [outgoing.text for outgoing in gateway.asked] == ["1", "2", "3"]


def test_the_text_is_rendered_once(sandbox: Account, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = Scripted([SendError("connection_lost")]).install(monkeypatch)
    message = send(sandbox, text="{{hi}} {first_name|there}")
    dispatch.dispatch()
    Contact.unscoped.update(name="Alice Smith")
    hands.forward(seconds=5)
    dispatch.dispatch()
    assert [outgoing.text for outgoing in gateway.asked] == ["{hi} there"] * 2
    assert again(message).text == "{hi} there"
    assert len({outgoing.random_id for outgoing in gateway.asked}) == 1


@pytest.mark.parametrize(
    ("to", "code"), [("@fail_privacy", "privacy_restricted"), ("@Fail_NotFound_9", "recipient_not_found")]
)
def test_a_permanent_refusal_fails_for_good(sandbox: Account, to: str, code: str) -> None:
    message = send(sandbox, to)
    assert dispatch.dispatch() == 1
    assert dispatch.dispatch() == 0
    assert (again(message).status, again(message).error) == ("failed", code)
    assert attempts(message) == [(1, "failed", code)]
    [event] = events("message.failed")
    assert (event["data"]["message"]["id"], event["data"]["message"]["error"]) == (message.pk, code)
    assert events("message.sent") == []
    assert Contact.unscoped.get().stage == "new"


@pytest.mark.parametrize(
    ("text", "code"),
    [("{first_name}", "template_unresolved"), ("{name|" + "x" * 4097 + "}", "text_length")],
)
def test_a_text_that_cannot_be_rendered_fails_unsent(
    sandbox: Account, monkeypatch: pytest.MonkeyPatch, text: str, code: str
) -> None:
    gateway = Scripted().install(monkeypatch)
    message = send(sandbox, text=text)
    dispatch.dispatch()
    assert (again(message).status, again(message).error, again(message).text) == ("failed", code, text)
    assert gateway.asked == []
    assert [event["data"]["message"]["error"] for event in events("message.failed")] == [code]


def test_a_flood_wait_puts_back_and_pauses_one_account_alone(cast: Cast, hands: Hands) -> None:
    flooded, other = cast.sandbox(), cast.sandbox()
    first, second = send(flooded, "@flood_wait_40"), send(flooded, "@bobby")
    third = send(other, "@carol")
    dispatch.dispatch()
    until = hands.now + timedelta(seconds=40)
    assert (again(first).status, again(first).eta, again(first).error) == ("queued", until, "flood_wait")
    assert (account_now(flooded).state, account_now(flooded).paused_until) == ("paused", until)
    assert (again(second).status, again(third).status) == ("queued", "sent")
    assert attempts(first) == [(1, "retry", "flood_wait")]
    hands.forward(seconds=39)
    assert dispatch.dispatch() == 0
    hands.forward(seconds=1)
    assert dispatch.dispatch() == 2
    assert (again(first).status, again(second).status) == ("sent", "sent")
    assert len(events("message.sent")) == 3


def test_a_flood_wait_ends_no_longer_pause(cast: Cast, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    account, long = cast.sandbox(), hands.now + timedelta(hours=3)

    def pause(_: Outgoing) -> SendError:
        Account.unscoped.filter(pk=account.pk).update(state=AccountState.PAUSED, paused_until=long)
        return SendError("flood_wait", retry_after=5)

    Scripted([pause]).install(monkeypatch)
    message = send(account)
    dispatch.dispatch()
    assert account_now(account).paused_until == long
    assert again(message).eta == long


def test_a_pause_without_an_end_holds_and_is_not_ended_by_a_flood_wait(
    cast: Cast, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = cast.sandbox()

    def pause(_: Outgoing) -> SendError:
        Account.unscoped.filter(pk=account.pk).update(state=AccountState.PAUSED, paused_until=None)
        return SendError("flood_wait", retry_after=5)

    Scripted([pause]).install(monkeypatch)
    message = send(account)
    dispatch.dispatch()
    hands.forward(days=1)
    assert dispatch.dispatch() == 0
    assert dispatch.claim(message.pk) is None
    assert (account_now(account).state, account_now(account).paused_until) == ("paused", None)
    assert again(message).status == "queued"


@pytest.mark.parametrize("state", [AccountState.NEEDS_LOGIN, AccountState.BANNED])
def test_an_account_that_cannot_send_keeps_its_messages(cast: Cast, state: AccountState) -> None:
    account = cast.sandbox(state=state)
    message = send(account)
    assert dispatch.dispatch() == 0
    assert dispatch.claim(message.pk) is None
    assert (again(message).status, again(message).attempts) == ("queued", 0)
    Account.unscoped.filter(pk=account.pk).update(state=AccountState.CONNECTED)
    assert dispatch.dispatch() == 1


def test_a_lost_login_stops_the_account_at_once(cast: Cast, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = Scripted([SendError("session_revoked", account_state="needs_login")]).install(monkeypatch)
    account = cast.sandbox()
    first, second = send(account, "@alice"), send(account, "@bobby")
    dispatch.dispatch()
    assert len(gateway.asked) == 1
    assert account_now(account).state == "needs_login"
    assert (again(first).status, again(first).error, again(second).status) == ("queued", "session_revoked", "queued")


def test_an_expired_plan_pauses_sends_and_loses_none(cast: Cast, hands: Hands) -> None:
    live, test = send(cast.sandbox()), send(cast.sandbox(cast.twin))
    foreign = send(cast.sandbox(cast.other))
    Workspace.objects.filter(pk=cast.workspace.pk).update(plan=Plan.TRIAL, trial_ends_at=hands.now)
    dispatch.dispatch()
    assert [again(message).status for message in (live, test, foreign)] == ["queued", "queued", "sent"]
    Workspace.objects.filter(pk=cast.workspace.pk).update(plan=Plan.PRO)
    assert dispatch.dispatch() == 2
    assert [again(message).status for message in (live, test)] == ["sent", "sent"]


def test_a_transient_error_comes_again_later_and_later(
    sandbox: Account, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = Scripted([SendError("connection_lost") for _ in range(9)]).install(monkeypatch)
    message, waits = send(sandbox), []
    for _ in range(9):
        dispatch.dispatch()
        eta = again(message).eta
        assert eta is not None
        waits.append((eta - hands.now).total_seconds())
        hands.now = eta
    assert waits == [5, 10, 20, 40, 80, 160, 320, 600, 600]
    dispatch.dispatch()
    assert (again(message).status, again(message).attempts, again(message).error) == ("sent", 10, "")
    assert len(gateway.asked) == 10
    assert len(events("message.sent")) == 1


def test_the_first_attempt_of_unknown_end_is_remembered(
    sandbox: Account, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    flood = SendError("flood_wait", retry_after=1200)
    gateway = Scripted([flood, SendError("connection_lost"), flood, Delivered(7, duplicate=True)]).install(monkeypatch)
    message = send(sandbox)
    for _ in range(4):
        eta = again(message).eta
        assert eta is not None
        hands.now = max(hands.now, eta)
        dispatch.dispatch()
        if len(gateway.asked) == 2:
            unknown = hands.now
    # A refusal is an answer: nothing arrived. A lost connection is none, and stays open until the end.
    assert [outgoing.previous_attempt_at for outgoing in gateway.asked] == [None, None, unknown, unknown]
    assert again(message).status == "sent"
    assert again(message).slot_at == unknown  # that one had arrived
    assert attempts(message)[3] == (4, "duplicate", "")


def test_a_retry_that_arrives_anew_counts_at_its_own_instant(
    sandbox: Account, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    Scripted([SendError("connection_lost"), Delivered(7)]).install(monkeypatch)
    message = send(sandbox)
    dispatch.dispatch()
    hands.forward(seconds=5)
    dispatch.dispatch()
    assert again(message).slot_at == hands.now


def test_a_fault_in_the_gateway_stops_nobody_else(
    sandbox: Account, hands: Hands, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    Scripted([ZeroDivisionError("bug")]).install(monkeypatch)
    first, second = send(sandbox, "@alice"), send(sandbox, "@bobby")
    with caplog.at_level(logging.ERROR, "crmsolid.messaging"):
        assert dispatch.dispatch() == 2
    assert (again(first).status, again(first).error) == ("queued", "internal_error")
    assert again(second).status == "sent"
    assert [record.message for record in caplog.records] == ["the gateway broke"]
    hands.forward(seconds=5)
    dispatch.dispatch()
    assert again(first).status == "sent"


def test_a_fault_after_the_send_stops_nobody_else(sandbox: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(outgoing: Outgoing) -> None:
        raise ZeroDivisionError("bug")

    gateway = Scripted().install(monkeypatch)
    monkeypatch.setattr(gateway, "after_sent", broken)
    messages = [send(sandbox, f"@person_{number}") for number in range(3)]
    assert dispatch.dispatch() == 3
    assert {again(message).status for message in messages} == {"sent"}


def test_messages_that_must_wait_hide_none_behind_them(
    cast: Cast, hands: Hands, rings: list[Ring], monkeypatch: pytest.MonkeyPatch
) -> None:
    Scripted(own_queue="telegram.host-1").install(monkeypatch, AccountKind.TELEGRAM)
    monkeypatch.setattr(dispatch, "BATCH", 5)
    phone = Account.unscoped.create(workspace=cast.workspace, name="Phone", kind=AccountKind.TELEGRAM)
    for _ in range(7):
        send(phone)
    hands.forward(seconds=10)
    full = cast.sandbox(daily_limit=7)
    for _ in range(7):
        send(full)
    Account.unscoped.filter(pk=full.pk).update(daily_limit=1)
    hands.forward(seconds=1)
    last = send(cast.sandbox())
    rings.clear()
    dispatch.dispatch()
    assert again(last).status == "sent"
    assert rings == [Ring("messaging.send_for_account", "telegram.host-1", 0.0)]
    assert Message.unscoped.filter(account=phone, status="queued").count() == 7


def test_an_account_without_a_gateway_waits_for_one(cast: Cast, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(gateways._gateways, AccountKind.TELEGRAM)
    phone = Account.unscoped.create(workspace=cast.workspace, name="Phone", kind=AccountKind.TELEGRAM)
    waiting, sent = send(phone), send(cast.sandbox())
    dispatch.dispatch()
    assert (again(waiting).status, again(sent).status) == ("queued", "sent")


def test_a_run_that_takes_too_long_rings_again_and_leaves(sandbox: Account, rings: list[Ring]) -> None:
    for number in range(3):
        send(sandbox, f"@person_{number}")
    assert dispatch.dispatch(seconds=-1) == 1
    assert rings == [Ring("messaging.dispatch", None, 0.0)]


def test_an_erased_person_ends_the_attempt_quietly(sandbox: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def erase(_: Outgoing) -> Delivered:
        Contact.unscoped.all().delete()
        return Delivered(7)

    Scripted([erase]).install(monkeypatch)
    send(sandbox, "@alice")
    assert dispatch.dispatch() == 1
    assert Message.unscoped.count() == Thread.unscoped.count() == 0
    assert events("message.sent", "message.failed") == []


def test_a_message_that_was_emptied_is_never_sent(
    sandbox: Account, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = Scripted([SendError("connection_lost")]).install(monkeypatch)
    message = send(sandbox)
    dispatch.dispatch()
    Message.unscoped.update(text="")
    hands.forward(seconds=5)
    dispatch.dispatch()
    assert len(gateway.asked) == 1
    assert (again(message).status, again(message).error) == ("failed", "text_length")


def test_the_sandbox_answers_once(sandbox: Account, hands: Hands) -> None:
    message = send(sandbox, "@reply_bot")
    tasks.sweep()
    tasks.sweep()
    answer = Message.unscoped.get(direction=Direction.IN)
    assert (answer.thread_id, answer.text, answer.status) == (message.thread_id, "You said: hello", "received")
    assert len(events("message.received")) == 1
    assert Contact.unscoped.get().stage == "replied"
    assert Thread.unscoped.get().unread_count == 1


def test_an_answer_that_a_crash_cut_off_comes_with_the_sweep(sandbox: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.sending.sandbox.answer_pending", lambda: 0)
    send(sandbox, "@reply")
    dispatch.dispatch()
    assert events("message.received") == []
    monkeypatch.undo()
    assert tasks.sweep() == 1
    assert len(events("message.received")) == 1
