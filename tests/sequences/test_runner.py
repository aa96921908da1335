"""Steps are sent when they are due, once each, and an enrollment ends as it should."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contacts.models import Contact
from contacts.services import erase_contact, tag_contact, update_contact, upsert_contact
from crmsolid.core.errors import DomainError
from crmsolid.events.models import Event
from crmsolid.workspaces.models import Workspace
from messaging.formatting.entities import Formatted
from messaging.models import Account, Message, SandboxDelivery, Thread
from messaging.sending import dispatch, message_text
from messaging.services import cancel_message
from sequences import services
from sequences.models import Enrollment, StepRun
from sequences.querysets import current_reason
from sequences.running import runner
from tests.messaging.helpers import send
from tests.sequences.helpers import (
    Clock,
    actor,
    contact,
    create,
    edit,
    enroll,
    events,
    state,
    stored,
    tag,
    texts,
    work,
    write_in,
)
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db


def test_each_step_is_sent_when_it_is_due(account: Account, time: Clock) -> None:
    sequence = create(account)
    alice = contact(account.workspace)
    enrollment = enroll(sequence, alice)
    work()
    assert texts(alice) == [("sent", "Hello")]
    assert state(enrollment) == ("active", "", "again")
    assert stored(enrollment).next_run_at == time.now.replace(day=2)
    time.move(hours=23, minutes=59)
    work()
    assert len(texts(alice)) == 1
    time.move(minutes=1)
    work()
    assert texts(alice) == [("sent", "Hello"), ("sent", "Hello again")]
    assert state(enrollment) == ("completed", "", "")
    assert stored(enrollment).ended_at == time.now
    assert [event["event"] for event in events("sequence.started", "sequence.completed")] == [
        "sequence.started",
        "sequence.completed",
    ]
    runs = StepRun.unscoped.order_by("id")
    assert [(run.step_key, run.outcome, run.handled) for run in runs] == [
        ("hello", "sent", True),
        ("again", "sent", True),
    ]
    assert list(Message.unscoped.values_list("source", flat=True)) == ["sequence", "sequence"]
    assert events("sequence.completed")[0]["data"]["enrollment"]["status"] == "completed"


def test_identifier_of_the_enrolling_call_goes_into_message_and_events(account: Account, time: Clock) -> None:
    sequence = create(account, steps=[{"text": "Hi"}])
    by = replace(actor(account.workspace), request_id="call-7")
    services.enroll_contact(by, sequence.pk, contact_id=contact(account.workspace).pk)
    work()
    assert Message.unscoped.get().request_id == "call-7"
    rows = Event.unscoped.filter(type__in=["sequence.started", "message.sent", "sequence.completed"])
    assert set(rows.values_list("request_id", flat=True)) == {"call-7"}


# --- The sending window -----------------------------------------------------------------------------------------------
def test_step_due_outside_the_window_of_the_contact_waits_for_it(account: Account, time: Clock) -> None:
    window = {"days": ["mon"], "from": "09:00", "to": "10:30"}
    sequence = create(account, window=window, time_zone="Europe/Berlin")
    # 10:00 UTC is 12:00 in Berlin, and 06:00 in New York.
    berlin = enroll(sequence, contact(account.workspace, "berlin"))
    new_york = enroll(sequence, contact(account.workspace, "newyork", time_zone="America/New_York"))
    assert state(berlin)[1] == state(new_york)[1] == "window"
    assert stored(berlin).next_run_at == datetime(2026, 6, 8, 7, 0, tzinfo=UTC)
    assert stored(new_york).next_run_at == datetime(2026, 6, 1, 13, 0, tzinfo=UTC)
    time.move(hours=3)
    work()
    assert (state(berlin)[2], state(new_york)[2]) == ("hello", "again")


def test_overdue_step_is_not_sent_outside_the_window(account: Account, time: Clock) -> None:
    sequence = create(account, window={"days": ["mon", "tue"], "from": "09:00", "to": "11:00"})
    alice = contact(account.workspace)
    enrollment = enroll(sequence, alice)
    time.move(hours=2)  # nobody worked while the window was open
    work()
    assert texts(alice) == []
    assert state(enrollment) == ("active", "window", "hello")
    assert stored(enrollment).next_run_at == datetime(2026, 6, 2, 9, 0, tzinfo=UTC)
    time.move(hours=21)
    work()
    assert texts(alice) == [("sent", "Hello")]


def test_queued_message_that_misses_the_window_is_sent_in_the_next(account: Account, time: Clock) -> None:
    sequence = create(account, window={"days": ["mon", "tue"], "from": "09:00", "to": "11:00"})
    alice = contact(account.workspace)
    enroll(sequence, alice)
    runner.run_due()
    time.move(hours=2)
    work()
    message = Message.unscoped.get()
    assert (message.status, message.delayed_by) == ("queued", "window")
    assert message.eta == message.slot_at == datetime(2026, 6, 2, 9, 0, tzinfo=UTC)
    time.move(hours=21)
    work()
    assert texts(alice) == [("sent", "Hello")]


# --- Stop rules -------------------------------------------------------------------------------------------------------
def test_reply_stops_the_sequence_at_once(account: Account, time: Clock) -> None:
    sequence = create(account, stop_on=["reply"])
    alice = contact(account.workspace, "reply_alice")
    enrollment = enroll(sequence, alice)
    time.move(seconds=1)
    work()
    assert state(enrollment) == ("stopped", "reply", "again")
    time.move(days=2)
    work()
    assert texts(alice) == [("sent", "Hello")]
    assert events("sequence.completed") == []


def test_auto_reply_does_not_stop_a_sequence_that_ignores_it(account: Account, time: Clock) -> None:
    ignoring = create(account, name="Ignores", stop_on=["reply"], ignore_auto_replies=True)
    minding = create(account, name="Minds", stop_on=["reply"])
    first = enroll(ignoring, contact(account.workspace, "autoreply_1"))
    second = enroll(minding, contact(account.workspace, "autoreply_2"))
    time.move(seconds=1)
    work()
    assert state(first) == ("active", "", "again")
    assert state(second) == ("stopped", "reply", "again")


def test_message_from_before_the_enrollment_does_not_stop(account: Account, time: Clock) -> None:
    alice = contact(account.workspace)
    write_in(account, alice)
    time.move(seconds=1)
    enrollment = enroll(create(account, stop_on=["reply"]), alice)
    work()
    assert state(enrollment) == ("active", "", "again")


def test_tag_or_stage_stops_as_soon_as_the_contact_has_it(account: Account, time: Clock) -> None:
    sequence = create(account, stop_on=["tag:customer", "stage:won"])
    alice, bob = contact(account.workspace, "alice"), contact(account.workspace, "bobby")
    of_alice, of_bob = enroll(sequence, alice), enroll(sequence, bob)
    work()
    tag_contact(actor(account.workspace), alice.pk, add=["Customer"])
    update_contact(actor(account.workspace), bob.pk, {"stage": "won"})
    work()
    assert state(of_alice) == ("stopped", "tag", "again")
    assert state(of_bob) == ("stopped", "stage", "again")


def test_opt_out_stops_before_the_next_step(account: Account, time: Clock) -> None:
    alice = contact(account.workspace)
    enrollment = enroll(create(account), alice)
    work()
    update_contact(actor(account.workspace), alice.pk, {"opted_out": True})
    work()
    assert state(enrollment) == ("stopped", "opted_out", "again")


@pytest.mark.parametrize(
    ("change", "reason", "message"),
    [
        (lambda account, who: write_in(account, who), "reply", ("canceled", "reply")),
        (lambda account, who: tag(who, "customer"), "tag", ("canceled", "tag")),
        (lambda account, who: edit(who, stage="won"), "stage", ("canceled", "stage")),
        (lambda account, who: edit(who, opted_out=True), "opted_out", ("failed", "contact_opted_out")),
    ],
)
def test_what_happens_between_making_and_claim_stops_the_message(
    account: Account, time: Clock, change: Callable[[Account, Contact], Any], reason: str, message: tuple[str, str]
) -> None:
    sequence = create(account, stop_on=["reply", "tag:customer", "stage:won"])
    alice = contact(account.workspace)
    enrollment = enroll(sequence, alice)
    runner.run_due()
    time.move(seconds=1)
    change(account, alice)
    dispatch.dispatch()  # before the runner takes note of the change
    row = Message.unscoped.get(direction="out")
    assert (row.status, row.error) == message
    assert row.slot_at is None
    work()
    assert state(enrollment) == ("stopped", reason, "hello")
    assert SandboxDelivery.unscoped.count() == 0


# --- Conditions and values --------------------------------------------------------------------------------------------
def test_step_whose_condition_does_not_hold_is_skipped(account: Account, time: Clock) -> None:
    vip = {"field": "tag", "op": "is", "value": "vip"}
    steps = [
        {"id": "one", "text": "For VIPs", "condition": vip},
        {"id": "two", "delay": "PT1H", "text": "For all"},
    ]
    sequence = create(account, steps=steps)
    alice, bob = contact(account.workspace, "alice", tags=["vip"]), contact(account.workspace, "bobby")
    of_alice, of_bob = enroll(sequence, alice), enroll(sequence, bob)
    work()
    assert (texts(alice), texts(bob)) == ([("sent", "For VIPs")], [])
    assert state(of_alice) == state(of_bob) == ("active", "", "two")
    time.move(hours=1)
    work()
    assert (texts(alice)[1:], texts(bob)) == ([("sent", "For all")], [("sent", "For all")])
    assert state(of_bob) == ("completed", "", "")
    runs = StepRun.unscoped.filter(enrollment=of_bob).order_by("id")
    assert [(run.step_key, run.outcome, run.message_id is None) for run in runs] == [
        ("one", "skipped", True),
        ("two", "sent", False),
    ]


def test_step_whose_condition_does_not_hold_can_stop(account: Account, time: Clock) -> None:
    vip = {"field": "tag", "op": "is", "value": "vip"}
    sequence = create(account, steps=[{"id": "one", "text": "For VIPs", "condition": vip, "if_not": "stop"}])
    alice = contact(account.workspace)
    enrollment = enroll(sequence, alice)
    work()
    assert state(enrollment) == ("stopped", "condition", "one")
    assert texts(alice) == []


def test_skipping_the_last_step_completes(account: Account, time: Clock) -> None:
    nobody: dict[str, Any] = {"any": []}
    sequence = create(account, steps=[{"id": "one", "text": "Never", "condition": nobody}])
    enrollment = enroll(sequence, contact(account.workspace))
    work()
    assert state(enrollment) == ("completed", "", "")
    assert len(events("sequence.completed")) == 1


def test_missing_value_waits_until_the_contact_has_it(account: Account, time: Clock) -> None:
    sequence = create(account, steps=[{"id": "one", "text": "Hello {first_name}"}])
    alice = contact(account.workspace)
    enrollment = enroll(sequence, alice)
    work()
    assert state(enrollment) == ("active", "missing_value", "one")
    assert Message.unscoped.count() == 0
    edit(alice, name="Alice Miller")
    work()
    assert texts(alice) == [("sent", "Hello Alice")]
    assert state(enrollment) == ("completed", "", "")


def test_contact_without_an_address_on_telegram_waits_for_one(account: Account, time: Clock) -> None:
    sequence = create(account, steps=[{"id": "one", "text": "Hello"}])
    alice = upsert_contact(actor(account.workspace), {"email": "alice@example.com"}).contact
    enrollment = enroll(sequence, alice)
    work()
    assert state(enrollment) == ("active", "missing_value", "one")
    edit(alice, username="alice")
    work()
    assert texts(alice) == [("sent", "Hello")]


# --- Accounts ---------------------------------------------------------------------------------------------------------
def test_ten_sends_of_a_day_are_left_to_direct_sends(tenants: Tenants, time: Clock) -> None:
    account = tenants.sandbox(daily_limit=12)
    sequence = create(account, steps=[{"id": "one", "text": "Hello"}])
    enrollments = [enroll(sequence, contact(account.workspace, f"person_{number}")) for number in range(3)]
    work()
    assert [state(each)[:2] for each in enrollments] == [
        ("completed", ""),
        ("completed", ""),
        ("active", "daily_limit"),
    ]
    assert stored(enrollments[2]).next_run_at == time.now + timedelta(days=1)
    for number in range(10):
        send(account, f"@direct_{number}")
    with pytest.raises(DomainError, match="account_daily_limit"):
        send(account, "@direct_11")
    time.move(days=1)
    work()
    assert state(enrollments[2])[:2] == ("completed", "")


def test_account_with_a_small_limit_still_sends(tenants: Tenants, time: Clock) -> None:
    account = tenants.sandbox(daily_limit=3)
    enrollment = enroll(create(account, steps=[{"text": "Hello"}]), contact(account.workspace))
    work()
    assert state(enrollment)[0] == "completed"


@pytest.mark.parametrize("account_state", ["frozen", "needs_login", "banned", "paused"])
def test_contacts_wait_for_their_account(account: Account, time: Clock, account_state: str) -> None:
    enrollment = enroll(create(account), contact(account.workspace))
    Account.unscoped.update(state=account_state)
    work()
    assert state(enrollment) == ("active", f"account_{account_state}", "hello")
    assert Message.unscoped.count() == 0
    Account.unscoped.update(state="connected")
    time.move(minutes=5)
    work()
    assert state(enrollment) == ("active", "", "again")


def test_contacts_wait_for_the_end_of_a_pause(account: Account, time: Clock) -> None:
    enrollment = enroll(create(account), contact(account.workspace))
    until = time.now + timedelta(hours=2)
    Account.unscoped.update(state="paused", paused_until=until)
    work()
    assert (state(enrollment)[1], stored(enrollment).next_run_at) == ("account_paused", until)
    time.move(hours=2)
    work()
    assert state(enrollment) == ("active", "", "again")


def test_accounts_take_turns_and_a_contact_stays_with_the_first(tenants: Tenants, time: Clock) -> None:
    first, second = tenants.sandbox(name="First"), tenants.sandbox(name="Second")
    sequence = create(first, account_ids=[first.pk, second.pk])
    people = [contact(first.workspace, f"person_{number}") for number in range(4)]
    for person in people:
        enroll(sequence, person)
    work()
    time.move(days=1)
    work()
    for person, account in zip(people, [first, second, first, second], strict=True):
        rows = Message.unscoped.filter(contact=person).values_list("account_id", flat=True)
        assert list(rows) == [account.pk, account.pk]


def test_contact_gets_the_account_that_has_a_conversation_with_them(tenants: Tenants, time: Clock) -> None:
    first, second = tenants.sandbox(name="First"), tenants.sandbox(name="Second")
    sequence = create(first, account_ids=[first.pk, second.pk])
    known = contact(first.workspace, "known_person")
    Thread.unscoped.create(workspace=first.workspace, account=second, contact=known)
    assert stored(enroll(sequence, known)).account_id == second.pk
    assert stored(enroll(sequence, contact(first.workspace))).account_id == first.pk  # the one after the second


def test_only_contacts_not_written_to_yet_pass_to_another_account(tenants: Tenants, time: Clock) -> None:
    first, second = tenants.sandbox(name="First"), tenants.sandbox(name="Second")
    sequence = create(first, account_ids=[first.pk, second.pk], pass_on=True)
    old = enroll(sequence, contact(first.workspace, "old_person"))
    work()
    enroll(sequence, contact(first.workspace, "second_person"))  # the second account's turn
    Account.unscoped.filter(pk=first.pk).update(state="banned")
    new = enroll(sequence, contact(first.workspace, "new_person"))
    time.move(days=1)
    work()
    assert state(old) == ("active", "account_banned", "again")
    assert (state(new), stored(new).account_id) == (("active", "", "again"), second.pk)


def test_without_passing_on_contacts_wait_for_a_banned_account(tenants: Tenants, time: Clock) -> None:
    first, second = tenants.sandbox(name="First"), tenants.sandbox(name="Second")
    sequence = create(first, account_ids=[first.pk, second.pk])
    Account.unscoped.filter(pk=first.pk).update(state="banned")
    enrollment = enroll(sequence, contact(first.workspace))
    work()
    assert state(enrollment) == ("active", "account_banned", "hello")


# --- Outcomes ---------------------------------------------------------------------------------------------------------
def test_message_that_fails_for_good_ends_the_enrollment(account: Account, time: Clock) -> None:
    enrollment = enroll(create(account), contact(account.workspace, "fail_privacy_1"))
    work()
    assert state(enrollment) == ("failed", "send_failed", "hello")


def test_flood_wait_delays_the_next_step(account: Account, time: Clock) -> None:
    enrollment = enroll(create(account), contact(account.workspace, "flood_wait_5_x"))
    work()
    assert (state(enrollment), stored(enrollment).next_run_at) == (("active", "", "hello"), None)
    time.move(seconds=5)
    work()
    assert stored(enrollment).next_run_at == time.now + timedelta(days=1)


def test_message_canceled_by_hand_counts_as_done(account: Account, time: Clock) -> None:
    alice = contact(account.workspace)
    enrollment = enroll(create(account), alice)
    runner.run_due()
    cancel_message(actor(account.workspace), Message.unscoped.get().pk)
    work()
    assert state(enrollment) == ("active", "", "again")
    time.move(days=1)
    work()
    assert texts(alice) == [("canceled", "Hello"), ("sent", "Hello again")]
    assert state(enrollment) == ("completed", "", "")


def test_bug_with_one_enrollment_does_not_hold_up_the_others(
    account: Account, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequence = create(account)
    bad, good = (enroll(sequence, contact(account.workspace, name)) for name in ("bad_one", "good_one"))
    render_for = message_text.render_for

    def render(who: Contact, *text: str, **options: Any) -> Formatted:
        if who.username == "bad_one":
            raise RuntimeError("a bug")
        return render_for(who, *text, **options)

    monkeypatch.setattr(message_text, "render_for", render)
    work()
    assert (state(bad), state(good)) == (("active", "", "hello"), ("active", "", "again"))
    assert stored(bad).next_run_at == time.now + runner.RETRY_AFTER_BUG


# --- Plan and erasure -------------------------------------------------------------------------------------------------
def test_nothing_is_sent_while_the_plan_has_run_out(account: Account, time: Clock) -> None:
    enrollment = enroll(create(account), contact(account.workspace))
    work()
    Workspace.objects.filter(pk=account.workspace_id).update(plan="trial", trial_ends_at=time.now)
    time.move(days=3)
    work()
    assert state(enrollment) == ("active", "", "again")
    assert current_reason(Enrollment.unscoped.get()) == "plan"
    Workspace.objects.filter(pk=account.workspace_id).update(plan="pro", trial_ends_at=None)
    work()
    assert state(enrollment) == ("completed", "", "")


def test_erased_contact_leaves_the_sequence_and_gets_nothing(account: Account, time: Clock) -> None:
    sequence = create(account)
    alice = contact(account.workspace)
    enrollment = enroll(sequence, alice)
    runner.run_due()  # its message is queued
    erase_contact(actor(account.workspace), alice.pk)
    work()
    row = stored(enrollment)
    assert (row.status, row.reason, row.contact_id, row.ended_at) == ("stopped", "erased", None, time.now)
    assert Message.unscoped.count() == SandboxDelivery.unscoped.count() == 0
    time.move(days=2)
    work()
    assert Message.unscoped.count() == 0
