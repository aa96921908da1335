"""Which message an incoming one answers, whether a person wrote it, and what that changes on the contact."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest

from contacts.models import Contact
from contacts.services import erase_contact
from crmsolid.core import clock
from messaging import tasks
from messaging.models import Account, AccountKind, Message
from messaging.representations import MessageOut
from messaging.sending import dispatch
from messaging.services import cancel_message
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import events, send, stored
from tests.tenants import Tenants

AWAY = "I am on holiday until Monday."


@pytest.fixture
def telegram(tenants: Tenants) -> Account:
    """An account whose messages are those that the test reports: nothing is connected."""
    account: Account = Account.unscoped.create(workspace=tenants.workspace, name="Shop", kind=AccountKind.TELEGRAM)
    return account


def report(account: Account, number: int, at: datetime, **fields: Any) -> Message:
    """Store a message with this Telegram id, from Alice unless ``fields`` say otherwise."""
    message = receive(
        account, Incoming(telegram_message_id=number, at=at, **{"text": "hi", "username": "alice", **fields})
    )
    assert message is not None
    return stored(message)


def sent(account: Account, to: str = "@alice") -> Message:
    message = send(account, to)
    dispatch.dispatch()
    assert stored(message).status == "sent"
    return stored(message)


def alice() -> Contact:
    contact: Contact = Contact.unscoped.get(username="alice")
    return contact


def test_message_belongs_to_the_latest_one_sent_before_it(sandbox: Account, frozen_time: FrozenTime) -> None:
    start = frozen_time.now
    report(sandbox, 1, start - timedelta(seconds=1))
    one = sent(sandbox)
    frozen_time.forward(seconds=60)
    two = sent(sandbox)
    assert report(sandbox, 3, start + timedelta(seconds=59)).in_reply_to_id == one.pk
    assert report(sandbox, 5, start + timedelta(seconds=60)).in_reply_to_id == two.pk
    assert report(sandbox, 7, start + timedelta(seconds=-1)).in_reply_to_id is None


def test_order_of_sending_counts_and_not_that_of_acceptance(sandbox: Account, frozen_time: FrozenTime) -> None:
    scheduled = send(sandbox, send_at=frozen_time.now + timedelta(hours=1))
    sent(sandbox)
    frozen_time.forward(hours=1)
    dispatch.dispatch()
    assert stored(scheduled).status == "sent"
    assert report(sandbox, 1, frozen_time.now).in_reply_to_id == scheduled.pk


def test_message_belongs_to_the_one_it_quotes_however_old(sandbox: Account, frozen_time: FrozenTime) -> None:
    one = sent(sandbox)
    frozen_time.forward(days=40)
    two = sent(sandbox)
    answer = report(sandbox, 10_001, frozen_time.now, reply_to=one.telegram_message_id)
    assert answer.in_reply_to_id == one.pk
    # These quote what is not an outgoing message of the conversation.
    elsewhere = sent(sandbox, "@bob_x")
    for number, quoted in enumerate((answer.telegram_message_id, elsewhere.telegram_message_id, 99_999)):
        assert report(sandbox, 10_010 + number, frozen_time.now, reply_to=quoted).in_reply_to_id == two.pk


@pytest.mark.parametrize("kind", AccountKind.values)
def test_message_belongs_to_nothing_after_30_days(tenants: Tenants, frozen_time: FrozenTime, kind: str) -> None:
    account = Account.unscoped.create(workspace=tenants.workspace, name="A", kind=kind)
    message = report(account, 1, frozen_time.now, outgoing=True)
    in_time = frozen_time.now + timedelta(days=30)
    assert report(account, 2, in_time).in_reply_to_id == message.pk
    assert report(account, 3, in_time + timedelta(seconds=1)).in_reply_to_id is None


def test_only_a_message_that_was_sent_is_answered(
    tenants: Tenants, sandbox: Account, telegram: Account, frozen_time: FrozenTime
) -> None:
    send(sandbox, send_at=frozen_time.now + timedelta(days=1))
    canceled = send(sandbox)
    cancel_message(tenants.actor(), canceled.pk)
    failed = send(sandbox, "@fail_privacy")
    dispatch.dispatch()
    assert [stored(canceled).status, stored(failed).status] == ["canceled", "failed"]
    report(telegram, 1, frozen_time.now, outgoing=True)  # in another conversation with the same person
    frozen_time.forward(minutes=1)
    assert report(sandbox, 1, frozen_time.now).in_reply_to_id is None
    assert report(sandbox, 3, frozen_time.now, username="fail_privacy").in_reply_to_id is None


def test_message_typed_on_the_phone_is_answered_and_answers_nothing(telegram: Account, frozen_time: FrozenTime) -> None:
    one = report(telegram, 1, frozen_time.now, outgoing=True)
    two = report(telegram, 2, frozen_time.now + timedelta(seconds=1), outgoing=True, reply_to=1)
    assert (one.in_reply_to_id, two.in_reply_to_id, two.auto_reply) == (None, None, False)
    assert report(telegram, 3, frozen_time.now + timedelta(minutes=1)).in_reply_to_id == two.pk


def test_on_telegram_the_ids_tell_the_order_and_not_the_clocks(telegram: Account, frozen_time: FrozenTime) -> None:
    one = report(telegram, 1, frozen_time.now, outgoing=True)
    two = report(telegram, 3, frozen_time.now + timedelta(seconds=2), outgoing=True)
    assert report(telegram, 2, frozen_time.now + timedelta(seconds=30)).in_reply_to_id == one.pk
    assert report(telegram, 4, frozen_time.now - timedelta(seconds=30)).in_reply_to_id == two.pk


@pytest.mark.parametrize(("seconds", "auto_reply"), [(-4, False), (-1, True), (0, True), (3, True), (3.1, False)])
def test_answer_within_3_seconds_is_an_auto_reply(
    telegram: Account, frozen_time: FrozenTime, seconds: float, auto_reply: bool
) -> None:
    message = report(telegram, 1, frozen_time.now, outgoing=True)
    answer = report(telegram, 2, frozen_time.now + timedelta(seconds=seconds))
    assert (answer.in_reply_to_id, answer.auto_reply) == (message.pk, auto_reply)


def test_message_that_answers_nothing_is_not_an_auto_reply(telegram: Account, frozen_time: FrozenTime) -> None:
    assert report(telegram, 1, frozen_time.now).auto_reply is False
    assert alice().last_reply_at == frozen_time.now


def test_answer_to_a_sandbox_is_a_persons_however_fast(sandbox: Account, frozen_time: FrozenTime) -> None:
    for number in range(4):
        message = sent(sandbox, f"@person_{number}")
        answer = report(sandbox, 10_001 + number, frozen_time.now, username=f"person_{number}", text=AWAY)
        assert (answer.in_reply_to_id, answer.auto_reply) == (message.pk, False)


@pytest.mark.parametrize(("to", "auto_reply"), [("@reply_bob", False), ("@autoreply_bob", True), ("@AutoReply", True)])
def test_sandbox_answers_as_a_person_or_as_a_machine(
    sandbox: Account, frozen_time: FrozenTime, to: str, auto_reply: bool
) -> None:
    message = send(sandbox, to)
    tasks.sweep()
    tasks.sweep()
    answer = Message.unscoped.get(direction="in")
    assert (answer.in_reply_to_id, answer.auto_reply, answer.text) == (message.pk, auto_reply, "You said: hello")
    [event] = events("message.received")
    shown = event["data"]["message"]
    assert (shown["in_reply_to"], shown["auto_reply"]) == (message.pk, auto_reply)
    assert shown == MessageOut.render(answer)
    contact = Contact.unscoped.get()
    assert (contact.stage, contact.last_reply_at) == (
        ("contacted", None) if auto_reply else ("replied", frozen_time.now)
    )
    assert contact.last_in_at == frozen_time.now


def test_auto_reply_leaves_the_stage_and_the_time_of_the_last_reply(telegram: Account, frozen_time: FrozenTime) -> None:
    start = frozen_time.now
    report(telegram, 1, start, outgoing=True)
    report(telegram, 2, start + timedelta(seconds=1))
    assert (alice().stage, alice().last_in_at, alice().last_reply_at) == (
        "contacted",
        start + timedelta(seconds=1),
        None,
    )
    person_at = start + timedelta(minutes=5)
    report(telegram, 3, person_at)
    assert (alice().stage, alice().last_in_at, alice().last_reply_at) == ("replied", person_at, person_at)
    report(telegram, 4, start + timedelta(minutes=4))  # arrives late
    assert (alice().last_in_at, alice().last_reply_at) == (person_at, person_at)
    report(telegram, 5, start + timedelta(hours=1), outgoing=True)
    report(telegram, 6, start + timedelta(hours=1))
    assert (alice().last_in_at, alice().last_reply_at) == (start + timedelta(hours=1), person_at)


def answer_each(account: Account, names: list[str], at: datetime, text: str, first: int = 1) -> list[bool]:
    """Each person is written to and answers with this text a minute later; returns who counts as a machine."""
    answers = []
    for number, name in enumerate(names):
        out, answer = first + 2 * number, first + 2 * number + 1
        report(account, out, at, username=name, outgoing=True)
        answers.append(report(account, answer, at + timedelta(minutes=1), username=name, text=text).auto_reply)
    return answers


def test_same_text_from_three_contacts_is_an_auto_reply(telegram: Account, frozen_time: FrozenTime) -> None:
    answers = answer_each(telegram, ["anna_a", "bob_bb", "carla_c", "dora_d"], frozen_time.now, AWAY)
    assert answers == [False, False, True, True]
    assert Contact.unscoped.get(username="carla_c").last_reply_at is None
    [other] = answer_each(telegram, ["emil_e"], frozen_time.now, AWAY + " Really.", first=101)
    assert other is False


@pytest.mark.parametrize("text", ["", "Yes, please", " " * 30 + "ok"])
def test_short_text_may_come_from_many(telegram: Account, frozen_time: FrozenTime, text: str) -> None:
    answers = answer_each(telegram, ["anna_a", "bob_bb", "carla_c", "dora_d"], frozen_time.now, text)
    assert answers == [False] * 4


def test_same_text_counts_once_a_contact(telegram: Account, frozen_time: FrozenTime) -> None:
    answers = answer_each(telegram, ["anna_a", "bob_bb", "bob_bb", "anna_a", "bob_bb"], frozen_time.now, AWAY)
    assert answers == [False] * 5


def test_same_text_counts_for_24_hours_and_for_one_account(
    tenants: Tenants, telegram: Account, frozen_time: FrozenTime
) -> None:
    other = Account.unscoped.create(workspace=tenants.workspace, name="B", kind=AccountKind.TELEGRAM)
    start = frozen_time.now
    assert answer_each(telegram, ["anna_a", "bob_bb"], start, AWAY) == [False, False]
    assert answer_each(other, ["carla_c"], start, AWAY) == [False]
    assert answer_each(telegram, ["carla_c"], start + timedelta(days=1), AWAY, first=101) == [False]
    day = timedelta(days=1, seconds=-1)
    assert answer_each(telegram, ["dora_d"], start + day, AWAY, first=201) == [True]


def test_same_text_that_answers_nothing_is_a_persons(telegram: Account, frozen_time: FrozenTime) -> None:
    """Many people may begin a conversation with the text that a link proposes."""
    for number in range(4):
        message = report(telegram, number + 1, frozen_time.now, username=f"person_{number}", text=AWAY)
        assert (message.in_reply_to_id, message.auto_reply) == (None, False)


def test_contact_whose_messages_answer_each_other_is_erased(
    tenants: Tenants, telegram: Account, frozen_time: FrozenTime
) -> None:
    report(telegram, 1, frozen_time.now, outgoing=True)
    assert report(telegram, 2, frozen_time.now).in_reply_to_id is not None
    erase_contact(tenants.actor(), alice().pk)
    assert (Message.unscoped.count(), Contact.unscoped.count()) == (0, 0)


@pytest.mark.parametrize(
    ("text", "seconds", "statements"), [("hi", 60, 15), (AWAY, 60, 16), (AWAY, 1, 12)], ids=["short", "long", "fast"]
)
def test_statements_of_an_incoming_message(
    telegram: Account,
    frozen_time: FrozenTime,
    django_assert_num_queries: Callable[[int], AbstractContextManager[Any]],
    text: str,
    seconds: int,
    statements: int,
) -> None:
    """Savepoint, contact, thread, the message answered, message, whether it is new, opt-out words, history of stages
    read and written, contact, scoring rules, enrollments, thread, event, release; for a long text from nobody known to
    be a machine, who else sent it. An auto-reply changes no stage and gives no points."""
    report(telegram, 1, frozen_time.now, outgoing=True)
    answer = Incoming(
        telegram_message_id=2, text=text, at=frozen_time.now + timedelta(seconds=seconds), username="alice"
    )
    with django_assert_num_queries(statements):
        receive(telegram, answer)


def test_quote_is_looked_up_first(
    telegram: Account,
    frozen_time: FrozenTime,
    django_assert_num_queries: Callable[[int], AbstractContextManager[Any]],
) -> None:
    report(telegram, 1, frozen_time.now, outgoing=True)
    at = clock.now() + timedelta(minutes=1)
    with django_assert_num_queries(15):
        receive(telegram, Incoming(telegram_message_id=2, text="hi", at=at, username="alice", reply_to=1))
