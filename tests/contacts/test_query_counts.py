"""How many SQL statements each endpoint runs.

Every request reads its API key; the first one of a key also writes when the key was last used. A write opens and
releases a savepoint, because the test itself runs in a transaction. One statement takes the lock of the idempotency
key, and one writes tags, events and the stored answer; but tags are written before the watchers of contacts run, which
may read them.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.contacts.conftest import Upsert
from tests.tenants import Api

Statements = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def statements(ours: Api, django_assert_num_queries: Any) -> Statements:
    """``with statements(7)``: so many are run."""
    ours.get("/v1/contacts")  # writes when the key was last used
    statements: Statements = django_assert_num_queries
    return statements


@pytest.mark.parametrize("number", [1, 50])
def test_list(ours: Api, upsert: Upsert, statements: Statements, number: int) -> None:
    """Key, contacts, tags."""
    for index in range(number):
        upsert(username=f"user{index}", tags=["x", "y"])
    with statements(3):
        assert len(ours.get("/v1/contacts", {"tag": "x"}).json()["data"]) == number


def test_empty_list(ours: Api, statements: Statements) -> None:
    """Key, contacts."""
    with statements(2):
        assert ours.get("/v1/contacts").json()["data"] == []


def test_get(ours: Api, upsert: Upsert, statements: Statements) -> None:
    """Key, contact, tags."""
    contact = upsert(username="sarah", tags=["a", "b"])
    with statements(3):
        ours.get(f"/v1/contacts/{contact['id']}")


def test_upsert_of_a_new_contact(ours: Api, statements: Statements) -> None:
    """Key, savepoint, contact, scoring rules of tags, tags, history of stages, events, answer, release."""
    with statements(7):
        assert ours.post("/v1/contacts", {"username": "sarah", "tags": ["a"]}).status_code == 201


def test_upsert_of_a_known_contact(ours: Api, upsert: Upsert, statements: Statements) -> None:
    """Key, savepoint, the insert that the unique key turns away, contact, its tags, update, new tag, scoring rules,
    enrollments to look at again, event, answer, release."""
    upsert(username="sarah", tags=["a"])
    with statements(12):
        assert ours.post("/v1/contacts", {"username": "sarah", "name": "x", "tags": ["b"]}).status_code == 200


def test_upsert_of_a_known_contact_with_a_new_identity(ours: Api, upsert: Upsert, statements: Statements) -> None:
    """As above without tags, and for the e-mail address: opt-outs, savepoint, release."""
    upsert(username="sarah")
    with statements(13):
        assert ours.post("/v1/contacts", {"username": "sarah", "email": "s@example.com"}).status_code == 200


def test_patch(ours: Api, upsert: Upsert, statements: Statements) -> None:
    """Key, savepoint, contact, its tags, update, removed tag, new tag, scoring rules, enrollments, event,
    answer, release."""
    contact = upsert(username="sarah", tags=["a"])
    with statements(12):
        ours.patch(f"/v1/contacts/{contact['id']}", {"name": "x", "tags": ["b"]})


def test_tags(ours: Api, upsert: Upsert, statements: Statements) -> None:
    """As PATCH."""
    contact = upsert(username="sarah", tags=["a"])
    with statements(12):
        ours.post(f"/v1/contacts/{contact['id']}/tags", {"add": ["b"], "remove": ["a"]})


def test_export(ours: Api, upsert: Upsert, statements: Statements) -> None:
    """Key, contacts, tags, the entry of the audit log; for CSV also custom fields. One chunk has up to 500 contacts.
    And the commit horizon, because the contacts are read in ascending order."""
    for index in range(3):
        upsert(username=f"user{index}")
    for file_format, number in (("ndjson", 5), ("csv", 6)):
        with statements(number):
            assert b"".join(ours.get("/v1/contacts/export", {"format": file_format}).streaming_content).count(b"user2")


def test_custom_fields(ours: Api, custom_fields: None, statements: Statements) -> None:
    """Key, custom fields."""
    with statements(2):
        ours.get("/v1/custom-fields")


@pytest.mark.parametrize("opted_out", [False, True])
def test_delete(ours: Api, upsert: Upsert, statements: Statements, opted_out: bool) -> None:
    """Savepoint, key, savepoint, contact, previews, what saved conditions say, contact, tags, release, ledger; what
    each app erases; tags, contact, audit, release; and the opt-out to keep."""
    contact = upsert(username="sarah", tags=["a"], opted_out=opted_out)
    number = 65 if opted_out else 64
    with statements(number):
        ours.delete(f"/v1/contacts/{contact['id']}")
