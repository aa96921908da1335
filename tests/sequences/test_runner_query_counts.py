"""The runner takes as many statements for fifty enrollments as for one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from messaging.models import Account, Message
from messaging.sending import dispatch
from sequences.models import Enrollment
from sequences.running import due_steps, runner
from tests.sequences.helpers import contact, create, enroll
from tests.tenants import Tenants

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
MANY = 50
Work = Callable[[], int]


@pytest.fixture
def account(tenants: Tenants) -> Account:
    return tenants.sandbox(daily_limit=1000)


def assert_same_statements(prepare: Callable[[str, int], Work]) -> None:
    """``prepare`` gets a name and a number of enrollments, and returns work on these."""
    taken = []
    for name, count in (("first", 1), ("one", 1), ("many", MANY)):  # the first may load what is kept
        work = prepare(name, count)
        with CaptureQueriesContext(connection) as queries:
            assert work() == count
        taken.append(len(queries))
    assert taken[1] == taken[2]


def enroll_in(account: Account, name: str, count: int, **members: Any) -> Work:
    """Enroll this number of contacts in a new sequence, and return the work on its first batch."""
    condition = {"field": "stage", "op": "is_not", "value": "won"}
    steps = [
        {"id": "hello", "text": "Hello {first_name|there}", "condition": condition},
        {"id": "again", "delay": "P1D", "text": "Hello again"},
    ]
    defaults: dict[str, Any] = {"steps": steps, "stop_on": ["reply", "tag:customer", "stage:lost"], "pass_on": True}
    sequence = create(account, name=name, **{**defaults, **members})
    for number in range(count):
        enroll(sequence, contact(account.workspace, f"{name}_{number}"))
    return lambda: due_steps.run_batch(sequence.pk)


def send_messages() -> None:
    while dispatch.dispatch():
        pass


def test_making_messages(account: Account) -> None:
    assert_same_statements(lambda name, count: enroll_in(account, name, count))
    assert Message.unscoped.filter(status="queued").count() == 2 + MANY


def test_leaving_out_a_step(account: Account) -> None:
    def prepare(name: str, count: int) -> Work:
        work = enroll_in(account, name, count)
        Contact.unscoped.update(stage="won")
        return work

    assert_same_statements(prepare)
    assert set(Enrollment.unscoped.values_list("status", "step_key")) == {("active", "again")}


def test_stopping_enrollments_whose_message_is_queued(account: Account) -> None:
    def prepare(name: str, count: int) -> Work:
        work = enroll_in(account, name, count)
        work()
        Contact.unscoped.update(stage="lost")
        runner.wake(list(Contact.unscoped.filter(username__startswith=name).values_list("pk", flat=True)))
        return work

    assert_same_statements(prepare)
    assert set(Enrollment.unscoped.values_list("status", "reason")) == {("stopped", "stage")}
    assert set(Message.unscoped.values_list("status", "error")) == {("canceled", "stage")}


def test_waiting_for_an_account_that_cannot_send(account: Account) -> None:
    Account.unscoped.update(state="needs_login")
    assert_same_statements(lambda name, count: enroll_in(account, name, count))
    assert set(Enrollment.unscoped.values_list("status", "reason")) == {("active", "account_needs_login")}


def test_handling_outcomes(account: Account) -> None:
    def prepare(name: str, count: int) -> Work:
        enroll_in(account, name, count)()
        send_messages()
        return runner.handle_outcomes

    assert_same_statements(prepare)
    assert set(Enrollment.unscoped.values_list("status", "step_key")) == {("active", "again")}


def test_completing_enrollments(account: Account) -> None:
    def prepare(name: str, count: int) -> Work:
        enroll_in(account, name, count, steps=[{"id": "hello", "text": "Hello"}])()
        send_messages()
        return runner.handle_outcomes

    assert_same_statements(prepare)
    assert set(Enrollment.unscoped.values_list("status", flat=True)) == {"completed"}
