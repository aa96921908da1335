"""The unit of work and the inserts that wait for its end. Contacts serve as the rows."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.db import connection, transaction

from contacts.models import Contact
from crmsolid.core.unit_of_work import insert_later, unit_of_work
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db(transaction=True)


def contact(tenants: Tenants, username: str) -> Contact:
    return Contact(workspace_id=tenants.workspace.pk, username=username, username_key=username.lower())


T = TypeVar("T")


def run(work: Callable[[], T]) -> T:
    with unit_of_work():
        return work()


def usernames() -> set[str]:
    return set(Contact.unscoped.values_list("username", flat=True))


def test_deferred_rows_are_written_at_the_end_of_the_unit(tenants: Tenants) -> None:
    def work() -> int:
        insert_later(contact(tenants, "sarah"), contact(tenants, "tom"))
        return Contact.unscoped.count()

    assert run(work) == 0
    assert usernames() == {"sarah", "tom"}


def test_rows_are_written_at_once_outside_a_unit(tenants: Tenants) -> None:
    with transaction.atomic():
        insert_later(contact(tenants, "sarah"))
        assert usernames() == {"sarah"}


def test_rows_within_a_savepoint_are_written_at_once_and_rolled_back_with_it(tenants: Tenants) -> None:
    def work() -> None:
        insert_later(contact(tenants, "kept"))
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            insert_later(contact(tenants, "undone"))
            assert usernames() == {"undone"}
            raise ZeroDivisionError

    run(work)
    assert usernames() == {"kept"}


def test_unit_that_fails_writes_nothing_and_the_next_one_works(tenants: Tenants) -> None:
    def work() -> None:
        insert_later(contact(tenants, "sarah"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(work)
    assert usernames() == set()
    assert not connection.in_atomic_block
    run(lambda: insert_later(contact(tenants, "tom")))
    assert usernames() == {"tom"}


def test_a_unit_of_deferred_inserts_is_three_round_trips(tenants: Tenants, tmp_path: Path) -> None:
    first, second = contact(tenants, "tim"), contact(tenants, "tom")
    run(lambda: insert_later(first))
    sent = statements_sent(tmp_path, lambda: run(lambda: insert_later(second)))
    assert sent == ["BEGIN", "prepared", "COMMIT"]


def statements_sent(folder: Path, work: Callable[[], object]) -> list[str]:
    """What is sent to PostgreSQL during ``work``, by libpq's own trace."""
    raw: Any = connection.connection
    with (folder / "trace").open("w+") as trace:
        raw.pgconn.trace(trace.fileno())
        work()
        raw.pgconn.untrace()
        trace.seek(0)
        sent = re.findall(r'\tF\t\d+\t(?:Query|Parse|Bind)\t (?:"" )?"(\w+)', trace.read())
    return ["prepared" if text.startswith("crmsolid_") else text for text in sent]
