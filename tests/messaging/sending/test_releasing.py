"""``manage.py sending``: what waits while sending is held, and the two ways to go on."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.workspaces import sending_hold
from crmsolid.workspaces.models import AuditEntry
from messaging import held
from messaging.models import Account, Message
from messaging.sending import claiming, dispatch
from sequences import services
from sequences.models import Sequence, StepRun
from sequences.running import runner
from tests.messaging.broadcasts import helpers as broadcasts
from tests.messaging.helpers import send, stored
from tests.sequences import helpers as sequences
from tests.tenants import Tenants


def run(*arguments: str, status: int = 0) -> Any:
    output = io.StringIO()
    try:
        call_command("sending", *arguments, "--json", stdout=output)
        ended = 0
    except SystemExit as end:
        ended = int(end.code or 0)
    assert ended == status
    return json.loads(output.getvalue())


def outcomes() -> list[tuple[str, str]]:
    """Status and error of each message, by who gets it."""
    return list(Message.unscoped.order_by("recipient", "created_at").values_list("status", "error"))


def entries(*actions: str) -> list[tuple[int, str, str, dict[str, Any]]]:
    rows = AuditEntry.unscoped.filter(action__in=actions).order_by("id")
    return list(rows.values_list("workspace_id", "action", "target", "data"))


def test_a_hold_is_set_once_and_released_with_an_entry_in_each_workspace(tenants: Tenants) -> None:
    assert run("status")["held"] is False
    first = run("hold", "--reason", "an upgrade of the server")
    assert (first["held"], first["reason"], first["note"]) == (True, "operator", "an upgrade of the server")
    assert run("hold", "--reason", "another")["note"] == "an upgrade of the server"
    assert run("status", status=1)["since"] == first["since"]
    assert run("release", "--resume") == {
        "held": False,
        "since": None,
        "reason": None,
        "note": "",
        "canceled": {"messages_canceled": 0, "sequences_paused": 0, "broadcasts_paused": 0},
    }
    both = [tenants.workspace.pk, tenants.other.pk]
    assert entries("sending.held", "sending.released") == [
        *((pk, "sending.held", "", {"reason": "operator"}) for pk in both),
        *((pk, "sending.released", "", {"mode": "resume"}) for pk in both),
    ]


def test_a_release_without_a_hold_or_a_choice_changes_nothing(tenants: Tenants) -> None:
    message = send(tenants.sandbox())
    for choice in (["--resume"], ["--cancel-queued-before"], ["--cancel-queued-before", "2030-01-01T00:00:00Z"]):
        with pytest.raises(CommandError, match="sending is not held; nothing was changed"):
            run("release", *choice)
    run("hold", "--reason", "a rehearsal")
    with pytest.raises(CommandError, match="is no time"):
        run("release", "--cancel-queued-before", "yesterday")
    with pytest.raises(CommandError):
        run("release")
    assert (sending_hold.is_held(), stored(message).status) == (True, "queued")


def test_status_says_what_would_go_out(tenants: Tenants) -> None:
    account = tenants.sandbox(name="Sales")
    old = send(account)
    send(account, "@bobby", send_at=clock.now() + timedelta(days=1))
    sequence = sequences.create(account)
    sequences.enroll(sequence, sequences.contact(tenants.workspace))
    broadcasts.contacts(tenants.workspace, 2)
    broadcast = broadcasts.start(account)
    broadcasts.freeze(broadcast)
    run("hold", "--reason", "a rehearsal")
    new = send(account, "@carol")
    waiting = run("status", status=1)["waiting"]
    assert waiting["messages"] == [
        {
            "workspace": "acme",
            "account_id": account.pk,
            "account": "Sales",
            "messages": 3,
            "due": 2,
            "before": 2,
            "oldest": rfc3339(old.created_at),
            "newest": rfc3339(new.created_at),
        }
    ]
    assert waiting["sequences"] == [{"workspace": "acme", "sequence_id": sequence.pk, "name": "Welcome", "due": 1}]
    assert waiting["broadcasts"] == [
        {"workspace": "acme", "broadcast_id": broadcast.pk, "name": "News", "status": "running", "remaining": 2}
    ]
    output = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("sending", "status", stdout=output)
    assert "acme: account" in output.getvalue()
    assert "acme: sequence Welcome: 1 steps are due" in output.getvalue()
    assert "acme: broadcast News (running): 2 recipients remain" in output.getvalue()


def test_resume_sends_everything(tenants: Tenants) -> None:
    account = tenants.sandbox()
    send(account)
    run("hold", "--reason", "a rehearsal")
    send(account, "@bobby")
    assert dispatch.dispatch() == 0
    run("release", "--resume")
    assert dispatch.dispatch() == 2
    assert outcomes() == [("sent", ""), ("sent", "")]


def test_cancel_takes_back_what_waited_and_sends_what_came_after(
    tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "BATCH", 2)
    account, other = tenants.sandbox(), tenants.sandbox(tenants.other)
    for number in range(5):
        send(account, f"@before_{number}")
    send(other, "@before_too")
    run("hold", "--reason", "a rehearsal")
    after = send(account, "@zoey")
    done = run("release", "--cancel-queued-before")
    assert done["canceled"] == {"messages_canceled": 6, "sequences_paused": 0, "broadcasts_paused": 0}
    assert dispatch.dispatch() == 1
    assert outcomes() == [("canceled", "sending_held")] * 6 + [("sent", "")]
    assert stored(after).status == "sent"
    rows = Message.unscoped.filter(status="canceled")
    assert list(rows.values_list("slot_at", flat=True)) == [None] * 6
    assert entries("account.messages_canceled") == [
        (tenants.workspace.pk, "account.messages_canceled", str(account.pk), {"messages": 2}),
        (tenants.workspace.pk, "account.messages_canceled", str(account.pk), {"messages": 2}),
        (tenants.workspace.pk, "account.messages_canceled", str(account.pk), {"messages": 1}),
        (tenants.other.pk, "account.messages_canceled", str(other.pk), {"messages": 1}),
    ]


def test_cancel_takes_back_an_attempt_that_was_cut_off_but_not_one_under_way(sandbox_account: Account) -> None:
    lost, running = send(sandbox_account), send(sandbox_account, "@bobby")
    for message in (lost, running):
        assert claiming.claim(message.pk) is not None
    Message.unscoped.filter(pk=lost.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    run("hold", "--reason", "a rehearsal")
    assert run("release", "--cancel-queued-before")["canceled"]["messages_canceled"] == 1
    assert (stored(lost).status, stored(lost).error, stored(lost).lease_until) == ("canceled", "sending_held", None)
    assert stored(lost).slot_at is not None  # it may have arrived
    assert stored(running).status == "sending"


def test_cancel_pauses_sequences_and_does_not_make_a_canceled_step_again(tenants: Tenants) -> None:
    account = tenants.sandbox()
    sequence = sequences.create(account)
    with_message = sequences.enroll(sequence, sequences.contact(tenants.workspace))
    assert runner.run_due() == 1
    due = sequences.enroll(sequence, sequences.contact(tenants.workspace, "bobby"))
    run("hold", "--reason", "a rehearsal")
    assert run("release", "--cancel-queued-before")["canceled"] == {
        "messages_canceled": 1,
        "sequences_paused": 1,
        "broadcasts_paused": 0,
    }
    sequences.work()
    assert Sequence.unscoped.get().status == "paused"
    assert StepRun.unscoped.get().outcome == "canceled"
    assert sequences.state(with_message) == ("active", "", "again")
    assert sequences.state(due) == ("active", "", "hello")
    assert outcomes() == [("canceled", "sending_held")]
    services.resume_sequence(sequences.actor(tenants.workspace), sequence.pk)
    sequences.work()
    assert outcomes() == [("canceled", "sending_held"), ("sent", "")]


def test_cancel_pauses_broadcasts_that_have_begun_and_whose_time_has_come(
    tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = tenants.sandbox()
    broadcasts.contacts(tenants.workspace, 2)
    running = broadcasts.start(account)
    soon = broadcasts.start(account, name="Soon", send_at=clock.now() + timedelta(minutes=5))
    later = broadcasts.start(account, name="Later", send_at=clock.now() + timedelta(days=1))
    broadcasts.freeze(running)
    now = clock.now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: now)
    run("hold", "--reason", "a rehearsal")
    now += timedelta(seconds=1)
    done = run("release", "--cancel-queued-before")
    assert done["canceled"] == {"messages_canceled": 0, "sequences_paused": 0, "broadcasts_paused": 2}
    states = [broadcasts.stored(each).status for each in (running, soon, later)]
    assert states == ["paused", "paused", "scheduled"]
    for each in (running, soon):
        broadcasts.run_job(each)
    assert Message.unscoped.count() == 0
    assert [row[2] for row in entries("broadcast.paused")] == [running.pk, soon.pk]


@pytest.fixture
def sandbox_account(tenants: Tenants) -> Account:
    return tenants.sandbox()
