"""Those who wait for an account get its slots in their order, and are looked at only for these."""

from datetime import timedelta

import pytest

from messaging.models import Account
from messaging.sending import automatic
from sequences.models import Enrollment
from sequences.running import runner
from tests.sequences.helpers import START, Clock, contact, create, enroll, publish, stored, texts, work
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.mark.parametrize("batch", [200, 1])
def test_a_free_slot_wakes_no_more_than_can_be_sent_in_a_day(
    tenants: Tenants, time: Clock, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(runner, "BATCH", batch)
    account = tenants.sandbox(daily_limit=12)  # of which 10 are left to direct sends
    sequence = create(account, steps=[{"id": "hello", "text": "Hello"}])
    people = [contact(account.workspace, f"person_{number}") for number in range(7)]
    enrollments = [enroll(sequence, person) for person in people]

    def sent() -> list[bool]:
        work()
        return [texts(person) == [("sent", "Hello")] for person in people]

    assert sent() == [True] * 2 + [False] * 5
    waiting = Enrollment.unscoped.filter(status="active")
    assert set(waiting.values_list("reason", flat=True)) == {"daily_limit"}
    later = [START + DAY] * 2 + [START + 2 * DAY] * 3
    assert [stored(each).next_run_at for each in enrollments[2:]] == later
    time.move(days=1)
    assert sent() == [True] * 4 + [False] * 3
    time.move(days=1)
    assert sent() == [True] * 6 + [False]
    assert stored(enrollments[6]).next_run_at == START + 3 * DAY
    time.move(days=1)
    assert sent() == [True] * 7


def test_a_login_that_is_missing_costs_few_looks(tenants: Tenants, time: Clock) -> None:
    account = tenants.sandbox(daily_limit=12, state="needs_login")
    sequence = create(account, steps=[{"id": "hello", "text": "Hello"}])
    people = [contact(account.workspace, f"person_{number}") for number in range(5)]
    enrollments = [enroll(sequence, person) for person in people]
    work()
    retry = START + automatic.RETRY_ACCOUNT
    assert [stored(each).next_run_at for each in enrollments] == [retry] * 2 + [retry + DAY] * 3
    Account.unscoped.update(state="connected")
    time.move(minutes=5)
    work()
    assert [bool(texts(person)) for person in people] == [True] * 2 + [False] * 3
    time.move(days=1)
    work()
    assert [bool(texts(person)) for person in people] == [True] * 4 + [False]


def test_whoever_can_be_passed_on_waits_no_longer_than_the_account(tenants: Tenants, time: Clock) -> None:
    first, second = tenants.sandbox(daily_limit=12, state="needs_login"), tenants.sandbox(state="needs_login")
    steps = [{"id": "hello", "text": "Hello"}]
    sequence = create(first, steps=steps, pass_on=True)
    enrollments = [enroll(sequence, contact(first.workspace, f"person_{number}")) for number in range(5)]
    both = [first.pk, second.pk]
    publish(sequence, first, account_ids=both, steps=steps, pass_on=True, move_people=True)
    work()
    assert {stored(each).next_run_at for each in enrollments} == {START + automatic.RETRY_ACCOUNT}
    Account.unscoped.filter(pk=second.pk).update(state="connected")
    time.move(minutes=5)
    work()
    assert [stored(each).status for each in enrollments] == ["completed"] * 5


def test_whoever_is_moved_leaves_an_account_that_did_not_write_yet(tenants: Tenants, time: Clock) -> None:
    gone, first, second = (tenants.sandbox() for _ in range(3))
    steps = [{"id": "hello", "text": "Hello"}, {"id": "again", "text": "Hello again", "delay": "P1D"}]
    sequence = create(gone, steps=steps)
    enroll(sequence, written_to := contact(gone.workspace, "written_to"))
    work()
    Account.unscoped.filter(pk=gone.pk).update(state="needs_login")
    waiting = [enroll(sequence, contact(gone.workspace, f"person_{number}")) for number in range(20)]
    work()
    publish(sequence, gone, account_ids=[first.pk, second.pk], steps=steps, move_people=True)
    work()
    assert {stored(each).account_id for each in waiting} == {first.pk, second.pk}
    assert {stored(each).step_key for each in waiting} == {"again"}
    time.move(days=1)
    work()
    assert texts(written_to) == [("sent", "Hello")]
    assert Enrollment.unscoped.get(contact=written_to).reason == "account_needs_login"
