"""Assigning positions: after the commit, without gaps, each event once."""

import threading
from typing import Any

import pytest
from django.db import transaction

from crmsolid.events import feed, positions
from crmsolid.events.models import Event
from crmsolid.events.publishing import NewEvent, publish, publish_all
from messaging.representations import MESSAGE_SENT
from tests.events.conftest import Publish
from tests.tenants import Tenants
from tests.threads import in_background, run_together

SENT = ("message.sent",)


def in_order() -> list[str]:
    """The ids of events that have a position, in its order."""
    rows = Event.unscoped.filter(position__isnull=False).order_by("position")
    return list(rows.values_list("pk", flat=True))


def test_event_is_not_in_the_feed_before_it_has_a_position(publish_sent: Publish) -> None:
    ids = [publish_sent(number) for number in range(3)]
    before = feed.last_position()
    assert feed.read(after=0, types=SENT) == []
    assert positions.assign_positions() == 3
    assert in_order() == ids
    assert [entry.position for entry in feed.read(after=0, types=SENT)] == [before + 1, before + 2, before + 3]
    assert feed.last_position() == before + 3
    assert positions.assign_positions() == 0


def test_events_of_one_transaction_keep_their_order(tenants: Tenants) -> None:
    with transaction.atomic():
        ids = publish_all(tenants.workspace, [NewEvent(MESSAGE_SENT, {"n": n}) for n in range(20)])
    positions.assign_positions()
    assert in_order() == ids


def test_positions_are_assigned_in_batches(publish_sent: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "BATCH", 3)
    ids = [publish_sent(number) for number in range(7)]
    assert [positions.assign_positions() for _ in range(4)] == [3, 3, 1, 0]
    assert in_order() == ids


def test_listeners_see_each_event_once(publish_sent: Publish, batches: list[list[str]]) -> None:
    first = [publish_sent(), publish_sent()]
    positions.assign_positions()
    positions.assign_positions()
    second = publish_sent()
    positions.assign_positions()
    assert batches == [first, [second]]


def test_a_failing_listener_leaves_its_batch_without_positions(
    publish_sent: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id = publish_sent()

    def fail(batch: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(positions.listeners, "tests", fail)
    with pytest.raises(ZeroDivisionError):
        positions.assign_positions()
    monkeypatch.undo()
    assert in_order() == []
    assert positions.assign_positions() == 1
    assert in_order() == [event_id]


@pytest.mark.django_db(transaction=True)
def test_a_late_commit_gets_a_later_position(tenants: Tenants, publish_sent: Publish) -> None:
    published, commit = threading.Event(), threading.Event()
    late: list[str] = []

    def commit_late() -> None:
        with transaction.atomic():
            late.append(publish(tenants.workspace, MESSAGE_SENT, {"late": True}))
            published.set()
            assert commit.wait(20)

    with in_background(commit_late):
        assert published.wait(20)
        early = [publish_sent(number) for number in range(3)]
        assert positions.assign_positions() == 3
        assert in_order() == early
        commit.set()
    assert positions.assign_positions() == 1
    assert in_order() == [*early, *late]
    assert Event.unscoped.get(pk=late[0]).created_at < Event.unscoped.get(pk=early[0]).created_at


@pytest.mark.django_db(transaction=True)
def test_concurrent_publishers_and_assigners_give_each_event_one_position(
    publish_sent: Publish, batches: list[list[str]]
) -> None:
    def work() -> None:
        for number in range(15):
            publish_sent(number)
            positions.assign_positions()

    run_together([work] * 4)
    while positions.assign_positions():
        pass
    assigned = sorted(event.position or 0 for event in Event.unscoped.all())
    assert assigned == list(range(assigned[0], assigned[0] + 60))
    seen = [event_id for batch in batches for event_id in batch]
    assert len(seen) == 60
    assert set(seen) == set(Event.unscoped.values_list("pk", flat=True))
