"""Whatever happens to an enrollment while the engine works on it, no step is sent twice or to somebody who must not get
it any more, and nothing ends in a deadlock."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from threading import Event as Signal
from typing import Any

import pytest
from django.db import connection, transaction

from contacts.models import Contact
from contacts.services import erase_contact
from crmsolid.core.errors import DomainError
from crmsolid.events.models import Event
from messaging.models import Account, Message, SandboxDelivery
from messaging.sending import dispatch
from messaging.sending.gateway import Delivered, Outgoing
from sequences import services
from sequences.models import Enrollment, Sequence, StepRun
from sequences.running import due_steps, runner
from sequences.running.runner import handle_outcomes
from tests.messaging.helpers import ScriptedGateway
from tests.sequences.helpers import (
    actor,
    contact,
    create,
    edit,
    enroll,
    events,
    publish,
    state,
    stored,
    texts,
    work,
    write_in,
)
from tests.tenants import Tenants
from tests.threads import in_background, run_together, run_together_catching
from tests.waiting import another_transaction_waits, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = [{"id": "hello", "text": "Hello"}, {"id": "again", "text": "Hello again"}]


def deliveries() -> int:
    return SandboxDelivery.unscoped.count()


def outcomes(enrollment: Enrollment) -> list[tuple[str, str, bool]]:
    """Step, outcome and whether the runner has handled it."""
    runs = StepRun.unscoped.filter(enrollment=enrollment).order_by("id")
    return list(runs.values_list("step_key", "outcome", "handled"))


# --- Between the making of a message and its claim ------------------------------------------------------------------
def test_reply_before_the_claim_stops_the_message(account: Account) -> None:
    alice = contact(account.workspace)
    enrollment = enroll(create(account, steps=STEPS, stop_on=["reply"]), alice)
    runner.run_due()
    assert texts(alice) == [("queued", "Hello")]
    write_in(account, alice)
    dispatch.dispatch()
    assert (texts(alice), deliveries()) == ([("canceled", "Hello")], 0)
    work()
    assert (state(enrollment), deliveries()) == (("stopped", "reply", "hello"), 0)
    assert outcomes(enrollment) == [("hello", "canceled", True)]


def test_pause_of_the_sequence_before_the_claim_holds_the_message_back(account: Account) -> None:
    sequence, alice = create(account, steps=STEPS), contact(account.workspace)
    enrollment = enroll(sequence, alice)
    runner.run_due()
    services.pause_sequence(actor(account.workspace), sequence.pk)
    work()
    assert (texts(alice), deliveries()) == ([("canceled", "Hello")], 0)
    assert state(enrollment) == ("active", "", "hello")
    services.resume_sequence(actor(account.workspace), sequence.pk)
    work()
    assert texts(alice) == [("canceled", "Hello"), ("sent", "Hello"), ("sent", "Hello again")]
    assert (state(enrollment), deliveries()) == (("completed", "", ""), 2)


@pytest.mark.parametrize("sees_it_first", [runner.run_due, dispatch.dispatch])
def test_opt_out_before_the_claim_stops_the_message(account: Account, sees_it_first: Callable[[], int]) -> None:
    alice = contact(account.workspace)
    enrollment = enroll(create(account, steps=STEPS), alice)
    runner.run_due()
    edit(alice, opted_out=True)
    sees_it_first()
    work()
    assert (state(enrollment), deliveries()) == (("stopped", "opted_out", "hello"), 0)
    assert Message.unscoped.filter(status__in=("queued", "sending", "sent")).count() == 0
    assert [handled for _, _, handled in outcomes(enrollment)] == [True]


# --- While a message is being sent ----------------------------------------------------------------------------------
def while_sending(monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> None:
    """Run the action while the next message is being sent."""

    def act(outgoing: Outgoing) -> Delivered:
        action()
        return Delivered(5)

    ScriptedGateway([act]).install(monkeypatch)


def test_message_that_is_being_sent_when_its_enrollment_stops_is_the_last(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = contact(account.workspace)
    enrollment = enroll(create(account, steps=STEPS), alice)
    while_sending(monkeypatch, lambda: services.stop_enrollment(actor(account.workspace), enrollment.pk))
    work()
    assert texts(alice) == [("sent", "Hello")]
    assert state(enrollment) == ("stopped", "manual", "hello")
    assert outcomes(enrollment) == [("hello", "sent", True)]
    assert events("sequence.completed") == []


def test_message_that_is_being_sent_when_its_enrollment_pauses_is_not_sent_again(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = contact(account.workspace)
    enrollment = enroll(create(account, steps=STEPS), alice)
    while_sending(monkeypatch, lambda: services.pause_enrollment(actor(account.workspace), enrollment.pk))
    work()
    assert texts(alice) == [("sent", "Hello")]
    assert state(enrollment) == ("paused", "", "again")
    services.resume_enrollment(actor(account.workspace), enrollment.pk)
    work()
    assert texts(alice) == [("sent", "Hello"), ("sent", "Hello again")]
    assert state(enrollment) == ("completed", "", "")


def test_contact_that_is_erased_while_a_message_is_being_sent_gets_no_other(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = contact(account.workspace)
    enrollment = enroll(create(account, steps=STEPS), alice)
    while_sending(monkeypatch, lambda: erase_contact(actor(account.workspace), alice.pk))
    work()
    assert Message.unscoped.count() == 0
    assert state(enrollment) == ("stopped", "erased", "hello")
    assert stored(enrollment).contact_id is None


def test_moved_contact_gets_the_next_step_only_after_the_message_on_its_way(account: Account) -> None:
    """The step whose message is queued is not in the new version, and a change of the contact wakes the runner."""
    sequence, alice = create(account, steps=STEPS), contact(account.workspace)
    enrollment = enroll(sequence, alice)
    runner.run_due()
    publish(sequence, account, move_people=True, steps=STEPS[1:])
    edit(alice, name="Alice")
    assert runner.run_due() == 1
    assert texts(alice) == [("queued", "Hello")]
    assert state(enrollment) == ("active", "", "again")
    work()
    assert texts(alice) == [("sent", "Hello"), ("sent", "Hello again")]
    assert state(enrollment) == ("completed", "", "")


def test_moved_contact_without_a_next_step_is_completed_after_the_message_on_its_way(
    account: Account, no_errors: None
) -> None:
    sequence, alice = create(account, steps=STEPS), contact(account.workspace)
    enrollment = enroll(sequence, alice)
    for do in (runner.run_due, dispatch.dispatch, runner.run_due):
        do()
    publish(sequence, account, move_people=True, steps=STEPS[:1])
    edit(alice, name="Alice")
    assert runner.run_due() == 1
    assert texts(alice) == [("sent", "Hello"), ("queued", "Hello again")]
    assert (state(enrollment), stored(enrollment).next_run_at) == (("active", "", ""), None)
    work()
    assert texts(alice) == [("sent", "Hello"), ("sent", "Hello again")]
    assert state(enrollment) == ("completed", "", "")


def test_moved_contact_whose_message_a_pause_cancels_is_completed(account: Account, no_errors: None) -> None:
    """The step is not in the new version, nor one after it, so there is nothing to be made again."""
    sequence, alice = create(account, steps=STEPS), contact(account.workspace)
    enrollment = enroll(sequence, alice)
    for do in (runner.run_due, dispatch.dispatch, runner.run_due):
        do()
    publish(sequence, account, move_people=True, steps=STEPS[:1])
    services.pause_sequence(actor(account.workspace), sequence.pk)
    work()
    assert texts(alice) == [("sent", "Hello"), ("canceled", "Hello again")]
    assert state(enrollment) == ("completed", "", "")
    assert len(events("sequence.completed")) == 1


def test_contact_that_is_moved_twice_is_completed_after_the_message_on_its_way(account: Account) -> None:
    sequence, alice = create(account, steps=STEPS), contact(account.workspace)
    enrollment = enroll(sequence, alice)
    for do in (runner.run_due, dispatch.dispatch, runner.run_due):
        do()
    publish(sequence, account, move_people=True, steps=STEPS[:1])
    publish(sequence, account, move_people=True, steps=[{"id": "hello", "text": "Good day"}])
    assert (state(enrollment)[0], events("sequence.completed")) == ("active", [])
    work()
    assert texts(alice) == [("sent", "Hello"), ("sent", "Hello again")]
    assert (state(enrollment)[0], len(events("sequence.completed"))) == ("completed", 1)


# --- At the same moment -----------------------------------------------------------------------------------------------
def people(account: Account, count: int) -> list[Contact]:
    return [contact(account.workspace, f"person_{number:03}") for number in range(count)]


@contextmanager
def runner_in_the_middle(monkeypatch: pytest.MonkeyPatch, seconds: float = 20.0) -> Iterator[Callable[[], None]]:
    """A runner in another thread that has written its messages and waits with its commit for a call of what this
    yields, or for the end of the block."""
    written, may_commit = Signal(), Signal()
    make_messages = due_steps._make_messages

    def make_and_wait(*args: Any) -> None:
        make_messages(*args)
        written.set()
        assert may_commit.wait(seconds)

    with monkeypatch.context() as patched:
        patched.setattr(due_steps, "_make_messages", make_and_wait)
        with in_background(runner.run_due, seconds=2 * seconds):
            assert written.wait(seconds)
            try:
                yield may_commit.set
            finally:
                may_commit.set()


def somebody_waits() -> bool:
    """Whether another session waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return cursor.fetchone() is not None


@pytest.fixture
def no_errors(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing is logged as an error, which is what the engine does with a bug."""
    yield
    assert [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.ERROR] == []


def test_runners_at_the_same_moment_make_each_message_once(tenants: Tenants, no_errors: None) -> None:
    account = tenants.sandbox(daily_limit=1000)
    sequence = create(account, steps=STEPS)
    enrollments = [enroll(sequence, who) for who in people(account, 60)]
    run_together([runner.run_due] * 4)
    work()
    assert [outcomes(each) for each in enrollments] == [[("hello", "sent", True), ("again", "sent", True)]] * 60
    assert (Message.unscoped.count(), deliveries()) == (120, 120)
    assert len(events("sequence.completed")) == 60


def test_second_runner_leaves_what_the_first_one_works_on(
    account: Account, monkeypatch: pytest.MonkeyPatch, no_errors: None
) -> None:
    alice = contact(account.workspace)
    enroll(create(account, steps=STEPS), alice)
    with runner_in_the_middle(monkeypatch) as commit:
        # It waits for the account, and finds nothing to do once it has it.
        with in_background(runner.run_due) as second:
            wait_until(somebody_waits)
            commit()
        assert second.result() == 0
    assert texts(alice) == [("queued", "Hello")]


def test_contact_is_enrolled_once_by_calls_at_the_same_moment(account: Account, no_errors: None) -> None:
    sequence, alice = create(account, steps=STEPS), contact(account.workspace)
    results = run_together_catching([partial(enroll, sequence, alice)] * 4)
    errors = [result.code for result in results if isinstance(result, DomainError)]
    assert errors == ["already_enrolled"] * 3
    [enrollment] = [result for result in results if isinstance(result, Enrollment)]
    assert [event["data"]["enrollment"]["id"] for event in events("sequence.started")] == [enrollment.pk]
    assert Enrollment.unscoped.count() == 1


def test_many_are_enrolled_once_by_calls_at_the_same_moment(account: Account, no_errors: None) -> None:
    """Some of them by calls for one."""
    sequence, ids = create(account), [each.pk for each in people(account, 12)]
    by = actor(account.workspace)
    many: list[Callable[[], Any]] = [
        partial(services.enroll_contacts, by, sequence.pk, order) for order in (ids, ids[::-1], ids[6:] + ids[:6])
    ]
    one = [partial(enrolls, sequence, contact_id) for contact_id in ids[::4]]
    answers: list[Any] = run_together([*many, *one])
    enrolled = [each.contact_id for rows, _ in answers[:3] for each in rows]
    enrolled += [contact_id for contact_id in answers[3:] if contact_id]
    assert sorted(map(str, enrolled)) == ids
    assert Enrollment.unscoped.count() == len(events("sequence.started")) == 12


def enrolls(sequence: Sequence, contact_id: str) -> str:
    """The id, if this call has enrolled the contact."""
    try:
        enrollment = services.enroll_contact(actor(sequence.workspace), sequence.pk, contact_id=contact_id)
    except DomainError as error:
        assert error.code == "already_enrolled"
        return ""
    return str(enrollment.contact_id)


def test_erasure_waits_for_the_runner_and_deletes_its_message(
    account: Account, monkeypatch: pytest.MonkeyPatch, no_errors: None
) -> None:
    alice = contact(account.workspace)
    enrollment = enroll(create(account, steps=STEPS), alice)
    erase = partial(erase_contact, actor(account.workspace), alice.pk)
    with runner_in_the_middle(monkeypatch) as commit, in_background(erase):
        wait_until(somebody_waits)
        commit()
    work()
    assert (Message.unscoped.count(), deliveries()) == (0, 0)
    assert state(enrollment) == ("stopped", "erased", "hello")


def test_runner_makes_nothing_for_a_contact_that_is_being_erased(account: Account, no_errors: None) -> None:
    sequence = create(account, steps=STEPS)
    alice, robert = contact(account.workspace), contact(account.workspace, "robert")
    enrollment = enroll(sequence, alice)
    enroll(sequence, robert)
    with transaction.atomic():
        erase_contact(actor(account.workspace), alice.pk)
        with in_background(runner.run_due):
            pass
    work()
    assert texts(robert) == [("sent", "Hello"), ("sent", "Hello again")]
    assert (state(enrollment), deliveries()) == (("stopped", "erased", "hello"), 2)


def test_erasure_waits_for_the_answer_of_a_preview(account: Account, no_errors: None) -> None:
    """The answer has the texts, and is stored for the Idempotency-Key in the transaction of the preview."""
    sequence, alice = create(account, steps=STEPS), contact(account.workspace)
    with ExitStack() as erasing, transaction.atomic():
        services.preview_sequence(actor(account.workspace), sequence.pk, contact_id=alice.pk)
        erasing.enter_context(in_background(partial(erase_contact, actor(account.workspace), alice.pk)))
        wait_until(another_transaction_waits)
    assert not Contact.unscoped.filter(pk=alice.pk).exists()


@pytest.mark.parametrize("steps", [STEPS, STEPS[1:]])
def test_publishing_waits_for_the_runner_and_moves_everybody(
    account: Account, monkeypatch: pytest.MonkeyPatch, no_errors: None, steps: list[dict[str, str]]
) -> None:
    sequence, alice = create(account, steps=STEPS), contact(account.workspace)
    enrollment = enroll(sequence, alice)
    changed = [*steps, {"id": "last", "text": "Goodbye"}]
    publish_version = partial(publish, sequence, account, move_people=True, steps=changed)
    with runner_in_the_middle(monkeypatch) as commit, in_background(publish_version):
        wait_until(somebody_waits)
        commit()
    assert stored(enrollment).version.number == 2
    work()
    assert [text for _, text in texts(alice)] == ["Hello", "Hello again", "Goodbye"]
    assert (state(enrollment), deliveries()) == (("completed", "", ""), 3)


def test_runner_leaves_those_who_are_being_moved(account: Account, no_errors: None) -> None:
    sequence, alice = create(account, steps=STEPS), contact(account.workspace)
    enrollment = enroll(sequence, alice)
    with transaction.atomic():
        publish(sequence, account, move_people=True, steps=STEPS[1:])
        with in_background(runner.run_due) as running:
            pass
        assert running.result() == 0
        assert Message.unscoped.count() == 0
    work()
    assert texts(alice) == [("sent", "Hello again")]
    assert state(enrollment) == ("completed", "", "")


def test_erasure_waits_for_those_who_are_being_moved(account: Account, no_errors: None) -> None:
    sequence, alice = create(account, steps=STEPS), contact(account.workspace)
    enrollment = enroll(sequence, alice)
    erase = partial(erase_contact, actor(account.workspace), alice.pk)
    with ExitStack() as erasing, transaction.atomic():
        publish(sequence, account, move_people=True, steps=STEPS[1:])
        erasing.enter_context(in_background(erase))
        wait_until(another_transaction_waits)
    assert state(enrollment) == ("stopped", "erased", "again")
    assert stored(enrollment).version.number == 2


def test_move_waits_for_an_outcome_that_is_being_handled_and_takes_the_new_delay(
    account: Account, no_errors: None
) -> None:
    hello, again = STEPS
    sequence, alice = create(account, steps=[hello, {**again, "delay": "P10D"}]), contact(account.workspace)
    enrollment = enroll(sequence, alice)
    for do in (runner.run_due, dispatch.dispatch):
        do()
    publish_version = partial(publish, sequence, account, move_people=True, steps=STEPS)
    with ExitStack() as publishing, transaction.atomic():
        assert handle_outcomes() == 1
        publishing.enter_context(in_background(publish_version))
        wait_until(another_transaction_waits)
    work()
    assert texts(alice) == [("sent", "Hello"), ("sent", "Hello again")]
    assert state(enrollment) == ("completed", "", "")


def test_everything_at_the_same_moment(tenants: Tenants, no_errors: None) -> None:
    """Runners, dispatchers, replies, opt-outs, pauses and new versions: no deadlock, and afterwards each step
    was sent at most once and in order."""
    account = tenants.sandbox(daily_limit=1000)
    by = actor(account.workspace)
    sequence = create(account, steps=STEPS, stop_on=["reply"])
    everybody = people(account, 48)
    enrollments = [enroll(sequence, who) for who in everybody]
    changed = [*STEPS, {"id": "last", "text": "Goodbye"}]

    def work_on() -> None:
        for _ in range(4):
            runner.run_due()
            dispatch.dispatch()

    def publish_versions() -> None:
        for steps in (changed, STEPS[1:], changed):
            publish(sequence, account, move_people=True, steps=steps, stop_on=["reply"])

    def pause_and_resume() -> None:
        services.pause_sequence(by, sequence.pk)
        services.resume_sequence(by, sequence.pk)

    def reply() -> None:
        for number, who in enumerate(everybody[:8]):
            write_in(account, who, f"Answer {number}")

    def opt_out() -> None:
        for who in everybody[8:16]:
            edit(who, opted_out=True)

    run_together([work_on, work_on, publish_versions, pause_and_resume, reply, opt_out])
    work()
    sent = [[text for status, text in texts(who) if status == "sent"] for who in everybody]
    order = ["Hello", "Hello again", "Goodbye"]
    assert all(each == [text for text in order if text in each] for each in sent)
    assert {stored(each).status for each in enrollments[16:]} == {"completed"}
    assert {each[-1] for each in sent[16:]} == {"Goodbye"}
    for each in enrollments[:16]:
        assert stored(each).status in ("stopped", "completed")
    assert not StepRun.unscoped.filter(handled=False, message__isnull=False).exists()
    assert not Message.unscoped.filter(status__in=("queued", "sending")).exists()
    assert Event.unscoped.filter(type="sequence.started").count() == 48
    completed = Enrollment.unscoped.filter(status="completed").count()
    assert Event.unscoped.filter(type="sequence.completed").count() == completed
