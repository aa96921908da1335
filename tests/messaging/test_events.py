"""The events of conversations, broadcasts and accounts: once for each change, by whoever made it, with the object as
GET answers it."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from apikeys.services import create_key
from contacts.services import erase_contact
from crmsolid.core import clock
from crmsolid.events.catalogue import envelope_schema, event_type
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import ALL_SCOPES, Actor
from crmsolid.workspaces.authors import Author, author_of
from crmsolid.workspaces.models import Membership, Role, User
from crmsolid.workspaces.services import remove_member
from messaging import account_states, accounts, tasks
from messaging.broadcasts import services as broadcasts
from messaging.changes import queue
from messaging.changes.applying import lock_message, record_deletion, record_edit
from messaging.models import (
    Account,
    AccountKind,
    AccountState,
    ChangeKind,
    ChangeStatus,
    Message,
    MessageChange,
    Recipient,
    Status,
    Thread,
)
from messaging.sending import settlement
from messaging.sending.gateway import SendError
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from messaging.threads.services import actions
from tests.messaging.broadcasts import helpers as running
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import events, send, stored, stored_account
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db

THREADS = ("thread.assigned", "thread.closed", "thread.reopened")


def incoming(account: Account, number: int = 1, *, text: str = "hi", name: str = "sarah") -> Message:
    at = clock.now()
    message = receive(account, Incoming(telegram_message_id=number, text=text, at=at, username=name))
    assert message is not None
    return message


def _assignees(data: dict[str, Any]) -> tuple[int | None, int | None]:
    old, new = (None if each is None else each["id"] for each in (data["old_assignee"], data["new_assignee"]))
    return old, new


SPECIAL: dict[str, Callable[[dict[str, Any]], Any]] = {
    "thread.assigned": _assignees,
    "thread.closed": lambda data: data["thread"]["state"],
    "thread.reopened": lambda data: data["thread"]["state"],
    "account.state_changed": lambda data: (data["old_state"], data["new_state"]),
    "broadcast.started": lambda data: data["broadcast"]["status"],
    "broadcast.completed": lambda data: data["broadcast"]["status"],
}


def told(*types: str) -> list[tuple[str, Any]]:
    """The types of these events with what is special about each. They match their schemas."""
    found = events(*types)
    for each in found:
        Draft202012Validator(envelope_schema(event_type(each["event"]))).validate(each)
    return [(each["event"], SPECIAL[each["event"]](each["data"])) for each in found]


# --- Who caused it, and on which account ------------------------------------------------------------------------------
def test_a_key_recognizes_what_it_has_sent_itself(api: Api, tenants: Tenants, sandbox: Account) -> None:
    made = create_key(tenants.actor(), name="CRM sync", scopes=ALL_SCOPES)
    body = {"account_id": sandbox.pk, "to": "@reply_bob", "text": "Hello"}
    assert api(made.token).post("/v1/messages/send", body).status_code == 200
    tasks.sweep()
    sent, received = events("message.sent", "message.received")
    assert sent["actor"] == {"type": "key", "id": made.key.pk, "name": "CRM sync"}
    assert sent["actor"] == sent["data"]["message"]["author"]
    assert received["actor"] is None
    assert set(Event.unscoped.filter(type__startswith="message.").values_list("account_id", flat=True)) == {sandbox.pk}


def test_what_was_typed_on_the_phone_says_so(sandbox: Account) -> None:
    receive(sandbox, Incoming(1, "from the phone", clock.now(), username="sarah", outgoing=True))
    [sent] = events("message.sent")
    assert sent["actor"] == {"type": "telegram", "id": None, "name": None}


def test_edits_and_deletions_say_who_asked_for_them(api: Api, tenants: Tenants, sandbox: Account) -> None:
    message = send(sandbox)
    tasks.dispatch_messages()
    key = api(tenants.key(name="Editor"))
    assert key.patch(f"/v1/messages/{message.pk}", {"text": "changed"}).status_code == 200
    record_edit(stored(message), "by the other side", [], clock.now() + timedelta(minutes=1))
    assert key.client.delete(f"/v1/messages/{message.pk}", headers=key._headers({})).status_code == 204
    made = events("message.edited", "message.deleted")
    assert [(each["event"], (each["actor"] or {}).get("name")) for each in made] == [
        ("message.edited", "Editor"),
        ("message.edited", None),
        ("message.deleted", "Editor"),
    ]


def test_a_change_that_telegram_reports_before_it_is_settled_is_by_whoever_asked(
    tenants: Tenants, sandbox: Account
) -> None:
    message = send(sandbox)
    tasks.dispatch_messages()
    Account.unscoped.filter(pk=sandbox.pk).update(kind=AccountKind.TELEGRAM)
    member = tenants.member(Role.AGENT)
    for kind, what in ((ChangeKind.EDIT, {"text": "changed"}), (ChangeKind.DELETE, {})):
        with transaction.atomic():
            row = Message.unscoped.select_related("account").get(pk=message.pk)
            queue.ask(row, kind, by=_author(tenants, member), **what)
        claimed = queue.claim(sandbox.pk)
        assert claimed is not None
        with transaction.atomic():
            locked = lock_message(Message.unscoped.filter(pk=message.pk))
            assert locked is not None
            if kind == ChangeKind.EDIT:
                record_edit(locked, "changed", [], clock.now())
            else:
                record_deletion(locked, clock.now())
        queue.settle_done(claimed)
    made = [(each["event"], each["actor"]["id"]) for each in events("message.edited", "message.deleted")]
    assert made == [("message.edited", str(member.pk)), ("message.deleted", str(member.pk))]
    assert set(MessageChange.unscoped.values_list("status", flat=True)) == {ChangeStatus.DONE}


def _author(tenants: Tenants, user: User) -> Author:
    return author_of(_member(tenants, user))


def _member(tenants: Tenants, user: User) -> Actor:
    rows = Membership.unscoped.select_related("workspace", "user")
    return Actor.member(rows.get(user=user, workspace=tenants.workspace), tenants.workspace)


# --- Conversations ----------------------------------------------------------------------------------------------------
def test_closing_and_reopening_is_told_once_each(api: Api, tenants: Tenants, sandbox: Account) -> None:
    thread_id = incoming(sandbox).thread_id
    key = api(tenants.key(name="Desk"))
    address = f"/v1/threads/{thread_id}"
    later = clock.rfc3339(clock.now() + timedelta(hours=1))
    for body in (
        *({"state": "closed"}, {"state": "closed"}, {"state": "open"}, {"state": "open"}),
        *({"state": "snoozed", "snoozed_until": later}, {"state": "closed"}),
        *({"state": "snoozed", "snoozed_until": later}, {"state": "open"}),
    ):
        assert key.patch(address, body).status_code == 200
    assert told(*THREADS) == [
        ("thread.closed", "closed"),
        ("thread.reopened", "open"),
        ("thread.closed", "closed"),
        ("thread.reopened", "snoozed"),
    ]
    assert {each["actor"]["name"] for each in events(*THREADS)} == {"Desk"}
    rows = Event.unscoped.filter(type__startswith="thread.")
    assert set(rows.values_list("account_id", "contact_id")) == {(sandbox.pk, str(Thread.unscoped.get().contact_id))}


def test_the_thread_of_an_event_is_as_get_answers_it(api: Api, tenants: Tenants, sandbox: Account) -> None:
    thread_id, key = incoming(sandbox).thread_id, api(tenants.key())
    key.patch(f"/v1/threads/{thread_id}", {"state": "closed", "assignee_id": tenants.owner.pk})
    closed, assigned = events(*THREADS)
    assert assigned["data"]["thread"] == key.get(f"/v1/threads/{thread_id}").json()
    assert closed["data"]["thread"] == {**assigned["data"]["thread"], "assignee": None}
    assert assigned["data"]["thread"]["last_message"]["text"] == "hi"


def test_a_message_reopens_a_closed_conversation_and_tells_so_after_it(tenants: Tenants, sandbox: Account) -> None:
    thread_id = incoming(sandbox).thread_id
    actor = tenants.actor()
    actions.close_thread(actor, thread_id)
    incoming(sandbox, 2, text="again")
    incoming(sandbox, 3, text="and again")
    names = [each["event"] for each in events("message.received", *THREADS)]
    received = "message.received"
    assert names == [received, "thread.closed", received, "thread.reopened", received]
    [reopened] = events("thread.reopened")
    assert (reopened["actor"], reopened["data"]["thread"]["last_message"]["text"]) == (None, "again")
    actions.snooze_thread(actor, thread_id, until=clock.now() + timedelta(hours=1))
    incoming(sandbox, 4, text="wakes it")
    assert len(events("thread.reopened")) == 1  # it was not closed


def test_what_is_typed_on_the_phone_reopens_nothing(tenants: Tenants, sandbox: Account) -> None:
    thread_id = incoming(sandbox).thread_id
    actions.close_thread(tenants.actor(), thread_id)
    receive(sandbox, Incoming(2, "from the phone", clock.now(), username="sarah", outgoing=True))
    assert [name for name, _ in told(*THREADS)] == ["thread.closed"]
    assert Thread.unscoped.get().closed_at is not None


def test_assigning_is_told_with_both_members(api: Api, tenants: Tenants, sandbox: Account) -> None:
    thread_id, key = incoming(sandbox).thread_id, api(tenants.key())
    one, other = tenants.owner.pk, tenants.member(Role.AGENT).pk
    for user_id in (one, one, other, None, None):
        assert key.patch(f"/v1/threads/{thread_id}", {"assignee_id": user_id}).status_code == 200
    assert told(*THREADS) == [
        ("thread.assigned", (None, one)),
        ("thread.assigned", (one, other)),
        ("thread.assigned", (other, None)),
    ]


def test_taking_the_next_conversation_is_told(tenants: Tenants, sandbox: Account) -> None:
    incoming(sandbox)
    agent = tenants.member(Role.AGENT)
    actions.take_next(_member(tenants, agent))
    [assigned] = events("thread.assigned")
    assert assigned["actor"] == {"type": "member", "id": str(agent.pk), "name": assigned["actor"]["name"]}
    assert told("thread.assigned") == [("thread.assigned", (None, agent.pk))]


def test_conversations_of_a_member_who_is_removed_are_told(tenants: Tenants, sandbox: Account) -> None:
    agent = tenants.member(Role.AGENT)
    for number, name in enumerate(("sarah", "bob", "carol"), 1):
        thread_id = incoming(sandbox, number, name=name).thread_id
        if name != "carol":
            actions.assign_thread(tenants.actor(), thread_id, user_id=agent.pk)
    member = Membership.unscoped.get(user=agent)
    remove_member(_member(tenants, tenants.owner), member.pk)
    assert told("thread.assigned")[2:] == [("thread.assigned", (agent.pk, None))] * 2
    contacts = {each["data"]["thread"]["contact"]["username"] for each in events("thread.assigned")[2:]}
    assert contacts == {"sarah", "bob"}


def test_a_refused_change_tells_nothing(api: Api, tenants: Tenants, sandbox: Account) -> None:
    thread_id, key = incoming(sandbox).thread_id, api(tenants.key())
    body = {"state": "closed", "assignee_id": 999_999}
    assert key.patch(f"/v1/threads/{thread_id}", body).status_code == 422
    assert (told(*THREADS), Thread.unscoped.get().closed_at) == ([], None)


def test_events_of_conversations_go_with_the_person(tenants: Tenants, sandbox: Account) -> None:
    message = incoming(sandbox)
    actions.close_thread(tenants.actor(), message.thread_id)
    erase_contact(tenants.actor(), str(message.contact_id))
    assert [bytes(row.body) for row in Event.unscoped.filter(type="thread.closed")] == [b""]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_close_at_once_one_event_tells(tenants: Tenants, sandbox: Account) -> None:
    thread_id = incoming(sandbox).thread_id
    ready = threading.Barrier(2)

    def close() -> None:
        ready.wait(10)
        actions.close_thread(tenants.actor(), thread_id)
        connection.close()

    threads = [threading.Thread(target=close) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert told(*THREADS) == [("thread.closed", "closed")]


# --- Broadcasts -------------------------------------------------------------------------------------------------------
def test_a_broadcast_tells_when_it_starts_and_when_it_is_done(api: Api, tenants: Tenants, sandbox: Account) -> None:
    running.contacts(tenants.workspace, 2)
    key = api(tenants.key(name="Sender"))
    body = {"name": "News", "text": "Hello", "account_ids": [sandbox.pk], "audience": {"tags": ["vip"]}}
    answer = key.post("/v1/broadcasts", body)
    assert answer.status_code in (201, 202), answer.content
    broadcast = broadcasts.get_broadcast(tenants.actor(), answer.json()["id"])
    assert told("broadcast.started", "broadcast.completed") == [("broadcast.started", "running")]
    running.work(broadcast)
    assert told("broadcast.started", "broadcast.completed") == [
        ("broadcast.started", "running"),
        ("broadcast.completed", "done"),
    ]
    started, completed = events("broadcast.started", "broadcast.completed")
    assert (started["actor"]["name"], completed["actor"]["name"]) == ("Sender", "Sender")
    assert completed["data"]["broadcast"] == key.get(f"/v1/broadcasts/{broadcast.pk}").json()
    assert {each["actor"]["type"] for each in events("message.sent")} == {"broadcast"}


def test_a_scheduled_broadcast_starts_at_its_time(tenants: Tenants, sandbox: Account, frozen_time: FrozenTime) -> None:
    running.contacts(tenants.workspace, 1)
    broadcast = running.start(sandbox, send_at=clock.now() + timedelta(hours=1))
    running.freeze(broadcast)
    running.run_job(broadcast)
    assert told("broadcast.started") == []
    frozen_time.forward(hours=1, minutes=1)
    running.run_job(broadcast)
    running.run_job(broadcast)
    assert told("broadcast.started") == [("broadcast.started", "running")]


def test_a_canceled_broadcast_is_not_completed_and_a_retried_one_starts_again(
    tenants: Tenants, sandbox: Account
) -> None:
    running.contacts(tenants.workspace, 1)
    canceled = running.start(sandbox)
    broadcasts.cancel_broadcast(tenants.actor(), canceled.pk)
    running.run_job(canceled)
    assert told("broadcast.started", "broadcast.completed") == [("broadcast.started", "running")]
    failed = running.start(sandbox, audience={"contact_ids": [running.contact(tenants.workspace, "fail_privacy").pk]})
    running.work(failed)
    broadcasts.retry_failed(tenants.actor(), failed.pk)
    assert [name for name, _ in told("broadcast.started", "broadcast.completed")] == [
        *("broadcast.started", "broadcast.started", "broadcast.completed", "broadcast.started")
    ]
    assert Recipient.unscoped.filter(broadcast=failed, status=Status.FAILED).count() == 0


# --- Accounts ---------------------------------------------------------------------------------------------------------
def changes() -> Sequence[Any]:
    return [special for _, special in told("account.state_changed")]


def flood(account: Account, until: Any) -> None:
    error = SendError("flood_wait", retry_after=60.0)
    with transaction.atomic():
        settlement.apply_to_account(settlement.lock_account(account.pk), error, until)


def test_pausing_and_resuming_is_told(tenants: Tenants, sandbox: Account) -> None:
    owner = _member(tenants, tenants.owner)
    accounts.pause_account(owner, sandbox.pk)
    accounts.resume_account(owner, sandbox.pk)
    assert changes() == [("connected", "paused"), ("paused", "connected")]
    first = events("account.state_changed")[0]
    assert first["actor"]["id"] == str(tenants.owner.pk)
    assert (first["data"]["account"]["id"], first["data"]["account"]["state"]) == (sandbox.pk, "paused")
    assert Event.unscoped.filter(type="account.state_changed", account_id=sandbox.pk).count() == 2


def test_a_pause_that_telegram_asks_for_is_told_with_its_end(
    tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    flood(sandbox, clock.now() + timedelta(minutes=1))
    flood(sandbox, clock.now() + timedelta(minutes=2))
    assert changes() == [("connected", "paused")]
    tasks.sweep()
    assert changes() == [("connected", "paused")]
    frozen_time.forward(minutes=3)
    tasks.sweep()
    tasks.sweep()
    assert changes() == [("connected", "paused"), ("paused", "connected")]
    assert (stored_account(sandbox).state, stored_account(sandbox).paused_until) == ("connected", None)
    assert {each["actor"] for each in events("account.state_changed")} == {None}


def test_each_change_begins_with_the_state_in_which_the_one_before_has_ended(
    tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    flood(sandbox, clock.now() + timedelta(minutes=1))
    frozen_time.forward(minutes=2)
    flood(sandbox, clock.now() + timedelta(minutes=1))  # before anything has noticed the end of the first pause
    frozen_time.forward(minutes=2)
    accounts.pause_account(_member(tenants, tenants.owner), sandbox.pk)
    assert changes() == [("connected", "paused"), ("paused", "connected")] * 2 + [("connected", "paused")]


@pytest.mark.parametrize("state", [AccountState.BANNED, AccountState.NEEDS_LOGIN, AccountState.FROZEN])
def test_an_account_that_telegram_refuses_is_told_once(sandbox: Account, state: AccountState) -> None:
    error = SendError("account_lost", account_state=state.value)
    for _ in range(2):
        with transaction.atomic():
            settlement.apply_to_account(settlement.lock_account(sandbox.pk), error, clock.now())
    assert changes() == [("connected", state.value)]


def test_an_event_rolls_back_with_its_change(sandbox: Account) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        account_states.set_state(sandbox.workspace_id, sandbox, AccountState.BANNED)
        raise RuntimeError
    assert (changes(), stored_account(sandbox).state) == ([], "connected")
