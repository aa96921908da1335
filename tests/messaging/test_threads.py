"""GET /v1/threads, and the messages and the unread count of one thread."""

from collections.abc import Callable
from typing import Any

import pytest

from crmsolid.core.clock import rfc3339
from crmsolid.workspaces.actor import Scope
from messaging.models import Account, Message, Thread
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from tests.messaging.conftest import FrozenTime
from tests.tenants import Api, Tenants

EMPTY: dict[str, Any] = {"data": [], "next_cursor": None}


def receive_from(account: Account, number: int, frozen_time: FrozenTime, text: str = "hi") -> Message:
    """A message from person ``number``, a second later than the one before."""
    at = frozen_time.forward(seconds=1)
    message = receive(
        account, Incoming(telegram_message_id=int(at.timestamp()), text=text, at=at, username=f"person_{number}")
    )
    assert message is not None
    Message.unscoped.filter(pk=message.pk).update(created_at=at)
    return message


def test_threads_are_listed_latest_message_first(
    api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    receive_from(sandbox, 1, frozen_time, "first")
    second = receive_from(sandbox, 2, frozen_time)
    last = receive_from(sandbox, 1, frozen_time, "again")
    answer = api(tenants.key([Scope.READ_MESSAGES])).get("/v1/threads").json()
    assert answer["next_cursor"] is None
    assert [row["id"] for row in answer["data"]] == [last.thread_id, second.thread_id]
    assert answer["data"][0]["last_message_at"] == rfc3339(frozen_time.now)
    assert answer["data"][0]["last_message"]["text"] == "again"


def test_pages_reach_every_thread_once(api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime) -> None:
    for number in range(7):
        receive_from(sandbox, number, frozen_time)
    Thread.unscoped.filter(pk__in=Thread.unscoped.values("pk")[:4]).update(last_message_at=frozen_time.now)  # ties
    ours, seen, cursor = api(tenants.key()), list[str](), None
    for _ in range(4):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        answer = ours.get("/v1/threads", query).json()
        seen += [row["id"] for row in answer["data"]]
        cursor = answer["next_cursor"]
    assert cursor is None
    assert sorted(seen) == sorted(Thread.unscoped.values_list("pk", flat=True))


def test_filters(api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime) -> None:
    other = tenants.sandbox()
    one, two, three = (
        receive_from(sandbox, 1, frozen_time),
        receive_from(sandbox, 2, frozen_time),
        receive_from(other, 1, frozen_time),
    )
    ours = api(tenants.key())
    ours.post(f"/v1/threads/{two.thread_id}/read")

    def found(**query: Any) -> set[str]:
        return {row["id"] for row in ours.get("/v1/threads", query).json()["data"]}

    assert found(unread="true") == {one.thread_id, three.thread_id}
    assert found(unread="false") == {two.thread_id}
    assert found(account_id=sandbox.pk) == {one.thread_id, two.thread_id}
    assert found(contact_id=one.contact_id) == {one.thread_id, three.thread_id}
    assert found(contact_id=one.contact_id, account_id=other.pk) == {three.thread_id}
    assert found(contact_id="con_nobody") == set()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"unread": "yes"}, "invalid_parameter"),
        ({"account_id": "x"}, "invalid_parameter"),
        ({"account_id": str(2**63)}, "invalid_parameter"),
        ({"limit": "0"}, "invalid_parameter"),
        ({"limit": "101"}, "invalid_parameter"),
        ({"sort": "created_at"}, "invalid_parameter"),
        ({"contact_id": ""}, "invalid_parameter"),
        ({"contact_id": "a\0"}, "invalid_parameter"),
        ({"cursor": "x"}, "invalid_cursor"),
        ({"cursor": "äöü"}, "invalid_cursor"),
        ({"cursor": "AAAAAAAAAAAAAAAAAAAAAAAA"}, "invalid_cursor"),
    ],
)
def test_invalid_query_is_refused(api: Api, tenants: Tenants, query: dict[str, str], code: str) -> None:
    answer = api(tenants.key()).get("/v1/threads", query)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_cursor_is_bound_to_list_filters_and_workspace(
    api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    for number in range(3):
        receive_from(sandbox, number, frozen_time)
    ours = api(tenants.key())
    cursor = ours.get("/v1/threads", {"limit": 1}).json()["next_cursor"]
    other_client = api(tenants.key(workspace=tenants.other))
    assert ours.get("/v1/threads", {"cursor": cursor, "limit": 2}).status_code == 200  # another size is fine
    assert ours.get("/v1/threads", {"cursor": cursor, "unread": "true"}).json()["code"] == "invalid_cursor"
    assert other_client.get("/v1/threads", {"cursor": cursor}).json()["code"] == "invalid_cursor"
    assert ours.get("/v1/messages", {"cursor": cursor}).json()["code"] == "invalid_cursor"


def test_messages_of_a_thread_are_listed(api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime) -> None:
    texts = ["one", "two", "three"]
    messages = [receive_from(sandbox, 1, frozen_time, text) for text in texts]
    receive_from(sandbox, 2, frozen_time)
    ours, path = api(tenants.key([Scope.READ_MESSAGES])), f"/v1/threads/{messages[0].thread_id}/messages"
    assert [row["text"] for row in ours.get(path).json()["data"]] == texts[::-1]
    assert [row["text"] for row in ours.get(path, {"sort": "created_at"}).json()["data"]] == texts
    first = ours.get(path, {"limit": 2}).json()
    assert [row["text"] for row in first["data"]] == ["three", "two"]
    rest = ours.get(path, {"limit": 2, "cursor": first["next_cursor"]}).json()
    assert ([row["text"] for row in rest["data"]], rest["next_cursor"]) == (["one"], None)


def test_thread_is_marked_as_read(api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime) -> None:
    message = receive_from(sandbox, 1, frozen_time)
    path = f"/v1/threads/{message.thread_id}/read"
    assert api(tenants.key([Scope.READ_MESSAGES])).post(path).json()["required_scope"] == "write:messages"
    assert Thread.unscoped.get().unread_count == 1
    writer = api(tenants.key([Scope.WRITE_MESSAGES]))
    assert writer.post(path, {"all": True}).json()["errors"][0]["code"] == "unknown_field"
    assert writer.post(path).json() == {"id": message.thread_id, "unread_count": 0}
    assert writer.post(path, {}).json() == {"id": message.thread_id, "unread_count": 0}
    assert Thread.unscoped.get().unread_count == 0


def test_threads_of_another_workspace_are_not_found(
    api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    message = receive_from(sandbox, 1, frozen_time)
    for token in (tenants.key(workspace=tenants.other), tenants.key(workspace=tenants.twin)):
        other_client = api(token)
        assert other_client.get("/v1/threads").json() == EMPTY
        assert other_client.get("/v1/threads", {"contact_id": message.contact_id}).json() == EMPTY
        assert other_client.get(f"/v1/threads/{message.thread_id}/messages").json()["code"] == "not_found"
        assert other_client.post(f"/v1/threads/{message.thread_id}/read").json()["code"] == "not_found"
    assert Thread.unscoped.get().unread_count == 1


@pytest.mark.parametrize("name", ["thr_", "msg_01ARZ3NDEKTSV4RRFFQ69G5FAV", "%00", "thr_01ARZ3NDEKTSV4RRFFQ69G5FAV"])
def test_unknown_thread_is_not_found(api: Api, tenants: Tenants, name: str) -> None:
    assert api(tenants.key()).get(f"/v1/threads/{name}/messages").json()["code"] == "not_found"
    assert api(tenants.key()).post(f"/v1/threads/{name}/read").json()["code"] == "not_found"


def test_fifty_threads_cost_no_more_queries_than_one(
    api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime, django_assert_num_queries: Callable[..., Any]
) -> None:
    ours = api(tenants.key())
    ours.get("/v1/threads")
    message, now = receive_from(sandbox, 0, frozen_time), frozen_time.now
    for rows in (1, 50):
        frozen_time.now = now  # the use of the key is recorded once a minute
        # key, threads, contacts, accounts, newest messages, planned answers
        with django_assert_num_queries(6):
            assert len(ours.get("/v1/threads").json()["data"]) == rows
        with django_assert_num_queries(5):  # key, thread, messages, contact, account
            assert len(ours.get(f"/v1/threads/{message.thread_id}/messages").json()["data"]) == rows
        for number in range(1, 50) if rows == 1 else ():
            receive_from(sandbox, number, frozen_time)
            receive_from(sandbox, 0, frozen_time)
