"""Search in the texts of messages."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from messaging import searching
from messaging.models import Account, Message, Thread
from messaging.searching import search_messages
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread(sandbox: Account) -> Thread:
    contact = Contact.unscoped.create(workspace_id=sandbox.workspace_id, name="Sarah", search="sarah")
    thread: Thread = Thread.unscoped.create(workspace_id=sandbox.workspace_id, account=sandbox, contact=contact)
    return thread


def write(thread: Thread, *texts: str, status: str = "received", days_ago: float = 0) -> None:
    for number, text in enumerate(texts):
        Message.unscoped.create(
            workspace_id=thread.workspace_id,
            account=thread.account,
            thread=thread,
            contact=thread.contact,
            direction="in" if status == "received" else "out",
            status=status,
            text=text,
            eta=clock.now(),
            created_at=clock.now() - timedelta(days=days_ago, seconds=len(texts) - number),
        )


def found(tenants: Tenants, text: str, *, limit: int = 10) -> list[str]:
    return [
        each.text for each in search_messages(Actor.command(tenants.workspace, "tests"), text, limit=limit).messages
    ]


@pytest.mark.parametrize("scanned", [searching.NEWEST, 1], ids=["among the newest", "by the index"])
@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("пал", "Где моя ПАЛЬМА?"),
        ("пальма где", "Где моя ПАЛЬМА?"),
        ("boil", "The amber lamp on the boiler"),
        ("LAMP am", "The amber lamp on the boiler"),
        ("example", "write to sarah_m@mail.example.com"),
        ("sarah m", "write to sarah_m@mail.example.com"),
        ("12 5", "12.50 for <b>both</b>"),
        ("both", "12.50 for <b>both</b>"),
        ("שלו", "שלום לך"),
        ("don't", "Don't"),
    ],
)
def test_words_are_found_by_how_they_begin(
    tenants: Tenants, thread: Thread, monkeypatch: pytest.MonkeyPatch, scanned: int, words: str, text: str
) -> None:
    monkeypatch.setattr(searching, "NEWEST", scanned)
    write(thread, text, "Nothing of it", "Hello")
    assert found(tenants, words) == [text]


@pytest.mark.parametrize("words", ["oiler", "lamps", "amber zebra", "'", "!", "& |", ""])
def test_what_no_word_begins_with_is_not_found(
    tenants: Tenants, thread: Thread, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setattr(searching, "NEWEST", 1)
    write(thread, "The amber lamp on the boiler", "Hello")
    assert found(tenants, words) == []


@pytest.mark.parametrize("scanned", [searching.NEWEST, 2])
def test_newest_come_first_without_what_is_not_sent_yet(
    tenants: Tenants, thread: Thread, monkeypatch: pytest.MonkeyPatch, scanned: int
) -> None:
    monkeypatch.setattr(searching, "NEWEST", scanned)
    write(thread, "lamp 1", days_ago=400)
    write(thread, "lamp 2", days_ago=20)
    write(thread, "lamp planned", status="queued")
    write(thread, "lamp 3", "lamp 4", status="sent")
    assert found(tenants, "lamp") == ["lamp 4", "lamp 3", "lamp 2", "lamp 1"]
    assert found(tenants, "lamp", limit=3) == ["lamp 4", "lamp 3", "lamp 2"]


def test_messages_of_another_workspace_and_erased_ones_are_not_found(
    tenants: Tenants, thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "NEWEST", 1)
    write(thread, "lamp 1", "lamp 2")
    other = search_messages(Actor.command(tenants.other, "tests"), "lamp", limit=10)
    assert (list(other.messages), other.is_partial) == ([], False)
    thread.contact.delete()
    assert found(tenants, "lamp") == []


def test_a_search_that_takes_too_long_has_found_what_is_new(
    tenants: Tenants, thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "NEWEST", 2)
    monkeypatch.setattr(searching, "SECONDS", 0.001)
    write(thread, "lamp old", days_ago=9)
    write(thread, "lamp new", "Hello")

    def slow(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        is_by_index = "to_tsquery" in sql and "setweight" not in sql
        return execute(f"SELECT pg_sleep(1), * FROM ({sql}) AS slow" if is_by_index else sql, params, many, context)

    with connection.execute_wrapper(slow):
        answer = search_messages(Actor.command(tenants.workspace, "tests"), "lamp", limit=10)
    assert ([each.text for each in answer.messages], answer.is_partial) == (["lamp new"], True)


def test_what_is_planned_counts_among_the_newest_that_are_read(
    tenants: Tenants, thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broadcast may have planned any number of messages; all of them would be read to find older ones."""
    monkeypatch.setattr(searching, "NEWEST", 2)
    write(thread, "lamp old", days_ago=9)
    write(thread, "lamp planned", "lamp planned", status="queued")
    with CaptureQueriesContext(connection) as queries:
        assert found(tenants, "lamp") == ["lamp old"]
    [read] = [each["sql"] for each in queries if "setweight" in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(read)
        assert cursor.fetchall() == []


def test_index_is_used_and_people_are_read_at_once(
    tenants: Tenants, thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "NEWEST", 1)
    write(thread, *(f"lamp {number}" for number in range(5)))
    actor = Actor.command(tenants.workspace, "tests")
    with CaptureQueriesContext(connection) as queries:
        assert {each.contact.name for each in search_messages(actor, "lamp", limit=5).messages} == {"Sarah"}
    assert len(queries) <= 12
    indexed = [each["sql"] for each in queries if "to_tsquery" in each["sql"] and "setweight" not in each["sql"]]
    # In a small table PostgreSQL takes the index of the workspace, if it may.
    everywhere = re.sub(r'"messaging_message"."workspace_id" = \d+ AND ', "", indexed[-1])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {everywhere}")
        assert "message_words" in str(cursor.fetchall())
