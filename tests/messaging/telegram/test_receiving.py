"""Updates from Telegram: each message is stored once, in its thread, whoever typed it on whatever device."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from telethon.tl import types

from contacts.models import Contact
from contacts.services import erase_contact
from crmsolid.core import clock
from crmsolid.events.models import Event
from messaging.models import Account, Direction, Message, Status, TelegramSession, Thread
from messaging.services import send_message
from messaging.telegram.account_worker import AccountWorker
from messaging.telegram.client import UpdateState
from messaging.telegram.receiving import Receiver
from messaging.threads import received
from messaging.threads.incoming import Incoming
from tests.messaging.telegram.helpers import ANNA, SHOP, ready_accounts
from tests.telegram_server import TelegramServer
from tests.tenants import Tenants
from tests.waiting import wait_until


@pytest.fixture
def connected(shop: Account, worker: AccountWorker) -> AccountWorker:
    """A worker that has connected the account."""
    worker.start()
    wait_until(lambda: ready_accounts(worker))
    return worker


def stored_messages() -> list[Message]:
    return list(Message.unscoped.order_by("telegram_message_id"))


@pytest.mark.parametrize("short", [False, True])
def test_unknown_sender_becomes_one_contact(short: bool, connected: AccountWorker, server: TelegramServer) -> None:
    server.configure(has_short_updates=short)
    server.deliver(ANNA, SHOP, "one")
    server.deliver(ANNA, SHOP, "two")
    wait_until(lambda: Message.unscoped.count() == 2)
    contact = Contact.unscoped.get()
    assert (contact.name, contact.username, contact.telegram_id) == ("Anna Ek", "anna_x", server.find(ANNA).id)
    assert (contact.stage, [each.text for each in stored_messages()]) == ("replied", ["one", "two"])
    assert Event.unscoped.filter(type="contact.created").count() == 1


def test_sender_known_by_username_is_matched(
    shop: Account, worker: AccountWorker, server: TelegramServer, tenants: Tenants
) -> None:
    known = Contact.unscoped.create(workspace=tenants.workspace, username="Anna_X", username_key="anna_x", name="A.")
    worker.start()
    server.deliver(ANNA, SHOP, "Hi")
    message = wait_until(lambda: Message.unscoped.first())
    assert message.contact_id == known.pk
    known.refresh_from_db()
    assert (known.telegram_id, known.name) == (server.find(ANNA).id, "A.")


def test_message_typed_on_the_phone_is_stored_as_sent(connected: AccountWorker, server: TelegramServer) -> None:
    server.deliver(SHOP, ANNA, "from the phone")
    message = wait_until(lambda: Message.unscoped.first())
    assert (message.direction, message.status, message.source) == ("out", "sent", "phone")
    assert Event.unscoped.filter(type="message.sent").count() == 1


def test_own_send_reported_by_telegram_is_not_stored_twice(
    shop: Account, connected: AccountWorker, server: TelegramServer, tenants: Tenants
) -> None:
    """After a gap Telegram reports the account's own send again."""
    sent = send_message(tenants.actor(), account_id=shop.pk, to="@anna_x", text="Hello")
    wait_until(lambda: Message.unscoped.filter(pk=sent.pk, status="sent").exists())
    TelegramSession.unscoped.update(pts=1)
    server.disconnect(SHOP)
    server.deliver(ANNA, SHOP, "Hi")
    wait_until(lambda: Message.unscoped.filter(direction="in").exists())
    assert [(each.direction, each.text) for each in stored_messages()] == [("out", "Hello"), ("in", "Hi")]


def test_edit_changes_the_text_and_sets_edited_at(connected: AccountWorker, server: TelegramServer) -> None:
    ids = server.deliver(ANNA, SHOP, "Helo")
    wait_until(lambda: Message.unscoped.exists())
    server.edit(ANNA, ids.sender_message_id, "Hello")
    message = wait_until(lambda: Message.unscoped.exclude(edited_at=None).first())
    assert (message.text, Message.unscoped.count()) == ("Hello", 1)


def test_edit_of_a_message_that_is_stored_later_is_not_lost(shop: Account) -> None:
    """The conversation was read before the edit, and is stored after it."""
    receiver = Receiver(TelegramSession.unscoped.select_related("account__workspace").get(account=shop))
    anna, now = types.User(1_000_002, access_hash=7, first_name="Anna"), clock.now()
    read = types.Message(5, types.PeerUser(anna.id), now, "Helo")
    edited = types.Message(5, types.PeerUser(anna.id), now, "Hello", edit_date=now)
    receiver.store_updates([types.UpdateEditMessage(edited, 2, 1)], [anna], UpdateState(2, 0, 1, 1))
    assert not Message.unscoped.exists()
    receiver.store_history([read], [anna])
    message = Message.unscoped.get()
    assert (message.text, message.edited_at) == ("Hello", now)


def test_reading_on_the_phone_clears_the_unread_count(connected: AccountWorker, server: TelegramServer) -> None:
    for text in ("one", "two"):
        server.deliver(ANNA, SHOP, text)
    wait_until(lambda: Message.unscoped.count() == 2)
    thread = Message.unscoped.all()[0].thread
    assert thread.unread_count == 2
    server.read(SHOP, ANNA)
    wait_until(lambda: type(thread).unscoped.filter(pk=thread.pk, unread_count=0).exists())


def test_login_codes_are_not_stored(connected: AccountWorker, server: TelegramServer) -> None:
    server.create_user("+42777", first_name="Telegram")
    user = server.find("+42777")
    del server.state.users[user.id]
    user.id = 777000
    server.state.users[user.id] = user
    server.deliver("+42777", SHOP, "Login code: 12345")
    server.deliver(ANNA, SHOP, "Hi")
    wait_until(lambda: Message.unscoped.exists())
    assert [each.text for each in stored_messages()] == ["Hi"]


def test_updates_are_reported_again_after_a_database_error(
    connected: AccountWorker, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive, failures = received.receive, iter([OperationalError("gone"), OperationalError("gone")])

    def failing(*args: Any) -> Any:
        for failure in failures:
            raise failure
        return receive(*args)

    monkeypatch.setattr(received, "receive", failing)
    server.deliver(ANNA, SHOP, "not lost")
    wait_until(lambda: Message.unscoped.exists(), seconds=60)
    wait_until(lambda: TelegramSession.unscoped.get().pts == 2)
    assert [each.text for each in stored_messages()] == ["not lost"]


def test_message_that_cannot_be_stored_does_not_block_the_next(
    connected: AccountWorker, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive = received.receive

    def refuse_bad(account: Account, incoming: Incoming) -> Any:
        if incoming.text == "bad":
            raise ValueError("this cannot be stored")
        return receive(account, incoming)

    monkeypatch.setattr(received, "receive", refuse_bad)
    server.deliver(ANNA, SHOP, "bad")
    server.deliver(ANNA, SHOP, "good")
    wait_until(lambda: Message.unscoped.exists())
    assert [each.text for each in stored_messages()] == ["good"]


def test_difference_that_is_too_long_is_replaced_by_the_history(
    shop: Account, worker: AccountWorker, server: TelegramServer
) -> None:
    """Without an update state Telegram cannot compute a difference; the conversations have everything."""
    for number in range(3):
        server.deliver(ANNA, SHOP, f"missed {number}")
    TelegramSession.unscoped.update(pts=0, date=1, login_epoch=2)
    worker.start()
    wait_until(lambda: Message.unscoped.count() == 3)
    assert [each.text for each in stored_messages()] == ["missed 0", "missed 1", "missed 2"]


def test_first_login_does_not_import_older_messages(
    shop: Account, worker: AccountWorker, server: TelegramServer
) -> None:
    server.deliver(ANNA, SHOP, "years ago", date=1_500_000_000)
    TelegramSession.unscoped.update(pts=2)
    worker.start()
    server.deliver(ANNA, SHOP, "today")
    wait_until(lambda: Message.unscoped.exists())
    assert [each.text for each in stored_messages()] == ["today"]


def test_erased_contact_does_not_come_back_with_the_next_start(
    shop: Account, worker: AccountWorker, server: TelegramServer, tenants: Tenants
) -> None:
    """Telegram keeps the conversation, and the worker reads the conversations when it starts."""
    TelegramSession.unscoped.update(logged_in_at=clock.now() - timedelta(days=1))
    worker.start()
    server.deliver(ANNA, SHOP, "forget me")
    wait_until(lambda: Message.unscoped.exists())
    server.wait(lambda: server.count("messages.getDialogs") == 1, 60)
    wait_until(lambda: TelegramSession.unscoped.filter(pts=2, history_since=None).exists())
    worker.stop()
    erase_contact(tenants.actor(), Contact.unscoped.get().pk)
    second = AccountWorker("second")
    second.start()
    try:
        wait_until(lambda: server.count("messages.getDialogs") == 2)
        wait_until(lambda: TelegramSession.unscoped.get().history_since is None)
        assert (Contact.unscoped.count(), Message.unscoped.count()) == (0, 0)
        server.deliver(ANNA, SHOP, "me again")
        wait_until(lambda: Message.unscoped.exists())
    finally:
        second.stop()
    assert [each.text for each in stored_messages()] == ["me again"]


def test_message_is_found_by_its_telegram_id_with_an_index(shop: Account) -> None:
    """An account may have a long history, and every update looks a message up."""
    contact = Contact.unscoped.create(workspace=shop.workspace, name="Anna")
    thread = Thread.unscoped.create(workspace=shop.workspace, account=shop, contact=contact)
    received = {"direction": Direction.IN, "status": Status.RECEIVED, "thread": thread, "contact": contact}
    Message.unscoped.bulk_create(
        Message(workspace=shop.workspace, account=shop, telegram_message_id=number, text="hello", **received)
        for number in range(1000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_message")
    assert "message_of_telegram" in Message.unscoped.filter(account=shop, telegram_message_id=7).explain()
