"""GET /v1/events: a receiver that was away reads every event once, also those that are committed late."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from contacts.events import CONTACT_CREATED
from crmsolid.core import clock
from crmsolid.core.ids import first_id
from crmsolid.events import feed
from crmsolid.events.feed import first_position_since
from crmsolid.events.models import Event, Feed
from crmsolid.events.positions import assign_positions
from crmsolid.events.publishing import publish
from crmsolid.workspaces.actor import Scope
from tests.tenants import Api, Tenants
from tests.threads import in_background
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.receiver import Receiver
from webhooks import erasure, purging
from webhooks.models import Endpoint

MakeEndpoint = Callable[..., Endpoint]
EVENTS = "/v1/events"


@pytest.fixture
def client(tenants: Tenants, api: Api) -> Api:
    return api(tenants.key([Scope.MANAGE_WEBHOOKS]))


def ids(page: dict[str, Any]) -> list[str]:
    return [event["id"] for event in page["data"]]


def test_an_event_has_the_fields_of_the_delivered_body_and_its_request_id(
    tenants: Tenants, client: Api, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    make_endpoint(receiver.url())
    emit(tenants.workspace, request_id="req-1")
    emit(tenants.workspace)
    run_pump()
    delivered = {post.headers["webhook-id"]: json.loads(post.body) for post in receiver.posts}
    first, second = client.get(EVENTS).json()["data"]
    assert first == {**delivered[first["id"]], "request_id": "req-1"}
    assert second == {**delivered[second["id"]], "request_id": None}
    assert client.get(f"{EVENTS}/{first['id']}").json() == first


def test_pages_follow_each_other_oldest_first(tenants: Tenants, client: Api) -> None:
    published = [emit(tenants.workspace, str(number)) for number in range(5)]
    assign_positions()
    first = client.get(EVENTS, {"limit": "3"}).json()
    second = client.get(EVENTS, {"limit": "3", "cursor": first["next_cursor"]}).json()
    assert ids(first) + ids(second) == published
    empty = client.get(EVENTS, {"limit": "3", "cursor": second["next_cursor"]}).json()
    assert empty == {"data": [], "next_cursor": second["next_cursor"]}
    later = emit(tenants.workspace)
    assign_positions()
    assert ids(client.get(EVENTS, {"cursor": empty["next_cursor"]}).json()) == [later]


def test_an_empty_log_has_a_cursor_to_poll_with(tenants: Tenants, client: Api) -> None:
    empty = client.get(EVENTS).json()
    assert empty["data"] == [] and empty["next_cursor"]
    event_id = emit(tenants.workspace)
    assert client.get(EVENTS, {"cursor": empty["next_cursor"]}).json() == empty  # it has no position yet
    assign_positions()
    assert ids(client.get(EVENTS, {"cursor": empty["next_cursor"]}).json()) == [event_id]


def test_events_are_filtered_by_type(tenants: Tenants, client: Api) -> None:
    emit(tenants.workspace)
    sent = [emit(tenants.workspace, type="message.sent") for _ in range(2)]
    assign_positions()
    page = client.get(EVENTS, {"type": "message.sent", "limit": "1"}).json()
    assert ids(page) == sent[:1]
    following = {"type": "message.sent", "limit": "1", "cursor": page["next_cursor"]}
    assert ids(client.get(EVENTS, following).json()) == sent[1:]
    assert client.get(EVENTS, {"type": "message.lost"}).json()["code"] == "invalid_parameter"


@pytest.mark.parametrize("change", [{"type": "message.sent"}, {"cursor": "AAAA"}])
def test_a_cursor_of_another_list_is_refused(tenants: Tenants, client: Api, change: dict[str, str]) -> None:
    emit(tenants.workspace)
    assign_positions()
    cursor = client.get(EVENTS).json()["next_cursor"]
    response = client.get(EVENTS, {"cursor": cursor, **change})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor")


def test_a_cursor_of_another_workspace_is_refused(tenants: Tenants, api: Api, client: Api) -> None:
    emit(tenants.workspace)
    assign_positions()
    cursor = client.get(EVENTS).json()["next_cursor"]
    response = api(tenants.key(workspace=tenants.other)).get(EVENTS, {"cursor": cursor})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize("limit", ["0", "101", "x"])
def test_limit_is_1_to_100(client: Api, limit: str) -> None:
    assert client.get(EVENTS, {"limit": limit}).json()["code"] == "invalid_parameter"


def test_erased_foreign_and_unpositioned_events_are_not_found(tenants: Tenants, client: Api) -> None:
    erased = emit(tenants.workspace, contact_id="con_1")
    kept = emit(tenants.workspace)
    foreign = [emit(tenants.other), emit(tenants.twin)]
    assign_positions()
    erasure.erase(tenants.workspace.pk, "con_1")
    unpositioned = emit(tenants.workspace)
    assert ids(client.get(EVENTS).json()) == [kept]
    for event_id in (erased, *foreign, unpositioned, "evt_unknown"):
        response = client.get(f"{EVENTS}/{event_id}")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_events_are_kept_as_long_as_the_delivery_log(
    tenants: Tenants, client: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id = emit(tenants.workspace)
    assign_positions()
    made = clock.now()
    monkeypatch.setattr(clock, "now", lambda: made + purging.retention() - timedelta(minutes=1))
    purging.purge()
    assert Event.unscoped.filter(pk=event_id).exists()
    monkeypatch.setattr(clock, "now", lambda: made + purging.retention() + timedelta(minutes=1))
    purging.purge()
    monkeypatch.undo()
    assert client.get(EVENTS).json()["data"] == []


def test_the_list_takes_the_same_number_of_queries_at_any_length(tenants: Tenants, client: Api) -> None:
    def count_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(EVENTS).status_code == 200
        return len(queries)

    client.get(EVENTS)
    assert count_queries() == 2
    for _ in range(20):
        emit(tenants.workspace)
    assign_positions()
    assert count_queries() == 2


@pytest.mark.django_db(transaction=True)
def test_a_reader_misses_no_event_that_is_committed_late(tenants: Tenants, client: Api) -> None:
    published, commit = threading.Event(), threading.Event()
    late: list[str] = []

    def commit_late() -> None:
        with transaction.atomic():
            late.append(publish(tenants.workspace, CONTACT_CREATED, {"late": True}))
            published.set()
            assert commit.wait(20)

    with in_background(commit_late):
        assert published.wait(20)
        early = emit(tenants.workspace)
        assign_positions()
        page = client.get(EVENTS).json()
        assert ids(page) == [early]
        commit.set()
    assign_positions()
    assert Event.unscoped.get(pk=late[0]).created_at < Event.unscoped.get(pk=early).created_at
    assert ids(client.get(EVENTS, {"cursor": page["next_cursor"]}).json()) == late


def times(client: Api) -> list[str]:
    return [event["created_at"] for event in client.get(EVENTS).json()["data"]]


def test_the_log_begins_at_a_time(tenants: Tenants, client: Api) -> None:
    published = [emit(tenants.workspace, str(number)) for number in range(4)]
    foreign = emit(tenants.other)
    assign_positions()
    since = times(client)[1]
    first = client.get(EVENTS, {"since": since, "limit": "2"}).json()
    assert ids(first) == published[1:3]
    following = {"since": since, "cursor": first["next_cursor"]}
    assert ids(client.get(EVENTS, following).json()) == published[3:]
    assert foreign not in ids(client.get(EVENTS, {"since": "2020-01-01T00:00:00Z"}).json())
    assert ids(client.get(EVENTS, {"since": "2020-01-01T00:00:00+02:00"}).json()) == published


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=5)])
def test_the_log_from_now_on_has_what_gets_its_position_later(tenants: Tenants, client: Api, ahead: timedelta) -> None:
    emit(tenants.workspace)
    assign_positions()
    unpositioned = emit(tenants.workspace)
    since = (clock.now() + ahead).isoformat()
    empty = client.get(EVENTS, {"since": since}).json()
    assert empty["data"] == []
    later = emit(tenants.workspace)
    assign_positions()
    page = client.get(EVENTS, {"since": since, "cursor": empty["next_cursor"]}).json()
    assert ids(page) == [unpositioned, later]


def test_the_log_from_a_time_on_has_every_event_of_that_time_though_positions_differ(
    tenants: Tenants, client: Api
) -> None:
    """The event that was published first was committed last, and has the last position."""
    events = [emit(tenants.workspace, str(number)) for number in range(4)]
    for position, number in enumerate([0, 2, 3, 1], start=1):
        Event.unscoped.filter(pk=events[number]).update(position=position)
    Feed.objects.update_or_create(id=1, defaults={"last_position": 4})
    since = Event.unscoped.get(pk=events[1]).created_at.isoformat()
    assert ids(client.get(EVENTS, {"since": since}).json()) == [events[2], events[3], events[1]]


@pytest.mark.parametrize("since", ["1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1900-01-01T00:00:00Z"])
def test_the_log_from_a_time_before_all_events_is_the_whole_log(tenants: Tenants, client: Api, since: str) -> None:
    published = [emit(tenants.workspace, str(number)) for number in range(2)]
    assign_positions()
    assert ids(client.get(EVENTS, {"since": since}).json()) == published


def test_the_log_from_a_time_on_has_an_event_that_was_committed_minutes_late(tenants: Tenants, client: Api) -> None:
    late, early = (emit(tenants.workspace, str(number)) for number in range(2))
    begun = clock.now() - timedelta(minutes=9)
    Event.unscoped.filter(pk=late).update(id=first_id("evt", begun), created_at=begun, position=2)
    Event.unscoped.filter(pk=early).update(position=1)
    Feed.objects.update_or_create(id=1, defaults={"last_position": 2})
    assert ids(client.get(EVENTS, {"since": begun.isoformat()}).json()) == [early, late]  # the ids of their bodies


def test_the_log_from_a_time_on_has_what_got_a_position_meanwhile(
    tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both events get their positions after the last position was read. The one with the first of them is more than
    the longest transaction younger than the other."""
    slow, young = (emit(tenants.workspace, str(number)) for number in range(2))
    begun = clock.now() - timedelta(hours=1)
    read = feed.last_position

    def read_before_the_writer() -> int:
        before = read()
        Event.unscoped.filter(pk=slow).update(id=first_id("evt", begun), created_at=begun, position=2)
        Event.unscoped.filter(pk=young).update(position=1)
        return before

    monkeypatch.setattr(feed, "last_position", read_before_the_writer)
    assert first_position_since(begun) == 1


@pytest.mark.parametrize("since", ["yesterday", "2026-06-04T09:00:00", ""])
def test_a_time_that_is_none_is_refused(client: Api, since: str) -> None:
    response = client.get(EVENTS, {"since": since})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_parameter")


def test_a_cursor_belongs_to_its_time(tenants: Tenants, client: Api) -> None:
    emit(tenants.workspace)
    assign_positions()
    cursor = client.get(EVENTS, {"since": "2026-01-01T00:00:00Z"}).json()["next_cursor"]
    for other in ({}, {"since": "2026-01-01T00:00:01Z"}):
        response = client.get(EVENTS, {"cursor": cursor, **other})
        assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor")


def test_the_beginning_of_the_log_is_found_through_the_primary_key(tenants: Tenants) -> None:
    now = clock.now()
    old = [
        Event(
            id=f"{first_id('evt', now - timedelta(seconds=number))[:-4]}{number:04}",
            workspace=tenants.workspace,
            type="contact.created",
            body=b"{}",
            created_at=now - timedelta(seconds=number),
            position=5000 - number,
        )
        for number in range(5000)
    ]
    Event.unscoped.bulk_create(old)
    Feed.objects.update_or_create(id=1, defaults={"last_position": 5000})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE events_event")
        cursor.execute("SET LOCAL enable_seqscan = off")  # whatever other tests have left in the table
    with CaptureQueriesContext(connection) as queries:
        assert first_position_since(now - timedelta(seconds=1000)) == 4000
    for query in queries.captured_queries[1:]:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "events_event_pkey" in plan and "Seq Scan" not in plan, plan
