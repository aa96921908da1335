"""The episodes of conversations: what begins, answers, closes and reopens one, and what remains of an erased one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from contacts.models import Contact
from contacts.services import erase_contact
from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, Episode, Message, Thread, WrittenMessage
from messaging.sending import dispatch
from messaging.services import cancel_message
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from messaging.threads.services.actions import close_thread, reopen_thread, snooze_thread
from messaging.threads.services.answering import begin
from tests.analytics.test_reports import time as time  # a fixture
from tests.analytics.test_team import ask, member
from tests.sequences.helpers import START, Clock, contact, write_in
from tests.tenants import Tenants
from tests.threads import run_together


@pytest.fixture
def account(tenants: Tenants) -> Account:
    return tenants.sandbox(name="Shop")


@pytest.fixture
def nina(tenants: Tenants) -> Actor:
    return member(tenants, "Nina")


@pytest.fixture
def alice(tenants: Tenants) -> Contact:
    return contact(tenants.workspace, "alice")


def answer(actor: Actor, account: Account, person: Contact, text: str = "Of course", **chosen: Any) -> Message:
    return begin(actor, account_id=account.pk, contact_id=person.pk, text=text, **chosen)


def minutes(at: datetime | None) -> int | None:
    """Since the clock's beginning."""
    return None if at is None else int((at - START).total_seconds() // 60)


def stored() -> list[tuple[Any, ...]]:
    """Of each episode: whether it is the first, when it was opened, answered, by whom and how, closed and by whom."""
    rows = Episode.unscoped.select_related("first_answer_by", "closed_by").order_by("pk")
    return [
        (
            *(row.is_first, minutes(row.opened_at), minutes(row.first_answer_at)),
            *(row.first_answer_by.name if row.first_answer_by else None, row.first_answer_via),
            *(minutes(row.closed_at), row.closed_by.name if row.closed_by else None),
        )
        for row in rows
    ]


def thread() -> str:
    return str(Thread.unscoped.get().pk)


def test_message_opens_an_episode_the_first_answer_and_closing_are_recorded_once(
    nina: Actor, account: Account, alice: Contact, time: Clock
) -> None:
    answer(nina, account, alice, "Hello")  # we begin: nothing to answer yet
    assert stored() == []
    time.move(minutes=1)
    ask(account, alice)
    time.move(minutes=1)
    ask(account, alice, "Anybody?")
    time.move(minutes=5)
    answer(nina, account, alice)
    time.move(minutes=1)
    answer(nina, account, alice, "More")
    assert stored() == [(True, 1, 7, "Nina", "panel", None, None)]
    time.move(minutes=1)
    close_thread(nina, thread())
    answer(nina, account, alice, "Bye")
    assert stored() == [(True, 1, 7, "Nina", "panel", 9, "Nina")]
    [episode] = Episode.unscoped.all()
    written = WrittenMessage.unscoped.order_by("pk").values_list("episode", flat=True)
    assert list(written) == [None, episode.pk, episode.pk, None]


def test_message_to_a_closed_conversation_opens_another_episode(
    nina: Actor, account: Account, alice: Contact, time: Clock
) -> None:
    ask(account, alice)
    time.move(minutes=2)
    close_thread(nina, thread())
    time.move(minutes=2)
    ask(account, alice, "One more thing")
    assert stored() == [(True, 0, None, None, "", 2, "Nina"), (False, 4, None, None, "", None, None)]


def test_answer_on_the_phone_and_by_a_key_are_first_answers(
    tenants: Tenants, account: Account, alice: Contact, time: Clock
) -> None:
    ask(account, alice)
    time.move(minutes=3)
    receive(account, Incoming(9_000_001, "From the phone", clock.now(), username="alice", outgoing=True))
    assert stored() == [(True, 0, 3, None, "phone", None, None)]
    close_thread(tenants.actor(), thread())
    ask(account, alice)
    time.move(minutes=3)
    away = Incoming(9_000_002, "We are away", clock.now(), username="alice", outgoing=True, is_automatic=True)
    receive(account, away)
    assert stored()[1] == (False, 3, None, None, "", None, None)
    answer(tenants.actor(), account, alice)
    assert stored()[1][2:4] == (6, None)


def test_answer_from_before_the_question_that_was_stored_late_is_none(
    account: Account, alice: Contact, time: Clock
) -> None:
    time.move(minutes=10)
    ask(account, alice)
    early = clock.now() - timedelta(minutes=2)
    receive(account, Incoming(9_000_001, "Earlier", early, username="alice", outgoing=True))
    assert stored() == [(True, 10, None, None, "", None, None)]


def test_planned_answer_is_the_first_when_it_is_sent(
    nina: Actor, account: Account, alice: Contact, time: Clock
) -> None:
    ask(account, alice)
    for number in (1, 2):
        answer(nina, account, alice, f"Later {number}", send_at=clock.now() + timedelta(hours=number))
    assert stored()[0][2] is None
    time.move(minutes=61)
    dispatch.dispatch()
    assert stored() == [(True, 0, 61, "Nina", "panel", None, None)]
    time.move(minutes=60)
    dispatch.dispatch()
    assert stored() == [(True, 0, 61, "Nina", "panel", None, None)]
    assert WrittenMessage.unscoped.filter(episode=Episode.unscoped.get()).count() == 2


def test_canceled_first_answer_leaves_the_next_one_or_none(
    tenants: Tenants, nina: Actor, account: Account, alice: Contact, time: Clock
) -> None:
    ask(account, alice)
    ben, sent = member(tenants, "Ben"), []
    for actor in (nina, ben):
        time.move(minutes=4)
        sent.append(answer(actor, account, alice).pk)
    assert stored()[0][2:5] == (4, "Nina", "panel")
    cancel_message(nina, sent[0])
    assert stored()[0][2:5] == (8, "Ben", "panel")
    cancel_message(nina, sent[1])
    assert stored() == [(True, 0, None, None, "", None, None)]


def test_machine_and_opt_out_word_open_no_episode(account: Account, alice: Contact, time: Clock) -> None:
    receive(account, Incoming(1, "I am away", clock.now(), username="alice", is_automatic=True))
    write_in(account, alice, "stop")
    assert stored() == []
    assert Thread.unscoped.get().unread_count == 2


@pytest.mark.parametrize("puts_back", ["reopen", "undo", "snooze"])
def test_reopening_takes_the_closing_back(
    nina: Actor, account: Account, alice: Contact, time: Clock, puts_back: str
) -> None:
    ask(account, alice)
    time.move(minutes=2)
    closed_at = close_thread(nina, thread()).closed_at
    time.move(minutes=2)
    until = clock.now() + timedelta(hours=1)
    match puts_back:
        case "reopen":
            reopen_thread(nina, thread())
        case "undo":
            reopen_thread(nina, thread(), takes_back=closed_at)
        case "snooze":
            snooze_thread(nina, thread(), until=until, takes_back=closed_at)
    assert stored() == [(True, 0, None, None, "", None, None)]
    time.move(minutes=2)
    close_thread(nina, thread())
    assert stored() == [(True, 0, None, None, "", 6, "Nina")]


def test_conversation_that_a_machine_opened_keeps_the_closing_from_before(
    nina: Actor, account: Account, alice: Contact, time: Clock
) -> None:
    ask(account, alice)
    time.move(minutes=1)
    close_thread(nina, thread())
    time.move(minutes=1)
    receive(account, Incoming(9_000_001, "I am away", clock.now(), username="alice", is_automatic=True))
    snooze_thread(nina, thread(), until=clock.now() + timedelta(hours=1))
    reopen_thread(nina, thread())
    assert stored() == [(True, 0, None, None, "", 1, "Nina")]
    ask(account, alice)
    assert stored()[1:] == [(False, 2, None, None, "", None, None)]


@pytest.mark.django_db(transaction=True)
def test_closing_and_reopening_at_the_same_time_leave_thread_and_episode_alike(
    nina: Actor, account: Account, alice: Contact
) -> None:
    write_in(account, alice)
    for _ in range(10):
        run_together([partial(act, nina, thread()) for act in (close_thread, reopen_thread) * 2])
        [episode], found = Episode.unscoped.all(), Thread.unscoped.get()
        assert episode.closed_at == found.closed_at


@pytest.mark.django_db(transaction=True)
def test_question_while_the_conversation_is_closed_finds_or_opens_an_episode(
    nina: Actor, account: Account, alice: Contact
) -> None:
    write_in(account, alice)
    for number in range(10):
        asked = Incoming(9_000_000 + number, "And?", clock.now(), username="alice")
        calls: list[Callable[[], object]] = [partial(close_thread, nina, thread()), partial(receive, account, asked)]
        run_together(calls)
        is_open = Thread.unscoped.get().closed_at is None
        assert Episode.unscoped.filter(closed_at=None).count() == int(is_open)


def test_erasing_leaves_times_and_nothing_of_the_contact(
    tenants: Tenants, nina: Actor, account: Account, alice: Contact, time: Clock
) -> None:
    ask(account, alice)
    time.move(minutes=2)
    answer(nina, account, alice)
    close_thread(nina, thread())
    time.move(minutes=2)
    ask(account, alice)
    before, pks = stored(), set(Episode.unscoped.values_list("pk", flat=True))
    erase_contact(tenants.actor(), alice.pk)
    assert stored() == before
    assert set(Episode.unscoped.values_list("thread", flat=True)) == {None}
    assert WrittenMessage.unscoped.get().episode_id in pks
