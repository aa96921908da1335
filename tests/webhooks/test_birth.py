"""Deliveries that a pump takes at the moment they are made, and those it must leave to the queue."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from crmsolid.core import clock
from crmsolid.events import feed
from crmsolid.events.catalogue import event_type
from crmsolid.events.models import Event
from crmsolid.events.publishing import Occurrence, publish_all
from tests.cast import Cast
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.receiver import Receiver, hang
from webhooks.delivery import pump
from webhooks.delivery.in_flight import Holding
from webhooks.delivery.queue import LEASE, Hand, Target
from webhooks.delivery.window import FIRST_WINDOW, PROBING_WINDOW
from webhooks.erasure import erase
from webhooks.models import Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]


def hand(room: int) -> Hand:
    return Hand(lambda targets, taken: {target.id: room for target in targets})


def test_a_new_delivery_is_born_leased_while_there_is_room(cast: Cast, endpoint: MakeEndpoint) -> None:
    found = endpoint("http://127.0.0.1:9/hook")
    made = [emit(cast.workspace, str(number)) for number in range(3)]
    before = clock.now()
    taking = hand(2)
    assert feed.place_events(hand=taking) == 3
    assert [(each.event_id, each.endpoint_id, each.attempts) for each in taking.claims] == [
        (event_id, found.id, 0) for event_id in made[:2]
    ]
    assert [each.body for each in taking.claims] == [bytes(Event.unscoped.get(pk=pk).body) for pk in made[:2]]
    assert taking.left == 1
    rows = list(Delivery.unscoped.order_by("event_id"))
    assert [row.status for row in rows] == ["sending", "sending", "pending"]
    assert [row.lease for row in rows] == [taking.lease, taking.lease, ""]
    assert [row.next_attempt_at for row in rows] == [None, None, Event.unscoped.get(pk=made[2]).created_at]
    assert all(row.lease_until is not None and row.lease_until >= before + LEASE for row in rows[:2])
    assert [row.created_at for row in rows] == [Event.unscoped.get(pk=pk).created_at for pk in made]


def test_who_only_places_takes_nothing(cast: Cast, endpoint: MakeEndpoint) -> None:
    endpoint("http://127.0.0.1:9/hook")
    emit(cast.workspace)
    assert feed.place_events() == 1
    assert Delivery.unscoped.get().status == "pending"


def test_an_erased_persons_event_is_not_taken(cast: Cast, endpoint: MakeEndpoint) -> None:
    endpoint("http://127.0.0.1:9/hook")
    emit(cast.workspace, contact_id="con_1")
    with transaction.atomic():
        erase(cast.workspace.pk, "con_1")
    taking = hand(5)
    assert feed.place_events(hand=taking) == 1
    assert (taking.claims, Delivery.unscoped.count()) == ([], 0)


def test_what_is_queued_goes_before_what_is_new(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    endpoint(receiver.url())
    queued = [emit(cast.workspace, str(number)) for number in range(FIRST_WINDOW + 3)]
    feed.place_events()
    new = emit(cast.workspace)
    assert run_pump() == len(queued) + 1
    assert {post.headers["webhook-id"] for post in receiver.posts[:FIRST_WINDOW]} == set(queued[:FIRST_WINDOW])
    assert new in [post.headers["webhook-id"] for post in receiver.posts[FIRST_WINDOW:]]


def test_who_stands_behind_a_queue_that_hangs_is_placed_at_once(
    cast: Cast, receiver: Receiver, endpoint: MakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "BATCH", 20)
    monkeypatch.setattr(pump, "_FEWEST_PLACED", 20)
    receiver.behaviours["/hang"] = hang
    hanging = endpoint(receiver.url("/hang"))
    Endpoint.unscoped.filter(pk=hanging.pk).update(failing_since=clock.now() - timedelta(hours=1))
    endpoint(receiver.url("/healthy"), events=("message.sent",))
    with transaction.atomic():
        publish_all(cast.workspace, [Occurrence(event_type("contact.created"), {"n": n}) for n in range(200)])
    emit(cast.workspace, type="message.sent")
    run_pump(deadline=1.5, seconds=0.1)
    [healthy] = receiver.to("/healthy")
    assert healthy.at - min(post.at for post in receiver.to("/hang")) < 1.5
    assert len(receiver.to("/hang")) == PROBING_WINDOW
    assert Event.unscoped.filter(position=None).count() == 0


def test_room_is_shared_and_full_hands_are_told_from_silence(cast: Cast, endpoint: MakeEndpoint) -> None:
    holding = Holding()
    answering = Target.of(endpoint("http://127.0.0.1:9/a"))
    silent = Target.of(endpoint("http://127.0.0.1:9/b"))
    silent.failing_since = clock.now()
    both = [answering, silent]
    full = {answering.id: FIRST_WINDOW, silent.id: PROBING_WINDOW}
    assert holding.rooms(both, {}) == full
    assert holding.rooms(both, full) == {answering.id: 0}
    assert holding.rooms(both, {}, without={answering.id}) == {silent.id: PROBING_WINDOW}
    assert holding.free({}) == FIRST_WINDOW
    assert holding.free({answering.id: 2}) == FIRST_WINDOW - 2
    holding.close()
    assert holding.rooms(both, {}) == {}


def test_many_events_of_one_cause_are_written_as_each_would_be(cast: Cast) -> None:
    with transaction.atomic():
        made = publish_all(
            cast.workspace,
            [Occurrence(event_type("contact.created"), {"name": f'Мария 😀 \\ " {n}'}, f"con_{n}") for n in range(30)],
        )
        alone_in_its_cause = [Occurrence(event_type("contact.created"), {"name": 'Мария 😀 \\ " 0'}, "con_0")]
        [alone] = publish_all(cast.workspace, alone_in_its_cause)
    rows = list(Event.unscoped.order_by("id"))
    assert [row.pk for row in rows] == [*made, alone]
    first, last = rows[0], rows[-1]
    for row in rows:
        assert row.created_at.isoformat().replace("+00:00", "Z").encode() in bytes(row.body)
    assert (first.type, first.contact_id, first.workspace_id, first.position) == (
        last.type,
        last.contact_id,
        last.workspace_id,
        None,
    )
    assert bytes(first.body).split(b'"data"')[1] == bytes(last.body).split(b'"data"')[1]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps what Django makes")
def test_the_busiest_tables_carry_no_key_twice() -> None:
    def names(sql: str) -> set[tuple[str, str]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return set(cursor.fetchall())

    keys = names(
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'"
        " AND conrelid::regclass::text IN ('webhooks_delivery', 'webhooks_attempt', 'events_event')"
    )
    assert {(table, text.split(" REFERENCES ")[0]) for table, text in keys} == {
        ("events_event", "FOREIGN KEY (workspace_id)"),
        ("webhooks_delivery", "FOREIGN KEY (workspace_id, event_id)"),
        ("webhooks_delivery", "FOREIGN KEY (workspace_id, endpoint_id)"),
        ("webhooks_attempt", "FOREIGN KEY (workspace_id, delivery_id)"),
    }
    indexes = names(
        "SELECT tablename::text, indexdef FROM pg_indexes"
        " WHERE tablename IN ('webhooks_delivery', 'webhooks_attempt', 'events_event')"
    )
    assert not [text for _, text in indexes if "pattern_ops" in text or text.endswith("(workspace_id)")]
