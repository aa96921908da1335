"""GET /v1/messages, GET /v1/messages/{id} and POST /v1/messages/{id}/cancel."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from crmsolid.core.clock import rfc3339
from crmsolid.workspaces.actor import Scope
from messaging.models import Account, Message
from messaging.sending import claiming, dispatch
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import events, send, stored
from tests.tenants import Api, Tenants

EMPTY: dict[str, Any] = {"data": [], "next_cursor": None}


def created_at(message: Message, time: datetime) -> Message:
    """The message, after setting its time of creation."""
    Message.unscoped.filter(pk=message.pk).update(created_at=time)
    return stored(message)


def ids(answer: Any) -> list[str]:
    return [row["id"] for row in answer.json()["data"]]


def test_message_has_the_documented_shape(
    api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    message = created_at(send(sandbox, "@alice", "hello"), frozen_time.now)
    ours = api(tenants.key([Scope.READ_MESSAGES]))
    expected = {
        "id": message.pk,
        "account_id": sandbox.pk,
        "account": {"id": sandbox.pk, "name": sandbox.name},
        "thread_id": message.thread_id,
        "contact_id": message.contact_id,
        "contact": {"id": message.contact_id, "name": "", "username": "alice"},
        "author": None,
        "direction": "out",
        "kind": "text",
        "status": "queued",
        "text": "hello",
        "html": None,
        "eta": rfc3339(frozen_time.now),
        "created_at": rfc3339(frozen_time.now),
        "sent_at": None,
        "edited_at": None,
        "in_reply_to": None,
        "reply_to": None,
        "quote": None,
        "read_at": None,
        "deleted_at": None,
        "reactions": [],
        "attachments": [],
        "change": None,
        "auto_reply": False,
        "error": None,
        "request_id": None,
        "waiting_for": "worker",
    }
    assert ours.get(f"/v1/messages/{message.pk}").json() == expected
    assert ours.get("/v1/messages").json() == {"data": [expected], "next_cursor": None}
    frozen_time.forward(seconds=1)
    dispatch.dispatch()
    sent = expected | {"status": "sent", "sent_at": rfc3339(frozen_time.now), "waiting_for": None}
    assert ours.get(f"/v1/messages/{message.pk}").json() == sent
    assert events("message.sent")[0]["data"]["message"] == sent


def test_filters(api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime) -> None:
    other, start = tenants.sandbox(), frozen_time.now
    one = created_at(send(sandbox, "@alice"), start)
    two = created_at(send(other, "@alice"), start + timedelta(seconds=1))
    three = created_at(send(sandbox, "@fail_privacy"), start + timedelta(seconds=2))
    four = receive(sandbox, Incoming(telegram_message_id=9, text="hi", at=start, username="alice"))
    assert four is not None
    four = created_at(four, start + timedelta(seconds=3))
    dispatch.dispatch()
    ours = api(tenants.key())

    def found(**query: Any) -> list[str]:
        return ids(ours.get("/v1/messages", query))

    assert found() == [four.pk, three.pk, two.pk, one.pk]
    assert found(sort="created_at") == [one.pk, two.pk, three.pk, four.pk]
    assert found(account_id=other.pk) == [two.pk]
    assert found(contact_id=one.contact_id) == [four.pk, two.pk, one.pk]
    assert found(thread_id=one.thread_id) == [four.pk, one.pk]
    assert found(direction="in") == [four.pk]
    assert found(status="sent") == [two.pk, one.pk]
    assert found(status="failed", direction="out") == [three.pk]
    assert found(since=rfc3339(two.created_at), until=rfc3339(four.created_at)) == [three.pk, two.pk]
    assert found(account_id=424242) == []


def test_pages_skip_and_repeat_nothing_while_messages_arrive(
    api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    first = [
        created_at(send(sandbox, f"@person_{number}"), frozen_time.now).pk for number in range(5)
    ]  # all at the same time
    ours, seen, cursor = api(tenants.key()), list[str](), None
    for _ in range(3):
        answer = ours.get("/v1/messages", {"limit": 2} | ({"cursor": cursor} if cursor else {}))
        seen += ids(answer)
        cursor = answer.json()["next_cursor"]
        created_at(send(sandbox, "@later"), frozen_time.forward(seconds=1))
    assert cursor is None
    assert seen == sorted(first, reverse=True)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"status": "gone"}, "invalid_parameter"),
        ({"direction": "up"}, "invalid_parameter"),
        ({"since": "yesterday"}, "invalid_parameter"),
        ({"since": "2026-06-04T09:00:00"}, "invalid_parameter"),
        ({"sort": "text"}, "invalid_parameter"),
        ({"account": "1"}, "invalid_parameter"),
        ({"account_id": "-1"}, "invalid_parameter"),
        ({"cursor": "nonsense"}, "invalid_cursor"),
        ({"cursor": ""}, "invalid_cursor"),
    ],
)
def test_invalid_query_is_refused(api: Api, tenants: Tenants, query: dict[str, str], code: str) -> None:
    answer = api(tenants.key()).get("/v1/messages", query)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_cursor_is_bound_to_sort_and_filters(api: Api, tenants: Tenants, sandbox: Account) -> None:
    for number in range(3):
        send(sandbox, f"@person_{number}")
    ours = api(tenants.key())
    cursor = ours.get("/v1/messages", {"limit": 1, "status": "queued"}).json()["next_cursor"]
    assert ours.get("/v1/messages", {"status": "queued", "cursor": cursor}).status_code == 200
    for query in ({}, {"status": "sent"}, {"status": "queued", "sort": "created_at"}):
        assert ours.get("/v1/messages", query | {"cursor": cursor}).json()["code"] == "invalid_cursor"
    assert ours.get("/v1/messages", {"status": "queued", "cursor": cursor[:-2]}).json()["code"] == "invalid_cursor"


def test_queued_message_can_be_canceled_once(
    api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    message = send(sandbox, send_at=frozen_time.now + timedelta(minutes=1))
    ours = api(tenants.key())
    answer = ours.post(f"/v1/messages/{message.pk}/cancel")
    assert (answer.status_code, answer.json()["status"], answer.json()["text"]) == (200, "canceled", "hello")
    assert answer.json() == ours.get(f"/v1/messages/{message.pk}").json()
    second = ours.post(f"/v1/messages/{message.pk}/cancel")
    assert (second.status_code, second.json()["code"]) == (409, "invalid_state")
    frozen_time.forward(minutes=1)
    assert dispatch.dispatch() == 0
    assert stored(message).status == "canceled"


@pytest.mark.parametrize("to", ["@alice", "@fail_privacy"])
def test_message_that_is_not_queued_cannot_be_canceled(
    api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime, to: str
) -> None:
    message, ours = send(sandbox, to), api(tenants.key())
    claiming.claim(message.pk)
    assert ours.post(f"/v1/messages/{message.pk}/cancel").json()["code"] == "invalid_state"
    assert stored(message).status == "sending"
    frozen_time.forward(seconds=31)
    dispatch.dispatch()
    before = stored(message)
    answer = ours.post(f"/v1/messages/{message.pk}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_state")
    assert (stored(message).status, stored(message).slot_at) == (before.status, before.slot_at)


def test_incoming_message_cannot_be_canceled(
    api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    message = receive(sandbox, Incoming(telegram_message_id=1, text="hi", at=frozen_time.now, username="alice"))
    assert message is not None
    assert api(tenants.key()).post(f"/v1/messages/{message.pk}/cancel").json()["code"] == "invalid_state"


def test_canceling_without_read_scope_answers_only_id_and_status(api: Api, tenants: Tenants, sandbox: Account) -> None:
    message = send(sandbox)
    answer = api(tenants.key([Scope.WRITE_MESSAGES])).post(f"/v1/messages/{message.pk}/cancel")
    assert answer.json() == {"id": message.pk, "status": "canceled"}


def test_messages_of_another_workspace_are_not_found(api: Api, tenants: Tenants, sandbox: Account) -> None:
    message = send(sandbox)
    for token in (tenants.key(workspace=tenants.other), tenants.key(workspace=tenants.twin)):
        other_client = api(token)
        assert other_client.get("/v1/messages").json() == EMPTY
        for query in ({"account_id": sandbox.pk}, {"contact_id": message.contact_id}, {"thread_id": message.thread_id}):
            assert other_client.get("/v1/messages", query).json() == EMPTY
        assert other_client.get(f"/v1/messages/{message.pk}").json()["code"] == "not_found"
        assert other_client.post(f"/v1/messages/{message.pk}/cancel").json()["code"] == "not_found"
    assert stored(message).status == "queued"


@pytest.mark.parametrize("name", ["1", "%00", "msg_%00", "msg_01ARZ3NDEKTSV4RRFFQ69G5FAV", "msg_" + "x" * 500])
def test_unknown_message_is_not_found(api: Api, tenants: Tenants, name: str) -> None:
    assert api(tenants.key()).get(f"/v1/messages/{name}").json()["code"] == "not_found"
    assert api(tenants.key()).post(f"/v1/messages/{name}/cancel").json()["code"] == "not_found"


def test_fifty_messages_cost_no_more_queries_than_one(
    api: Api, tenants: Tenants, sandbox: Account, django_assert_num_queries: Callable[..., Any]
) -> None:
    ours = api(tenants.key())
    ours.get("/v1/messages")
    send(sandbox, "@person_0")
    # key, messages, accounts of queued ones, earlier messages of their threads, contacts
    with django_assert_num_queries(5):
        assert len(ids(ours.get("/v1/messages"))) == 1
    for number in range(1, 50):
        send(sandbox, f"@person_{number}")
    with django_assert_num_queries(5):
        assert len(ids(ours.get("/v1/messages"))) == 50
