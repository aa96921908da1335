"""Pages in ascending order of a time: a row that is committed late is never skipped, and no row comes twice. Who comes
back with ``synced_until`` misses none either."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections, transaction

from contacts.models import Contact
from crmsolid.api import pagination
from crmsolid.core import clock
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/v1/contacts"


@pytest.fixture
def create(tenants: Tenants) -> Callable[..., str]:
    """Creates a contact of this name, in the transaction of the caller; returns its id."""

    def create_contact(name: str, **fields: Any) -> str:
        return str(Contact.unscoped.create(**{"workspace": tenants.workspace, "name": name, **fields}).pk)

    return create_contact


class PendingTransaction:
    """Creates or changes a contact in another connection and commits it when the test says so."""

    def __init__(self, create: Callable[[], Any]) -> None:
        self._create, self._created, self._may_commit = create, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._created.wait(20)

    def _run(self) -> None:
        try:
            with transaction.atomic():
                self._create()
                self._created.set()
                assert self._may_commit.wait(20)
        finally:
            connections.close_all()

    def commit(self) -> None:
        self._may_commit.set()
        self._thread.join(20)


@pytest.fixture
def hold() -> Iterator[Callable[[Callable[[], Any]], PendingTransaction]]:
    """Does something in a transaction that stays open until the test commits it, or ends."""
    started: list[PendingTransaction] = []

    def start(work: Callable[[], Any]) -> PendingTransaction:
        started.append(PendingTransaction(work))
        return started[-1]

    yield start
    for transaction_in_progress in started:
        transaction_in_progress.commit()


@pytest.fixture
def pending(
    create: Callable[..., str], hold: Callable[[Callable[[], Any]], PendingTransaction]
) -> Callable[..., PendingTransaction]:
    """Creates a contact of this name in such a transaction."""
    return lambda name, **fields: hold(partial(create, name, **fields))


def names(answer: Any) -> list[str]:
    return [row["name"] for row in answer["data"]]


def follow(client: Api, cursor: str | None, limit: int, sort: str = "created_at") -> list[str]:
    """The names on all pages from the cursor to the end."""
    seen: list[str] = []
    while cursor is not None:
        answer = client.get(PATH, {"sort": sort, "limit": limit, "cursor": cursor}).json()
        seen += names(answer)
        cursor = answer["next_cursor"]
    return seen


def test_row_that_commits_after_a_page_has_passed_it_is_on_a_later_page(
    api: Api, tenants: Tenants, create: Callable[..., str], pending: Callable[[str], PendingTransaction]
) -> None:
    client = api(tenants.key())
    create("first")
    late = pending("late")
    for name in ("second", "third"):
        create(name)
    page = client.get(PATH, {"sort": "created_at", "limit": 2}).json()
    assert names(page) == ["first", "second"]
    late.commit()
    assert follow(client, page["next_cursor"], 1) == ["late", "third"]


def test_last_page_has_every_committed_row_while_a_transaction_is_pending(
    api: Api, tenants: Tenants, create: Callable[..., str], pending: Callable[[str], PendingTransaction]
) -> None:
    pending("late")
    create("first")
    page = api(tenants.key()).get(PATH, {"sort": "created_at"}).json()
    assert (names(page), page["next_cursor"]) == (["first"], None)


def test_rows_long_before_the_horizon_are_paged_by_position_alone(
    api: Api, tenants: Tenants, create: Callable[..., str]
) -> None:
    now, client = clock.now(), api(tenants.key())
    for number in range(5):
        create(f"{number}", created_at=now - timedelta(days=1, seconds=-number))
    page = client.get(PATH, {"sort": "created_at", "limit": 2}).json()
    assert names(page) == ["0", "1"]
    assert len(page["next_cursor"]) < 170
    assert follow(client, page["next_cursor"], 2) == ["2", "3", "4"]


def test_row_that_was_updated_after_it_was_returned_is_returned_again(
    api: Api, tenants: Tenants, create: Callable[..., str]
) -> None:
    client, first = api(tenants.key()), create("first")
    for name in ("second", "third"):
        create(name)
    page = client.get(PATH, {"sort": "updated_at", "limit": 2}).json()
    assert names(page) == ["first", "second"]
    client.patch(f"{PATH}/{first}", {"email": "first@example.com"})
    assert follow(client, page["next_cursor"], 1, "updated_at") == ["third", "first"]


def test_page_waits_for_the_horizon_when_the_cursor_cannot_remember_more_rows(
    api: Api,
    tenants: Tenants,
    create: Callable[..., str],
    pending: Callable[[str], PendingTransaction],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pagination, "MAX_REMEMBERED", 3)
    client = api(tenants.key())
    late = pending("late")
    for number in range(8):
        create(f"{number}")
    first = client.get(PATH, {"sort": "created_at", "limit": 2}).json()
    second = client.get(PATH, {"sort": "created_at", "limit": 2, "cursor": first["next_cursor"]}).json()
    third = client.get(PATH, {"sort": "created_at", "limit": 2, "cursor": second["next_cursor"]}).json()
    assert [names(page) for page in (first, second, third)] == [["0", "1"], ["2"], []]
    late.commit()
    assert follow(client, third["next_cursor"], 2) == ["late", "3", "4", "5", "6", "7"]


def test_concurrent_writers_are_paged_completely_and_without_repetition(
    api: Api, tenants: Tenants, create: Callable[..., str]
) -> None:
    """Twelve transactions at a time insert and commit in different orders while one client pages behind them."""
    generator, writing = random.Random(9), threading.Semaphore(12)
    all_started = threading.Event()

    def write(name: str, others_first: threading.Event) -> None:
        try:
            with writing, transaction.atomic():
                create(name)
                others_first.wait(0.2)
        finally:
            connections.close_all()

    events = [threading.Event() for _ in range(60)]
    threads = [threading.Thread(target=write, args=(f"{n}", events[n])) for n in range(60)]

    def run_writers() -> None:
        for thread, event in zip(threads, generator.sample(events, 60), strict=True):
            thread.start()
            event.set()
        all_started.set()

    runner = threading.Thread(target=run_writers)
    runner.start()
    client, seen, cursor = api(tenants.key()), list[str](), None
    while not all_started.is_set() or any(thread.is_alive() for thread in threads):
        query = {"sort": "created_at", "limit": 3} | ({"cursor": cursor} if cursor else {})
        answer = client.get(PATH, query).json()
        if answer["next_cursor"] is not None:  # the rows of a last page come again below
            seen += names(answer)
            cursor = answer["next_cursor"]
    runner.join(20)
    remaining = follow(client, cursor, 3) if cursor else names(client.get(PATH, {"sort": "created_at"}).json())
    assert sorted(map(int, seen + remaining)) == list(range(60))


# --- synced_until -----------------------------------------------------------------------------------------------------
# By how much times on one machine differ. With the product's margin these tests would take as long as that.
CLOCKS_ALONE = timedelta(seconds=2 * clock.TOLERANCE_SECONDS)


@pytest.fixture
def no_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagination, "SYNC_MARGIN", CLOCKS_ALONE)


def sync(client: Api, since: str | None) -> tuple[list[Any], str]:
    """The contacts that were changed from this instant on, and the instant with which to come back."""
    query: dict[str, Any] = {"sort": "updated_at", "limit": 20} | ({"updated_since": since} if since else {})
    answer, rows = client.get(PATH, query).json(), list[Any]()
    while answer["next_cursor"] is not None:
        assert "synced_until" not in answer
        rows += answer["data"]
        answer = client.get(PATH, query | {"cursor": answer["next_cursor"]}).json()
    return rows + answer["data"], answer["synced_until"]


@pytest.mark.parametrize("side", ["workspace", "twin"])
def test_open_transaction_holds_synced_until_back(
    api: Api,
    tenants: Tenants,
    create: Callable[..., str],
    pending: Callable[..., PendingTransaction],
    no_margin: None,
    side: str,
) -> None:
    workspace = getattr(tenants, side)
    client = api(tenants.key(workspace=workspace))
    late = pending("late", workspace=workspace)
    began = clock.now()
    for _ in range(3):
        create("in between", workspace=workspace)
        time.sleep(CLOCKS_ALONE.total_seconds())
    rows, since = sync(client, None)
    assert {row["name"] for row in rows} == {"in between"}
    assert datetime.fromisoformat(since) < began
    late.commit()
    rows, since = sync(client, since)
    assert "late" in [row["name"] for row in rows]
    assert datetime.fromisoformat(since) > began


def test_client_that_comes_back_with_synced_until_misses_no_late_commit(
    api: Api,
    tenants: Tenants,
    create: Callable[..., str],
    hold: Callable[[Callable[[], Any]], PendingTransaction],
    no_margin: None,
) -> None:
    """Transactions create and change contacts, and commit in any order and up to ten rounds late. A client that comes
    back with the latest time that it has seen misses some of them."""
    generator, client = random.Random(10), api(tenants.key())
    old = [create(f"{number}") for number in range(30)]
    late: list[tuple[int, PendingTransaction]] = []
    seen, seen_by_latest, since, latest = dict[str, str](), dict[str, str](), None, None

    def change(contact_id: str) -> None:
        contact = Contact.unscoped.select_for_update().get(pk=contact_id)
        contact.updated_at = clock.now()
        contact.save(update_fields=["updated_at"])

    for number in range(40):
        if number < len(old):
            for work in (partial(change, old[number]), partial(create, "new")):
                late.append((number + generator.randint(1, 10), hold(work)))
            create("at once")
        for due, each in late:
            if due == number:
                each.commit()
        rows, since = sync(client, since)
        seen |= {row["id"]: row["updated_at"] for row in rows}
        rows, _ = sync(client, latest)
        seen_by_latest |= {row["id"]: row["updated_at"] for row in rows}
        latest = max(seen_by_latest.values())
    stored = Contact.objects.for_workspace(tenants.workspace).values_list("pk", "updated_at")
    expected = {pk: clock.rfc3339(updated_at) for pk, updated_at in stored}
    assert len(expected) == 3 * len(old)
    assert seen == expected
    assert seen_by_latest != expected


@pytest.mark.parametrize("sort", ["created_at", "updated_at"])
def test_synced_until_is_of_the_time_before_the_first_page(
    api: Api, tenants: Tenants, create: Callable[..., str], no_margin: None, sort: str
) -> None:
    """A contact of the first page is changed before the next is read, and one appears that is dated a little earlier,
    as after a correction of the clock."""
    client, past = api(tenants.key()), clock.now() - timedelta(hours=1)
    changed, *_ = [create(f"{number}", created_at=past, updated_at=past) for number in range(3)]
    first = client.get(PATH, {"sort": sort, "limit": 2}).json()
    early = clock.now() - CLOCKS_ALONE / 2
    client.patch(f"{PATH}/{changed}", {"name": "changed"})
    create("early", created_at=early, updated_at=early)
    while clock.now() < early + 4 * CLOCKS_ALONE:
        time.sleep(0.01)
    since = follow_to_end(client, sort, first["next_cursor"])["synced_until"]
    rows, _ = sync(client, since)
    assert {"changed", "early"} <= {row["name"] for row in rows}


def follow_to_end(client: Api, sort: str, cursor: str | None) -> Any:
    """The last page."""
    answer: Any = {"next_cursor": cursor}
    while answer["next_cursor"] is not None:
        answer = client.get(PATH, {"sort": sort, "limit": 2, "cursor": answer["next_cursor"]}).json()
    return answer


@pytest.mark.parametrize("on_replica", [[True, False], [False, True], [False, False]])
def test_list_of_which_a_page_was_read_on_a_replica_has_no_synced_until(
    api: Api, tenants: Tenants, create: Callable[..., str], monkeypatch: pytest.MonkeyPatch, on_replica: list[bool]
) -> None:
    client, horizon = api(tenants.key()), pagination._HORIZON
    for number in range(2):
        create(f"{number}")
    answer: Any = {"next_cursor": None}
    for is_replica in on_replica:
        monkeypatch.setattr(pagination, "_HORIZON", horizon.replace("pg_is_in_recovery()", str(is_replica)))
        cursor = {"cursor": answer["next_cursor"]} if answer["next_cursor"] else {}
        answer = client.get(PATH, {"sort": "updated_at", "limit": 1, **cursor}).json()
    assert answer["next_cursor"] is None
    assert ("synced_until" in answer) is not any(on_replica)


def test_idle_connection_does_not_hold_synced_until_back(api: Api, tenants: Tenants, no_margin: None) -> None:
    idle = connection.copy()
    try:
        idle.ensure_connection()
        began = clock.now()
        _, since = sync(api(tenants.key()), None)
        assert datetime.fromisoformat(since) > began - 2 * CLOCKS_ALONE
    finally:
        idle.close()


def test_updated_since_is_inclusive(api: Api, tenants: Tenants, create: Callable[..., str]) -> None:
    client, now = api(tenants.key()), clock.now()
    for microseconds in (-1, 0, 1):
        create(f"{microseconds}", updated_at=now + timedelta(microseconds=microseconds))
    rows, _ = sync(client, clock.rfc3339(now))
    assert [row["name"] for row in rows] == ["0", "1"]


def test_only_the_last_page_in_ascending_order_of_a_time_has_synced_until_and_no_page_needs_another_statement(
    api: Api, tenants: Tenants, create: Callable[..., str], django_assert_num_queries: Any
) -> None:
    """Key, contacts, tags, and the commit horizon, which pages that ascend read anyway."""
    client = api(tenants.key())
    segment = client.post("/v1/segments", {"name": "New", "filter": {"field": "stage", "op": "is", "value": "new"}})
    for number in range(3):
        create(f"{number}")
    for query, statements, is_synced in (
        ({"sort": "updated_at"}, 4, True),
        ({"sort": "created_at"}, 4, True),
        ({"sort": "updated_at", "limit": 2}, 4, False),
        ({"sort": "-updated_at"}, 3, False),
        ({"sort": "name"}, 3, False),
    ):
        with django_assert_num_queries(statements):
            assert ("synced_until" in client.get(PATH, query).json()) is is_synced
    for path, query in (
        (PATH, {"sort": "updated_at", "segment": segment.json()["id"]}),  # who is in it may depend on the time alone
        ("/v1/messages", {"sort": "created_at"}),  # dated by Telegram
        ("/v1/accounts", {}),
    ):
        answer = client.get(path, query).json()
        assert (answer["next_cursor"], answer.get("synced_until")) == (None, None)
