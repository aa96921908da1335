"""Pauses of sequences and of single enrollments, and the three ways to resume."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from crmsolid.core.errors import DomainError
from messaging.models import Account, Message
from messaging.sending import dispatch, sources
from sequences import services
from sequences.models import Enrollment, Sequence, StepRun
from sequences.querysets import current_reason
from sequences.running import runner
from tests.sequences.helpers import Clock, actor, contact, create, enroll, events, state, stored, texts, work

pytestmark = pytest.mark.django_db


def pause(sequence: Sequence) -> None:
    services.pause_sequence(actor(sequence.workspace), sequence.pk)


def resume(sequence: Sequence, mode: str = "keep_dates") -> None:
    services.resume_sequence(actor(sequence.workspace), sequence.pk, mode=mode)


@pytest.mark.parametrize(
    ("mode", "hours_after_resume"),
    [
        ("keep_dates", 0),  # it was due six and a half days ago
        ("restart_delay", 24),
        ("only_active_time", 12),  # half of the day's delay had passed before the pause
    ],
)
def test_sequence_paused_for_a_week(account: Account, time: Clock, mode: str, hours_after_resume: int) -> None:
    sequence = create(account)
    alice = contact(account.workspace)
    enrollment = enroll(sequence, alice)
    work()
    time.move(hours=12)
    pause(sequence)
    time.move(days=7)
    work()
    assert texts(alice) == [("sent", "Hello")]
    assert current_reason(Enrollment.unscoped.get()) == "sequence_paused"
    resume(sequence, mode)
    if hours_after_resume:
        time.move(hours=hours_after_resume, seconds=-1)
        work()
        assert len(texts(alice)) == 1
        time.move(seconds=1)
    work()
    assert texts(alice) == [("sent", "Hello"), ("sent", "Hello again")]
    assert state(enrollment)[0] == "completed"


def test_delay_that_began_during_the_pause_counts_from_its_end(account: Account, time: Clock) -> None:
    sequence = create(account)
    enrollment = enroll(sequence, contact(account.workspace))
    runner.run_due()
    message = Message.unscoped.get()
    Message.unscoped.update(status="sending", lease="x", lease_until=time.now + timedelta(minutes=1))
    pause(sequence)
    time.move(hours=1)
    Message.unscoped.update(status="sent", lease="", lease_until=None, sent_at=time.now)
    message.status = "sent"
    sources.settled([message])
    work()
    assert state(enrollment) == ("active", "", "again")
    time.move(days=7)
    resume(sequence, "only_active_time")
    work()
    assert stored(enrollment).next_run_at == time.now + timedelta(days=1)


def test_message_that_is_queued_when_the_sequence_is_paused_is_made_again(account: Account, time: Clock) -> None:
    sequence = create(account)
    alice = contact(account.workspace)
    enrollment = enroll(sequence, alice)
    runner.run_due()
    pause(sequence)
    work()
    assert texts(alice) == [("canceled", "Hello")]
    assert state(enrollment) == ("active", "", "hello")
    assert StepRun.unscoped.count() == 0
    time.move(hours=1)
    resume(sequence)
    work()
    assert texts(alice) == [("canceled", "Hello"), ("sent", "Hello")]
    assert list(StepRun.unscoped.values_list("step_key", "outcome")) == [("hello", "sent")]


def test_message_that_may_have_arrived_is_sent_again_as_itself_after_a_pause(account: Account, time: Clock) -> None:
    sequence = create(account)
    alice = contact(account.workspace)
    enrollment = enroll(sequence, alice)
    runner.run_due()
    Message.unscoped.update(unsettled_since=time.now)  # an attempt whose result is unknown
    pause(sequence)
    work()
    resume(sequence)
    time.move(minutes=1)
    work()
    assert texts(alice) == [("sent", "Hello")]
    assert state(enrollment) == ("active", "", "again")


@pytest.mark.parametrize(("mode", "hours"), [("keep_dates", 0), ("restart_delay", 24), ("only_active_time", 12)])
def test_enrollment_paused_for_a_week(account: Account, time: Clock, mode: str, hours: int) -> None:
    sequence, by = create(account), actor(account.workspace)
    alice, bob = contact(account.workspace, "alice"), contact(account.workspace, "bobby")
    enrollment, other = enroll(sequence, alice), enroll(sequence, bob)
    work()
    time.move(hours=12)
    services.pause_enrollment(by, enrollment.pk)
    time.move(days=7)
    work()
    assert (state(enrollment), state(other)[0]) == (("paused", "", "again"), "completed")
    planned = stored(enrollment).next_run_at
    resumed = services.resume_enrollment(by, enrollment.pk, mode=mode)
    assert resumed.next_run_at == (time.now + timedelta(hours=hours) if hours else planned)
    time.move(hours=hours)
    work()
    assert texts(alice) == [("sent", "Hello"), ("sent", "Hello again")]


def test_queued_message_of_a_paused_enrollment_is_canceled_and_made_again(account: Account, time: Clock) -> None:
    sequence, by = create(account), actor(account.workspace)
    alice = contact(account.workspace)
    enrollment = enroll(sequence, alice)
    runner.run_due()
    services.pause_enrollment(by, enrollment.pk)
    work()
    assert texts(alice) == [("canceled", "Hello")]
    time.move(days=1)
    services.resume_enrollment(by, enrollment.pk)
    work()
    assert texts(alice) == [("canceled", "Hello"), ("sent", "Hello")]


def test_last_message_in_flight_completes_a_paused_enrollment(account: Account, time: Clock) -> None:
    sequence, by = create(account, steps=[{"id": "one", "text": "Hello"}]), actor(account.workspace)
    enrollment = enroll(sequence, contact(account.workspace))
    runner.run_due()
    dispatch.dispatch()  # sent, and the outcome is not handled yet
    services.pause_enrollment(by, enrollment.pk)
    work()
    assert state(enrollment) == ("completed", "", "")
    assert len(events("sequence.completed")) == 1


def test_stopped_enrollment_is_over_and_the_contact_can_be_enrolled_again(account: Account, time: Clock) -> None:
    sequence, by = create(account), actor(account.workspace)
    alice = contact(account.workspace)
    enrollment = enroll(sequence, alice)
    runner.run_due()
    services.stop_enrollment(by, enrollment.pk)
    work()
    assert texts(alice) == [("canceled", "Hello")]
    assert state(enrollment) == ("stopped", "manual", "hello")
    again = enroll(sequence, alice)
    work()
    assert state(again) == ("active", "", "again")
    assert texts(alice) == [("canceled", "Hello"), ("sent", "Hello")]


def refusal(call: Callable[[], Any]) -> str:
    with pytest.raises(DomainError) as refused:
        call()
    return refused.value.code


def test_overlapping_pauses_of_enrollment_and_sequence_count_once(account: Account, time: Clock) -> None:
    """A delay of ten days. In the first, the enrollment is paused from day 1 to 5 and the sequence from day 3 to 11; in
    the second the sequence from day 1 to 5 and the enrollment from day 3 to 10."""
    by, begin = actor(account.workspace), time.now
    steps = [{"id": "one", "delay": "P10D", "text": "Hello"}]
    only_active = {"mode": "only_active_time"}
    for name, first_is_enrollment, ends, due_after in (("first", True, (5, 11), 20), ("second", False, (5, 10), 19)):
        time.now = begin
        sequence = create(account, name=name, steps=steps)
        enrollment = enroll(sequence, contact(account.workspace, f"{name}_contact"))
        pauses = [
            (services.pause_enrollment, services.resume_enrollment, enrollment.pk),
            (services.pause_sequence, services.resume_sequence, sequence.pk),
        ]
        (pause_first, resume_first, first), (pause_second, resume_second, second) = (
            pauses if first_is_enrollment else reversed(pauses)
        )
        time.move(days=1)
        pause_first(by, first)
        time.move(days=2)
        pause_second(by, second)
        time.now = begin + timedelta(days=ends[0])
        resume_first(by, first, **only_active)
        time.now = begin + timedelta(days=ends[1])
        resume_second(by, second, **only_active)
        work()
        assert stored(enrollment).next_run_at == begin + timedelta(days=due_after), name


def test_delay_restarts_also_for_a_message_that_the_pause_has_just_canceled(account: Account, time: Clock) -> None:
    sequence = create(account, steps=[{"id": "one", "delay": "PT1H", "text": "Hello"}])
    enrollment = enroll(sequence, contact(account.workspace))
    time.move(hours=1)
    runner.run_due()
    pause(sequence)
    dispatch.dispatch()  # cancels the message; nobody handles the outcome
    resume(sequence, "restart_delay")
    work()
    assert (state(enrollment), stored(enrollment).next_run_at) == (("active", "", "one"), time.now + timedelta(hours=1))
