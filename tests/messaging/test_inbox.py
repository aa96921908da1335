"""What arrives is stored once, by whoever it is from."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from contacts.models import Contact, Stage
from crmsolid.core import clock
from messaging.inbox import Incoming, receive
from messaging.models import Account, Direction, Message, Thread
from messaging.sending import dispatch
from messaging.sending.gateway import Delivered, Outgoing, SendError
from messaging.serializers import MessageOut
from tests.cast import Cast
from tests.messaging.conftest import Hands
from tests.messaging.world import Scripted, again, at_once, events, needs_postgresql, send


def incoming(number: int = 1, **fields: object) -> Incoming:
    given = {"telegram_message_id": number, "text": "hi", "at": clock.now(), "username": "alice", "telegram_id": 5}
    return Incoming(**(given | fields))  # type: ignore[arg-type]


def person(cast: Cast, username: str = "", telegram_id: int | None = None, **fields: object) -> Contact:
    made: Contact = Contact.unscoped.create(
        workspace=cast.workspace,
        username=username,
        username_key=username.lower() or None,
        telegram_id=telegram_id,
        **fields,
    )
    return made


def test_a_message_is_stored_and_told(sandbox: Account, hands: Hands) -> None:
    at = hands.now - timedelta(seconds=3)
    message = receive(sandbox, incoming(41, at=at, name="Alice Smith", kind="photo", text=""))
    assert message is not None
    found = again(message)
    assert (found.direction, found.status, found.kind, found.text) == ("in", "received", "photo", "")
    assert (found.sent_at, found.slot_at, found.eta, found.telegram_message_id) == (at, None, None, 41)
    thread, contact = Thread.unscoped.get(), Contact.unscoped.get()
    assert (thread.unread_count, thread.last_message_at) == (1, at)
    assert (contact.name, contact.username, contact.telegram_id) == ("Alice Smith", "alice", 5)
    assert (contact.stage, contact.last_in_at, contact.last_out_at) == ("replied", at, None)
    assert [event["event"] for event in events()] == ["contact.created", "message.received"]
    assert events("message.received")[0]["data"] == {"message": MessageOut.render(found)}


def test_seen_twice_it_is_stored_once(sandbox: Account) -> None:
    assert receive(sandbox, incoming(1)) is not None
    assert receive(sandbox, incoming(1)) is None
    assert receive(sandbox, incoming(2)) is not None
    assert Message.unscoped.count() == 2
    assert Thread.unscoped.get().unread_count == 2
    assert len(events("message.received")) == 2


def test_two_accounts_have_two_threads_with_one_person(cast: Cast, sandbox: Account) -> None:
    receive(sandbox, incoming(1))
    receive(cast.sandbox(), incoming(1))
    assert (Contact.unscoped.count(), Thread.unscoped.count(), Message.unscoped.count()) == (1, 2, 2)


def test_two_workspaces_share_nobody(cast: Cast, sandbox: Account) -> None:
    receive(sandbox, incoming(1))
    receive(cast.sandbox(cast.other), incoming(1))
    assert Contact.unscoped.count() == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [(stage, "replied" if stage in ("new", "contacted") else stage) for stage in Stage.values],
)
def test_a_reply_moves_the_stage_on_and_never_back(cast: Cast, sandbox: Account, before: str, after: str) -> None:
    person(cast, "alice", stage=before)
    receive(sandbox, incoming())
    assert Contact.unscoped.get().stage == after


@pytest.mark.parametrize(
    ("before", "after"), [(stage, "contacted" if stage == "new" else stage) for stage in Stage.values]
)
def test_a_send_moves_only_who_is_new(cast: Cast, sandbox: Account, before: str, after: str) -> None:
    person(cast, "alice", stage=before)
    send(sandbox, "@alice")
    dispatch.dispatch()
    assert Contact.unscoped.get().stage == after


def test_what_arrives_late_moves_nothing_backwards(sandbox: Account, hands: Hands) -> None:
    receive(sandbox, incoming(2))
    receive(sandbox, incoming(1, at=hands.now - timedelta(hours=1)))
    assert Thread.unscoped.get().last_message_at == hands.now
    assert Contact.unscoped.get().last_in_at == hands.now


def test_somebody_known_by_username_gets_the_id_and_a_name(cast: Cast, sandbox: Account) -> None:
    known = person(cast, "Alice")
    receive(sandbox, incoming(username="ALICE", name="Alice Smith"))
    found = Contact.unscoped.get()
    assert (found.pk, found.username, found.telegram_id, found.name) == (known.pk, "Alice", 5, "Alice Smith")
    assert "alice smith" in found.search


def test_a_given_name_is_kept(cast: Cast, sandbox: Account) -> None:
    person(cast, "alice", name="My Alice")
    receive(sandbox, incoming(name="Alice Smith"))
    assert Contact.unscoped.get().name == "My Alice"


def test_the_telegram_id_comes_before_the_username(cast: Cast, sandbox: Account) -> None:
    known = person(cast, "old_name", telegram_id=5)
    receive(sandbox, incoming(username="new_name"))
    found = Contact.unscoped.get()
    assert (found.pk, found.username, found.username_key) == (known.pk, "new_name", "new_name")
    assert "new_name" in found.search
    send(sandbox, "@new_name")
    assert Contact.unscoped.count() == 1


def test_a_username_that_changes_hands_takes_nothing_else_along(cast: Cast, sandbox: Account) -> None:
    former = person(cast, "alice", telegram_id=4, name="First Alice")
    receive(sandbox, incoming(username="Alice", telegram_id=5, name="Second"))
    former.refresh_from_db()
    assert (former.username, former.username_key, former.telegram_id, former.name) == ("", None, 4, "First Alice")
    assert "alice" not in former.search.replace("first alice", "")
    assert Contact.unscoped.get(telegram_id=5).username == "Alice"


def test_usernames_swapped_between_two_people(cast: Cast, sandbox: Account) -> None:
    one, two = person(cast, "alpha", telegram_id=1), person(cast, "bravo", telegram_id=2)
    receive(sandbox, incoming(1, username="bravo", telegram_id=1))
    receive(sandbox, incoming(2, username="alpha", telegram_id=2))
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.username, two.username) == ("bravo", "alpha")
    assert Contact.unscoped.count() == 2


def test_two_contacts_of_one_person_both_keep_their_names(cast: Cast, sandbox: Account) -> None:
    by_id, by_name = person(cast, telegram_id=5), person(cast, "alice", email="a@example.com")
    message = receive(sandbox, incoming())
    assert message is not None and message.contact_id == by_id.pk
    by_name.refresh_from_db()
    assert (by_name.username, by_name.telegram_id) == ("alice", None)


def test_typed_on_the_phone_it_is_sent_and_takes_no_slot(sandbox: Account) -> None:
    message = receive(sandbox, incoming(outgoing=True))
    assert message is not None
    assert (message.direction, message.status, message.source, message.slot_at) == ("out", "sent", "phone", None)
    assert Thread.unscoped.get().unread_count == 0
    assert Contact.unscoped.get().stage == "contacted"
    assert len(events("message.sent")) == 1


def test_our_own_message_coming_back_is_no_second_one(sandbox: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def echo(outgoing: Outgoing) -> Delivered:
        assert receive(sandbox, incoming(70, text="hello", outgoing=True)) is None  # before it is settled
        return Delivered(70)

    Scripted([echo]).install(monkeypatch)
    message = send(sandbox, "@alice", "hello ")
    dispatch.dispatch()
    assert receive(sandbox, incoming(70, text="hello", outgoing=True)) is None  # and after
    assert again(message).telegram_message_id == 70
    assert Message.unscoped.count() == len(events("message.sent")) == 1


def test_another_text_from_the_phone_meanwhile_is_one(sandbox: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    Scripted([SendError("connection_lost")]).install(monkeypatch)
    send(sandbox, "@alice", "hello")
    dispatch.dispatch()
    assert receive(sandbox, incoming(71, text="something else", outgoing=True)) is not None


@pytest.mark.django_db(transaction=True)
def test_seen_by_two_at_once_it_is_stored_once(cast: Cast) -> None:
    needs_postgresql()
    account = cast.sandbox()
    for number in range(1, 9):
        found = at_once([lambda n=number: receive(account, incoming(n)) for _ in range(4)])  # type: ignore[misc]
        assert sum(isinstance(answer, Message) for answer in found) == 1, found
        assert sum(answer is None for answer in found) == 3, found
    assert (Contact.unscoped.count(), Thread.unscoped.count(), Message.unscoped.count()) == (1, 1, 8)
    assert Thread.unscoped.get().unread_count == 8
    assert [len(events(name)) for name in ("contact.created", "message.received")] == [1, 8]


@pytest.mark.django_db(transaction=True)
def test_a_send_and_a_message_at_once_make_one_contact(cast: Cast) -> None:
    needs_postgresql()
    account = cast.sandbox()
    for number in range(1, 11):
        name = f"person_{number}"
        calls: list[Callable[[], Any]] = [
            partial(receive, account, incoming(number, username=name, telegram_id=number)),
            partial(send, account, f"@{name}"),
        ]
        found = at_once(calls)
        assert all(isinstance(answer, Message) for answer in found), found
    assert (Contact.unscoped.count(), Thread.unscoped.count()) == (10, 10)
    assert Message.unscoped.filter(direction=Direction.IN).count() == 10
