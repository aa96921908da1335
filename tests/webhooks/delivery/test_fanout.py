"""Fan-out: which deliveries are made of an event, and in which order they are sent."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from contacts.events import CONTACT_CREATED
from crmsolid.core import clock
from crmsolid.events import positions
from crmsolid.events.models import Event
from crmsolid.events.positions import assign_positions
from crmsolid.events.publishing import NewEvent, publish_all
from tests.tenants import Tenants
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.receiver import Receiver, hang
from webhooks.delivery.in_flight import FIRST_WINDOW, PROBING_WINDOW
from webhooks.erasure import erase
from webhooks.models import Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]


def test_new_delivery_is_pending_and_due_since_its_event(tenants: Tenants, make_endpoint: MakeEndpoint) -> None:
    subscribed = make_endpoint("http://127.0.0.1:9/hook")
    event_ids = [emit(tenants.workspace, str(number)) for number in range(3)]
    assert assign_positions() == 3
    events = Event.unscoped.in_bulk(event_ids)
    assert [
        (row.event_id, row.endpoint_id, row.event_type, row.status, row.attempts, row.created_at, row.next_attempt_at)
        for row in Delivery.unscoped.order_by("id")
    ] == [
        (pk, subscribed.id, "contact.created", "pending", 0, events[pk].created_at, events[pk].created_at)
        for pk in event_ids
    ]


def test_erased_event_makes_no_delivery(tenants: Tenants, make_endpoint: MakeEndpoint) -> None:
    make_endpoint("http://127.0.0.1:9/hook")
    emit(tenants.workspace, contact_id="con_1")
    with transaction.atomic():
        erase(tenants.workspace.pk, "con_1")
    assert assign_positions() == 1
    assert Delivery.unscoped.count() == 0


def test_event_without_a_subscriber_makes_no_delivery(tenants: Tenants) -> None:
    emit(tenants.workspace)
    assert run_pump() == 0
    assert (Delivery.unscoped.count(), Event.unscoped.get().position) == (0, 1)


def test_only_enabled_endpoints_of_the_workspace_and_type_are_subscribers(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    make_endpoint(receiver.url("/ours"))
    make_endpoint(receiver.url("/other-type"), events=("message.sent",))
    make_endpoint(receiver.url("/twin"), workspace=tenants.twin)
    make_endpoint(receiver.url("/rival"), workspace=tenants.other)
    disabled = make_endpoint(receiver.url("/disabled"))
    Endpoint.unscoped.filter(pk=disabled.pk).update(enabled=False, disabled_reason="manual")
    emit(tenants.workspace)
    assert run_pump() == 1
    assert [post.path for post in receiver.posts] == ["/ours"]


def test_queued_deliveries_are_sent_before_new_ones(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    make_endpoint(receiver.url())
    queued = [emit(tenants.workspace, str(number)) for number in range(FIRST_WINDOW + 3)]
    assign_positions()
    new = emit(tenants.workspace)
    assert run_pump() == len(queued) + 1
    assert {post.headers["webhook-id"] for post in receiver.posts[:FIRST_WINDOW]} == set(queued[:FIRST_WINDOW])
    assert new in [post.headers["webhook-id"] for post in receiver.posts[FIRST_WINDOW:]]


def test_an_event_behind_many_for_a_hanging_endpoint_is_sent_at_once(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(positions, "BATCH", 20)
    receiver.behaviours["/hang"] = hang
    hanging = make_endpoint(receiver.url("/hang"))
    Endpoint.unscoped.filter(pk=hanging.pk).update(failing_since=clock.now() - timedelta(hours=1))
    make_endpoint(receiver.url("/healthy"), events=("message.sent",))
    with transaction.atomic():
        publish_all(tenants.workspace, [NewEvent(CONTACT_CREATED, {"n": n}) for n in range(200)])
    emit(tenants.workspace, type="message.sent")
    run_pump(deadline=1.5, seconds=0.1)
    [healthy] = receiver.to("/healthy")
    assert healthy.at - min(post.at for post in receiver.to("/hang")) < 1.5
    assert len(receiver.to("/hang")) == PROBING_WINDOW
    assert Event.unscoped.filter(position=None).count() == 0


@pytest.mark.django_db
def test_the_busiest_tables_have_no_redundant_keys_or_indexes() -> None:
    def fetch_set(sql: str) -> set[tuple[str, str]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return set(cursor.fetchall())

    keys = fetch_set(
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'"
        " AND conrelid::regclass::text IN ('webhooks_delivery', 'webhooks_attempt', 'events_event')"
    )
    assert {(table, text.split(" REFERENCES ")[0]) for table, text in keys} == {
        ("events_event", "FOREIGN KEY (workspace_id)"),
        ("webhooks_delivery", "FOREIGN KEY (workspace_id, event_id)"),
        ("webhooks_delivery", "FOREIGN KEY (workspace_id, endpoint_id)"),
        ("webhooks_attempt", "FOREIGN KEY (workspace_id, delivery_id)"),
    }
    indexes = fetch_set(
        "SELECT tablename::text, indexdef FROM pg_indexes"
        " WHERE tablename IN ('webhooks_delivery', 'webhooks_attempt', 'events_event')"
    )
    assert not [text for _, text in indexes if "pattern_ops" in text or text.endswith("(workspace_id)")]
