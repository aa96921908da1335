"""Inserts that wait for the end of their unit, and guesses that may be wrong. Contacts serve as the rows."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from contacts import repository
from contacts.models import Contact, ContactTag
from contacts.profiles import add_tags
from crmsolid.core.sql import deferred_inserts
from crmsolid.core.unit_of_work import run_in_unit_of_work, unit_of_work
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def contact(cast: Cast, username: str) -> Contact:
    return Contact(workspace_id=cast.workspace.pk, username=username, username_key=username.lower())


def usernames() -> set[str]:
    return set(Contact.unscoped.values_list("username", flat=True))


def test_what_is_gathered_is_written_at_the_end_and_not_before(cast: Cast) -> None:
    def work() -> int:
        repository.contacts.insert_later([contact(cast, "sarah"), contact(cast, "tom")])
        return Contact.unscoped.count()

    assert run_in_unit_of_work(work) == 0
    assert usernames() == {"sarah", "tom"}


def test_without_a_unit_it_is_written_at_once(cast: Cast) -> None:
    with transaction.atomic():
        repository.contacts.insert_later([contact(cast, "sarah")])
        assert usernames() == {"sarah"}


def test_within_a_savepoint_it_is_written_at_once_and_undone_with_it(cast: Cast) -> None:
    def work() -> None:
        repository.contacts.insert_later([contact(cast, "kept")])
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            repository.contacts.insert_later([contact(cast, "undone")])
            assert usernames() == {"undone"}
            raise ZeroDivisionError

    run_in_unit_of_work(work)
    assert usernames() == {"kept"}


def test_a_failing_unit_writes_nothing_and_leaves_the_thread_as_it_was(cast: Cast) -> None:
    def work() -> None:
        repository.contacts.insert_later([contact(cast, "sarah")])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_in_unit_of_work(work)
    assert usernames() == set()
    assert deferred_inserts.current() is None and not connection.in_atomic_block
    run_in_unit_of_work(lambda: repository.contacts.insert_later([contact(cast, "tom")]))
    assert usernames() == {"tom"}


def guessing(cast: Cast, one: Contact, unless: str = "false", tags: Any = ("a", "b")) -> list[bool]:
    """Guess that ``one`` is new, with tags; look when told to. Answers whether it could guess, each time it ran."""
    runs: list[bool] = []

    def work() -> None:
        runs.append(deferred_inserts.may_guess())
        if deferred_inserts.may_guess():
            repository.contacts.guess(one, unless, [])
            add_tags(one, tags)

    run_in_unit_of_work(work)
    return runs


def test_a_right_guess_is_written_with_all_that_belongs_to_it(cast: Cast) -> None:
    one = contact(cast, "sarah")
    assert guessing(cast, one) == [True]
    assert set(ContactTag.unscoped.values_list("contact_id", "name")) == {(one.id, "a"), (one.id, "b")}
    assert connection.get_autocommit() and not connection.in_atomic_block


@pytest.mark.parametrize("unless", ["false", "true"])
def test_a_wrong_guess_writes_nothing_and_the_unit_runs_once_more(cast: Cast, unless: str) -> None:
    if unless == "false":
        contact(cast, "SARAH").save()
    before = usernames()
    assert guessing(cast, contact(cast, "sarah"), unless) == [True, False]
    assert usernames() == before
    assert not ContactTag.unscoped.exists()
    assert connection.get_autocommit()


def test_what_collides_behind_a_right_guess_undoes_the_guess_too(cast: Cast) -> None:
    """In a transaction of one statement as in one of many."""
    taken, one = contact(cast, "tom"), contact(cast, "sarah")
    taken.save()

    def work() -> None:
        repository.contacts.guess(one, "false", [])
        repository.contacts.insert_later([contact(cast, "tom")])

    with pytest.raises(IntegrityError):
        run_in_unit_of_work(work)
    assert usernames() == {"tom"}
    assert connection.get_autocommit()
    assert guessing(cast, one) == [True]


def test_a_guess_joins_a_transaction_that_has_begun(cast: Cast) -> None:
    one = contact(cast, "sarah")

    def work() -> None:
        Contact.unscoped.count()
        contact(cast, "before").save()
        if deferred_inserts.may_guess():
            repository.contacts.guess(one, "false", [])
        raise_later.append(1)

    raise_later: list[int] = []
    run_in_unit_of_work(work)
    assert usernames() == {"before", "sarah"} and raise_later == [1]
    contact(cast, "other").save()
    one = contact(cast, "other")
    Contact.unscoped.filter(username="before").delete()
    run_in_unit_of_work(work)
    assert usernames() == {"before", "other", "sarah"} and raise_later == [1, 1, 1]


def test_nobody_guesses_outside_of_such_a_unit(cast: Cast) -> None:
    with pytest.raises(RuntimeError), unit_of_work():
        repository.contacts.guess(contact(cast, "sarah"), "false", [])
    assert usernames() == set()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's driver begins every transaction itself")
def test_one_statement_is_the_whole_transaction(cast: Cast, tmp_path: Path) -> None:
    """No BEGIN and no COMMIT is sent, and the claim that was to come with BEGIN is not needed."""
    guessing(cast, contact(cast, "warm"))
    guess = contact(cast, "sarah")
    assert said(tmp_path, lambda: guessing(cast, guess)) == ["prepared"]
    assert "sarah" in usernames()
    first, second = contact(cast, "tim"), contact(cast, "tom")
    run_in_unit_of_work(lambda: repository.contacts.insert_later([first]))
    later = said(tmp_path, lambda: run_in_unit_of_work(lambda: repository.contacts.insert_later([second])))
    assert later == ["BEGIN", "prepared", "COMMIT"]


def said(folder: Path, work: Callable[[], object]) -> list[str]:
    """What PostgreSQL is told meanwhile, by libpq's own trace."""
    raw: Any = connection.connection
    with (folder / "trace").open("w+") as trace:
        raw.pgconn.trace(trace.fileno())
        work()
        raw.pgconn.untrace()
        trace.seek(0)
        sent = re.findall(r'\tF\t\d+\t(?:Query|Parse|Bind)\t (?:"" )?"(\w+)', trace.read())
    return ["prepared" if text.startswith("crmsolid_") else text for text in sent]
