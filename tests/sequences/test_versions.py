"""What publishing a new version does to contacts who are in the sequence."""

from collections import Counter
from typing import Any

import pytest

from crmsolid.core.errors import DomainError
from messaging.models import Account
from messaging.sending import dispatch
from sequences import services
from sequences.models import Enrollment, Sequence, SequenceVersion, Step
from sequences.running import progress, runner
from sequences.running.progress import BATCH
from tests.sequences.helpers import Clock, actor, contact, create, enroll, events, publish, state, stored, texts, work

pytestmark = pytest.mark.django_db

A, B, C, D = ({"id": name, "text": name.upper(), "delay": "P1D"} for name in "abcd")


@pytest.fixture
def sequence(account: Account, time: Clock) -> Sequence:
    return create(account, steps=[{**A, "delay": "PT0S"}, B, C])


def days(time: Clock, number: int) -> None:
    for _ in range(number):
        time.move(days=1)
        work()


def steps_sent(enrollment: Enrollment) -> list[str]:
    contact = enrollment.contact
    assert contact is not None
    return [text for _, text in texts(contact)]


def test_contacts_in_the_sequence_finish_on_their_version(sequence: Sequence, account: Account, time: Clock) -> None:
    early = enroll(sequence, contact(account.workspace, "early"))
    work()
    publish(sequence, account, steps=[{**A, "delay": "PT0S", "text": "New A"}, {**C, "text": "New C"}])
    late = enroll(sequence, contact(account.workspace, "late_one"))
    work()
    days(time, 2)
    assert steps_sent(early) == ["A", "B", "C"]
    assert steps_sent(late) == ["New A", "New C"]
    assert (stored(early).version.number, stored(late).version.number) == (1, 2)


@pytest.mark.parametrize(
    ("steps", "sent"),
    [
        ([A, {**B, "text": "New B"}, C], ["A", "New B", "C"]),  # a changed text
        ([A, C], ["A", "C"]),  # the next step is gone
        ([A], ["A"]),  # everything that follows is gone
        ([C, B, A], ["A", "B"]),  # in another order: the same step comes next, and none comes twice
        ([A, D, B, C], ["A", "B", "C"]),  # a new step before the next one
        ([A, B, D, C], ["A", "B", "D", "C"]),  # a new step after it
        ([A, D], ["A", "D"]),  # no step of the old version is left
    ],
)
def test_contacts_move_to_the_new_version_by_the_id_of_their_step(
    sequence: Sequence, account: Account, time: Clock, steps: list[dict[str, Any]], sent: list[str]
) -> None:
    enrollment = enroll(sequence, contact(account.workspace))
    work()
    publish(sequence, account, move_people=True, steps=steps)
    work()
    days(time, 4)
    assert steps_sent(enrollment) == sent
    assert (state(enrollment)[0], stored(enrollment).version.number) == ("completed", 2)
    assert len(events("sequence.completed")) == 1


def test_message_on_its_way_during_the_move_is_sent_once(sequence: Sequence, account: Account, time: Clock) -> None:
    stays, goes = (enroll(sequence, contact(account.workspace, name)) for name in ("stays_x", "goes_on_x"))
    work()
    time.move(days=1)
    runner.run_due()  # step b is queued for both
    publish(sequence, account, move_people=True, steps=[A, C])
    dispatch.dispatch()
    work()
    days(time, 2)
    assert steps_sent(stays) == steps_sent(goes) == ["A", "B", "C"]


def test_new_delay_counts_from_the_step_before(sequence: Sequence, account: Account, time: Clock) -> None:
    enrollment = enroll(sequence, contact(account.workspace))
    work()
    sent_at = time.now
    publish(sequence, account, move_people=True, steps=[A, {**B, "delay": "PT2H"}, C])
    work()
    assert stored(enrollment).next_run_at == sent_at.replace(hour=sent_at.hour + 2)


@pytest.mark.parametrize(
    ("move_people", "at", "sent"), [(False, (1, "b"), ("A", "B", "C")), (True, (2, "c"), ("A", "New C", "D"))]
)
def test_more_contacts_than_a_batch_in_flight_stay_or_move(
    sequence: Sequence, account: Account, time: Clock, move_people: bool, at: tuple[int, str], sent: tuple[str, ...]
) -> None:
    people = BATCH + 20
    Account.unscoped.update(daily_limit=10_000)
    everybody = [enroll(sequence, contact(account.workspace, f"person_{number}")) for number in range(people)]
    work()
    assert services.people_by_step(actor(account.workspace), sequence.pk) == {(1, "b"): people}
    new_steps = [{**C, "text": "New C"}, {**A, "delay": "PT0S", "text": "New A"}, D]
    publish(sequence, account, steps=new_steps, move_people=move_people)
    assert services.people_by_step(actor(account.workspace), sequence.pk) == {at: people}
    days(time, 3)
    assert Counter(tuple(steps_sent(each)) for each in everybody) == {sent: people}
    assert services.people_by_step(actor(account.workspace), sequence.pk) == {}


def test_steps_without_id_keep_theirs_by_position(account: Account) -> None:
    draft = create(account, start=False, steps=[{"text": "One"}, {"text": "Two"}])
    publish(draft, account, steps=[{"text": "One"}, {"text": "Two changed"}, {"text": "Three"}])
    publish(draft, account, steps=[{"text": "One"}])
    publish(draft, account, steps=[{"text": "One"}, {"text": "Another two"}])
    rows = Step.unscoped.order_by("version__number", "position").values_list("version__number", "key")
    # The id of a step that was removed is not given to another one.
    assert list(rows) == [
        *((1, "step-1"), (1, "step-2")),
        *((2, "step-1"), (2, "step-2"), (2, "step-3")),
        (3, "step-1"),
        *((4, "step-1"), (4, "step-4")),
    ]


def test_new_id_is_no_id_that_was_given(account: Account) -> None:
    create(
        account,
        start=False,
        steps=[{"id": f"step-{10**9 - 1}", "text": "A"}, {"text": "B"}, {"id": f"step-{10**9}", "text": "C"}],
    )
    keys = list(Step.unscoped.order_by("position").values_list("key", flat=True))
    assert keys == [f"step-{10**9 - 1}", f"step-{10**9 + 1}", f"step-{10**9}"]


def test_versions_and_steps_never_change(sequence: Sequence) -> None:
    for row in (SequenceVersion.unscoped.get(), *Step.unscoped.all()):
        with pytest.raises(TypeError, match="never changes"):
            row.save()


def test_started_sequence_keeps_an_account(sequence: Sequence, account: Account) -> None:
    with pytest.raises(DomainError) as refused:
        publish(sequence, account, account_ids=[])
    assert [(error.field, error.code) for error in refused.value.errors] == [("account_ids", "required")]
    assert SequenceVersion.unscoped.count() == 1


def test_many_contacts_move_a_few_at_a_time(
    sequence: Sequence, account: Account, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "MOVED_TOGETHER", 2)
    enrollments = [enroll(sequence, contact(account.workspace, f"person_{number}")) for number in range(5)]
    work()
    publish(sequence, account, steps=[{**A, "delay": "PT0S"}, C], move_people=True)
    assert [state(each) for each in enrollments] == [("active", "", "c")] * 5
    assert [stored(each).version.number for each in enrollments] == [2] * 5
    days(time, 1)
    assert [steps_sent(each) for each in enrollments] == [["A", "C"]] * 5
