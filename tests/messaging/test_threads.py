"""GET /v1/threads and what hangs below it."""

from collections.abc import Callable
from typing import Any

import pytest

from crmsolid.core.clock import rfc3339
from crmsolid.workspaces.scopes import Scope
from messaging.inbox import Incoming, receive
from messaging.models import Account, Message, Thread
from tests.cast import Api, Cast
from tests.messaging.conftest import Hands

EMPTY: dict[str, Any] = {"data": [], "next_cursor": None}


def hear(account: Account, number: int, hands: Hands, text: str = "hi") -> Message:
    """A message from person ``number``, a second later than the one before."""
    at = hands.forward(seconds=1)
    message = receive(
        account, Incoming(telegram_message_id=int(at.timestamp()), text=text, at=at, username=f"person_{number}")
    )
    assert message is not None
    Message.unscoped.filter(pk=message.pk).update(created_at=at)
    return message


def test_the_inbox_shows_the_newest_thread_first(api: Api, cast: Cast, sandbox: Account, hands: Hands) -> None:
    hear(sandbox, 1, hands, "first")
    second = hear(sandbox, 2, hands)
    last = hear(sandbox, 1, hands, "again")
    answer = api(cast.key([Scope.READ_MESSAGES])).get("/v1/threads").json()
    assert answer["next_cursor"] is None
    assert [row["id"] for row in answer["data"]] == [last.thread_id, second.thread_id]
    assert answer["data"][0] == {
        "id": last.thread_id,
        "account_id": sandbox.pk,
        "contact_id": last.contact_id,
        "unread_count": 2,
        "last_message_at": rfc3339(hands.now),
        "last_message": api(cast.key()).get(f"/v1/messages/{last.pk}").json(),
        "created_at": answer["data"][0]["created_at"],
    }
    assert answer["data"][0]["last_message"]["text"] == "again"


def test_pages_reach_every_thread_once(api: Api, cast: Cast, sandbox: Account, hands: Hands) -> None:
    for number in range(7):
        hear(sandbox, number, hands)
    Thread.unscoped.filter(pk__in=Thread.unscoped.values("pk")[:4]).update(last_message_at=hands.now)  # ties
    ours, seen, cursor = api(cast.key()), list[str](), None
    for _ in range(4):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        answer = ours.get("/v1/threads", query).json()
        seen += [row["id"] for row in answer["data"]]
        cursor = answer["next_cursor"]
    assert cursor is None
    assert sorted(seen) == sorted(Thread.unscoped.values_list("pk", flat=True))


def test_filters(api: Api, cast: Cast, sandbox: Account, hands: Hands) -> None:
    other = cast.sandbox()
    one, two, three = hear(sandbox, 1, hands), hear(sandbox, 2, hands), hear(other, 1, hands)
    ours = api(cast.key())
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
def test_a_wrong_query_is_refused(api: Api, cast: Cast, query: dict[str, str], code: str) -> None:
    answer = api(cast.key()).get("/v1/threads", query)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_cursor_belongs_to_its_list_filters_and_workspace(
    api: Api, cast: Cast, sandbox: Account, hands: Hands
) -> None:
    for number in range(3):
        hear(sandbox, number, hands)
    ours = api(cast.key())
    cursor = ours.get("/v1/threads", {"limit": 1}).json()["next_cursor"]
    stranger = api(cast.key(workspace=cast.other))
    assert ours.get("/v1/threads", {"cursor": cursor, "limit": 2}).status_code == 200  # another size is fine
    assert ours.get("/v1/threads", {"cursor": cursor, "unread": "true"}).json()["code"] == "invalid_cursor"
    assert stranger.get("/v1/threads", {"cursor": cursor}).json()["code"] == "invalid_cursor"
    assert ours.get("/v1/messages", {"cursor": cursor}).json()["code"] == "invalid_cursor"


def test_a_threads_messages_are_listed(api: Api, cast: Cast, sandbox: Account, hands: Hands) -> None:
    texts = ["one", "two", "three"]
    messages = [hear(sandbox, 1, hands, text) for text in texts]
    hear(sandbox, 2, hands)
    ours, path = api(cast.key([Scope.READ_MESSAGES])), f"/v1/threads/{messages[0].thread_id}/messages"
    assert [row["text"] for row in ours.get(path).json()["data"]] == texts[::-1]
    assert [row["text"] for row in ours.get(path, {"sort": "created_at"}).json()["data"]] == texts
    first = ours.get(path, {"limit": 2}).json()
    assert [row["text"] for row in first["data"]] == ["three", "two"]
    rest = ours.get(path, {"limit": 2, "cursor": first["next_cursor"]}).json()
    assert ([row["text"] for row in rest["data"]], rest["next_cursor"]) == (["one"], None)


def test_marking_as_read(api: Api, cast: Cast, sandbox: Account, hands: Hands) -> None:
    message = hear(sandbox, 1, hands)
    path = f"/v1/threads/{message.thread_id}/read"
    assert api(cast.key([Scope.READ_MESSAGES])).post(path).json()["required_scope"] == "write:messages"
    assert Thread.unscoped.get().unread_count == 1
    writer = api(cast.key([Scope.WRITE_MESSAGES]))
    assert writer.post(path, {"all": True}).json()["errors"][0]["code"] == "unknown_field"
    assert writer.post(path).json() == {"id": message.thread_id, "unread_count": 0}
    assert writer.post(path, {}).json() == {"id": message.thread_id, "unread_count": 0}
    assert Thread.unscoped.get().unread_count == 0


def test_a_strangers_threads_do_not_exist(api: Api, cast: Cast, sandbox: Account, hands: Hands) -> None:
    message = hear(sandbox, 1, hands)
    for token in (cast.key(workspace=cast.other), cast.key(workspace=cast.twin)):
        stranger = api(token)
        assert stranger.get("/v1/threads").json() == EMPTY
        assert stranger.get("/v1/threads", {"contact_id": message.contact_id}).json() == EMPTY
        assert stranger.get(f"/v1/threads/{message.thread_id}/messages").json()["code"] == "not_found"
        assert stranger.post(f"/v1/threads/{message.thread_id}/read").json()["code"] == "not_found"
    assert Thread.unscoped.get().unread_count == 1


@pytest.mark.parametrize("name", ["thr_", "msg_01ARZ3NDEKTSV4RRFFQ69G5FAV", "%00", "thr_01ARZ3NDEKTSV4RRFFQ69G5FAV"])
def test_no_such_thread(api: Api, cast: Cast, name: str) -> None:
    assert api(cast.key()).get(f"/v1/threads/{name}/messages").json()["code"] == "not_found"
    assert api(cast.key()).post(f"/v1/threads/{name}/read").json()["code"] == "not_found"


def test_fifty_threads_cost_no_more_queries_than_one(
    api: Api, cast: Cast, sandbox: Account, hands: Hands, django_assert_num_queries: Callable[..., Any]
) -> None:
    ours = api(cast.key())
    ours.get("/v1/threads")
    message, stands = hear(sandbox, 0, hands), hands.now
    for people in (1, 50):
        hands.now = stands  # within the minute in which the key's use was noted
        with django_assert_num_queries(3):  # key, threads, their newest messages
            assert len(ours.get("/v1/threads").json()["data"]) == people
        with django_assert_num_queries(3):  # key, thread, messages
            assert len(ours.get(f"/v1/threads/{message.thread_id}/messages").json()["data"]) == people
        for number in range(1, 50) if people == 1 else ():
            hear(sandbox, number, hands)
            hear(sandbox, 0, hands)
