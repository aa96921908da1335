"""What the inbox knows of a thread: who waits, what failed, who looks after it, what is snoozed or closed."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from contacts.services import tag_contact
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.ids import new_id
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry, Membership, Role
from crmsolid.workspaces.services import remove_member, set_role
from messaging import querysets
from messaging import services as messages
from messaging.formatting.entities import Entity, EntityKind, Formatted
from messaging.models import Account, Message, MessageAttempt, Status, Thread
from messaging.sending import dispatch
from messaging.sending.gateway import SendError
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive, store_past
from messaging.threads.services import actions, answering, reading
from messaging.threads.services.reading import InboxFilter
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import ScriptedGateway, send, stored
from tests.tenants import Tenants
from tests.threads import in_background, run_together
from tests.waiting import another_transaction_waits, wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(tenants: Tenants) -> Actor:
    return member_actor(tenants, Role.AGENT)


def member_actor(tenants: Tenants, role: Role) -> Actor:
    user = tenants.member(role)
    membership = Membership.objects.for_workspace(tenants.workspace).select_related("user").get(user=user)
    return Actor.member(membership, tenants.workspace)


_telegram_ids = iter(range(1000, 10**9))


def hear(account: Account, frozen_time: FrozenTime, who: str = "alice", **options: Any) -> Thread:
    """A message of this person, a second later than what came before."""
    at = frozen_time.forward(seconds=1)
    incoming = Incoming(
        telegram_message_id=next(_telegram_ids), text=options.pop("text", "hi"), at=at, username=who, **options
    )
    message = receive(account, incoming)
    assert message is not None
    Message.unscoped.filter(pk=message.pk).update(created_at=at)
    return thread_of(message)


def thread_of(message: Message) -> Thread:
    thread: Thread = Thread.unscoped.get(pk=message.thread_id)
    return thread


def listed(actor: Actor, view: Any = "open", **wanted: Any) -> list[str]:
    return [thread.pk for thread in reading.list_inbox(actor, InboxFilter(view, **wanted)).rows]


def audited(target: str) -> list[str]:
    return list(AuditEntry.unscoped.filter(target=target).order_by("at", "id").values_list("action", flat=True))


# --- Who waits --------------------------------------------------------------------------------------------------------
def test_contact_waits_from_the_first_message_until_somebody_answers(
    agent: Actor, sandbox: Account, frozen_time: FrozenTime
) -> None:
    first = hear(sandbox, frozen_time)
    again = hear(sandbox, frozen_time)
    assert again.waiting_since == first.last_message_at
    assert listed(agent, "waiting") == [first.pk]
    frozen_time.forward(seconds=1)
    answering.reply(agent, first.pk, text="Hello!")
    assert listed(agent, "waiting") == []
    last = hear(sandbox, frozen_time)
    assert last.waiting_since == frozen_time.now


def test_canceling_the_answer_lets_the_contact_wait_again(
    agent: Actor, sandbox: Account, frozen_time: FrozenTime
) -> None:
    thread = hear(sandbox, frozen_time)
    later = frozen_time.forward(seconds=1) + timedelta(days=1)
    answer = answering.reply(agent, thread.pk, text="Tomorrow", send_at=later)
    messages.cancel_message(agent, answer.pk)
    assert thread_of(answer).waiting_since == thread.last_message_at
    assert audited(answer.pk) == ["message.accepted", "message.canceled"]


def planned_in(agent: Actor, view: Any) -> list[tuple[str, datetime | None]]:
    """The threads of the view, each with when its planned answer is due."""
    return [(each.pk, each.planned_at) for each in reading.list_inbox(agent, InboxFilter(view)).rows]


def test_planned_answer_leaves_the_contact_waiting_until_it_is_sent(
    agent: Actor, sandbox: Account, frozen_time: FrozenTime
) -> None:
    thread, other = hear(sandbox, frozen_time), hear(sandbox, frozen_time, "boris")
    later = frozen_time.forward(seconds=1) + timedelta(days=1)
    answering.reply(agent, thread.pk, text="The day after", send_at=later + timedelta(days=1))
    answering.reply(agent, thread.pk, text="Tomorrow", send_at=later)
    assert planned_in(agent, "waiting") == [(thread.pk, later), (other.pk, None)]
    assert dispatch.dispatch() == 0
    frozen_time.now = later
    assert dispatch.dispatch() == 1
    assert planned_in(agent, "waiting") == [(other.pk, None)]
    assert planned_in(agent, "all") == [(thread.pk, later + timedelta(days=1)), (other.pk, None)]


def test_what_was_written_after_a_planned_answer_waits_for_another_one(
    agent: Actor, sandbox: Account, frozen_time: FrozenTime
) -> None:
    thread = hear(sandbox, frozen_time)
    later = frozen_time.forward(seconds=1) + timedelta(days=1)
    answering.reply(agent, thread.pk, text="Tomorrow", send_at=later)
    again = hear(sandbox, frozen_time)
    assert again.waiting_since == thread.last_message_at
    frozen_time.now = later
    dispatch.dispatch()
    thread.refresh_from_db()
    assert thread.waiting_since == again.last_message_at


def test_contact_waits_on_after_a_planned_answer_has_failed_or_was_canceled(
    agent: Actor, sandbox: Account, frozen_time: FrozenTime
) -> None:
    thread = hear(sandbox, frozen_time, "fail_privacy")
    later = frozen_time.forward(seconds=1) + timedelta(days=1)
    first = answering.reply(agent, thread.pk, text="Tomorrow", send_at=later)
    second = answering.reply(agent, thread.pk, text="The day after", send_at=later + timedelta(days=1))
    frozen_time.now = later
    dispatch.dispatch()
    assert stored(first).status == Status.FAILED
    assert planned_in(agent, "waiting") == [(thread.pk, later + timedelta(days=1))]
    messages.cancel_message(agent, second.pk)
    assert planned_in(agent, "waiting") == [(thread.pk, None)]
    assert thread_of(first).waiting_since == thread.last_message_at


def test_messages_from_before_the_conversation_ask_for_no_answer(
    agent: Actor, sandbox: Account, frozen_time: FrozenTime
) -> None:
    long_ago = frozen_time.now - timedelta(days=700)
    thread = hear(sandbox, frozen_time)
    past = Incoming(telegram_message_id=1, text="thanks, bye", at=long_ago, username="alice")
    store_past(sandbox, thread.contact, thread.pk, [past])
    later = frozen_time.forward(seconds=1) + timedelta(days=1)
    answer = answering.reply(agent, thread.pk, text="Tomorrow", send_at=later)
    messages.cancel_message(agent, answer.pk)
    assert thread_of(answer).waiting_since == thread.last_message_at


def test_answer_typed_on_the_phone_counts_and_an_older_one_does_not(sandbox: Account, frozen_time: FrozenTime) -> None:
    early = frozen_time.now
    thread = hear(sandbox, frozen_time)
    typed = Incoming(telegram_message_id=1, text="x", at=early, username="alice", outgoing=True)
    receive(sandbox, typed)
    thread.refresh_from_db()
    assert thread.waiting_since is not None
    receive(sandbox, Incoming(telegram_message_id=2, text="y", at=frozen_time.now, username="alice", outgoing=True))
    thread.refresh_from_db()
    assert thread.waiting_since is None


@pytest.mark.parametrize("text", ["/stop", "stop"])
def test_nobody_waits_after_an_opt_out(sandbox: Account, frozen_time: FrozenTime, text: str) -> None:
    thread = hear(sandbox, frozen_time, text=text)
    assert (thread.waiting_since, thread.unread_count) == (None, 1)


def test_automatic_answer_does_not_wait(sandbox: Account, frozen_time: FrozenTime) -> None:
    send(sandbox)
    dispatch.dispatch()
    assert hear(sandbox, frozen_time, is_automatic=True).waiting_since is None


# --- What failed ------------------------------------------------------------------------------------------------------
def test_thread_is_failed_until_a_message_is_sent(agent: Actor, sandbox: Account, frozen_time: FrozenTime) -> None:
    failed = send(sandbox, "@fail_privacy")
    dispatch.dispatch()
    assert thread_of(failed).failed_at == frozen_time.now
    assert listed(agent, "failed") == [failed.thread_id]
    answering.reply(agent, failed.thread_id, text="Once more")
    assert listed(agent, "failed") == []
    dispatch.dispatch()
    assert listed(agent, "failed") == [failed.thread_id]


def test_message_that_fails_before_it_is_sent_marks_its_thread(agent: Actor, sandbox: Account) -> None:
    message = send(sandbox, text="Hi {first_name}")
    dispatch.dispatch()
    assert stored(message).error == "template_unresolved"
    assert listed(agent, "failed") == [message.thread_id]


def test_message_that_fails_after_its_thread_was_closed_is_listed(agent: Actor, sandbox: Account) -> None:
    message = send(sandbox, "@fail_privacy")
    actions.close_thread(agent, message.thread_id)
    assert listed(agent, "failed") == []
    dispatch.dispatch()
    assert listed(agent, "failed") == [message.thread_id]
    assert listed(agent, "open") == []


def test_migration_finds_who_waits_and_what_failed(
    agent: Actor, sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = send(sandbox, "@fail_privacy")
    dispatch.dispatch()
    waiting, answered, opted_out = (hear(sandbox, frozen_time, who) for who in ("alice", "boris", "clara"))
    frozen_time.forward(seconds=1)
    answering.reply(agent, answered.pk, text="Hello!")
    Contact.unscoped.filter(pk=opted_out.contact_id).update(opted_out=True)
    Thread.unscoped.update(waiting_since=None, failed_at=None)
    migration = import_module("messaging.migrations.0014_fill_threads")
    monkeypatch.setattr(migration, "CHUNK", 2)
    migration.fill(apps, SimpleNamespace(connection=connection))
    assert listed(agent, "waiting") == [waiting.pk]
    assert listed(agent, "failed") == [failed.thread_id]


# --- Sending again ----------------------------------------------------------------------------------------------------
def fail(sandbox: Account, to: str = "@fail_privacy") -> Message:
    message = send(sandbox, to, text="Braces {{ }} {name|you}")
    dispatch.dispatch()
    return stored(message)


def test_failed_message_is_sent_again_once(agent: Actor, sandbox: Account) -> None:
    failed = fail(sandbox)
    assert answering.find_retryable(agent.workspace, [failed]) == {failed.pk}
    again = answering.retry_message(agent, failed.pk)
    assert (again.text, again.status, again.retry_of_id) == ("Braces { } you", Status.QUEUED, failed.pk)
    assert again.random_id != failed.random_id
    assert again.thread_id == failed.thread_id
    assert answering.find_retryable(agent.workspace, [failed]) == set()
    with pytest.raises(DomainError, match="sent again already"):
        answering.retry_message(agent, failed.pk)
    dispatch.dispatch()
    assert stored(again).text == "Braces { } you"
    assert audited(failed.pk) == ["message.retried"]


def test_template_that_could_not_be_filled_in_is_filled_in_again(agent: Actor, sandbox: Account) -> None:
    message = send(sandbox, "@alice", text="Hi {first_name}")
    dispatch.dispatch()
    again = answering.retry_message(agent, message.pk)
    assert (again.text, again.rendered) == ("Hi {first_name}", False)


def test_message_that_may_have_arrived_is_not_sent_again(
    agent: Actor, sandbox: Account, monkeypatch: pytest.MonkeyPatch, frozen_time: FrozenTime
) -> None:
    """Its first attempt ended with an unknown result, and a later one was refused."""
    unknown = SendError("unreachable")
    gateway = ScriptedGateway([unknown, SendError("privacy_restricted", permanent=True)]).install(monkeypatch)
    message = send(sandbox)
    for _ in range(2):
        dispatch.dispatch()
        frozen_time.forward(seconds=60)
    assert (len(gateway.requests), stored(message).status) == (2, Status.FAILED)
    assert answering.find_retryable(agent.workspace, [stored(message)]) == set()
    with pytest.raises(DomainError, match="may have arrived"):
        answering.retry_message(agent, message.pk)
    assert Message.unscoped.count() == 1


def test_message_whose_worker_died_and_whose_contact_opted_out_is_not_sent_again(
    agent: Actor, sandbox: Account, frozen_time: FrozenTime
) -> None:
    """It failed unsent at its second claim, and nobody knows what became of the first."""
    failed = send(sandbox)
    Message.unscoped.update(
        status=Status.FAILED, attempts=1, unsettled_since=frozen_time.now, error="contact_opted_out"
    )
    assert not MessageAttempt.unscoped.exists()
    assert answering.find_retryable(agent.workspace, [stored(failed)]) == set()


def test_sent_message_is_not_sent_again(agent: Actor, sandbox: Account) -> None:
    message = send(sandbox)
    dispatch.dispatch()
    with pytest.raises(DomainError) as refused:
        answering.retry_message(agent, message.pk)
    assert (refused.value.code, Message.unscoped.count()) == ("invalid_state", 1)


@pytest.mark.django_db(transaction=True)
def test_two_who_retry_at_once_send_one_message(tenants: Tenants, sandbox: Account) -> None:
    agent, failed = member_actor(tenants, Role.AGENT), fail(sandbox)

    def retry() -> str:
        try:
            return answering.retry_message(agent, failed.pk).pk
        except DomainError as error:
            return error.code

    results = run_together([retry] * 4)
    assert sorted(results, key=len)[:3] == ["invalid_state"] * 3
    assert Message.unscoped.count() == 2


@pytest.mark.django_db(transaction=True)
def test_form_that_is_sent_twice_sends_one_message(tenants: Tenants, sandbox: Account) -> None:
    agent, thread, message_id = member_actor(tenants, Role.AGENT), thread_of(send(sandbox)), new_id("msg")

    def answer() -> str:
        return answering.reply(agent, thread.pk, text="Hello", message_id=message_id).pk

    assert run_together([answer] * 4) == [message_id] * 4
    assert Message.unscoped.count() == 2
    assert AuditEntry.unscoped.filter(action="message.accepted", target=message_id).count() == 1


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_in_a_thread_that_was_closed_while_an_answer_was_canceled(
    tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    agent = member_actor(tenants, Role.AGENT)
    thread = hear(sandbox, frozen_time)
    answer = answering.reply(agent, thread.pk, text="Hello", message_id=new_id("msg"))

    closed = threading.Event()

    def cancel() -> None:
        assert closed.wait(20)
        messages.cancel_message(agent, answer.pk)

    with in_background(cancel), transaction.atomic():
        actions.close_thread(agent, thread.pk)
        closed.set()
        wait_until(another_transaction_waits, "the cancellation waits for the thread")
    thread.refresh_from_db()
    assert (thread.closed_at is not None, thread.waiting_since) == (True, None)


# --- Snoozed, closed, assigned ----------------------------------------------------------------------------------------
def test_snoozed_thread_comes_back_at_its_time_to_the_top(
    agent: Actor, sandbox: Account, frozen_time: FrozenTime
) -> None:
    first, second = hear(sandbox, frozen_time, "alice"), hear(sandbox, frozen_time, "bob")
    until = frozen_time.now + timedelta(hours=1)
    actions.snooze_thread(agent, first.pk, until=until)
    actions.snooze_thread(agent, first.pk, until=until)
    assert (listed(agent), listed(agent, "snoozed")) == ([second.pk], [first.pk])
    assert listed(agent, "waiting") == [second.pk]
    frozen_time.forward(hours=1)
    assert (listed(agent), listed(agent, "snoozed")) == ([first.pk, second.pk], [])
    assert audited(first.pk) == ["thread.snoozed"]


@pytest.mark.parametrize("span", [timedelta(0), timedelta(seconds=-1), timedelta(days=367)])
def test_snooze_ends_in_the_future(agent: Actor, sandbox: Account, frozen_time: FrozenTime, span: timedelta) -> None:
    thread = hear(sandbox, frozen_time)
    with pytest.raises(DomainError) as refused:
        actions.snooze_thread(agent, thread.pk, until=frozen_time.now + span)
    assert [error.field for error in refused.value.errors] == ["until"]
    assert listed(agent) == [thread.pk]


@pytest.mark.parametrize("how", ["closed", "snoozed"])
def test_message_of_the_contact_opens_the_thread(
    agent: Actor, sandbox: Account, frozen_time: FrozenTime, how: str
) -> None:
    thread = hear(sandbox, frozen_time)
    if how == "closed":
        actions.close_thread(agent, thread.pk)
    else:
        actions.snooze_thread(agent, thread.pk, until=frozen_time.now + timedelta(days=1))
    assert (listed(agent), listed(agent, how)) == ([], [thread.pk])
    hear(sandbox, frozen_time)
    assert (listed(agent), listed(agent, how)) == ([thread.pk], [])


def test_closing_leaves_nothing_to_do_and_reopening_brings_it_back(
    agent: Actor, sandbox: Account, frozen_time: FrozenTime
) -> None:
    thread = hear(sandbox, frozen_time)
    for _ in range(2):
        closed = actions.close_thread(agent, thread.pk)
    assert (closed.unread_count, closed.waiting_since) == (0, None)
    actions.reopen_thread(agent, thread.pk)
    actions.reopen_thread(agent, thread.pk)
    assert listed(agent) == [thread.pk]
    assert audited(thread.pk) == ["thread.closed", "thread.reopened"]


def test_wait_is_as_long_as_before_when_closing_is_taken_back(
    agent: Actor, sandbox: Account, frozen_time: FrozenTime
) -> None:
    """Also of somebody whose message came in hours after it was written, as the account was offline."""
    thread = hear(sandbox, frozen_time)
    since = thread.waiting_since
    assert since is not None
    Message.unscoped.update(created_at=since + timedelta(hours=3))
    closed = actions.close_thread(agent, thread.pk)
    assert actions.reopen_thread(agent, thread.pk, takes_back=closed.closed_at).waiting_since == since


def test_thread_is_assigned_to_a_member_who_may_write(
    agent: Actor, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    thread, user_id = hear(sandbox, frozen_time), int(agent.subject.id)
    assert listed(agent, "unassigned") == [thread.pk]
    assert actions.assign_thread(agent, thread.pk, user_id=user_id).assignee_id == user_id
    assert (listed(agent, "mine"), listed(agent, "unassigned")) == ([thread.pk], [])
    for nobody in (tenants.stranger.pk, tenants.member(Role.VIEWER).pk, 0):
        with pytest.raises(DomainError, match="choose a member"):
            actions.assign_thread(agent, thread.pk, user_id=nobody)
    assert actions.assign_thread(agent, thread.pk, user_id=None).assignee_id is None
    assert audited(thread.pk) == ["thread.assigned", "thread.unassigned"]


def test_member_who_is_removed_looks_after_nothing(
    agent: Actor, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    live, test = hear(sandbox, frozen_time), hear(tenants.sandbox(tenants.twin), frozen_time)
    Thread.unscoped.update(assignee=agent.subject.id)
    other = hear(tenants.sandbox(tenants.other), frozen_time)
    Thread.unscoped.filter(pk=other.pk).update(assignee=agent.subject.id)
    owner = Actor.member(Membership.objects.for_workspace(tenants.workspace).get(role=Role.OWNER), tenants.workspace)
    member = Membership.objects.for_workspace(tenants.workspace).get(user=agent.subject.id)
    remove_member(owner, member.pk)
    assert list(Thread.unscoped.filter(assignee__isnull=False)) == [other]
    assert Thread.unscoped.filter(pk__in=[live.pk, test.pk], assignee=None).count() == 2


def test_member_who_becomes_a_viewer_looks_after_nothing(
    agent: Actor, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    live, test = hear(sandbox, frozen_time), hear(tenants.sandbox(tenants.twin), frozen_time)
    Thread.unscoped.update(assignee=agent.subject.id)
    owner = Actor.member(Membership.objects.for_workspace(tenants.workspace).get(role=Role.OWNER), tenants.workspace)
    member = Membership.objects.for_workspace(tenants.workspace).get(user=agent.subject.id)
    set_role(owner, member.pk, Role.ADMIN)
    assert Thread.unscoped.filter(assignee=int(agent.subject.id)).count() == 2  # an admin may write
    set_role(owner, member.pk, Role.VIEWER)
    assert Thread.unscoped.filter(pk__in=[live.pk, test.pk], assignee=None).count() == 2


def test_reading_and_unreading_are_recorded_once(agent: Actor, sandbox: Account, frozen_time: FrozenTime) -> None:
    thread = hear(sandbox, frozen_time)
    for _ in range(2):
        messages.mark_thread_read(agent, thread.pk)
    assert listed(agent, "unread") == []
    for _ in range(2):
        actions.mark_thread_unread(agent, thread.pk)
    assert listed(agent, "unread") == [thread.pk]
    assert audited(thread.pk) == ["thread.read", "thread.unread"]


# --- The list ---------------------------------------------------------------------------------------------------------
def test_list_is_filtered_by_account_tag_and_contact(
    agent: Actor, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    other = tenants.sandbox()
    alice, bob = hear(sandbox, frozen_time, "alice_ÄRGER"), hear(other, frozen_time, "bob_b")
    tag_contact(agent, bob.contact_id, add=["vip"])
    assert listed(agent, account_id=other.pk) == [bob.pk]
    assert listed(agent, tag="vip") == [bob.pk]
    assert listed(agent, search="ALICE") == [alice.pk]
    assert listed(agent, search="alice bob") == []
    reading.FEW_CONTACTS, few = 0, reading.FEW_CONTACTS
    try:
        assert (listed(agent, tag="vip"), listed(agent, search="alice")) == ([bob.pk], [alice.pk])
    finally:
        reading.FEW_CONTACTS = few


def test_fifty_threads_cost_no_more_queries_than_one(
    agent: Actor, sandbox: Account, frozen_time: FrozenTime, django_assert_num_queries: Callable[..., Any]
) -> None:
    hear(sandbox, frozen_time)
    for rows in (1, 50):
        # Those who wait and the others with what belongs to them; their newest messages, planned ones, other threads.
        with django_assert_num_queries(5):
            found = reading.list_inbox(agent, InboxFilter()).rows
            shown = [(str(each.contact), str(each.account), each.assignee, each.last_message.text) for each in found]
        assert len(shown) == rows
        for number in range(1, 50) if rows == 1 else ():
            hear(sandbox, frozen_time, f"person_{number}")


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 6, 7])
def test_pages_reach_every_thread_once(agent: Actor, sandbox: Account, frozen_time: FrozenTime, limit: int) -> None:
    """Those who wait for us first, the longest wait first; then the others, the latest activity first."""
    threads = [hear(sandbox, frozen_time, f"person_{number}").pk for number in range(6)]
    for number in (1, 3):
        answering.reply(agent, threads[number], text="Hello")
    waiting, answered = [threads[number] for number in (0, 2, 4, 5)], [threads[3], threads[1]]
    seen, cursor, pages = [], None, 0
    while cursor or not pages:
        found = reading.list_inbox(agent, InboxFilter(), limit=limit, cursor=cursor)
        seen += [thread.pk for thread in found.rows]
        cursor, pages = found.next_cursor, pages + 1
    assert (seen, pages) == (waiting + answered, -(-6 // limit))
    assert listed(agent, "waiting") == waiting
    actions.close_thread(agent, threads[0])
    assert querysets.waiting_count(agent.workspace) == 3


@pytest.fixture
def grouped(
    agent: Actor, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> tuple[dict[tuple[str, int], str], list[Account]]:
    """Five persons who write to three accounts, in turn: the ids of their threads by name and account."""
    accounts = [sandbox, tenants.sandbox(name="Sales"), tenants.sandbox(name="Service")]
    threads = {}
    for number, account in enumerate(accounts):
        for who in ("ann", "bob", "cem", "dia", "eve")[number:]:
            threads[who, number] = hear(account, frozen_time, who).pk
    for who in ("ann", "bob"):
        frozen_time.forward(seconds=1)
        answering.reply(agent, threads[who, 0], text="Hello")
    actions.close_thread(agent, threads["bob", 1])
    actions.close_thread(agent, threads["eve", 0])
    frozen_time.forward(seconds=1)
    return threads, accounts


def test_person_has_one_row_in_each_view(
    agent: Actor, grouped: tuple[dict[tuple[str, int], str], list[Account]]
) -> None:
    """That of the conversation which comes first there."""
    of, accounts = grouped
    waiting = [of["cem", 0], of["dia", 0], of["eve", 1]]
    assert listed(agent, "waiting") == waiting
    assert listed(agent, "open") == [*waiting, of["bob", 0], of["ann", 0]]
    assert listed(agent, "closed") == [of["bob", 1], of["eve", 0]]
    assert listed(agent, "all") == [of[key] for key in (("bob", 0), ("ann", 0), ("eve", 2), ("dia", 2), ("cem", 2))]
    assert listed(agent, "waiting", account_id=accounts[2].pk) == [of["cem", 2], of["dia", 2], of["eve", 2]]
    assert listed(agent, "waiting", search="eve") == [of["eve", 1]]
    rows = reading.list_inbox(agent, InboxFilter("open")).rows
    assert [row.others for row in rows] == [2, 2, 1, 0, 0]
    assert [row.is_unread for row in rows] == [True] * 5
    rows = reading.list_inbox(agent, InboxFilter("open", account_id=accounts[0].pk)).rows
    assert [row.others for row in rows] == [0] * 4


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_counts_and_pages_have_the_rows_of_the_list(
    agent: Actor, grouped: tuple[dict[tuple[str, int], str], list[Account]], limit: int
) -> None:
    of, _ = grouped
    actions.assign_thread(agent, of["cem", 1], user_id=int(agent.subject.id))
    actions.assign_thread(agent, of["cem", 2], user_id=int(agent.subject.id))
    actions.snooze_thread(agent, of["dia", 0], until=clock.now() + timedelta(hours=1))
    actions.snooze_thread(agent, of["dia", 1], until=clock.now() + timedelta(hours=2))
    Thread.unscoped.filter(pk__in=[of["ann", 0], of["eve", 0], of["eve", 1]]).update(failed_at=clock.now())
    counts = reading.count_views(agent)
    for view in reading.VIEWS:
        wanted, seen, cursor = InboxFilter(cast(Any, view)), list[Thread](), None
        while cursor or not seen:
            found = reading.list_inbox(agent, wanted, limit=limit, cursor=cursor)
            seen, cursor = [*seen, *found.rows], found.next_cursor
        assert [thread.pk for thread in seen] == listed(agent, view)
        assert len({thread.contact_id for thread in seen}) == len(seen) == counts.get(view, len(seen)), view
    assert querysets.waiting_count(agent.workspace) == counts["waiting"] == 3


def test_next_is_the_row_that_follows_in_the_list(
    agent: Actor, grouped: tuple[dict[tuple[str, int], str], list[Account]], frozen_time: FrozenTime
) -> None:
    of, accounts = grouped

    def after(thread_id: str, view: Any, **wanted: Any) -> str | None:
        found = reading.next_in_list(agent, InboxFilter(view, **wanted), Thread.unscoped.get(pk=thread_id))
        return None if found is None else found.pk

    for view in ("waiting", "open", "unassigned", "all", "closed", "unread"):
        rows = listed(agent, view)
        waiting = [each for each in rows if Thread.unscoped.get(pk=each).waiting_since]
        others = [each for each in rows if each not in waiting]
        groups = [waiting, others] if view in reading.GROUPED else [rows]
        assert [after(each, view) for each in rows[:-1]] == [
            # Behind the longest waits come the first ones again: nobody is left waiting for a list's end.
            groups[0][0] if view in reading.GROUPED and each == groups[0][-1] else following
            for each, following in pairwise(rows)
        ], view
        assert after(rows[-1], view) == rows[0], view
    cem = Thread.unscoped.get(pk=of["cem", 0])
    actions.close_thread(agent, cem.pk)
    found = reading.next_in_list(agent, InboxFilter("waiting"), cem)
    assert found is not None and found.pk == of["dia", 0]  # where it stood is known, though it has left
    assert after(of["cem", 2], "waiting", account_id=accounts[2].pk) == of["dia", 2]
    assert after(of["ann", 0], "waiting", search="bob") is None
    assert after(of["eve", 1], "waiting", search="eve") is None  # the person is one row


@pytest.fixture
def many_threads(agent: Actor, sandbox: Account) -> None:
    """A few of them in each view, and so many in all that reading the whole table takes longest. The planner decides by
    what it knows of the tables."""
    now, member = clock.now(), int(agent.subject.id)
    contacts = Contact.unscoped.bulk_create(Contact(workspace=sandbox.workspace, name=str(n)) for n in range(12_000))
    states: list[dict[str, Any]] = [
        {"unread_count": 1},
        {"waiting_since": now},
        {"failed_at": now},
        {"assignee_id": member},
        {"snoozed_until": now + timedelta(days=1)},
        {"closed_at": None},
    ]
    closed = {"closed_at": now, "assignee_id": None}
    Thread.unscoped.bulk_create(
        Thread(
            workspace=sandbox.workspace,
            account=sandbox,
            contact=contact,
            last_message_at=now - timedelta(minutes=number),
            **(closed if number % 60 else closed | {"closed_at": None} | states[number // 60 % len(states)]),
        )
        for number, contact in enumerate(contacts)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_account, messaging_thread, contacts_contact")


def plan_of(work: Callable[[], object], statement: int = 0) -> str:
    """The plan of the first statement of the work, or of another one."""
    with CaptureQueriesContext(connection) as captured:
        work()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {captured.captured_queries[statement]['sql']}")
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.usefixtures("many_threads")
def test_views_and_their_counts_use_their_indexes(agent: Actor) -> None:
    # What is open, or snoozed, is also in the indexes of smaller views.
    indexes = {
        "open": "thread_",
        "mine": "thread_mine",
        "snoozed": "thread_",
        "all": "thread_recent",
        "unassigned": "thread_",
    }
    view: Any
    for view in reading.VIEWS:
        grouped = view in reading.GROUPED
        for statement in (0, 1) if grouped else (0,):
            index = "thread_" if grouped and not statement else indexes.get(view, f"thread_{view}")
            plan = plan_of(partial(reading.list_inbox, agent, InboxFilter(view)), statement)
            assert f"using {index}" in plan, f"{view}: {plan}"
            assert "Seq Scan on messaging_thread" not in plan, f"{view}: {plan}"
    plan = plan_of(lambda: querysets.waiting_count(agent.workspace))
    assert "Index Scan using thread_waiting_since" in plan and "Seq Scan" not in plan, plan
    plan = plan_of(lambda: reading.count_views(agent))
    # For each row, the first one of its contact is looked for among the contact's alone.
    of_contact = "Index Cond: ((contact_id)::text"
    assert (plan.count("->  Limit"), plan.count(of_contact), "Seq Scan" in plan) == (14, 7, False), plan
    for view in ("unread", "waiting", "failed", "mine"):
        assert f"using thread_{view}" in plan, plan


def test_views_are_counted_up_to_a_hundred_in_one_query(
    agent: Actor,
    tenants: Tenants,
    sandbox: Account,
    frozen_time: FrozenTime,
    django_assert_num_queries: Callable[..., Any],
) -> None:
    hear(tenants.sandbox(tenants.other), frozen_time)
    assert reading.count_views(agent) == dict.fromkeys(reading.COUNTED_VIEWS, 0)
    for number in range(3):
        hear(sandbox, frozen_time, f"person_{number}")
    first, second, third = Thread.objects.for_workspace(tenants.workspace).order_by("created_at")
    actions.snooze_thread(agent, first.pk, until=frozen_time.now + timedelta(hours=1))
    actions.assign_thread(agent, second.pk, user_id=int(agent.subject.id))
    actions.close_thread(agent, third.pk)
    Thread.unscoped.filter(pk=third.pk).update(failed_at=frozen_time.now)
    expected = {"open": 1, "unread": 1, "waiting": 1, "failed": 1, "mine": 1, "unassigned": 0, "snoozed": 1}
    with django_assert_num_queries(1):
        assert reading.count_views(agent) == expected
    for view, count in expected.items():
        assert len(listed(agent, view)) == count
    contacts = Contact.unscoped.bulk_create(Contact(workspace=sandbox.workspace, name=str(n)) for n in range(100))
    Thread.unscoped.bulk_create(Thread(workspace=sandbox.workspace, account=sandbox, contact=each) for each in contacts)
    with django_assert_num_queries(1):
        counts = reading.count_views(agent)
    assert (counts["open"], counts["unassigned"], counts["unread"]) == (100, 100, 1)


def test_text_is_previewed_as_the_contact_gets_it(agent: Actor, sandbox: Account, frozen_time: FrozenTime) -> None:
    thread = hear(sandbox, frozen_time, "alice", name="Alice Doe")
    assert answering.preview_text(agent, thread.contact_id, text="Hi {first_name}, {email|no mail}") == Formatted(
        "Hi Alice, no mail"
    )
    shown = answering.preview_text(agent, thread.contact_id, text="Hi **{first_name}**", format="markdown")
    assert shown == Formatted("Hi Alice", (Entity(EntityKind.BOLD, 3, 5),))
    for text, code in (("{email}", "template_unresolved"), ("{nothing}", "unknown_variable"), ("{", "template_syntax")):
        with pytest.raises(DomainError) as refused:
            answering.preview_text(agent, thread.contact_id, text=text)
        assert [error.code for error in refused.value.errors] == [code]
