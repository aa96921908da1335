"""Positions follow the order of commits: a reader who goes on from the last one it saw gets all, none twice."""

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
from django.db import connection, connections, transaction

from crmsolid.events import feed
from crmsolid.events.catalogue import event_type
from crmsolid.events.models import Event
from crmsolid.events.publishing import Occurrence, publish, publish_all
from tests.cast import Cast

SENT = ("message.sent",)


def happen(cast: Cast, number: int = 0) -> str:
    with transaction.atomic():
        return publish(cast.workspace, event_type("message.sent"), {"number": number})


def read_all(after: int = 0) -> list[str]:
    """Ids in the order of the feed, beyond a position."""
    found = feed.read(after=after, types=SENT)
    by_position = dict(Event.unscoped.values_list("position", "pk"))
    return [by_position[entry.position] for entry in found]


@pytest.fixture
def placed() -> Iterator[list[list[str]]]:
    """What the listeners of the feed were told."""
    told: list[list[str]] = []

    def listen(batch: Sequence[feed.Placed], hand: object) -> None:
        told.append([event.id for event in batch])

    feed.on_placed(listen)
    yield told
    feed._place_listeners.remove(listen)


def test_an_event_has_no_place_before_it_is_given_one(cast: Cast) -> None:
    made = [happen(cast, number) for number in range(3)]
    before = feed.last_position()
    assert read_all() == []
    assert feed.place_events() == 3
    assert read_all() == made
    assert [entry.position for entry in feed.read(after=0, types=SENT)] == [before + 1, before + 2, before + 3]
    assert feed.last_position() == before + 3
    assert feed.place_events() == 0


def test_a_cause_with_several_events_keeps_their_order(cast: Cast) -> None:
    with transaction.atomic():
        made = publish_all(cast.workspace, [Occurrence(event_type("message.sent"), {"n": n}) for n in range(20)])
    feed.place_events()
    assert read_all() == made


def test_reading_goes_on_from_a_position(cast: Cast) -> None:
    made = [happen(cast, number) for number in range(4)]
    feed.place_events()
    second = feed.read(after=0, types=SENT)[1].position
    assert read_all(after=second) == made[2:]
    assert [entry.position for entry in feed.read(after=second, types=SENT, limit=1)] == [second + 1]


def test_a_reader_gets_its_workspace_its_types_and_nothing_emptied(cast: Cast) -> None:
    with transaction.atomic():
        mine = publish(cast.workspace, event_type("message.sent"), {})
        publish(cast.workspace, event_type("contact.created"), {})
        publish(cast.other, event_type("message.sent"), {})
        emptied = publish(cast.workspace, event_type("message.sent"), {})
    feed.place_events()
    Event.unscoped.filter(pk=emptied).update(body=b"")
    [entry] = feed.read(after=0, types=SENT, workspace_id=cast.workspace.pk)
    assert entry.body == bytes(Event.unscoped.get(pk=mine).body)
    assert (entry.type, entry.workspace_id) == ("message.sent", cast.workspace.pk)


def test_more_than_a_batch_is_placed_batch_by_batch(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "BATCH", 3)
    made = [happen(cast, number) for number in range(7)]
    assert [feed.place_events() for _ in range(4)] == [3, 3, 1, 0]
    assert read_all() == made


def test_listeners_see_each_event_once(cast: Cast, placed: list[list[str]]) -> None:
    first = [happen(cast), happen(cast)]
    feed.place_events()
    feed.place_events()
    second = happen(cast)
    feed.place_events()
    assert placed == [first, [second]]


def test_a_listener_that_fails_leaves_the_events_to_be_placed_again(cast: Cast) -> None:
    made = happen(cast)

    def broken(batch: object, hand: object) -> None:
        raise ZeroDivisionError

    feed.on_placed(broken)
    try:
        with pytest.raises(ZeroDivisionError):
            feed.place_events()
    finally:
        feed._place_listeners.remove(broken)
    assert read_all() == []
    assert feed.place_events() == 1
    assert read_all() == [made]


def test_publish_belongs_into_a_transaction_and_knows_its_types(cast: Cast) -> None:
    with pytest.raises(ValueError, match=r"message\.lost"), transaction.atomic():
        publish(cast.workspace, event_type("message.lost"), {})
    assert Event.unscoped.count() == 0


@pytest.mark.django_db(transaction=True)
def test_no_commit_no_event(cast: Cast) -> None:
    with pytest.raises(RuntimeError):
        publish(cast.workspace, event_type("message.sent"), {})
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish(cast.workspace, event_type("message.sent"), {})
        raise ZeroDivisionError
    assert feed.place_events() == 0


def _in_thread(work: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_a_late_commit_gets_a_later_position(cast: Cast) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: two transactions at once")
    written, commit = threading.Event(), threading.Event()
    late: list[str] = []

    def slow() -> None:
        with transaction.atomic():
            late.append(publish(cast.workspace, event_type("message.sent"), {"late": True}))
            written.set()
            assert commit.wait(20)

    thread = _in_thread(slow)
    assert written.wait(20)
    early = [happen(cast, number) for number in range(3)]
    assert feed.place_events() == 3
    seen = feed.read(after=0, types=SENT)
    assert read_all() == early
    commit.set()
    thread.join(20)
    assert feed.place_events() == 1
    assert read_all(after=seen[-1].position) == late
    assert Event.unscoped.get(pk=late[0]).created_at < Event.unscoped.get(pk=early[0]).created_at


@pytest.mark.django_db(transaction=True)
def test_many_writers_and_placers_at_once_place_each_event_once(cast: Cast, placed: list[list[str]]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: two transactions at once")

    def work() -> None:
        for number in range(15):
            happen(cast, number)
            feed.place_events()

    for thread in [_in_thread(work) for _ in range(4)]:
        thread.join(60)
    while feed.place_events():
        pass
    positions = sorted(event.position or 0 for event in Event.unscoped.all())
    assert positions == list(range(positions[0], positions[0] + 60))
    assert sorted(name for batch in placed for name in batch) == sorted(Event.unscoped.values_list("pk", flat=True))
    assert len([name for batch in placed for name in batch]) == 60
