"""How many SQL statements each endpoint of sequences runs, however many rows it answers.

Every request reads its API key. A write opens and releases a savepoint, because the test itself runs in a transaction.
One statement takes the lock of the idempotency key, and one writes events and the stored answer.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from messaging.models import Account
from sequences.services import enroll_contacts
from tests.sequences.helpers import actor, contact, create, enroll
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db

Statements = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def ours(tenants: Tenants) -> Api:
    client = Api(tenants.key())
    client.get("/v1/sequences")  # writes when the key was last used
    return client


@pytest.fixture
def statements(django_assert_num_queries: Any) -> Statements:
    """``with statements(7)``: so many are run."""
    statements: Statements = django_assert_num_queries
    return statements


@pytest.mark.parametrize("number", [1, 20])
def test_list_sequences(ours: Api, account: Account, statements: Statements, number: int) -> None:
    """Key, sequences."""
    for index in range(number):
        create(account, name=f"Number {index}")
    with statements(2):
        assert len(ours.get("/v1/sequences").json()["data"]) == number


@pytest.mark.parametrize("number", [1, 20])
def test_get_sequence(ours: Api, account: Account, statements: Statements, number: int) -> None:
    """Key, sequence, version, steps."""
    sequence = create(account, steps=[{"text": f"Step {index}"} for index in range(number)])
    with statements(4):
        assert len(ours.get(f"/v1/sequences/{sequence.pk}").json()["steps"]) == number


@pytest.mark.parametrize("number", [1, 20])
def test_list_enrollments(ours: Api, account: Account, statements: Statements, number: int) -> None:
    """Key, sequence, enrollments, their sequences, versions and contacts."""
    sequence = create(account)
    for index in range(number):
        enroll(sequence, contact(account.workspace, f"user{index}"))
    with statements(6):
        assert len(ours.get(f"/v1/sequences/{sequence.pk}/enrollments").json()["data"]) == number


@pytest.mark.parametrize("number", [1, 20])
def test_list_all_enrollments(ours: Api, account: Account, statements: Statements, number: int) -> None:
    """Key, enrollments, their sequences, versions and contacts."""
    alice = contact(account.workspace)
    for index in range(number):
        enroll(create(account, name=f"Number {index}"), alice)
    with statements(5):
        assert len(ours.get("/v1/enrollments").json()["data"]) == number


def test_get_enrollment(ours: Api, account: Account, statements: Statements) -> None:
    """Key, enrollment, its sequence, version and contact."""
    enrollment = enroll(create(account), contact(account.workspace))
    with statements(5):
        assert ours.get(f"/v1/enrollments/{enrollment.pk}").status_code == 200


def test_enroll(ours: Api, account: Account, statements: Statements) -> None:
    """Key, savepoint, sequence under lock, contact, version, steps, enrollment, whether it is there; version to show;
    event, answer, release."""
    sequence, alice = create(account), contact(account.workspace)
    with statements(12):
        assert ours.post(f"/v1/sequences/{sequence.pk}/enroll", {"contact_id": alice.pk}).status_code == 201


@pytest.mark.parametrize("number", [2, 40])
def test_enroll_many(account: Account, statements: Statements, number: int) -> None:
    """Savepoint, sequence under lock, contacts, version, steps, enrollments, which are there, version to show, events,
    release."""
    sequence = create(account)
    ids = [contact(account.workspace, f"user_{index}").pk for index in range(number)]
    with statements(10):
        enrolled, refused = enroll_contacts(actor(account.workspace), sequence.pk, ids)
    assert (len(enrolled), refused) == (number, {})


@pytest.mark.parametrize("verb", ["pause", "stop"])
def test_change_an_enrollment(ours: Api, account: Account, statements: Statements, verb: str) -> None:
    """Key, savepoint, enrollment, its sequence and version, update, step runs, event, contact, answer, release."""
    enrollment = enroll(create(account), contact(account.workspace))
    with statements(11):
        assert ours.post(f"/v1/enrollments/{enrollment.pk}/{verb}").status_code == 200


@pytest.mark.parametrize("number", [1, 20])
def test_preview(ours: Api, account: Account, statements: Statements, number: int) -> None:
    """Key, savepoint, sequence, contact, tags, version, steps, answer, release."""
    sequence = create(account, steps=[{"text": f"Step {index}"} for index in range(number)])
    alice = contact(account.workspace)
    with statements(10):
        assert ours.post(f"/v1/sequences/{sequence.pk}/preview", {"contact_id": alice.pk}).status_code == 200


@pytest.mark.parametrize("people", [1, 20])
def test_resume_sequence(ours: Api, account: Account, statements: Statements, people: int) -> None:
    """Key, savepoint, sequence, update, audit, answer, release; for ``only_active_time`` three updates."""
    sequence = create(account)
    for index in range(people):
        enroll(sequence, contact(account.workspace, f"user{index}"))
    for mode, number in (("keep_dates", 8), ("only_active_time", 11)):
        ours.post(f"/v1/sequences/{sequence.pk}/pause")
        with statements(number):
            assert ours.post(f"/v1/sequences/{sequence.pk}/resume", {"mode": mode}).status_code == 200
