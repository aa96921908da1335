"""How many SQL statements each endpoint of sequences runs, however many rows it answers.

Every request reads its API key. A write opens and releases a savepoint, because the test itself runs in a transaction.
PostgreSQL takes the lock of the idempotency key with one statement, and writes events and the stored answer with one;
SQLite needs no lock and writes one table at a time.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import connection

from messaging.models import Account
from tests.sequences.helpers import contact, create, enroll
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
    """``with statements(sqlite=…, postgresql=…)``: so many are run."""

    @contextmanager
    def count(sqlite: int, postgresql: int) -> Iterator[None]:
        with django_assert_num_queries(sqlite if connection.vendor == "sqlite" else postgresql):
            yield

    return count


@pytest.mark.parametrize("number", [1, 20])
def test_list_sequences(ours: Api, account: Account, statements: Statements, number: int) -> None:
    """Key, sequences."""
    for index in range(number):
        create(account, name=f"Number {index}")
    with statements(sqlite=2, postgresql=2):
        assert len(ours.get("/v1/sequences").json()["data"]) == number


@pytest.mark.parametrize("number", [1, 20])
def test_get_sequence(ours: Api, account: Account, statements: Statements, number: int) -> None:
    """Key, sequence, version, steps."""
    sequence = create(account, steps=[{"text": f"Step {index}"} for index in range(number)])
    with statements(sqlite=4, postgresql=4):
        assert len(ours.get(f"/v1/sequences/{sequence.pk}").json()["steps"]) == number


@pytest.mark.parametrize("number", [1, 20])
def test_list_enrollments(ours: Api, account: Account, statements: Statements, number: int) -> None:
    """Key, sequence, enrollments, their sequences and versions."""
    sequence = create(account)
    for index in range(number):
        enroll(sequence, contact(account.workspace, f"user{index}"))
    with statements(sqlite=5, postgresql=5):
        assert len(ours.get(f"/v1/sequences/{sequence.pk}/enrollments").json()["data"]) == number


@pytest.mark.parametrize("number", [1, 20])
def test_list_all_enrollments(ours: Api, account: Account, statements: Statements, number: int) -> None:
    """Key, enrollments, their sequences and versions."""
    alice = contact(account.workspace)
    for index in range(number):
        enroll(create(account, name=f"Number {index}"), alice)
    with statements(sqlite=4, postgresql=4):
        assert len(ours.get("/v1/enrollments").json()["data"]) == number


def test_get_enrollment(ours: Api, account: Account, statements: Statements) -> None:
    """Key, enrollment, its sequence and version."""
    enrollment = enroll(create(account), contact(account.workspace))
    with statements(sqlite=4, postgresql=4):
        assert ours.get(f"/v1/enrollments/{enrollment.pk}").status_code == 200


def test_enroll(ours: Api, account: Account, statements: Statements) -> None:
    """Key, savepoint, sequence, sequence under lock, contact, tags, version, steps, savepoint, enrollment, release;
    sequence and version to show; event, answer, release."""
    sequence, alice = create(account), contact(account.workspace)
    with statements(sqlite=16, postgresql=16):
        assert ours.post(f"/v1/sequences/{sequence.pk}/enroll", {"contact_id": alice.pk}).status_code == 201


@pytest.mark.parametrize("verb", ["pause", "stop"])
def test_change_an_enrollment(ours: Api, account: Account, statements: Statements, verb: str) -> None:
    """Key, savepoint, enrollment, its sequence and version, update, step runs, event, answer, release."""
    enrollment = enroll(create(account), contact(account.workspace))
    number = 10 if verb == "pause" else 9
    with statements(sqlite=number, postgresql=10):
        assert ours.post(f"/v1/enrollments/{enrollment.pk}/{verb}").status_code == 200


@pytest.mark.parametrize("number", [1, 20])
def test_preview(ours: Api, account: Account, statements: Statements, number: int) -> None:
    """Key, savepoint, sequence, contact, tags, version, steps, answer, release."""
    sequence = create(account, steps=[{"text": f"Step {index}"} for index in range(number)])
    alice = contact(account.workspace)
    with statements(sqlite=9, postgresql=10):
        assert ours.post(f"/v1/sequences/{sequence.pk}/preview", {"contact_id": alice.pk}).status_code == 200


@pytest.mark.parametrize("people", [1, 20])
def test_resume_sequence(ours: Api, account: Account, statements: Statements, people: int) -> None:
    """Key, savepoint, sequence, update, audit, answer, release; for ``only_active_time`` three updates."""
    sequence = create(account)
    for index in range(people):
        enroll(sequence, contact(account.workspace, f"user{index}"))
    for mode, number in (("keep_dates", 7), ("only_active_time", 10)):
        ours.post(f"/v1/sequences/{sequence.pk}/pause")
        with statements(sqlite=number, postgresql=number + 1):
            assert ours.post(f"/v1/sequences/{sequence.pk}/resume", {"mode": mode}).status_code == 200
