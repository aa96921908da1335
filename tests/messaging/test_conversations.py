"""Conversations over the API: filters and orders of the list, one of them, and its changes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from contacts.services import upsert_contact
from crmsolid.core.clock import rfc3339
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry, Membership, Role, User
from messaging.models import Account, Message, Thread
from messaging.services import cancel_message
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import send
from tests.messaging.test_threads import receive_from
from tests.tenants import Api, Tenants
from tests.threads import run_together


@pytest.fixture
def ours(api: Api, tenants: Tenants) -> Api:
    return api(tenants.key())


def path_of(message: Message) -> str:
    return f"/v1/threads/{message.thread_id}"


def listed(client: Api, **query: Any) -> list[str]:
    answer = client.get("/v1/threads", query)
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["data"]]


def stored(message: Message) -> Thread:
    row: Thread = Thread.unscoped.get(pk=message.thread_id)
    return row


def audited(message: Message) -> list[str]:
    rows = AuditEntry.unscoped.filter(target=message.thread_id).order_by("pk")
    return list(rows.values_list("action", flat=True))


def named(tenants: Tenants, name: str, role: Role = Role.AGENT) -> User:
    user = tenants.member(role)
    User.objects.filter(pk=user.pk).update(name=name)
    return user


# --- The object -------------------------------------------------------------------------------------------------------
def test_thread_has_the_documented_shape(
    ours: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    vera = named(tenants, "Vera")
    upsert_contact(tenants.actor(), {"username": "person_1", "name": "Sarah Miller"})
    message = receive_from(sandbox, 1, frozen_time)
    Thread.unscoped.update(assignee=vera)
    expected = {
        "id": message.thread_id,
        "account_id": sandbox.pk,
        "account": {"id": sandbox.pk, "name": "Sandbox"},
        "contact_id": message.contact_id,
        "contact": {"id": message.contact_id, "name": "Sarah Miller", "username": "person_1"},
        "state": "open",
        "snoozed_until": None,
        "assignee": {"id": vera.pk, "name": "Vera"},
        "unread_count": 1,
        "waiting_since": rfc3339(frozen_time.now),
        "planned_at": None,
        "last_message_at": rfc3339(frozen_time.now),
        "last_message": ours.get(f"/v1/messages/{message.pk}").json(),
        "created_at": rfc3339(frozen_time.now),
    }
    assert ours.get(path_of(message)).json() == expected
    assert ours.get("/v1/threads").json() == {"data": [expected], "next_cursor": None}


def test_latest_messages_come_with_the_thread_if_wanted(ours: Api, sandbox: Account, frozen_time: FrozenTime) -> None:
    texts = ["one", "two", "three"]
    message = [receive_from(sandbox, 1, frozen_time, text) for text in texts][-1]
    answer = ours.get(path_of(message), {"messages": 2})
    assert [row["text"] for row in answer.json()["messages"]] == ["three", "two"]
    assert answer.json()["messages"][0] == ours.get(f"/v1/messages/{message.pk}").json()
    without = ours.get(path_of(message))
    assert "messages" not in without.json()
    # The tag is that of the thread, so it serves for a change too.
    assert answer.headers["ETag"].startswith(without.headers["ETag"].rstrip('"'))
    patched = ours.patch(path_of(message), {"state": "closed"}, If_Match=answer.headers["ETag"])
    assert (patched.status_code, patched.json()["state"]) == (200, "closed")


def test_planned_answer_leaves_the_wait_and_is_shown(
    ours: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    message, waiting_since = receive_from(sandbox, 1, frozen_time), rfc3339(frozen_time.now)
    at = frozen_time.now + timedelta(hours=2)
    planned = send(sandbox, "@person_1", send_at=at)
    shown = ours.get(path_of(message)).json()
    assert (shown["waiting_since"], shown["planned_at"]) == (waiting_since, rfc3339(at))
    cancel_message(tenants.actor(), planned.pk)
    assert ours.get(path_of(message)).json()["planned_at"] is None
    send(sandbox, "@person_1")
    assert ours.get(path_of(message)).json()["waiting_since"] is None


# --- The list ---------------------------------------------------------------------------------------------------------
def test_filters_by_state_assignee_and_wait(
    ours: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    vera = named(tenants, "Vera")
    opened, snoozed, closed, woken = (receive_from(sandbox, number, frozen_time) for number in range(4))
    rows = Thread.unscoped
    rows.filter(pk=snoozed.thread_id).update(snoozed_until=frozen_time.now + timedelta(hours=1))
    rows.filter(pk=woken.thread_id).update(snoozed_until=frozen_time.now, assignee=vera, waiting_since=None)
    ours.patch(path_of(closed), {"state": "closed"})

    def found(**query: Any) -> set[Message]:
        by_id = {each.thread_id: each for each in (opened, snoozed, closed, woken)}
        return {by_id[each] for each in listed(ours, **query)}

    assert found(state="open") == {opened, woken}
    assert found(state="snoozed") == {snoozed}
    assert found(state="closed") == {closed}
    assert found(assignee=vera.pk) == {woken}
    assert found(assignee="none") == {opened, snoozed, closed}
    assert found(assignee=vera.pk + 1) == set()
    assert found(waiting="true") == {opened, snoozed}
    assert found(waiting="false") == {closed, woken}
    assert found(waiting="true", state="open", assignee="none", unread="true") == {opened}
    frozen_time.forward(hours=1)
    assert found(state="snoozed") == set()
    assert found(state="open") == {opened, snoozed, woken}


def test_who_waits_is_listed_by_how_long(ours: Api, sandbox: Account, frozen_time: FrozenTime) -> None:
    first, second, answered, third = (receive_from(sandbox, number, frozen_time) for number in range(4))
    send(sandbox, "@person_2")
    receive_from(sandbox, 0, frozen_time, "again")  # waits since the first message all the same
    waiting = [first.thread_id, second.thread_id, third.thread_id]
    assert listed(ours, sort="waiting_since") == waiting
    cursor, seen = None, []
    for _ in waiting:
        page = ours.get("/v1/threads", {"sort": "waiting_since", "limit": 1} | ({"cursor": cursor} if cursor else {}))
        seen += [row["id"] for row in page.json()["data"]]
        cursor = page.json()["next_cursor"]
    assert (seen, cursor) == (waiting, None)
    ours.patch(path_of(first), {"state": "closed"})
    assert listed(ours, sort="waiting_since") == waiting[1:]
    assert answered.thread_id not in waiting


def test_who_has_waited_for_hours(ours: Api, sandbox: Account, frozen_time: FrozenTime) -> None:
    early = receive_from(sandbox, 1, frozen_time)
    frozen_time.forward(hours=71)
    late = receive_from(sandbox, 2, frozen_time)
    frozen_time.forward(hours=1)
    assert listed(ours, waiting_hours=72) == [early.thread_id]
    assert listed(ours, waiting_hours=73) == []
    assert listed(ours, waiting_hours=1, sort="waiting_since") == [early.thread_id, late.thread_id]
    frozen_time.forward(hours=71)
    assert set(listed(ours, waiting_hours=72)) == {early.thread_id, late.thread_id}


def test_search_finds_names_usernames_and_texts(
    ours: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    upsert_contact(tenants.actor(), {"username": "person_1", "name": "Сара Müller"})
    one = receive_from(sandbox, 1, frozen_time, "Where is my invoice?")
    two = receive_from(sandbox, 2, frozen_time, "Müller told me of it")
    three = receive_from(sandbox, 3, frozen_time, "Hello")
    assert listed(ours, search="сара") == [one.thread_id]
    assert listed(ours, search="son_3") == [three.thread_id]
    assert listed(ours, search="INVOI") == [one.thread_id]
    assert listed(ours, search="müller") == [two.thread_id, one.thread_id]
    assert listed(ours, search="müller", contact_id=one.contact_id) == [one.thread_id]
    assert listed(ours, search="%") == []


@pytest.mark.parametrize(
    "query",
    [
        {"state": "done"},
        {"assignee": "me"},
        {"assignee": "0"},
        {"assignee": ""},
        {"waiting": "yes"},
        {"waiting_hours": "-1"},
        {"sort": "-waiting_since"},
        {"search": "a\0"},
        {"search": "x" * 201},
    ],
)
def test_invalid_filter_is_refused(ours: Api, query: dict[str, str]) -> None:
    answer = ours.get("/v1/threads", query)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter")


def test_queries_do_not_depend_on_the_number_of_threads(
    ours: Api, sandbox: Account, frozen_time: FrozenTime, django_assert_num_queries: Callable[..., Any]
) -> None:
    ours.get("/v1/threads")
    message, now = receive_from(sandbox, 0, frozen_time), frozen_time.now
    filters: list[tuple[dict[str, Any], int]] = [
        ({}, 6),  # key, threads, contacts, accounts, newest messages, planned answers
        ({"sort": "waiting_since", "state": "open", "assignee": "none", "waiting_hours": 0}, 6),
        ({"search": "hi"}, 10),  # contacts, times of messages, messages that have the word, and their contacts
    ]
    for rows in (1, 30):
        frozen_time.now = now  # the use of the key is recorded once a minute
        for query, number in filters:
            if rows > 1 and "waiting_hours" in query:
                frozen_time.now = now + timedelta(seconds=50)
            with django_assert_num_queries(number):
                assert len(listed(ours, **query)) == rows
        with django_assert_num_queries(4):  # key, thread, newest message, planned answers
            assert ours.get(path_of(message), {"messages": 0}).status_code == 200
        for number in range(1, 30) if rows == 1 else ():
            receive_from(sandbox, number, frozen_time)


# --- Changes ----------------------------------------------------------------------------------------------------------
def test_several_things_are_changed_at_once(
    ours: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    message, vera = receive_from(sandbox, 1, frozen_time), named(tenants, "Vera")
    until = rfc3339(frozen_time.now + timedelta(days=1))
    body = {"state": "snoozed", "snoozed_until": until, "assignee_id": vera.pk}
    answer = ours.patch(path_of(message), body)
    assert answer.status_code == 200, answer.content
    assert answer.json() == ours.get(path_of(message)).json()
    assert answer.headers["ETag"] == ours.get(path_of(message)).headers["ETag"]
    shown = answer.json()
    assert (shown["state"], shown["snoozed_until"]) == ("snoozed", until)
    assert shown["assignee"] == {"id": vera.pk, "name": "Vera"}
    assert shown["waiting_since"] is not None
    assert audited(message) == ["thread.snoozed", "thread.assigned"]
    again = ours.patch(path_of(message), body).json()
    assert (again, audited(message)) == (shown, ["thread.snoozed", "thread.assigned"])
    closed = ours.patch(path_of(message), {"state": "closed", "assignee_id": None}).json()
    assert (closed["state"], closed["snoozed_until"], closed["assignee"]) == ("closed", None, None)
    assert (closed["unread_count"], closed["waiting_since"]) == (0, None)
    opened = ours.patch(path_of(message), {"state": "open", "snoozed_until": None}).json()
    assert (opened["state"], audited(message)[2:]) == (
        "open",
        ["thread.closed", "thread.unassigned", "thread.reopened"],
    )
    assert ours.patch(path_of(message), {}).json() == opened


@pytest.mark.parametrize("state", ["closed", "snoozed"])
def test_message_of_the_contact_opens_it_again(
    ours: Api, sandbox: Account, frozen_time: FrozenTime, state: str
) -> None:
    message = receive_from(sandbox, 1, frozen_time)
    until = {"snoozed_until": rfc3339(frozen_time.now + timedelta(days=1))} if state == "snoozed" else {}
    assert ours.patch(path_of(message), {"state": state, **until}).json()["state"] == state
    receive_from(sandbox, 1, frozen_time, "Hello?")
    shown = ours.get(path_of(message)).json()
    assert (shown["state"], shown["snoozed_until"], shown["last_message"]["text"]) == ("open", None, "Hello?")


def test_open_thread_whose_snooze_has_ended_is_not_reopened(
    ours: Api, sandbox: Account, frozen_time: FrozenTime
) -> None:
    message = receive_from(sandbox, 1, frozen_time)
    Thread.unscoped.update(snoozed_until=frozen_time.now)
    assert ours.patch(path_of(message), {"state": "open"}).json()["state"] == "open"
    assert audited(message) == []


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"state": "snoozed"}, "snoozed_until", "required"),
        ({"state": "snoozed", "snoozed_until": None}, "snoozed_until", "required"),
        ({"state": "snoozed", "snoozed_until": "2020-01-01T00:00:00Z"}, "snoozed_until", "out_of_range"),
        ({"state": "closed", "snoozed_until": "2999-01-01T00:00:00Z"}, "snoozed_until", "not_snoozed"),
        ({"snoozed_until": "2999-01-01T00:00:00Z"}, "snoozed_until", "not_snoozed"),
        ({"state": "done"}, "state", "invalid_choice"),
        ({"state": None}, "state", "null"),
        ({"state": "closed", "assignee_id": 10**15}, "assignee_id", "invalid_choice"),
        ({"assignee_id": "7"}, "assignee_id", "invalid"),
        ({"unread_count": 0}, "unread_count", "read_only"),
        ({"open": True}, "open", "unknown_field"),
    ],
)
def test_wrong_change_is_refused_and_changes_nothing(
    ours: Api, sandbox: Account, frozen_time: FrozenTime, body: dict[str, Any], field: str, code: str
) -> None:
    message = receive_from(sandbox, 1, frozen_time)
    before = ours.get(path_of(message)).content
    answer = ours.patch(path_of(message), body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [(field, code)]
    assert (ours.get(path_of(message)).content, audited(message)) == (before, [])


@pytest.mark.parametrize("who", ["viewer", "stranger"])
def test_only_members_who_may_write_look_after_a_thread(
    ours: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime, who: str
) -> None:
    message = receive_from(sandbox, 1, frozen_time)
    user = tenants.member(Role.VIEWER)
    if who == "stranger":
        Membership.unscoped.filter(user=user).update(workspace=tenants.other, role=Role.AGENT)
    answer = ours.patch(path_of(message), {"state": "closed", "assignee_id": user.pk})
    assert answer.json()["errors"][0]["code"] == "invalid_choice"
    assert (stored(message).assignee_id, stored(message).closed_at, audited(message)) == (None, None, [])


def test_scopes(api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime) -> None:
    message, vera = receive_from(sandbox, 1, frozen_time), named(tenants, "Vera")
    reader, writer = api(tenants.key([Scope.READ_MESSAGES])), api(tenants.key([Scope.WRITE_MESSAGES]))
    for answer in (
        writer.get(path_of(message)),
        writer.get("/v1/threads"),
        reader.patch(path_of(message), {"state": "closed"}),
        reader.post(f"{path_of(message)}/unread"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert (stored(message).closed_at, audited(message)) == (None, [])
    answer = writer.patch(path_of(message), {"state": "closed", "assignee_id": vera.pk})
    assert (answer.status_code, answer.json()) == (200, {"id": message.thread_id})
    assert "ETag" not in answer.headers
    assert (stored(message).assignee_id, stored(message).closed_at) == (vera.pk, frozen_time.now)


def test_threads_of_other_workspaces_are_not_found(
    api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    message = receive_from(sandbox, 1, frozen_time)
    for workspace in (tenants.other, tenants.twin):
        theirs = api(tenants.key(workspace=workspace))
        for answer in (
            theirs.get(path_of(message)),
            theirs.patch(path_of(message), {"state": "closed"}),
            theirs.post(f"{path_of(message)}/unread"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert listed(theirs, search="person") == listed(theirs, search="hi") == []
    assert (stored(message).closed_at, audited(message)) == (None, [])


def test_thread_is_shown_as_unread(ours: Api, sandbox: Account, frozen_time: FrozenTime) -> None:
    message = receive_from(sandbox, 1, frozen_time)
    ours.post(f"{path_of(message)}/read")
    for _ in range(2):
        answer = ours.post(f"{path_of(message)}/unread")
        assert answer.json() == {"id": message.thread_id, "unread_count": 1}
    assert audited(message) == ["thread.read", "thread.unread"]


def test_repeated_change_is_answered_as_the_first(ours: Api, sandbox: Account, frozen_time: FrozenTime) -> None:
    message = receive_from(sandbox, 1, frozen_time)
    first = ours.patch(path_of(message), {"state": "closed"}, idempotency_key="once")
    receive_from(sandbox, 1, frozen_time, "Hello?")
    again = ours.patch(path_of(message), {"state": "closed"}, idempotency_key="once")
    assert (again.json(), again.json()["state"]) == (first.json(), "closed")
    assert stored(message).closed_at is None


def test_change_is_refused_if_something_was_written_meanwhile(
    ours: Api, sandbox: Account, frozen_time: FrozenTime
) -> None:
    message = receive_from(sandbox, 1, frozen_time)
    tag = ours.get(path_of(message)).headers["ETag"]
    receive_from(sandbox, 1, frozen_time, "One more thing")
    answer = ours.patch(path_of(message), {"state": "closed"}, If_Match=tag)
    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")
    assert (stored(message).closed_at, audited(message)) == (None, [])


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_of_the_same_version_one_is_refused(api: Api, tenants: Tenants) -> None:
    sandbox = tenants.sandbox()
    message = send(sandbox)
    token, users = tenants.key(), [named(tenants, "Vera"), named(tenants, "Ben")]
    tag = api(token).get(path_of(message)).headers["ETag"]
    answers = run_together(
        [
            lambda: Api(token).patch(path_of(message), {"assignee_id": users[0].pk}, If_Match=tag),
            lambda: Api(token).patch(path_of(message), {"assignee_id": users[1].pk, "state": "closed"}, If_Match=tag),
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    [done] = [answer.json() for answer in answers if answer.status_code == 200]
    assert api(token).get(path_of(message)).json() == done
