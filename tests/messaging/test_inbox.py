"""Messages that arrive are stored once, with their contact and thread."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from contacts.models import Contact, Stage
from crmsolid.core import clock
from messaging.models import Account, Direction, Message, Thread
from messaging.representations import MessageOut
from messaging.sending import dispatch
from messaging.sending.gateway import Delivered, Outgoing, SendError
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import ScriptedGateway, events, send, stored
from tests.tenants import Tenants
from tests.threads import run_together_catching


def incoming(number: int = 1, **fields: object) -> Incoming:
    values = {"telegram_message_id": number, "text": "hi", "at": clock.now(), "username": "alice", "telegram_id": 5}
    return Incoming(**(values | fields))  # type: ignore[arg-type]


def create_contact(tenants: Tenants, username: str = "", telegram_id: int | None = None, **fields: object) -> Contact:
    made: Contact = Contact.unscoped.create(
        workspace=tenants.workspace,
        username=username,
        username_key=username.lower() or None,
        telegram_id=telegram_id,
        **fields,
    )
    return made


def test_incoming_message_is_stored_and_published(sandbox: Account, frozen_time: FrozenTime) -> None:
    at = frozen_time.now - timedelta(seconds=3)
    message = receive(sandbox, incoming(41, at=at, name="Alice Smith", kind="photo", text=""))
    assert message is not None
    row = stored(message)
    assert (row.direction, row.status, row.kind, row.text) == ("in", "received", "photo", "")
    assert (row.sent_at, row.slot_at, row.eta, row.telegram_message_id) == (at, None, None, 41)
    thread, contact = Thread.unscoped.get(), Contact.unscoped.get()
    assert (thread.unread_count, thread.last_message_at) == (1, at)
    assert (contact.name, contact.username, contact.telegram_id) == ("Alice Smith", "alice", 5)
    assert (contact.stage, contact.last_in_at, contact.last_out_at) == ("replied", at, None)
    assert [event["event"] for event in events()] == ["contact.created", "message.received", "contact.stage_changed"]
    assert events("message.received")[0]["data"] == {"message": MessageOut.render(row)}


def test_message_reported_twice_is_stored_once(sandbox: Account) -> None:
    assert receive(sandbox, incoming(1)) is not None
    assert receive(sandbox, incoming(1)) is None
    assert receive(sandbox, incoming(2)) is not None
    assert Message.unscoped.count() == 2
    assert Thread.unscoped.get().unread_count == 2
    assert len(events("message.received")) == 2


def test_two_accounts_have_two_threads_with_one_contact(tenants: Tenants, sandbox: Account) -> None:
    receive(sandbox, incoming(1))
    receive(tenants.sandbox(), incoming(1))
    assert (Contact.unscoped.count(), Thread.unscoped.count(), Message.unscoped.count()) == (1, 2, 2)


def test_workspaces_do_not_share_contacts(tenants: Tenants, sandbox: Account) -> None:
    receive(sandbox, incoming(1))
    receive(tenants.sandbox(tenants.other), incoming(1))
    assert Contact.unscoped.count() == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [(stage, "replied" if stage in ("new", "contacted") else stage) for stage in Stage.values],
)
def test_reply_advances_the_stage_and_never_sets_it_back(
    tenants: Tenants, sandbox: Account, before: str, after: str
) -> None:
    create_contact(tenants, "alice", stage=before)
    receive(sandbox, incoming())
    assert Contact.unscoped.get().stage == after


@pytest.mark.parametrize(
    ("before", "after"), [(stage, "contacted" if stage == "new" else stage) for stage in Stage.values]
)
def test_send_advances_only_the_stage_new(tenants: Tenants, sandbox: Account, before: str, after: str) -> None:
    create_contact(tenants, "alice", stage=before)
    send(sandbox, "@alice")
    dispatch.dispatch()
    assert Contact.unscoped.get().stage == after


def test_message_that_arrives_late_sets_no_time_back(sandbox: Account, frozen_time: FrozenTime) -> None:
    receive(sandbox, incoming(2))
    receive(sandbox, incoming(1, at=frozen_time.now - timedelta(hours=1)))
    assert Thread.unscoped.get().last_message_at == frozen_time.now
    assert Contact.unscoped.get().last_in_at == frozen_time.now


def test_contact_known_by_username_gets_telegram_id_and_name(tenants: Tenants, sandbox: Account) -> None:
    known = create_contact(tenants, "Alice")
    receive(sandbox, incoming(username="ALICE", name="Alice Smith"))
    contact = Contact.unscoped.get()
    assert (contact.pk, contact.username, contact.telegram_id, contact.name) == (known.pk, "Alice", 5, "Alice Smith")
    assert "alice smith" in contact.search


def test_existing_name_is_kept(tenants: Tenants, sandbox: Account) -> None:
    create_contact(tenants, "alice", name="My Alice")
    receive(sandbox, incoming(name="Alice Smith"))
    assert Contact.unscoped.get().name == "My Alice"


def test_telegram_id_takes_precedence_over_username(tenants: Tenants, sandbox: Account) -> None:
    known = create_contact(tenants, "old_name", telegram_id=5)
    receive(sandbox, incoming(username="new_name"))
    contact = Contact.unscoped.get()
    assert (contact.pk, contact.username, contact.username_key) == (known.pk, "new_name", "new_name")
    assert "new_name" in contact.search
    send(sandbox, "@new_name")
    assert Contact.unscoped.count() == 1


def test_username_moves_to_its_new_owner_alone(tenants: Tenants, sandbox: Account) -> None:
    former = create_contact(tenants, "alice", telegram_id=4, name="First Alice")
    receive(sandbox, incoming(username="Alice", telegram_id=5, name="Second"))
    former.refresh_from_db()
    assert (former.username, former.username_key, former.telegram_id, former.name) == ("", None, 4, "First Alice")
    assert "alice" not in former.search.replace("first alice", "")
    assert Contact.unscoped.get(telegram_id=5).username == "Alice"


def test_usernames_swapped_between_two_contacts(tenants: Tenants, sandbox: Account) -> None:
    one, two = create_contact(tenants, "alpha", telegram_id=1), create_contact(tenants, "bravo", telegram_id=2)
    receive(sandbox, incoming(1, username="bravo", telegram_id=1))
    receive(sandbox, incoming(2, username="alpha", telegram_id=2))
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.username, two.username) == ("bravo", "alpha")
    assert Contact.unscoped.count() == 2


def test_two_contacts_of_one_person_are_not_merged(tenants: Tenants, sandbox: Account) -> None:
    by_id, by_name = create_contact(tenants, telegram_id=5), create_contact(tenants, "alice", email="a@example.com")
    message = receive(sandbox, incoming())
    assert message is not None and message.contact_id == by_id.pk
    by_name.refresh_from_db()
    assert (by_name.username, by_name.telegram_id) == ("alice", None)


def test_message_typed_on_the_phone_takes_no_slot(sandbox: Account) -> None:
    message = receive(sandbox, incoming(outgoing=True))
    assert message is not None
    assert (message.direction, message.status, message.source, message.slot_at) == ("out", "sent", "phone", None)
    assert Thread.unscoped.get().unread_count == 0
    assert Contact.unscoped.get().stage == "contacted"
    assert len(events("message.sent")) == 1


def test_own_message_reported_back_does_not_stay_twice(sandbox: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def echo(outgoing: Outgoing) -> Delivered:
        assert receive(sandbox, incoming(70, text="changed", outgoing=True)) is not None  # before it is settled
        return Delivered(70)

    ScriptedGateway([echo]).install(monkeypatch)
    message = send(sandbox, "@alice", "hello ")
    dispatch.dispatch()
    assert receive(sandbox, incoming(70, text="hello", outgoing=True)) is None  # after it is settled
    assert stored(message).telegram_message_id == 70
    assert (Message.unscoped.count(), Message.unscoped.get().source) == (1, "direct")


def test_other_text_typed_on_the_phone_meanwhile_is_stored(sandbox: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    ScriptedGateway([SendError("connection_lost")]).install(monkeypatch)
    send(sandbox, "@alice", "hello")
    dispatch.dispatch()
    assert receive(sandbox, incoming(71, text="something else", outgoing=True)) is not None


@pytest.mark.django_db(transaction=True)
def test_message_reported_concurrently_is_stored_once(tenants: Tenants) -> None:
    account = tenants.sandbox()
    for number in range(1, 9):
        results = run_together_catching([lambda n=number: receive(account, incoming(n)) for _ in range(4)])  # type: ignore[misc]
        assert sum(isinstance(result, Message) for result in results) == 1, results
        assert sum(result is None for result in results) == 3, results
    assert (Contact.unscoped.count(), Thread.unscoped.count(), Message.unscoped.count()) == (1, 1, 8)
    assert Thread.unscoped.get().unread_count == 8
    assert [len(events(name)) for name in ("contact.created", "message.received")] == [1, 8]


@pytest.mark.django_db(transaction=True)
def test_concurrent_send_and_incoming_message_make_one_contact(tenants: Tenants) -> None:
    account = tenants.sandbox()
    for number in range(1, 11):
        name = f"person_{number}"
        calls: list[Callable[[], Any]] = [
            partial(receive, account, incoming(number, username=name, telegram_id=number)),
            partial(send, account, f"@{name}"),
        ]
        results = run_together_catching(calls)
        assert all(isinstance(result, Message) for result in results), results
    assert (Contact.unscoped.count(), Thread.unscoped.count()) == (10, 10)
    assert Message.unscoped.filter(direction=Direction.IN).count() == 10
