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
from tests.api.assertions import assert_problem
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread(sandbox: Account) -> Thread:
    contact = Contact.unscoped.create(workspace_id=sandbox.workspace_id, name="Sarah", search="sarah")
    thread: Thread = Thread.unscoped.create(workspace_id=sandbox.workspace_id, account=sandbox, contact=contact)
    return thread


@pytest.fixture
def ours(api: Api, tenants: Tenants) -> Api:
    return api(tenants.key())


@pytest.fixture
def theirs(api: Api, tenants: Tenants) -> Api:
    return api(tenants.key(workspace=tenants.other))


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


# --- GET /v1/messages?search= -----------------------------------------------------------------------------------------
def listed(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [message["text"] for message in answer.json()["data"]]


def listed_on_all_pages(api: Api, **query: Any) -> list[str]:
    texts: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = api.get("/v1/messages", {**query, **cursor})
        texts += listed(answer)
        if answer.json()["next_cursor"] is None:
            return texts
        cursor = {"cursor": answer.json()["next_cursor"]}


@pytest.mark.parametrize("scanned", [searching.NEWEST, 2, 1])
@pytest.mark.parametrize("limit", [1, 2, 50])
def test_pages_of_a_search_have_every_message_once(
    ours: Api, thread: Thread, monkeypatch: pytest.MonkeyPatch, scanned: int, limit: int
) -> None:
    monkeypatch.setattr(searching, "NEWEST", scanned)
    for days, text in (
        (400, "lamp 1"),
        (20, "Amber LAMPS 2"),
        (10, "other"),
        (3, "lamp 3"),
        (2, "other"),
        (1, "4 lamp"),
    ):
        write(thread, text, days_ago=days)
    write(thread, "lamp queued", status="queued")
    found = ["4 lamp", "lamp 3", "Amber LAMPS 2", "lamp 1"]
    assert listed_on_all_pages(ours, search="lamp", limit=limit) == found
    assert listed_on_all_pages(ours, search="lamp", limit=limit, sort="created_at") == found[::-1]
    assert listed_on_all_pages(ours, search="lam AMB", limit=limit) == ["Amber LAMPS 2"]


def test_search_is_within_the_other_filters(ours: Api, theirs: Api, sandbox: Account, thread: Thread) -> None:
    other = Contact.unscoped.create(workspace_id=sandbox.workspace_id, name="Ada", search="ada")
    write(Thread.unscoped.create(workspace_id=sandbox.workspace_id, account=sandbox, contact=other), "lamp of Ada")
    write(thread, "lamp of Sarah", days_ago=1)
    write(thread, "lamp sent to Sarah", status="sent", days_ago=2)
    since = clock.rfc3339(clock.now() - timedelta(days=1, hours=1))

    def found(**filters: Any) -> list[str]:
        return listed(ours.get("/v1/messages", {"search": "lamp", **filters}))

    assert found() == ["lamp of Ada", "lamp of Sarah", "lamp sent to Sarah"]
    assert found(contact_id=other.pk) == ["lamp of Ada"]
    assert found(thread_id=thread.pk) == ["lamp of Sarah", "lamp sent to Sarah"]
    assert found(account_id=sandbox.pk, direction="out") == ["lamp sent to Sarah"]
    assert found(account_id=sandbox.pk + 1) == []
    assert found(since=since) == ["lamp of Ada", "lamp of Sarah"]
    assert found(until=since, status="sent") == ["lamp sent to Sarah"]
    assert found(status="queued") == []
    assert listed(theirs.get("/v1/messages", {"search": "lamp"})) == []


@pytest.mark.parametrize("scanned", [searching.NEWEST, 1])
def test_deleted_and_erased_texts_are_not_listed(
    ours: Api, thread: Thread, monkeypatch: pytest.MonkeyPatch, scanned: int
) -> None:
    monkeypatch.setattr(searching, "NEWEST", scanned)
    write(thread, "lamp 1", "lamp 2")
    Message.unscoped.filter(text="lamp 1").update(deleted_at=clock.now())
    assert listed(ours.get("/v1/messages", {"search": "lamp"})) == ["lamp 2"]
    assert ours.delete(f"/v1/contacts/{thread.contact_id}").status_code == 204
    assert listed(ours.get("/v1/messages", {"search": "lamp"})) == []


def test_cursor_of_a_search_works_only_with_its_words(ours: Api, thread: Thread) -> None:
    write(thread, "lamp 1", "lamp 2")
    cursor = ours.get("/v1/messages", {"search": "lamp", "limit": 1}).json()["next_cursor"]
    for query in ({}, {"search": "lam"}):
        assert_problem(ours.get("/v1/messages", {**query, "cursor": cursor}), "invalid_cursor")
    assert listed(ours.get("/v1/messages", {"search": "lamp", "limit": 1, "cursor": cursor})) == ["lamp 1"]


@pytest.mark.parametrize("text", ["", "a\0b", "s" * 201])
def test_text_that_cannot_be_searched_is_refused(ours: Api, text: str) -> None:
    problem = assert_problem(ours.get("/v1/messages", {"search": text}), "invalid_parameter")
    assert [error["field"] for error in problem["errors"]] == ["search"]


def test_text_without_a_word_finds_nothing(ours: Api, thread: Thread) -> None:
    write(thread, "lamp!")
    assert listed(ours.get("/v1/messages", {"search": "!"})) == []


def test_list_by_a_search_that_takes_too_long_is_refused(
    ours: Api, thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "NEWEST", 1)
    monkeypatch.setattr(searching, "PAGE_SECONDS", 0.05)
    write(thread, "lamp old", "Hello")

    def slow(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        is_by_index = "to_tsquery" in sql and "setweight" not in sql
        return execute(f"SELECT pg_sleep(60), * FROM ({sql}) AS slow" if is_by_index else sql, params, many, context)

    with connection.execute_wrapper(slow):
        assert_problem(ours.get("/v1/messages", {"search": "lamp"}), "filter_too_costly")


def test_list_by_a_search_uses_the_index(ours: Api, thread: Thread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "NEWEST", 1)
    write(thread, *(f"lamp {number}" for number in range(5)))
    ours.get("/v1/messages")
    with CaptureQueriesContext(connection) as queries:
        assert len(listed(ours.get("/v1/messages", {"search": "lamp"}))) == 5
    indexed = [each["sql"] for each in queries if "to_tsquery" in each["sql"] and "setweight" not in each["sql"]]
    everywhere = re.sub(r'"messaging_message"."workspace_id" = \d+ AND ', "", indexed[-1])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {everywhere}")
        assert "message_words" in str(cursor.fetchall())
